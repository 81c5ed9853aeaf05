"""The export's workbook as a file: row by row, so that it costs the same memory however many there are."""

from __future__ import annotations

import datetime as dt
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from guidance.safe_cells import held as held_by_cell
from guidance.safe_cells import keep_as_text
from reports.exports.holdings import Holdings
from reports.exports.sheet_rows import Value
from reports.exports.sheets import SHEETS, Sheet

FACE = "BIZ UDPGothic"
HEAD = Font(name=FACE, bold=True, color="FFFFFFFF")
HEAD_FILL = PatternFill("solid", start_color="FF0017C1")
BODY = Font(name=FACE)
TOP = Alignment(vertical="top", wrap_text=True)


def write_workbook(held: Holdings, stream: IO[bytes]) -> None:
    """An XLSX of every sheet. Texts are strings whatever they begin with; nothing in it is a formula."""
    book = Workbook(write_only=True)
    book.properties.creator = "Keian Karte"
    for spec in SHEETS:
        _fill(book.create_sheet(str(spec.name)), spec, held)
    book.save(stream)


def _fill(sheet: Any, spec: Sheet, held: Holdings) -> None:
    """`sheet` is openpyxl's write-only one, for which the type stubs know neither widths nor panes."""
    for number, (_heading, width) in enumerate(spec.columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, str(heading), head=True) for heading, _width in spec.columns])
    for values in spec.rows(held):
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
