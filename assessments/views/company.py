"""A company: its details, its assessments."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import moving, services
from assessments.models import Answer, Assessment, Submission
from assessments.progress import progress
from assessments.quick_session import forget_answers, kept_answers
from assessments.scoring.answers import Answers
from guidance.registry import get_catalog
from organisations.access import SignedInRequest, TenantRequest, requires, signed_in
from organisations.bodies import open_rounds
from organisations.forms import OrganisationForm
from organisations.policy import Permission, Role, allows
from organisations.scoping import scope
from organisations.services import found_organisation, update_organisation


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: SignedInRequest) -> HttpResponse:
    """Describe the company, then straight into its questionnaire, with the kept answers of the quick check in it."""
    form = OrganisationForm(request.POST or None, ask_name=not request.user.name)
    kept = kept_answers(request)
    if request.method == "POST" and form.is_valid():
        organisation = found_organisation(
            by=request.user, details=form.details(), name=form.cleaned_data.get("your_name", "")
        )
        with scope(organisation.pk):
            assessment = services.start_assessment(organisation, by=request.user, answers=kept)
        forget_answers(request)
        if kept:
            messages.success(request, _("簡易診断の回答 %(count)d 問を引き継ぎました。") % {"count": len(kept)})
        return redirect("assessments:contents", organisation.pk, assessment.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "assessments/company_form.html", {"form": form, "kept": len(kept)}, status=status)


@requires(Permission.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: TenantRequest) -> HttpResponse:
    form = OrganisationForm(request.POST or None, organisation=request.organisation)
    if request.method == "POST" and form.is_valid():
        update_organisation(request.organisation, form.details())
        messages.success(request, _("会社の情報を保存しました。当てはまる設問が変わることがあります。"))
        return redirect("assessments:company", request.organisation.pk)
    context = {"form": form, "organisation": request.organisation}
    status = 422 if request.method == "POST" else 200
    return render(request, "assessments/company_form.html", context, status=status)


@requires(Permission.READ)
@require_safe
def overview(request: TenantRequest) -> HttpResponse:
    """What is open, how far it is, and what was submitted."""
    organisation = request.organisation
    assessments = list(Assessment.objects.all()[:20])
    opened = next((found for found in assessments if found.status == Assessment.Status.OPEN), None)
    state = None
    if opened is not None:
        rows = Answer.objects.filter(assessment=opened)
        catalog = get_catalog(opened.catalog_ref)
        state = progress(catalog, services.answers_of(rows), organisation.profile())
    context = {
        "organisation": organisation,
        "membership": request.membership,
        "opened": opened,
        "progress": state,
        "submissions": Submission.objects.select_related("submitted_by").defer("answers", "scorecard")[:20],
        "latest": assessments[0] if assessments else None,
        "newer": moving.newer_than(assessments[0]) if assessments else None,
        "may_move": allows(Role(request.membership.role), Permission.SUBMIT),
        "kept": len(kept_answers(request)),
        "may_answer": allows(Role(request.membership.role), Permission.ANSWER),
        "rounds": open_rounds(),
    }
    return render(request, "assessments/company.html", context)


@requires(Permission.ANSWER)
@require_POST
def take_kept(request: TenantRequest) -> HttpResponse:
    """The kept answers of the quick check: into the open assessment (or a new one), or away."""
    kept = kept_answers(request)
    forget_answers(request)
    if request.POST.get("do") != "take" or not kept:
        messages.info(request, _("簡易診断の回答は引き継ぎませんでした。"))
        return redirect("assessments:company", request.organisation.pk)
    assessment = _opened()
    if assessment is not None:
        try:
            taken = services.adopt_answers(assessment.pk, kept, by=request.user)
        except services.AssessmentClosed:
            messages.error(request, _("ちょうど提出されたところなので、簡易診断の回答は引き継げませんでした。"))
            return redirect("assessments:company", request.organisation.pk)
    else:
        assessment, taken = _start(request, kept), len(kept)
    messages.success(
        request,
        _("簡易診断の回答 %(count)d 問を引き継ぎました。すでに答えてあった設問はそのままです。") % {"count": taken},
    )
    return redirect("assessments:contents", request.organisation.pk, assessment.pk)


@requires(Permission.ANSWER)
@require_POST
def start(request: TenantRequest) -> HttpResponse:
    """A new assessment on the current catalog; an open one is continued instead."""
    assessment = _opened()
    if assessment is None:
        assessment = _start(request, kept_answers(request))
        forget_answers(request)
    return redirect("assessments:contents", request.organisation.pk, assessment.pk)


def _opened() -> Assessment | None:
    return Assessment.objects.filter(status=Assessment.Status.OPEN).first()


def _start(request: TenantRequest, kept: Answers) -> Assessment:
    """A new assessment; where somebody opened one a moment ago, that one."""
    try:
        return services.start_assessment(request.organisation, by=request.user, answers=kept)
    except services.AnotherIsOpen:
        return Assessment.objects.get(status=Assessment.Status.OPEN)
