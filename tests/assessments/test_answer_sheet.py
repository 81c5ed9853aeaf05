"""The questionnaire as a workbook: what is in it, what is read from it, faults by cell, and three-way changes."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from assessments.answer_sheet import Base, Entry, Origin, fingerprint
from assessments.answer_sheet_changes import compare
from assessments.answer_sheet_reading import read_answer_sheet
from assessments.answer_sheet_writing import write_answer_sheet
from assessments.answer_upload_files import read_upload
from assessments.drafts import Draft
from assessments.scoring.answers import Answer
from guidance.problems import InputRefused, Problem
from guidance.registry import current_catalog
from tests.assessments.filling import ABOUT, ANSWERS, META, filled, row_of, saved
from tests.builders import FIRST, SECOND, THIRD
from tests.reports import samples

pytestmark = pytest.mark.pure
CATALOG = current_catalog()
EXPLAINED = next(question.id for question in CATALOG.questions.values() if question.explain)
ORIGIN = Origin(CATALOG.ref, "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222")
STANDING = {
    FIRST: (Draft(Answer.at(3, "台帳は購買課\n毎月直す"), "台帳は購買課\n毎月直す"), 4),
    SECOND: (Draft(Answer.not_applicable("輸入していない")), 1),
    EXPLAINED: (Draft(Answer.at(1, "", "来年から"), "", "来年から"), 2),
}


def made(standing: Any = STANDING, language: str = "ja", origin: Origin = ORIGIN) -> bytes:
    return write_answer_sheet(
        CATALOG,
        set(CATALOG.questions),
        standing,
        origin,
        company="株式会社みなと精密加工",
        dated=dt.date(2026, 11, 26),
        language=language,
    )


def read(content: bytes) -> dict[str, Entry]:
    return {entry.question_id: entry for entry in read_answer_sheet(content, "回答.xlsx", CATALOG, ORIGIN)}


def refused(content: bytes) -> list[Problem]:
    with pytest.raises(InputRefused) as error:
        read_answer_sheet(content, "回答.xlsx", CATALOG, ORIGIN)
    return list(error.value.problems)


def only(content: bytes) -> Problem:
    [problem] = refused(content)
    return problem


# --- what is in it ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_question_stands_in_a_row_with_its_levels_and_what_was_answered(language: str) -> None:
    sheet = load_workbook(io.BytesIO(made(language=language))).worksheets[1]
    assert [cell.value for cell in sheet["B"]][2:] == list(CATALOG.questions)
    row = row_of(made(language=language), FIRST, sheet.title)
    levels = str(sheet[f"D{row}"].value).split("\n")
    assert levels == [f"{n}：{text.get(language)}" for n, text in enumerate(CATALOG.questions[FIRST].levels)]
    assert [sheet[f"{letter}{row}"].value for letter in "EFG"] == [3, None, "台帳は購買課\n毎月直す"]


def test_only_what_a_person_fills_in_is_open_and_marked_and_there_is_no_password() -> None:
    book = load_workbook(io.BytesIO(made()))
    assert all(sheet.protection.sheet and not sheet.protection.password for sheet in book)
    opened = {
        cell.coordinate[0] for row in book[ANSWERS].iter_rows(min_row=3) for cell in row if not cell.protection.locked
    }
    assert opened == set("EFGH")
    for letter, open_ in (("B", False), ("E", True)):
        cell = book[ANSWERS][f"{letter}3"]
        assert (cell.fill.start_color.rgb == "FFFFF8D6") is open_


def test_the_field_for_why_not_is_open_only_where_the_question_asks_for_it() -> None:
    sheet = load_workbook(io.BytesIO(made({})))[ANSWERS]
    opened = {sheet[f"B{row}"].value for row in range(3, sheet.max_row + 1) if not sheet[f"H{row}"].protection.locked}
    assert opened == {question.id for question in CATALOG.questions.values() if question.explain}


@pytest.mark.parametrize(("language", "words"), [("ja", "わからない,該当なし"), ("en", "Don't know,Not applicable")])
def test_answers_are_chosen_from_a_list(language: str, words: str) -> None:
    sheet = load_workbook(io.BytesIO(made(language=language))).worksheets[1]
    rule = next(rule for rule in sheet.data_validations.dataValidation if rule.type == "list")
    assert rule.formula1 == f'"0,1,2,3,4,{words}"'
    assert str(rule.sqref) == f"E3:E{sheet.max_row}"


def test_the_first_sheet_explains_and_the_last_one_is_hidden() -> None:
    book = load_workbook(io.BytesIO(made()))
    assert [(sheet.title, sheet.sheet_state) for sheet in book] == [
        (ABOUT, "visible"),
        (ANSWERS, "visible"),
        (META, "hidden"),
    ]
    told = "\n".join(str(cell.value) for cell in book[ABOUT]["B"])
    for words in ("黄色いセルだけ", "空欄は、これまでの答えを消しません", "任意の点検"):
        assert words in told
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


# --- what is read from it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_untouched_workbook_says_what_stood(language: str) -> None:
    standing = {name: (Draft.of(answer), 1) for name, answer in samples.answers(CATALOG).items()}
    found = read(made(standing, language))
    assert {name: entry.draft for name, entry in found.items() if not entry.draft.empty} == {
        name: draft for name, (draft, _revision) in standing.items()
    }
    assert all(entry.base.fingerprint == fingerprint(entry.draft) for entry in found.values())


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]), max_size=80).map(str.strip)
ANSWERED = st.one_of(
    st.builds(Answer.at, st.integers(0, 4), WORDS, WORDS),
    st.builds(Answer.unknown, WORDS, WORDS),
    st.builds(Answer.not_applicable, WORDS.filter(bool), WORDS, WORDS),
)


@given(st.dictionaries(st.sampled_from(list(CATALOG.questions)), ANSWERED, max_size=4), st.sampled_from(["ja", "en"]))
def test_whatever_was_typed_comes_back_as_it_was(given_answers: dict[str, Answer], language: str) -> None:
    standing = {name: (Draft.of(answer), 7) for name, answer in given_answers.items()}
    found = read(made(standing, language))
    for name, (draft, _revision) in standing.items():
        assert found[name].draft == draft
        assert found[name].base == Base(7, fingerprint(draft))


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        (0, Answer.at(0)),
        (4.0, Answer.at(4)),
        ("3", Answer.at(3)),
        ("３", Answer.at(3)),
        (" 2 ", Answer.at(2)),
        ("わからない", Answer.unknown()),
        ("分からない", Answer.unknown()),
        ("Don’t know", Answer.unknown()),
    ],
)
def test_an_answer_is_read_as_people_type_it(typed: Any, wanted: Answer) -> None:
    assert read(filled(made({}), {FIRST: {"answer": typed}}))[FIRST].draft.answer == wanted


def test_not_applicable_is_read_with_its_reason_in_both_languages() -> None:
    for typed in ("該当なし", "not applicable", "N/A"):
        content = filled(made({}), {FIRST: {"answer": typed, "reason": "輸入していない", "note": 2026}})
        assert read(content)[FIRST].draft.answer == Answer.not_applicable("輸入していない", "2026")


def test_a_note_without_an_answer_is_kept_as_that() -> None:
    assert read(filled(made({}), {FIRST: {"note": "工場に聞く"}}))[FIRST].draft == Draft(None, "工場に聞く")


def test_columns_that_were_moved_and_rows_that_were_sorted_are_found() -> None:
    book = load_workbook(io.BytesIO(made({})))
    sheet = book[ANSWERS]
    first, last = row_of(made({}), FIRST), sheet.max_row
    sheet[f"E{first}"] = 2
    sheet.move_range(f"B{first}:H{first}", rows=last + 1 - first)
    sheet.insert_cols(1)
    assert read(saved(book))[FIRST].draft.answer == Answer.at(2)


# --- faults -----------------------------------------------------------------------------------------------------------


def test_all_faults_of_cells_are_told_at_once_each_with_its_cell() -> None:
    content = made({})
    written = {
        FIRST: {"answer": 5},
        SECOND: {"answer": "該当なし"},
        THIRD: {"answer": 2, "reason": "輸入していない", "note": "長" * 2001},
        EXPLAINED: {"answer": "=1+1", "explanation": "長" * 1001},
    }
    found = {problem.cell: problem.ja for problem in refused(filled(content, written))}
    first, second, third, explained = (row_of(content, name) for name in (FIRST, SECOND, THIRD, EXPLAINED))
    assert set(found) == {
        f"回答!E{first}",
        f"回答!F{second}",
        f"回答!F{third}",
        f"回答!G{third}",
        f"回答!E{explained}",
        f"回答!H{explained}",
    }
    assert "「5」は選べません" in found[f"回答!E{first}"]
    assert "理由を書いてください" in found[f"回答!F{second}"]
    assert "「該当なし」のときだけ" in found[f"回答!F{third}"]
    assert "2000文字まで" in found[f"回答!G{third}"]
    assert "数式" in found[f"回答!E{explained}"]


@pytest.mark.parametrize("typed", [5, -1, 2.5, "はい", "3?", True, dt.datetime(2026, 1, 2), "0〜4", "2\n3"])
def test_what_is_no_level_is_refused_and_quoted(typed: Any) -> None:
    problem = only(filled(made({}), {FIRST: {"answer": typed}}))
    assert problem.cell == f"回答!E{row_of(made({}), FIRST)}"
    assert "選べません" in problem.ja
    assert "cannot be chosen" in problem.en


def test_an_id_that_does_not_exist_is_refused_with_the_nearest_one() -> None:
    content = filled(made({}), {FIRST: {"id": "A-VIS-1", "answer": 1}})
    problem = only(content)
    assert problem.cell == f"回答!B{row_of(content, 'A-VIS-1')}"
    assert re.search(r"A-VIS-\d\d のことですか", problem.ja)


def test_a_question_that_stands_twice_is_refused_with_both_rows() -> None:
    content = filled(made({}), {SECOND: {"id": FIRST, "answer": 1}})
    problem = only(content)
    assert f"{row_of(made({}), FIRST)} 行目にもあります" in problem.ja
    assert problem.column == "B"


def test_an_answer_without_an_id_is_refused_and_an_empty_row_is_not() -> None:
    row = row_of(made({}), FIRST)
    assert only(filled(made({}), {FIRST: {"id": None, "answer": 1}})).cell == f"回答!B{row}"
    assert FIRST not in read(filled(made({}), {FIRST: {"id": None}}))


def changed(change: Callable[[Any], None]) -> bytes:
    book = load_workbook(io.BytesIO(made()))
    change(book)
    return saved(book)


def test_a_merged_cell_is_refused() -> None:
    problems = refused(changed(lambda book: book[ANSWERS].merge_cells("E5:E6")))
    assert [problem.cell for problem in problems] == ["回答!E5"]


OTHER = "99999999-9999-4999-8999-999999999999"


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (Origin(CATALOG.ref, OTHER, ORIGIN.assessment), "別の会社"),
        (Origin("keian@2025.1", ORIGIN.company, ORIGIN.assessment), "keian@2025.1 の表です"),
        (Origin(CATALOG.ref, ORIGIN.company, OTHER), "別の診断"),
    ],
)
def test_a_workbook_of_another_company_version_or_assessment_is_refused(origin: Origin, words: str) -> None:
    problem = only(made(origin=origin))
    assert words in problem.ja
    assert (problem.sheet, problem.line) == ("", 0)


def test_ids_of_another_version_are_not_told_one_by_one_but_faults_of_answers_are() -> None:
    older = Origin("keian@2025.1", ORIGIN.company, ORIGIN.assessment)
    content = filled(made({}, origin=older), {FIRST: {"id": "OLD-1"}, SECOND: {"answer": 9}})
    assert [problem.column for problem in refused(content)] == ["", "E"]


def test_a_missing_sheet_is_named() -> None:
    assert "「回答」のシートがありません" in only(changed(lambda book: book.remove(book[ANSWERS]))).ja
    assert "隠れているシート" in only(changed(lambda book: book.remove(book[META]))).ja


def test_a_row_of_keys_that_was_removed_is_told() -> None:
    problem = only(changed(lambda book: book[ANSWERS].delete_rows(2)))
    assert "隠れている行" in problem.ja
    assert problem.sheet == ANSWERS


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Excel"),
        (b"hello", "Excel"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, "パスワード"),
        (b"PK\x03\x04broken", "Excel"),
        (made()[:-200], "Excel"),
    ],
    ids=["empty", "text", "encrypted", "broken", "cut"],
)
def test_what_is_no_workbook_is_refused_in_words(content: bytes, words: str) -> None:
    assert words in only(content).ja


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    def fill(book: Any) -> None:
        for row in range(100, 1500):
            book[ANSWERS][f"G{row}"] = "長" * 5000

    assert "大きくなりすぎ" in only(changed(fill)).ja


def test_rows_without_end_are_refused() -> None:
    def far(book: Any) -> None:
        book[ANSWERS]["B3000"] = FIRST

    assert "行が多すぎます" in only(changed(far)).ja


def test_every_fault_is_said_in_english_too() -> None:
    content = filled(made({}, "en"), {FIRST: {"answer": "x"}}, "Answers")
    problem = only(content)
    assert (problem.sheet, problem.where) == ("Answers", "Answer")
    assert not any("ぁ" <= sign <= "ん" for sign in problem.en)


# --- the answers file -------------------------------------------------------------------------------------------------

NUMBER = "4234567890128"


def upload(data: Any) -> list[Entry]:
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    return read_upload(content, "answers.json", CATALOG, ORIGIN, corporate_number=NUMBER)


def test_an_answers_file_is_taken_too() -> None:
    data = samples.answers_file(CATALOG)
    assert {entry.question_id: entry.draft.answer for entry in upload(data)} == samples.answers(CATALOG)
    assert upload(b"\xef\xbb\xbf" + json.dumps(data).encode()) == upload(data)


def test_an_answers_file_of_another_company_or_version_or_with_faults_is_refused_whole() -> None:
    data = samples.answers_file(CATALOG)
    data["catalog"] = "keian@2025.1"
    data["answers"] |= {FIRST: {"level": 9}, "NONE": {"level": 1}}
    with pytest.raises(InputRefused) as error:
        upload(data)
    assert len(error.value.problems) == 3
    other = {**samples.answers_file(CATALOG), "company": {"corporate_number": "7000012050002"}}
    other["answers"] = {FIRST: {"na": "長" * 501}}
    with pytest.raises(InputRefused) as error:
        upload(other)
    assert [problem.where for problem in error.value.problems] == [
        "company.corporate_number",
        f"answers.{FIRST}.na",
    ]
    for content in (b"{", b'{"a": "\xff"}'):
        with pytest.raises(InputRefused):
            upload(content)


# --- what would change ------------------------------------------------------------------------------------------------

ONE, TWO, THREE = (Draft(Answer.at(level)) for level in (1, 2, 3))
NOTHING = Draft(None)


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "kind"),
    [
        # base: what stood when the workbook was made, with its revision; theirs: what stands now
        ((NOTHING, 0), ONE, None, "new"),
        ((NOTHING, 0), Draft(None, "メモ"), None, "new"),
        ((Draft(None, "メモ"), 1), ONE, (Draft(None, "メモ"), 1), "new"),
        ((ONE, 1), TWO, (ONE, 1), "changed"),
        ((ONE, 1), ONE, (ONE, 1), "same"),
        ((NOTHING, 0), NOTHING, None, "same"),
        ((ONE, 1), TWO, (TWO, 2), "same"),
        ((ONE, 1), ONE, (TWO, 2), "untouched"),
        ((NOTHING, 0), NOTHING, (TWO, 1), "untouched"),
        ((ONE, 1), NOTHING, (ONE, 1), "emptied"),
        ((ONE, 1), Draft(None, "メモ"), (ONE, 1), "emptied"),
        ((ONE, 1), NOTHING, (TWO, 2), "emptied"),
        ((ONE, 1), TWO, (THREE, 2), "conflict"),
        ((NOTHING, 0), TWO, (THREE, 1), "conflict"),
        ((ONE, 3), TWO, (ONE, 5), "conflict"),
    ],
)
def test_each_question_is_compared_three_ways(base: Any, mine: Draft, theirs: Any, kind: str) -> None:
    stood, revision = base
    entry = Entry(FIRST, mine, Base(revision, fingerprint(stood)))
    found = compare([entry], {FIRST: theirs} if theirs else {})
    assert found.changes[0].kind == kind
    assert len(found.to_save) == (kind in ("new", "changed"))


def test_without_knowing_what_stood_every_difference_is_a_conflict() -> None:
    entries = [Entry(FIRST, ONE, Base()), Entry(SECOND, ONE, Base()), Entry(THIRD, ONE, Base())]
    found = compare(entries, {FIRST: (TWO, 1), SECOND: (ONE, 4)})
    assert [change.kind for change in found.changes] == ["conflict", "same", "new"]


def test_the_digest_changes_with_what_would_be_saved_and_with_nothing_else() -> None:
    entries = [Entry(FIRST, TWO, Base(1, fingerprint(ONE))), Entry(SECOND, ONE, Base(1, fingerprint(ONE)))]
    shown = compare(entries, {FIRST: (ONE, 1), SECOND: (ONE, 1)}).digest
    assert shown == compare(entries, {FIRST: (ONE, 1), SECOND: (THREE, 2)}).digest
    assert shown != compare(entries, {FIRST: (THREE, 2), SECOND: (ONE, 1)}).digest
    assert shown != compare(entries[1:], {FIRST: (ONE, 1), SECOND: (ONE, 1)}).digest
