"""PURE. Numbers to SVG, for the result page and the paper alike.

Every word comes from the caller, so that no language lives here; every word is escaped. Colours are attributes on the
shapes, because neither a stylesheet nor `currentColor` reaches an inline SVG on paper, and the page allows no inline
style. Nothing is told by colour alone: values are printed, markers differ in shape, what is missing is dashed or open.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from reports.drawing import (
    BAND,
    BLUE,
    GRID,
    GROUND,
    INK,
    LINE,
    LINE_HEIGHT,
    MUTED,
    line,
    marker,
    n,
    rect,
    svg,
    text,
    width_of,
    wrap,
)

TICKS = (20, 40, 60, 80)
Scale = Sequence[tuple[float, str]]
POINTS: Scale = tuple((points, str(points)) for points in (0, *TICKS, 100))
STAGES = 5
LEAST_SPOKES = 3

RADAR_WIDTH = 480.0
RADAR_RADIUS = 116.0
RADAR_TEXT = 12.5
RADAR_LABEL_EM = 11.0
RADAR_REACH = RADAR_RADIUS + 14
RADAR_NEAREST = 16.0
BAR_WIDTH = 400.0
BAR_TEXT = 12.5
BAR_HEIGHT = 12.0

_At = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Mark:
    """One measured thing: its name, its points of 100 (None where nothing is known) and these points in words."""

    label: str
    points: float | None
    value: str


@dataclass(frozen=True, slots=True)
class Group:
    """Marks that belong together, such as the sections of an axis."""

    label: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """A score with the range that open answers leave, and the stage that was reached."""

    points: float | None
    low: float
    high: float
    value: str
    stage: int | None


def radar(groups: Sequence[Group], *, title: str, prefix: str) -> str:
    """All marks as spokes, group by group; a mark without points leaves a gap. Raises ValueError below three marks."""
    spokes = [(number, mark) for number, group in enumerate(groups) for mark in group.marks]
    count = len(spokes)
    if count < LEAST_SPOKES:
        raise ValueError(f"a radar needs {LEAST_SPOKES} spokes, got {count}")
    labels = _radar_labels([mark for _, mark in spokes])
    top = min(label.y for label in labels) - 4
    bottom = max(label.y + label.height for label in labels) + 4
    top, bottom = min(top, -RADAR_RADIUS - 8), max(bottom, RADAR_RADIUS + 8)
    center = RADAR_WIDTH / 2
    legend_height = 26.0
    height = bottom - top + legend_height

    def at(index: float, points: float) -> tuple[float, float]:
        angle = math.tau * (index + 0.5) / count - math.pi / 2
        return center + RADAR_RADIUS * points / 100 * math.cos(angle), -top + RADAR_RADIUS * points / 100 * math.sin(
            angle
        )

    parts = list(_radar_ground(groups, at, count))
    for index, ((_, mark), label) in enumerate(zip(spokes, labels, strict=True)):
        x, y = at(index, 100)
        edge = center + label.x
        upper = label.y - top
        towards = min(max(y, upper + 6), upper + label.height - 6)
        parts.append(line(x, y, edge - math.copysign(3, label.x), towards, LINE, 0.8))
        anchor = "start" if label.x > 0 else "end"
        for row, words in enumerate(label.lines):
            baseline = label.y - top + RADAR_TEXT * (0.95 + LINE_HEIGHT * row)
            last = row == len(label.lines) - 1
            parts.append(text(edge, baseline, words, RADAR_TEXT, anchor, bold=last and mark.points is not None))
    known = [mark.points is not None for _, mark in spokes]
    corners = [at(index, mark.points or 0) for index, (_, mark) in enumerate(spokes)]
    if all(known):
        points = " ".join(f"{n(x)},{n(y)}" for x, y in corners)
        parts.append(f'<polygon points="{points}" fill="{BLUE}" fill-opacity="0.08" stroke="none"/>')
    for index in range(count):
        after = (index + 1) % count
        if known[index] and known[after]:
            parts.append(line(*corners[index], *corners[after], BLUE, 2))
    parts.extend(marker(group, *corners[index]) for index, (group, _) in enumerate(spokes) if known[index])
    parts.extend(_radar_legend(groups, height - 7))
    return svg(RADAR_WIDTH, height, parts, title, prefix)


def section_bars(marks: Sequence[Mark], *, title: str, prefix: str, scale: Scale = POINTS) -> str:
    """One bar a mark, its name and value above it, so that long names are never cut.

    `scale`: where on the line of 100 points which number stands, both ends among them.
    """
    parts: list[str] = []
    y = 0.0
    for mark in marks:
        lines = wrap(mark.label, (BAR_WIDTH - 60) / BAR_TEXT)
        for row, words in enumerate(lines):
            parts.append(text(0, y + BAR_TEXT * (1 + LINE_HEIGHT * row), words, BAR_TEXT, "start"))
        y += BAR_TEXT * (1 + LINE_HEIGHT * (len(lines) - 1))
        parts.append(text(BAR_WIDTH, y, mark.value, BAR_TEXT, "end", bold=mark.points is not None))
        y += 5
        if mark.points is None:
            parts.append(rect(0.5, y, BAR_WIDTH - 1, BAR_HEIGHT, "#ffffff", LINE, dashed=True))
        else:
            parts.append(rect(0.5, y, BAR_WIDTH - 1, BAR_HEIGHT, GROUND, LINE))
            if mark.points > 0:
                parts.append(rect(0.5, y, max((BAR_WIDTH - 1) * mark.points / 100, 1), BAR_HEIGHT, BLUE, BLUE))
        parts.extend(line(_x(at), y + BAR_HEIGHT, _x(at), y + BAR_HEIGHT + 3, MUTED, 1) for at, _words in scale[1:-1])
        y += BAR_HEIGHT + 9
    parts.extend(_scale(y + 8, scale))
    return svg(BAR_WIDTH, y + 12, parts, title, prefix)


def score_range(score: Range, *, stage_names: Sequence[str], title: str, prefix: str) -> str:
    """A scale of 0–100 with the band from low to high, the score as a diamond, and the five stages below.

    `stage_names` are the five stages in words; the one that was reached is framed. Without names: the scale alone.
    """
    y, height = 20.0, 16.0
    parts = [rect(0.5, y, BAR_WIDTH - 1, height, "#ffffff", MUTED)]
    low, high = _x(score.low), _x(score.high)
    if score.high > score.low:
        parts.append(rect(low, y, high - low, height, BAND, BLUE, dashed=score.points is None))
    parts.extend(line(_x(tick), y, _x(tick), y + height + 4, MUTED, 1) for tick in TICKS)
    if score.high > score.low:
        parts.extend(line(edge, y - 3, edge, y + height + 3, INK, 1.5) for edge in (low, high))
    if score.points is not None:
        x, middle = _x(score.points), y + height / 2
        parts.append(
            f'<polygon points="{n(x)},{n(middle - 10)} {n(x + 7)},{n(middle)} {n(x)},{n(middle + 10)} '
            f'{n(x - 7)},{n(middle)}" fill="{INK}" stroke="#ffffff" stroke-width="1"/>'
        )
    # The value never leaves the picture, and stands at the score or in the middle of an open range.
    half = width_of(score.value) * (BAR_TEXT + 1) / 2
    place = _x(score.points if score.points is not None else (score.low + score.high) / 2)
    place = min(max(place, half), BAR_WIDTH - half)
    parts.append(text(place, y - 7, score.value, BAR_TEXT + 1, "middle", bold=True))
    parts.extend(_scale(y + height + 17))
    parts.extend(_stages(score.stage, stage_names, y + height + 25))
    return svg(BAR_WIDTH, y + height + (46 if stage_names else 22), parts, title, prefix)


def _stages(reached: int | None, names: Sequence[str], y: float) -> Iterator[str]:
    width = BAR_WIDTH / STAGES
    for index, name in enumerate(names[:STAGES]):
        here = index + 1 == reached
        if here:
            yield rect(index * width + 3, y, width - 6, 18, INK, INK)
        yield text(
            (index + 0.5) * width, y + 13.5, name, BAR_TEXT, "middle", bold=here, fill="#ffffff" if here else MUTED
        )


def _scale(baseline: float, scale: Scale = POINTS) -> Iterator[str]:
    """The numbers under a scale."""
    for points, words in scale:
        anchor = "start" if points == 0 else "end" if points == 100 else "middle"
        yield text(BAR_WIDTH * points / 100, baseline, words, BAR_TEXT, anchor, fill=MUTED)


def _x(points: float) -> float:
    return 0.5 + (BAR_WIDTH - 1) * points / 100


@dataclass(frozen=True, slots=True)
class _Label:
    """Where the words of a spoke stand, from the middle of the radar."""

    x: float
    y: float
    height: float
    lines: tuple[str, ...]


def _radar_labels(marks: Sequence[Mark]) -> list[_Label]:
    """Words beside the circle, as wide as the picture leaves room, moved apart where they would touch."""
    count = len(marks)
    angles = [math.tau * (index + 0.5) / count - math.pi / 2 for index in range(count)]
    placed: dict[int, _Label] = {}
    for side in (1, -1):
        members = [index for index in range(count) if (math.cos(angles[index]) >= -1e-9) == (side > 0)]
        members.sort(key=lambda index: math.sin(angles[index]))
        lines = []
        for index in members:
            room = RADAR_WIDTH / 2 - 6 - max(RADAR_REACH * abs(math.cos(angles[index])), RADAR_NEAREST)
            lines.append((*wrap(marks[index].label, min(room / RADAR_TEXT, RADAR_LABEL_EM)), marks[index].value))
        heights = [RADAR_TEXT * (LINE_HEIGHT * len(words) + 0.1) for words in lines]
        wanted = [
            1.12 * RADAR_REACH * math.sin(angles[index]) - height / 2
            for index, height in zip(members, heights, strict=True)
        ]
        tops: list[float] = []
        for row, top in enumerate(wanted):
            tops.append(max(top, tops[-1] + heights[row - 1] + 3) if tops else top)
        # What was pushed down past its place is brought back by half, so that both ends move alike.
        drift = max((top - wish for top, wish in zip(tops, wanted, strict=True)), default=0.0) / 2
        for index, top, height, words in zip(members, tops, heights, lines, strict=True):
            y = top - drift
            nearest = min(max(y, -y - height, 0.0), RADAR_REACH)
            beside = math.sqrt(RADAR_REACH**2 - nearest**2)
            widest = max(width_of(line) for line in words) * RADAR_TEXT
            x = max(min(max(beside, RADAR_NEAREST), RADAR_WIDTH / 2 - 2 - widest), RADAR_NEAREST)
            placed[index] = _Label(side * x, y, height, words)
    return [placed[index] for index in range(count)]


def _radar_ground(groups: Sequence[Group], at: _At, count: int) -> Iterator[str]:
    """Rings, spokes, and the borders between groups."""
    for level in (*TICKS, 100):
        points = " ".join(f"{n(x)},{n(y)}" for x, y in (at(index, level) for index in range(count)))
        colour = LINE if level == 100 else GRID
        yield f'<polygon points="{points}" fill="none" stroke="{colour}" stroke-width="1"/>'
    middle = at(0, 0)
    for index in range(count):
        yield line(*middle, *at(index, 100), GRID, 0.8)
    if len(groups) > 1:
        start = 0
        for group in groups:
            yield line(*middle, *at(start - 0.5, 100), INK, 1, dash="2 3")
            start += len(group.marks)
    for level in (*TICKS, 100):
        x, y = at(-0.5, level)
        yield text(x + 2, y + 11, str(level), RADAR_TEXT, "start", fill=MUTED)


def _radar_legend(groups: Sequence[Group], baseline: float) -> Iterator[str]:
    """Which marker belongs to which group."""
    widths = [22 + width_of(group.label) * RADAR_TEXT for group in groups]
    x = max((RADAR_WIDTH - sum(widths) - 12 * (len(groups) - 1)) / 2, 2)
    for number, (group, width) in enumerate(zip(groups, widths, strict=True)):
        yield marker(number, x + 6, baseline - 4.5)
        yield text(x + 16, baseline, group.label, RADAR_TEXT, "start")
        x += width + 12
