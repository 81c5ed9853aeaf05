"""PURE. What the figures of a group need of one scorecard: a few hundred bytes instead of the whole trace.

Everything is in points of 100, a question's level too (level · 25), so that one rule serves them all. Exact fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from guidance.catalog import Axis

LEVEL_POINTS = 25
"""What one level of a question is worth in points of 100."""
_POINTS = {str(level): Fraction(level * LEVEL_POINTS) for level in range(5)}
"""Made once: figures of thousands of companies hold hundreds of thousands of these."""
_SIGNS = {"unknown": "u", "na": "n", "none": "-", "hidden": "h"}

Values = Mapping[str, Fraction]
"""Points of 100 by the id of an axis, a section or a question; what is not known is not among them."""


def packed(scorecard: Mapping[str, Any]) -> dict[str, Any]:
    """A stored scorecard (contracts §3) in short: exact points by axis and section, and by axis one sign a question in
    the order of the questionnaire: its level, `u` unknown, `n` na, `-` not answered, `h` not asked.

    By axis, because a database may give the axes of a stored scorecard back in another order."""
    axes: dict[str, str | None] = {}
    sections: dict[str, str | None] = {}
    levels: dict[str, str] = {}
    for name, axis in scorecard["axes"].items():
        axes[name] = axis["score_exact"]
        sections |= {section["id"]: section["score_exact"] for section in axis["sections"]}
        levels[name] = "".join(_sign(question) for section in axis["sections"] for question in section["questions"])
    return {"axes": axes, "sections": sections, "levels": levels}


def values_of(outline: Mapping[str, Any], axes: Iterable[Axis]) -> dict[str, Fraction]:
    """What is known in a packed outline, in points; `axes` are those of its questionnaire. Raises KeyError or
    ValueError for an outline of another one."""
    exact = {**outline["axes"], **outline["sections"]}
    found = {name: Fraction(written) for name, written in exact.items() if written is not None}
    for axis in axes:
        for question, sign in zip(axis.questions(), outline["levels"][axis.id], strict=True):
            if (points := _POINTS.get(sign)) is not None:
                found[question.id] = points
    return found


def _sign(question: Mapping[str, Any]) -> str:
    return str(question["level"]) if question["state"] == "level" else _SIGNS[question["state"]]
