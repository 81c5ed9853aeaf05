"""The questionnaire: contents, sections, one answer at a time, submit and reopen."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import moving, services
from assessments.cards import Card, saved_card, typed_card
from assessments.forms import AnswerForm
from assessments.models import Answer, Assessment
from assessments.progress import Progress, progress
from guidance.catalog import Catalog, Question, Section
from guidance.registry import get_catalog
from organisations.access import TenantRequest, requires
from organisations.policy import Permission, Role, allows

SAVE_STATE = "X-Save-State"
"""Header that proves to the page that this answer comes from the save view, and says how it went."""


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
    context = {**_frame(request, assessment, catalog, state), "axes": axes, "next": _next_section(catalog, state)}
    context["waiting"] = len(moving.waiting(assessment, answers))
    return render(request, "assessments/contents.html", context)


@requires(Permission.READ)
@require_safe
def section(request: TenantRequest, assessment_id: UUID, section_id: str) -> HttpResponse:
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    return _section_page(request, assessment, section_id)


@requires(Permission.ANSWER)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: TenantRequest, assessment_id: UUID, question_id: str) -> HttpResponse:
    """POST saves one answer. GET is the card as it is saved (a fragment for htmx, its place on the page otherwise)."""
    if request.method != "POST":
        return _card(request, get_object_or_404(Assessment, pk=assessment_id), question_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _refused(request, assessment_id, question_id, form, state="error", status=422)
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
        return _refused(request, assessment_id, question_id, form, state="closed", status=409)
    except services.NothingChosen:
        form.add_error("choice", _("答えを選ぶか、メモを書いてください。"))
        return _refused(request, assessment_id, question_id, form, state="error", status=422)
    except services.AnswerConflict as conflict:
        return _refused(request, assessment_id, question_id, form, state="conflict", status=409, theirs=conflict.theirs)
    if not _is_htmx(request):
        messages.success(request, _("回答を保存しました。"))
        return redirect(_address(request, saved.row.assessment, question_id))
    found = get_catalog(saved.row.assessment.catalog_ref).section_of[question_id]
    context = {"row": saved.row, "section": found, "count": saved.progress.sections[found.id]}
    # Two lines of HTML that know nothing of the request: no context processor has to run for them.
    return _stated(HttpResponse(render_to_string("assessments/_saved.html", context)), "saved")


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
        messages.success(request, _("提出しました。回答と採点をこの時点の記録として残しました。"))
        return redirect("reports:submission", request.organisation.pk, submission.pk)
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    catalog = get_catalog(assessment.catalog_ref)
    answers = services.answers_of(Answer.objects.filter(assessment=assessment))
    state = progress(catalog, answers, request.organisation.profile())
    missing = [
        (found, [q for q in found.questions if q.id in state.asked and q.id not in answers])
        for found in catalog.sections()
    ]
    unknown = [q for q in catalog.questions.values() if q.id in answers and answers[q.id].kind == "unknown"]
    context = {
        **_frame(request, assessment, catalog, state),
        "missing": [(found, questions) for found, questions in missing if questions],
        "unknown": [(question, catalog.section_of[question.id].id) for question in unknown],
    }
    return render(request, "assessments/submit.html", context)


@requires(Permission.SUBMIT)
@require_POST
def reopen(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    try:
        services.reopen(assessment_id)
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


def _frame(request: TenantRequest, assessment: Assessment, catalog: Catalog, state: Progress) -> dict[str, object]:
    return {
        "organisation": request.organisation,
        "membership": request.membership,
        "assessment": assessment,
        "catalog": catalog,
        "progress": state,
        "open": assessment.status == Assessment.Status.OPEN,
        "superseded": assessment.status == Assessment.Status.SUPERSEDED,
        "may_answer": allows(Role(request.membership.role), Permission.ANSWER),
        "person": request.user.pk,
    }


def _next_section(catalog: Catalog, state: Progress) -> Section | None:
    return next((found for found in catalog.sections() if not state.sections[found.id].complete), None)


def _section_page(
    request: TenantRequest, assessment: Assessment, section_id: str, *, typed: Card | None = None, status: int = 200
) -> HttpResponse:
    """One section; `typed` replaces the card of its question by what the person typed."""
    catalog = get_catalog(assessment.catalog_ref)
    sections = list(catalog.sections())
    place = next((index for index, found in enumerate(sections) if found.id == section_id), None)
    if place is None:
        raise Http404
    rows = Answer.objects.filter(assessment=assessment).by_question()
    answers = services.answers_of(rows.values())
    state = progress(catalog, answers, request.organisation.profile())
    asked = [question for question in sections[place].questions if question.id in state.asked]
    proposals = moving.waiting(assessment, answers)
    cards = [
        replace(typed, number=number, proposal=proposals.get(question.id))
        if typed and typed.question.id == question.id
        else saved_card(question, number, rows.get(question.id), catalog.ref, proposal=proposals.get(question.id))
        for number, question in enumerate(asked, start=1)
    ]
    if typed and typed.question.id not in state.asked:  # the company's facts changed while somebody wrote
        cards.append(replace(typed, number=len(cards) + 1))
    visible = [found for found in sections if state.sections[found.id].total]
    later = [found for found in visible if sections.index(found) > place]
    earlier = [found for found in visible if sections.index(found) < place]
    context = {
        **_frame(request, assessment, catalog, state),
        "section": sections[place],
        "axis": next(axis for axis in catalog.axes if sections[place] in axis.sections),
        "count": state.sections[section_id],
        "cards": cards,
        "hidden": len(sections[place].questions) - len(asked),
        "previous": earlier[-1] if earlier else None,
        "following": later[0] if later else None,
    }
    return render(request, "assessments/section.html", context, status=status)


def _card(request: TenantRequest, assessment: Assessment, question_id: str) -> HttpResponse:
    question = _question(assessment, question_id)
    if not _is_htmx(request):
        return redirect(_address(request, assessment, question_id))
    row = Answer.objects.filter(assessment=assessment, question_id=question_id).select_related("updated_by").first()
    catalog = get_catalog(assessment.catalog_ref)
    answers = services.answers_of(Answer.objects.filter(assessment=assessment))
    state = progress(catalog, answers, request.organisation.profile())
    card = saved_card(question, _number(catalog, question_id, state), row, catalog.ref)
    return render(request, "assessments/_question.html", {**_frame(request, assessment, catalog, state), "card": card})


def _refused(
    request: TenantRequest,
    assessment_id: UUID,
    question_id: str,
    form: AnswerForm,
    *,
    state: str,
    status: int,
    theirs: Answer | None = None,
) -> HttpResponse:
    """Say why nothing was saved; htmx gets the message, a plain form gets the page with what was typed."""
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    question = _question(assessment, question_id)
    card = typed_card(question, 0, form, assessment.catalog_ref, state=state, theirs=theirs)
    if _is_htmx(request):
        context = {"card": card, "assessment": assessment, "organisation": request.organisation}
        return _stated(render(request, "assessments/_save_state.html", context, status=status), state)
    found = get_catalog(assessment.catalog_ref).section_of[question_id]
    return _section_page(request, assessment, found.id, typed=card, status=status)


def _question(assessment: Assessment, question_id: str) -> Question:
    try:
        return get_catalog(assessment.catalog_ref).questions[question_id]
    except KeyError:
        raise Http404 from None


def _number(catalog: Catalog, question_id: str, state: Progress) -> int:
    asked = [q.id for q in catalog.section_of[question_id].questions if q.id in state.asked]
    return asked.index(question_id) + 1 if question_id in asked else 0


def _address(request: TenantRequest, assessment: Assessment, question_id: str) -> str:
    found = get_catalog(assessment.catalog_ref).section_of[question_id]
    page = reverse("assessments:section", args=[request.organisation.pk, assessment.pk, found.id])
    return f"{page}#{question_id}"


def _is_htmx(request: TenantRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _stated(response: HttpResponse, state: str) -> HttpResponse:
    response.headers[SAVE_STATE] = state
    return response
