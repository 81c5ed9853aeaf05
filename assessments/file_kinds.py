"""PURE. What a file is, by its content and never by its name, and whether it is taken as evidence.

`puremagic` proposes, and each kind is then proved in its own way. This keeps out what is not a document, what runs and
what is made to break the program that opens it. It is no virus scanner: it knows no virus, and a document that misuses
a fault of the program that shows it can pass.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile, ZipFile

import puremagic
from PIL import Image

from assessments import office_files
from assessments.file_faults import Fault, Refused
from assessments.file_names import ending_of

MOST_DOTS, LONGEST_SIDE = 50_000_000, 20_000
"""Of a picture: the largest that telephones make has 48.8 million dots."""
HEAD = 1024


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken. A name may end in any of `endings`; the first is given to one without."""

    media_type: str
    endings: tuple[str, ...]


PDF = Kind("application/pdf", (".pdf",))
PICTURES = {
    "PNG": Kind("image/png", (".png",)),
    "JPEG": Kind("image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif")),
    "WEBP": Kind("image/webp", (".webp",)),
}
"""By the name that Pillow gives to the format."""
OFFICE = {
    media_type: Kind(media_type, (ending,))
    for media_type, ending in zip(office_files.MAIN_PARTS, (".docx", ".xlsx", ".pptx"), strict=True)
}
TEXT, CSV = Kind("text/plain", (".txt",)), Kind("text/csv", (".csv",))
KINDS = (PDF, *PICTURES.values(), *OFFICE.values(), TEXT, CSV)

COMPOUND = office_files.COMPOUND_START
ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")
MACH_O = (b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
PROGRAMS = (*office_files.PROGRAM_STARTS, *MACH_O, b"L\x00\x00\x00\x01\x14\x02")
ARCHIVES = {".zip", ".rar", ".7z", ".gz", ".tar", ".lzh", ".bz2", ".xz", ".cab", ".iso"}
UNSEEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\uf8f0-\uf8f3]")
"""What no text holds; the last four are what Python makes of bytes that Shift_JIS does not have."""
MARKUP = re.compile(r"\s*<[!?/a-z]|[\s\S]*<(?:!doctype|html|head|body|script|svg|iframe)\b", re.IGNORECASE)
OTHER_TEXT = (b"\xff\xfe", b"\xfe\xff")
JIS_SHIFTS = (b"\x1b$B", b"\x1b$@")


def _pdf_names(*words: str) -> str:
    """A pattern of names in a PDF, each letter as it is or as its number: /J#61vaScript is /JavaScript."""
    spelled = ["".join(f"(?:{letter}|#{ord(letter):02X}|#{ord(letter):02x})" for letter in word) for word in words]
    return f"/(?:{'|'.join(spelled)})(?![A-Za-z0-9])"


ACTIVE = re.compile(_pdf_names("JavaScript", "Launch", "RichMedia", "XFA").encode())
FILES_INSIDE = re.compile(_pdf_names("EmbeddedFile", "EmbeddedFiles").encode())
LOCKED = re.compile(_pdf_names("Encrypt").encode())
PACKED_OBJECTS = re.compile(_pdf_names("ObjStm").encode())
STREAM = re.compile(rb"stream\r?\n")
MOST_PACKED, LONGEST_DICTIONARY, MOST_UNPACKED = 5_000, 2_000, 64 * 2**20
MOST_SCANS = 100
"""Of a JPEG: a camera writes one or ten. Each goes over the whole picture, so that a thousand keep a server busy."""


def recognise(name: str, content: bytes) -> Kind:
    """The kind of `content`, which the ending of `name` does not contradict. Raises Refused and nothing else."""
    try:
        kind = _kind_of(name, content)
    except Refused:
        raise
    except Exception as error:  # readers of hostile bytes fail in every way that there is
        raise Refused(Fault.DAMAGED) from error
    ending = ending_of(name)
    if ending and ending not in kind.endings:
        raise Refused(Fault.WRONG_ENDING, ending, kind.media_type)
    return kind


def _kind_of(name: str, content: bytes) -> Kind:
    if not content:
        raise Refused(Fault.EMPTY)
    if content.startswith(b"%PDF-"):
        _check_pdf(content)
        return PDF
    if b"%PDF-" in content[:HEAD]:
        raise Refused(Fault.MIXED)
    if content.startswith(office_files.ARCHIVE_START):
        return OFFICE[office_files.media_type_of(content)]
    if content.startswith(COMPOUND):
        raise Refused(Fault.ENCRYPTED if ENCRYPTED_OFFICE in content else Fault.OLD_OFFICE)
    proposed = _proposed(content)
    for plugin, kind in PICTURES.items():
        if set(proposed) & set(kind.endings):
            _check_picture(content, plugin)
            return kind
    _check_text(content, proposed)
    return CSV if ending_of(name) == ".csv" else TEXT


def _proposed(content: bytes) -> tuple[str, ...]:
    """The endings of what `content` looks like, the likeliest first."""
    try:
        return tuple(str(match.extension).lower() for match in puremagic.magic_string(content) if match.extension)
    except puremagic.PureError:
        return ()


# --- PDF --------------------------------------------------------------------------------------------------------------


def _check_pdf(content: bytes) -> None:
    """Whole, not locked, and without the words for what runs, starts or is attached, also where they are packed.

    Words in streams other than the objects' own, or packed in another way than Flate, are not found.
    """
    if _is_archive(content):
        raise Refused(Fault.MIXED)
    if b"%%EOF" not in content[-4096:]:
        raise Refused(Fault.DAMAGED)
    if LOCKED.search(content):
        raise Refused(Fault.ENCRYPTED)
    for objects in (content, *_packed_objects(content)):
        if ACTIVE.search(objects):
            raise Refused(Fault.ACTIVE_PDF)
        if FILES_INSIDE.search(objects):
            raise Refused(Fault.FILES_IN_PDF)


def _packed_objects(content: bytes) -> Iterator[bytes]:
    """The streams that hold objects (since PDF 1.5), unpacked."""
    left = MOST_UNPACKED
    for number, name in enumerate(PACKED_OBJECTS.finditer(content)):
        if number >= MOST_PACKED:
            raise Refused(Fault.UNPACKS)
        start = STREAM.search(content, name.end(), name.end() + LONGEST_DICTIONARY)
        if start is None:
            continue
        try:
            objects = zlib.decompressobj().decompress(memoryview(content)[start.end() :], left + 1)
        except zlib.error:
            continue
        left -= len(objects)
        if left < 0:
            raise Refused(Fault.UNPACKS)
        yield objects


def _is_archive(content: bytes) -> bool:
    if content.count(office_files.PART_LISTED) > office_files.MOST_PARTS:
        return True
    try:
        with ZipFile(BytesIO(content)) as archive:
            return bool(archive.infolist())
    except BadZipFile:
        return False


# --- pictures and text ------------------------------------------------------------------------------------------------


def _check_picture(content: bytes, plugin: str) -> None:
    """A picture of believable size that opens, and nothing behind it that another program would open."""
    if _is_archive(content):
        raise Refused(Fault.MIXED)
    try:
        with Image.open(BytesIO(content), formats=[plugin]) as image:
            width, height = image.size
            if width * height > MOST_DOTS or max(width, height) > LONGEST_SIDE:
                raise Refused(Fault.PICTURE_SIZE, f"{width}×{height}")
            if plugin == "PNG":
                image.verify()  # the check sums of all parts; a WebP was read to its end when it was opened
            elif plugin == "JPEG":
                if content.count(b"\xff\xda") > MOST_SCANS:
                    raise Refused(Fault.DAMAGED)
                image.draft("RGB", (width // 8, height // 8))  # an eighth of the dots tells as much
                image.load()
    except Image.DecompressionBombError as error:
        raise Refused(Fault.PICTURE_SIZE) from error


def _check_text(content: bytes, proposed: tuple[str, ...]) -> None:
    """Words in UTF-8 (with or without a mark) or Shift_JIS, and no language of web pages or scripts."""
    if content.startswith(OTHER_TEXT) or any(shift in content for shift in JIS_SHIFTS):
        raise Refused(Fault.ENCODING)
    text = _text(content)
    if text is None:
        if content.startswith(PROGRAMS):
            raise Refused(Fault.PROGRAM)
        if ARCHIVES.intersection(proposed):
            raise Refused(Fault.ARCHIVE)
        if {".heic", ".heif"}.intersection(proposed):
            raise Refused(Fault.HEIC)
        raise Refused(Fault.UNKNOWN, next(iter(proposed), ""))
    if text.startswith("#!"):
        raise Refused(Fault.PROGRAM)
    if MARKUP.match(text[:HEAD]):
        raise Refused(Fault.MARKUP)
    if text.startswith("{\\rtf"):
        raise Refused(Fault.UNKNOWN, ".rtf")


def _text(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if UNSEEN.search(text) else text
    return None
