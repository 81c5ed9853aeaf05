"""PURE. A table as XLSX or CSV, in which every text stays text whatever sign it begins with."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from guidance.safe_cells import begins_like_formula, held, keep_as_text

FACE = "BIZ UDPGothic"
HEAD, HEAD_FILL = Font(name=FACE, bold=True, color="FFFFFFFF"), PatternFill("solid", start_color="FF0017C1")
BODY = Font(name=FACE)
Column = tuple[str, int]
"""A heading, and how many characters wide."""


def xlsx(title: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> bytes:
    """One sheet, written row by row. `title` names it: at most 31 signs, none of `[]:*?/\\`."""
    book = Workbook(write_only=True)
    book.properties.creator = "Keian Karte"
    sheet: Any = book.create_sheet(title)  # the type stubs know neither widths nor panes of a write-only sheet
    for number, (_heading, width) in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, heading, HEAD, HEAD_FILL) for heading, _width in columns])
    for row in rows:
        sheet.append([_cell(sheet, text, BODY) for text in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def table_csv(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with the mark by which Excel knows it. A text that a spreadsheet would compute gets a `'` in front."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([heading for heading, _width in columns])
    for row in rows:
        writer.writerow([f"'{text}" if begins_like_formula(text) else text for text in row])
    return stream.getvalue().encode("utf-8-sig")


def _cell(sheet: Any, text: str, font: Font, fill: PatternFill | None = None) -> Any:
    cell = WriteOnlyCell(sheet)
    cell.value, cell.font = held(text), font
    keep_as_text(cell)
    if fill is not None:
        cell.fill = fill
    return cell
