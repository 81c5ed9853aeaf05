"""The client report as a Word file that an office can edit, made from the very HTML of the paper: one set of words.

Headings, paragraphs, lists, tables and charts become Word's own; what only the paper needs (running heads, page numbers
of the contents) is left out.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import re
from dataclasses import dataclass, replace
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from lxml import etree, html

from reports.client.report import ClientReport
from reports.pictures import png
from reports.templatetags.tongues import tongues_of

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "BIZ UDPGothic"
WIDTH = 17.0
"""Centimetres between the margins."""
INLINE = {"span", "strong", "em", "b", "br", "a", "code"}
LANGUAGES = {"ja": "ja-JP", "en": "en-GB"}
SPACE = re.compile(r"[ \t\r\n\f]+")
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What people paste and no Word file may hold: control characters, such as the line break of slides."""
SHARE = re.compile(r"\bw(\d+)\b")


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of text looks."""

    bold: bool = False
    italic: bool = False
    language: str = ""


def document(reports: tuple[ClientReport, ...]) -> bytes:
    """The report as .docx, in the language or languages of `reports`."""
    first = reports[0]
    with translation.override(first.language):
        markup = NOT_XML.sub(" ", render_to_string("print/client/_whole.html", tongues_of(reports)))
    made = Document()
    _prepare(made, first)
    _Writer(made).blocks(html.fromstring(f"<div>{markup}</div>"), made, Style(language=first.language))
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def _prepare(made: Any, report: ClientReport) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3", "Heading 4", "Title"):
        style = made.styles[name]
        style.font.name = FONT
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:eastAsia", "w:hAnsi", "w:cs"):
            fonts.set(qn(script), FONT)
    made.styles["Normal"].font.size = Pt(10)
    properties = made.core_properties
    properties.title = NOT_XML.sub(" ", f"{report.company} {report.dated.isoformat()}")
    properties.author, properties.language = NOT_XML.sub(" ", report.office.name), LANGUAGES[report.language]
    properties.created = properties.modified = dt.datetime.combine(report.dated, dt.time())


class _Writer:
    """Walks the HTML and writes what it finds."""

    def __init__(self, made: Any) -> None:
        self.made = made

    def blocks(self, node: Any, place: Any, style: Style) -> None:
        """The children of `node` as blocks of `place` (the document or a cell); words between them get a paragraph."""
        paragraph = None
        for child in self._pieces(node):
            if isinstance(child, str) or child.tag in INLINE:
                if paragraph is None and self._says_nothing(child):
                    continue
                paragraph = paragraph or self._paragraph(place)
                self._inline(child, paragraph, style)
            else:
                paragraph = None
                self._block(child, place, self._spoken(child, style))

    def _block(self, node: Any, place: Any, style: Style) -> None:
        tag = node.tag
        if tag in {"h1", "h2", "h3", "h4"}:
            self._heading(node, place, style)
        elif tag == "p":
            self._words(node, self._paragraph(place), style)
        elif tag in {"ul", "ol"}:
            self._list(node, place, style)
        elif tag == "table":
            self._table(node, place, style)
        elif tag == "svg":
            self._chart(node, place)
        elif tag == "img":
            self._image(node, self._paragraph(place))
        elif tag not in {"col", "colgroup"}:
            self.blocks(node, place, style)

    def _heading(self, node: Any, place: Any, style: Style) -> None:
        paragraph = self.made.add_heading("", level=int(node.tag[1])) if place is self.made else self._paragraph(place)
        if "chapter" in (node.getparent().get("class") or "").split() and node.tag == "h2":
            paragraph.paragraph_format.page_break_before = True
        self._words(node, paragraph, style)

    def _list(self, node: Any, place: Any, style: Style) -> None:
        name = "List Bullet" if node.tag == "ul" else "List Number"
        for item in node.iterchildren("li"):
            paragraph = self._paragraph(place)
            paragraph.style = self.made.styles[name]
            for child in self._pieces(item):
                if not isinstance(child, str) and child.tag in {"ul", "ol"}:
                    self._list(child, place, style)
                else:
                    self._inline(child, paragraph, style)

    def _table(self, node: Any, place: Any, style: Style) -> None:
        caption = node.find("caption")
        if caption is not None:
            self._words(caption, self._paragraph(place), replace(style, bold=True))
        rows = list(node.iter("tr"))
        width = max((sum(int(cell.get("colspan", 1)) for cell in row) for row in rows), default=0)
        if not width:
            return
        table = place.add_table(rows=0, cols=width)
        table.style = self.made.styles["Table Grid"]
        shares = [int(found[1]) for col in node.iter("col") if (found := SHARE.search(col.get("class") or ""))]
        for row in rows:
            cells = table.add_row().cells
            at = 0
            for found in row:
                span = int(found.get("colspan", 1))
                cell = cells[at].merge(cells[at + span - 1]) if span > 1 else cells[at]
                self.blocks(found, cell, replace(self._spoken(found, style), bold=found.tag == "th"))
                at += span
            if row.getparent().tag == "thead":
                self._repeats(table.rows[-1])
            if len(shares) == width:
                for cell, share in zip(table.rows[-1].cells, shares, strict=True):
                    cell.width = Cm(WIDTH * share / 100)
        self._paragraph(place)

    def _repeats(self, row: Any) -> None:
        """The head of a table stands on each page, and says to a screen reader that it is the head."""
        head = OxmlElement("w:tblHeader")
        head.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(head)

    def _chart(self, node: Any, place: Any) -> None:
        title = node.findtext("{*}title") or node.findtext("title") or ""
        node.tail = None
        markup = etree.tostring(node, encoding="unicode")
        self._picture(self._paragraph(place), png(_as_svg(markup)), Cm(15), title)

    def _image(self, node: Any, paragraph: Any) -> None:
        source = str(node.get("src") or "")
        if source.startswith("data:image/png;base64,"):
            self._picture(paragraph, base64.b64decode(source.partition(",")[2]), Cm(5), node.get("alt") or "")

    def _picture(self, paragraph: Any, data: bytes, width: Any, alternative: str) -> None:
        shape = paragraph.add_run().add_picture(io.BytesIO(data), width=width)
        shape._inline.docPr.set("descr", alternative)

    def _words(self, node: Any, paragraph: Any, style: Style) -> None:
        for child in self._pieces(node):
            self._inline(child, paragraph, style)

    def _inline(self, piece: Any, paragraph: Any, style: Style) -> None:
        if isinstance(piece, str):
            if words := SPACE.sub(" ", piece):
                self._run(paragraph, words, style)
        elif piece.tag == "br":
            paragraph.add_run().add_break()
        elif piece.tag == "img":
            self._image(piece, paragraph)
        else:
            inner = self._spoken(piece, style)
            if "second" in (piece.get("class") or "").split():
                self._run(paragraph, " / ", style)
            bold = inner.bold or piece.tag in {"strong", "b"}
            self._words(piece, paragraph, replace(inner, bold=bold, italic=inner.italic or piece.tag == "em"))

    def _run(self, paragraph: Any, words: str, style: Style) -> None:
        run = paragraph.add_run(words)
        run.bold, run.italic = style.bold or None, style.italic or None
        if style.language:
            language = OxmlElement("w:lang")
            language.set(qn("w:val"), LANGUAGES.get(style.language, style.language))
            language.set(qn("w:eastAsia"), LANGUAGES["ja"])
            run._r.get_or_add_rPr().append(language)

    def _paragraph(self, place: Any) -> Any:
        """A new paragraph; of a cell first the empty one that every cell has."""
        if place is not self.made and len(place.paragraphs) == 1 and not place.paragraphs[0].runs:
            return place.paragraphs[0]
        return place.add_paragraph()

    def _pieces(self, node: Any) -> list[Any]:
        """Texts and elements of a node in their order; comments left out."""
        found: list[Any] = [node.text] if node.text else []
        for child in node:
            if isinstance(child.tag, str):
                found.append(child)
            if child.tail:
                found.append(child.tail)
        return found

    def _says_nothing(self, piece: Any) -> bool:
        return isinstance(piece, str) and not piece.strip()

    def _spoken(self, node: Any, style: Style) -> Style:
        language = node.get("lang")
        return replace(style, language=language) if language else style


def _as_svg(markup: str) -> str:
    """An SVG that went through an HTML parser as it was: names of attributes in their own case."""
    return markup.replace("viewbox=", "viewBox=")
