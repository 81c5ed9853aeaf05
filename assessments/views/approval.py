"""申請 → 確認 → 承認: the page of the chain, and what can be done on it. 承認 is submitting."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from assessments import approving, services
from assessments.approval import AlreadyApplied, AlreadyChecked, Lapsed, NothingApplied, NotNow, OfSomebodyElse
from assessments.models import Answer, Assessment
from assessments.progress import progress
from assessments.review_forms import SendBackForm
from guidance.registry import get_catalog
from organisations.access import TenantRequest, requires
from organisations.mailing import NotMailed
from organisations.policy import Permission, Role

WHY_NOT: dict[type[NotNow], Promise | str] = {
    AlreadyApplied: gettext_lazy("もう申請されています。申請のあとに変わった回答はありません。"),
    AlreadyChecked: gettext_lazy("もう確認されています。確認のあとに変わった回答はありません。"),
    NothingApplied: gettext_lazy("まだ申請されていません。先に申請してください。"),
    Lapsed: gettext_lazy(
        "申請のあとに、回答か会社の情報が変わっています。もう一度申請するか、申請を取り下げてから提出してください。"
    ),
    OfSomebodyElse: gettext_lazy("取り下げられるのは、申請した本人だけです。直してほしいときは差し戻してください。"),
}


@requires(Permission.REVIEW)
@require_safe
def approval(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    """Who applied and checked, what changed since, and what this person can do next."""
    return _page(request, get_object_or_404(Assessment, pk=assessment_id), SendBackForm())


@requires(Permission.ANSWER)
@require_POST
def apply(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    link = _link(request, assessment_id)
    return _do(
        request,
        assessment_id,
        lambda: approving.apply(request.organisation, assessment_id, by=request.user, link=link),
        _("申請しました。次は、ほかの人の確認です。"),
    )


@requires(Permission.REVIEW)
@require_POST
def check(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    link = _link(request, assessment_id)
    return _do(
        request,
        assessment_id,
        lambda: approving.check(request.organisation, assessment_id, by=request.user, link=link),
        _("確認しました。次は、会社の責任者の承認です。"),
    )


@requires(Permission.REVIEW)
@require_POST
def send_back(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    """The chain is cleared; the reason stays on the page."""
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return _page(request, assessment, form, status=422)
    words, link = form.cleaned_data["words"], _link(request, assessment_id)
    return _do(
        request,
        assessment_id,
        lambda: approving.send_back(request.organisation, assessment_id, words, by=request.user, link=link),
        _("差し戻しました。理由はこのページに残ります。"),
    )


@requires(Permission.ANSWER)
@require_POST
def withdraw(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    return _do(
        request,
        assessment_id,
        lambda: approving.withdraw(request.organisation, assessment_id, by=request.user),
        _("申請を取り下げました。"),
    )


# --- parts ------------------------------------------------------------------------------------------------------------


def _do(request: TenantRequest, assessment_id: UUID, step: Callable[[], None], done: str) -> HttpResponse:
    """Take the step, say how it went, and lead to the page of the chain."""
    try:
        step()
    except Assessment.DoesNotExist:
        raise Http404 from None
    except services.AssessmentClosed:
        messages.info(request, _("この回答は、すでに提出されたか、新しい版に移っています。"))
    except services.NothingAnswered:
        messages.error(request, _("まだ一つも回答がありません。わかる設問から答えてください。"))
    except NotNow as reason:
        messages.error(request, str(WHY_NOT[type(reason)]))
    except NotMailed:
        messages.success(request, done)
        messages.warning(request, _("知らせのメールは送れませんでした。相手に直接知らせてください。"))
    else:
        messages.success(request, done)
    return redirect("assessments:approval", request.organisation.pk, assessment_id)


def _page(request: TenantRequest, assessment: Assessment, form: SendBackForm, *, status: int = 200) -> HttpResponse:
    catalog = get_catalog(assessment.catalog_ref)
    rows = list(Answer.objects.filter(assessment=assessment))
    answers = services.answers_of(rows)
    chain = services.chain_of(request.organisation, assessment, answers)
    is_open = assessment.status == Assessment.Status.OPEN
    context = {
        "organisation": request.organisation,
        "assessment": assessment,
        "open": is_open,
        "progress": progress(catalog, answers, request.organisation.profile()),
        "chain": chain,
        "changed": approving.changed_since(chain, rows, catalog),
        "acts": {act.name.lower() for act in chain.open_to(Role(request.membership.role), request.user.pk)}
        if is_open and answers
        else set(),
        "sent_back": approving.sent_back(assessment)[:10],
        "form": form,
    }
    return render(request, "assessments/approval.html", context, status=status)


def _link(request: TenantRequest, assessment_id: UUID) -> str:
    return request.build_absolute_uri(reverse("assessments:approval", args=[request.organisation.pk, assessment_id]))
