"""Our own XLSX files: the same bytes for the same sheets, text that stays text, and rules that Excel keeps."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from guidance.sheet_files import HEAD, INPUT, Cell, Choice, Length, Look, Sheet, column_letters, write_sheets
from guidance.workbook_file import open_workbook

pytestmark = pytest.mark.pure
DAY = dt.date(2026, 11, 23)
FORMULAS = ("=1+1", "+81", "-1", "@cmd", "＝1", "  =1", "\t=1")


def one(*rows: list[Cell], **options: Any) -> Sheet:
    return Sheet(options.pop("name", "表"), [12, 30, 12], rows, **options)


def opened(*sheets: Sheet) -> Any:
    return load_workbook(io.BytesIO(write_sheets(sheets, title="題", dated=DAY)))


def test_the_same_sheets_on_the_same_day_are_the_same_bytes() -> None:
    def made(day: dt.date = DAY) -> bytes:
        return write_sheets([one([Cell("a", HEAD), Cell(1.5), Cell(day)])], title="題", dated=day)

    assert made() == made()
    assert made() != made(dt.date(2026, 11, 24))
    with zipfile.ZipFile(io.BytesIO(made())) as archive:
        assert {part.date_time for part in archive.infolist()} == {(2026, 11, 23, 0, 0, 0)}
        assert archive.testzip() is None


def test_values_come_back_as_what_they_were() -> None:
    row = [Cell("字"), Cell(3), Cell(48.4), Cell(DAY, Look(shown="yyyy-mm-dd")), Cell(None), Cell("")]
    sheet = opened(Sheet("表", [9] * 6, [row]))["表"]
    assert [cell.value for cell in sheet[1]] == ["字", 3, 48.4, dt.datetime(2026, 11, 23), None, None]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_like_a_formula_is_a_text_and_marked_as_one(text: str) -> None:
    cell, plain = opened(one([Cell(text), Cell("ただの文")]))["表"][1]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert cell.value.strip() == text.strip()
    assert not plain.quotePrefix


@given(st.text(max_size=60))
def test_any_text_can_be_written_and_read(text: str) -> None:
    content = write_sheets([one([Cell(text), Cell("x")])], title=text[:20], dated=DAY)
    assert open_workbook(content, "x.xlsx")["表"].cells[1, 2].value == "x"


def test_only_open_cells_of_a_protected_sheet_can_be_changed_and_no_password_is_set() -> None:
    sheet = opened(one([Cell("q"), Cell(None, Look(open=True))], protected=True))["表"]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert [cell.protection.locked for cell in sheet[1]] == [True, False]


def test_a_drop_down_and_a_length_stand_on_their_cells() -> None:
    rules = [
        Choice("B2:B9", ("0", "1", "わからない"), "答え", "選んでください", "一覧から"),
        Length("C2:C9", 500, "長さ", "長すぎます"),
    ]
    found = opened(one([Cell("a"), Cell("b"), Cell("c")], rules=rules))["表"].data_validations.dataValidation
    assert [(str(rule.sqref), rule.type, rule.formula1) for rule in found] == [
        ("B2:B9", "list", '"0,1,わからない"'),
        ("C2:C9", "textLength", "500"),
    ]


def test_hidden_sheets_and_rows_are_hidden_and_what_stays_in_view_stays() -> None:
    book = opened(
        one([Cell("a")], [Cell("key")], fixed=(2, 1), hidden_rows=frozenset({2})),
        one([Cell("m")], name="meta", hidden=True),
    )
    assert [sheet.sheet_state for sheet in book] == ["visible", "hidden"]
    assert book["表"].freeze_panes == "B3"
    assert [book["表"].row_dimensions[number].hidden for number in (1, 2)] == [False, True]
    assert book["表"].print_title_rows == "$1:$2"


def test_looks_are_written_once_each() -> None:
    sheet = opened(one([Cell("a", HEAD), Cell("b", INPUT), Cell("c", HEAD)]))["表"]
    first, second, third = sheet[1]
    assert first.style_id == third.style_id != second.style_id
    assert (first.font.b, second.font.b) == (True, False)
    assert first.fill.start_color.rgb == "FF0017C1"


@pytest.mark.parametrize("name", ["", "a/b", "長" * 32])
def test_a_name_that_excel_refuses_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name for a sheet"):
        write_sheets([one([Cell("a")], name=name)], title="題", dated=DAY)


def test_two_sheets_of_one_name_and_a_list_that_is_too_long_are_refused() -> None:
    with pytest.raises(ValueError, match="two sheets"):
        write_sheets([one([Cell("a")]), one([Cell("a")])], title="題", dated=DAY)
    for options in (("長" * 256,), ("a,b",)):
        rule = Choice("A1:A2", options, "t", "p", "e")
        with pytest.raises(ValueError, match=r"longer than|comma"):
            write_sheets([one([Cell("a")], rules=[rule])], title="題", dated=DAY)


@pytest.mark.parametrize(("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")])
def test_columns_are_counted_as_spreadsheets_count_them(number: int, letters: str) -> None:
    assert column_letters(number) == letters
