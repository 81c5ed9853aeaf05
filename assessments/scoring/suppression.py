"""PURE. What may be shown of companies that did not agree to be named: the one place that decides it.

Companies are sealed into blocks, each company once, and everything that anybody ever sees of them is worked out from
the totals of whole blocks. So whatever is subtracted from whatever (filter from filter, today from yesterday, a company
that left from those that stayed), what is left over is a whole block or nothing:

- a block has at least k + 1 companies, so that k are left when one of them subtracts itself;
- a company that leaves takes its whole block with it, and nobody of that block comes back in this round;
- a block keeps two things: totals of questions, and for each axis the means of runs. A section's mean is worked out
  from those of its questions, an axis's from its runs. One more sum over the same answers could be set off against
  them, and what is left over would be the few companies that did not answer everything;
- for the same reason a block leaves some questions of each axis out (`left_out`): every company with a score knows one
  of them, so no sum of scores can be worked out from the totals of questions;
- a figure that few companies of a block have (a question that few were asked) counts only in a bundle of blocks in
  which at least k + 1 have it, and the bundle comes and goes as one;
- the spread within a block is shown as the means of runs of at least k + 1 companies with neighbouring scores, in whole
  points: a quartile is such a mean, never the score of one company, and two means that are alike do not say that all
  scores are;
- a total at the very end of the scale would say that every single one is there, and one company short of it would say
  so to that company: such totals are moved inwards.

`smallest_difference` is the proof for figures that cut across the blocks, such as the comparison with an earlier round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, islice
from uuid import UUID

from assessments.scoring.outline import LEVEL_POINTS, Values

LEAST_K = 3
DIMENSIONS: Mapping[str, int] = {"industry": 4, "sales_band": 3, "prefecture": 8, "size": 1}
"""By what companies are kept together in blocks, and how much each counts when a block is cut in two. A prefecture has
few of a network's companies: with less weight it would never have a block of its own."""
MOST_PARTS = 10
"""Groups that cut across the blocks: more are not searched, and so not shown."""
LEFT_OUT = 2
"""So many answers of each company to the questions of an axis are in no total of its block. One would do for sums and
differences; with two, one question at the end of the scale does not narrow down the others."""
SCORE_STEP = 5
"""How far the scores of a run are kept from the ends of the scale, in points; a question's total by one level."""

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
    """The sum of what `n` companies of a block have at a question, in points of 100 each, and the most and the least
    that one of them has. Not shown as it is: `bundles` moves it inwards."""

    n: int
    points: Fraction
    most: Fraction = Fraction(0)
    least: Fraction = Fraction(100)


@dataclass(frozen=True, slots=True)
class Run:
    """The mean of `n` companies with neighbouring scores."""

    n: int
    points: Fraction


@dataclass(frozen=True, slots=True)
class Block:
    """A sealed block. `live` is False from the moment at which one of its companies no longer agrees.

    `label`: by dimension, every value that one of its companies has. `seen`: how many of its companies have let more of
    them be seen by name since than when they were sealed.
    """

    serial: int
    size: int
    label: Mapping[str, frozenset[str]]
    totals: Mapping[str, Total]
    runs: Mapping[str, tuple[Run, ...]]
    live: bool = True
    seen: int = 0

    def within(self, chosen: Mapping[str, frozenset[str]]) -> bool:
        """Whether every one of its companies meets the filter."""
        return all(self.label[dimension] <= values for dimension, values in chosen.items())


@dataclass(frozen=True, slots=True)
class Bundle:
    """Blocks whose totals of one question are shown together or not at all. `points` are moved inwards."""

    blocks: tuple[Block, ...]
    n: int
    points: Fraction
    live: bool
    """Whether all of them are live, and enough companies are left of which nothing more was seen by name."""


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
    members: Sequence[Member], rule: Rule, *, serial: int, groups: Mapping[str, Sequence[str]], spread: bool = True
) -> Block:
    """The block of `members`: totals of questions, and runs of each axis. Raises ValueError for too few.

    `groups`: the questions by axis. `spread` False: of companies whose scores and ranges are seen by name. Then without
    runs, and `groups` are the questions by section: score and range together can tell of a single section.
    """
    if len(members) < rule.run:
        raise ValueError(f"a block has at least {rule.run} companies, got {len(members)}")
    totals = {}
    for questions in groups.values():
        out = left_out(members, questions, serial, LEFT_OUT if spread else 1)
        for name in questions:
            known = [one.values[name] for one in members if name in one.values and name not in out]
            if known:
                totals[name] = Total(len(known), sum(known, Fraction(0)), max(known), min(known))
    found = {}
    for axis in groups if spread else ():
        sizes = run_sizes(sum(axis in one.values for one in members), rule)
        numbers = runs_of(members, axis, sizes)
        found[axis] = tuple(
            _run([one.values[axis] for one in members if numbers.get(one.id) == run]) for run in range(len(sizes))
        )
    return Block(
        serial=serial,
        size=len(members),
        label={name: frozenset(one.facts[name] for one in members) for name in DIMENSIONS},
        totals=totals,
        runs=found,
    )


def left_out(members: Sequence[Member], questions: Sequence[str], serial: int, count: int) -> frozenset[str]:
    """Those of `questions` that stay out of a block's totals: whoever knows any of them knows `count` of these, or has
    given fewer answers.

    As few as can be, and others from block to block (`serial`). One whose mean lies between 25 and 75 is taken rather:
    near an end of the scale it would hide little. The choice tells nothing that the totals of the others do not.
    """
    start = serial % len(questions) if questions else 0
    order = [*questions[start:], *questions[:start]]
    known = {name: {one.id: one.values[name] for one in members if name in one.values} for name in order}
    worth = {name: 2 if _in_the_middle(known[name].values()) else 1 for name in order}
    answers = Counter(company for found in known.values() for company in found)
    wanting = {company: min(count, given) for company, given in answers.items()}
    found: list[str] = []
    while any(wanting.values()):
        rest = [name for name in order if name not in found]
        best = max(rest, key=lambda name: worth[name] * sum(wanting[company] > 0 for company in known[name]))
        found.append(best)
        for company in known[best]:
            wanting[company] = max(0, wanting[company] - 1)
    return frozenset(found)


def _in_the_middle(points: Collection[Fraction]) -> bool:
    n = len(points)
    return n > LEAST_K and 25 * n <= inward(sum(points, Fraction(0)), n, max(points), min(points)) <= 75 * n


def runs_of(members: Iterable[Member], axis: str, sizes: Iterable[int]) -> dict[UUID, int]:
    """In which run of an axis each company is, from 0: in the order of their scores, cut into runs of these sizes."""
    scores = {one.id: one.values[axis] for one in members if axis in one.values}
    ordered = iter(sorted(scores, key=lambda one: (float(scores[one]), scores[one], str(one))))
    return {company: number for number, size in enumerate(sizes) for company in islice(ordered, size)}


def run_sizes(companies: int, rule: Rule) -> list[int]:
    """How many companies each run has: at least `rule.run`, as even as can be; none where they are too few."""
    count = companies // rule.run
    return [companies // count + (number < companies % count) for number in range(count)]


def _run(scores: Sequence[Fraction]) -> Run:
    total = inward(sum(scores, Fraction(0)), len(scores), max(scores), min(scores), SCORE_STEP)
    return Run(len(scores), Fraction((2 * total + len(scores)) // (2 * len(scores))))  # whole points, half up


def inward(total: Fraction, n: int, most: Fraction, least: Fraction, step: int = LEVEL_POINTS) -> Fraction:
    """A total of `n` companies, kept so far from both ends that the company with the `most` or the `least` cannot work
    out that all others stand at the end: what it sees of them could always be one `step` more."""
    low = step + max(most, Fraction(step))
    high = 100 * n - step - max(100 - least, Fraction(step))
    return min(max(total, low), high)


# --- reading ----------------------------------------------------------------------------------------------------------


def bundles(blocks: Iterable[Block], question: str, rule: Rule) -> tuple[Bundle, ...]:
    """The bundles of one question, in the order in which the blocks were sealed; those that ended are among them.

    A later block begins or completes a bundle and never changes one that is complete: nothing is learned by waiting.
    """
    found: list[Bundle] = []
    waiting: list[Block] = []
    for block in sorted(blocks, key=lambda one: one.serial):
        if question in block.totals and block.totals[question].n:
            waiting.append(block)
            if sum(one.totals[question].n for one in waiting) >= rule.run:
                found.append(_bundle(tuple(waiting), question, rule))
                waiting = []
    return tuple(found)


def _bundle(blocks: tuple[Block, ...], question: str, rule: Rule) -> Bundle:
    totals = [one.totals[question] for one in blocks]
    n = sum(one.n for one in totals)
    points = sum((one.points for one in totals), Fraction(0))
    points = inward(points, n, max(one.most for one in totals), min(one.least for one in totals))
    unseen = n - sum(one.seen for one in blocks)
    return Bundle(blocks, n, points, live=all(one.live for one in blocks) and unseen >= rule.k)


def shown_runs(block: Block, axis: str, rule: Rule) -> tuple[Run, ...]:
    """The runs of a live block; none where one of them is too small for a rule that was made stricter since, or could
    be with the companies taken away that are seen by name by now."""
    found = block.runs.get(axis, ())
    return found if block.live and all(run.n >= rule.run and run.n - block.seen >= rule.k for run in found) else ()


def still_covered(size: int, seen: int, rule: Rule) -> bool:
    """Whether a block stays when `seen` of its companies have let more be seen by name since."""
    return size - seen >= rule.k


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
    crossed = sum(min(here, len(block) - here) for here, block in zip(inside, blocks, strict=True))
    return crossed + len(side) - sum(inside)


def pieces(sets: Sequence[frozenset[UUID]]) -> list[frozenset[UUID]]:
    """Sets that cross each other, cut along each other. Whoever knows the sum of each knows no more than the sums of
    these."""
    found: dict[tuple[bool, ...], set[UUID]] = {}
    for company in frozenset().union(*sets):
        found.setdefault(tuple(company in one for one in sets), set()).add(company)
    return [frozenset(one) for one in found.values()]


def may_show(
    runs: Iterable[frozenset[UUID]], parts: Sequence[frozenset[UUID]], shown: Sequence[frozenset[UUID]], rule: Rule
) -> bool:
    """Whether the totals of `parts` can be shown beside those of `runs` and of parts `shown` before: whatever is
    subtracted from whatever, k + 1 companies are left, so k where one of them subtracts itself."""
    found = pieces([*parts, *shown])
    if len(found) > MOST_PARTS or any(len(part) < rule.run for part in parts):
        return False
    least = smallest_difference(runs, found)
    return least is None or least >= rule.run
