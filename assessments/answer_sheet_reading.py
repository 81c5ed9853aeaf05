"""PURE. A workbook that a person filled in -> what they say to each question, or every fault at once with its cell."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from unicodedata import normalize

from openpyxl.utils import coordinate_to_tuple, get_column_letter

from assessments.answer_sheet import (
    ANSWER,
    ANSWERS,
    BY_KEY,
    COLUMNS,
    EXPLANATION,
    FIRST_ROW,
    FORMAT,
    KEY_ROW,
    META,
    NOT_APPLICABLE,
    NOTE,
    REASON,
    UNKNOWN,
    WRITTEN,
    Base,
    Entry,
    Origin,
    plain,
)
from assessments.drafts import Draft
from assessments.scoring.answers import Answer
from guidance.catalog import Catalog
from guidance.problems import InputRefused, Problem
from guidance.workbook_file import Grid, open_workbook

NEEDED = ("id", *WRITTEN)
UNKNOWN_WORDS = {UNKNOWN.ja, "分からない", "不明", UNKNOWN.get("en").casefold(), "unknown", "dont know", "do not know"}
NA_WORDS = {NOT_APPLICABLE.ja, "非該当", NOT_APPLICABLE.get("en").casefold(), "na", "n/a"}
LONGEST_SHOWN = 30
"""Signs of a value that a fault quotes."""


def read_answer_sheet(content: bytes, name: str, catalog: Catalog, origin: Origin) -> list[Entry]:
    """The rows of the workbook `content` (called `name` in faults) that was made from `origin`.

    Raises InputRefused with every fault; then nothing of it may be taken.
    """
    reader = _Reader(open_workbook(content, name), name, catalog, origin)
    entries = reader.entries()
    if reader.problems:
        raise InputRefused(reader.problems)
    return entries


class _Unreadable(Exception):
    """The cell was told about; the row is not read."""


@dataclass(slots=True)
class _Reader:
    """One workbook in the reading."""

    sheets: dict[str, Grid]
    name: str
    catalog: Catalog
    origin: Origin
    problems: list[Problem] = field(default_factory=list)
    sheet: str = ""
    columns: dict[str, int] = field(default_factory=dict)

    def entries(self) -> list[Entry]:
        bases = self._bases()
        self.sheet = next((found for found in (ANSWERS.ja, ANSWERS.get("en")) if found in self.sheets), "")
        if not self.sheet:
            self._of_file(
                f"「{ANSWERS.ja}」のシートがありません。シートの名前を戻すか、表を受け取り直してください",
                f"there is no sheet “{ANSWERS.get('en')}”; give it back its name, or get the workbook again",
            )
            return []
        grid = self.sheets[self.sheet]
        if not self._has_columns(grid):
            return []
        found: dict[str, Entry] = {}
        for row in grid.rows():
            if row >= FIRST_ROW and (entry := self._entry(grid, row, bases, found)) is not None:
                found[entry.question_id] = entry
        self._shape(grid)
        return list(found.values())

    # --- what it was made from ---

    def _bases(self) -> dict[str, Base]:
        grid = self.sheets.get(META)
        lines = [[_text(_value(grid, row, column)) for column in range(1, 5)] for row in grid.rows()] if grid else []
        facts = {line[0]: line[1] for line in lines if line[0] != "base"}
        if facts.get("format") != FORMAT:
            self._of_file(
                "ここから受け取った表ではないか、隠れているシートが消えています。表を受け取り直し、答えを写してください",
                "this workbook was not made here, or its hidden sheet is gone; get the workbook again and copy the "
                "answers over",
            )
            return {}
        if facts.get("company") != self.origin.company:
            self._of_file(
                "別の会社のために作った表です。この会社の表を受け取ってください",
                "this workbook was made for another company; get the one of this company",
            )
        elif facts.get("catalog") != self.origin.catalog:
            self._of_file(
                f"{facts.get('catalog')} の表です。いまの設問票は {self.origin.catalog} です。"
                "表を受け取り直し、答えを写してください",
                f"this is a workbook of {facts.get('catalog')}, and the questionnaire is {self.origin.catalog} now; "
                "get the workbook again and copy the answers over",
            )
        elif facts.get("assessment") != self.origin.assessment:
            self._of_file(
                "この会社の、別の診断の表です。いまの診断の表を受け取ってください",
                "this workbook belongs to another assessment of this company; get the one of this assessment",
            )
        return {
            line[1]: Base(int(line[2]), line[3])
            for line in lines
            if line[0] == "base" and re.fullmatch(r"[0-9]{1,9}", line[2])
        }

    def _has_columns(self, grid: Grid) -> bool:
        for column in range(1, len(COLUMNS) + 20):
            key = _text(_value(grid, KEY_ROW, column))
            if key in BY_KEY:
                self.columns.setdefault(key, column)
        if missing := [BY_KEY[key].label for key in NEEDED if key not in self.columns]:
            ja, en = "・".join(label.ja for label in missing), ", ".join(label.get("en") for label in missing)
            self.problems.append(
                Problem(
                    self.name,
                    KEY_ROW,
                    "",
                    f"列（{ja}）が見つかりません。2行目（隠れている行）が変わっています。"
                    "表を受け取り直し、答えを写してください",
                    f"there is no column for {en}: row 2, which is hidden, was changed; get the workbook again and "
                    "copy the answers over",
                    self.sheet,
                )
            )
        return not missing

    def _shape(self, grid: Grid) -> None:
        for place in grid.merged:
            row, column = coordinate_to_tuple(place)
            ja = "結合したセルは取り込めません。結合を解いてください"
            self._fault(row, column, ja, "merged cells cannot be taken in; unmerge them")
        if grid.too_long:
            self._of_file("行が多すぎます。余分な行を消してください", "too many rows; remove those not needed")

    # --- a row ---

    def _entry(self, grid: Grid, row: int, bases: dict[str, Base], found: dict[str, Entry]) -> Entry | None:
        """The row's entry; None where it holds none or has faults."""
        before = len(self.problems)
        # The ids of another version would all be faults, and the one above says why.
        foreign = any(problem.line == 0 for problem in self.problems)
        words = {key: self._words(grid, row, key) for key in NEEDED}
        name = words["id"]
        if not name:
            if any(words[key] for key in WRITTEN):
                self._at(
                    row,
                    "id",
                    "設問IDがありません。消えたIDを戻すか、この行を空にしてください",
                    "the question ID is missing; put it back, or empty this row",
                )
            return None
        if name in found:
            self._at(
                row,
                "id",
                f"{name} は {found[name].row} 行目にもあります。どちらか一つにしてください",
                f"{name} stands in row {found[name].row} too; keep one of them",
            )
        elif name not in self.catalog.questions and not foreign:
            near = get_close_matches(name, self.catalog.questions, n=1)
            ja, en = (f"（{near[0]} のことですか）", f" (did you mean {near[0]}?)") if near else ("", "")
            self._at(
                row,
                "id",
                f"{_quoted(name)}という設問はありません{ja}。IDを元に戻してください",
                f"there is no question {name[:LONGEST_SHOWN]!r}{en}; put the ID back as it was",
            )
        answer = self._answer(row, words)
        if len(self.problems) > before:
            return None
        draft = Draft(answer, words[NOTE], words[EXPLANATION])
        return Entry(name, draft, bases.get(name, Base()), row)

    def _answer(self, row: int, words: dict[str, str]) -> Answer | None:
        said, reason = words[ANSWER], words[REASON]
        chosen = normalize("NFKC", said).strip().casefold().replace("’", "'")
        beside = (words[NOTE], words[EXPLANATION])
        if chosen in NA_WORDS:
            if not reason:
                self._at(
                    row,
                    REASON,
                    "「該当なし」を選んだ理由を書いてください",
                    "write the reason why it does not apply",
                )
                return None
            return Answer.not_applicable(reason, *beside)
        if reason:
            self._at(
                row,
                REASON,
                "理由は「該当なし」のときだけ書けます。回答を「該当なし」にするか、この文をメモに移してください",
                "a reason goes with “Not applicable” only; choose that, or move this text to the note",
            )
        if not chosen:
            return None
        if chosen in UNKNOWN_WORDS:
            return Answer.unknown(*beside)
        if re.fullmatch(r"[0-4]", chosen):
            return Answer.at(int(chosen), *beside)
        self._at(
            row,
            ANSWER,
            f"{_quoted(said)}は選べません。0〜4 の段階、「わからない」、「該当なし」のどれかにしてください",
            f"{said[:LONGEST_SHOWN]!r} cannot be chosen; write a level from 0 to 4, “Don't know” or “Not applicable”",
        )
        return None

    def _words(self, grid: Grid, row: int, key: str) -> str:
        """What stands in the cell, as text; a fault where nothing can be read from it or it is too long."""
        cell = grid.cells.get((row, self.columns[key]))
        if cell is None:
            return ""
        if cell.kind == "f":
            self._at(
                row,
                key,
                "数式は取り込めません。値だけを貼り付け直してください",
                "formulas are not taken in; paste the value in its place",
            )
            return ""
        if cell.kind == "e":
            self._at(row, key, "エラーの値です。正しい値に直してください", "an error value; write the right one")
            return ""
        text, most = _text(cell.value), BY_KEY[key].most
        if key != ANSWER and most and len(text) > most:
            self._at(
                row,
                key,
                f"{most}文字までです（いま{len(text)}文字）。短くしてください",
                f"{most} characters at most (now {len(text)}); shorten it",
            )
        return text

    # --- faults ---

    def _of_file(self, ja: str, en: str) -> None:
        self.problems.append(Problem(self.name, 0, "", ja, en))

    def _at(self, row: int, key: str, ja: str, en: str) -> None:
        self._fault(row, self.columns[key], ja, en)

    def _fault(self, row: int, column: int, ja: str, en: str) -> None:
        letter = get_column_letter(column)
        key = next((key for key, place in self.columns.items() if place == column), "")
        label = BY_KEY[key].label if key else None
        where = "" if label is None else label.get("en" if self.sheet == ANSWERS.get("en") else "ja")
        self.problems.append(Problem(self.name, row, where, ja, en, self.sheet, letter))


def _value(grid: Grid | None, row: int, column: int) -> Any:
    cell = grid.cells.get((row, column)) if grid else None
    return cell.value if cell else None


def _text(value: Any) -> str:
    """A value as somebody would type it: numbers without the `.0` that spreadsheets add, days without an hour."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return plain(str(value))


def _quoted(text: str) -> str:
    more = "…" if len(text) > LONGEST_SHOWN else ""
    return f"「{text[:LONGEST_SHOWN]}{more}」"
