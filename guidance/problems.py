"""PURE. One fault in a file that a person wrote: what, where, what to do. Readers collect all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from guidance.catalog import Text


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A fault with its place: file, line (1-based; 0 when it has none), path within the file, and the message.

    In a workbook `line` is the row; `sheet` and `column` (its letters) say the rest of the place.
    """

    file: str
    line: int
    where: str
    ja: str
    en: str
    sheet: str = ""
    column: str = ""

    @property
    def cell(self) -> str:
        """`設問!F12` in a workbook, as short as what is known of it; nothing elsewhere."""
        place = f"{self.column}{self.line or ''}"
        return f"{self.sheet}!{place}" if self.sheet and place else self.sheet

    def message(self, language: str = "ja") -> str:
        """`file:line where: message` in one line; in a workbook `file 設問!F12 where: message`."""
        place = f"{self.file} {self.cell}" if self.sheet else f"{self.file}:{self.line}" if self.line else self.file
        words = Text(self.ja, self.en).get(language)
        return " ".join(part for part in (place, f"{self.where}:" if self.where else "", words) if part)

    def __str__(self) -> str:
        return self.message()


class InputRefused(ValueError):
    """The input has faults and nothing of it was taken; `problems` holds all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
