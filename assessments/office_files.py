"""PURE. What a ZIP archive is: a Word, Excel or PowerPoint file without macros, or something that is not taken.

Every part is unpacked piece by piece and thrown away, so that what the archive says of its sizes is proved and little
is held. No part is opened as a document: this is a check of the wrapping, and no virus scanner.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from assessments.file_faults import Fault, Refused

ARCHIVE_START, PART_LISTED = b"PK\x03\x04", b"PK\x01\x02"
COMPOUND_START = bytes.fromhex("D0CF11E0A1B11AE1")
MOST_PARTS = 5_000
MOST_UNPACKED = 200 * 2**20
"""Bytes of all parts together. A workbook of 10 MB that holds nothing but figures unpacks to about half of this."""
MOST_HELD = 16 * 2**20
"""Bytes of a part that is kept whole: the list of the parts' kinds, a workbook inside."""
PIECE = 4 * 1024
"""Packed bytes that are looked at together; DEFLATE makes at most 4 MB of them."""
CONTENTS = "[Content_Types].xml"
MAIN_PARTS = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    ),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    ),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (
        b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    ),
}
"""The media type of a file -> the kind of its main part, as the list of kinds names it."""
MACRO_WORDS = (b"macroenabled", b"vbaproject", b"macrosheet")
PROGRAM_STARTS = (b"MZ", b"\x7fELF")
ARCHIVE_STARTS = (ARCHIVE_START, b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08")


@dataclass(slots=True)
class Budget:
    """How many bytes may still be unpacked: files inside count with the one that holds them."""

    left: int = MOST_UNPACKED

    def spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise Refused(Fault.UNPACKS)


def media_type_of(content: bytes) -> str:
    """The media type of an Office file. Raises Refused, or whatever `zipfile` makes of damaged bytes."""
    return _media_type(content, Budget(), inside=False)


def _media_type(content: bytes, budget: Budget, *, inside: bool) -> str:
    """As above. A workbook inside a file, as charts have it, is held to the same rules, and may have none inside."""
    types = b""
    for part in _parts(content, budget):
        nested = "/embeddings/" in part.filename and not inside
        whole = _looked_at(content, part, budget, keep=nested or part.filename == CONTENTS)
        if part.filename == CONTENTS:
            types = whole
        elif nested and whole.startswith(ARCHIVE_START):
            _media_type(whole, budget, inside=True)
    return _described(types)


def _parts(content: bytes, budget: Budget) -> list[ZipInfo]:
    """The parts as the archive lists them, when what it says of them is not absurd."""
    if content.count(PART_LISTED) > MOST_PARTS:
        raise Refused(Fault.UNPACKS)
    with ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
    if any(part.flag_bits & 0x1 for part in parts):
        raise Refused(Fault.ENCRYPTED)
    # Parts that lie over each other are how a small archive unpacks to anything.
    if sum(part.file_size for part in parts) > budget.left or sum(part.compress_size for part in parts) > len(content):
        raise Refused(Fault.UNPACKS)
    names = {part.filename for part in parts}
    if any(name.casefold().endswith("vbaproject.bin") for name in names):
        raise Refused(Fault.MACROS)
    if "mimetype" in names:
        raise Refused(Fault.UNKNOWN, "OpenDocument")
    if CONTENTS not in names:
        raise Refused(Fault.ARCHIVE)
    if len(names) != len(parts) or any(part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in parts):
        raise Refused(Fault.DAMAGED)
    return parts


def _looked_at(content: bytes, part: ZipInfo, budget: Budget, *, keep: bool) -> bytes:
    """The beginning of a part, or with `keep` all of it, after the whole was unpacked and is what the archive says."""
    most = MOST_HELD if keep else len(COMPOUND_START)
    if keep and part.file_size > most:
        raise Refused(Fault.UNPACKS)
    size = check = 0
    held = bytearray()
    for piece in _unpacked(content, part):
        size += len(piece)
        budget.spend(len(piece))
        if size > part.file_size:
            raise Refused(Fault.DAMAGED)
        check = zlib.crc32(piece, check)
        held += piece[: most - len(held)]
    if size != part.file_size or check != part.CRC:
        raise Refused(Fault.DAMAGED)
    beginning = bytes(held)
    if beginning.startswith(PROGRAM_STARTS):
        raise Refused(Fault.PROGRAM)
    if beginning.startswith((COMPOUND_START, *ARCHIVE_STARTS)) and not (keep and beginning.startswith(ARCHIVE_START)):
        raise Refused(Fault.EMBEDDED)
    return beginning


def _unpacked(content: bytes, part: ZipInfo) -> Iterator[bytes]:
    """The bytes of a part. `zipfile` would stop at the size that the archive states: what comes after stays unseen."""
    start = part.header_offset
    if content[start : start + 4] != ARCHIVE_START:
        raise Refused(Fault.DAMAGED)
    name, extra = struct.unpack_from("<HH", content, start + 26)
    packed = memoryview(content)[start + 30 + name + extra :][: part.compress_size]
    if part.compress_type == ZIP_STORED:
        yield bytes(packed)
        return
    engine = zlib.decompressobj(-15)
    for place in range(0, len(packed), PIECE):
        yield engine.decompress(packed[place : place + PIECE])
    if not engine.eof:
        raise Refused(Fault.DAMAGED)


def _described(types: bytes) -> str:
    """The media type that the list of the parts' kinds gives the main part."""
    # An entity, or a text in UTF-16, could hide a word from this search and not from Office.
    if any(sign in types for sign in (b"&", b"<!", b"\x00")):
        raise Refused(Fault.DAMAGED)
    if any(word in types.lower() for word in MACRO_WORDS):
        raise Refused(Fault.MACROS)
    found = [media_type for media_type, main in MAIN_PARTS.items() if main in types]
    if len(found) != 1:
        raise Refused(Fault.UNKNOWN)
    return found[0]
