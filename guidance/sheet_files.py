"""PURE. Sheets of cells -> the bytes of an XLSX: the same sheets on the same day are the same bytes.

Written here and not by openpyxl, whose files carry the hour of their making and take five times as long: a report holds
one, and two prints of a report have to agree. Every text is written as a text, whatever sign it begins with
(`guidance.safe_cells`); there is no way to write a formula.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from guidance.safe_cells import begins_like_formula, held

CREATOR = "Keian Karte"
FACE = "BIZ UDPGothic"
LONGEST_NAME = 31
LONGEST_LIST, LONGEST_TITLE, LONGEST_PROMPT = 255, 32, 255
"""Signs that Excel takes in a drop-down's list, a title and a prompt; with more it calls the file broken."""
_NO_NAME = re.compile(r"[\[\]:*?/\\]")
_EPOCH = dt.date(1899, 12, 30)
_EARLIEST = dt.date(1980, 1, 1)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

Value = str | int | float | dt.date | None


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks. `ink` and `fill` are RGB; `shown` a number format; only an `open` cell of a protected sheet can
    be changed."""

    bold: bool = False
    size: int = 10
    ink: str = "1A1A1A"
    fill: str = ""
    shown: str = "General"
    open: bool = False
    as_text: bool = False
    """Excel's mark that the text is none to compute; set by the writer."""


HEAD = Look(bold=True, ink="FFFFFF", fill="0017C1")
KEY = Look(bold=True, fill="E8F1FE")
BODY = Look()
INPUT = Look(fill="FFF8D6")
"""What somebody typed or is to type, as against what was worked out."""
REMARK = Look(ink="626264", fill="F8F8FB")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with its look."""

    value: Value
    look: Look = BODY


@dataclass(frozen=True, slots=True)
class Choice:
    """A drop-down on `cells` (`F3:F98`), what Excel says beside it, and what it says to any other value."""

    cells: str
    options: tuple[str, ...]
    title: str
    prompt: str
    refusal: str


@dataclass(frozen=True, slots=True)
class Length:
    """At most `most` signs in `cells`."""

    cells: str
    most: int
    title: str
    refusal: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, the widths of its columns in characters, its rows from the first one on."""

    name: str
    widths: Sequence[int]
    rows: Iterable[Sequence[Cell]]
    fixed: tuple[int, int] = (1, 0)
    """Rows above and columns left that stay when the rest moves."""
    rules: Sequence[Choice | Length] = ()
    protected: bool = False
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()


def write_sheets(sheets: Sequence[Sheet], *, title: str, dated: dt.date) -> bytes:
    """The file. `dated` is the day that stands in its properties and its ZIP entries.

    Raises ValueError for what Excel would call broken: names of sheets and texts of rules that are too long.
    """
    book = _Book()
    parts = {f"xl/worksheets/sheet{number}.xml": book.sheet(one) for number, one in enumerate(sheets, start=1)}
    names = [_name(one) for one in sheets]
    if len(set(names)) < len(names):
        raise ValueError("two sheets have one name")
    day = max(dated, _EARLIEST)
    whole = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations(
            ("officeDocument", "xl/workbook.xml", _RELATED),
            ("metadata/core-properties", "docProps/core.xml", f"{_PACKAGE}/relationships"),
        ),
        "docProps/core.xml": _properties(title, day),
        "xl/workbook.xml": _workbook(sheets),
        "xl/_rels/workbook.xml.rels": _relations(
            *(("worksheet", f"worksheets/sheet{number}.xml", _RELATED) for number in range(1, len(sheets) + 1)),
            ("styles", "styles.xml", _RELATED),
        ),
        "xl/styles.xml": book.styles(),
        **parts,
    }
    return zipped({name: xml.encode() for name, xml in whole.items()}, dated=day)


def zipped(parts: dict[str, bytes], *, dated: dt.date) -> bytes:
    """A ZIP in which every entry bears this day: the same parts are the same bytes."""
    stream = io.BytesIO()
    day = max(dated, _EARLIEST)
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            entry = ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(entry, content)
    return stream.getvalue()


def column_letters(number: int) -> str:
    """The letters of a column, counted from 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# --- parts ------------------------------------------------------------------------------------------------------------


class _Book:
    """Looks as they are met, and the sheets made of them."""

    def __init__(self) -> None:
        self.looks: dict[Look, int] = {}
        self.marked: dict[Look, Look] = {}
        self._number(BODY)

    def _number(self, look: Look) -> int:
        return self.looks.setdefault(look, len(self.looks))

    def sheet(self, one: Sheet) -> str:
        columns = "".join(
            f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
            for number, width in enumerate(one.widths, start=1)
        )
        letters = [column_letters(number) for number in range(1, len(one.widths) + 1)]
        rows = "".join(self._row(number, row, letters, one) for number, row in enumerate(one.rows, start=1))
        guarded = (
            '<sheetProtection sheet="1" objects="1" scenarios="1" formatCells="0" formatColumns="0" formatRows="0"/>'
        )
        return (
            f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
            f'{_view(one)}<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>{rows}</sheetData>'
            f"{guarded if one.protected else ''}{_rules(one.rules)}"
            '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
            '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
        )

    def _row(self, number: int, row: Sequence[Cell], letters: Sequence[str], one: Sheet) -> str:
        cells = "".join(self._cell(f"{letter}{number}", cell) for letter, cell in zip(letters, row, strict=False))
        hidden = ' hidden="1"' if number in one.hidden_rows else ""
        return f'<row r="{number}"{hidden}>{cells}</row>'

    def _cell(self, place: str, cell: Cell) -> str:
        value, look = cell.value, cell.look
        if isinstance(value, str) and value:
            text = held(value.replace("\r\n", "\n").replace("\r", "\n"))
            if begins_like_formula(text):
                look = self.marked.setdefault(look, replace(look, as_text=True))
            style = self._number(look)
            return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
        style = self._number(look)
        if value is None or value == "":
            return f'<c r="{place}" s="{style}"/>'
        if isinstance(value, dt.date):
            value = (value - _EPOCH).days
        return f'<c r="{place}" s="{style}"><v>{value!r}</v></c>'

    def styles(self) -> str:
        fonts = _numbered((look.bold, look.size, look.ink) for look in self.looks)
        fills = _numbered(look.fill for look in self.looks if look.fill)
        formats = _numbered(look.shown for look in self.looks if look.shown != "General")
        font_parts = "".join(
            f'<font>{"<b/>" * bold}<sz val="{size}"/><color rgb="FF{ink}"/><name val="{FACE}"/></font>'
            for bold, size, ink in fonts
        )
        # The first two fills are Excel's own, whatever stands there.
        fill_parts = "".join(
            f'<fill><patternFill patternType="solid"><fgColor rgb="FF{fill}"/></patternFill></fill>' for fill in fills
        )
        line = "".join(
            f'<{side} style="thin"><color rgb="FFD9D9D9"/></{side}>' for side in ("left", "right", "top", "bottom")
        )
        format_parts = "".join(
            f'<numFmt numFmtId="{164 + number}" formatCode={quoteattr(code)}/>' for code, number in formats.items()
        )
        shapes = "".join(
            f'<xf numFmtId="{164 + formats[look.shown] if look.shown != "General" else 0}" '
            f'fontId="{fonts[look.bold, look.size, look.ink]}" fillId="{2 + fills[look.fill] if look.fill else 0}" '
            f'borderId="1" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" '
            f'applyAlignment="1" applyProtection="1"{_QUOTED if look.as_text else ""}>'
            f'<alignment vertical="top" wrapText="1"/><protection locked="{0 if look.open else 1}"/></xf>'
            for look in self.looks
        )
        return (
            f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
            f"{f'<numFmts count={quoteattr(str(len(formats)))}>{format_parts}</numFmts>' if formats else ''}"
            f'<fonts count="{len(fonts)}">{font_parts}</fonts>'
            f'<fills count="{2 + len(fills)}"><fill><patternFill patternType="none"/></fill>'
            f'<fill><patternFill patternType="gray125"/></fill>{fill_parts}</fills>'
            f'<borders count="2"><border><left/><right/><top/><bottom/></border><border>{line}</border></borders>'
            '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
            f'<cellXfs count="{len(self.looks)}">{shapes}</cellXfs>'
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
        )


_QUOTED = ' quotePrefix="1"'


def _numbered(things: Iterable[Any]) -> dict[Any, int]:
    found: dict[Any, int] = {}
    for thing in things:
        found.setdefault(thing, len(found))
    return found


def _name(one: Sheet) -> str:
    if not one.name or len(one.name) > LONGEST_NAME or _NO_NAME.search(one.name):
        raise ValueError(f"no name for a sheet: {one.name!r}")
    return one.name


def _view(one: Sheet) -> str:
    rows, columns = one.fixed
    pane = ""
    if rows or columns:
        corner = f"{column_letters(columns + 1)}{rows + 1}"
        where = "bottomRight" if rows and columns else "bottomLeft" if rows else "topRight"
        split = (f' xSplit="{columns}"' if columns else "") + (f' ySplit="{rows}"' if rows else "")
        pane = f'<pane{split} topLeftCell="{corner}" activePane="{where}" state="frozen"/><selection pane="{where}"/>'
    return f'<sheetViews><sheetView workbookViewId="0" showGridLines="0">{pane}</sheetView></sheetViews>'


def _rules(rules: Sequence[Choice | Length]) -> str:
    if not rules:
        return ""
    return f'<dataValidations count="{len(rules)}">{"".join(map(_rule, rules))}</dataValidations>'


def _rule(rule: Choice | Length) -> str:
    title = quoteattr(_short(rule.title, LONGEST_TITLE))
    said = f"errorTitle={title} error={quoteattr(_short(rule.refusal, LONGEST_PROMPT))}"
    if isinstance(rule, Length):
        return (
            '<dataValidation type="textLength" operator="lessThanOrEqual" allowBlank="1" showErrorMessage="1" '
            f'{said} sqref="{rule.cells}"><formula1>{rule.most}</formula1></dataValidation>'
        )
    if any("," in option for option in rule.options):
        raise ValueError("a comma parts the options of a drop-down")
    offered = _short(",".join(rule.options), LONGEST_LIST)
    prompt = f"promptTitle={title} prompt={quoteattr(_short(rule.prompt, LONGEST_PROMPT))}"
    return (
        f'<dataValidation type="list" allowBlank="1" showInputMessage="1" showErrorMessage="1" {said} {prompt} '
        f'sqref="{rule.cells}"><formula1>{escape(chr(34) + offered + chr(34))}</formula1></dataValidation>'
    )


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise ValueError(f"longer than {most} signs: {text!r}")
    return text


def _workbook(sheets: Sequence[Sheet]) -> str:
    def entry(number: int, one: Sheet) -> str:
        state = ' state="hidden"' if one.hidden else ""
        return f'<sheet name={quoteattr(one.name)} sheetId="{number}"{state} r:id="rId{number}"/>'

    titles = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{place}">'
        f"{escape(_quoted(one.name))}!$1:${one.fixed[0]}</definedName>"
        for place, one in enumerate(sheets)
        if one.fixed[0] and not one.hidden
    )
    listed = "".join(entry(number, one) for number, one in enumerate(sheets, start=1))
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{listed}</sheets>{f'<definedNames>{titles}</definedNames>' if titles else ''}</workbook>"
    )


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _relations(*targets: tuple[str, str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{base}/{kind}" Target="{target}"/>'
        for number, (kind, target, base) in enumerate(targets, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _content_types(sheets: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts: Iterator[tuple[str, str]] = iter(
        [
            ("/xl/workbook.xml", f"{kind}.sheet.main+xml"),
            *((f"/xl/worksheets/sheet{number}.xml", f"{kind}.worksheet+xml") for number in range(1, sheets + 1)),
            ("/xl/styles.xml", f"{kind}.styles+xml"),
            ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
        ]
    )
    listed = "".join(f'<Override PartName="{name}" ContentType="{media}"/>' for name, media in parts)
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )


def _properties(title: str, day: dt.date) -> str:
    made = f"{day.isoformat()}T00:00:00Z"
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(held(title))}</dc:title><dc:creator>{CREATOR}</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{made}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{made}</dcterms:modified></cp:coreProperties>'
    )
