"""Two writers at once, on real connections. Collected on PostgreSQL only (tests/conftest.py): SQLite locks no rows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from assessments import answer_uploads, approving, delegation, reviewing, services
from assessments.approval import Lapsed
from assessments.models import ApprovalStep, Assessment, Assignment, Followup, Submission
from assessments.scoring.answers import Answer
from organisations import inviting
from organisations.models import AuditLine, Organisation, User
from organisations.scoping import scope
from reports import jobs
from reports.models import ReportFile
from tests.assessments.filling import filled
from tests.builders import (
    FIRST,
    SECOND,
    draft,
    make_assessment,
    make_invitation,
    make_report,
    make_submission,
    make_user,
    rows_of,
)

pytestmark = pytest.mark.django_db(transaction=True)

Work = Callable[[], Any]


@pytest.fixture
def start(company: Organisation) -> Iterator[Callable[[Work], Future[Any]]]:
    """Run something in a thread of its own, in the company's scope, on a connection of its own."""
    with ThreadPoolExecutor(8) as pool:

        def in_scope(work: Work) -> Any:
            try:
                with scope(company.pk):
                    return work()
            except Exception as error:
                return error
            finally:
                connection.close()

        yield lambda work: pool.submit(in_scope, work)


def waits(future: Future[Any]) -> bool:
    """Whether the thread is still held up a moment later."""
    time.sleep(0.3)
    return not future.done()


@pytest.fixture
def assessment(company: Organisation) -> Assessment:
    return make_assessment(company)


def test_of_two_first_answers_at_once_one_is_saved_and_one_is_a_conflict(
    start: Callable[[Work], Future[Any]], company: Organisation, assessment: Assessment, owner: User, editor: User
) -> None:
    gate = threading.Barrier(2)

    def save(level: int, by: User) -> services.Saved:
        gate.wait(10)
        return services.save_answer(company, assessment.pk, FIRST, draft(level), revision=0, by=by)

    ends = [future.result(20) for future in (start(lambda: save(1, owner)), start(lambda: save(4, editor)))]
    saved = [end for end in ends if isinstance(end, services.Saved)]
    conflicts = [end for end in ends if isinstance(end, services.AnswerConflict)]
    assert (len(saved), len(conflicts)) == (1, 1), ends
    assert conflicts[0].theirs.level == saved[0].row.level == rows_of(assessment)[FIRST].level
    assert rows_of(assessment)[FIRST].revision == 1


def test_the_same_answer_sent_from_two_tabs_at_once_is_saved_once(
    start: Callable[[Work], Future[Any]], company: Organisation, assessment: Assessment, owner: User
) -> None:
    gate = threading.Barrier(2)

    def save() -> services.Saved:
        gate.wait(10)
        return services.save_answer(company, assessment.pk, FIRST, draft(3), revision=0, by=owner)

    ends = [future.result(20) for future in (start(save), start(save))]
    assert all(isinstance(end, services.Saved) for end in ends), ends
    assert rows_of(assessment)[FIRST].revision == 1


@pytest.mark.parametrize("theirs", [FIRST, SECOND], ids=["the same question", "another one"])
def test_a_workbook_is_confirmed_after_an_answer_that_is_being_saved_and_never_over_it(
    start: Callable[[Work], Future[Any]], company: Organisation, assessment: Assessment, owner: User, theirs: str
) -> None:
    with scope(company.pk):
        content = filled(answer_uploads.answer_sheet(company, assessment, "ja"), {FIRST: {"answer": 3}})
        upload = answer_uploads.keep(company, assessment.pk, content, "回答.xlsx", by=owner)
        seen = answer_uploads.changes_of(upload).digest
        with transaction.atomic():
            services.save_answer(company, assessment.pk, theirs, draft(1), revision=0, by=owner)
            confirming = start(lambda: answer_uploads.confirm(company, assessment.pk, seen=seen, settled=(), by=owner))
            assert waits(confirming)
    end = confirming.result(20)
    if theirs == FIRST:
        assert isinstance(end, answer_uploads.OthersWrote), end
        assert rows_of(assessment)[FIRST].level == 1
    else:
        assert end == answer_uploads.Outcome(1, 0, 0)
        assert (rows_of(assessment)[FIRST].level, rows_of(assessment)[SECOND].level) == (3, 1)


def test_an_answer_waits_for_a_submission_that_is_being_frozen_and_is_then_refused(
    start: Callable[[Work], Future[Any]], company: Organisation, owner: User
) -> None:
    assessment = make_assessment(company)
    with scope(company.pk):
        services.save_answer(company, assessment.pk, FIRST, draft(2), revision=0, by=owner)
        with transaction.atomic():
            submission = services.submit(company, assessment.pk, by=owner)
            late = start(lambda: services.save_answer(company, assessment.pk, FIRST, draft(4), revision=1, by=owner))
            assert waits(late)
    assert isinstance(late.result(20), services.AssessmentClosed)
    assert rows_of(assessment)[FIRST].level == 2
    assert submission.answers == {FIRST: {"level": 2}}


def test_a_submission_waits_for_an_answer_that_is_being_saved_and_holds_it(
    start: Callable[[Work], Future[Any]], company: Organisation, assessment: Assessment, owner: User
) -> None:
    with scope(company.pk), transaction.atomic():
        services.save_answer(company, assessment.pk, FIRST, draft(4), revision=0, by=owner)
        submitting = start(lambda: services.submit(company, assessment.pk, by=owner))
        assert waits(submitting)
    submission = submitting.result(20)
    assert isinstance(submission, Submission), submission
    assert submission.answers == {FIRST: {"level": 4}}


def test_of_two_submissions_at_once_one_is_made(
    start: Callable[[Work], Future[Any]], company: Organisation, owner: User
) -> None:
    assessment = make_assessment(company)
    with scope(company.pk):
        services.save_answer(company, assessment.pk, FIRST, draft(2), revision=0, by=owner)
    gate = threading.Barrier(2)

    def submit() -> Submission:
        gate.wait(10)
        return services.submit(company, assessment.pk, by=owner)

    ends = [future.result(20) for future in (start(submit), start(submit))]
    assert sorted(type(end).__name__ for end in ends) == ["AssessmentClosed", "Submission"], ends
    assert Submission.unscoped.filter(assessment=assessment).count() == 1


def test_of_two_applications_at_once_one_is_made(
    start: Callable[[Work], Future[Any]], company: Organisation, owner: User, editor: User
) -> None:
    assessment = make_assessment(company, answers={FIRST: Answer.at(2)})
    gate = threading.Barrier(2)

    def apply(by: User) -> None:
        gate.wait(10)
        approving.apply(company, assessment.pk, by=by, link="x")

    ends = [future.result(20) for future in (start(lambda: apply(owner)), start(lambda: apply(editor)))]
    assert sorted(type(end).__name__ for end in ends) == ["AlreadyApplied", "NoneType"], ends
    assert ApprovalStep.unscoped.filter(assessment=assessment).count() == 1


def test_an_answer_waits_for_an_application_and_lapses_it(
    start: Callable[[Work], Future[Any]], company: Organisation, owner: User
) -> None:
    assessment = make_assessment(company, answers={FIRST: Answer.at(2)})
    with scope(company.pk):
        with transaction.atomic():
            approving.apply(company, assessment.pk, by=owner, link="x")
            late = start(lambda: services.save_answer(company, assessment.pk, FIRST, draft(4), revision=1, by=owner))
            assert waits(late)
        assert isinstance(late.result(20), services.Saved)
        with pytest.raises(Lapsed):
            services.submit(company, assessment.pk, by=owner)


def test_of_two_marks_at_once_one_is_made(
    start: Callable[[Work], Future[Any]], company: Organisation, assessment: Assessment, owner: User
) -> None:
    gate = threading.Barrier(2)

    def mark() -> Followup:
        gate.wait(10)
        return reviewing.mark_for_later(company, assessment.pk, FIRST, "", by=owner)

    ends = [future.result(20) for future in (start(mark), start(mark))]
    assert sorted(type(end).__name__ for end in ends) == ["AlreadyRaised", "Followup"], ends


def test_two_orders_at_once_make_one_job_and_ring_once(
    start: Callable[[Work], Future[Any]], company: Organisation, owner: User
) -> None:
    submission = make_submission(company)
    gate, rung = threading.Barrier(2), []

    def order() -> ReportFile:
        gate.wait(10)
        return jobs.order(submission, language="ja", by=owner, ring=rung.append)

    ends = [future.result(20) for future in (start(order), start(order))]
    assert {end.pk for end in ends} == set(rung)
    assert len(rung) == 1
    assert ReportFile.unscoped.count() == 1


def test_of_two_workers_at_once_one_makes_the_file(
    start: Callable[[Work], Future[Any]], company: Organisation, printer: list[object]
) -> None:
    job = make_report(make_submission(company))
    gate = threading.Barrier(4)

    def produce() -> None:
        gate.wait(10)
        jobs.produce(job.pk)

    assert [future.result(20) for future in [start(produce) for _ in range(4)]] == [None] * 4
    assert len(printer) == 1
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("done", 1)


def test_two_owners_who_ask_the_same_person_at_once_ask_each_question_once(
    start: Callable[[Work], Future[Any]], company: Organisation, assessment: Assessment, owner: User, respondent: User
) -> None:
    colleague, asked = respondent.memberships.get(), [FIRST, SECOND]

    def ask() -> int:
        return delegation.assign(company, assessment.pk, asked, to=colleague, by=owner).fresh

    assert sorted(done.result() for done in [start(ask) for _ in range(4)]) == [0, 0, 0, len(asked)]
    assert Assignment.unscoped.count() == len(asked)


def test_of_two_who_accept_an_invitation_at_once_one_wins(
    start: Callable[[Work], Future[Any]], company: Organisation
) -> None:
    invitation = make_invitation(company)
    invited = make_user(invitation.email, name="田中")

    def take() -> object:
        return inviting.accept(invitation.pk, by=invited)

    done = [future.result() for future in [start(take), start(take)]]
    assert sorted(isinstance(one, inviting.Used) for one in done) == [False, True]
    assert AuditLine.objects.filter(verb="joined").count() == 1
