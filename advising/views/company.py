"""The company's side: what its advisory offices ask, the reports that its head signs, and the office's letterhead."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from advising import client_reports, reviews
from advising.changes import changes
from advising.forms import ReplyForm, ReturnForm
from advising.models import Enquiry, Revision
from advising.signing import NotNow, State, Step
from advising.words import WHY_NOT
from guidance.registry import get_catalog
from organisations.access import TenantRequest, requires
from organisations.policy import Permission, Role, allows


@requires(Permission.READ)
@require_safe
def advice(request: TenantRequest) -> HttpResponse:
    """Enquiries that wait or were replied to, and the reports of the company's offices."""
    return render(request, "advising/advice.html", _advice(request))


@requires(Permission.REVIEW)
@require_POST
def reply(request: TenantRequest, enquiry_id: UUID) -> HttpResponse:
    form = ReplyForm(request.POST)
    get_object_or_404(Enquiry, pk=enquiry_id)
    if not form.is_valid():
        context = {**_advice(request), "form": form, "wrong": enquiry_id}
        return render(request, "advising/advice.html", context, status=422)
    try:
        reviews.reply(request.organisation, enquiry_id, form.cleaned_data["reply"], by=request.user)
    except Enquiry.DoesNotExist:
        messages.info(request, _("この問い合わせは、相談窓口がもう終えています。"))
    else:
        messages.success(request, _("返事を残しました。相談窓口の画面に出ます。"))
    return redirect("advising:advice", request.organisation.pk)


@requires(Permission.READ)
@require_safe
def revision(request: TenantRequest, revision_id: UUID) -> HttpResponse:
    """One report: who signed it, what changed, and for the owner the signature."""
    return _page(request, _shown(revision_id), ReturnForm())


@requires(Permission.SUBMIT)
@require_POST
def send_back(request: TenantRequest, revision_id: UUID) -> HttpResponse:
    found = _shown(revision_id)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        client_reports.send_back(found.pk, form.cleaned_data["words"], step=Step.CLIENT, by=request.user)
    except NotNow as refused:
        messages.error(request, str(WHY_NOT[type(refused)]))
    else:
        messages.success(request, _("差し戻しました。直した報告書が届いたら、もう一度ここに出ます。"))
    return redirect("advising:advice", request.organisation.pk)


def _shown(revision_id: UUID) -> Revision:
    found = Revision.objects.filter(pk=revision_id, state__in=[State.APPROVED, State.RELEASED]).select_related("body")
    first: Revision | None = found.first()
    if first is None:
        raise Http404
    return first


def _page(request: TenantRequest, found: Revision, form: ReturnForm) -> HttpResponse:
    context = {
        "organisation": request.organisation,
        "revision": found,
        "changes": changes(found.context, get_catalog(found.context["catalog"])),
        "to_sign": found.state == State.APPROVED and _may(request, Permission.SUBMIT),
        "form": form,
    }
    return render(request, "advising/company_revision.html", context, status=422 if form.is_bound else 200)


def _advice(request: TenantRequest) -> dict[str, Any]:
    enquiries = list(
        Enquiry.objects.select_related("body", "asked_by", "replied_by", "review__submission").order_by("asked_at")
    )
    told = [(one, get_catalog(one.review.submission.catalog_ref).questions.get(one.question_id)) for one in enquiries]
    return {
        "organisation": request.organisation,
        "waiting": [pair for pair in told if pair[0].settled_at is None],
        "done": [pair for pair in told if pair[0].settled_at is not None],
        "revisions": client_reports.shown_to_company(),
        "may_reply": _may(request, Permission.REVIEW),
        "may_sign": _may(request, Permission.SUBMIT),
        "form": ReplyForm(),
        "wrong": None,
    }


def _may(request: TenantRequest, permission: Permission) -> bool:
    return allows(Role(request.membership.role), permission)
