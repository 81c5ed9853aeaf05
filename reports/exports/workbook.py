"""Workbooks as files: row by row, so that they cost the same memory however many there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from guidance.safe_cells import held as held_by_cell
from guidance.safe_cells import keep_as_text
from reports.exports.holdings import Holdings
from reports.exports.sheet_rows import Value
from reports.exports.sheets import SHEETS

FACE = "BIZ UDPGothic"
HEAD = Font(name=FACE, bold=True, color="FFFFFFFF")
HEAD_FILL = PatternFill("solid", start_color="FF0017C1")
BODY = Font(name=FACE)
TOP = Alignment(vertical="top", wrap_text=True)


@dataclass(frozen=True, slots=True)
class WorkSheet:
    """One sheet in words: its name, its columns with their widths in characters, and its rows."""

    name: str
    columns: Sequence[tuple[str, int]]
    rows: Iterable[Sequence[Value]]


def write_workbook(held: Holdings, stream: IO[bytes]) -> None:
    """The export of a company as an XLSX."""
    write_sheets(
        (
            WorkSheet(str(spec.name), [(str(heading), width) for heading, width in spec.columns], spec.rows(held))
            for spec in SHEETS
        ),
        stream,
    )


def write_sheets(sheets: Iterable[WorkSheet], stream: IO[bytes]) -> None:
    """An XLSX of these sheets. Texts are strings whatever they begin with; nothing in it is a formula."""
    book = Workbook(write_only=True)
    book.properties.creator = "Keian Karte"
    for one in sheets:
        _fill(book.create_sheet(one.name), one)
    book.save(stream)


def _fill(sheet: Any, one: WorkSheet) -> None:
    """`sheet` is openpyxl's write-only one, for which the type stubs know neither widths nor panes."""
    for number, (_heading, width) in enumerate(one.columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, heading, head=True) for heading, _width in one.columns])
    for values in one.rows:
        sheet.append([_cell(sheet, value) for value in values])


def _cell(sheet: Any, value: Value, *, head: bool = False) -> Cell:
    cell = WriteOnlyCell(sheet)
    cell.font, cell.alignment = (HEAD if head else BODY), TOP
    if head:
        cell.fill = HEAD_FILL
    if isinstance(value, str):
        cell.value = held_by_cell(value)
        keep_as_text(cell)
    else:
        cell.value = value
        if isinstance(value, dt.datetime):
            cell.number_format = "yyyy-mm-dd hh:mm"
        elif isinstance(value, dt.date):
            cell.number_format = "yyyy-mm-dd"
    return cell
