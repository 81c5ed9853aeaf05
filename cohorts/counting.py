"""Counting companies into blocks: what waits is sealed, and a block ends when one of its companies leaves.

Runs in the worker every few minutes, and when a coordinator asks. Everything within `body_scope` of the network.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assessments.consented import granted, outlines, was_named
from assessments.models import Outline
from assessments.scoring.outline import values_of
from assessments.scoring.suppression import DIMENSIONS, Facts, Member, form, runs_of, seal
from cohorts.comparing import compare, end_comparisons
from cohorts.models import Block, BlockMember
from cohorts.standing import rule, standing
from guidance.registry import get_catalog
from organisations.consent import NAMED, What
from organisations.models import Round
from organisations.scoping import body_scope

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many companies were newly counted, how many wait for more, and how many blocks ended."""

    counted: int
    waiting: int
    ended: int


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
        # Two at once in a network would seal one submission twice, or compare without seeing what the other compares:
        # the second waits. Nobody else does: rows that name the rounds can be written meanwhile.
        body_id = Round.objects.get(pk=round_id).body_id
        locked = Round.objects.select_for_update(no_key=True).filter(body=body_id).order_by("pk")
        within = next(one for one in locked if one.pk == round_id)
        with body_scope(within.body_id):
            ended = _end_blocks(within) + end_comparisons(within)
            over = within.closes_on < timezone.localdate()
            counted = waiting = 0
            for kind, rows in _waiting(within).items():
                enough = rule().run if at_once or over else max(settings.COHORT_WAIT_FOR, rule().run)
                if len(rows) < enough:
                    waiting += len(rows)
                    continue
                _seal(within, kind, rows)
                counted += len(rows)
            compare(within)
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
    members = [Member(row.organisation_id, facts_of(row), values_of(row.scores, catalog.axes)) for row in rows]
    serial = Block.objects.filter(round=within).aggregate(last=Max("serial"))["last"] or 0
    named = kind == Block.Kind.ANSWERS
    groups: dict[str, list[str]] = (
        {one.id: [question.id for question in one.questions] for one in catalog.sections()}
        if named
        else {axis.id: [question.id for question in axis.questions()] for axis in catalog.axes}
    )
    for group in form(members, rule()):
        serial += 1
        made = seal(group, rule(), serial=serial, groups=groups, spread=not named)
        block = Block.objects.create(
            body_id=within.body_id,
            round=within,
            serial=serial,
            kind=kind,
            size=made.size,
            label={name: sorted(values) for name, values in made.label.items()},
            totals={name: [one.n, str(one.points), str(one.most), str(one.least)] for name, one in made.totals.items()},
            runs={name: [[run.n, str(run.points)] for run in found] for name, found in made.runs.items()},
        )
        runs = {axis: runs_of(group, axis, [run.n for run in found]) for axis, found in made.runs.items()}
        BlockMember.objects.bulk_create(
            BlockMember(
                block=block,
                round=within,
                body_id=within.body_id,
                organisation_id=one.id,
                submission_id=by_id[one.id].submission_id,
                runs={axis: numbers[one.id] for axis, numbers in runs.items() if one.id in numbers},
            )
            for one in group
        )


# --- ending -----------------------------------------------------------------------------------------------------------


def _end_blocks(within: Round) -> int:
    """Empty the blocks of which a company left: pages pass over them already, here the sums go too."""
    found = standing(within)
    dead = [block for block in Block.objects.filter(round=within, ended_at__isnull=True) if block.pk not in found]
    for block in dead:
        block.totals = {name: [n, "0", "0", "0"] for name, (n, *_points) in block.totals.items()}
        block.runs = {axis: [[n, "0"] for n, _points in found] for axis, found in block.runs.items()}
        block.ended_at = timezone.now()
        block.save(update_fields=["totals", "runs", "ended_at"])
    return len(dead)
