"""A submission as data: workbook, CSV, JSON and OSCAL, for the people of the company, as it was frozen."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from assessments.models import Submission
from assessments.scoring.answers import Answer
from assessments.scoring.scorecard import from_json
from organisations.audit import Verb
from organisations.models import AuditLine, Organisation, User
from organisations.policy import Role
from reports.exports.oscal import reading
from reports.exports.submission_files import FORMS
from tests.builders import (
    FIRST,
    SECOND,
    THIRD,
    answer,
    full_answers,
    make_assessment,
    make_member,
    make_submission,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("https://bad.example","見て")'


@pytest.fixture
def submission(company: Organisation, owner: User) -> Submission:
    given = {**full_answers(), FIRST: Answer.at(2, FORMULA), SECOND: Answer.not_applicable("@理由")}
    return make_submission(company, answers=given, by=owner)


@pytest.fixture
def browser(client_of: ClientOf, viewer: User) -> Client:
    return client_of(viewer)


def at(submission: Submission, form: str) -> str:
    return f"/o/{submission.organisation_id}/submissions/{submission.pk}/data/{form}"


def taken(browser: Client, submission: Submission, form: str) -> bytes:
    response = browser.get(at(submission, form))
    assert response.status_code == 200
    return bytes(response.content)


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_an_attachment_that_rests_nowhere_and_is_the_same_each_time(
    browser: Client, submission: Submission, form: str
) -> None:
    response = browser.get(at(submission, form))
    assert "attachment" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert taken(browser, submission, form) == response.content


def test_the_json_holds_what_was_frozen(browser: Client, submission: Submission) -> None:
    data = json.loads(taken(browser, submission, "json"))
    assert data["scorecard"] == submission.scorecard
    assert data["answers"] == submission.answers
    assert data["company"] == submission.company


def test_the_workbook_has_the_answers_the_scores_the_trace_and_the_actions(
    browser: Client, submission: Submission
) -> None:
    book = load_workbook(io.BytesIO(taken(browser, submission, "xlsx")))
    assert book.sheetnames == ["この表について", "回答の一覧", "三つの点数", "採点根拠", "行動計画"]
    assert FORMULA in [cell.value for cell in book["回答の一覧"]["G"]]


def test_the_csv_opens_in_excel_and_computes_nothing(browser: Client, submission: Submission) -> None:
    content = taken(browser, submission, "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    by_id = {row["設問ID"]: row for row in rows}
    assert (by_id[FIRST]["段階"], by_id[FIRST]["メモ"]) == ("2", f"'{FORMULA}")
    assert (by_id[SECOND]["答え"], by_id[SECOND]["該当なしの理由"]) == ("該当なし", "'@理由")
    assert not [value for row in rows for value in row.values() if value.startswith(("=", "+", "-", "@"))]


def test_the_oscal_files_give_the_frozen_scorecard_back(browser: Client, submission: Submission) -> None:
    with zipfile.ZipFile(io.BytesIO(taken(browser, submission, "oscal"))) as archive:
        found = reading.read_results(json.loads(archive.read("assessment-results.json")))
    assert found.card == from_json(submission.scorecard)


def test_what_changes_after_the_submission_changes_none_of_its_files(
    browser: Client, company: Organisation, owner: User, submission: Submission
) -> None:
    before = {form: taken(browser, submission, form) for form in FORMS}
    answer(make_assessment(company, by=owner), FIRST, 4, by=owner)
    company.name = "改名株式会社"
    company.save()
    assert {form: taken(browser, submission, form) for form in FORMS} == before


def test_it_comes_in_the_language_of_the_page(browser: Client, submission: Submission) -> None:
    browser.cookies.load({"django_language": "en"})
    assert json.loads(taken(browser, submission, "json"))["language"] == "en"
    assert "Action plan" in load_workbook(io.BytesIO(taken(browser, submission, "xlsx"))).sheetnames


@pytest.mark.parametrize("form", FORMS)
def test_taking_one_is_recorded_and_asking_for_its_head_is_not(
    browser: Client, viewer: User, submission: Submission, form: str
) -> None:
    before = AuditLine.objects.count()
    browser.head(at(submission, form))
    assert AuditLine.objects.count() == before
    taken(browser, submission, form)
    line = AuditLine.objects.order_by("-number")[0]
    assert (line.verb, line.actor, line.target) == (Verb.DATA_TAKEN, str(viewer.pk), str(submission.pk))
    assert line.detail == {"form": form}


def test_the_companys_log_says_who_took_what(
    browser: Client, owner: User, client_of: ClientOf, submission: Submission
) -> None:
    taken(browser, submission, "csv")
    html = client_of(owner).get(f"/o/{submission.organisation_id}/log").content.decode()
    assert "診断をデータ（表など）で受け取りました。（第1回の提出）" in html


def test_the_result_page_offers_every_form_of_a_submission_and_none_of_a_running_one(
    browser: Client, company: Organisation, owner: User, submission: Submission
) -> None:
    html = browser.get(f"/o/{company.pk}/submissions/{submission.pk}/").content.decode()
    assert "データとして受け取る" in html
    for form in FORMS:
        assert f'href="{at(submission, form)}"' in html
    running = make_assessment(company, answers={THIRD: Answer.at(1)}, by=owner)
    html = browser.get(f"/o/{company.pk}/a/{running.pk}/result").content.decode()
    assert "データとして受け取る" not in html


def test_another_form_or_submission_does_not_exist(
    browser: Client, elsewhere: Organisation, stranger: User, client_of: ClientOf, submission: Submission
) -> None:
    assert browser.get(at(submission, "exe")).status_code == 404
    theirs = make_submission(elsewhere, by=stranger)
    assert browser.get(at(submission, "json").replace(str(submission.pk), str(theirs.pk))).status_code == 404
    assert client_of(stranger).get(at(submission, "json")).status_code == 404


def test_a_respondent_takes_nothing(company: Organisation, client_of: ClientOf, submission: Submission) -> None:
    assert client_of(make_member(company, Role.RESPONDENT)).get(at(submission, "json")).status_code == 403


@pytest.mark.parametrize("form", FORMS)
def test_the_statements_are_few(browser: Client, submission: Submission, form: str) -> None:
    with CaptureQueriesContext(connection) as found:
        taken(browser, submission, form)
    assert len(found) <= 12, [query["sql"][:100] for query in found]


def test_the_command_writes_a_submission_and_refuses_that_of_another_company(
    submission: Submission, elsewhere: Organisation, tmp_path: Any
) -> None:
    options: dict[str, Any] = {"submission": submission.pk, "out": str(tmp_path), "stdout": io.StringIO()}
    call_command("export_oscal", company=submission.organisation_id, **options)
    found = reading.read_results(json.loads((tmp_path / "assessment-results.json").read_bytes()))
    assert found.card == from_json(submission.scorecard)
    with pytest.raises(Exception, match="no such submission"):
        call_command("export_oscal", company=elsewhere.pk, **options)
