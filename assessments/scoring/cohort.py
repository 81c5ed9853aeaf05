"""PURE. How a group of companies stands (docs/scoring.md, cohorts): from sealed blocks and from companies by name.

A company that agreed to be named counts by itself; all others count through their block (`suppression`) and in no other
way. An axis is read from the runs of scores, a question from the bundles of totals, and a section from its questions.
Points of 100, exact; rounding happens when they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Literal
from uuid import UUID

from assessments.scoring.outline import Values
from assessments.scoring.suppression import Block, Bundle, Facts, Rule, Run, bundles, shown_runs

Filter = Mapping[str, frozenset[str]]
"""By dimension the values that are wanted; a dimension that is not among them is not asked."""
EVERYBODY: Filter = {}
BINS = 10
LEAST_PEERS = 8
OUTLYING = Fraction(7, 2)
ROBUST = Fraction(6745, 10_000)
Band = Literal["lower", "middle", "upper"]


@dataclass(frozen=True, slots=True)
class Named:
    """A company that agreed to be named for these values: the axes with its scores, the rest with its answers."""

    id: UUID
    facts: Facts
    values: Values
    counts: frozenset[str] | None = None
    """The measures that it counts for by itself; the others it counts for in a block, or not. None: all."""

    def within(self, chosen: Filter) -> bool:
        return all(self.facts[dimension] in values for dimension, values in chosen.items())


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of `n` companies, in points of 100."""

    n: int
    points: Fraction


@dataclass(frozen=True, slots=True)
class Bin:
    """How many companies lie from `low` up to `high` points (100 itself is in the last)."""

    low: int
    high: int
    n: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """How `n` companies spread: quartiles in points, and a histogram in tens."""

    n: int
    q1: Fraction
    median: Fraction
    q3: Fraction
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Outlier:
    """A named company whose score lies far from its peers; `industry` None: compared with the whole group."""

    id: UUID
    axis: str
    points: Fraction
    median: Fraction
    mad: Fraction
    z: Fraction
    n: int
    industry: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where one company stands in a distribution."""

    band: Band
    points: Fraction
    distribution: Distribution


@dataclass(frozen=True)
class Cohort:
    """Everything that may be known of a round: every block that was ever sealed, and who agreed to be named.

    `sections`: by section its questions, each with its weight.
    """

    blocks: tuple[Block, ...]
    named: tuple[Named, ...]
    rule: Rule = field(default_factory=Rule)
    sections: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @cached_property
    def _bundles(self) -> dict[str, tuple[dict[int, Bundle], tuple[Bundle, ...]]]:
        return {}

    def bundles(self, question: str) -> tuple[dict[int, Bundle], tuple[Bundle, ...]]:
        """The live bundles of a question: those of one block, by its serial, and those of several."""
        if question not in self._bundles:
            live = [one for one in bundles(self.blocks, question, self.rule) if one.live]
            alone = {one.blocks[0].serial: one for one in live if len(one.blocks) == 1}
            self._bundles[question] = (alone, tuple(one for one in live if len(one.blocks) > 1))
        return self._bundles[question]

    def mean_of(self, block: Block, measure: str) -> Mean | None:
        """The mean of one block by itself. A question that is shown in a bundle of several blocks has none: its
        difference to the bundle would be the figure of a few."""
        if measure in self.sections:
            return of_questions(self.sections[measure], lambda question: self.mean_of(block, question))
        alone = self.bundles(measure)[0].get(block.serial)
        sums = [(alone.n, alone.points)] if alone else _sums(shown_runs(block, measure, self.rule))
        return _mean(sums)

    def group(self, chosen: Filter = EVERYBODY) -> Group:
        return Group(self, chosen)

    def values_of(self, dimension: str) -> tuple[str, ...]:
        """The values of a dimension of which a group can be shown."""
        alone = {next(iter(one.label[dimension])) for one in self.blocks if one.live and len(one.label[dimension]) == 1}
        return tuple(sorted(alone | {one.facts[dimension] for one in self.named}))

    def breakdown(self, dimension: str, chosen: Filter = EVERYBODY) -> dict[str, Group]:
        """The groups of a dimension within a filter, those without a company left out."""
        wanted = chosen.get(dimension)
        found = {
            value: self.group({**chosen, dimension: frozenset({value})})
            for value in self.values_of(dimension)
            if wanted is None or value in wanted
        }
        return {value: group for value, group in found.items() if group.n}


@dataclass(frozen=True)
class Group:
    """The companies that meet a filter, as far as they can be counted without being shown."""

    cohort: Cohort
    chosen: Filter

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Live blocks that lie wholly within the filter. One that only touches it is left out."""
        return tuple(block for block in self.cohort.blocks if block.live and block.within(self.chosen))

    @cached_property
    def named(self) -> tuple[Named, ...]:
        return tuple(one for one in self.cohort.named if one.within(self.chosen))

    @cached_property
    def n(self) -> int:
        """How many companies are counted, each once: those in blocks that hold every measure, and those by name."""
        alone = sum(1 for one in self.named if one.counts is None or one.counts)
        return alone + sum(block.size for block in self.blocks if block.runs)

    def mean(self, measure: str) -> Mean | None:
        """The mean, or None where too few have it to say anything about the group."""
        if measure not in self._means:
            questions = self.cohort.sections.get(measure)
            self._means[measure] = self._mean_of(measure) if questions is None else of_questions(questions, self.mean)
        return self._means[measure]

    @cached_property
    def _means(self) -> dict[str, Mean | None]:
        return {}

    def _mean_of(self, measure: str) -> Mean | None:
        alone, several = self.cohort.bundles(measure)
        sums = [(one.n, one.points) for serial in self._serials if (one := alone.get(serial))]
        sums += [(one.n, one.points) for one in several if all(block.serial in self._serials for block in one.blocks)]
        if not sums:
            sums = [found for block in self.blocks for found in _sums(shown_runs(block, measure, self.cohort.rule))]
        found = _mean([*sums, *((1, points) for points in self._alone(measure))])
        # Three named companies of a hundred do not stand for the hundred.
        return None if found is None or (found.n < self.cohort.rule.k and found.n < self._most(measure)) else found

    def _most(self, measure: str) -> int:
        """How many companies a figure of this measure could rest on."""
        unnamed = sum(block.size for block in self.blocks if measure in block.totals or measure in block.runs)
        return unnamed + sum(1 for one in self.named if one.counts is None or measure in one.counts)

    @cached_property
    def _serials(self) -> frozenset[int]:
        return frozenset(block.serial for block in self.blocks)

    def distribution(self, axis: str) -> Distribution | None:
        """Quartiles and histogram, or None where there is nobody to show."""
        weighted = self.weighted(axis)
        if not weighted:
            return None
        q1, median, q3 = (quantile(weighted, Fraction(quarter, 4)) for quarter in (1, 2, 3))
        return Distribution(_count(weighted), q1, median, q3, _histogram(weighted))

    def weighted(self, axis: str) -> tuple[tuple[int, Fraction], ...]:
        """The spread as (companies, points) in order: runs of unnamed companies, and each named one."""
        together = [(run.n, run.points) for block in self.blocks for run in shown_runs(block, axis, self.cohort.rule)]
        alone = [(1, points) for points in self._alone(axis)]
        return tuple(sorted([*together, *alone], key=lambda one: (float(one[1]), one[1])))

    def _alone(self, measure: str) -> list[Fraction]:
        return [
            one.values[measure]
            for one in self.named
            if measure in one.values and (one.counts is None or measure in one.counts)
        ]


# --- figures ----------------------------------------------------------------------------------------------------------


def of_questions(weights: Mapping[str, int], mean: Callable[[str], Mean | None]) -> Mean | None:
    """The mean of a section: the means of its questions by their weights, of those that have one. `n`: of the question
    that most have."""
    found = [(weight, one) for question, weight in weights.items() if (one := mean(question)) is not None]
    if not found:
        return None
    points = sum((weight * one.points for weight, one in found), Fraction(0)) / sum(weight for weight, _one in found)
    return Mean(max(one.n for _weight, one in found), points)


def most_missed(group: Group, questions: Iterable[str], limit: int = 10) -> tuple[tuple[str, Mean], ...]:
    """The questions with the lowest mean, lowest first."""
    found = [(name, mean) for name in questions if (mean := group.mean(name)) is not None]
    return tuple(sorted(found, key=lambda one: one[1].points)[:limit])


def index(part: Mean | None, whole: Mean | None) -> Fraction | None:
    """A group's mean where the whole is 100; None where either is missing or the whole stands at nothing."""
    return None if part is None or whole is None or not whole.points else 100 * part.points / whole.points


def outliers(cohort: Cohort, axes: Sequence[str]) -> tuple[Outlier, ...]:
    """Named companies at |z| ≥ 3.5 among their industry, or among all where fewer than eight peers can be shown.

    z = 0.6745 · (x - median) / MAD; where MAD is 0 nobody is flagged.
    """
    found = []
    for axis in axes:
        peers: dict[str | None, _Peers] = {None: _peers(cohort.group(), axis)}
        for one in cohort.named:
            if axis not in one.values:
                continue
            industry: str | None = one.facts["industry"]
            if industry not in peers:
                peers[industry] = _peers(cohort.group({"industry": frozenset({str(industry)})}), axis)
            if peers[industry].n < LEAST_PEERS:
                industry = None
            n, median, mad = peers[industry].n, peers[industry].median, peers[industry].mad
            if n < LEAST_PEERS or not mad:
                continue
            z = ROBUST * (one.values[axis] - median) / mad
            if abs(z) >= OUTLYING:
                found.append(Outlier(one.id, axis, one.values[axis], median, mad, z, n, industry))
    return tuple(sorted(found, key=lambda one: (-abs(one.z), str(one.id), one.axis)))


@dataclass(frozen=True, slots=True)
class _Peers:
    """The middle of a group, and how far its companies lie from it."""

    n: int
    median: Fraction
    mad: Fraction


def _peers(group: Group, axis: str) -> _Peers:
    weighted = group.weighted(axis)
    if not weighted:
        return _Peers(0, Fraction(0), Fraction(0))
    median = quantile(weighted, Fraction(1, 2))
    apart = sorted(((abs(points - median), n) for n, points in weighted), key=lambda one: (float(one[0]), one[0]))
    return _Peers(_count(weighted), median, quantile([(n, distance) for distance, n in apart], Fraction(1, 2)))


def place(group: Group, axis: str, points: Fraction) -> Place | None:
    """In which third of the group a score lies; None where no spread can be shown."""
    weighted = group.weighted(axis)
    distribution = group.distribution(axis)
    if distribution is None or distribution.n < group.cohort.rule.run:
        return None
    below = sum(n for n, other in weighted if other < points) + Fraction(
        sum(n for n, other in weighted if other == points), 2
    )
    share = below / distribution.n
    band: Band = "lower" if share < Fraction(1, 3) else "upper" if share >= Fraction(2, 3) else "middle"
    return Place(band, points, distribution)


def quantile(weighted: Sequence[tuple[int, Fraction]], share: Fraction) -> Fraction:
    """The value at `share` (0-1) of the ordered companies, between two of them in proportion (inclusive method)."""
    position = share * (_count(weighted) - 1)
    whole = position.numerator // position.denominator
    lower, upper = _at(weighted, whole), _at(weighted, whole + 1)
    return lower + (position - whole) * (upper - lower)


def _at(weighted: Sequence[tuple[int, Fraction]], number: int) -> Fraction:
    """The points of the company at this place, from 0; the last one's beyond the end."""
    passed = 0
    for n, points in weighted:
        passed += n
        if number < passed:
            return points
    return weighted[-1][1]


def _count(weighted: Sequence[tuple[int, Fraction]]) -> int:
    return sum(n for n, _points in weighted)


def _sums(found: Iterable[Run]) -> list[tuple[int, Fraction]]:
    return [(run.n, run.n * run.points) for run in found]


def _mean(sums: Iterable[tuple[int, Fraction]]) -> Mean | None:
    """Of (companies, their points together)."""
    n, points = 0, Fraction(0)
    for count, total in sums:
        n, points = n + count, points + total
    return Mean(n, points / n) if n else None


def _histogram(weighted: Sequence[tuple[int, Fraction]]) -> tuple[Bin, ...]:
    width = 100 // BINS
    counts = [0] * BINS
    for n, points in weighted:
        counts[min(int(points) // width, BINS - 1)] += n
    return tuple(Bin(number * width, (number + 1) * width, count) for number, count in enumerate(counts))
