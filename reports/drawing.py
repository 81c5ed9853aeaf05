"""PURE. The shapes that every chart is drawn with, as SVG that both the page and the paper can show.

Every word is escaped. Colours are attributes on the shapes, because neither a stylesheet nor `currentColor` reaches an
inline SVG on paper, and the page allows no inline style.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import escape

FAMILY = "BIZ UDPGothic, Keian Gothic, sans-serif"
INK = "#1a1a1c"
MUTED = "#4d4d4d"
LINE = "#949494"
GRID = "#cccccc"
GROUND = "#f2f2f2"
BLUE = "#0017c1"
BAND = "#c5d7fb"
PAPER = "#ffffff"
SHAPES = 5
LINE_HEIGHT = 1.2
"""In ems, between the baselines of a text that is wrapped."""
MARGIN = 16.0
HEADING = 16.0
NOTE = 11.5
LEAST_CAPTION = 480.0
SIZE_OF = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')


def svg(width: float, height: float, parts: Sequence[str], title: str, prefix: str) -> str:
    """The picture of `parts`, with `title` as its accessible name; `prefix` keeps ids on one page apart."""
    name = escape(f"{prefix}-title")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {n(width)} {n(height)}" width="{n(width)}" '
        f'height="{n(height)}" role="img" aria-labelledby="{name}" font-family="{FAMILY}">'
        f'<title id="{name}">{escape(title)}</title>{"".join(parts)}</svg>'
    )


def captioned(picture: str, heading: str, notes: Sequence[str], *, prefix: str) -> str:
    """A picture of `svg` with a heading above it and notes below: for a file that leaves the page around it behind.

    Raises ValueError for anything else.
    """
    size = SIZE_OF.match(picture)
    if size is None:
        raise ValueError("not a picture of this module")
    width, height = (float(found) for found in size.groups())
    wide = max(width, LEAST_CAPTION)
    y = MARGIN
    parts = []
    for words in wrap(heading, wide / HEADING):
        parts.append(text(MARGIN, y + HEADING, words, HEADING, "start", bold=True))
        y += HEADING * LINE_HEIGHT
    y += MARGIN / 2
    # The picture keeps its own measures; only its place is said.
    parts.append(picture.replace("<svg ", f'<svg x="{n(MARGIN)}" y="{n(y)}" ', 1))
    y += height + MARGIN / 2
    for note in notes:
        for words in wrap(note, wide / NOTE):
            parts.append(text(MARGIN, y + NOTE, words, NOTE, "start", fill=MUTED))
            y += NOTE * (LINE_HEIGHT + 0.15)
    return svg(wide + 2 * MARGIN, y + MARGIN, parts, heading, prefix)


def text(x: float, y: float, words: str, size: float, anchor: str, *, bold: bool = False, fill: str = INK) -> str:
    weight = ' font-weight="700"' if bold else ""
    align = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{n(x)}" y="{n(y)}" font-size="{n(size)}"{weight}{align} fill="{fill}">{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, stroke: str, width: float, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{n(x1)}" y1="{n(y1)}" x2="{n(x2)}" y2="{n(y2)}" stroke="{stroke}" '
        f'stroke-width="{n(width)}"{dashes}/>'
    )


def rect(x: float, y: float, width: float, height: float, fill: str, stroke: str, *, dashed: bool = False) -> str:
    dashes = ' stroke-dasharray="4 3"' if dashed else ""
    return (
        f'<rect x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}" fill="{fill}" stroke="{stroke}" '
        f'stroke-width="1"{dashes}/>'
    )


def n(number: float) -> str:
    """A coordinate, as short as it can be."""
    return f"{number:.1f}".removesuffix(".0")


def marker(shape: int, x: float, y: float, *, filled: bool = False) -> str:
    """A circle, a square, a triangle, a diamond or a triangle upside down: told apart without colour."""
    look = f'fill="{BLUE if filled else PAPER}" stroke="{BLUE}" stroke-width="1.8"'
    if shape % SHAPES == 0:
        return f'<circle cx="{n(x)}" cy="{n(y)}" r="4" {look}/>'
    if shape % SHAPES == 1:
        return f'<rect x="{n(x - 3.8)}" y="{n(y - 3.8)}" width="7.6" height="7.6" {look}/>'
    corners = {
        2: ((0, -5), (4.8, 3.6), (-4.8, 3.6)),
        3: ((0, -5.4), (5.4, 0), (0, 5.4), (-5.4, 0)),
        4: ((0, 5), (4.8, -3.6), (-4.8, -3.6)),
    }[shape % SHAPES]
    points = " ".join(f"{n(x + right)},{n(y + down)}" for right, down in corners)
    return f'<polygon points="{points}" {look}/>'


def width_of(words: str) -> float:
    """About how many ems a text takes."""
    return sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else 0.6 for sign in words)


def wrap(words: str, limit: float) -> tuple[str, ...]:
    """Lines of at most `limit` ems, broken where a Japanese phrase or a Latin word ends."""
    lines: list[str] = []
    line = ""
    for phrase in _phrases(words):
        if line and width_of(line + phrase.rstrip()) > limit:
            lines.append(line.rstrip())
            line = ""
        while width_of(phrase.rstrip()) > limit:
            cut = max(_fitting(phrase, limit), 1)
            lines.append(phrase[:cut])
            phrase = phrase[cut:]
        line += phrase
    if line.strip():
        lines.append(line.rstrip())
    return tuple(lines) or ("",)


def _fitting(words: str, limit: float) -> int:
    return next((index for index in range(len(words)) if width_of(words[: index + 1]) > limit), len(words))


def _phrases(words: str) -> Iterator[str]:
    """Pieces that should stay whole: a run that ends in hiragana, a mark or a space."""
    piece = ""
    for sign in words:
        if piece and (piece[-1] == " " or sign in "（(" or (_ends(piece[-1]) and not _ends(sign) and sign not in "ー")):
            yield piece
            piece = ""
        piece += sign
    if piece:
        yield piece


def _ends(sign: str) -> bool:
    return "ぁ" <= sign <= "ん" or sign in "・、。）)"
