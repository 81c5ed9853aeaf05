"""The same companies in the round before: groups of them that cut across the blocks of both rounds.

Part of a count (`cohorts.counting`), in its transaction and its scope. Groups are shown only where no difference to
anything else that was ever shown rests on too few companies (`assessments.scoring.suppression.may_show`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q
from django.utils import timezone

from assessments.consented import sealed, was_named
from assessments.scoring.suppression import may_show
from assessments.scoring.trend import Pair, pair
from cohorts.models import Block, BlockMember, Comparison, ComparisonMember
from cohorts.standing import rule, standing
from guidance.catalog import AXIS_IDS
from organisations.consent import NAMED
from organisations.models import Round

MOST_NEW_PARTS = 4

Part = frozenset[UUID]
Runs = Mapping[UUID, Mapping[str, tuple[UUID, int]]]
"""By company and axis the run in which it was counted: its block, and a number."""


def previous_of(within: Round) -> Round | None:
    """The network's round before this one, by its first day."""
    return Round.objects.filter(body=within.body_id, opens_on__lt=within.opens_on).order_by("-opens_on").first()


def end_comparisons(within: Round) -> int:
    """A comparison ends with the first company of it that leaves either round's figures, or is seen by name."""
    ended = 0
    standing = {one.pk for one in comparisons_that_stand(within)}
    for one in Comparison.objects.filter(round=within, ended_at__isnull=True).exclude(pk__in=standing):
        one.totals = {axis: [n, "0", "0"] for axis, (n, _before, _now) in one.totals.items()}
        one.ended_at = timezone.now()
        one.save(update_fields=["totals", "ended_at"])
        ended += 1
    return ended


def comparisons_that_stand(within: Round) -> list[Comparison]:
    """Those with a round before of which all companies are there, in blocks that stand in both rounds, and none was
    seen by name."""
    rows = list(Comparison.objects.filter(round=within, ended_at__isnull=True).select_related("round", "previous"))
    companies: dict[UUID, set[UUID]] = defaultdict(set)
    for comparison, company in ComparisonMember.objects.filter(comparison__in=rows).values_list(
        "comparison_id", "organisation_id"
    ):
        companies[comparison].add(company)
    there = {one: _in_blocks(one) for one in {side for row in rows for side in (row.round, row.previous)}}
    return [
        row
        for row in rows
        if len(companies[row.pk]) == row.size and companies[row.pk] <= there[row.round] & there[row.previous]
    ]


def compare(within: Round) -> None:
    """Compare companies that are in blocks of both rounds and are not compared yet."""
    previous = previous_of(within)
    if previous is None:
        return
    compared = set(ComparisonMember.objects.filter(round=within).values_list("organisation_id", flat=True))
    free = (_in_blocks(within) & _in_blocks(previous)) - compared
    if len(free) < rule().run:
        return
    before, now = _Side(previous), _Side(within)
    for parts in _divisions(free, before.across(within), anew=not compared):
        found = {axis: pairs for axis in AXIS_IDS if (pairs := _compared(axis, parts, before, now))}
        if found:
            for number, part in enumerate(parts):
                _save(within, previous, part, {axis: pairs[number] for axis, pairs in found.items()})
            return


def _divisions(free: set[UUID], groups: Sequence[Part], *, anew: bool) -> Iterable[list[Part]]:
    """In which parts companies may be compared, the best first: several, so that one that leaves takes fewer along; all
    as one; and where nothing was compared yet, every second one. Where all but a few came back, comparing all would
    show those few: the half that is left out hides them.

    `groups`: those of the comparison with the round before, if there is one; parts that follow them cross fewer.
    """
    ordered = sorted(free, key=str)
    count = max(1, min(MOST_NEW_PARTS, len(ordered) // (2 * rule().block)))
    several = [ordered[number::count] for number in range(count)]
    if groups:
        rest = frozenset(ordered).difference(*groups)
        several = [sorted(free & group, key=str) for group in (*groups, rest)]
    for parts in (several, [ordered]):
        yield _large(parts)
    if anew:
        for parts in (several, [ordered]):
            yield _large([part[::2] for part in parts])


def _large(parts: Iterable[Sequence[UUID]]) -> list[Part]:
    return [frozenset(part) for part in parts if len(part) >= rule().run]


def _compared(axis: str, parts: Sequence[Part], before: _Side, now: _Side) -> list[Pair] | None:
    """Both rounds' sums of each part for one axis; None where they may not be shown."""
    known = [
        frozenset(company for company in part if before.counts(company, axis) and now.counts(company, axis))
        for part in parts
    ]
    if not known or not all(may_show(side.runs(axis), known, side.shown(axis), rule()) for side in (before, now)):
        return None
    scores = before.scores[axis], now.scores[axis]
    return [pair([(scores[0][one], scores[1][one]) for one in sorted(part, key=str)]) for part in known]


def _save(within: Round, previous: Round, companies: Part, found: Mapping[str, Pair]) -> None:
    made = Comparison.objects.create(
        body_id=within.body_id,
        round=within,
        previous=previous,
        size=len(companies),
        totals={name: [one.n, str(one.before), str(one.now)] for name, one in found.items()},
    )
    ComparisonMember.objects.bulk_create(
        ComparisonMember(comparison=made, round=within, body_id=within.body_id, organisation_id=company)
        for company in companies
    )


# --- what was shown of a round ----------------------------------------------------------------------------------------


class _Side:
    """One of the two rounds: whose scores were shown as one sum, at any time.

    Companies that were seen by name are not among them: what is subtracted of theirs is no secret. One that is deleted
    stands in its sum under an id that nobody has, so that it is not taken for gone.
    """

    def __init__(self, one: Round) -> None:
        self.round = one
        self._runs = _runs_in(one)
        rows = BlockMember.objects.filter(round=one, block__kind=Block.Kind.ALL)
        self._hidden = frozenset(rows.exclude(was_named(NAMED)).values_list("organisation_id", flat=True))
        self.scores = _scores(one)
        self._groups = _groups(one)

    def counts(self, company: UUID, axis: str) -> bool:
        return axis in self._runs.get(company, {})

    def runs(self, axis: str) -> list[Part]:
        """The runs of all blocks, also of those that ended."""
        sizes = Block.objects.filter(round=self.round, kind=Block.Kind.ALL).values_list("pk", "runs")
        found: dict[tuple[UUID, int], set[UUID]] = defaultdict(set)
        for company, runs in self._runs.items():
            if axis in runs:
                found[runs[axis]].add(company)
        return [
            self._without_named(found[block, number], n)
            for block, runs in sizes
            for number, (n, _points) in enumerate(runs.get(axis, []))
        ]

    def shown(self, axis: str) -> list[Part]:
        """The groups of all comparisons with this round, also of those that ended."""
        return [
            self._without_named(
                {one for one in companies if all(axis in runs.get(one, {}) for runs in both)}, totals[axis][0]
            )
            for companies, both, totals in self._groups
            if axis in totals
        ]

    def across(self, other: Round) -> list[Part]:
        """The companies of comparisons with any round but `other`."""
        members: dict[UUID, set[UUID]] = defaultdict(set)
        rows = Comparison.objects.filter(Q(round=self.round) | Q(previous=self.round)).exclude(round=other)
        for comparison, company in ComparisonMember.objects.filter(comparison__in=rows).values_list(
            "comparison", "organisation_id"
        ):
            members[comparison].add(company)
        return [frozenset(one) for one in members.values()]

    def _without_named(self, companies: set[UUID], n: int) -> Part:
        deleted = {uuid4() for _gone in range(n - len(companies))}
        return frozenset(companies & self._hidden | deleted)


_Group = tuple[Part, tuple[Runs, Runs], Mapping[str, Sequence[Any]]]
"""The companies of a comparison, the runs of its two rounds, and its totals."""


def _groups(one: Round) -> list[_Group]:
    members: dict[UUID, set[UUID]] = defaultdict(set)
    touching = Q(comparison__round=one) | Q(comparison__previous=one)
    for comparison, company in ComparisonMember.objects.filter(touching).values_list("comparison", "organisation_id"):
        members[comparison].add(company)
    rows = Comparison.objects.filter(Q(round=one) | Q(previous=one))
    runs = {pk: _runs_in(pk) for row in rows for pk in (row.round_id, row.previous_id)}
    return [(frozenset(members[row.pk]), (runs[row.round_id], runs[row.previous_id]), row.totals) for row in rows]


def _runs_in(within: Round | UUID) -> Runs:
    rows = BlockMember.objects.filter(round=within, block__kind=Block.Kind.ALL)
    return {
        company: {axis: (block, number) for axis, number in runs.items()}
        for company, block, runs in rows.values_list("organisation_id", "block_id", "runs")
    }


def _in_blocks(within: Round) -> set[UUID]:
    """Companies in blocks that stand, whose scores nobody has seen by name."""
    rows = BlockMember.objects.filter(round=within, block__kind=Block.Kind.ALL, block_id__in=list(standing(within)))
    return set(rows.exclude(was_named(NAMED)).values_list("organisation_id", flat=True))


def _scores(within: Round) -> dict[str, dict[UUID, Fraction]]:
    """By axis the scores that were sealed in the round, of companies that are still counted."""
    found: dict[str, dict[UUID, Fraction]] = {axis: {} for axis in AXIS_IDS}
    rows = BlockMember.objects.filter(round=within, block__kind=Block.Kind.ALL)
    for one in sealed(rows.values_list("submission_id", flat=True)):
        for axis, points in one.scores["axes"].items():
            if points is not None:
                found[axis][one.organisation_id] = Fraction(points)
    return found
