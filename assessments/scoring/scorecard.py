"""PURE. The result of scoring, and its JSON form (contracts §3). Points are exact fractions of 100."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from guidance.catalog import AXIS_IDS

ENGINE = "1"
AnswerState = Literal["level", "unknown", "na", "none", "hidden"]


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """One line of the trace: answer -> level -> weight -> contribution."""

    id: str
    state: AnswerState
    level: int | None
    weight: int
    contribution: Fraction
    possible: Fraction
    bound_share: Fraction
    """What the question weighs in the low and high bounds, in points of 100."""


@dataclass(frozen=True, slots=True)
class SectionScore:
    """`score` is None where no question of the section is scored; `coverage` where none applies."""

    id: str
    weight: int
    score: Fraction | None
    low: Fraction | None
    high: Fraction | None
    coverage: Fraction | None
    questions: tuple[QuestionScore, ...]


@dataclass(frozen=True, slots=True)
class HeldGate:
    """A gate that is not met: the axis stays below `stage` until question `id` is at `min_level`."""

    id: str
    stage: int
    min_level: int


@dataclass(frozen=True, slots=True)
class AxisScore:
    """One of the three scores, 0–100; all None where no question applies, `score` None where nothing is known."""

    id: str
    score: Fraction | None
    low: Fraction | None
    high: Fraction | None
    coverage: Fraction | None
    stage: int | None
    stage_by_points: int | None
    held_by: tuple[HeldGate, ...]
    sections: tuple[SectionScore, ...]

    def questions(self) -> Iterator[QuestionScore]:
        for section in self.sections:
            yield from section.questions

    def holding(self) -> tuple[HeldGate, ...]:
        """The gates that keep the axis below the stage that its points alone would give."""
        points = self.stage_by_points
        return tuple(gate for gate in self.held_by if points is not None and gate.stage <= points)

    def blocking(self) -> tuple[HeldGate, ...]:
        """The gates between this stage and the next one."""
        stage = self.stage
        return tuple(gate for gate in self.held_by if stage is not None and gate.stage <= stage + 1)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The three scores of one answer set under one catalog version."""

    catalog: str
    engine: str
    axes: tuple[AxisScore, ...]

    def axis(self, axis_id: str) -> AxisScore:
        return next(axis for axis in self.axes if axis.id == axis_id)

    def questions(self) -> Mapping[str, QuestionScore]:
        return {question.id: question for axis in self.axes for question in axis.questions()}


def shown(points: Fraction | None) -> str | None:
    """Points as people see them: one decimal, half up. None stays None (「未算定」)."""
    if points is None:
        return None
    tenths = (points * 20 + 1) // 2  # floor(10·x + 1/2)
    sign = "-" if tenths < 0 else ""
    whole, tenth = divmod(abs(tenths), 10)
    return f"{sign}{whole}.{tenth}"


def exact(points: Fraction | None) -> str | None:
    """`p/q`, or the whole number."""
    return None if points is None else str(points)


def to_json(card: Scorecard) -> dict[str, Any]:
    """The scorecard as plain data, contracts §3."""
    return {
        "catalog": card.catalog,
        "engine": card.engine,
        "axes": {axis.id: _axis(axis) for axis in card.axes},
    }


def _axis(axis: AxisScore) -> dict[str, Any]:
    return {
        "score": shown(axis.score),
        "score_exact": exact(axis.score),
        "low": shown(axis.low),
        "low_exact": exact(axis.low),
        "high": shown(axis.high),
        "high_exact": exact(axis.high),
        "coverage": shown(axis.coverage),
        "coverage_exact": exact(axis.coverage),
        "stage": axis.stage,
        "stage_by_points": axis.stage_by_points,
        "held_by": [gate.id for gate in axis.held_by],
        "gates": [{"id": gate.id, "stage": gate.stage, "min_level": gate.min_level} for gate in axis.held_by],
        "sections": [
            {
                "id": section.id,
                "weight": section.weight,
                "score": shown(section.score),
                "score_exact": exact(section.score),
                "low_exact": exact(section.low),
                "high_exact": exact(section.high),
                "coverage_exact": exact(section.coverage),
                "questions": [
                    {
                        "id": question.id,
                        "state": question.state,
                        "level": question.level,
                        "weight": question.weight,
                        "contribution_exact": exact(question.contribution),
                        "possible_exact": exact(question.possible),
                        "bound_share_exact": exact(question.bound_share),
                    }
                    for question in section.questions
                ],
            }
            for section in axis.sections
        ],
    }


def from_json(data: Mapping[str, Any]) -> Scorecard:
    """The stored scorecard as it was; nothing is scored again."""
    return Scorecard(
        data["catalog"],
        data["engine"],
        tuple(_read_axis(name, axis) for name, axis in axes_of(data)),
    )


def axes_of(data: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The axes of a stored scorecard by their ids, in the order of a questionnaire: a database may have kept them in
    another."""
    return sorted(data["axes"].items(), key=lambda axis: AXIS_IDS.index(axis[0]))


def _fraction(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _read_axis(name: str, axis: Mapping[str, Any]) -> AxisScore:
    return AxisScore(
        name,
        _fraction(axis["score_exact"]),
        _fraction(axis["low_exact"]),
        _fraction(axis["high_exact"]),
        _fraction(axis["coverage_exact"]),
        axis["stage"],
        axis["stage_by_points"],
        tuple(HeldGate(gate["id"], gate["stage"], gate["min_level"]) for gate in axis["gates"]),
        tuple(
            SectionScore(
                section["id"],
                section["weight"],
                _fraction(section["score_exact"]),
                _fraction(section["low_exact"]),
                _fraction(section["high_exact"]),
                _fraction(section["coverage_exact"]),
                tuple(
                    QuestionScore(
                        question["id"],
                        question["state"],
                        question["level"],
                        question["weight"],
                        Fraction(question["contribution_exact"]),
                        Fraction(question["possible_exact"]),
                        Fraction(question["bound_share_exact"]),
                    )
                    for question in section["questions"]
                ),
            )
            for section in axis["sections"]
        ),
    )
