"""PURE. Numbers to SVG, for the result page and the paper alike.

Every word comes from the caller, so that no language lives here; every word is escaped. Colours are attributes on the
shapes, because neither a stylesheet nor `currentColor` reaches an inline SVG on paper, and the page allows no inline
style. Nothing is told by colour alone: values are printed, markers differ in shape, what is missing is dashed or open.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

FAMILY = "BIZ UDPGothic, Keian Gothic, sans-serif"
INK = "#1a1a1c"
MUTED = "#4d4d4d"
LINE = "#949494"
GRID = "#cccccc"
GROUND = "#f2f2f2"
BLUE = "#0017c1"
BAND = "#c5d7fb"
TICKS = (20, 40, 60, 80)
STAGES = 5
LEAST_SPOKES = 3
LINE_HEIGHT = 1.2

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
        parts.append(_line(x, y, edge - math.copysign(3, label.x), towards, LINE, 0.8))
        anchor = "start" if label.x > 0 else "end"
        for row, words in enumerate(label.lines):
            baseline = label.y - top + RADAR_TEXT * (0.95 + LINE_HEIGHT * row)
            last = row == len(label.lines) - 1
            parts.append(_text(edge, baseline, words, RADAR_TEXT, anchor, bold=last and mark.points is not None))
    known = [mark.points is not None for _, mark in spokes]
    corners = [at(index, mark.points or 0) for index, (_, mark) in enumerate(spokes)]
    if all(known):
        points = " ".join(f"{_n(x)},{_n(y)}" for x, y in corners)
        parts.append(f'<polygon points="{points}" fill="{BLUE}" fill-opacity="0.08" stroke="none"/>')
    for index in range(count):
        after = (index + 1) % count
        if known[index] and known[after]:
            parts.append(_line(*corners[index], *corners[after], BLUE, 2))
    parts.extend(_marker(group, *corners[index]) for index, (group, _) in enumerate(spokes) if known[index])
    parts.extend(_radar_legend(groups, height - 7))
    return _svg(RADAR_WIDTH, height, parts, title, prefix)


def section_bars(marks: Sequence[Mark], *, title: str, prefix: str) -> str:
    """One bar a mark, its name and value above it, so that long names are never cut."""
    parts: list[str] = []
    y = 0.0
    for mark in marks:
        lines = _wrap(mark.label, (BAR_WIDTH - 60) / BAR_TEXT)
        for row, words in enumerate(lines):
            parts.append(_text(0, y + BAR_TEXT * (1 + LINE_HEIGHT * row), words, BAR_TEXT, "start"))
        y += BAR_TEXT * (1 + LINE_HEIGHT * (len(lines) - 1))
        parts.append(_text(BAR_WIDTH, y, mark.value, BAR_TEXT, "end", bold=mark.points is not None))
        y += 5
        if mark.points is None:
            parts.append(_rect(0.5, y, BAR_WIDTH - 1, BAR_HEIGHT, "#ffffff", LINE, dashed=True))
        else:
            parts.append(_rect(0.5, y, BAR_WIDTH - 1, BAR_HEIGHT, GROUND, LINE))
            if mark.points > 0:
                parts.append(_rect(0.5, y, max((BAR_WIDTH - 1) * mark.points / 100, 1), BAR_HEIGHT, BLUE, BLUE))
        parts.extend(_line(_x(tick), y + BAR_HEIGHT, _x(tick), y + BAR_HEIGHT + 3, MUTED, 1) for tick in TICKS)
        y += BAR_HEIGHT + 9
    parts.extend(_scale(y + 8))
    return _svg(BAR_WIDTH, y + 12, parts, title, prefix)


def score_range(score: Range, *, stage_names: Sequence[str], title: str, prefix: str) -> str:
    """A scale of 0–100 with the band from low to high, the score as a diamond, and the five stages below.

    `stage_names` are the five stages in words; the one that was reached is framed. Without names: the scale alone.
    """
    y, height = 20.0, 16.0
    parts = [_rect(0.5, y, BAR_WIDTH - 1, height, "#ffffff", MUTED)]
    low, high = _x(score.low), _x(score.high)
    if score.high > score.low:
        parts.append(_rect(low, y, high - low, height, BAND, BLUE, dashed=score.points is None))
    parts.extend(_line(_x(tick), y, _x(tick), y + height + 4, MUTED, 1) for tick in TICKS)
    if score.high > score.low:
        parts.extend(_line(edge, y - 3, edge, y + height + 3, INK, 1.5) for edge in (low, high))
    if score.points is not None:
        x, middle = _x(score.points), y + height / 2
        parts.append(
            f'<polygon points="{_n(x)},{_n(middle - 10)} {_n(x + 7)},{_n(middle)} {_n(x)},{_n(middle + 10)} '
            f'{_n(x - 7)},{_n(middle)}" fill="{INK}" stroke="#ffffff" stroke-width="1"/>'
        )
    # The value never leaves the picture, and stands at the score or in the middle of an open range.
    half = _width(score.value) * (BAR_TEXT + 1) / 2
    place = _x(score.points if score.points is not None else (score.low + score.high) / 2)
    place = min(max(place, half), BAR_WIDTH - half)
    parts.append(_text(place, y - 7, score.value, BAR_TEXT + 1, "middle", bold=True))
    parts.extend(_scale(y + height + 17))
    parts.extend(_stages(score.stage, stage_names, y + height + 25))
    return _svg(BAR_WIDTH, y + height + (46 if stage_names else 22), parts, title, prefix)


def _stages(reached: int | None, names: Sequence[str], y: float) -> Iterator[str]:
    width = BAR_WIDTH / STAGES
    for index, name in enumerate(names[:STAGES]):
        here = index + 1 == reached
        if here:
            yield _rect(index * width + 3, y, width - 6, 18, INK, INK)
        yield _text(
            (index + 0.5) * width, y + 13.5, name, BAR_TEXT, "middle", bold=here, fill="#ffffff" if here else MUTED
        )


def _scale(baseline: float) -> Iterator[str]:
    """The numbers 0 to 100 under a scale."""
    for points in (0, *TICKS, 100):
        anchor = {0: "start", 100: "end"}.get(points, "middle")
        yield _text(BAR_WIDTH * points / 100, baseline, str(points), BAR_TEXT, anchor, fill=MUTED)


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
            lines.append((*_wrap(marks[index].label, min(room / RADAR_TEXT, RADAR_LABEL_EM)), marks[index].value))
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
            widest = max(_width(line) for line in words) * RADAR_TEXT
            x = max(min(max(beside, RADAR_NEAREST), RADAR_WIDTH / 2 - 2 - widest), RADAR_NEAREST)
            placed[index] = _Label(side * x, y, height, words)
    return [placed[index] for index in range(count)]


def _radar_ground(groups: Sequence[Group], at: _At, count: int) -> Iterator[str]:
    """Rings, spokes, and the borders between groups."""
    for level in (*TICKS, 100):
        points = " ".join(f"{_n(x)},{_n(y)}" for x, y in (at(index, level) for index in range(count)))
        colour = LINE if level == 100 else GRID
        yield f'<polygon points="{points}" fill="none" stroke="{colour}" stroke-width="1"/>'
    middle = at(0, 0)
    for index in range(count):
        yield _line(*middle, *at(index, 100), GRID, 0.8)
    if len(groups) > 1:
        start = 0
        for group in groups:
            yield _line(*middle, *at(start - 0.5, 100), INK, 1, dash="2 3")
            start += len(group.marks)
    for level in (*TICKS, 100):
        x, y = at(-0.5, level)
        yield _text(x + 2, y + 11, str(level), RADAR_TEXT, "start", fill=MUTED)


def _radar_legend(groups: Sequence[Group], baseline: float) -> Iterator[str]:
    """Which marker belongs to which group."""
    widths = [22 + _width(group.label) * RADAR_TEXT for group in groups]
    x = max((RADAR_WIDTH - sum(widths) - 12 * (len(groups) - 1)) / 2, 2)
    for number, (group, width) in enumerate(zip(groups, widths, strict=True)):
        yield _marker(number, x + 6, baseline - 4.5)
        yield _text(x + 16, baseline, group.label, RADAR_TEXT, "start")
        x += width + 12


def _marker(group: int, x: float, y: float) -> str:
    """A circle, a square or a triangle: groups are told apart without colour."""
    look = f'fill="#ffffff" stroke="{BLUE}" stroke-width="1.8"'
    if group % 3 == 0:
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="4" {look}/>'
    if group % 3 == 1:
        return f'<rect x="{_n(x - 3.8)}" y="{_n(y - 3.8)}" width="7.6" height="7.6" {look}/>'
    return f'<polygon points="{_n(x)},{_n(y - 5)} {_n(x + 4.8)},{_n(y + 3.6)} {_n(x - 4.8)},{_n(y + 3.6)}" {look}/>'


def _svg(width: float, height: float, parts: Sequence[str], title: str, prefix: str) -> str:
    name = escape(f"{prefix}-title")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}" '
        f'height="{_n(height)}" role="img" aria-labelledby="{name}" font-family="{FAMILY}">'
        f'<title id="{name}">{escape(title)}</title>{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, words: str, size: float, anchor: str, *, bold: bool = False, fill: str = INK) -> str:
    weight = ' font-weight="700"' if bold else ""
    align = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"{weight}{align} fill="{fill}">{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str, width: float, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{stroke}" '
        f'stroke-width="{_n(width)}"{dashes}/>'
    )


def _rect(x: float, y: float, width: float, height: float, fill: str, stroke: str, *, dashed: bool = False) -> str:
    dashes = ' stroke-dasharray="4 3"' if dashed else ""
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{fill}" stroke="{stroke}" '
        f'stroke-width="1"{dashes}/>'
    )


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _width(words: str) -> float:
    """About how many ems a text takes."""
    return sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else 0.6 for sign in words)


def _wrap(words: str, limit: float) -> tuple[str, ...]:
    """Lines of at most `limit` ems, broken where a Japanese phrase or a Latin word ends."""
    lines: list[str] = []
    line = ""
    for phrase in _phrases(words):
        if line and _width(line + phrase.rstrip()) > limit:
            lines.append(line.rstrip())
            line = ""
        while _width(phrase.rstrip()) > limit:
            cut = max(_fitting(phrase, limit), 1)
            lines.append(phrase[:cut])
            phrase = phrase[cut:]
        line += phrase
    if line.strip():
        lines.append(line.rstrip())
    return tuple(lines) or ("",)


def _fitting(words: str, limit: float) -> int:
    return next((index for index in range(len(words)) if _width(words[: index + 1]) > limit), len(words))


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
