"""PURE. The cells of a list of companies, from CSV or XLSX, as text with its place: nothing is taken to be right yet.

CSV may be UTF-8 (with or without a mark), Shift_JIS as Windows writes it, or UTF-16 with a mark, with commas, tabs or
semicolons. What a file is decides its content, never its name.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assessments.file_kinds import UNSEEN
from guidance.problems import InputRefused, Problem
from guidance.workbook_file import OLD_OR_ENCRYPTED, Grid, TooLarge, open_workbook

MOST_COMPANIES = 10_000
HEAD_WITHIN = 10
"""The line with the names of the columns is one of the first so many: titles may stand above it."""
MOST_ROWS = MOST_COMPANIES + HEAD_WITHIN
ARCHIVE_START = b"PK\x03\x04"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
DELIMITERS = ",\t;"

TOO_MANY = (
    f"1つのファイルで取り込めるのは{MOST_COMPANIES:,}社までです。ファイルを分けて、1つずつ取り込んでください",
    f"one file may hold {MOST_COMPANIES:,} companies at most; split it and import the parts one by one",
)
NO_TABLE = (
    "表のファイルではありません。CSV（UTF-8 か Shift_JIS）か、Excel のファイル（xlsx）を選んでください",
    "this is no table; choose a CSV file (UTF-8 or Shift_JIS) or an Excel file (xlsx)",
)
EMPTY = ("ファイルが空です。見出しの行と、会社の行を書いてください", "the file is empty; write a head and companies")
QUOTES = (
    '引用符（"）が閉じていないか、余分にあります。この行の " を直してください',
    'a quotation mark (") is not closed, or there is one too many; mend it',
)
FORMULA = (
    "数式は読み取れません。値だけを貼り付け直してください",
    "formulas are not read; paste the value in its place",
)
ERROR_VALUE = ("表計算ソフトのエラーの値です。正しい値に直してください", "this is an error value; write the right one")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its number as a spreadsheet counts it, and the text of its cells from the first column."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet, or all of a CSV file (`sheet` is empty): its lines in which something stands."""

    sheet: str
    rows: tuple[Row, ...]
    unreadable: Mapping[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    """By number of line and of column (from 0): why nothing is read from there, in Japanese and English."""


def read_tables(content: bytes, name: str) -> list[Table]:
    """The tables of a file. Raises InputRefused."""
    if content.startswith((ARCHIVE_START, OLD_OR_ENCRYPTED)):
        try:
            sheets = open_workbook(content, name, most_rows=MOST_ROWS)
        except TooLarge:  # so large is a list of tens of thousands
            raise _refused(name, TOO_MANY) from None
        found = [_of_sheet(sheet, grid, name) for sheet, grid in sheets.items() if grid.cells]
    else:
        found = [_of_text(_text(content, name), name)]
    if not any(table.rows for table in found):
        raise _refused(name, EMPTY)
    return found


def _refused(name: str, words: tuple[str, str], line: int = 0) -> InputRefused:
    return InputRefused([Problem(name, line, "", *words)])


# --- XLSX -------------------------------------------------------------------------------------------------------------


def _of_sheet(sheet: str, grid: Grid, name: str) -> Table:
    if grid.too_long:
        raise _refused(name, TOO_MANY)
    lines: dict[int, dict[int, str]] = {}
    unreadable = {}
    for (row, column), cell in grid.cells.items():
        text = ""
        if cell.kind == "f":
            unreadable[row, column - 1] = FORMULA
        elif cell.kind == "e":
            unreadable[row, column - 1] = ERROR_VALUE
        else:
            text = _shown(cell.value)
        lines.setdefault(row, {})[column - 1] = text
    rows = tuple(
        Row(number, tuple(line.get(column, "") for column in range(max(line) + 1)))
        for number, line in sorted(lines.items())
    )
    return Table(sheet, rows, unreadable)


def _shown(value: Any) -> str:
    """A value as somebody would type it: numbers without the `.0` that spreadsheets add, days without an hour."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return str(value).strip()


# --- CSV --------------------------------------------------------------------------------------------------------------


def _text(content: bytes, name: str) -> str:
    if not content:
        raise _refused(name, EMPTY)
    for encoding in ("utf-16",) if content.startswith(UTF_16) else ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not UNSEEN.search(text):
            return text
    raise _refused(name, NO_TABLE)


def _of_text(text: str, name: str) -> Table:
    rows: list[Row] = []
    number = 0
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for number, cells in enumerate(lines, start=1):
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) == MOST_ROWS:
                raise _refused(name, TOO_MANY)
            rows.append(Row(number, tuple(cell.strip() for cell in cells)))
    except csv.Error:
        raise _refused(name, QUOTES, number + 1) from None
    return Table("", tuple(rows))


def _delimiter(text: str) -> str:
    """What stands most often in the first lines; a comma where nothing does."""
    beginning = text[:20_000].splitlines()[:HEAD_WITHIN]
    return max(DELIMITERS, key=lambda sign: sum(line.count(sign) for line in beginning))
