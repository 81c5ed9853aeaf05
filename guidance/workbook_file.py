"""PURE. The cells of an XLSX file, opened with limits: a password, a bomb or a broken file is said in words."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from openpyxl import load_workbook

from guidance.problems import InputRefused, Problem

MOST_BYTES = 10_000_000  # unpacked; a questionnaire of 60 questions has 400,000
MOST_PARTS = 200
# An element takes 300 bytes of memory until the row or the part that holds it was read: a file of 14 KB can unpack to
# two million of them. A list of 10,000 companies has some 500,000 tags on its sheet and half as many beside it.
MOST_TAGS, MOST_TAGS_OF_A_SHEET = 400_000, 1_000_000
MOST_LINES, MOST_TAGS_OF_A_LINE = 100_000, 10_000
MOST_ROWS = 2_000
MOST_COLUMNS = 100
SEARCHED_ROWS = 20_000
"""So far down a cell that stands alone is still found and refused."""
TOO_LARGE = (
    f"開くと大きくなりすぎます（{MOST_BYTES // 1_000_000} MB まで）。使っていない行や画像を消してください",
    f"unpacked it is too large ({MOST_BYTES // 1_000_000} MB at most); remove unused rows and pictures",
)

OLD_OR_ENCRYPTED = b"\xd0\xcf\x11\xe0"
LINE = re.compile(rb"<(?:\w+:)?row[\s/>]")
MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?\bref=["']([A-Z]{1,3}[0-9]{1,7})""")


class TooLarge(InputRefused):
    """Unpacked the file is larger than what is read."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one sheet by row and column (from 1), and the top left cells of what is merged."""

    cells: dict[tuple[int, int], Cell]
    merged: tuple[str, ...]
    too_long: bool

    def rows(self) -> list[int]:
        """The rows in which something stands, downwards."""
        return sorted({row for row, _ in self.cells})


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell; `kind` is openpyxl's letter: f is a formula, e an error value."""

    value: Any
    kind: str


def open_workbook(content: bytes, name: str, *, most_rows: int = MOST_ROWS) -> dict[str, Grid]:
    """The sheets of a workbook by name, each as far as `most_rows`. Raises InputRefused when the file cannot be opened
    within the limits (TooLarge where it is its size)."""
    if fault := _container_fault(content):
        raise InputRefused([Problem(name, 0, "", *fault)])
    if _is_too_large(content):
        raise TooLarge([Problem(name, 0, "", *TOO_LARGE)])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl leaves out: charts, extensions
            return dict(_grids(content, most_rows))
    except Exception:  # openpyxl leaves with whatever its parsing met; the file is somebody else's
        fault = (
            "ファイルが壊れていて読めません。表計算ソフトで開き、xlsx で保存し直してください",
            "the file is damaged; open it in a spreadsheet program and save it again as xlsx",
        )
        raise InputRefused([Problem(name, 0, "", *fault)]) from None


def _container_fault(content: bytes) -> tuple[str, str] | None:
    if content.startswith(OLD_OR_ENCRYPTED):
        return (
            "パスワードが付いているか、古い形式（xls）です。パスワードを外し、xlsx で保存し直してください",
            "it has a password or the old format (xls); remove the password and save it as xlsx",
        )
    not_xlsx = ("Excel のファイル（xlsx）ではありません", "this is not an Excel file (xlsx)")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return not_xlsx
    if any(part.flag_bits & 1 for part in parts):
        return ("パスワードが付いています。外して保存し直してください", "it has a password; remove it and save again")
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        return not_xlsx
    return None


def _is_too_large(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
            return True
        try:
            return any(_has_too_many_tags(part.filename, archive.read(part)) for part in parts)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
            return False  # damaged: what opens it says so


def _has_too_many_tags(name: str, xml: bytes) -> bool:
    """Counted in the bytes, before anything is made of them. In an encoding that hides the rows all is one row."""
    tags = xml.count(b"<")
    if "/worksheets/sheet" not in name:
        return tags > MOST_TAGS
    lines = [found.start() for found in LINE.finditer(xml)]
    if tags > MOST_TAGS_OF_A_SHEET or len(lines) > MOST_LINES:
        return True
    # Below the last row stand what is merged and the links: one of each a row may be true.
    below = xml.count(b"<", lines[-1] if lines else 0)
    return below > MOST_LINES or any(xml.count(b"<", *place) > MOST_TAGS_OF_A_LINE for place in pairwise(lines))


def _grids(content: bytes, most_rows: int) -> Iterator[tuple[str, Grid]]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in book.sheetnames:
            sheet: Any = book[name]  # the stubs know no sheet that is read row by row
            if not hasattr(sheet, "_worksheet_path"):  # a chart has no cells
                yield name, Grid({}, (), False)
                continue
            merged = tuple(found.decode() for found in MERGED.findall(archive.read(sheet._worksheet_path)))
            yield name, _grid(sheet, merged, most_rows)
    book.close()


def _grid(sheet: Any, merged: tuple[str, ...], most_rows: int) -> Grid:
    cells: dict[tuple[int, int], Cell] = {}
    rows = sheet.iter_rows(min_row=1, max_row=SEARCHED_ROWS, min_col=1, max_col=MOST_COLUMNS)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row, start=1):
            if cell.value is not None:
                if number > most_rows:
                    return Grid(cells, merged, too_long=True)
                cells[number, column] = Cell(cell.value, cell.data_type)
    return Grid(cells, merged, too_long=False)
