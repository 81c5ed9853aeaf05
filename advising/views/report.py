"""The client report: choosing what is in it, and the office's signatures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advising import client_reports
from advising.changes import changes
from advising.choices import SECTIONS
from advising.forms import FORM_NAMES, SECTION_NAMES, ReportForm, ReturnForm, renewed
from advising.models import ClientReport, Review, Revision
from advising.reading import review_of
from advising.signing import NotNow, State, Step
from advising.words import WHY_NOT
from guidance.catalog import Action
from guidance.registry import get_catalog
from organisations.access import SharedRequest, requires_shared
from organisations.consent import What
from organisations.mailing import NotMailed
from organisations.policy import BodyRole, Permission, allows


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: SharedRequest, submission_id: UUID) -> HttpResponse:
    """What the report is made of, where it stands, and every revision."""
    review = _review(submission_id)
    found = client_reports.report_of(review)
    offered = client_reports.offered_for(review, found)
    conflict = False
    if request.method == "POST":
        form = ReportForm(request.POST, actions=offered)
        if form.is_valid():
            try:
                client_reports.save_choices(
                    found.pk, form.choices(), revision=form.cleaned_data["revision"], by=request.user
                )
            except client_reports.OvertakenReport as overtaken:
                conflict, found = True, overtaken.report
                form = ReportForm(renewed(request.POST, found.revision), actions=offered)
            else:
                messages.success(request, _("報告書の内容を保存しました。"))
                return redirect("advising:report", *_ids(request, submission_id))
    else:
        form = ReportForm(initial=ReportForm.initial_of(found), actions=offered)
    return _page(request, review, found, form, conflict=conflict, offered=offered)


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_POST
def sign(request: SharedRequest, submission_id: UUID) -> HttpResponse:
    """The advisor's signature freezes the next revision."""
    review = _review(submission_id)
    found = client_reports.report_of(review)
    link = request.build_absolute_uri(reverse("advising:report", args=_ids(request, submission_id)))
    try:
        client_reports.sign(found.pk, shared=request.shared, by=request.user, link=link)
    except client_reports.ReviewStillOpen:
        messages.error(request, _("確認がまだ終わっていません。確認を終えてから署名してください。"))
        return redirect("advising:review", *_ids(request, submission_id))
    except client_reports.WordsMissing as missing:
        for words in _missing(missing.places, review):
            messages.error(request, words)
    except NotNow as refused:
        messages.error(request, str(WHY_NOT[type(refused)]))
    except NotMailed:
        messages.warning(request, _("署名しました。責任者へのメールは送れなかったので、直接知らせてください。"))
    else:
        messages.success(request, _("署名しました。次は、相談窓口の責任者の署名です。"))
    return redirect("advising:report", *_ids(request, submission_id))


@requires_shared(What.ANSWERS, Permission.SIGN_OFF)
@require_POST
def approve(request: SharedRequest, submission_id: UUID, revision_id: UUID) -> HttpResponse:
    """The supervisor's signature, under what they saw."""
    link = request.build_absolute_uri(reverse("advising:advice", args=[request.organisation.pk]))
    digest = request.POST.get("digest", "")
    return _act(
        request,
        submission_id,
        revision_id,
        lambda: client_reports.approve(revision_id, digest, by=request.user, link=link),
        _("署名しました。会社の責任者に知らせました。"),
    )


@requires_shared(What.ANSWERS, Permission.SIGN_OFF)
@require_POST
def send_back(request: SharedRequest, submission_id: UUID, revision_id: UUID) -> HttpResponse:
    form = ReturnForm(request.POST)
    if not form.is_valid():
        review = _review(submission_id)
        found = client_reports.report_of(review)
        offered = client_reports.offered_for(review, found)
        choices = ReportForm(initial=ReportForm.initial_of(found), actions=offered)
        return _page(request, review, found, choices, offered=offered, returning=form)
    words = form.cleaned_data["words"]
    return _act(
        request,
        submission_id,
        revision_id,
        lambda: client_reports.send_back(revision_id, words, step=Step.SUPERVISOR, by=request.user),
        _("差し戻しました。理由はこのページに残ります。"),
    )


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_POST
def withdraw(request: SharedRequest, submission_id: UUID, revision_id: UUID) -> HttpResponse:
    return _act(
        request,
        submission_id,
        revision_id,
        lambda: client_reports.withdraw(revision_id, by=request.user),
        _("取り下げました。直してから、もう一度署名してください。"),
    )


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_safe
def revision(request: SharedRequest, submission_id: UUID, revision_id: UUID) -> HttpResponse:
    """One revision: who signed it, what changed since the one released before."""
    review = _review(submission_id)
    found = Revision.objects.filter(pk=revision_id, report__review=review).first()
    if found is None:
        raise Http404
    context = {
        **_place(request, review),
        "revision": found,
        "changes": changes(found.context, get_catalog(found.context["catalog"])),
    }
    return render(request, "advising/revision.html", context)


# --- parts ------------------------------------------------------------------------------------------------------------


def _review(submission_id: UUID) -> Review:
    review = review_of(submission_id)
    if review is None:
        raise Http404
    return review


def _act(
    request: SharedRequest, submission_id: UUID, revision_id: UUID, act: Callable[[], object], done: str
) -> HttpResponse:
    if not Revision.objects.filter(pk=revision_id, report__review__submission=submission_id).exists():
        raise Http404
    try:
        act()
    except NotNow as refused:
        messages.error(request, str(WHY_NOT[type(refused)]))
    except NotMailed:
        messages.warning(request, _("署名しました。会社へのメールは送れなかったので、直接知らせてください。"))
    else:
        messages.success(request, done)
    return redirect("advising:report", *_ids(request, submission_id))


def _page(
    request: SharedRequest,
    review: Review,
    found: ClientReport,
    form: ReportForm,
    *,
    offered: tuple[Action, ...],
    conflict: bool = False,
    returning: ReturnForm | None = None,
) -> HttpResponse:
    # The whole of a revision is large; of each, the page names the languages alone.
    revisions = list(Revision.objects.filter(report=found).defer("context").annotate(forms=F("context__languages")))
    latest = revisions[0] if revisions else None
    order = [*found.sections, *(name for name in SECTIONS if name not in found.sections)]
    context = {
        **_place(request, review),
        "report": found,
        "form": form,
        "sections": [(name, SECTION_NAMES[name], form[f"section-{name}"], form[f"order-{name}"]) for name in order],
        "forms": FORM_NAMES.items(),
        "chosen_forms": form["languages"].value() or [],
        "actions": [
            (one, form[f"action-{one.id}"], form[f"why-{one.id}-ja"], form[f"why-{one.id}-en"]) for one in offered
        ],
        "revisions": revisions,
        "latest": latest,
        "waits_for_supervisor": latest is not None and latest.state == State.SIGNED,
        "waits_for_client": latest is not None and latest.state == State.APPROVED,
        "may_sign_off": allows(BodyRole(request.body_membership.role), Permission.SIGN_OFF),
        "signed_by_me": latest is not None and latest.signatures[0].get("person") == request.user.pk,
        "conflict": conflict,
        "returning": returning or ReturnForm(),
    }
    wrong = form.is_bound or (returning is not None and returning.is_bound)
    return render(request, "advising/report.html", context, status=409 if conflict else 422 if wrong else 200)


def _missing(places: list[tuple[str, str]], review: Review) -> list[str]:
    actions = get_catalog(review.submission.catalog_ref).actions_by_id
    words = []
    for what, language in places:
        where = _("アドバイザーの所見") if what == "opinion" else actions[what].title.get("ja")
        told = (
            _("「%(where)s」の英語の文がありません。英語の報告書に載せる文を書いてください。")
            if language == "en"
            else _("「%(where)s」の日本語の文がありません。日本語の報告書に載せる文を書いてください。")
        )
        words.append(told % {"where": where})
    return words


def _ids(request: SharedRequest, submission_id: UUID) -> list[UUID]:
    return [request.acting_for.pk, request.organisation.pk, submission_id]


def _place(request: SharedRequest, review: Review) -> dict[str, Any]:
    return {
        "body": request.acting_for,
        "company_id": request.organisation.pk,
        "name": request.organisation.name,
        "submission_id": review.submission_id,
        "review": review,
    }
