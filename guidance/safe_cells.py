"""PURE. Text in a spreadsheet cell that stays text: what somebody typed is shown, and never computed.

A text that begins like a formula threatens whoever opens the file: spreadsheets compute it at once, when the cell is
edited, or after the sheet was saved as CSV. So every text is written as a string, and one that begins so also carries
the mark by which Excel and LibreOffice keep it a text (quotePrefix).
"""

from __future__ import annotations

import re

from openpyxl.cell import Cell

LONGEST_CELL = 32_767  # UTF-16 units, Excel's own limit
MORE_BELOW = "…"
# With their full-width forms, which Japanese Excel takes for the same, and after spaces, which imports cut off.
_FORMULA = re.compile(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠]|[\t\r]")
_UNHELD = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CODE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def begins_like_formula(text: str) -> bool:
    """Whether a spreadsheet could take `text` for something to compute, as it stands or after a trip through CSV."""
    return _FORMULA.match(text) is not None


def held(text: str) -> str:
    """What a cell holds of `text`: without signs that XML refuses, with `_x0041_` kept from being read as `A`, and cut
    where it is longer than any cell can be."""
    kept = _CODE.sub("_x005F_", _UNHELD.sub("", text))
    units = kept.encode("utf-16-le")
    if len(units) // 2 <= LONGEST_CELL:
        return kept
    room = 2 * (LONGEST_CELL - len(MORE_BELOW))
    return units[:room].decode("utf-16-le", errors="ignore") + MORE_BELOW


def keep_as_text(cell: Cell) -> None:
    """The string in `cell` is text, whatever sign it begins with. After this, set no other value and no named style."""
    cell.data_type = "s"
    if begins_like_formula(str(cell.value)):
        cell.quotePrefix = True
