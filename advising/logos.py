"""PURE. An office's logo: what was uploaded becomes a small clean PNG, or is refused with a reason."""

from __future__ import annotations

import io
import struct
from enum import StrEnum

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 2 * 2**20
MOST_PIXELS = 20_000_000
WIDEST, HIGHEST = 900, 300
"""Pixels that are kept: 76 mm × 25 mm at 300 dots an inch."""
KINDS = ("PNG", "JPEG", "GIF", "WEBP")


class Fault(StrEnum):
    """Why a picture was not taken."""

    TOO_LARGE = "too-large"  # more than MOST_BYTES
    NO_PICTURE = "no-picture"  # it does not open as one of KINDS
    TOO_MANY_PIXELS = "too-many-pixels"
    BROKEN = "broken"  # it begins as a picture and ends before its end
    TOO_SMALL = "too-small"  # less than 16 pixels wide or high


class NotALogo(ValueError):
    """The file was not taken; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def logo_from(data: bytes) -> bytes:
    """The picture as PNG of at most WIDEST × HIGHEST pixels, without anything that came with it (place, camera,
    comments). Raises NotALogo."""
    if len(data) > MOST_BYTES:
        raise NotALogo(Fault.TOO_LARGE)
    try:
        picture = Image.open(io.BytesIO(data), formats=KINDS)
    except Image.DecompressionBombError:
        raise NotALogo(Fault.TOO_MANY_PIXELS) from None
    except (UnidentifiedImageError, OSError, ValueError):
        raise NotALogo(Fault.NO_PICTURE) from None
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise NotALogo(Fault.TOO_MANY_PIXELS)
    if min(width, height) < 16:
        raise NotALogo(Fault.TOO_SMALL)
    try:
        # PDF/A takes no transparency for granted: on white paper it is white.
        whole = _as_seen(picture).convert("RGBA")
    except (OSError, ValueError, SyntaxError):
        raise NotALogo(Fault.BROKEN) from None
    paper = Image.new("RGB", whole.size, "white")
    paper.paste(whole, mask=whole.getchannel("A"))
    paper.thumbnail((WIDEST, HIGHEST))
    target = io.BytesIO()
    paper.save(target, "PNG", optimize=True)
    return target.getvalue()


def _as_seen(picture: Image.Image) -> Image.Image:
    """The whole picture as programs show it: turned as the camera noted, and sixteen bits of grey as eight."""
    picture.load()
    if picture.mode.startswith("I"):  # `convert` would cut off everything brighter than 255, and leave a white sheet
        picture = picture.convert("I").point(lambda grey: grey / 256).convert("L")
    try:
        return ImageOps.exif_transpose(picture)
    except (KeyError, SyntaxError, TypeError, ValueError, struct.error):  # a note that cannot be read turns nothing
        return picture
