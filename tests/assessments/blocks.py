"""Companies, blocks and cohorts made by hand for tests of group figures; points are whole numbers of 100."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from uuid import UUID

from assessments.scoring.cohort import Cohort, Named
from assessments.scoring.suppression import DIMENSIONS, Block, Facts, Member, Rule, Run, Total, inward

FACTS: Facts = {"industry": "E", "sales_band": "1b-4b", "prefecture": "22", "size": "51-100"}
K5 = Rule(5)
"""Runs of six, blocks of twelve."""


def ids(number: int) -> UUID:
    return UUID(int=number)


def member(number: int, facts: Mapping[str, str] | None = None, /, **points: int | Fraction) -> Member:
    """A company; `A_1=50` stands for 50 points at "A-1"."""
    return Member(ids(number), {**FACTS, **(facts or {})}, _points(points))


def members(*points: int | Fraction, of: str = "autonomy", **facts: str) -> list[Member]:
    """Companies that have these points of one measure, in this order."""
    return [Member(ids(number), {**FACTS, **facts}, {of: Fraction(one)}) for number, one in enumerate(points)]


def named(number: int, /, counts: Iterable[str] | None = None, **points: int | Fraction) -> Named:
    """A company by name in the usual place; `industry` and the like by `located`."""
    return Named(ids(number), FACTS, _points(points), None if counts is None else frozenset(counts))


def located(one: Named, **facts: str) -> Named:
    return Named(one.id, {**one.facts, **facts}, one.values, one.counts)


def total(*points: int) -> Total:
    return Total(len(points), Fraction(sum(points)), Fraction(max(points)), Fraction(min(points)))


def block(
    serial: int,
    totals: Mapping[str, Total] | None = None,
    runs: Mapping[str, Sequence[tuple[int, int]]] | None = None,
    *,
    size: int = 12,
    live: bool = True,
    seen: int = 0,
    **label: str | Iterable[str],
) -> Block:
    """A block of companies of the usual kind; `industry=("E", "I")` where it holds several."""
    values = {name: frozenset({FACTS[name]}) for name in DIMENSIONS}
    for name, said in label.items():
        values[name] = frozenset({said} if isinstance(said, str) else said)
    made = {axis: tuple(Run(n, Fraction(points)) for n, points in found) for axis, found in (runs or {}).items()}
    return Block(serial, size, values, totals or {}, made, live, seen)


def cohort(
    blocks: Iterable[Block] = (), named: Iterable[Named] = (), sections: Mapping[str, Mapping[str, int]] | None = None
) -> Cohort:
    return Cohort(tuple(blocks), tuple(named), K5, sections or {})


def moved(*points: int, step: int = 25) -> Fraction:
    """A total of these points as it is shown."""
    return inward(Fraction(sum(points)), len(points), Fraction(max(points)), Fraction(min(points)), step)


def _points(given: Mapping[str, int | Fraction]) -> dict[str, Fraction]:
    return {name.replace("_", "-"): Fraction(points) for name, points in given.items()}
