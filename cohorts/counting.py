"""Counting companies into blocks: what waits is sealed, and a block ends when one of its companies leaves.

Runs in the worker every few minutes, and when a coordinator asks. Everything within `body_scope` of the network.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assessments.consented import granted, outlines, sealed, was_named
from assessments.models import Outline
from assessments.scoring.outline import Values, values_of
from assessments.scoring.suppression import DIMENSIONS, Facts, Member, Rule, form, may_show, seal
from assessments.scoring.trend import Pair, pairs
from cohorts.models import Block, BlockMember, Comparison, ComparisonMember
from cohorts.standing import standing
from guidance.catalog import AXIS_IDS, Catalog
from guidance.registry import get_catalog
from organisations.consent import NAMED, What
from organisations.models import Round
from organisations.scoping import body_scope

log = logging.getLogger(__name__)
MOST_NEW_PARTS = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many companies were newly counted, how many wait for more, and how many blocks ended."""

    counted: int
    waiting: int
    ended: int


def rule() -> Rule:
    """The rule of this site."""
    return Rule(settings.COHORT_K)


def facts_of(outline: Outline) -> Facts:
    return {name: getattr(outline, name) for name in DIMENSIONS}


def count_all() -> int:
    """Count in every round that may still change: those under way, and those that ended lately. Returns how many."""
    done = 0
    for one in Round.objects.filter(opened_at__isnull=False).order_by("opens_on"):
        try:
            count_companies(one.pk)
            done += 1
        except Exception:
            log.exception("round %s: its companies could not be counted; the next run tries again", one.pk)
    return done


def count_companies(round_id: UUID, *, at_once: bool = False) -> Outcome:
    """End what must end, and seal the companies that wait where they are enough (`at_once`: as soon as it is safe)."""
    with transaction.atomic():
        # Two at once would seal one company twice; the database would refuse it, this lets the second wait.
        within = Round.objects.select_for_update().select_related("body").get(pk=round_id)
        with body_scope(within.body_id):
            ended = _end_blocks(within) + _end_comparisons(within)
            over = within.closes_on < timezone.localdate()
            counted = waiting = 0
            for kind, rows in _waiting(within).items():
                enough = rule().run if at_once or over else max(settings.COHORT_WAIT_FOR, rule().run)
                if len(rows) < enough:
                    waiting += len(rows)
                    continue
                _seal(within, kind, rows)
                counted += len(rows)
            _compare(within)
    return Outcome(counted, waiting, ended)


# --- waiting and sealing ----------------------------------------------------------------------------------------------


def _waiting(within: Round) -> dict[Block.Kind, list[Outline]]:
    """Companies that agreed to be counted and are not: by how much of them may be seen by name."""
    free = (
        outlines(within)
        .exclude(organisation_id__in=BlockMember.objects.filter(round=within).values("organisation_id"))
        .exclude(submission_id__in=BlockMember.objects.values("submission_id"))
    )
    answers, names = {What.ANSWERS}, granted(NAMED)
    return {
        Block.Kind.ALL: list(free.exclude(names).exclude(was_named(NAMED))),
        Block.Kind.ANSWERS: list(
            free.filter(granted({What.SCORES})).exclude(granted(answers)).exclude(was_named(answers))
        ),
    }


def _seal(within: Round, kind: Block.Kind, rows: Sequence[Outline]) -> None:
    catalog = get_catalog(within.catalog_ref)
    by_id = {row.organisation_id: row for row in rows}
    members = [Member(row.organisation_id, facts_of(row), values_of(row.scores, catalog.questions)) for row in rows]
    serial = Block.objects.filter(round=within).aggregate(last=Max("serial"))["last"] or 0
    spread = AXIS_IDS if kind == Block.Kind.ALL else ()
    for group in form(members, rule()):
        serial += 1
        made = seal(group, rule(), serial=serial, measures=measures_of(catalog, axes=bool(spread)), spread=spread)
        block = Block.objects.create(
            body_id=within.body_id,
            round=within,
            serial=serial,
            kind=kind,
            size=made.size,
            label={name: sorted(values) for name, values in made.label.items()},
            totals={name: [total.n, str(total.points)] for name, total in made.totals.items()},
            runs={name: [[run.n, str(run.points)] for run in found] for name, found in made.runs.items()},
        )
        BlockMember.objects.bulk_create(
            BlockMember(
                block=block,
                round=within,
                body_id=within.body_id,
                organisation_id=one.id,
                submission_id=by_id[one.id].submission_id,
            )
            for one in group
        )


def measures_of(catalog: Catalog, *, axes: bool = True, questions: bool = True) -> list[str]:
    """The ids of what is measured: axes, sections, questions."""
    found: list[str] = [axis.id for axis in catalog.axes] if axes else []
    found += [section.id for section in catalog.sections()]
    return [*found, *catalog.questions] if questions else found


# --- ending -----------------------------------------------------------------------------------------------------------


def _end_blocks(within: Round) -> int:
    """Empty the blocks of which a company left: pages pass over them already, here the sums go too."""
    found = standing(within, rule())
    dead = [block for block in Block.objects.filter(round=within, ended_at__isnull=True) if block.pk not in found]
    for block in dead:
        block.totals = {name: [n, "0"] for name, (n, _points) in block.totals.items()}
        block.runs, block.ended_at = {}, timezone.now()
        block.save(update_fields=["totals", "runs", "ended_at"])
    return len(dead)


def _end_comparisons(within: Round) -> int:
    """A comparison ends with the first company of it that leaves either round's figures."""
    ended = 0
    for one in Comparison.objects.filter(round=within, ended_at__isnull=True):
        if not comparison_stands(one):
            one.totals, one.ended_at = {}, timezone.now()
            one.save(update_fields=["totals", "ended_at"])
            ended += 1
    return ended


def comparison_stands(one: Comparison) -> bool:
    """Whether all its companies are there, in blocks that stand in both rounds."""
    companies = set(ComparisonMember.objects.filter(comparison=one).values_list("organisation_id", flat=True))
    return len(companies) == one.size and companies <= _in_blocks(one.round) & _in_blocks(one.previous)


def _in_blocks(within: Round) -> set[UUID]:
    live = standing(within, rule())
    rows = BlockMember.objects.filter(round=within, block__kind=Block.Kind.ALL, block_id__in=live)
    return set(rows.values_list("organisation_id", flat=True))


# --- the same companies in the round before ---------------------------------------------------------------------------


def previous_of(within: Round) -> Round | None:
    """The network's round before this one, by its first day."""
    return Round.objects.filter(body=within.body_id, opens_on__lt=within.opens_on).order_by("-opens_on").first()


def _compare(within: Round) -> None:
    """Compare companies that are in blocks of both rounds, where no difference can rest on too few of them."""
    previous = previous_of(within)
    if previous is None:
        return
    compared = ComparisonMember.objects.filter(round=within).values_list("organisation_id", "comparison_id")
    parts: dict[UUID, set[UUID]] = defaultdict(set)
    for company, comparison in compared:
        parts[comparison].add(company)
    free = sorted((_in_blocks(within) & _in_blocks(previous)) - {company for company, _one in compared}, key=str)
    least = 2 * rule().block
    earlier = [frozenset(part) for part in parts.values()]
    for count in sorted({max(1, min(MOST_NEW_PARTS, len(free) // least)), 1}, reverse=True):
        new = [frozenset(free[number::count]) for number in range(count)]
        if may_show(_partition(previous), _partition(within), [*earlier, *new], rule()):
            for part in new:
                _save_comparison(within, previous, part)
            return


def _partition(within: Round) -> list[frozenset[UUID]]:
    """Who was sealed with whom, blocks that ended among them: their sums were seen."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    rows = BlockMember.objects.filter(round=within, block__kind=Block.Kind.ALL)
    for block, company in rows.values_list("block_id", "organisation_id"):
        found[block].add(company)
    return [frozenset(block) for block in found.values()]


def _save_comparison(within: Round, previous: Round, companies: frozenset[UUID]) -> None:
    both = [_values(one, companies) for one in (previous, within)]
    shared = set(measures_of(get_catalog(previous.catalog_ref), questions=False))
    measures = [name for name in measures_of(get_catalog(within.catalog_ref), questions=False) if name in shared]
    found = pairs([(both[0][one], both[1][one]) for one in companies], measures, rule())
    made = Comparison.objects.create(
        body_id=within.body_id, round=within, previous=previous, size=len(companies), totals=_packed(found)
    )
    ComparisonMember.objects.bulk_create(
        ComparisonMember(comparison=made, round=within, body_id=within.body_id, organisation_id=company)
        for company in companies
    )


def _packed(found: dict[str, Pair]) -> dict[str, list[object]]:
    return {name: [pair.n, str(pair.before), str(pair.now)] for name, pair in found.items()}


def _values(within: Round, companies: Iterable[UUID]) -> dict[UUID, Values]:
    catalog = get_catalog(within.catalog_ref)
    rows = BlockMember.objects.filter(round=within, organisation_id__in=list(companies))
    found = sealed(rows.values_list("submission_id", flat=True))
    return {one.organisation_id: values_of(one.scores, catalog.questions) for one in found}
