"""One answer at a time: the save behind every card, and the card as it is saved.

Who answers everything does it from the questionnaire, or from the page of what was assigned to them. To everybody else
only the questions that were assigned exist (404 for any other), and they see their own share's progress.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments import delegation, services
from assessments.assigning import share
from assessments.cards import typed_card
from assessments.forms import AnswerForm
from assessments.models import Answer, Assessment
from assessments.progress import Count
from assessments.views import questionnaire, tasks
from assessments.views.sheets import Sheet, frame, sheet_of
from guidance.catalog import Question
from guidance.registry import get_catalog
from organisations.access import TenantRequest, requires
from organisations.fragments import is_htmx
from organisations.policy import Permission, Role, allows

SAVE_STATE = "X-Save-State"
"""Header that proves to the page that this answer comes from the save view, and says how it went."""
Assigned = frozenset[str] | None
"""The person's own questions where the page shows these alone; None where it shows the whole section."""


@requires(Permission.RESPOND)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: TenantRequest, assessment_id: UUID, question_id: str) -> HttpResponse:
    """POST saves one answer. GET is the card as it is saved (a fragment for htmx, its place on the page otherwise)."""
    assigned = _assigned(request, assessment_id, question_id)
    if request.method != "POST":
        return _card(request, get_object_or_404(Assessment, pk=assessment_id), question_id, assigned)
    form = AnswerForm(request.POST)

    def refused(state: str, status: int, theirs: Answer | None = None) -> HttpResponse:
        return _refused(request, assessment_id, question_id, form, assigned, state, status, theirs)

    if not form.is_valid():
        return refused("error", 422)
    try:
        saved = services.save_answer(
            request.organisation,
            assessment_id,
            question_id,
            form.draft(),
            revision=form.revision_read(),
            by=request.user,
        )
    except (Assessment.DoesNotExist, services.UnknownQuestion):
        raise Http404 from None
    except services.AssessmentClosed:
        return refused("closed", 409)
    except services.NothingChosen:
        form.add_error("choice", _("答えを選ぶか、メモを書いてください。"))
        return refused("error", 422)
    except services.AnswerConflict as conflict:
        return refused("conflict", 409, conflict.theirs)
    if not is_htmx(request):
        messages.success(request, _("回答を保存しました。"))
        return redirect(_address(request, saved.row.assessment, question_id, assigned))
    found = get_catalog(saved.row.assessment.catalog_ref).section_of[question_id]
    context = {"row": saved.row, "section": found, "count": _count(saved, found.id, assigned)}
    # Two lines of HTML that know nothing of the request: no context processor has to run for them.
    return _stated(HttpResponse(render_to_string("assessments/_saved.html", context)), "saved")


# --- parts ------------------------------------------------------------------------------------------------------------


def _assigned(request: TenantRequest, assessment_id: UUID, question_id: str) -> Assigned:
    """Raises Http404 where the question does not exist for this person."""
    everything = allows(Role(request.membership.role), Permission.ANSWER)
    if everything and not tasks.comes_from_tasks(request):
        return None
    found = delegation.assigned_to(assessment_id, request.user)
    if question_id in found:
        return found
    if everything:
        return None
    raise Http404


def _count(saved: services.Saved, section_id: str, assigned: Assigned) -> Count:
    if assigned is None:
        return saved.progress.sections[section_id]
    catalog = get_catalog(saved.row.assessment.catalog_ref)
    part = share(catalog, assigned, saved.progress.asked, saved.answered).part(section_id)
    return part.count if part else Count(0, 0)


def _card(request: TenantRequest, assessment: Assessment, question_id: str, assigned: Assigned) -> HttpResponse:
    question = _question(assessment, question_id)
    if not is_htmx(request):
        return redirect(_address(request, assessment, question_id, assigned))
    sheet = sheet_of(request, assessment)
    shown = _shown(sheet, question, assigned)
    place = shown.index(question) if question in shown else -1
    context = {**frame(request, sheet), "card": sheet.card(question, place + 1), "tasks": assigned is not None}
    return render(request, "assessments/_question.html", context)


def _shown(sheet: Sheet, question: Question, assigned: Assigned) -> list[Question]:
    """The questions of the page on which the card stands: they number it."""
    section = sheet.catalog.section_of[question.id]
    if assigned is None:
        return [found for found in section.questions if found.id in sheet.progress.asked]
    part = share(sheet.catalog, assigned, sheet.progress.asked, sheet.answers).part(section.id)
    return list(part.questions) if part else []


def _refused(
    request: TenantRequest,
    assessment_id: UUID,
    question_id: str,
    form: AnswerForm,
    assigned: Assigned,
    state: str,
    status: int,
    theirs: Answer | None,
) -> HttpResponse:
    """Say why nothing was saved; htmx gets the message, a plain form gets the page with what was typed."""
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    question = _question(assessment, question_id)
    card = typed_card(question, 0, form, assessment.catalog_ref, state=state, theirs=theirs)
    if is_htmx(request):
        context = {
            "card": card,
            "assessment": assessment,
            "organisation": request.organisation,
            "tasks": assigned is not None,
        }
        return _stated(render(request, "assessments/_save_state.html", context, status=status), state)
    found = get_catalog(assessment.catalog_ref).section_of[question_id]
    if assigned is not None:
        return tasks.section_page(request, assessment, found.id, assigned, typed=card, status=status)
    return questionnaire.section_page(request, assessment, found.id, typed=card, status=status)


def _question(assessment: Assessment, question_id: str) -> Question:
    try:
        return get_catalog(assessment.catalog_ref).questions[question_id]
    except KeyError:
        raise Http404 from None


def _address(request: TenantRequest, assessment: Assessment, question_id: str, assigned: Assigned) -> str:
    found = get_catalog(assessment.catalog_ref).section_of[question_id]
    name = "assessments:section" if assigned is None else "assessments:tasks_section"
    return f"{reverse(name, args=[request.organisation.pk, assessment.pk, found.id])}#{question_id}"


def _stated(response: HttpResponse, state: str) -> HttpResponse:
    response.headers[SAVE_STATE] = state
    return response
