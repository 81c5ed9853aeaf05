"""PURE. Which actions, in which order: gates that hold a stage first, then axis gain per person-day.

Gains are exact points of 100, measured on the low bound of the axis (what is certain), and each is the gain that is
left when the actions before it are done: two actions that raise one question give the higher level, not the sum. Only
known answers are raised; what is unknown is found out first (scoring §4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from assessments.scoring.scorecard import Scorecard
from guidance.catalog import Action, Catalog

LEAST_EFFORT = Fraction(1, 4)
"""Person-days that an effortless action counts as, so that it can be ranked."""


@dataclass(frozen=True, slots=True)
class Step:
    """A question that an action raises, from where it stands when the action's turn comes."""

    question: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class RankedAction:
    """An action with its place's gain: points of 100 by axis, the steps behind them, the gates that it opens."""

    action: Action
    gains: Mapping[str, Fraction]
    steps: tuple[Step, ...]
    opens: tuple[str, ...]

    @property
    def gain(self) -> Fraction:
        return sum(self.gains.values(), Fraction(0))


def rank(catalog: Catalog, card: Scorecard) -> tuple[RankedAction, ...]:
    """Every action that still raises a known answer, in the order in which to do them."""
    shares = {q.id: q.bound_share for axis in card.axes for q in axis.questions()}
    axis_of = {q.id: axis.id for axis in card.axes for q in axis.questions()}
    levels = {q.id: q.level for axis in card.axes for q in axis.questions() if q.level is not None}
    gates = {gate.id: gate.min_level for axis in card.axes for gate in axis.holding()}
    waiting = dict(catalog.actions_by_id)
    ordered: list[RankedAction] = []

    def evaluate(action: Action) -> RankedAction:
        gains: dict[str, Fraction] = {}
        steps = []
        highest: dict[str, int] = {}
        for item in action.raises:
            highest[item.question] = max(item.to, highest.get(item.question, 0))
        for question, to in highest.items():
            before = levels.get(question)
            if before is None or before >= to:
                continue
            steps.append(Step(question, before, to))
            axis = axis_of[question]
            gains[axis] = gains.get(axis, Fraction(0)) + shares[question] * Fraction(to - before, 4)
        opens = tuple(
            step.question
            for step in steps
            if step.question in gates and step.before < gates[step.question] <= step.after
        )
        return RankedAction(action, gains, tuple(steps), opens)

    # An action's gain changes only when one of its questions was raised, so the others keep their evaluation.
    evaluated = {name: evaluate(action) for name, action in catalog.actions_by_id.items()}
    raised_by: dict[str, list[str]] = {}
    for action in catalog.actions:
        for item in action.raises:
            raised_by.setdefault(item.question, []).append(action.id)

    def take(name: str) -> None:
        waiting.pop(name)
        for needed in catalog.actions_by_id[name].requires:
            if needed in waiting and evaluated[needed].steps:
                take(needed)
        # What a prerequisite already raised is no longer this action's gain.
        ranked = evaluated[name]
        if not ranked.steps:
            return
        ordered.append(ranked)
        for step in ranked.steps:
            levels[step.question] = step.after
        for changed in {other for step in ranked.steps for other in raised_by[step.question]}:
            evaluated[changed] = evaluate(catalog.actions_by_id[changed])

    while candidates := [name for name in waiting if evaluated[name].steps]:
        take(max(candidates, key=lambda name: _priority(evaluated[name])))
    return tuple(ordered)


def _priority(ranked: RankedAction) -> tuple[bool, Fraction, Fraction]:
    effort = max(Fraction(ranked.action.person_days), LEAST_EFFORT)
    return bool(ranked.opens), ranked.gain / effort, -Fraction(ranked.action.cost_jpy.high)


def find_out(card: Scorecard) -> tuple[str, ...]:
    """Questions answered わからない, the heaviest first: each is one person-day of finding out, at no cost."""
    unknown = [q for axis in card.axes for q in axis.questions() if q.state == "unknown"]
    return tuple(q.id for q in sorted(unknown, key=lambda q: -q.bound_share))
