"""The table of a chart as a workbook: the figures, and on a second sheet what they are of and how to read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from django.utils.translation import gettext as _

from reports.cohort_pictures import Table
from reports.exports.workbook import WorkSheet, write_sheets

NARROW, MIDDLE, WIDE = 12, 26, 60
LONG_TEXT = 30
"""From so many characters on a column is wide."""


def write_chart(table: Table, heading: str, notes: Sequence[str], stream: IO[bytes]) -> None:
    """An XLSX of a chart's table; `notes` go to the second sheet."""
    columns = [(head, _width(table, place)) for place, head in enumerate(table.heads)]
    write_sheets(
        (
            WorkSheet(_("数字"), columns, table.rows),
            WorkSheet(_("読み方"), ((heading, 2 * WIDE),), ((note,) for note in notes)),
        ),
        stream,
    )


def _width(table: Table, place: int) -> int:
    texts = [row[place] for row in table.rows if isinstance(row[place], str)]
    if any(len(str(text)) >= LONG_TEXT for text in texts):
        return WIDE
    return MIDDLE if not place else NARROW
