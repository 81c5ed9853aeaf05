"""PURE. What the figures of a group need of one scorecard: a few hundred bytes instead of the whole trace.

Everything is in points of 100, a question's level too (level · 25), so that one rule serves them all. Exact fractions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

LEVEL_POINTS = 25
"""What one level of a question is worth in points of 100."""
_POINTS = {str(level): Fraction(level * LEVEL_POINTS) for level in range(5)}
"""Made once: figures of thousands of companies hold hundreds of thousands of these."""
_SIGNS = {"unknown": "u", "na": "n", "none": "-", "hidden": "h"}

Values = Mapping[str, Fraction]
"""Points of 100 by the id of an axis, a section or a question; what is not known is not among them."""


def packed(scorecard: Mapping[str, Any]) -> dict[str, Any]:
    """A stored scorecard (contracts §3) in short: exact points by axis and section, and one sign a question in the
    order of the questionnaire: its level, `u` unknown, `n` na, `-` not answered, `h` not asked."""
    axes, sections, signs = {}, {}, []
    for name, axis in scorecard["axes"].items():
        axes[name] = axis["score_exact"]
        for section in axis["sections"]:
            sections[section["id"]] = section["score_exact"]
            signs += [_sign(question) for question in section["questions"]]
    return {"axes": axes, "sections": sections, "levels": "".join(signs)}


def values_of(outline: Mapping[str, Any], question_ids: Iterator[str] | Mapping[str, object]) -> dict[str, Fraction]:
    """What is known in a packed outline, in points; `question_ids` in the order of the questionnaire."""
    exact = {**outline["axes"], **outline["sections"]}
    found = {name: Fraction(written) for name, written in exact.items() if written is not None}
    for name, sign in zip(question_ids, outline["levels"], strict=True):
        if (points := _POINTS.get(sign)) is not None:
            found[name] = points
    return found


def _sign(question: Mapping[str, Any]) -> str:
    return str(question["level"]) if question["state"] == "level" else _SIGNS[question["state"]]
