"""The questionnaire as a workbook: taking it, handing it in, seeing what would change, and saving that."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments import answer_uploads, services
from assessments.answer_sheet_changes import Change
from assessments.answer_sheet_forms import AnswerSheetForm
from assessments.drafts import Draft
from assessments.file_names import part_of_name
from assessments.models import Assessment
from guidance.catalog import Catalog
from guidance.problems import InputRefused, Problem
from guidance.registry import get_catalog
from organisations.access import TenantRequest, requires
from organisations.audit import Verb, record
from organisations.limits import limited
from organisations.policy import Permission

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_SHOWN = 200
"""Faults on one page; who has more of them mends these first."""


@requires(Permission.ANSWER)
@require_http_methods(["GET", "HEAD", "POST"])
@limited("upload")
def sheet(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    """Where the workbook is taken and handed in. POST reads a file: what it would change, or every fault."""
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    if request.method != "POST":
        return _page(request, assessment, AnswerSheetForm())
    form = AnswerSheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, assessment, form, status=422)
    file = form.cleaned_data["file"]
    try:
        answer_uploads.keep(request.organisation, assessment_id, file.read(), file.name, by=request.user)
    except InputRefused as refused:
        return _page(request, assessment, AnswerSheetForm(), file=file.name, faults=refused.problems, status=422)
    except services.AssessmentClosed:
        return _closed(request, assessment)
    return redirect("assessments:answer_sheet_changes", request.organisation.pk, assessment_id)


@requires(Permission.ANSWER)
@require_safe
def workbook(request: TenantRequest, assessment_id: UUID) -> HttpResponseBase:
    """The workbook, with the answers that stand now."""
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    if assessment.status != Assessment.Status.OPEN:
        return _closed(request, assessment)
    content = answer_uploads.answer_sheet(request.organisation, assessment, get_language() or "ja")
    if request.method == "GET":
        record(Verb.DATA_TAKEN, actor=request.user, organisation=request.organisation.pk, target=assessment.pk)
    day = timezone.localdate().strftime("%Y%m%d")
    name = f"経安カルテ_設問票_{part_of_name(request.organisation.name, 60)}_{day}.xlsx"
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition or "attachment"})


@requires(Permission.ANSWER)
@require_http_methods(["GET", "HEAD", "POST"])
def changes(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    """What the person's file would change. POST saves exactly that, or throws the file away (`do` = discard)."""
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    if request.method != "POST":
        return _preview(request, assessment)
    if request.POST.get("do") == "discard":
        answer_uploads.discard(assessment_id, of=request.user)
        messages.info(request, _("取り込むのをやめました。回答は何も変わっていません。"))
        return redirect("assessments:answer_sheet", request.organisation.pk, assessment_id)
    try:
        outcome = answer_uploads.confirm(
            request.organisation,
            assessment_id,
            seen=request.POST.get("seen", ""),
            settled=frozenset(request.POST.getlist("settle")),
            by=request.user,
        )
    except Assessment.DoesNotExist:
        raise Http404 from None
    except services.AssessmentClosed:
        return _closed(request, assessment)
    except answer_uploads.NothingWaits:
        return _nothing_waits(request, assessment)
    except answer_uploads.OthersWrote:
        settled = frozenset(request.POST.getlist("settle"))
        return _preview(request, assessment, settled=settled, overtaken=True, status=409)
    if outcome.total:
        messages.success(request, _("%(count)s 問の答えを保存しました。") % {"count": outcome.total})
    else:
        messages.info(request, _("保存する答えはありませんでした。回答は何も変わっていません。"))
    return redirect("assessments:contents", request.organisation.pk, assessment_id)


# --- parts ------------------------------------------------------------------------------------------------------------


def _page(
    request: TenantRequest,
    assessment: Assessment,
    form: AnswerSheetForm,
    *,
    file: str = "",
    faults: Sequence[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    english = get_language() == "en"
    context = {
        "organisation": request.organisation,
        "assessment": assessment,
        "open": assessment.status == Assessment.Status.OPEN,
        "form": form,
        "file": file,
        "faults": [(fault, fault.en if english else fault.ja) for fault in faults[:MOST_SHOWN]],
        "fault_count": len(faults),
        "more_faults": max(0, len(faults) - MOST_SHOWN),
        "waiting": answer_uploads.waiting(assessment.pk, of=request.user),
    }
    return render(request, "assessments/answer_sheet.html", context, status=status)


def _preview(
    request: TenantRequest,
    assessment: Assessment,
    *,
    settled: frozenset[str] = frozenset(),
    overtaken: bool = False,
    status: int = 200,
) -> HttpResponse:
    if assessment.status != Assessment.Status.OPEN:
        return _closed(request, assessment)
    upload = answer_uploads.waiting(assessment.pk, of=request.user)
    if upload is None:
        return _nothing_waits(request, assessment)
    found = answer_uploads.changes_of(upload)
    catalog = get_catalog(assessment.catalog_ref)
    context = {
        "organisation": request.organisation,
        "assessment": assessment,
        "upload": upload,
        "seen": found.digest,
        "settled": settled,
        "overtaken": overtaken,
        "to_save": len(found.to_save),
        "same": len(found.of("same")) + len(found.of("untouched")),
        **{kind: _lines(found.of(kind), catalog) for kind in ("new", "changed", "conflict", "emptied")},
    }
    return render(request, "assessments/answer_sheet_changes.html", context, status=status)


def _lines(changes: Sequence[Change], catalog: Catalog) -> list[dict[str, object]]:
    """What `assessments/_answer_words.html` reads, for the file and for what stands."""
    return [
        {
            "question": catalog.questions[change.question_id],
            "mine": _said(change.mine),
            "theirs": _said(change.theirs or Draft(None)),
        }
        for change in changes
    ]


def _said(draft: Draft) -> dict[str, object]:
    fields = draft.fields()
    choice = str(fields["level"]) if draft.kind == "level" else {"none": ""}.get(draft.kind, draft.kind)
    return {**fields, "choice": choice}


def _closed(request: TenantRequest, assessment: Assessment) -> HttpResponse:
    messages.info(request, _("この回答は、すでに提出されたか、新しい版に移っています。"))
    return redirect("assessments:contents", request.organisation.pk, assessment.pk)


def _nothing_waits(request: TenantRequest, assessment: Assessment) -> HttpResponse:
    messages.info(request, _("確かめを待つ表はありません。もう取り込んだか、取りやめたか、日数がたって消えました。"))
    return redirect("assessments:answer_sheet", request.organisation.pk, assessment.pk)
