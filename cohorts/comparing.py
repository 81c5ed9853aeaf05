"""The same companies in the round before: groups of them that cut across the blocks of both rounds.

Part of a count (`cohorts.counting`), in its transaction and its scope. Groups are shown only where no difference to
anything else that was ever shown rests on too few companies (`assessments.scoring.suppression.may_show`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from assessments.consented import sealed, was_named
from assessments.scoring.suppression import cut, divided, in_order, may_show
from assessments.scoring.trend import Pair, pair
from cohorts.models import Block, BlockMember, Comparison, ComparisonMember
from cohorts.standing import rule, standing
from guidance.catalog import AXIS_IDS
from organisations.consent import NAMED
from organisations.models import Round

MOST_NEW_PARTS = 4

Part = frozenset[UUID]


def previous_of(within: Round) -> Round | None:
    """The network's round before this one, by its first day."""
    return Round.objects.filter(body=within.body_id, opens_on__lt=within.opens_on).order_by("-opens_on").first()


def end_comparisons(within: Round) -> int:
    """A comparison ends with the first company of it that leaves either round's figures, or is seen by name."""
    ended = 0
    for one in Comparison.objects.filter(round=within, ended_at__isnull=True).select_related("round", "previous"):
        if not comparison_stands(one):
            one.totals = {axis: [n, "0", "0"] for axis, (n, _before, _now) in one.totals.items()}
            one.ended_at = timezone.now()
            one.save(update_fields=["totals", "ended_at"])
            ended += 1
    return ended


def comparison_stands(one: Comparison) -> bool:
    """Whether all its companies are there, in blocks that stand in both rounds, and none was seen by name."""
    companies = set(ComparisonMember.objects.filter(comparison=one).values_list("organisation_id", flat=True))
    return len(companies) == one.size and companies <= _in_blocks(one.round) & _in_blocks(one.previous)


def compare(within: Round) -> None:
    """Compare companies that are in blocks of both rounds and are not compared yet."""
    previous = previous_of(within)
    if previous is None:
        return
    compared = set(ComparisonMember.objects.filter(round=within).values_list("organisation_id", flat=True))
    free = sorted((_in_blocks(within) & _in_blocks(previous)) - compared, key=str)
    if len(free) < rule().run:
        return
    both = (_Side(previous, within), _Side(within, previous))
    for parts in _divisions(free, anew=not compared):
        found = [_compared(axis, parts, both) for axis in AXIS_IDS]
        if any(found):
            totals: list[dict[str, Pair]] = [
                {axis: pairs[number] for axis, pairs in zip(AXIS_IDS, found, strict=True) if pairs}
                for number in range(len(parts))
            ]
            for part, pairs in zip(parts, totals, strict=True):
                _save(within, previous, part, pairs)
            return


def _divisions(free: Sequence[UUID], *, anew: bool) -> list[list[Part]]:
    """In which parts they may be compared, the best first: several, so that one that leaves takes fewer along; all as
    one; and where nothing was compared yet, every second one. Where all but a few came back, comparing all would show
    those few: the half that is left out hides them."""
    most = max(1, min(MOST_NEW_PARTS, len(free) // (2 * rule().block)))
    found = [[frozenset(free[number::count]) for number in range(count)] for count in sorted({most, 1}, reverse=True)]
    return [*found, [frozenset(free[::2])]] if anew else found


def _compared(axis: str, parts: Sequence[Part], both: tuple[_Side, _Side]) -> list[Pair] | None:
    """Both rounds' sums of each part for one axis; None where they may not be shown."""
    before, now = (side.scores[axis] for side in both)
    known = [frozenset(company for company in part if company in before and company in now) for part in parts]
    if not all(may_show(side.owners(axis), known, side.earlier(axis), rule()) for side in both):
        return None
    return [pair([(before[one], now[one]) for one in sorted(part, key=str)]) for part in known]


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
    """One of the two rounds: the scores of the companies in its blocks, and whose sums somebody may have seen."""

    def __init__(self, one: Round, other: Round) -> None:
        rows = BlockMember.objects.filter(round=one, block__kind=Block.Kind.ALL)
        live = standing(one)
        self._members: dict[UUID, set[UUID]] = defaultdict(set)
        self._ended: set[UUID] = set()
        for block, company in rows.values_list("block_id", "organisation_id"):
            if block in live:
                self._members[block].add(company)
            else:
                self._ended.add(company)
        self._runs = dict(Block.objects.filter(pk__in=self._members).values_list("pk", "runs"))
        self._unnamed = frozenset(rows.exclude(was_named(NAMED)).values_list("organisation_id", flat=True))
        self.scores = _scores(one)
        self._earlier, self._across = _groups(one, other)

    def owners(self, axis: str) -> list[Part]:
        """Companies whose scores were shown as one sum: runs, cut along the groups of comparisons with other rounds.
        Who is in a block that ended, or in a group of which it is not known who counted, stands alone: as if known."""
        scores = self.scores[axis]
        alone = {*self._ended, *_unsure(self._earlier, axis), *_unsure(self._across, axis)}
        runs = []
        for block, members in self._members.items():
            ordered = in_order({one: scores[one] for one in members if one in scores})
            runs += cut(ordered, (n for n, _points in self._runs[block].get(axis, [])))
        pieces = divided(((frozenset(run) & self._unnamed) - alone for run in runs), _sure(self._across, axis))
        return [*pieces, *(frozenset({one}) for one in alone & self._unnamed)]

    def earlier(self, axis: str) -> list[Part]:
        """The groups that were compared in these two rounds already."""
        return [part & self._unnamed for part in _sure(self._earlier, axis)]


_Group = tuple[Part, int, Mapping[str, Any]]
"""The companies of a comparison that are not deleted, how many there were, and its totals."""


def _groups(one: Round, other: Round) -> tuple[list[_Group], list[_Group]]:
    """Comparisons of these two rounds, and those of `one` with any other."""
    members: dict[UUID, set[UUID]] = defaultdict(set)
    touching = Q(comparison__round=one) | Q(comparison__previous=one)
    for comparison, company in ComparisonMember.objects.filter(touching).values_list("comparison", "organisation_id"):
        members[comparison].add(company)
    earlier: list[_Group] = []
    across: list[_Group] = []
    for row in Comparison.objects.filter(pk__in=members):
        group = (frozenset(members[row.pk]), row.size, row.totals)
        (earlier if {row.round_id, row.previous_id} == {one.pk, other.pk} else across).append(group)
    return earlier, across


def _sure(groups: Iterable[_Group], axis: str) -> list[Part]:
    """Groups of which all companies counted for the axis."""
    return [part for part, size, totals in groups if axis in totals and totals[axis][0] == size]


def _unsure(groups: Iterable[_Group], axis: str) -> set[UUID]:
    """Companies of groups of which only some counted."""
    return {one for part, size, totals in groups if axis in totals and totals[axis][0] != size for one in part}


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
