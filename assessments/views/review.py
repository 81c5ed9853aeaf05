"""Reviewing: every answer with who gave it and when, and the talk about one question."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import review_list, reviewing, services
from assessments.models import Answer, Assessment, Followup
from assessments.progress import progress
from assessments.review_forms import CommentForm, FollowupForm
from guidance.catalog import Question
from guidance.registry import get_catalog
from organisations.access import TenantRequest, requires
from organisations.fragments import is_htmx
from organisations.mailing import NotMailed
from organisations.policy import Permission, Role, allows


@requires(Permission.REVIEW)
@require_safe
def review(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    """Every asked question; `show` and `person` narrow the list down."""
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    catalog = get_catalog(assessment.catalog_ref)
    rows = Answer.objects.filter(assessment=assessment).by_question()
    state = progress(catalog, services.answers_of(rows.values()), request.organisation.profile())
    lines = review_list.lines(assessment, catalog, state.asked, rows)
    people = review_list.people(request.organisation, lines)
    show, person = request.GET.get("show") or "all", request.GET.get("person") or ""
    chosen = next((found for found in people if str(found.key) == person), None)
    if show not in review_list.SHOWS or (person and chosen is None):
        raise Http404
    found = [line for line in lines if review_list.SHOWS[show](line) and (not chosen or chosen.id in line.people)]
    context = {
        "organisation": request.organisation,
        "assessment": assessment,
        "open": assessment.status == Assessment.Status.OPEN,
        "progress": state,
        "sections": review_list.by_section(catalog, found),
        "found": len(found),
        "counts": {name: sum(map(shows, lines)) for name, shows in review_list.SHOWS.items()},
        "show": show,
        "people": people,
        "person": person,
        "address": request.get_full_path(),
    }
    return render(request, "assessments/review.html", context)


@requires(Permission.RESPOND)
@require_http_methods(["GET", "HEAD", "POST"])
def talk(request: TenantRequest, assessment_id: UUID, question_id: str) -> HttpResponse:
    """The talk about one question, a fragment for htmx; POST adds a comment. Respondents: their own questions only."""
    assessment, question = _talked_about(request, assessment_id, question_id)
    if request.method != "POST":
        return _talk(request, assessment, question)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _talk(request, assessment, question, comment=form, status=422)
    try:
        reviewing.comment(request.organisation, assessment.pk, question.id, form.cleaned_data["text"], by=request.user)
    except services.AssessmentClosed:
        form.add_error("text", _closed())
        return _talk(request, assessment, question, comment=form, status=409)
    return _done(request, assessment, question, _("コメントを残しました。"))


@requires(Permission.REVIEW)
@require_POST
def followup(request: TenantRequest, assessment_id: UUID, question_id: str) -> HttpResponse:
    """Mark a question for later, or ask back about its answer."""
    assessment, question = _talked_about(request, assessment_id, question_id)
    form = FollowupForm(request.POST)
    if not form.is_valid():
        return _talk(request, assessment, question, raising=form, status=422)
    place, words, said = (request.organisation, assessment.pk, question.id), form.cleaned_data["words"], ""
    try:
        if form.cleaned_data["kind"] == Followup.Kind.LATER:
            reviewing.mark_for_later(*place, words, by=request.user)
            said = _("「あとで見る」の印をつけました。")
        else:
            asked = reviewing.ask_back(*place, words, by=request.user, link=_link_of(request, assessment, question))
            said = _("%(name)s に聞き返しました。メールで知らせました。") % {"name": asked.asked_of}
    except services.AssessmentClosed:
        form.add_error(None, _closed())
    except reviewing.AlreadyRaised:
        form.add_error(
            None, _("同じ印がもうついています。済んだら「済みにする」を押してから、もう一度つけてください。")
        )
    except reviewing.NobodyToAsk:
        form.add_error(
            None,
            _(
                "聞き返す相手がいません。ほかの人がまだ答えておらず、だれにも割り当てられていないか、その人がもう会社にいません。"
            ),
        )
    except NotMailed:
        said = _("聞き返しました。ただし、メールは送れませんでした。本人に直接知らせてください。")
    if form.errors:
        return _talk(request, assessment, question, raising=form, status=409)
    return _done(request, assessment, question, said)


@requires(Permission.REVIEW)
@require_POST
def settle(request: TenantRequest, assessment_id: UUID, followup_id: UUID) -> HttpResponse:
    """A mark or question back is done with. Leads back to the list as it was narrowed down (`back`), or to the talk."""
    try:
        settled = reviewing.settle(assessment_id, followup_id, by=request.user)
    except (Assessment.DoesNotExist, Followup.DoesNotExist):
        raise Http404 from None
    except services.AssessmentClosed:
        messages.error(request, _closed())
        return redirect("assessments:review", request.organisation.pk, assessment_id)
    question = get_catalog(settled.assessment.catalog_ref).questions[settled.question_id]
    listed = reverse("assessments:review", args=[request.organisation.pk, assessment_id])
    back = request.POST.get("back", "")
    if back == listed or back.startswith(f"{listed}?"):
        messages.success(request, _("済みにしました。"))
        return redirect(f"{back}#{question.id}")
    return _done(request, settled.assessment, question, _("済みにしました。"))


# --- parts ------------------------------------------------------------------------------------------------------------


def _talked_about(request: TenantRequest, assessment_id: UUID, question_id: str) -> tuple[Assessment, Question]:
    """What somebody has no part in does not exist for them."""
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    question = get_catalog(assessment.catalog_ref).questions.get(question_id)
    role = Role(request.membership.role)
    if question is None or not reviewing.may_talk(assessment, question_id, role, request.user):
        raise Http404
    return assessment, question


def _talk(
    request: TenantRequest,
    assessment: Assessment,
    question: Question,
    *,
    comment: CommentForm | None = None,
    raising: FollowupForm | None = None,
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = Answer.objects.filter(assessment=assessment, question_id=question.id).by_question()
    role = Role(request.membership.role)
    followups = reviewing.followups_for(assessment, rows, role=role, person=request.user.pk)
    row = rows.get(question.id)
    reviews, is_open = allows(role, Permission.REVIEW), assessment.status == Assessment.Status.OPEN
    context = {
        "organisation": request.organisation,
        "assessment": assessment,
        "question": question,
        "section": get_catalog(assessment.catalog_ref).section_of[question.id],
        "row": row,
        "draft": services.draft_of(row) if row else None,
        "followups": followups.get(question.id, ()),
        "comments": reviewing.comments_on(assessment, question.id),
        "comment": comment or CommentForm(),
        "raising": raising or FollowupForm(),
        "open": is_open,
        "may_review": reviews,
        "may_settle": reviews and is_open,
        "said": said,
    }
    template = "assessments/_talk.html" if is_htmx(request) else "assessments/talk.html"
    return render(request, template, context, status=status)


def _done(request: TenantRequest, assessment: Assessment, question: Question, said: str) -> HttpResponse:
    if is_htmx(request):
        return _talk(request, assessment, question, said=said)
    messages.success(request, said)
    return redirect("assessments:talk", request.organisation.pk, assessment.pk, question.id)


def _link_of(request: TenantRequest, assessment: Assessment, question: Question) -> str:
    """Everybody who can be asked may open the talk; the questionnaire itself is closed to respondents."""
    return request.build_absolute_uri(
        reverse("assessments:talk", args=[request.organisation.pk, assessment.pk, question.id])
    )


def _closed() -> str:
    return _("この診断は提出済みか、新しい版に移っています。開き直すと書けます。")
