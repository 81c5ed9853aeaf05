"""PURE. The engine of docs/scoring.md: the same catalog, answers and profile give the same scorecard.

Arithmetic is exact. A section's share of its axis and a question's share of its section are weights over the sum of the
weights that take part; what does not take part leaves with its weight.
"""

from __future__ import annotations

from fractions import Fraction

from assessments.scoring.answers import Answers, levels_of
from assessments.scoring.scorecard import (
    ENGINE,
    AnswerState,
    AxisScore,
    HeldGate,
    QuestionScore,
    Scorecard,
    SectionScore,
)
from guidance.catalog import Axis, Catalog, Question, Section
from guidance.conditions import applicable
from guidance.profile import Profile

STAGE_STARTS = (20, 40, 60, 80)
"""Low bounds from which stages 2, 3, 4 and 5 begin."""


def score(catalog: Catalog, answers: Answers, profile: Profile) -> Scorecard:
    """The scorecard of an answer set; answers to questions that are not asked are not scored."""
    asked = applicable(catalog, profile, levels_of(answers))
    return Scorecard(catalog.ref, ENGINE, tuple(score_axis(axis, answers, asked) for axis in catalog.axes))


def stage_of(low: Fraction) -> int:
    """The stage 1–5 that a low bound gives before gates."""
    return 1 + sum(low >= start for start in STAGE_STARTS)


def state_of(question: Question, answers: Answers, asked: frozenset[str]) -> AnswerState:
    if question.id not in asked:
        return "hidden"
    answer = answers.get(question.id)
    return "none" if answer is None else answer.kind


def score_axis(axis: Axis, answers: Answers, asked: frozenset[str]) -> AxisScore:
    states = {question.id: state_of(question, answers, asked) for question in axis.questions()}
    known = {section.id: _weight(section, states, {"level"}) for section in axis.sections}
    applying = {section.id: _weight(section, states, {"level", "unknown", "none"}) for section in axis.sections}
    scored_weight = sum(section.weight for section in axis.sections if known[section.id])
    bound_weight = sum(section.weight for section in axis.sections if applying[section.id])
    sections = tuple(
        _score_section(
            section,
            answers,
            states,
            scored_weight=scored_weight,
            bound_weight=bound_weight,
            known=known[section.id],
            applying=applying[section.id],
        )
        for section in axis.sections
    )
    low = _mean(sections, "low", bound_weight)
    stage_by_points = None if low is None else stage_of(low)
    held = _held_gates(axis, answers, states)
    stage = None if stage_by_points is None else min([stage_by_points, *(gate.stage - 1 for gate in held)])
    return AxisScore(
        id=axis.id,
        score=_mean(sections, "score", scored_weight),
        low=low,
        high=_mean(sections, "high", bound_weight),
        coverage=_mean(sections, "coverage", bound_weight),
        stage=stage,
        stage_by_points=stage_by_points,
        held_by=held,
        sections=sections,
    )


def _score_section(
    section: Section,
    answers: Answers,
    states: dict[str, AnswerState],
    *,
    scored_weight: int,
    bound_weight: int,
    known: int,
    applying: int,
) -> SectionScore:
    """`scored_weight` and `bound_weight`: of the sections that take part in the axis score and in its bounds."""
    lines = []
    earned = 0
    nothing = Fraction(0)
    # Whole numbers until the last step: a fraction is reduced once, and not at every multiplication.
    share = 100 * section.weight
    for question in section.questions:
        state = states[question.id]
        level = answers[question.id].level if state == "level" else None
        if level is not None:
            earned += question.weight * level
        lines.append(
            QuestionScore(
                id=question.id,
                state=state,
                level=level,
                weight=question.weight,
                contribution=Fraction(share * question.weight * level, scored_weight * 4 * known)
                if level is not None
                else nothing,
                possible=Fraction(share * question.weight, scored_weight * known) if level is not None else nothing,
                bound_share=Fraction(share * question.weight, bound_weight * applying)
                if state in {"level", "unknown", "none"}
                else nothing,
            )
        )
    in_doubt = 4 * (applying - known)
    return SectionScore(
        id=section.id,
        weight=section.weight,
        score=Fraction(100 * earned, 4 * known) if known else None,
        low=Fraction(100 * earned, 4 * applying) if applying else None,
        high=Fraction(100 * (earned + in_doubt), 4 * applying) if applying else None,
        coverage=Fraction(100 * known, applying) if applying else None,
        questions=tuple(lines),
    )


def _weight(section: Section, states: dict[str, AnswerState], counted: set[AnswerState]) -> int:
    return sum(question.weight for question in section.questions if states[question.id] in counted)


def _mean(sections: tuple[SectionScore, ...], name: str, total: int) -> Fraction | None:
    """The weighted mean of one figure over the sections that have it; None where none has."""
    values = [(section.weight, getattr(section, name)) for section in sections]
    present = [weight * value for weight, value in values if value is not None]
    return sum(present, Fraction(0)) / total if present else None


def _held_gates(axis: Axis, answers: Answers, states: dict[str, AnswerState]) -> tuple[HeldGate, ...]:
    """Every gate that is not met. Neither `na` nor a hidden question holds one; unknown and unanswered do."""
    held = []
    for question in axis.questions():
        if question.gate is None or states[question.id] in {"na", "hidden"}:
            continue
        level = answers[question.id].level if states[question.id] == "level" else None
        if level is None or level < question.gate.min_level:
            held.append(HeldGate(question.id, question.gate.stage, question.gate.min_level))
    return tuple(held)
