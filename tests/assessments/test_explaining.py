"""実施しない理由・予定: beside questions from a comply-or-explain code, kept with the answer, printed, never scored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from assessments.answers_file import entry_of, read_answers
from assessments.models import Assessment
from assessments.scoring.answers import Answer
from assessments.scoring.engine import score
from guidance.problems import InputRefused
from guidance.registry import current_catalog
from organisations.models import Organisation, User
from organisations.scoping import scope
from reports.paper import action_plan_html
from reports.submitted import context_of
from tests.builders import FIRST, make_assessment, make_submission, rows_of
from tests.catalogs import make_question, one_axis
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

WORDS = "人手が足りないため。来年4月に担当者を決め、それまでは社長が月1回確かめる。"
EXPLAINED = next(question for question in current_catalog().questions.values() if question.explain)


@pytest.fixture
def assessment(company: Organisation) -> Assessment:
    return make_assessment(company)


@pytest.fixture
def browser(client_of: ClientOf, editor: User) -> Client:
    return client_of(editor)


def save(client: Client, assessment: Assessment, question: str, **typed: Any) -> HttpResponse:
    address = f"/o/{assessment.organisation_id}/a/{assessment.pk}/q/{question}"
    return client.post(address, {"revision": "0", **typed}, headers={"HX-Request": "true"})


def page_of(client: Client, assessment: Assessment, question: str) -> str:
    section = current_catalog().section_of[question].id
    address = f"/o/{assessment.organisation_id}/a/{assessment.pk}/s/{section}"
    return client.get(address).content.decode()


def test_only_a_question_from_the_code_offers_the_field(browser: Client, assessment: Assessment) -> None:
    assert f'id="explanation-{EXPLAINED.id}"' in page_of(browser, assessment, EXPLAINED.id)
    assert f'id="explanation-{FIRST}"' not in page_of(browser, assessment, FIRST)


def test_an_explanation_is_saved_with_the_answer_and_shown_again(browser: Client, assessment: Assessment) -> None:
    assert save(browser, assessment, EXPLAINED.id, choice="1", explanation=WORDS).status_code == 200
    row = rows_of(assessment)[EXPLAINED.id]
    assert (row.level, row.explanation) == (1, WORDS)
    assert WORDS in page_of(browser, assessment, EXPLAINED.id)


def test_an_explanation_may_come_before_the_answer_and_counts_as_none(browser: Client, assessment: Assessment) -> None:
    assert save(browser, assessment, EXPLAINED.id, explanation=WORDS).status_code == 200
    assert rows_of(assessment)[EXPLAINED.id].kind == "none"


def test_an_explanation_that_is_too_long_is_refused_and_the_answer_stays_as_it_was(
    browser: Client, assessment: Assessment
) -> None:
    response = save(browser, assessment, EXPLAINED.id, choice="1", explanation="長" * 1001)
    assert response.status_code == 422
    assert "1000文字まで" in response.content.decode()
    assert rows_of(assessment) == {}
    assert save(browser, assessment, EXPLAINED.id, choice="1", explanation="長" * 1000).status_code == 200


def test_two_people_who_explain_differently_see_both_explanations(browser: Client, assessment: Assessment) -> None:
    save(browser, assessment, EXPLAINED.id, choice="1", explanation=WORDS)
    response = save(browser, assessment, EXPLAINED.id, choice="1", explanation="別の説明")
    assert response.status_code == 409
    assert WORDS in response.content.decode()
    assert "別の説明" in response.content.decode()


def test_an_explanation_is_frozen_with_the_submission_and_printed(company: Organisation) -> None:
    submission = make_submission(company, answers={EXPLAINED.id: Answer.at(1, explanation=WORDS)})
    assert submission.answers[EXPLAINED.id] == {"level": 1, "explanation": WORDS}
    with scope(company.pk):
        report = context_of(submission, "ja")
    assert [line.question.id for line in report.explained] == [EXPLAINED.id]
    assert WORDS in action_plan_html(report)


def test_the_result_page_has_no_such_part_where_nothing_was_explained(
    client_of: ClientOf, editor: User, company: Organisation
) -> None:
    submission = make_submission(company, answers={EXPLAINED.id: Answer.at(1)})
    html = client_of(editor).get(f"/o/{company.pk}/submissions/{submission.pk}/").content.decode()
    assert 'id="explained"' not in html
    assert 'id="trace"' in html


def test_an_explanation_changes_no_score() -> None:
    catalog = one_axis(make_question("Q-1"), make_question("Q-2"))
    bare = {"Q-1": Answer.at(2), "Q-2": Answer.unknown()}
    said = {"Q-1": Answer.at(2, explanation=WORDS), "Q-2": Answer.unknown(explanation=WORDS)}
    assert score(catalog, bare, {}) == score(catalog, said, {})


def test_the_answers_file_carries_explanations_both_ways_and_refuses_what_is_no_text() -> None:
    catalog = one_axis(make_question("Q-1"))

    def read(entry: Mapping[str, Any]) -> Answer:
        return read_answers({"answers": {"Q-1": dict(entry)}}, catalog, "a.json").answers["Q-1"]

    given = Answer.not_applicable("対象なし", "メモ", WORDS)
    assert read(entry_of(given)) == given
    with pytest.raises(InputRefused, match="explanation"):
        read({"level": 1, "explanation": 3})
