"""PURE. XLSX -> Catalog, or every fault at once with sheet, row and column; nothing is computed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from typing import Any

from openpyxl.utils import column_index_from_string, get_column_letter

from guidance import faults, structure
from guidance.catalog import Catalog
from guidance.problems import InputRefused, Problem
from guidance.reading import Document, Loc
from guidance.structure import References
from guidance.workbook import (
    ABOUT,
    ACTIONS,
    FIELDS,
    FIRST_ROW,
    GLOSSARY,
    IGNORED,
    KEY_ROW,
    QUESTIONS,
    SECTIONS,
    SHEETS,
    Column,
    Sheet,
)
from guidance.workbook_cells import field_value
from guidance.workbook_file import MOST_ROWS, Grid, open_workbook

Item = dict[str, Any]
Values = dict[str, Any]
"""One row: what its cells say, by the key of the column; None for an empty cell."""
SHEET_ORDER = {sheet.name: number for number, sheet in enumerate(SHEETS)}


@dataclass(slots=True)
class CellDocument(Document):
    """The data of a workbook. `lines` holds the row of each value, `cells` its sheet, column letters and label."""

    name: str = ""
    cells: dict[Loc, tuple[str, str, str]] = field(default_factory=dict)

    def told(self, loc: Loc, ja: str, en: str) -> Problem:
        while loc and loc not in self.lines:
            loc = loc[:-1]
        file, row = self.lines.get(loc, (self.name, 0))
        sheet, column, label = self.cells.get(loc, ("", "", ""))
        return Problem(file, row, label, ja, en, sheet, column)

    def stands(self, loc: Loc, sheet: str, row: int = 0, column: str = "", label: str = "") -> None:
        """Note where the value at `loc` stands, unless that is known already."""
        if loc not in self.lines:
            self.lines[loc] = (self.name, row)
            self.cells[loc] = (sheet, column, label)


@dataclass(frozen=True, slots=True)
class WorkbookCatalog:
    """A catalog that a workbook gave, with the places of its values."""

    catalog: Catalog
    document: CellDocument


def read_workbook(content: bytes, name: str, references: References) -> WorkbookCatalog:
    """Read the XLSX file `content`, called `name` in faults. Raises InputRefused with every fault, by place."""
    reader = _Reader(open_workbook(content, name), name)
    document, catalog = reader.document, None
    reader.read()
    if reader.whole:
        unreadable = list(document.problems)
        told = {_cell(problem) for problem in unreadable}
        catalog = structure.catalog_from(document, references)
        # A cell that cannot be read is told once: not again for what follows from it.
        follow = [problem for problem in document.problems[len(unreadable) :] if _cell(problem) not in told]
        document.problems = unreadable + follow
    if document.problems or catalog is None:
        raise InputRefused(sorted(set(document.problems), key=_place))
    return WorkbookCatalog(catalog, document)


def _cell(problem: Problem) -> tuple[str, int, str]:
    return problem.sheet, problem.line, problem.column


def _place(problem: Problem) -> tuple[int, int, int, str]:
    column = column_index_from_string(problem.column) if problem.column else 0
    return SHEET_ORDER.get(problem.sheet, -1), problem.line, column, problem.en


class _Reader:
    """Puts the rows of the sheets together to what a YAML file would hold."""

    def __init__(self, grids: dict[str, Grid], name: str) -> None:
        self.grids = grids
        self.document = CellDocument(name=name, data={"axes": []})
        self.whole = True
        """Every sheet and column is there, so that what is missing is missing."""
        self.columns = {sheet.name: self._header(sheet) for sheet in SHEETS}
        self.axes: dict[str, tuple[Loc, Item]] = {}
        self.sections: dict[str, tuple[Loc, Item]] = {}

    def read(self) -> None:
        for strange in self.grids.keys() - SHEET_ORDER.keys():
            known = "・".join(SHEET_ORDER)
            self._fault(
                strange,
                f"知らないシートです。使えるのは {known} です。消すか、名前を直してください",
                f"unknown sheet; the sheets are {known.replace('・', ', ')}; remove or rename it",
            )
        self._about()
        self._sections()
        self._questions()
        for sheet, key in ((ACTIONS, "actions"), (GLOSSARY, "glossary")):
            items: list[Item] = []
            self.document.data[key] = items
            self.document.stands((key,), sheet.name)
            for row in self._rows(sheet):
                items.append(self._item(sheet, row, self._values(sheet, row), (key, len(items))))

    # --- the sheets ---

    def _header(self, sheet: Sheet) -> dict[str, int]:
        """Where each column of a sheet stands, by its key."""
        grid = self.grids.get(sheet.name)
        if grid is None:
            self._gone(sheet.name, "シートがありません。書き出したときの名前に戻してください", "the sheet is missing")
            return {}
        for place in grid.merged:
            letters = place.rstrip("0123456789")
            self._fault(
                sheet.name,
                "結合したセルは取り込めません。結合を解いてください",
                "merged cells are not taken; unmerge them",
                int(place.removeprefix(letters)),
                letters,
            )
        if grid.too_long:
            self._gone(
                sheet.name,
                f"行が多すぎます（{MOST_ROWS:,} 行まで）。使っていない行を消してください",
                f"too many rows ({MOST_ROWS:,} at most); remove unused ones",
            )
        found: dict[str, int] = {}
        for number in sorted({column for _, column in grid.cells}):
            cell = grid.cells.get((KEY_ROW, number))
            key = str(cell.value).strip() if cell else ""
            if key.startswith(IGNORED):
                continue
            if key in sheet.by_key and key not in found:
                found[key] = number
                continue
            near = get_close_matches(key, sheet.by_key, n=1)
            self._fault(
                sheet.name,
                f"2行目の項目名「{key}」は{'二度あります' if key in found else '知らない名前です'}"
                + (f"（{near[0]} のことですか）" if near and key not in found else "")
                + f"。直すか、取り込まない列なら {IGNORED} で始めてください",
                f"the field name {key!r} in row 2 "
                + ("stands twice" if key in found else "is unknown")
                + (f" (did you mean {near[0]}?)" if near and key not in found else "")
                + f"; mend it, or start it with {IGNORED} if the column is not to be taken",
                KEY_ROW,
                get_column_letter(number),
            )
        if not found:
            self._gone(
                sheet.name,
                "2行目に項目名がありません。書き出したときの1行目と2行目を戻してください",
                "row 2 holds no field names; put back rows 1 and 2 as they were exported",
                KEY_ROW,
            )
            return {}
        for key in [key for key in sheet.by_key if key not in found]:
            label = sheet.by_key[key].label
            self._gone(
                sheet.name,
                f"列「{label}」（2行目が {key}）がありません。消さずに戻してください",
                f"the column {key!r} (in row 2) is missing; put it back",
                KEY_ROW,
            )
        return found

    def _about(self) -> None:
        columns, fields = self.columns[ABOUT.name], {column.key: column for column in FIELDS}
        self.document.stands((), ABOUT.name)
        for row in self._rows(ABOUT) if len(columns) == len(ABOUT.by_key) else ():
            key = self._value(ABOUT, ABOUT.by_key["key"], row)
            column = fields.pop(key, None) if isinstance(key, str) else None
            if column is None:
                known = "・".join(field.key for field in FIELDS)
                self._fault(
                    ABOUT.name,
                    f"項目「{key or ''}」は使えません。{known} を1行ずつ書いてください",
                    f"the field {key or ''!r} cannot stand here; write {known.replace('・', ', ')}, one row each",
                    row,
                    get_column_letter(columns["key"]),
                )
                continue
            letter = get_column_letter(columns["value"])
            self.document.stands((column.key,), ABOUT.name, row, letter, column.key)
            value = self._value(ABOUT, column, row, columns["value"])
            if value is not None:
                self.document.data[column.key] = value

    def _sections(self) -> None:
        """Rows without a section's id are the axes; the others belong to the axis that they name."""
        axes: list[Item] = self.document.data["axes"]
        self.document.stands(("axes",), SECTIONS.name)
        rows = [(row, self._values(SECTIONS, row)) for row in self._rows(SECTIONS)]
        for row, values in rows:
            if values.get("id") is not None:
                continue
            loc: Loc = ("axes", len(axes))
            self.document.stands((*loc, "id"), SECTIONS.name, row, self._letter(SECTIONS, "axis"), "axis")
            kept = {key: values.get(key) for key in ("title.ja", "title.en")}
            axis = self._item(SECTIONS, row, {"id": values.get("axis"), **kept}, loc)
            axis["sections"] = []
            axes.append(axis)
            self.axes.setdefault(axis.get("id", ""), (loc, axis))
            if values.get("weight") is not None:
                words = ("軸の行に重みは書けません。空欄にしてください", "an axis has no weight; leave it empty")
                self._fault(SECTIONS.name, *words, row, self._letter(SECTIONS, "weight"))
        for row, values in rows:
            if values.get("id") is not None:
                item = self._into(SECTIONS, row, "axis", self.axes, "sections", values)
                if item is not None:
                    item[1]["questions"] = []
                    self.sections.setdefault(item[1]["id"], item)

    def _questions(self) -> None:
        for row in self._rows(QUESTIONS):
            self._into(QUESTIONS, row, "section", self.sections, "questions", self._values(QUESTIONS, row))

    def _into(
        self, sheet: Sheet, row: int, key: str, owners: dict[str, tuple[Loc, Item]], name: str, values: Values
    ) -> tuple[Loc, Item] | None:
        """The row as an item of the owner that its column `key` names. Where there is none, the item goes to another
        owner, so that its other faults are told as well."""
        wanted = values.pop(key, None) or ""
        if wanted not in owners:
            near = get_close_matches(wanted, owners, n=1)
            self._fault(sheet.name, *faults.no_such(key, wanted, near), row, self._letter(sheet, key))
        place, owner = owners.get(wanted) or next(iter(owners.values()), (None, None))
        if place is None or owner is None:
            self.whole = False
            return None
        loc = (*place, name, len(owner[name]))
        item = self._item(sheet, row, values, loc)
        owner[name].append(item)
        return loc, item

    # --- a row ---

    def _rows(self, sheet: Sheet) -> list[int]:
        """The rows in which something stands that is taken."""
        taken = set(self.columns[sheet.name].values())
        grid = self.grids.get(sheet.name)
        return sorted({row for row, column in grid.cells if row >= FIRST_ROW and column in taken}) if grid else []

    def _values(self, sheet: Sheet, row: int) -> Values:
        return {key: self._value(sheet, sheet.by_key[key], row) for key in self.columns[sheet.name]}

    def _value(self, sheet: Sheet, column: Column, row: int, at: int | None = None) -> Any:
        number = at or self.columns[sheet.name][column.key]
        cell = self.grids[sheet.name].cells.get((row, number))
        if cell is None:
            return None
        fault = partial(self._fault, sheet.name, row=row, letter=get_column_letter(number), label=column.label)
        if cell.kind == "f":
            fault("数式は取り込めません。値に直してください", "a formula is not taken; write its value")
        elif cell.kind == "e":
            fault(f"エラー値（{cell.value}）です。値に直してください", f"an error value ({cell.value}); write a value")
        else:
            return field_value(column, cell.value, fault)
        return None

    def _item(self, sheet: Sheet, row: int, values: Values, loc: Loc) -> Item:
        """A row as plain data, with the place of every field, also of those that are empty."""
        item: Item = {}
        name = values.get("id") or ""
        self.document.stands(loc, sheet.name, row, "", name)
        for column in sheet.columns:
            if column.key not in values:
                continue
            spot = (sheet.name, row, self._letter(sheet, column.key), f"{name} {column.label}".strip())
            for end in range(1, len(column.path) + 1):
                self.document.stands((*loc, *column.path[:end]), *spot)
            value = values[column.key]
            if column.kind == "texts":
                self._texts(item, (*loc, column.path[0]), column, value or (), spot)
            elif column.kind in {"ids", "raises"}:
                _put(item, column.path, value or [])
            elif value is not None:
                _put(item, column.path, value)
        if "levels" in item:
            item["levels"] = [item["levels"].get(level, {}) for level in range(5)]
        return item

    def _texts(
        self, item: Item, loc: Loc, column: Column, lines: Iterable[str], spot: tuple[str, int, str, str]
    ) -> None:
        """The lines of one language into the list of texts that both languages fill."""
        texts: list[Item] = item.setdefault(str(column.path[0]), [])
        for number, line in enumerate(lines):
            if number == len(texts):
                texts.append({})
            self.document.stands((*loc, number), *spot)
            if line.strip():
                texts[number][str(column.path[-1])] = line

    # --- faults ---

    def _letter(self, sheet: Sheet, key: str) -> str:
        number = self.columns[sheet.name].get(key)
        return get_column_letter(number) if number else ""

    def _fault(self, sheet: str, ja: str, en: str, row: int = 0, letter: str = "", label: str = "") -> None:
        self.document.problems.append(Problem(self.document.name, row, label, ja, en, sheet, letter))

    def _gone(self, sheet: str, ja: str, en: str, row: int = 0) -> None:
        """A fault after which it cannot be known what is missing."""
        self.whole = False
        self._fault(sheet, ja, en, row)


def _put(item: Any, path: Loc, value: Any) -> None:
    for step in path[:-1]:
        item = item.setdefault(step, {})
    item[path[-1]] = value
