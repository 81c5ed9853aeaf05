"""A report as data: the figures of the report in JSON and XLSX, the same bytes each time."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from assessments.answers_file import Company, read_answers
from assessments.scoring.answers import Answer
from assessments.scoring.engine import score
from assessments.scoring.scorecard import from_json, to_json
from organisations.consent import What
from reports.context import ReportContext
from reports.exports.report_data import report_json, report_workbook
from reports.shared import shown_to
from tests.builders import FIRST, SECOND, THIRD
from tests.reports import samples

FORMULA = '=HYPERLINK("https://bad.example","見て")'
LANGUAGES = ["ja", "en"]


@pytest.fixture(scope="module", params=LANGUAGES)
def report(request: pytest.FixtureRequest) -> ReportContext:
    return samples.full_context(language=request.param)


def data_of(context: ReportContext) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(report_json(context))
    return found


def book_of(context: ReportContext) -> Any:
    return load_workbook(io.BytesIO(report_workbook(context)))


def rows(sheet: Any) -> list[dict[str, Any]]:
    """The rows below the head, by heading."""
    head, *body = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in body]


def cells(book: Any) -> Iterator[Any]:
    return (cell for sheet in book for row in sheet.iter_rows() for cell in row)


# --- both -------------------------------------------------------------------------------------------------------------


def test_the_same_context_is_the_same_bytes(report: ReportContext) -> None:
    again = samples.full_context(language=report.language)
    assert report_json(report) == report_json(again)
    assert report_workbook(report) == report_workbook(again)


def test_another_day_or_answer_is_another_file(report: ReportContext) -> None:
    for other in (
        samples.full_context(language=report.language, dated=dt.date(2026, 12, 1)),
        samples.full_context(language=report.language, given={FIRST: Answer.at(4)}),
    ):
        assert report_json(report) != report_json(other)
        assert report_workbook(report) != report_workbook(other)


@pytest.mark.parametrize(
    "context",
    [samples.quick_context, lambda: samples.full_context(given={}), lambda: samples.full_context(final=False)],
)
def test_a_quick_check_an_empty_one_and_a_running_one_can_be_taken_too(context: Any) -> None:
    assert data_of(context())["schema"] == "keian-karte/report@1"
    assert len(book_of(context()).sheetnames) == 5


# --- JSON -------------------------------------------------------------------------------------------------------------


def test_the_scorecard_in_the_file_is_the_one_of_the_contract_with_nothing_rounded(report: ReportContext) -> None:
    assert report.record is not None
    found = data_of(report)["scorecard"]
    assert found == json.loads(json.dumps(to_json(report.record.card)))
    assert from_json(found) == report.record.card


def test_the_answers_in_the_file_are_read_back_and_score_the_same(report: ReportContext) -> None:
    data = data_of(report)
    again = {key: data[key] for key in ("catalog", "company", "answers")}
    read = read_answers(again, report.catalog, "x.json")
    assert report.record is not None
    assert (read.answers, read.company) == (report.record.answers, report.record.company)
    assert score(report.catalog, read.answers, read.company.profile) == report.record.card


def test_the_score_command_takes_the_answers_of_the_file(tmp_path: Path) -> None:
    data = data_of(samples.full_context())
    file = tmp_path / "answers.json"
    file.write_text(json.dumps({key: data[key] for key in ("catalog", "company", "answers")}), encoding="utf-8")
    out = io.StringIO()
    call_command("score", answers=str(file), stdout=out)
    assert json.loads(out.getvalue()) == data["scorecard"]


def test_contributions_of_the_trace_add_up_to_the_score_exactly(report: ReportContext) -> None:
    data = data_of(report)
    for axis, card in data["scorecard"]["axes"].items():
        parts = [Fraction(line["contribution_exact"]) for line in data["trace"] if line["axis"] == axis]
        assert sum(parts) == Fraction(card["score_exact"])
        shown = next(one for one in data["axes"] if one["id"] == axis)
        assert shown["score"] == card["score"]


def test_actions_have_their_quarter_cost_effort_and_exact_gain(report: ReportContext) -> None:
    data = data_of(report)
    assert [one["id"] for one in data["actions"]] == [view.action.id for view in report.actions]
    assert {one["quarter"]["number"] for one in data["actions"] if one["quarter"]} == {1, 2, 3, 4}
    assert any(one["quarter"] is None for one in data["actions"])
    for one in data["actions"]:
        assert one["raises"]
        for gain in one["gains"]:
            exact = Fraction(gain["points_exact"])
            assert abs(exact - Fraction(gain["points"])) <= Fraction(1, 20)
    known = {one["id"] for one in data["actions"]}
    assert all(set(one["requires"]) <= known for one in data["actions"])


def test_what_is_our_own_reading_is_never_given_as_what_a_document_says(report: ReportContext) -> None:
    clauses = [clause for source in data_of(report)["sources"] for clause in source["clauses"]]
    assert {clause["said_by"] for clause in clauses if clause["certainty"] == "C"} <= {"this app"}
    assert {clause["said_by"] for clause in clauses if clause["certainty"] != "C"} == {"the document"}


@pytest.mark.parametrize("shared", [frozenset({What.SCORES}), frozenset({What.SCORES, What.ANSWERS})])
def test_a_reader_outside_gets_what_is_shown_and_nothing_behind_it(shared: frozenset[What]) -> None:
    given = {FIRST: Answer.at(1, "鍵のメモ"), SECOND: Answer.not_applicable("鍵の理由")}
    found = shown_to(samples.full_context(given=given), shared)
    content = report_json(found).decode()
    data = json.loads(content)
    assert (data["answers"], data["scorecard"], data["company"]) == (None, None, {"name": "株式会社みなと精密加工"})
    assert bool(data["trace"]) == (What.ANSWERS in shared)
    for words in ("鍵の", "4234567890128", "1b-4b"):
        assert words not in content
    told = " ".join(str(cell.value) for cell in cells(book_of(found)))
    assert "鍵の" not in told
    assert "4234567890128" not in told


# --- XLSX -------------------------------------------------------------------------------------------------------------


def test_the_sheets_hold_what_the_report_shows(report: ReportContext) -> None:
    _about, answers, scores, trace, actions = book_of(report)
    assert [next(iter(row.values())) for row in rows(answers)] == [line.question.id for line in report.trace]
    assert len(rows(trace)) == len(report.trace)
    assert [list(row.values())[1] for row in rows(actions)] == [view.action.id for view in report.actions]
    whole = [row for row in scores.iter_rows(min_row=2, values_only=True) if row[2] is None]
    assert [str(row[3]) for row in whole] == [axis.score for axis in report.axes]
    assert report.record is not None
    assert [row[4] for row in whole] == [str(axis.score) for axis in report.record.card.axes]


def test_it_is_in_the_language_of_the_report() -> None:
    names = {language: book_of(samples.full_context(language=language)).sheetnames for language in LANGUAGES}
    assert names["ja"] == ["この表について", "回答の一覧", "三つの点数", "採点根拠", "行動計画"]
    sheet = book_of(samples.full_context(language="en"))["Action plan"]
    told = " ".join(str(row[place]) for row in sheet.iter_rows(min_row=2, values_only=True) for place in (2, 3, 4, 5))
    assert not any("ぁ" <= sign <= "ん" for sign in told)


def test_what_the_company_typed_is_marked_and_what_was_worked_out_is_not() -> None:
    answers = book_of(samples.full_context())["回答の一覧"]
    head = [cell.value for cell in answers[1]]
    marked = {
        heading for heading, cell in zip(head, answers[2], strict=True) if cell.fill.start_color.rgb == "FFFFF8D6"
    }
    assert marked == {"段階", "答え", "該当なしの理由", "メモ", "実施しない理由・予定"}


def test_no_cell_is_a_formula_whatever_was_typed() -> None:
    given = {FIRST: Answer.at(1, FORMULA, FORMULA), SECOND: Answer.not_applicable(FORMULA), THIRD: Answer.at(3, "@x")}
    company = Company(FORMULA, "", samples.COMPANY.profile)
    book = book_of(samples.full_context(given=given, company=company))
    assert not [cell for cell in cells(book) if cell.data_type == "f"]
    marked = [cell for cell in cells(book) if cell.value in (FORMULA, "@x")]
    assert len(marked) == 5
    assert all(cell.quotePrefix for cell in marked)


def test_a_text_too_long_for_a_cell_is_cut_and_the_rest_stays() -> None:
    report = samples.full_context()
    long = replace(report, trace=(replace(report.trace[0], note="長" * 40_000), *report.trace[1:]))
    note = book_of(long)["回答の一覧"]["G2"].value
    assert (len(note), note[-1]) == (32_767, "…")
