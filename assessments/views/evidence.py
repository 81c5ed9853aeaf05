"""Evidence files for the company's own people: put beside an answer, taken back, handed over."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import evidence
from assessments.delegation import assigned_to
from assessments.evidence_cards import files_of
from assessments.evidence_words import REFUSALS, why_not
from assessments.models import Assessment, Evidence
from assessments.views.tasks import comes_from_tasks
from guidance.registry import get_catalog
from organisations.access import TenantRequest, requires
from organisations.downloads import Pieces, attachment
from organisations.limits import limited
from organisations.policy import Permission, Role, allows


@requires(Permission.RESPOND)
@require_http_methods(["GET", "HEAD", "POST"])
@limited("upload")
def add(request: TenantRequest, assessment_id: UUID, question_id: str) -> HttpResponse:
    """POST puts one file beside the answer. GET is the question with its files alone, as after a refusal."""
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    _require_touch(request, assessment.pk, question_id)
    if question_id not in get_catalog(assessment.catalog_ref).questions:
        raise Http404
    if request.method != "POST":
        return _page(request, assessment, question_id)
    upload = request.FILES.get("file")
    if upload is None:
        return _page(request, assessment, question_id, problem=_("ファイルを選んでください。"), status=422)
    try:
        added = evidence.attach(request.organisation, assessment.pk, question_id, upload, by=request.user)
    except evidence.AssessmentClosed:
        assessment.refresh_from_db()
        problem = _(
            "付けられません。この診断は提出済みか、新しい版に移っています。直すときは、会社の責任者が回答を開きます。"
        )
        return _page(request, assessment, question_id, problem=problem, status=409)
    except evidence.SameFile as same:
        messages.info(
            request, _("同じ中身のファイルが「%(file)s」として、もう付いています。") % {"file": same.standing.name}
        )
    except REFUSALS as refusal:
        problem = why_not(refusal, upload.name or "")
        return _page(request, assessment, question_id, problem=problem, status=422)
    else:
        messages.success(request, _("「%(file)s」を付けました。") % {"file": added.name})
    return _back(request, assessment, question_id)


@requires(Permission.RESPOND)
@require_POST
def remove(request: TenantRequest, evidence_id: UUID) -> HttpResponse:
    """Owner and editor remove any file, a respondent those that they put beside the questions assigned to them."""
    row = get_object_or_404(Evidence.objects.select_related("assessment"), pk=evidence_id)
    _require_touch(request, row.assessment_id, row.question_id)
    if not _answers_everything(request) and row.uploaded_by_id != request.user.pk:
        raise Http404
    try:
        evidence.remove(row.pk, by=request.user)
    except Evidence.DoesNotExist:
        raise Http404 from None
    except evidence.AssessmentClosed:
        row.assessment.refresh_from_db()
        problem = _(
            "消せません。この診断は提出済みか、新しい版に移っています。直すときは、会社の責任者が回答を開きます。"
        )
        return _page(request, row.assessment, row.question_id, problem=problem, status=409)
    messages.success(request, _("「%(file)s」を消しました。") % {"file": row.name})
    return _back(request, row.assessment, row.question_id)


@requires(Permission.READ)
@require_safe
def download(request: TenantRequest, evidence_id: UUID) -> HttpResponseBase:
    """For those who read everything."""
    return _handed_over(request, get_object_or_404(Evidence, pk=evidence_id))


@requires(Permission.RESPOND)
@require_safe
def download_answered(request: TenantRequest, evidence_id: UUID) -> HttpResponseBase:
    """For those who answer: everything, or what was assigned to them."""
    row = get_object_or_404(Evidence, pk=evidence_id)
    _require_touch(request, row.assessment_id, row.question_id)
    return _handed_over(request, row)


# --- parts ------------------------------------------------------------------------------------------------------------


def _answers_everything(request: TenantRequest) -> bool:
    return allows(Role(request.membership.role), Permission.ANSWER)


def _require_touch(request: TenantRequest, assessment_id: UUID, question_id: str) -> None:
    """A question that was not assigned does not exist for somebody who answers nothing else."""
    if not _answers_everything(request) and question_id not in assigned_to(assessment_id, request.user):
        raise Http404


def _page(
    request: TenantRequest, assessment: Assessment, question_id: str, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "organisation": request.organisation,
        "assessment": assessment,
        "question": get_catalog(assessment.catalog_ref).questions[question_id],
        "evidence": files_of(request.membership, assessment, question_id).beside(question_id),
        "problem": problem,
        "tasks": comes_from_tasks(request),
    }
    return render(request, "assessments/evidence.html", context, status=status)


def _back(request: TenantRequest, assessment: Assessment, question_id: str) -> HttpResponse:
    """To the files on the card of the question, on the page from which the person came."""
    own = comes_from_tasks(request) and question_id in assigned_to(assessment.pk, request.user)
    name = "assessments:tasks_section" if own or not _answers_everything(request) else "assessments:section"
    section = get_catalog(assessment.catalog_ref).section_of[question_id]
    page = reverse(name, args=[request.organisation.pk, assessment.pk, section.id])
    return redirect(f"{page}#evidence-{question_id}")


def _handed_over(request: TenantRequest, row: Evidence) -> HttpResponseBase:
    try:
        stream = row.file.open("rb")
    except FileNotFoundError:
        return render(request, "assessments/evidence_lost.html", {"row": row}, status=410)
    return attachment(Pieces(stream), name=row.name, size=row.size, media_type=row.kind)
