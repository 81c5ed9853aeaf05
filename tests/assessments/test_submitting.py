"""Submitting and reopening, as a person does it on the page."""

from __future__ import annotations

import pytest

from assessments.models import Assessment, Submission
from assessments.scoring.answers import Answer
from organisations.models import Organisation, User
from tests.builders import FIRST, SECOND, answer, contents, make_assessment, make_submission
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db


def place(assessment: Assessment, rest: str = "") -> str:
    return f"/o/{assessment.organisation_id}/a/{assessment.pk}/{rest}"


@pytest.fixture
def assessment(company: Organisation) -> Assessment:
    return make_assessment(company, answers={FIRST: Answer.at(3), SECOND: Answer.unknown()})


def test_the_page_before_submitting_lists_what_is_open_and_what_is_unknown(
    client_of: ClientOf, owner: User, assessment: Assessment
) -> None:
    page = client_of(owner).get(place(assessment, "submit"))
    html = page.content.decode()
    assert f"まだ答えていない設問（{page.context['progress'].overall.left} 問）" in html
    missing = {question.id for _, questions in page.context["missing"] for question in questions}
    assert FIRST not in missing
    assert SECOND not in missing
    assert "A-SCN-01" in missing
    assert [question.id for question, _ in page.context["unknown"]] == [SECOND]
    assert f"#{SECOND}" in html


def test_an_owner_submits_and_sees_the_result(client_of: ClientOf, owner: User, assessment: Assessment) -> None:
    browser = client_of(owner)
    response = browser.post(place(assessment, "submit"))
    submission = Submission.unscoped.get(assessment=assessment)
    assert response.headers["Location"] == f"/o/{assessment.organisation_id}/submissions/{submission.pk}/"
    page = browser.get(response.headers["Location"])
    assert page.status_code == 200
    assert "提出しました" in page.content.decode()
    assert submission.submitted_by == owner


def test_an_editor_may_not_submit(client_of: ClientOf, editor: User, assessment: Assessment) -> None:
    before = contents()
    browser = client_of(editor)
    assert browser.post(place(assessment, "submit")).status_code == 403
    assert browser.get(place(assessment, "submit")).status_code == 403
    assert place(assessment, "submit") not in browser.get(place(assessment)).content.decode()
    assert Submission.unscoped.count() == 0
    assert contents()["assessments.Assessment"] == before["assessments.Assessment"]


def test_submitting_twice_makes_one_submission_and_leads_to_it(
    client_of: ClientOf, owner: User, assessment: Assessment
) -> None:
    browser = client_of(owner)
    first = browser.post(place(assessment, "submit"))
    second = browser.post(place(assessment, "submit"), follow=True)
    assert Submission.unscoped.count() == 1
    assert second.redirect_chain[-1][0] == first.headers["Location"]
    assert "すでに提出されたか" in second.content.decode()


def test_submitting_nothing_leads_back_to_the_questions_and_says_why(
    client_of: ClientOf, owner: User, company: Organisation
) -> None:
    empty = make_assessment(company)
    response = client_of(owner).post(place(empty, "submit"), follow=True)
    assert response.redirect_chain == [(place(empty), 302)]
    assert "まだ一つも回答がありません" in response.content.decode()
    assert Submission.unscoped.count() == 0


def test_an_owner_reopens_and_the_record_stays(client_of: ClientOf, owner: User, company: Organisation) -> None:
    submission = make_submission(company)
    browser = client_of(owner)
    response = browser.post(place(submission.assessment, "reopen"), follow=True)
    assert response.redirect_chain == [(place(submission.assessment), 302)]
    assert "これまでの提出の記録はそのまま残っています" in response.content.decode()
    answer(submission.assessment, FIRST, 4)
    browser.post(place(submission.assessment, "submit"))
    overview = browser.get(f"/o/{company.pk}/").content.decode()
    for found in Submission.unscoped.all():
        assert f"/o/{company.pk}/submissions/{found.pk}/" in overview
    assert sorted(Submission.unscoped.values_list("number", flat=True)) == [1, 2]


def test_an_editor_may_not_reopen(client_of: ClientOf, editor: User, company: Organisation) -> None:
    submission = make_submission(company)
    browser = client_of(editor)
    assert browser.post(place(submission.assessment, "reopen")).status_code == 403
    assert Assessment.unscoped.get(pk=submission.assessment_id).status == "submitted"
    assert place(submission.assessment, "reopen") not in browser.get(f"/o/{company.pk}/").content.decode()


def test_reopening_what_is_open_says_so_and_changes_nothing(
    client_of: ClientOf, owner: User, assessment: Assessment
) -> None:
    browser = client_of(owner)
    before = contents()
    response = browser.post(place(assessment, "reopen"), follow=True)
    assert "もう開いているか" in response.content.decode()
    assert contents() == before


def test_nobody_submits_or_reopens_by_following_a_link(
    client_of: ClientOf, owner: User, assessment: Assessment
) -> None:
    browser = client_of(owner)
    assert browser.get(place(assessment, "submit")).status_code == 200
    assert browser.get(place(assessment, "reopen")).status_code == 405
    assert Submission.unscoped.count() == 0
