"""Small real files of every kind, and of every kind that is not taken, made in code."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import openpyxl
from PIL import Image

CONTENTS = "[Content_Types].xml"
MAIN = "application/vnd.openxmlformats-officedocument.{}.main+xml"
WORD, SHOW = MAIN.format("wordprocessingml.document"), MAIN.format("presentationml.presentation")
COMPOUND = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504)
"""The beginning of what Office wrote until 2003, and of its macros and embedded objects."""


def pdf(*objects: str, version: str = "1.7", tail: str = "%%EOF\n") -> bytes:
    body = "".join(f"{number} 0 obj\n{text}\nendobj\n" for number, text in enumerate(objects, start=1))
    return f"%PDF-{version}\n{body}trailer\n<</Size 9/Root 1 0 R>>\nstartxref\n9\n{tail}".encode()


PDF = pdf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>")


def pdf_with_packed(text: str, *, name: str = "ObjStm") -> bytes:
    packed = zlib.compress(text.encode())
    head = f"%PDF-1.7\n1 0 obj\n<</Type/{name}/N 1/First 4/Filter/FlateDecode/Length {len(packed)}>>\nstream\r\n"
    return head.encode() + packed + b"\nendstream\nendobj\nstartxref\n0\n%%EOF\n"


def picture(form: str, size: tuple[int, int] = (40, 30)) -> bytes:
    file = BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(file, form)
    return file.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes whose head speaks of a huge picture."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\x00" * 10)
    parts = b"".join(
        struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in (head, data, b"IEND")
    )
    return b"\x89PNG\r\n\x1a\n" + parts


def archive(parts: Mapping[str, bytes | str]) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as out:
        for name, content in parts.items():
            out.writestr(name, content)
    return file.getvalue()


def office(main: str = WORD, parts: Mapping[str, bytes | str] | None = None, *, types: str = "") -> bytes:
    """A package as Office writes them, with as little in it as possible."""
    listed = f'<?xml version="1.0"?><Types><Override PartName="/main.xml" ContentType="{main}"/>{types}</Types>'
    return archive({CONTENTS: listed, "main.xml": "<main/>", **(parts or {})})


def workbook() -> bytes:
    file = BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["品目", 3])
    book.save(file)
    return file.getvalue()


def deflated_zeros(megabytes: int) -> bytes:
    """So many megabytes of nothing, packed a thousandfold, without ever making them."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = engine.compress(bytes(2**20)) + engine.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + engine.flush(zlib.Z_FINISH)


def overlapping_bomb() -> bytes:
    """A few KB that unpack to 1 GB: a hundred names for the same ten megabytes of nothing."""
    base = office(parts={"big.bin": bytes(10 * 2**20)})
    place = base.rindex(b"PK\x01\x02")
    entry, end = base[place : base.rindex(b"PK\x05\x06")], base[base.rindex(b"PK\x05\x06") :]
    assert b"big.bin" in entry
    entries = b"".join(entry.replace(b"big.bin", f"b{number:06}".encode()) for number in range(100))
    count, size = struct.unpack_from("<HI", end, 10)
    end = end[:8] + struct.pack("<HHI", count + 100, count + 100, size + len(entries)) + end[16:]
    return base[: base.rindex(b"PK\x05\x06")] + entries + end


def lying_bomb(megabytes: int) -> bytes:
    """An Office file with a part of so many megabytes that states a thousand bytes."""
    file = BytesIO(office())
    with ZipFile(file, "a", ZIP_STORED) as out:
        out.writestr("zeros.bin", deflated_zeros(megabytes))
    # The part was stored as it is. Now the list says that it is packed, which it is.
    changed = bytearray(claims_size(file.getvalue(), "zeros.bin", 1000))
    for sign, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        changed[changed.rfind(sign) + method] = ZIP_DEFLATED
    return bytes(changed)


def claims_size(content: bytes, name: str, size: int) -> bytes:
    """The archive with another size stated for one part, in its list and before the part itself."""
    changed = bytearray(content)
    for sign, place_of_size, place_of_name in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        start = 0
        while (start := content.find(sign, start)) >= 0:
            if content[start + place_of_name :].startswith(name.encode()):
                changed[start + place_of_size : start + place_of_size + 4] = struct.pack("<I", size)
            start += 4
    return bytes(changed)


def encrypted_archive() -> bytes:
    """With the mark that its parts have a password."""
    changed = bytearray(office())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[changed.find(sign) + offset] |= 1
    return bytes(changed)
