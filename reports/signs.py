"""Characters that no print font has, such as emoji in a note: shown as 〓 (geta), as Japanese printers do."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from fontTools.ttLib import TTFont

from reports.rendering import PRINT_FONTS

GETA = "〓"
SILENT = frozenset({0x200D, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)})
"""Joiners and variation selectors: they change the sign before them and are nothing by themselves."""


@cache
def _printable() -> frozenset[int]:
    """The code points that the bundled print fonts have; a font file that is missing is told by the renderer."""
    found = {ord(sign) for sign in "\t\n\r"}
    for name in PRINT_FONTS:
        file = settings.FONTS_DIR / name
        if file.is_file():
            with TTFont(file, lazy=True) as font:
                found.update(font.getBestCmap())
    return frozenset(found)


def replacements(text: str) -> dict[int, str | None]:
    """For `str.translate`: the signs of `text` that cannot be printed."""
    missing = {ord(sign) for sign in set(text)} - _printable()
    return {code: None if code in SILENT else GETA for code in missing}
