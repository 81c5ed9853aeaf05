"""PURE. Catalog -> XLSX for reviewers: a sheet for each kind of item, drop-downs for closed lists, no formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from guidance.catalog import Catalog
from guidance.catalog_files import plain
from guidance.conditions_in_words import condition_in_words
from guidance.problems import InputRefused, Problem
from guidance.safe_cells import keep_as_text
from guidance.workbook import (
    ABOUT,
    ACTIONS,
    FIELDS,
    FIRST_ROW,
    GLOSSARY,
    KEY_ROW,
    NOTE,
    QUESTIONS,
    SECTIONS,
    YES,
    Column,
    Sheet,
)
from guidance.workbook_cells import Unstorable, cell_value, shown

SPARE_ROWS = 200
"""Rows below the last item that have drop-downs too, so that items can be added."""

HOW_TO = (
    "この表は設問票の中身です。色の付いた id の列は変えず、文や数を書き直してください。",
    "2行目は項目の名前です。列は動かしてかまいませんが、2行目と一緒に動かし、消さないでください。",
    "行を足すときは、新しい id を付けて下に書きます。一度使った id は使い回しません。",
    "選べる値が決まっている欄は、一覧から選びます。数式と結合したセルは取り込めません。",
    "「1行に1つ」の欄は、セルの中で改行（Alt+Enter）して並べます。英語の欄は、日本語と同じ順に並べます。",
    "公開済みの版は変えられません。新しい版をつくるときは、公開日を空欄にし、版を変えてください。",
    "メモの列と、「取り込みません」とある列は自由に使えます。",
    "This workbook holds a questionnaire. Leave the coloured id columns as they are; edit words and figures.",
    "Row 2 names the fields: columns may be moved together with row 2, but not removed. New rows need new ids.",
    "No formulas, no merged cells. Cells with one item a line: break lines with Alt+Enter, English in the same order.",
    "A released version never changes: for a new one, empty the day of release and change the version.",
)

INK, PAPER, GREY = "FF1A1A1A", "FFFFFFFF", "FF626264"
FACE = "BIZ UDPGothic"
_LINE = Side(style="thin", color="FFD9D9D9")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


def write_workbook(catalog: Catalog) -> bytes:
    """The workbook's bytes. Raises InputRefused with every text that no cell can hold."""
    writer = _Writer(catalog)
    for sheet, items in (
        (SECTIONS, writer.sections()),
        (QUESTIONS, writer.questions()),
        (ACTIONS, writer.data.get("actions", ())),
        (GLOSSARY, writer.data.get("glossary", ())),
    ):
        writer.table(sheet, items)
    if writer.problems:
        raise InputRefused(writer.problems)
    stream = io.BytesIO()
    writer.book.save(stream)
    return stream.getvalue()


def _style(
    name: str, *, size: int = 10, bold: bool = False, ink: str = INK, fill: str = "", text: bool = True
) -> NamedStyle:
    return NamedStyle(
        name=name,
        font=Font(name=FACE, size=size, bold=bold, color=ink),
        fill=PatternFill("solid", start_color=fill) if fill else PatternFill(),
        alignment=Alignment(vertical="top", wrap_text=True),
        border=_BORDER,
        number_format="@" if text else "General",
    )


class _Writer:
    """A workbook in the making."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.data = plain(catalog)
        self.problems: list[Problem] = []
        self.book = Workbook()
        for style in (
            _style("kk-head", bold=True, ink=PAPER, fill="FF0017C1"),
            _style("kk-key", size=8, ink=GREY, fill="FFF2F2F2"),
            _style("kk-id", bold=True, fill="FFE8F1FE"),
            _style("kk-text"),
            _style("kk-number", text=False),
            _style("kk-remark", ink=GREY, fill="FFF8F8FB"),
        ):
            self.book.add_named_style(style)
        self.book.properties.creator = "Keian Karte"
        self.book.properties.title = catalog.ref
        self._about()

    # --- the items ---

    def sections(self) -> Iterator[dict[str, Any]]:
        for axis in self.data["axes"]:
            yield {"axis": axis["id"], "title": axis["title"]}
            for section in axis["sections"]:
                yield {"axis": axis["id"], **section}

    def questions(self) -> Iterator[dict[str, Any]]:
        for axis in self.data["axes"]:
            for section in axis["sections"]:
                for question in section["questions"]:
                    yield {"section": section["id"], **question}

    # --- the sheets ---

    def _about(self) -> None:
        sheet = self.book.worksheets[0]
        sheet.title = ABOUT.name
        self._head(sheet, ABOUT)
        for row, field in enumerate(FIELDS, start=FIRST_ROW):
            self._put(_cell(sheet, row, 1), field.key, "kk-id")
            cell = _cell(sheet, row, 2)
            self._put(cell, self._value(field, self.data, ABOUT, cell), "kk-text")
            if field.kind in {"number", "date"}:
                cell.number_format = "yyyy-mm-dd" if field.kind == "date" else "0"
            self._put(_cell(sheet, row, 3), field.label, "kk-remark")
        for row, line in enumerate(HOW_TO, start=FIRST_ROW + len(FIELDS) + 1):
            self._put(_cell(sheet, row, 3), line, "kk-remark")

    def table(self, spec: Sheet, items: Iterable[dict[str, Any]]) -> None:
        sheet = self.book.create_sheet(spec.name)
        self._head(sheet, spec)
        row = FIRST_ROW - 1
        for row, item in enumerate(items, start=FIRST_ROW):
            for number, column in enumerate(spec.columns, start=1):
                cell = _cell(sheet, row, number)
                if column.taken:
                    style = {"id": "kk-id", "number": "kk-number"}.get(column.kind, "kk-text")
                    self._put(cell, self._value(column, item, spec, cell), style)
                else:
                    self._put(cell, self._remark(column, item), "kk-remark")
        for number, column in enumerate(spec.columns, start=1):
            letter = get_column_letter(number)
            _offer(sheet, column, f"{letter}{FIRST_ROW}:{letter}{row + SPARE_ROWS}")

    def _head(self, sheet: Worksheet, spec: Sheet) -> None:
        for number, column in enumerate(spec.columns, start=1):
            self._put(_cell(sheet, 1, number), column.label, "kk-head")
            self._put(_cell(sheet, KEY_ROW, number), column.key, "kk-key")
            sheet.column_dimensions[get_column_letter(number)].width = column.width
        ids = [number for number, column in enumerate(spec.columns, start=1) if column.key in {"id", "key"}]
        sheet.freeze_panes = _cell(sheet, FIRST_ROW, ids[0] + 1)
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
        sheet.print_title_rows = "1:1"

    # --- the cells ---

    def _value(self, column: Column, item: dict[str, Any], spec: Sheet, cell: Cell) -> Any:
        try:
            return cell_value(column, item)
        except Unstorable:
            self.problems.append(
                Problem(
                    self.catalog.ref,
                    cell.row,
                    f"{item.get('id', '')} {column.label}".strip(),
                    "表計算のセルに入れられない文字があるか、長すぎます。YAML で直してください",
                    "a sign that no spreadsheet cell can hold, or too long a text; mend it in the YAML",
                    spec.name,
                    cell.column_letter,
                )
            )
            return None

    def _remark(self, column: Column, item: dict[str, Any]) -> str | None:
        question = self.catalog.questions.get(item["id"]) if column is not NOTE and "id" in item else None
        if question is None or question.applies_when is None:
            return None
        return condition_in_words(question.applies_when, self.catalog, "ja")

    @staticmethod
    def _put(cell: Cell, value: Any, style: str) -> None:
        """A text stays a text, whatever sign it starts with: nothing that we write is ever computed."""
        cell.value = value
        cell.style = style
        if isinstance(value, str):
            keep_as_text(cell)


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    return cast(Cell, sheet.cell(row, column))  # nothing is merged here


def _offer(sheet: Worksheet, column: Column, cells: str) -> None:
    """The drop-down of a closed list; on an id the word to leave it."""
    if column.kind == "id":
        rule = DataValidation(type="textLength", operator="lessThanOrEqual", formula1="60", allow_blank=True)
        rule.promptTitle, rule.prompt = "id", "id は変えないでください。新しい行には新しい id を付けます。"
        rule.showInputMessage = True
    elif column.choices or column.numbers or column.kind == "flag":
        if column.numbers:
            low, high = column.numbers
            options = [str(number) for number in range(low, high + 1)]
        else:
            options = [shown(column, key) for key in column.choices or ()] or [YES]
        rule = DataValidation(type="list", formula1=f'"{",".join(options)}"', allow_blank=True)
        rule.errorTitle, rule.error = column.label, "一覧から選んでください / choose from the list"
    else:
        return
    rule.showErrorMessage = True
    rule.add(cells)
    sheet.add_data_validation(rule)
