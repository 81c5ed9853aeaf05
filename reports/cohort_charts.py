"""PURE. The figures of a group as SVG, for the dashboard, its files and the cohort report alike.

As in `reports.charts`: every word comes from the caller and is escaped, and nothing is told by colour alone. Values are
printed, and series differ in shape.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reports.charts import Mark
from reports.drawing import (
    BAND,
    BLUE,
    GRID,
    GROUND,
    INK,
    LINE,
    LINE_HEIGHT,
    MUTED,
    PAPER,
    line,
    marker,
    rect,
    svg,
    text,
    width_of,
    wrap,
)

WIDTH = 420.0
NARROW = 360.0
"""Of a distribution: three stand side by side."""
SIZE = 12.5
TICKS = (0, 20, 40, 60, 80, 100)
EDGE = 14.0
"""Room left and right of a scale, for half a number."""
HEAT = ("#ffffff", "#eef4ff", "#dce7fe", "#c5d7fb", "#adc5fa", "#93b0f9", "#7a9cf8")
"""One hue in seven steps; dark text stands on each of them with a contrast of at least 6."""

HEAT_CELL = 58.0
HEAT_ROW = 26.0
HEAT_LABEL = 190.0
HEAT_HEAD = 11.5


@dataclass(frozen=True, slots=True)
class Quartile:
    """A quartile in points, and in words."""

    points: float
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """How many lie from `low` up to `high` points."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class BarGroup:
    """A group by name, what is said of it (such as how many it is), and its marks."""

    label: str
    note: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class DotRow:
    """A measured thing with one value a series (None: nothing to show); `note` stands at the end of its line."""

    label: str
    marks: tuple[Mark, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class HeatColumn:
    """A column of a heat map; a line is drawn where its `group` is another than that of the column before."""

    label: str
    group: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A row: its name, what is said of it, and a cell a column as (words, step from 0 to 6; None: nothing to show)."""

    label: str
    note: str
    cells: tuple[tuple[str, int | None], ...]


def distribution(
    bars: Sequence[Bar],
    quartiles: tuple[Quartile, Quartile, Quartile],
    *,
    title: str,
    prefix: str,
    own: Quartile | None = None,
) -> str:
    """A box from the first to the third quartile with the median in it, above a histogram on the same scale.

    `own`: the score of the company that looks at it, marked below the scale.
    """
    top, height = 62.0, 96.0
    bottom = top + height
    most = max((bar.count for bar in bars), default=0) or 1
    parts = [line(_x(tick, NARROW), 30, _x(tick, NARROW), bottom, GRID, 0.8) for tick in TICKS]
    for bar in bars:
        left, right = _x(bar.low, NARROW) + 1, _x(bar.high, NARROW) - 1
        tall = (height - 16) * bar.count / most
        if bar.count:
            parts.append(rect(left, bottom - tall, right - left, tall, BAND, BLUE))
            parts.append(text((left + right) / 2, bottom - tall - 4, str(bar.count), SIZE, "middle"))
    parts.append(line(_x(0, NARROW), bottom, _x(100, NARROW), bottom, INK, 1))
    parts.extend(_scale(bottom + 15, NARROW))
    parts.extend(_box(*quartiles, 34.0))
    if own is not None:
        here = max((bar.count for bar in bars if bar.low <= min(own.points, 99.9) < bar.high), default=0)
        parts.extend(_own(own, 26.0, bottom, bottom - (height - 16) * here / most))
    return svg(NARROW, bottom + (20 if own is None else 42), parts, title, prefix)


def _own(own: Quartile, top: float, bottom: float, bar: float) -> Iterator[str]:
    """A dashed line, broken where the number above the top of its `bar` stands; below the scale a filled triangle with
    the words beside it."""
    x = _x(own.points, NARROW)
    yield line(x, top, x, bar - SIZE - 6 if bar < bottom else bottom, INK, 1.5, dash="5 3")
    if bar < bottom:
        yield line(x, bar, x, bottom, INK, 1.5, dash="5 3")
    yield marker(2, x, bottom + 28, filled=True)
    left = x + 10 + width_of(own.words) * SIZE > NARROW
    yield text(x - 10 if left else x + 10, bottom + 33, own.words, SIZE, "end" if left else "start", bold=True)


def _box(low: Quartile, middle: Quartile, high: Quartile, y: float) -> Iterator[str]:
    """The box, and its three numbers above it, moved apart where they would touch."""
    left, right = _x(low.points, NARROW), _x(high.points, NARROW)
    yield rect(left, y, max(right - left, 2), 18, BAND, BLUE)
    yield line(_x(middle.points, NARROW), y - 3, _x(middle.points, NARROW), y + 21, INK, 3)
    half = width_of(middle.words) * (SIZE + 1) / 2
    center = min(max(_x(middle.points, NARROW), half), NARROW - half)
    yield text(center, y - 20, middle.words, SIZE + 1, "middle", bold=True)
    ends, begins = width_of(low.words) * SIZE, NARROW - width_of(high.words) * SIZE
    first = min(max(left, ends), begins - 8)
    last = max(min(right, begins), first + 8)
    yield text(first, y - 6, low.words, SIZE, "end", fill=MUTED)
    yield text(last, y - 6, high.words, SIZE, "start", fill=MUTED)


def group_bars(groups: Sequence[BarGroup], *, title: str, prefix: str) -> str:
    """One bar a mark, group by group: its name before it and its value after it."""
    names = max((width_of(mark.label) for group in groups for mark in group.marks), default=0) * SIZE + 14
    values = max((width_of(mark.value) for group in groups for mark in group.marks), default=0) * SIZE + 8
    room = WIDTH - names - values
    parts: list[str] = []
    y = 0.0
    for group in groups:
        note = width_of(group.note) * SIZE
        lines = wrap(group.label, (WIDTH - note - 12) / SIZE)
        for row, words in enumerate(lines):
            parts.append(text(0, y + SIZE * (1 + LINE_HEIGHT * row), words, SIZE, "start", bold=True))
        y += SIZE * (1 + LINE_HEIGHT * (len(lines) - 1))
        parts.append(text(WIDTH, y, group.note, SIZE, "end", fill=MUTED))
        y += 7
        for mark in group.marks:
            parts.append(text(names - 8, y + 11, mark.label, SIZE, "end", fill=MUTED))
            parts.append(
                rect(names, y, room, 13, PAPER if mark.points is None else GROUND, LINE, dashed=not mark.points)
            )
            if mark.points:
                parts.append(rect(names, y, max(room * mark.points / 100, 1), 13, BLUE, BLUE))
            parts.append(text(WIDTH, y + 11, mark.value, SIZE, "end", bold=mark.points is not None))
            y += 18
        y += 9
    return svg(WIDTH, max(y - 6, 1), parts, title, prefix)


def index_bars(marks: Sequence[Mark], *, title: str, prefix: str) -> str:
    """Bars to the left or the right of 100, as far as a measure lies below or above the whole."""
    farthest = max((abs(mark.points - 100) for mark in marks if mark.points is not None), default=0)
    reach = max(math.ceil(farthest / 10) * 10, 20)

    def at(points: float) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * (points - 100 + reach) / (2 * reach)

    parts: list[str] = []
    y = 0.0
    for mark in marks:
        lines = wrap(mark.label, (WIDTH - 70) / SIZE)
        for row, words in enumerate(lines):
            parts.append(text(0, y + SIZE * (1 + LINE_HEIGHT * row), words, SIZE, "start"))
        y += SIZE * (1 + LINE_HEIGHT * (len(lines) - 1))
        parts.append(text(WIDTH, y, mark.value, SIZE, "end", bold=mark.points is not None))
        y += 5
        parts.append(
            rect(
                EDGE,
                y,
                WIDTH - 2 * EDGE,
                12,
                PAPER if mark.points is None else GROUND,
                LINE,
                dashed=mark.points is None,
            )
        )
        if mark.points is not None:
            left, right = sorted((at(100), at(mark.points)))
            parts.append(rect(left, y, max(right - left, 1), 12, BLUE if mark.points >= 100 else BAND, BLUE))
        parts.append(line(at(100), y - 3, at(100), y + 15, INK, 2))
        y += 21
    for points in (100 - reach, 100, 100 + reach):
        parts.append(line(at(points), y - 8, at(points), y - 4, LINE, 1.5))
        parts.append(text(at(points), y + 9, str(points), SIZE, "middle", fill=MUTED))
    return svg(WIDTH, y + 14, parts, title, prefix)


def dots(rows: Sequence[DotRow], series: Sequence[str], *, title: str, prefix: str, joined: bool = False) -> str:
    """A scale a row with one marker a series, told apart by shape, the last one filled. `joined`: a line from the first
    to the last."""
    parts: list[str] = []
    y = 0.0
    for number, name in enumerate(series):
        for row, words in enumerate(wrap(name, (WIDTH - 24) / SIZE)):
            if not row:
                parts.append(marker(number, 8, y + 9, filled=number == len(series) - 1))
            parts.append(text(20, y + 13, words, SIZE, "start"))
            y += SIZE * LINE_HEIGHT + 1
    y += 8
    for one in rows:
        lines = wrap(one.label, (WIDTH - width_of(one.note) * SIZE - 12) / SIZE)
        for row, words in enumerate(lines):
            parts.append(text(0, y + SIZE * (1 + LINE_HEIGHT * row), words, SIZE, "start", bold=True))
        y += SIZE * (1 + LINE_HEIGHT * (len(lines) - 1))
        if one.note:
            parts.append(text(WIDTH, y, one.note, SIZE, "end", bold=True))
        y += 6
        x = 0.0
        for number, mark in enumerate(one.marks):
            parts.append(marker(number, x + 7, y + 8, filled=number == len(one.marks) - 1))
            parts.append(text(x + 16, y + 12.5, mark.value, SIZE, "start", fill=MUTED))
            x += 28 + width_of(mark.value) * SIZE
        y += 26
        parts.append(line(_x(0), y, _x(100), y, LINE, 1))
        parts.extend(line(_x(tick), y - 4, _x(tick), y + 4, LINE, 1) for tick in TICKS)
        known = [(number, mark.points) for number, mark in enumerate(one.marks) if mark.points is not None]
        if joined and len(known) == len(one.marks) > 1:
            parts.append(line(_x(known[0][1]), y, _x(known[-1][1]), y, BLUE, 3))
        for number, points in known:
            parts.append(marker(number, _x(points), y, filled=number == len(one.marks) - 1))
        y += 16
    parts.extend(_scale(y + 4))
    return svg(WIDTH, y + 10, parts, title, prefix)


def heat_map(
    columns: Sequence[HeatColumn], rows: Sequence[HeatRow], *, legend: Sequence[str], title: str, prefix: str
) -> str:
    """A table of values on grounds of one hue. `legend`: the seven steps in words, the lightest first."""
    heads = [wrap(column.label, HEAT_CELL / HEAT_HEAD - 0.2) for column in columns]
    head = max((len(lines) for lines in heads), default=0) * HEAT_HEAD * LINE_HEIGHT + 8
    width = HEAT_LABEL + HEAT_CELL * len(columns) + 1
    parts = [
        text(
            HEAT_LABEL + HEAT_CELL * (place + 0.5), head - 6 - HEAT_HEAD * LINE_HEIGHT * up, words, HEAT_HEAD, "middle"
        )
        for place, lines in enumerate(heads)
        for up, words in enumerate(reversed(lines))
    ]
    y = head
    for one in rows:
        lines = wrap(one.label, (HEAT_LABEL - 8 - width_of(one.note) * HEAT_HEAD) / SIZE)
        height = max(HEAT_ROW, len(lines) * SIZE * LINE_HEIGHT + 8)
        for row, words in enumerate(lines):
            parts.append(text(0, y + 17 + SIZE * LINE_HEIGHT * row, words, SIZE, "start"))
        parts.append(text(HEAT_LABEL - 6, y + 17, one.note, HEAT_HEAD, "end", fill=MUTED))
        for place, (words, step) in enumerate(one.cells):
            left = HEAT_LABEL + HEAT_CELL * place
            parts.append(rect(left, y, HEAT_CELL, height, PAPER if step is None else HEAT[step], GRID))
            fill = MUTED if step is None else INK
            parts.append(text(left + HEAT_CELL / 2, y + height / 2 + 4.5, words, SIZE, "middle", fill=fill))
        y += height
    for place, (before, column) in enumerate(pairwise(columns), start=1):
        if before.group != column.group:
            parts.append(line(HEAT_LABEL + HEAT_CELL * place, 0, HEAT_LABEL + HEAT_CELL * place, y, INK, 1.5))
    parts.extend(_legend(legend, y + 14, width))
    return svg(width, y + 14 + 20 * math.ceil(len(legend) / _a_line(width)) + 4, parts, title, prefix)


def _a_line(width: float) -> int:
    """How many steps of the legend stand in one line."""
    return max(int((width - HEAT_LABEL) // 90), 1)


def _legend(words: Sequence[str], y: float, width: float) -> Iterator[str]:
    for number, one in enumerate(words):
        down, along = divmod(number, _a_line(width))
        x = HEAT_LABEL + 90 * along
        yield rect(x, y + 20 * down, 16, 14, HEAT[number], LINE)
        yield text(x + 22, y + 20 * down + 11.5, one, HEAT_HEAD, "start")


def _x(points: float, width: float = WIDTH) -> float:
    return EDGE + (width - 2 * EDGE) * points / 100


def _scale(baseline: float, width: float = WIDTH) -> Iterator[str]:
    for tick in TICKS:
        yield text(_x(tick, width), baseline, str(tick), SIZE, "middle", fill=MUTED)
