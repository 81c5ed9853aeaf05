"""The result page: the running result of an open assessment, and the frozen one of a submission."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from assessments import services
from assessments.models import Assessment, Submission
from assessments.scoring.answers import Answer
from organisations.models import Organisation, User
from organisations.scoping import scope
from reports.context import ReportContext
from reports.models import ReportFile
from tests.builders import (
    FIRST,
    SECOND,
    answer,
    full_answers,
    make_assessment,
    make_organisation,
    make_report,
    make_submission,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client_of: ClientOf, viewer: User) -> Client:
    return client_of(viewer)


def running(assessment: Assessment) -> str:
    return f"/o/{assessment.organisation_id}/a/{assessment.pk}/result"


def frozen(submission: Submission) -> str:
    return f"/o/{submission.organisation_id}/submissions/{submission.pk}/"


def test_an_open_assessment_shows_how_it_stands_and_says_that_it_is_not_final(
    browser: Client, company: Organisation
) -> None:
    answers = full_answers()
    del answers[FIRST], answers[SECOND]
    page = browser.get(running(make_assessment(company, answers=answers)))
    assert page.status_code == 200
    report: ReportContext = page.context["report"]
    assert (report.final, report.number) == (False, None)
    html = page.content.decode()
    assert report.unanswered == 2
    assert "途中経過（まだ提出していません）" in html
    assert "まだ答えていない設問が 2 問あります" in html
    assert "PDFを作る" not in html


def test_an_assessment_without_answers_shows_what_is_not_yet_known(browser: Client, company: Organisation) -> None:
    page = browser.get(running(make_assessment(company)))
    assert page.status_code == 200
    assert all(axis.score is None for axis in page.context["report"].axes)
    assert page.content.decode().count("<strong>未算定</strong>") >= 3


def test_the_result_of_a_submitted_assessment_is_its_latest_submission(browser: Client, company: Organisation) -> None:
    first = make_submission(company, answers={FIRST: Answer.at(1)})
    with scope(company.pk):
        services.reopen(first.assessment_id, by=None)
    answer(first.assessment, FIRST, 4)
    assert browser.get(running(first.assessment)).status_code == 200, "open again: the running result"
    second = make_submission(company, assessment=first.assessment)
    assert browser.get(running(first.assessment)).headers["Location"] == frozen(second)
    for submission in (first, second):
        report = browser.get(frozen(submission)).context["report"]
        assert (report.final, report.number) == (True, submission.number)
        assert report.axes[0].score == submission.scorecard["axes"]["autonomy"]["score"]


def test_the_page_shows_the_stored_figures_to_the_digit(browser: Client, company: Organisation) -> None:
    submission = make_submission(company)
    html = browser.get(frozen(submission)).content.decode()
    for axis in submission.scorecard["axes"].values():
        assert f"<strong>{axis['score']}</strong>" in html
        assert f"<dd>{axis['low']}〜{axis['high']}</dd>" in html
        assert f"<dd>{axis['coverage']}%</dd>" in html
        assert f"段階 {axis['stage']} / 5" in html


def test_a_submission_looks_the_same_after_the_company_and_its_answers_changed(
    browser: Client, company: Organisation
) -> None:
    submission = make_submission(company)
    report = browser.get(frozen(submission)).context["report"]
    with scope(company.pk):
        services.reopen(submission.assessment_id, by=None)
    answer(submission.assessment, FIRST, 0)
    company.name, company.facts = "改名株式会社", {}
    company.save()
    later = browser.get(frozen(submission)).context["report"]
    assert later == report
    assert later.company.name == "株式会社みなと精密加工"


def test_every_answer_stands_in_the_trace_with_its_clauses(browser: Client, company: Organisation) -> None:
    page = browser.get(frozen(make_submission(company)))
    report: ReportContext = page.context["report"]
    html = page.content.decode()
    trace = html[html.index('id="trace"') :]
    assert trace.count('<th scope="row">') == len(report.trace)
    for line in report.trace:
        for citation in line.citations:
            assert f"#{citation.clause.id}" in trace


def test_the_contributions_of_an_axis_add_up_to_its_score_within_rounding(
    browser: Client, company: Organisation
) -> None:
    report: ReportContext = browser.get(frozen(make_submission(company))).context["report"]
    for axis, lines in report.trace_by_axis:
        total = sum(Decimal(line.contribution) for line in lines if line.state == "level")
        assert abs(total - Decimal(axis.score or 0)) <= Decimal("0.05") * len(lines)


def test_every_picture_has_a_title_and_a_table_beside_it(browser: Client, company: Organisation) -> None:
    html = browser.get(frozen(make_submission(company))).content.decode()
    pictures = re.findall(r"<svg(?![^>]*aria-hidden).*?</svg>", html, re.S)
    assert len(pictures) == 7, "a radar, and a range and bars for each axis"
    assert all("<title" in picture for picture in pictures)
    sections = html[html.index('id="sections"') : html.index('id="points"')]
    assert sections.count("<table") == 3


def test_gates_that_hold_a_stage_are_named_with_what_they_need(browser: Client, company: Organisation) -> None:
    page = browser.get(frozen(make_submission(company)))
    binding = [gate for axis in page.context["report"].axes for gate in axis.binding]
    assert binding, "the sample is held by gates"
    for gate in binding:
        assert gate.needed in page.content.decode()


def test_actions_are_shown_in_their_order_with_first_step_cost_and_time(browser: Client, company: Organisation) -> None:
    page = browser.get(frozen(make_submission(company)))
    actions = page.context["report"].planned
    html = page.content.decode()
    places = [html.index(f'action__number">{action.number}</span>') for action in actions]
    assert places == sorted(places)
    for action in actions:
        assert action.first_step in html


def test_a_question_that_does_not_apply_stands_nowhere(client_of: ClientOf, owner: User) -> None:
    trader = make_organisation(owner=owner, facts={})
    submission = make_submission(trader, answers={**full_answers(), "A-VIS-04": Answer.at(0)})
    report: ReportContext = client_of(owner).get(frozen(submission)).context["report"]
    assert "A-VIS-04" not in {line.question.id for line in report.trace}
    assert FIRST in {line.question.id for line in report.trace}


def test_a_reason_and_a_level_text_cannot_become_markup(browser: Client, company: Organisation) -> None:
    submission = make_submission(company, answers={FIRST: Answer.at(3), SECOND: Answer.not_applicable("<img src=x>")})
    html = browser.get(frozen(submission)).content.decode()
    assert "<img" not in html
    assert "&lt;img src=x&gt;" in html


def test_results_are_not_kept_by_any_cache(browser: Client, company: Organisation) -> None:
    submission, assessment = make_submission(company), make_assessment(company)
    for address in (frozen(submission), running(assessment), running(submission.assessment)):
        assert "no-store" in browser.get(address).headers["Cache-Control"]


def test_the_result_in_english_shows_english_questions(browser: Client, company: Organisation) -> None:
    submission = make_submission(company)
    browser.post("/language", {"language": "en"})
    page = browser.get(frozen(submission))
    report: ReportContext = page.context["report"]
    assert report.language == "en"
    assert report.axes[0].title == "Autonomy"


def test_a_pdf_can_be_had_in_either_language_whatever_the_page_speaks(
    browser: Client, company: Organisation, bells: list[Any]
) -> None:
    submission = make_submission(company)
    page = browser.get(frozen(submission))
    assert page.context["missing"] == ["ja", "en"]
    browser.post(f"{frozen(submission)}report", {"language": "en"})
    assert [job.language for job in ReportFile.unscoped.all()] == ["en"]
    page = browser.get(frozen(submission))
    assert page.context["missing"] == ["ja"]
    browser.post(f"{frozen(submission)}report", {"language": "xx"})
    assert {job.language for job in ReportFile.unscoped.all()} == {"en", "ja"}


def test_a_pdf_of_an_earlier_look_of_the_paper_is_offered_anew(browser: Client, company: Organisation) -> None:
    submission = make_submission(company)
    make_report(submission, template_version="2000.1")
    page = browser.get(frozen(submission))
    assert page.context["files"] == []
    assert page.context["missing"] == ["ja", "en"]
