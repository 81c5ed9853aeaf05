"""What WeasyPrint leaves to be done for a PDF that is PDF/A-3u and PDF/UA-1 at once: asked before the file is written.

WeasyPrint writes one conformance a file. It also gives each run of text an element of its own, reckons the headers of a
cell wrongly where a head has two lines, takes no notice of words in another language, names a link by its address, and
leaves running lines as text outside the tree. Here the second conformance is named, runs of text hang on the paragraph
or cell that they belong to, heads of tables say what they are heads of, words in another language say which, links say
their words, and running lines become artifacts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pydyf

from reports.pdf_file import DROPPED

UA = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""
"""The identification of PDF/UA-1, and the description that PDF/A demands of any schema that it does not know."""

HOLD_TEXT = frozenset(
    {"/P", "/H1", "/H2", "/H3", "/H4", "/TD", "/TH", "/Caption", "/LBody", "/Lbl", "/Span", "/NonStruct"}
)
POINTS_A_PIXEL = 0.75
WHOLE_PAGE = frozenset({"html", "body"})
NO_MEANING = frozenset({"/Span", "/NonStruct"})
MAY_BE_EMPTY = NO_MEANING | {"/P", "/Div"}
PLAIN = {"Type", "S", "K", "Pg", "P"}
NOTHING = b"null"


def with_words(build: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """WeasyPrint's own builder of the tree, where an element says the language of its HTML, and a link its words."""

    def built(box: Any, parent: Any, *rest: Any) -> Iterator[Any]:
        element = box.element
        language = None if element is None or element.tag in WHOLE_PAGE else element.get("lang")
        if box.link_annotation and (words := " ".join("".join(element.itertext()).split())):
            box.link_annotation["Contents"] = pydyf.String(words)
        for made in build(box, parent, *rest):
            if language and parent.get("Lang") is None:
                made["Lang"] = pydyf.String(language)
            yield made

    return built


def finish(pdf: pydyf.PDF, media_types: Sequence[str]) -> None:
    """Make the objects conform. `media_types`: of the embedded files, in their order."""
    _identify(pdf)
    _say_what_is_embedded(pdf, media_types)
    tree = _Tree(pdf)
    tree.put_running_lines_aside()
    tree.name_heads()
    tree.place_pictures()
    tree.hang_text_on_its_holder()


def _identify(pdf: pydyf.PDF) -> None:
    metadata = pdf.objects[_number(pdf.catalog["Metadata"])]
    metadata.stream = [metadata.stream[0].replace(b"</rdf:RDF>", UA + b"</rdf:RDF>", 1)]
    metadata.compress = False  # so that it is found by whoever reads the file without unpacking it


def _say_what_is_embedded(pdf: pydyf.PDF, media_types: Sequence[str]) -> None:
    """WeasyPrint guesses the kind of a file from its name and the machine's tables, and lists each file twice."""
    files: list[Any] = [item for item in pdf.objects if isinstance(item, dict) and item.get("Type") == "/Filespec"]
    for file, media_type in zip(files, media_types, strict=True):
        pdf.objects[_number(file["EF"]["F"])].extra["Subtype"] = pydyf.name(media_type)
    if files:
        pdf.catalog["AF"] = pydyf.Array([file.reference for file in files])


class _Tree:
    """The structure tree as WeasyPrint built it, and where each page says which marked content belongs to what."""

    def __init__(self, pdf: pydyf.PDF) -> None:
        self.pdf = pdf
        self.elements = [item for item in pdf.objects if type(item) is pydyf.Dictionary and "P" in item and "S" in item]
        root = pdf.objects[_number(pdf.catalog["StructTreeRoot"])]
        (document,) = root["K"]
        self.document = pdf.objects[_number(document)]
        self.pages = pdf.page_references
        numbers = pdf.objects[_number(root["ParentTree"])]["Nums"]
        self.owners: dict[bytes, Any] = {page: numbers[2 * index + 1] for index, page in enumerate(self.pages)}
        """Page -> the element of each marked content, by its number."""

    def of(self, reference: bytes) -> Any:
        return self.pdf.objects[_number(reference)]

    def put_running_lines_aside(self) -> None:
        """What stands in the margins belongs to nobody: it is an artifact."""
        top, known = self.document.reference, set(self.document["K"])
        aside: dict[bytes, set[int]] = {}
        for element in self.elements:
            if element["P"] == top and element.reference not in known:
                for page, content in self._dropped(element):
                    aside.setdefault(page, set()).add(content)
        for page, contents in aside.items():
            owners = self.owners[page]
            for content in contents:
                owners[content] = NOTHING
            _mark_as_artifacts(self.of(self.of(page)["Contents"]).stream, contents)

    def _dropped(self, element: Any) -> Iterator[tuple[bytes, int]]:
        """The marked content below an element that is taken out."""
        element.free = DROPPED
        for kid in element["K"]:
            if type(kid) is int:
                yield element["Pg"], kid
            else:
                yield from self._dropped(self.of(kid))

    def name_heads(self) -> None:
        """Heads of columns, and heads of rows; a head across the body of a table stands over what follows it."""
        for element in self.elements:
            if element["S"] == "/TD":
                element["A"].pop("Headers", None)
                if len(element["A"]) == 1:
                    del element["A"]
            elif element["S"] == "/TH":
                element.pop("ID", None)
                in_body = self.of(self.of(element["P"])["P"])["S"] != "/THead"
                element["A"]["Scope"] = "/Row" if in_body and "ColSpan" not in element["A"] else "/Column"

    def place_pictures(self) -> None:
        """Where they stand, in points from the lower edge of the page; WeasyPrint counts CSS pixels from the upper."""
        for element in self.elements:
            if element["S"] == "/Figure":
                _left, _top, _right, height = self.of(element["Pg"])["MediaBox"]
                left, top, right, bottom = (POINTS_A_PIXEL * number for number in element["A"]["BBox"])
                element["A"]["BBox"] = pydyf.Array((left, height - bottom, right, height - top))

    def hang_text_on_its_holder(self) -> None:
        """From the leaves up, so that a span within a span within a cell ends as text of the cell.

        What holds nothing, such as a line to write on, is taken out.
        """
        for element in reversed(self.elements):
            if element.free == DROPPED:
                continue
            kids: list[Any] = []
            for kid in element["K"]:
                below = self.of(kid) if type(kid) is bytes else None
                if below is None or below.free != DROPPED:
                    kids += self._taken_over(below, element) or [kid]
            element["K"] = pydyf.Array(kids)
            if not kids and element["S"] in MAY_BE_EMPTY:
                element.free = DROPPED

    def _taken_over(self, below: Any, holder: Any) -> list[int]:
        """The marked content of an element without a meaning, now its holder's; none where it stays an element."""
        if (
            below is None
            or below.get("S") not in NO_MEANING
            or holder["S"] not in HOLD_TEXT
            or below.keys() != PLAIN
            or below["Pg"] != holder["Pg"]
            or not all(type(kid) is int for kid in below["K"])
        ):
            return []
        owners = self.owners[below["Pg"]]
        for content in below["K"]:
            owners[content] = holder.reference
        below.free = DROPPED
        return list(below["K"])


def _mark_as_artifacts(stream: list[Any], contents: set[int]) -> None:
    """Turn `/Span <</MCID 7>> BDC` into an artifact, for these numbers."""
    for place, part in enumerate(stream):
        if type(part) is pydyf.Dictionary and part.get("MCID") in contents:
            stream[place - 1] = "/Artifact"
            part.clear()
            part["Type"] = "/Pagination"


def _number(reference: bytes) -> int:
    return int(reference[:-4])
