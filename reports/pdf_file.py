"""The bytes of a PDF that pydyf has put together: each object said once, each stream packed once.

pydyf's own writer says every object twice where a file carries an identifier, and packs its streams both times. It may
also end a packed stream in CR, which together with the line end before `endstream` reads as one line end (PDF/A
6.1.7.1).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from hashlib import md5
from io import BytesIO
from typing import Any

import pydyf

HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
LEVELS = (6, 9, 5, 4, 3, 2, 1)
"""How hard a stream is packed, until its last byte is no CR."""
DROPPED = "f"
"""What `free` says of an object that is left out, because nothing refers to it any more."""


def pdf_bytes(pdf: pydyf.PDF) -> bytes:
    """The file: PDF 1.7, with object streams and an identifier made of its content. Same objects, same bytes."""
    if pdf.info:
        pdf.add_object(pdf.info)
    output = BytesIO()
    output.write(HEADER)
    places = _free(pdf.objects)
    packed: list[tuple[int, bytes]] = []
    content = md5(usedforsecurity=False)
    for item in pdf.objects:
        if item.free == DROPPED:
            continue
        data = _stream(item) if isinstance(item, pydyf.Stream) else said(item)
        content.update(data)
        if isinstance(item, pydyf.Stream):
            places[item.number] = (1, output.tell(), 0)
            _write(output, item.number, data)
        else:
            packed.append((item.number, data))
    container = len(places)
    for index, (number, _data) in enumerate(packed):
        places[number] = (2, container, index)
    places.append((1, output.tell(), 0))
    _write(output, container, _object_stream(packed))
    _write_references(output, places, pdf, content.hexdigest())
    return output.getvalue()


def _free(items: list[Any]) -> list[tuple[int, int, int]]:
    """A line of the cross-reference table for each object; those that are left out are chained as free ones."""
    places, following = [(0, 0, 0)] * len(items), 0
    for item in reversed(items):
        if item.free == DROPPED:
            places[item.number] = (0, following, 0 if item.number else 65535)
            following = item.number
    return places


def said(value: Any) -> bytes:
    """A value as PDF syntax."""
    kind = type(value)
    if kind is bytes:
        return bytes(value)
    if kind is str:
        return bytes(value.encode("ascii"))
    if kind is int:
        return b"%d" % value
    if kind is pydyf.Dictionary or kind is dict:
        return b"<<" + b"".join([b"/" + key.encode("ascii") + b" " + said(item) for key, item in value.items()]) + b">>"
    if kind is pydyf.Array or kind is list:
        return b"[" + b" ".join([item if type(item) is bytes else said(item) for item in value]) + b"]"
    return bytes(pydyf._to_bytes(value))


def packed(data: bytes) -> bytes:
    """As Flate, never with CR as its last byte."""
    for level in LEVELS:
        found = zlib.compress(data, level)
        if not found.endswith(b"\r"):
            return found
    return packed(data + b"\n")


def _stream(item: pydyf.Stream) -> bytes:
    data = b"\n".join([part if type(part) is bytes else said(part) for part in item.stream])
    return _with_head(dict(item.extra), data, compress=item.compress)


def _with_head(head: dict[str, Any], data: bytes, *, compress: bool = True) -> bytes:
    if compress:
        data = packed(data)
        head["Filter"] = "/FlateDecode"
    head["Length"] = len(data)
    return said(head) + b"\nstream\n" + data + b"\nendstream"


def _object_stream(items: list[tuple[int, bytes]]) -> bytes:
    index: list[str] = []
    position = 0
    for number, data in items:
        index.append(f"{number} {position}")
        position += len(data) + 1
    first = " ".join(index).encode() + b"\n"
    head = {"Type": "/ObjStm", "N": len(items), "First": len(first)}
    return _with_head(head, first + b"\n".join(data for _number, data in items))


def _write_references(output: BytesIO, places: list[tuple[int, int, int]], pdf: pydyf.PDF, identifier: str) -> None:
    """The cross-reference stream, and the end of the file."""
    start, number = output.tell(), len(places)
    places.append((1, start, 0))
    widths = (1, _width(start), _width(max(third for _kind, _second, third in places)))
    head = {
        "Type": "/XRef",
        "Index": [0, len(places)],
        "W": list(widths),
        "Size": len(places),
        "Root": pdf.catalog.reference,
        "ID": [f"<{identifier}>", f"<{identifier}>"],
    }
    if pdf.info:
        head["Info"] = pdf.info.reference
    _write(output, number, _with_head(head, _table(places, widths)))
    output.write(b"startxref\n%d\n%%%%EOF\n" % start)


def _table(places: Iterable[tuple[int, int, int]], widths: tuple[int, int, int]) -> bytes:
    return b"".join(
        value.to_bytes(width, "big") for place in places for value, width in zip(place, widths, strict=True)
    )


def _width(number: int) -> int:
    """How many bytes it takes."""
    return max((number.bit_length() + 7) // 8, 1)


def _write(output: BytesIO, number: int, data: bytes) -> None:
    output.write(b"%d 0 obj\n%b\nendobj\n" % (number, data))
