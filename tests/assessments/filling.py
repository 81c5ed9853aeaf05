"""Filling in the questionnaire's workbook as somebody does in Excel: open it, write into cells, save it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from openpyxl import load_workbook

ANSWERS, ABOUT, META = "回答", "はじめに", "keian"
PLACES = {"id": "B", "answer": "E", "reason": "F", "note": "G", "explanation": "H"}
"""The columns of the sheet of answers."""


def row_of(content: bytes, question_id: str, sheet: str = ANSWERS) -> int:
    """The row in which the question stands."""
    rows = load_workbook(io.BytesIO(content))[sheet]["B"]
    return next(cell.row for cell in rows if cell.value == question_id)


def filled(content: bytes, written: Mapping[str, Mapping[str, Any]], sheet: str = ANSWERS) -> bytes:
    """The workbook with what was written: question -> column -> value."""
    book = load_workbook(io.BytesIO(content))
    rows = {cell.value: cell.row for cell in book[sheet]["B"]}
    for question_id, cells in written.items():
        for key, value in cells.items():
            book[sheet][f"{PLACES[key]}{rows[question_id]}"] = value
    return saved(book)


def saved(book: Any) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
