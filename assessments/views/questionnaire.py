"""The questionnaire: contents, sections, submit and reopen."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import moving, reviewing, services
from assessments.approval import Lapsed
from assessments.approving import changed_since
from assessments.cards import Card
from assessments.models import Answer, Assessment
from assessments.progress import Progress, progress
from assessments.views.approval import WHY_NOT
from assessments.views.sheets import frame, frame_of, sheet_of
from guidance.catalog import Catalog, Section
from guidance.registry import get_catalog
from organisations.access import TenantRequest, requires
from organisations.policy import Permission


@requires(Permission.READ)
@require_safe
def contents(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    """Every section with its progress and the time that is left."""
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    catalog = get_catalog(assessment.catalog_ref)
    answers = services.answers_of(Answer.objects.filter(assessment=assessment))
    state = progress(catalog, answers, request.organisation.profile())
    axes = [
        {"axis": axis, "sections": [(section, state.sections[section.id]) for section in axis.sections]}
        for axis in catalog.axes
    ]
    context = {**frame_of(request, assessment, catalog, state), "axes": axes, "next": _next_section(catalog, state)}
    context["waiting"] = len(moving.waiting(assessment, answers))
    return render(request, "assessments/contents.html", context)


@requires(Permission.READ)
@require_safe
def section(request: TenantRequest, assessment_id: UUID, section_id: str) -> HttpResponse:
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    return section_page(request, assessment, section_id)


@requires(Permission.SUBMIT)
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    """What is still open, and the button that freezes the answers."""
    if request.method == "POST":
        try:
            submission = services.submit(request.organisation, assessment_id, by=request.user)
        except Assessment.DoesNotExist:
            raise Http404 from None
        except services.AssessmentClosed:
            messages.info(request, _("この回答は、すでに提出されたか、新しい版に移っています。"))
            return redirect("reports:result", request.organisation.pk, assessment_id)
        except services.NothingAnswered:
            messages.error(request, _("まだ一つも回答がありません。わかる設問から答えてください。"))
            return redirect("assessments:contents", request.organisation.pk, assessment_id)
        except Lapsed:
            messages.error(request, str(WHY_NOT[Lapsed]))
            return redirect("assessments:submit", request.organisation.pk, assessment_id)
        messages.success(request, _("提出しました。回答と採点をこの時点の記録として残しました。"))
        return redirect("reports:submission", request.organisation.pk, submission.pk)
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    catalog = get_catalog(assessment.catalog_ref)
    rows = Answer.objects.filter(assessment=assessment).by_question()
    answers = services.answers_of(rows.values())
    chain = services.chain_of(request.organisation, assessment, answers)
    state = progress(catalog, answers, request.organisation.profile())
    missing = [
        (found, [q for q in found.questions if q.id in state.asked and q.id not in answers])
        for found in catalog.sections()
    ]
    unknown = [q for q in catalog.questions.values() if q.id in answers and answers[q.id].kind == "unknown"]
    context = {
        **frame_of(request, assessment, catalog, state),
        "missing": [(found, questions) for found, questions in missing if questions],
        "unknown": [(question, catalog.section_of[question.id].id) for question in unknown],
        "chain": chain,
        "changed": changed_since(chain, rows.values(), catalog),
        "followups": sum(name in state.asked for name in reviewing.open_followups(assessment, rows)),
    }
    return render(request, "assessments/submit.html", context)


@requires(Permission.SUBMIT)
@require_POST
def reopen(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    try:
        services.reopen(assessment_id, by=request.user)
    except Assessment.DoesNotExist:
        raise Http404 from None
    except services.NotSubmitted:
        messages.info(request, _("この回答は、もう開いているか、新しい版に移っています。"))
    except services.AnotherIsOpen:
        messages.error(request, _("回答の途中の診断がほかにあります。そちらを提出してから開いてください。"))
        return redirect("assessments:company", request.organisation.pk)
    else:
        messages.success(request, _("回答を開きました。これまでの提出の記録はそのまま残っています。"))
    return redirect("assessments:contents", request.organisation.pk, assessment_id)


# --- parts --------------------------------------------------------------------------------------------------------


def _next_section(catalog: Catalog, state: Progress) -> Section | None:
    return next((found for found in catalog.sections() if not state.sections[found.id].complete), None)


def section_page(
    request: TenantRequest, assessment: Assessment, section_id: str, *, typed: Card | None = None, status: int = 200
) -> HttpResponse:
    """One section; `typed` replaces the card of its question by what the person typed."""
    sections = list(get_catalog(assessment.catalog_ref).sections())
    place = next((index for index, found in enumerate(sections) if found.id == section_id), None)
    if place is None:
        raise Http404
    sheet = sheet_of(request, assessment)
    state = sheet.progress
    asked = [question for question in sections[place].questions if question.id in state.asked]
    visible = [found for found in sections if state.sections[found.id].total]
    later = [found for found in visible if sections.index(found) > place]
    earlier = [found for found in visible if sections.index(found) < place]
    context = {
        **frame(request, sheet),
        "section": sections[place],
        "axis": next(axis for axis in sheet.catalog.axes if sections[place] in axis.sections),
        "count": state.sections[section_id],
        "cards": sheet.cards(asked, typed),
        "hidden": len(sections[place].questions) - len(asked),
        "previous": earlier[-1] if earlier else None,
        "following": later[0] if later else None,
    }
    return render(request, "assessments/section.html", context, status=status)
