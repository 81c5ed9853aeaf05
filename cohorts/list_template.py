"""PURE. The empty list for a network to fill in, with one example, as XLSX and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from cohorts.importing import EXAMPLE, FIELDS
from cohorts.list_files import MOST_COMPANIES
from guidance.catalog import Text
from guidance.profile import EMPLOYEE_BANDS, INDUSTRIES, PREFECTURES, SALES_BANDS
from guidance.safe_cells import keep_as_text

EXAMPLE_VALUES = {
    "name": f"{EXAMPLE}株式会社みなと精密加工",
    "corporate_number": "4234567890128",
    "email": "somu@minato.example",
    "industry": "製造業",
    "prefecture": "静岡県",
    "sales_band": "10億円以上40億円未満",
    "size": "86",
}
CHOICES: Mapping[str, Mapping[str, Text]] = {
    "industry": INDUSTRIES,
    "prefecture": PREFECTURES,
    "sales_band": SALES_BANDS,
    "size": EMPLOYEE_BANDS,
}
LIST_SHEET, CHOICES_SHEET = "会社の一覧", "選べる値"
WIDTHS = {
    "name": 34,
    "corporate_number": 18,
    "email": 32,
    "industry": 30,
    "prefecture": 12,
    "sales_band": 26,
    "size": 14,
}
TEXT_FORMAT = "@"
HEAD_FONT, HEAD_FILL = Font(bold=True, color="FFFFFFFF"), PatternFill("solid", start_color="FF0017C1")


def csv_template() -> bytes:
    """UTF-8 with the mark by which Excel knows it."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([one.label for one in FIELDS])
    writer.writerow([EXAMPLE_VALUES[one.key] for one in FIELDS])
    return stream.getvalue().encode("utf-8-sig")


def xlsx_template() -> bytes:
    """All cells are text, so that no 法人番号 is shortened; what may be chosen stands on a sheet of its own."""
    book = Workbook()
    sheet = cast(Worksheet, book.active)
    sheet.title = LIST_SHEET
    choices = book.create_sheet(CHOICES_SHEET)
    for number, one in enumerate(FIELDS, start=1):
        letter = get_column_letter(number)
        _head(sheet, number, one.label)
        _text(sheet, 2, number, EXAMPLE_VALUES[one.key])
        column: Any = sheet.column_dimensions[letter]
        column.width, column.number_format = WIDTHS[one.key], TEXT_FORMAT
    sheet.freeze_panes = "A2"
    for number, (key, options) in enumerate(CHOICES.items(), start=1):
        _head(choices, number, next(one.label for one in FIELDS if one.key == key))
        for row, text in enumerate(options.values(), start=2):
            _text(choices, row, number, text.ja)
        letter = get_column_letter(number)
        choices.column_dimensions[letter].width = WIDTHS[key]
        _offer(sheet, key, f"'{CHOICES_SHEET}'!${letter}$2:${letter}${len(options) + 1}")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _head(sheet: Worksheet, number: int, words: str) -> None:
    _text(sheet, 1, number, words)
    cell = sheet.cell(1, number)
    cell.font, cell.fill = HEAD_FONT, HEAD_FILL


def _text(sheet: Worksheet, row: int, column: int, words: str) -> None:
    cell = sheet.cell(row, column, words)
    cell.number_format = TEXT_FORMAT
    keep_as_text(cell)


def _offer(sheet: Worksheet, key: str, source: str) -> None:
    """A drop-down that proposes and does not insist: numbers of employees and letters of industries are fine too."""
    number = next(place for place, one in enumerate(FIELDS, start=1) if one.key == key)
    letter = get_column_letter(number)
    offered = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=False)
    offered.add(f"{letter}2:{letter}{MOST_COMPANIES + 1}")
    sheet.add_data_validation(offered)
