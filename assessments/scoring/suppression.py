"""PURE. What may be shown of companies that did not agree to be named: the one place that decides it.

Companies are sealed into blocks, each company once, and everything that anybody ever sees of them is worked out from
the totals of whole blocks. So whatever is subtracted from whatever (filter from filter, today from yesterday, a company
that left from those that stayed), what is left over is a whole block or nothing:

- a block has at least k + 1 companies, so that k are left when one of them subtracts itself;
- a company that leaves takes its whole block with it, and nobody of that block comes back in this round;
- a figure that few companies of a block have (a question that few were asked) counts only in a bundle of blocks in
  which at least k + 1 have it, and the bundle comes and goes as one;
- the spread within a block is shown as the means of runs of at least k + 1 companies with neighbouring scores: a
  quartile is such a mean, never the score of one company;
- a total at the very end of the scale would say that every single one is there: it is moved inwards by one level of one
  question.

`smallest_difference` is the proof for figures that cut across the blocks, such as the comparison with an earlier round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from uuid import UUID

from assessments.scoring.outline import LEVEL_POINTS, Values

LEAST_K = 3
DIMENSIONS: Mapping[str, int] = {"industry": 4, "sales_band": 3, "prefecture": 8, "size": 1}
"""By what companies are kept together in blocks, and how much each counts when a block is cut in two. A prefecture has
few of a network's companies: with less weight it would never have a block of its own."""
MOST_PARTS = 10
"""Groups that cut across the blocks: more are not searched, and so not shown."""

Facts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """No figure rests on fewer than `k` companies that are not named. Raises ValueError below three."""

    k: int = 5

    def __post_init__(self) -> None:
        if self.k < LEAST_K:
            raise ValueError(f"k is at least {LEAST_K}, got {self.k}")

    @property
    def run(self) -> int:
        """The fewest companies in a run, a bundle or a block: k are left where one subtracts itself."""
        return self.k + 1

    @property
    def block(self) -> int:
        """The fewest companies on either side when a block is cut in two: two runs each."""
        return 2 * self.run


@dataclass(frozen=True, slots=True)
class Member:
    """A company that agreed to be counted: its facts by dimension and its points by axis, section and question."""

    id: UUID
    facts: Facts
    values: Values


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of what `n` companies of a block have, in points of 100 each."""

    n: int
    points: Fraction


@dataclass(frozen=True, slots=True)
class Run:
    """The mean of `n` companies with neighbouring scores."""

    n: int
    points: Fraction


@dataclass(frozen=True, slots=True)
class Block:
    """A sealed block. `live` is False from the moment at which one of its companies no longer agrees.

    `label`: by dimension, every value that one of its companies has.
    """

    serial: int
    size: int
    label: Mapping[str, frozenset[str]]
    totals: Mapping[str, Total]
    runs: Mapping[str, tuple[Run, ...]]
    live: bool = True

    def within(self, chosen: Mapping[str, frozenset[str]]) -> bool:
        """Whether every one of its companies meets the filter."""
        return all(self.label[dimension] <= values for dimension, values in chosen.items())


@dataclass(frozen=True, slots=True)
class Bundle:
    """Blocks whose totals of one measure are shown together or not at all."""

    blocks: tuple[Block, ...]
    n: int
    points: Fraction

    @property
    def live(self) -> bool:
        return all(block.live for block in self.blocks)

    def within(self, chosen: Mapping[str, frozenset[str]]) -> bool:
        return all(block.within(chosen) for block in self.blocks)


# --- sealing ----------------------------------------------------------------------------------------------------------


def form(members: Sequence[Member], rule: Rule) -> tuple[tuple[Member, ...], ...]:
    """Cut companies that wait into blocks of like companies; nothing where they are too few for one.

    Cut again and again in two, so that one side has one value of a dimension, as long as both sides are large enough
    for a spread to be shown. By facts alone, never by scores: the cut itself tells nothing.
    """
    if len(members) < rule.run:
        return ()
    ordered = sorted(members, key=lambda one: (*(one.facts[name] for name in DIMENSIONS), str(one.id)))
    return tuple(tuple(block) for block in _cut(ordered, rule))


def _cut(members: list[Member], rule: Rule) -> Iterator[list[Member]]:
    if len(members) < 2 * rule.block:
        yield members
        return
    best = (0, "", "")
    for dimension, weight in DIMENSIONS.items():
        counts = Counter(one.facts[dimension] for one in members)
        for value in sorted(counts):
            smaller = min(counts[value], len(members) - counts[value])
            if smaller >= rule.block and weight * smaller > best[0]:
                best = (weight * smaller, dimension, value)
    _worth, dimension, value = best
    if dimension:
        inside = [one for one in members if one.facts[dimension] == value]
        outside = [one for one in members if one.facts[dimension] != value]
    else:  # alike in everything, or each of its own kind: halves, so that one who leaves takes fewer along
        inside, outside = members[: len(members) // 2], members[len(members) // 2 :]
    yield from _cut(inside, rule)
    yield from _cut(outside, rule)


def seal(
    members: Sequence[Member], rule: Rule, *, serial: int, measures: Iterable[str], spread: Iterable[str]
) -> Block:
    """The block of `members`: totals of `measures`, and runs of those in `spread`. Raises ValueError for too few."""
    if len(members) < rule.run:
        raise ValueError(f"a block has at least {rule.run} companies, got {len(members)}")
    totals = {}
    for measure in measures:
        known = [one.values[measure] for one in members if measure in one.values]
        totals[measure] = Total(len(known), inward(sum(known, Fraction(0)), len(known)))
    return Block(
        serial=serial,
        size=len(members),
        label={name: frozenset(one.facts[name] for one in members) for name in DIMENSIONS},
        totals=totals,
        runs={name: runs([one.values[name] for one in members if name in one.values], rule) for name in spread},
    )


def runs(points: Iterable[Fraction], rule: Rule) -> tuple[Run, ...]:
    """Scores in order, cut into runs of at least `rule.run`, as even as can be; none where they are too few."""
    ordered = sorted(points, key=lambda one: (float(one), one))
    count = len(ordered) // rule.run
    found, start = [], 0
    for number in range(count):
        size = len(ordered) // count + (number < len(ordered) % count)
        piece = ordered[start : start + size]
        found.append(Run(size, inward(sum(piece, Fraction(0)), size) / size))
        start += size
    return tuple(found)


def inward(total: Fraction, n: int) -> Fraction:
    """A total of `n` companies, kept one level of one question away from both ends of the scale."""
    step = Fraction(LEVEL_POINTS)
    return min(max(total, step), 100 * n - step) if n else Fraction(0)


# --- reading ----------------------------------------------------------------------------------------------------------


def bundles(blocks: Iterable[Block], measure: str, rule: Rule) -> tuple[Bundle, ...]:
    """The bundles of one measure, in the order in which the blocks were sealed; those that ended are among them.

    A later block begins or completes a bundle and never changes one that is complete: nothing is learned by waiting.
    """
    found: list[Bundle] = []
    waiting: list[Block] = []
    n = 0
    for block in sorted(blocks, key=lambda one: one.serial):
        total = block.totals.get(measure)
        if total is None or not total.n:
            continue
        waiting.append(block)
        n += total.n
        if n >= rule.run:
            found.append(Bundle(tuple(waiting), n, sum((one.totals[measure].points for one in waiting), Fraction(0))))
            waiting, n = [], 0
    return tuple(found)


def shown_runs(block: Block, measure: str, rule: Rule) -> tuple[Run, ...]:
    """The runs of a live block; none where one of them is too small for a rule that was made stricter since."""
    found = block.runs.get(measure, ())
    return found if block.live and all(run.n >= rule.run for run in found) else ()


def still_covered(size: int, named: int, rule: Rule) -> bool:
    """Whether a block stays when `named` of its companies have agreed since to be named."""
    return size - named >= rule.k


# --- figures that cut across the blocks -------------------------------------------------------------------------------


def smallest_difference(blocks: Iterable[frozenset[UUID]], parts: Sequence[frozenset[UUID]]) -> int | None:
    """The fewest companies that any sum and difference of blocks and parts can rest on, beyond those of blocks alone;
    None where the parts tell nothing new. `blocks` are disjoint, and so are `parts`.

    Companies are the edges of a graph between blocks and parts; a difference rests on the edges whose two ends it
    weighs differently, so the fewest are a smallest cut. For a set of parts on one side each block chooses the side
    that cuts fewer of its edges. Raises ValueError for more than MOST_PARTS parts.
    """
    if len(parts) > MOST_PARTS:
        raise ValueError(f"at most {MOST_PARTS} parts are searched, got {len(parts)}")
    owners = [block for block in blocks if block]
    cuts = [
        cut
        for count in range(1, len(parts) + 1)
        for side in combinations(parts, count)
        if (cut := _cut_around(frozenset().union(*side), owners))
    ]
    return min(cuts, default=None)


def _cut_around(side: frozenset[UUID], blocks: Sequence[frozenset[UUID]]) -> int:
    inside = [len(block & side) for block in blocks]
    cut = sum(min(here, len(block) - here) for here, block in zip(inside, blocks, strict=True))
    return cut + len(side) - sum(inside)


def may_show(
    previous: Iterable[frozenset[UUID]],
    now: Iterable[frozenset[UUID]],
    parts: Sequence[frozenset[UUID]],
    rule: Rule,
) -> bool:
    """Whether the totals of `parts` in both rounds can be shown beside the blocks of each."""
    if len(parts) > MOST_PARTS or any(len(part) < rule.run for part in parts):
        return False
    found = [smallest_difference(blocks, parts) for blocks in (previous, now)]
    return all(least is None or least >= rule.k for least in found)
