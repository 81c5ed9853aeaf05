"""Charts as PNG: our own SVG to pixels with the bundled fonts, in the process that asks. Fetches nothing."""

from __future__ import annotations

import math

import resvg_py
from django.conf import settings

from reports.drawing import PAPER, SIZE_OF
from reports.rendering import PRINT_FONTS
from reports.signs import replacements

FACE = "BIZ UDPGothic"
SHARPEST = 2.0
"""Pixels a unit of the picture."""
MOST_PIXELS = 6_000_000
"""Of one picture, at 4 bytes each while it is made: a web worker has room for that."""


def png(svg: str) -> bytes:
    """The picture in pixels, on white. Signs that no bundled font has are shown as 〓."""
    missing = replacements(svg)
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg.translate(missing) if missing else svg,
            background=PAPER,
            zoom=_zoom(svg),
            skip_system_fonts=True,
            font_files=[str(settings.FONTS_DIR / name) for name in PRINT_FONTS],
            font_family=FACE,
            sans_serif_family=FACE,
        )
    )


def _zoom(svg: str) -> float:
    """As sharp as the picture's size allows. Raises ValueError for what is none of our pictures."""
    size = SIZE_OF.match(svg)
    if size is None:
        raise ValueError("not a picture of reports.drawing")
    units = float(size[1]) * float(size[2])
    return min(SHARPEST, math.sqrt(MOST_PIXELS / max(units, 1)))
