"""The structure tree of a PDF of ours, read back from its bytes, and what a reader who listens would stumble over."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(
    rb"<<|>>|\[|\]|\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f]*>|/[^\s<>\[\]()/]*|\d+ 0 R|[^\s<>\[\]()/]+", re.DOTALL
)
STREAM = re.compile(rb"\n(\d+) 0 obj\n(<<.*?>>)\nstream\n", re.DOTALL)
WORTH_A_HEAD = 2
"""A table with so many lines needs heads."""


class Ref(int):
    """The number of an object."""


@dataclass
class Element:
    """An element of the tree: its kind without the slash, its attributes, and its children; text is only counted."""

    kind: str
    alt: str
    attributes: dict[str, Any]
    kids: list[Element] = field(default_factory=list)
    texts: int = 0

    def walk(self) -> Iterator[Element]:
        yield self
        for kid in self.kids:
            yield from kid.walk()

    def of(self, *kinds: str) -> list[Element]:
        return [one for one in self.walk() if one.kind in kinds]


@dataclass
class Document:
    """What a validator would look at first, and the tree."""

    catalog: dict[str, Any]
    tree: Element
    objects: dict[int, Any]


def read(pdf: bytes) -> Document:
    """Of a file that reports.pdf_file has written."""
    objects: dict[int, Any] = {}
    root = 0
    for match in STREAM.finditer(pdf):
        head = parse(match[2])
        data = pdf[match.end() : match.end() + head["Length"]]
        objects[int(match[1])] = (head, data)
        if head.get("Type") == "/ObjStm":
            objects |= _within(head, zlib.decompress(data))
        if head.get("Type") == "/XRef":
            root = head["Root"]
    catalog = objects[root]
    top = objects[objects[catalog["StructTreeRoot"]]["K"][0]]
    return Document(catalog, _element(top, objects), objects)


def _within(head: dict[str, Any], data: bytes) -> dict[int, Any]:
    first = head["First"]
    index = [int(word) for word in data[:first].split()]
    starts = [first + start for start in index[1::2]]
    ends = [*starts[1:], len(data)]
    return {number: parse(data[start:end]) for number, start, end in zip(index[0::2], starts, ends, strict=True)}


def _element(found: dict[str, Any], objects: dict[int, Any]) -> Element:
    element = Element(found["S"][1:], found.get("Alt", ""), found.get("A", {}))
    for kid in found["K"]:
        below = objects[kid] if isinstance(kid, Ref) else None
        if below is None:
            element.texts += 1
        elif "S" in below:
            element.kids.append(_element(below, objects))
    return element


def parse(data: bytes) -> Any:
    """One PDF value: dictionaries, lists, names as they stand, texts as str, references as Ref, numbers."""
    return _value(iter(TOKEN.findall(data)))


def _value(tokens: Iterator[bytes]) -> Any:
    token = next(tokens)
    if token == b"<<":
        found = {}
        while (key := next(tokens)) != b">>":
            found[key[1:].decode()] = _value(tokens)
        return found
    if token == b"[":
        items = []
        while (item := _value(tokens)) != b"]":
            items.append(item)
        return items
    if token == b"]":
        return token
    if token.endswith(b" 0 R"):
        return Ref(token.split()[0])
    if token[:1] == b"(":
        return re.sub(rb"\\(.)", rb"\1", token[1:-1]).decode("latin-1")
    if token[:1] == b"<":
        raw = bytes.fromhex(token[1:-1].decode())
        return raw.decode("utf-16") if raw.startswith(b"\xfe\xff") else raw.hex()
    word = token.decode()
    return int(word) if re.fullmatch(r"-?\d+", word) else word


def faults(pdf: bytes) -> list[str]:
    """What is wrong with the structure, in words."""
    document = read(pdf)
    tree = document.tree
    found = [] if document.catalog.get("Lang") else ["no language"]
    found += (
        [] if document.catalog.get("ViewerPreferences", {}).get("DisplayDocTitle") == "true" else ["no title shown"]
    )
    found += [f"figure without words: {one.attributes}" for one in tree.of("Figure") if not one.alt.strip()]
    found += _faults_of_headings(tree)
    for number, table in enumerate(tree.of("Table"), start=1):
        found += [f"table {number}: {fault}" for fault in _faults_of_table(table)]
    return found


def _faults_of_headings(tree: Element) -> Iterator[str]:
    before = 0
    for heading in tree.of("H1", "H2", "H3", "H4", "H5", "H6"):
        level = int(heading.kind[1])
        if level > before + 1:
            yield f"H{before} is followed by {heading.kind}"
        if not any(one.texts for one in heading.walk()):
            yield f"empty {heading.kind}"
        before = level
    if len(tree.of("H1")) != 1:
        yield f"{len(tree.of('H1'))} H1"


def _faults_of_table(table: Element) -> Iterator[str]:
    rows = table.of("TR")
    heads = table.of("TH")
    if not heads:
        yield "no TH"
    if any(head.attributes.get("Scope") not in {"/Row", "/Column"} for head in heads):
        yield "TH without a scope"
    if table.of("Table")[1:]:
        yield "a table within a table"
    widths = {sum(cell.attributes.get("ColSpan", 1) for cell in row.kids) for row in rows}
    if len(rows) >= WORTH_A_HEAD and len(widths) > 1 and not any("RowSpan" in one.attributes for one in table.walk()):
        yield f"rows of {sorted(widths)} columns"
