"""Somebody who keeps everything that was ever shown of a network, knows exactly which companies each figure counts, and
works out what follows from it.

What is hidden are the answers: one unknown for each company and question. Every figure is a sum of unknowns. Exact
linear algebra says on how few companies any combination of all that was seen can rest.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, combinations, product

from assessments.scoring.cohort import Cohort, Filter, Group
from assessments.scoring.suppression import DIMENSIONS, SCORE_STEP, Block, Member, bundles, inward, shown_runs
from guidance.catalog import Axis, Catalog
from tests.cohorts.paper_network import PaperNetwork

Company = Hashable
Unknown = tuple[Company, str]
Row = Mapping[Unknown, Fraction]
PRIME = 2**61 - 1
"""Fractions are calculated with as remainders: quick, and as good as exact (an accident has a chance of 1 in 10¹⁶)."""
_Sparse = dict[Unknown, int]


class Seen:
    """Sums that somebody saw at any time.

    `known`: what somebody knows anyway of single companies, because they let it be seen by name. A combination that is
    made of that alone is no discovery.
    """

    def __init__(self, known: Iterable[Row] = ()) -> None:
        self._known = _reduced(known)
        self._rows: dict[frozenset[tuple[Unknown, int]], _Sparse] = {}

    def learn(self, row: Row) -> None:
        left = _without(_sparse(row), self._known)
        if left:
            self._rows.setdefault(frozenset(left.items()), left)

    def fewest(self, most: int) -> frozenset[Company] | None:
        """The fewest companies, `most` at most, on which a combination of what was seen rests; None where each rests on
        more."""
        bases = [_Basis(rows) for rows in _apart(_that_can_take_part(self._rows.values(), most))]
        for size in range(1, most + 1):
            for basis in bases:
                for chosen in combinations(basis.companies, size):
                    if basis.rests_on(frozenset(chosen)):
                        return frozenset(chosen)
        return None


class _Basis:
    """Rows that span what was seen, each beginning with an unknown that stands in no other; and a sketch of each, with
    two numbers for each company in place of all its answers."""

    def __init__(self, rows: Iterable[_Sparse]) -> None:
        self._rows = _reduced_sparse(rows)
        self.companies = sorted({company for row in self._rows.values() for company, _question in row}, key=str)
        self._of = {company: [pivot for pivot in self._rows if pivot[0] == company] for company in self.companies}
        self._sketches = {pivot: self._sketch(row) for pivot, row in self._rows.items()}

    def rests_on(self, chosen: frozenset[Company]) -> bool:
        """Whether a combination of the rows has nothing outside these companies. Rows that begin outside them cannot
        take part. What is independent in a sketch is so in full: then there is nothing to calculate."""
        pivots = [pivot for company in chosen for pivot in self._of[company]]
        places = [2 * place for place, company in enumerate(self.companies) if company not in chosen]
        if _independent([[row[at + i] for at in places for i in (0, 1)] for row in map(self._sketches.get, pivots)]):
            return False
        outside = [
            {unknown: value for unknown, value in self._rows[pivot].items() if unknown[0] not in chosen}
            for pivot in pivots
        ]
        return len(_reduced_sparse(outside)) < len(pivots)

    def _sketch(self, row: _Sparse) -> list[int]:
        places = {company: 2 * place for place, company in enumerate(self.companies)}
        found = [0] * (2 * len(places))
        for (company, question), value in row.items():
            for number in (0, 1):
                found[places[company] + number] += value * hash((number, company, question)) % PRIME
        return found


def _independent(rows: list[list[int]]) -> bool:
    """Whether none of the rows is a combination of the others."""
    while rows:
        first = rows.pop()
        place = next((place for place, value in enumerate(first) if value % PRIME), None)
        if place is None:
            return False
        inverse = pow(first[place], -1, PRIME)
        for row in rows:
            if times := row[place] * inverse % PRIME:
                row[:] = [(one - times * other) % PRIME for one, other in zip(row, first, strict=True)]
    return True


def _that_can_take_part(rows: Iterable[_Sparse], most: int) -> list[_Sparse]:
    """Without rows that have unknowns of more than `most` companies that stand in no other: nothing can take those
    away, so such a row is in no combination that rests on `most`. Then without those of which this is true now."""
    left = list(rows)
    while True:
        times = Counter(unknown for row in left for unknown in row)
        kept = [row for row in left if len({company for company, name in row if times[company, name] == 1}) <= most]
        if len(kept) == len(left):
            return left
        left = kept


def _reduced(rows: Iterable[Row]) -> dict[Unknown, _Sparse]:
    return _reduced_sparse(map(_sparse, rows))


def _sparse(row: Row) -> _Sparse:
    found = {name: one.numerator * pow(one.denominator, -1, PRIME) % PRIME for name, one in row.items()}
    return {name: value for name, value in found.items() if value}


def _reduced_sparse(rows: Iterable[_Sparse]) -> dict[Unknown, _Sparse]:
    """The rows by the unknown that each begins with, which stands in no other (Gauss and Jordan). Unknowns of companies
    with which few rows begin are taken first, so that few begin with each."""
    basis: dict[Unknown, _Sparse] = {}
    begun: Counter[Company] = Counter()
    for row in rows:
        left = _without(row, basis)
        if not left:
            continue
        pivot = min(left, key=lambda unknown: begun[unknown[0]])
        begun[pivot[0]] += 1
        scale = pow(left[pivot], -1, PRIME)
        new = {name: value * scale % PRIME for name, value in left.items()}
        for name, other in basis.items():
            if pivot in other:
                basis[name] = _minus(other, other[pivot], new)
        basis[pivot] = new
    return basis


def _without(row: _Sparse, basis: Mapping[Unknown, _Sparse]) -> _Sparse:
    for pivot in [name for name in row if name in basis]:
        row = _minus(row, row[pivot], basis[pivot])
    return row


def _minus(row: _Sparse, times: int, other: _Sparse) -> _Sparse:
    found = dict(row)
    for name, value in other.items():
        left = (found.get(name, 0) - times * value) % PRIME
        if left:
            found[name] = left
        else:
            found.pop(name, None)
    return found


def _apart(rows: Iterable[_Sparse]) -> list[list[_Sparse]]:
    """The rows in groups that have no unknown in common: what one group tells, no other can add to."""
    groups: list[tuple[set[Unknown], list[_Sparse]]] = []
    for row in rows:
        unknowns, together = set(row), [row]
        for group in [one for one in groups if not one[0].isdisjoint(row)]:
            groups.remove(group)
            unknowns |= group[0]
            together += group[1]
        groups.append((unknowns, together))
    return [found for _unknowns, found in groups]


# --- what the figures are sums of -------------------------------------------------------------------------------------


def score_row(axis: Axis, member: Member) -> dict[Unknown, Fraction]:
    """The score of an axis as a sum of the company's answers (docs/scoring.md, Groups of companies)."""
    known = {one.id: [q for q in one.questions if q.id in member.values] for one in axis.sections}
    whole = sum(one.weight for one in axis.sections if known[one.id])
    return {
        (member.id, question.id): Fraction(
            section.weight * question.weight, whole * sum(q.weight for q in known[section.id])
        )
        for section in axis.sections
        for question in known[section.id]
    }


def low_row(axis: Axis, member: Member, asked: Iterable[str]) -> dict[Unknown, Fraction]:
    """The low end of its range: what is not known counts as nothing."""
    asked = set(asked)
    applying = {one.id: sum(q.weight for q in one.questions if q.id in asked) for one in axis.sections}
    whole = sum(one.weight for one in axis.sections if applying[one.id])
    return {
        (member.id, question.id): Fraction(section.weight * question.weight, whole * applying[section.id])
        for section in axis.sections
        for question in section.questions
        if question.id in member.values
    }


@dataclass(frozen=True)
class Atom:
    """A sum that is shown as one: of a bundle of blocks at a question, or of a run of an axis. `points` as shown."""

    measure: str
    blocks: frozenset[int]
    members: tuple[Member, ...]
    n: int
    points: Fraction


def atoms_of(cohort: Cohort, members: Mapping[int, Sequence[Member]], catalog: Catalog) -> list[Atom]:
    """Everything that the figures of this moment are made of, each with the companies behind it. Raises AssertionError
    for a sum that is not that of its companies: then something else was counted."""
    found: list[Atom] = []
    for question in catalog.questions:
        for bundle in bundles(cohort.blocks, question, cohort.rule):
            if not bundle.live:
                continue
            behind = [one for block in bundle.blocks for one in members[block.serial] if question in one.values]
            known = [one.values[question] for one in behind]
            assert (bundle.n, bundle.points) == (len(known), inward(_sum(known), len(known), max(known), min(known)))
            blocks = frozenset(block.serial for block in bundle.blocks)
            found.append(Atom(question, blocks, tuple(behind), bundle.n, bundle.points))
    for block in cohort.blocks:
        for axis in catalog.axes:
            found += _runs(cohort, block, members[block.serial], axis.id)
    return found


def _runs(cohort: Cohort, block: Block, members: Sequence[Member], axis: str) -> Iterator[Atom]:
    ordered = sorted((one for one in members if axis in one.values), key=lambda one: (one.values[axis], str(one.id)))
    for run in shown_runs(block, axis, cohort.rule):
        behind, ordered = ordered[: run.n], ordered[run.n :]
        known = [one.values[axis] for one in behind]
        mean = inward(_sum(known), len(known), max(known), min(known), SCORE_STEP) / run.n
        assert run.n == len(known)
        assert run.points == (mean + Fraction(1, 2)) // 1
        yield Atom(axis, frozenset({block.serial}), tuple(behind), run.n, run.points)


def rows_of(atoms: Iterable[Atom], catalog: Catalog) -> Iterator[Row]:
    """The same as sums of hidden answers."""
    axes = {axis.id: axis for axis in catalog.axes}
    for atom in atoms:
        if atom.measure in axes:
            yield dict(chain.from_iterable(score_row(axes[atom.measure], one).items() for one in atom.members))
        else:
            yield {(one.id, atom.measure): Fraction(1) for one in atom.members}


# --- everything that a page can show ----------------------------------------------------------------------------------


def filters(cohort: Cohort) -> Iterator[Filter]:
    """Every combination of values, of every dimension some or all."""
    choices = []
    for dimension in DIMENSIONS:
        values = sorted(
            {value for block in cohort.blocks for value in block.label[dimension]}
            | {one.facts[dimension] for one in cohort.named}
        )
        some = [frozenset(chosen) for size in range(1, len(values)) for chosen in combinations(values, size)]
        choices.append([None, *some])
    for chosen in product(*choices):
        yield {name: values for name, values in zip(DIMENSIONS, chosen, strict=True) if values is not None}


def explain(group: Group, atoms: Sequence[Atom], catalog: Catalog) -> None:
    """Every figure of a group is made of atoms that lie wholly in its filter and of companies by name, and of nothing
    else. Raises AssertionError for one that is not."""
    inside = {block.serial for block in group.cohort.blocks if block.live and block.within(group.chosen)}
    within = [atom for atom in atoms if atom.blocks <= inside]
    named = [
        one for one in group.cohort.named if all(one.facts[name] in wanted for name, wanted in group.chosen.items())
    ]
    means: dict[str, tuple[int, Fraction] | None] = {}
    for measure in [*(axis.id for axis in catalog.axes), *catalog.questions]:
        parts = [
            (one.n, one.points if measure in catalog.questions else one.n * one.points)
            for one in within
            if one.measure == measure
        ]
        parts += [
            (1, one.values[measure])
            for one in named
            if measure in one.values and (one.counts is None or measure in one.counts)
        ]
        n = sum(count for count, _points in parts)
        shown = group.mean(measure)
        means[measure] = (n, _sum(points for _count, points in parts) / n) if n else None
        if shown is None:
            assert n < group.cohort.rule.k
            means[measure] = None
        else:
            assert (shown.n, shown.points) == means[measure]
    for section in catalog.sections():
        found = [(one.weight, mean) for one in section.questions if (mean := means[one.id]) is not None]
        shown = group.mean(section.id)
        if shown is None:
            assert not found
        else:
            weight = sum(one for one, _mean in found)
            assert shown.points == _sum(weight * mean[1] for weight, mean in found) / weight
            assert shown.n == max(mean[0] for _weight, mean in found)
    for axis in catalog.axes:
        spread = [(one.n, one.points) for one in within if one.measure == axis.id]
        spread += [
            (1, one.values[axis.id])
            for one in named
            if axis.id in one.values and (one.counts is None or axis.id in one.counts)
        ]
        assert sorted(group.weighted(axis.id)) == sorted(spread)
        distribution = group.distribution(axis.id)
        assert (distribution.n if distribution else 0) == sum(n for n, _points in spread)


def _sum(points: Iterable[Fraction]) -> Fraction:
    return sum(points, Fraction(0))


# --- what could be as well --------------------------------------------------------------------------------------------


def visible(blocks: Sequence[Block], network: PaperNetwork) -> object:
    """Everything that these blocks ever show."""
    sums = {
        question: [(len(one.blocks), one.n, one.points) for one in bundles(blocks, question, network.rule)]
        for question in network.catalog.questions
    }
    return sums, [dict(block.runs) for block in blocks]


def another_world(
    network: PaperNetwork, unknown: Unknown, *, keep: Company, dice: random.Random
) -> dict[Company, Member] | None:
    """Companies as they could be as well: everything that is shown is the same, `keep` (who knows its own answers) is
    the same, and the answer `unknown` is another one. None where none was found.

    The company goes up or down at this question, and the other way at a second one of the axis, so that its score stays
    about the same. Another company of its block goes the opposite way at one of them or at both, so that the sums do.
    And some company may go up or down at a question whose sum is not shown as it is.
    """
    company, question = unknown
    blocks, members = [one.block for one in network.sealed], network.members()
    place = next(number for number, one in enumerate(blocks) if any(who.id == company for who in members[one.serial]))
    block, by_id = blocks[place], {one.id: one for one in members[blocks[place].serial]}
    axis = next(axis for axis in network.catalog.axes if any(one.id == question for one in axis.questions()))
    shown = visible(blocks, network)
    loose = [
        one.id
        for one in axis.questions()
        if one.id not in block.totals or block.totals[one.id].points in {0, 100 * block.totals[one.id].n}
    ]
    for changes in _moves([one for one in by_id if one != keep], axis, loose, unknown, dice):
        new = {name: _changed(by_id[name], change, axis) for name, change in changes.items()}
        if None in new.values():
            continue
        again = network.seal(block.serial, [new.get(name) or one for name, one in by_id.items()])
        if visible([*blocks[:place], replace(again, live=block.live), *blocks[place + 1 :]], network) == shown:
            return {name: one for name, one in new.items() if one is not None}
    return None


def _moves(
    companies: Sequence[Company], axis: Axis, loose: Sequence[str], unknown: Unknown, dice: random.Random
) -> Iterator[Mapping[Company, Mapping[str, int]]]:
    """What could change: by company and question, in points. In any order, some thousand at most."""
    company, question = unknown
    seconds = [one.id for one in axis.questions() if one.id != question]
    others = [one for one in companies if one != company]
    for _try in range(3000):
        changes: dict[Company, dict[str, int]] = defaultdict(dict)
        up = changes[company][question] = dice.choice((25, -25))
        if dice.random() < 0.8:
            changes[company][dice.choice(seconds)] = dice.choice((-up, -up, -2 * up, up))
        if dice.random() < 0.8:
            mine = list(changes[company].items())
            changes[dice.choice(others)] = {name: -by for name, by in mine if len(mine) == 1 or dice.random() < 0.7}
        if loose and dice.random() < 0.5:
            changes[dice.choice(companies)].setdefault(dice.choice(loose), dice.choice((-up, up, -2 * up)))
        yield changes


def _changed(member: Member, change: Mapping[str, int], axis: Axis) -> Member | None:
    """The company with other levels; None where there are no such levels, or it does not know."""
    values = dict(member.values)
    for name, by in change.items():
        if name not in values or not 0 <= values[name] + by <= 100:
            return None
        values[name] += by
    values[axis.id] = _sum(share * values[name] for (_id, name), share in score_row(axis, member).items())
    return replace(member, values=values)
