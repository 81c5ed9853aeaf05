"""PURE. Two measurements of the same things on one scale: what the company says, and what was verified.

Every word comes from the caller. Nothing is told by colour alone: the one is an open circle, the other a filled
diamond, and both values are printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.drawing import BLUE, GRID, INK, LINE_HEIGHT, MUTED, line, marker, n, svg, text, width_of, wrap

WIDTH = 480.0
TEXT = 12.0
NAMES = 190.0
"""Of the width, for the names on the left."""
VALUES = 92.0
"""And for both values on the right."""
TICKS = (0, 20, 40, 60, 80, 100)


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing: its name, both points of 100 (None where nothing is known), and both in words."""

    label: str
    own: float | None
    verified: float | None
    values: str


def comparison(rows: Sequence[Compared], *, own: str, verified: str, title: str, prefix: str) -> str:
    """One line a row; `own` and `verified` are the words of the legend."""
    left, right = NAMES + 8, WIDTH - VALUES - 8

    def at(points: float) -> float:
        return left + (right - left) * points / 100

    y = 10.0
    first, second = width_of(own) * TEXT, width_of(verified) * TEXT
    start = max(min(left, WIDTH - (14 + first + 32 + second)), 0)  # words in two languages begin further to the left
    parts = [
        marker(0, start + 5, y),
        text(start + 14, y + 4, own, TEXT, "start"),
    ]
    after = start + 14 + first + 22
    parts += [marker(3, after, y, filled=True), text(after + 10, y + 4, verified, TEXT, "start")]
    y += 16
    top, body = y, []
    for row in rows:
        names = wrap(row.label, NAMES / TEXT)
        height = TEXT * LINE_HEIGHT * len(names) + 7
        middle = y + height / 2
        for number, words in enumerate(names):
            baseline = middle + TEXT * (0.36 + LINE_HEIGHT * (number - (len(names) - 1) / 2))
            body.append(text(0, baseline, words, TEXT, "start"))
        if row.own is not None and row.verified is not None and row.own != row.verified:
            body.append(line(at(row.own), middle, at(row.verified), middle, BLUE, 1.6))
        if row.own is not None:
            body.append(marker(0, at(row.own), middle))
        if row.verified is not None:
            body.append(marker(3, at(row.verified), middle, filled=True))
        body.append(text(right + 14, middle + TEXT * 0.36, row.values, TEXT, "start"))
        body.append(line(0, y + height, WIDTH, y + height, GRID, 0.6))
        y += height
    grid = [line(at(tick), top, at(tick), y, GRID, 0.8) for tick in TICKS]
    numbers = [
        text(at(tick), y + TEXT + 2, str(tick), TEXT - 1, "middle", fill=MUTED if tick else INK) for tick in TICKS
    ]
    return svg(WIDTH, float(n(y + TEXT + 6)), [*parts, *grid, *body, *numbers], title, prefix)
