"""The figures of a round, as far as they may be seen at this moment: every page and file reads them here.

Worked out once for each state of the rows that they depend on, and kept by that state. So they are never stale: a
consent that ends is another state. Of companies that are not named only the totals of blocks are read.
Within `body_scope` of the round's network.
"""

from __future__ import annotations

import gc
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import Count, Max
from django.utils import timezone

from assessments.consented import State, granted, outlines, state_of
from assessments.scoring import suppression
from assessments.scoring.cohort import EVERYBODY, Cohort, Group, Named
from assessments.scoring.outline import Values, values_of
from assessments.scoring.suppression import Run, Total
from assessments.scoring.trend import Change, Pair, changes
from cohorts.comparing import comparisons_that_stand, previous_of
from cohorts.counting import facts_of
from cohorts.models import Block, BlockMember, Comparison
from cohorts.standing import rule, standing
from guidance.catalog import AXIS_IDS
from guidance.registry import get_catalog
from organisations.consent import NAMED, What
from organisations.models import Round
from organisations.scoping import UnscopedQuery, current_body

KEPT = 6
"""Of how many rounds a process keeps the last state."""
MANY = 500
"""From so many companies on the objects of a round's figures are worth setting aside."""
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Figures:
    """A round's cohort, and what changed since the round before (None where there is no such round)."""

    key: Key
    cohort: Cohort
    previous: Round | None
    changes: dict[str, Change]
    waiting: int
    """Companies that agreed to be counted and wait for others."""
    ended: int
    """Companies in blocks that ended because one of them left."""

    def beside(self, industry: str | None) -> Group:
        """What other members of the network may see of an industry, or of all (None): the companies in blocks. Those by
        name showed their results to the network's people, and to no other company."""
        if industry not in self._beside:
            chosen = EVERYBODY if industry is None else {"industry": frozenset({industry})}
            self._beside[industry] = self.sealed.group(chosen)
        return self._beside[industry]

    @cached_property
    def sealed(self) -> Cohort:
        """Without the companies by name."""
        return replace(self.cohort, named=())

    @cached_property
    def _beside(self) -> dict[str | None, Group]:
        return {}

    @cached_property
    def named_sign(self) -> str:
        """A short sign of which companies are among the figures by name: others, another sign."""
        return sha256(repr([str(one.id) for one in self.cohort.named]).encode()).hexdigest()[:16]

    @property
    def uses(self) -> list[str]:
        """What these figures rest on: the blocks, and the companies by name."""
        blocks = [f"block {block.serial}" for block in self.cohort.blocks if block.live]
        return blocks + [f"company {one.id}" for one in self.cohort.named]


_kept: OrderedDict[Key, Figures] = OrderedDict()
_lock = threading.Lock()
_working = tuple(threading.Lock() for _ in range(16))
"""One thread works a round out; who asks meanwhile waits for it and does not work it out once more."""


def figures_of(within: Round) -> Figures:
    """What may be seen of a round now. Five queries where this process worked it out before. Raises UnscopedQuery
    outside the scope of the round's network."""
    if current_body() != within.body_id:
        raise UnscopedQuery("these are figures of another network than the one in scope")
    key = key_of(within)
    while (found := _known(key)) is None:
        working = _working[hash(within.pk) % len(_working)]
        if working.acquire(blocking=False):
            try:
                return _keep(_work_out(within, key))
            finally:
                working.release()
        with working:
            key = key_of(within)  # while another thread was at it, a moment has passed
    return found


def _known(key: Key) -> Figures | None:
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
        return _kept.get(key)


def _keep(made: Figures) -> Figures:
    key = made.key
    with _lock:
        for over in [one for one in _kept if one[0] == key[0]]:  # earlier states of this round: nobody asks for them
            del _kept[over]
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    if sum(block.size for block in made.cohort.blocks) + len(made.cohort.named) >= MANY:
        _set_aside()
    return made


def _set_aside() -> None:
    """Figures are many small objects that live long: each full run of the garbage collector would go through all of
    them, 0.1 s in the middle of somebody's page. So it is run here, and passes over what is left from now on; what was
    set aside the last time and is garbage since goes with it."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def key_of(within: Round) -> Key:
    """What the figures depend on; another key, other figures."""
    today = timezone.localdate()
    state: State = state_of(within, today)
    # A company that is deleted goes from its block, and from the network too: `state` tells of it.
    blocks = Block.objects.filter(round=within).aggregate(n=Count("pk"), ended=Max("ended_at"))
    compared = Comparison.objects.filter(round=within).aggregate(n=Count("pk"), ended=Max("ended_at"))
    return (within.pk, today, rule(), state, *blocks.values(), *compared.values())


def _work_out(within: Round, key: Key) -> Figures:
    live = standing(within)
    rows = list(Block.objects.filter(round=within))
    catalog = get_catalog(within.catalog_ref)
    cohort = Cohort(
        tuple(_block(row, live.get(row.pk)) for row in rows),
        _named(within, frozenset(live)),
        rule(),
        {section.id: {one.id: one.weight for one in section.questions} for section in catalog.sections()},
    )
    previous = previous_of(within)
    waiting = outlines(within).exclude(granted({What.ANSWERS}))
    waiting = waiting.exclude(organisation_id__in=BlockMember.objects.filter(round=within).values("organisation_id"))
    return Figures(
        key=key,
        cohort=cohort,
        previous=previous,
        changes=_changes(within, previous, cohort) if previous else {},
        waiting=waiting.count(),
        ended=sum(row.size for row in rows if row.pk not in live),
    )


def _block(row: Block, seen: int | None) -> suppression.Block:
    return suppression.Block(
        serial=row.serial,
        size=row.size,
        label={name: frozenset(values) for name, values in row.label.items()},
        totals={name: Total(n, *map(Fraction, points)) for name, (n, *points) in row.totals.items()},
        runs={name: tuple(Run(n, Fraction(points)) for n, points in found) for name, found in row.runs.items()},
        live=seen is not None,
        seen=seen or 0,
    )


def _named(within: Round, live: frozenset[UUID]) -> tuple[Named, ...]:
    """Companies by name, with what each lets be seen, and what it counts for by itself."""
    catalog = get_catalog(within.catalog_ref)
    axes = frozenset(AXIS_IDS)
    in_block = {
        company: kind
        for company, kind, block in BlockMember.objects.filter(round=within).values_list(
            "organisation_id", "block__kind", "block_id"
        )
        if block in live
    }
    found = []
    for row in outlines(within, NAMED).annotate(answers=granted({What.ANSWERS})):
        known = values_of(row.scores, catalog.axes)
        if not row.answers:
            known = {name: points for name, points in known.items() if name in axes}
        kind = in_block.get(row.organisation_id)
        counts = None if row.answers else axes
        if kind is not None:
            counts = axes if kind == Block.Kind.ANSWERS else frozenset()
        found.append(Named(row.organisation_id, facts_of(row), known, counts))
    return tuple(sorted(found, key=lambda one: str(one.id)))


def _changes(within: Round, previous: Round, cohort: Cohort) -> dict[str, Change]:
    """On the same companies: unnamed ones by the comparisons that stand, others by name in both rounds."""
    together = [
        {name: Pair(n, Fraction(before), Fraction(now)) for name, (n, before, now) in one.totals.items()}
        for one in comparisons_that_stand(within)
    ]
    catalog = get_catalog(previous.catalog_ref)
    before: dict[object, Values] = {
        row.organisation_id: values_of(row.scores, catalog.axes) for row in outlines(previous, NAMED)
    }
    alone = [
        (before[one.id], one.values) for one in cohort.named if one.id in before and (one.counts is None or one.counts)
    ]
    sections = [section.id for section in get_catalog(within.catalog_ref).sections()]
    return changes(together, alone, [*AXIS_IDS, *sections], rule())
