"""Going through a client's answers: the whole, a section, one question in an interview, and what is kept of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advising import reviews
from advising.forms import QUALITY_NAMES, EnquiryForm, FindingForm, NoteForm, renewed
from advising.models import Enquiry, FindingRow, Review
from advising.reading import Line, ReviewView, review_of
from assessments.models import Submission
from organisations.access import SharedRequest, requires_shared
from organisations.consent import What
from organisations.fragments import is_htmx
from organisations.limits import limited
from organisations.mailing import NotMailed
from organisations.policy import Permission


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_safe
def overview(request: SharedRequest, submission_id: UUID) -> HttpResponse:
    """Where the review stands: sections, both scorecards, differences, the next step."""
    submission = get_object_or_404(Submission, pk=submission_id)
    review = review_of(submission_id)
    if review is None:
        context = {**_place(request, submission_id), "submission": submission}
        return render(request, "advising/start.html", context)
    view = ReviewView(review, request.user.pk, request.shared)
    notes = view.notes_on_the_whole()
    own = next((one.text for one in notes if one.author_id == request.user.pk), "")
    context = {
        **_place(request, submission_id),
        "review": review,
        "submission": submission,
        "sections": view.sections(),
        "pairs": view.pairs(),
        "differing": len(view.differences()),
        "calibrations": view.calibrations(),
        "advisors": view.advisors,
        "first": next(iter(view.order()), ""),
        "waiting": view.waiting(),
        "note_form": NoteForm(initial={"text": own}),
        "colleagues_notes": [one for one in notes if one.author_id != request.user.pk],
    }
    return render(request, "advising/overview.html", context)


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_POST
def start(request: SharedRequest, submission_id: UUID) -> HttpResponse:
    get_object_or_404(Submission, pk=submission_id)
    reviews.open_review(request.acting_for, request.organisation, submission_id, by=request.user)
    return redirect("advising:review", request.acting_for.pk, request.organisation.pk, submission_id)


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_safe
def section(request: SharedRequest, submission_id: UUID, section_id: str) -> HttpResponse:
    """The questions of one section, each with the form of the finding."""
    view = _view(request, submission_id)
    found = view.catalog.section(section_id)
    listed = view.sections()
    ids = [one.id for one, *_counts in listed]
    if found is None or section_id not in ids:
        raise Http404
    place = ids.index(section_id)
    context = {
        **_place(request, submission_id),
        "review": view.review,
        "section": found,
        "cards": [(line, FindingForm.of(line.mine)) for line in view.lines(found.questions)],
        "before": listed[place - 1][0] if place else None,
        "after": listed[place + 1][0] if place + 1 < len(ids) else None,
        "qualities": QUALITY_NAMES.items(),
    }
    return render(request, "advising/section.html", context)


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_POST
def finding(request: SharedRequest, submission_id: UUID, question_id: str) -> HttpResponse:
    """Keep a finding. Answers with the question's card (htmx), or leads back to it."""
    view = _asked(request, submission_id, question_id)
    try:
        status, form, conflict = _kept(request, view, question_id)
    except reviews.ReviewClosed:
        return _closed(request, submission_id)
    line = _line(_view(request, submission_id), question_id)
    if status == 200:
        form = FindingForm.of(line.mine)
        if not is_htmx(request):
            messages.success(request, _("記録しました。"))
            return redirect(_address(request, submission_id, line))
    context = {**_card(request, view.review, line, form), "saved": status == 200, "conflict": conflict, "wrong": status}
    template = "advising/_card.html" if is_htmx(request) else "advising/one.html"
    return render(request, template, context, status=status)


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_http_methods(["GET", "HEAD", "POST"])
def interview(request: SharedRequest, submission_id: UUID, question_id: str) -> HttpResponse:
    """One question at a time, large, to be answered together with the client: what the office writes for itself is not
    on this page. Saving leads on to the next question."""
    view = _view(request, submission_id)
    order = view.order()
    if question_id not in order:
        raise Http404
    place = order.index(question_id)
    line = _line(view, question_id)
    status, form, conflict = 200, FindingForm.of(line.mine), None
    if request.method == "POST":
        try:
            status, form, conflict = _kept(request, view, question_id)
        except reviews.ReviewClosed:
            return _closed(request, submission_id)
        if status == 200:
            return _next(request, submission_id, order, place)
    context = {
        **_card(request, view.review, line, form),
        "number": place + 1,
        "of": len(order),
        "before": order[place - 1] if place else "",
        "after": order[place + 1] if place + 1 < len(order) else "",
        "conflict": conflict,
    }
    return render(request, "advising/interview.html", context, status=status)


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_POST
def note(request: SharedRequest, submission_id: UUID, question_id: str = "") -> HttpResponse:
    """The person's private note on a question, or on the whole."""
    view = _asked(request, submission_id, question_id) if question_id else _view(request, submission_id)
    form = NoteForm(request.POST)
    if form.is_valid():
        reviews.write_note(view.review.pk, question_id, form.cleaned_data["text"], by=request.user)
        messages.success(request, _("窓口内のメモを残しました。会社には見えません。"))
        return _back(request, submission_id, view, question_id)
    context = {**_place(request, submission_id), "form": form, "review": view.review, "question_id": question_id}
    return render(request, "advising/note.html", context, status=422)


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_POST
@limited("invitation")
def ask(request: SharedRequest, submission_id: UUID, question_id: str) -> HttpResponse:
    """Ask the company about a question; its owners are told by mail, without what is asked."""
    view = _asked(request, submission_id, question_id)
    form = EnquiryForm(request.POST)
    if not form.is_valid():
        line = _line(view, question_id)
        context = {**_card(request, view.review, line, FindingForm.of(line.mine)), "enquiry_form": form}
        return render(request, "advising/one.html", context, status=422)
    link = request.build_absolute_uri(reverse("advising:advice", args=[request.organisation.pk]))
    words = form.cleaned_data["words"]
    try:
        reviews.ask(request.organisation, view.review.pk, question_id, words, by=request.user, link=link)
    except reviews.ReviewClosed:
        return _closed(request, submission_id)
    except reviews.AlreadyAsked:
        messages.info(request, _("この設問は、もう会社に尋ねています。返事を待つか、先の問い合わせを終えてください。"))
    except NotMailed:
        messages.warning(request, _("尋ねました。メールは送れなかったので、会社に直接知らせてください。"))
    else:
        messages.success(request, _("尋ねました。会社の責任者にメールで知らせました。"))
    return _back(request, submission_id, view, question_id)


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_POST
def settle(request: SharedRequest, submission_id: UUID, enquiry_id: UUID) -> HttpResponse:
    view = _view(request, submission_id)
    try:
        found = reviews.settle(view.review.pk, enquiry_id)
    except Enquiry.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("問い合わせを終えました。"))
    return _back(request, submission_id, view, found.question_id)


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_POST
def finish(request: SharedRequest, submission_id: UUID) -> HttpResponse:
    view = _view(request, submission_id)
    try:
        reviews.finish(view.review.pk, by=request.user)
    except reviews.NothingJudged:
        messages.error(request, _("まだ一問も判断していません。設問ごとに段階を選んでから終えてください。"))
        return redirect("advising:review", request.acting_for.pk, request.organisation.pk, submission_id)
    messages.success(request, _("確認を終えました。次は報告書です。"))
    return redirect("advising:report", request.acting_for.pk, request.organisation.pk, submission_id)


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_POST
def reopen(request: SharedRequest, submission_id: UUID) -> HttpResponse:
    view = _view(request, submission_id)
    try:
        reviews.reopen(view.review.pk, by=request.user)
    except reviews.ReportUnderWay:
        messages.error(request, _("報告書が署名を待っています。先に報告書を取り下げてから、開き直してください。"))
    else:
        messages.success(request, _("開き直しました。確定した報告書はそのまま残り、次に署名すると新しい版になります。"))
    return redirect("advising:review", request.acting_for.pk, request.organisation.pk, submission_id)


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_POST
def lead(request: SharedRequest, submission_id: UUID) -> HttpResponse:
    """Whose findings count where two advisors differ."""
    view = _view(request, submission_id)
    ids = {str(person): person for person, _name in view.advisors}
    try:
        reviews.make_lead(view.review.pk, ids.get(request.POST.get("person", ""), 0))
    except reviews.NotAmongAdvisors:
        raise Http404 from None
    except reviews.ReviewClosed:
        return _closed(request, submission_id)
    messages.success(request, _("主担当を変えました。食い違う設問では、主担当の判断が使われます。"))
    return redirect("advising:differences", request.acting_for.pk, request.organisation.pk, submission_id)


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_safe
def differences(request: SharedRequest, submission_id: UUID) -> HttpResponse:
    """Self against verified, question by question; and two advisors against each other."""
    view = _view(request, submission_id)
    context = {
        **_place(request, submission_id),
        "review": view.review,
        "pairs": view.pairs(),
        "found": view.differences(),
        "calibrations": view.calibrations(),
        "advisors": view.advisors,
        "questions": view.catalog.questions,
    }
    return render(request, "advising/differences.html", context)


# --- parts ------------------------------------------------------------------------------------------------------------


def _view(request: SharedRequest, submission_id: UUID) -> ReviewView:
    """The review, where it was opened."""
    review = review_of(submission_id)
    if review is None:
        raise Http404
    return ReviewView(review, request.user.pk, request.shared)


def _asked(request: SharedRequest, submission_id: UUID, question_id: str) -> ReviewView:
    """The review, where the question applies in it: to any other nothing is written."""
    view = _view(request, submission_id)
    if question_id not in view.asked:
        raise Http404
    return view


def _kept(request: SharedRequest, view: ReviewView, question_id: str) -> tuple[int, FindingForm, FindingRow | None]:
    """Keep what was typed about a question. The status (200, 422 or 409), the form with what was typed, and of a
    conflict the finding that stands. Raises ReviewClosed."""
    form = FindingForm(request.POST)
    if not form.is_valid():
        return 422, form, None
    revision = form.cleaned_data["revision"] or 0
    try:
        reviews.save_finding(view.review.pk, question_id, form.draft(), revision=revision, by=request.user)
    except reviews.Overtaken as overtaken:
        there = overtaken.row
        return 409, FindingForm(renewed(request.POST, there.revision if there else 0)), there
    return 200, form, None


def _place(request: SharedRequest, submission_id: UUID) -> dict[str, Any]:
    return {
        "body": request.acting_for,
        "company_id": request.organisation.pk,
        "name": request.organisation.name,
        "submission_id": submission_id,
        "shares_notes": What.NOTES in request.shared,
    }


def _line(view: ReviewView, question_id: str) -> Line:
    question = view.catalog.questions.get(question_id)
    lines = view.lines([question]) if question is not None else []
    if not lines:
        raise Http404
    return lines[0]


def _card(request: SharedRequest, review: Review, line: Line, form: FindingForm) -> dict[str, Any]:
    return {
        **_place(request, review.submission_id),
        "review": review,
        "line": line,
        "form": form,
        "qualities": QUALITY_NAMES.items(),
    }


def _address(request: SharedRequest, submission_id: UUID, line: Line) -> str:
    ids = [request.acting_for.pk, request.organisation.pk, submission_id, line.section.id]
    return f"{reverse('advising:section', args=ids)}#{line.question.id}"


def _back(request: SharedRequest, submission_id: UUID, view: ReviewView, question_id: str) -> HttpResponse:
    if question_id not in view.asked:  # of the whole, or a question that applies no longer
        return redirect("advising:review", request.acting_for.pk, request.organisation.pk, submission_id)
    return redirect(_address(request, submission_id, _line(view, question_id)))


def _next(request: SharedRequest, submission_id: UUID, order: list[str], place: int) -> HttpResponse:
    ids = [request.acting_for.pk, request.organisation.pk, submission_id]
    if place + 1 < len(order):
        return redirect("advising:interview", *ids, order[place + 1])
    messages.success(request, _("最後の設問まで進みました。"))
    return redirect("advising:review", *ids)


def _closed(request: SharedRequest, submission_id: UUID) -> HttpResponse:
    words = _("この確認は終わっています。変えるときは、先に「開き直す」を押してください。")
    if is_htmx(request):
        return render(request, "advising/_closed.html", {"words": words}, status=409)
    messages.error(request, words)
    return redirect("advising:review", request.acting_for.pk, request.organisation.pk, submission_id)
