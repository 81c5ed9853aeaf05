"""PURE. Why a file is not taken. What the page says about each: `assessments.evidence_words`."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a file."""

    EMPTY = "empty"
    UNKNOWN = "unknown"  # none of the kinds that are taken
    PROGRAM = "program"
    MARKUP = "markup"  # HTML, SVG, XML
    ARCHIVE = "archive"
    HEIC = "heic"
    OLD_OFFICE = "old-office"
    ENCODING = "encoding"  # text in none of UTF-8 and Shift_JIS
    WRONG_ENDING = "wrong-ending"
    MIXED = "mixed"  # one kind of file around another
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    MACROS = "macros"
    EMBEDDED = "embedded"  # an object or an archive inside an Office file
    ACTIVE_PDF = "active-pdf"  # a PDF that runs or starts something
    FILES_IN_PDF = "files-in-pdf"
    UNPACKS = "unpacks"  # far more comes out than went in
    PICTURE_SIZE = "picture-size"


class Refused(ValueError):
    """The file is not taken. `seen` is what was found, where that helps: an ending, a size in dots."""

    def __init__(self, fault: Fault, seen: str = "", kind: str = "") -> None:
        self.fault, self.seen, self.kind = fault, seen, kind
        super().__init__(f"{fault} {seen} {kind}".strip())
