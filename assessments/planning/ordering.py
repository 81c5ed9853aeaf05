"""PURE. Which actions, in which order: gates that hold a stage first, then axis gain per person-day.

A gate holds a stage where the points would give it already, and where it stands between this stage and the next: the
points of an axis that is stuck at a gate would otherwise be raised in vain.

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
    gates = {gate.id: gate.min_level for axis in card.axes for gate in (*axis.holding(), *axis.blocking())}
    waiting = dict(catalog.actions_by_id)
    ordered: list[RankedAction] = []

    def evaluate(action: Action, standing: Mapping[str, int]) -> RankedAction:
        gains: dict[str, Fraction] = {}
        steps = []
        highest: dict[str, int] = {}
        for item in action.raises:
            highest[item.question] = max(item.to, highest.get(item.question, 0))
        for question, to in highest.items():
            before = standing.get(question)
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

    def priority(name: str) -> _Priority | None:
        """What taking `name` is worth together with what has to be done before it; None where it raises nothing."""
        after = dict(levels)
        gain, effort, cost = Fraction(0), Fraction(0), 0
        ranked: RankedAction | None = None
        for member in chains[name]:
            if member not in waiting:
                continue
            ranked = evaluate(catalog.actions_by_id[member], after)
            if ranked.steps or member == name:
                gain += ranked.gain
                effort += ranked.action.person_days
                cost += ranked.action.cost_jpy.high
                after.update({step.question: step.after for step in ranked.steps})
        if ranked is None or not ranked.steps:
            return None
        return bool(ranked.opens), gain / max(effort, LEAST_EFFORT), -cost

    chains = {name: _chain(catalog, name) for name in waiting}
    raised_by: dict[str, set[str]] = {}
    for name, chain in chains.items():
        for member in chain:
            for item in catalog.actions_by_id[member].raises:
                raised_by.setdefault(item.question, set()).add(name)
    priorities = {name: priority(name) for name in waiting}

    def take(name: str) -> None:
        waiting.pop(name)
        priorities.pop(name)
        ranked = evaluate(catalog.actions_by_id[name], levels)
        if not ranked.steps:
            return
        ordered.append(ranked)
        for step in ranked.steps:
            levels[step.question] = step.after
        # A worth changes only when a question of the chain was raised or a part of it is done.
        touched = {other for step in ranked.steps for other in raised_by[step.question]}
        for other in touched & waiting.keys():
            priorities[other] = priority(other)

    while found := {name: worth for name, worth in priorities.items() if worth is not None}:
        best = max(found, key=lambda name: found[name])
        for member in chains[best]:
            if member in waiting:
                take(member)
    return tuple(ordered)


_Priority = tuple[bool, Fraction, int]
"""Whether a gate is opened, points per person-day, and minus the yen at most: the larger comes first."""


def _chain(catalog: Catalog, name: str) -> tuple[str, ...]:
    """`name` after everything that has to be done before it, each once."""
    found: dict[str, None] = {}

    def visit(current: str) -> None:
        for needed in catalog.actions_by_id[current].requires:
            if needed not in found:
                visit(needed)
        found[current] = None

    visit(name)
    return tuple(found)


def find_out(card: Scorecard) -> tuple[str, ...]:
    """Questions answered わからない, the heaviest first: each is one person-day of finding out, at no cost."""
    unknown = [q for axis in card.axes for q in axis.questions() if q.state == "unknown"]
    return tuple(q.id for q in sorted(unknown, key=lambda q: -q.bound_share))
