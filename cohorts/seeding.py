"""A network full of fictional companies that took part in several rounds: for demonstrations, tests and measuring.

Rows are made as the services would have left them, many at a time: no mail is sent, nobody is given an account, and the
audit log tells of the rounds alone. Ids come from the seed, so the same seed gives the same rows.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from assessments.parallel import cores, in_order
from cohorts.counting import count_companies
from cohorts.models import Notice, Participant
from cohorts.participants import enter_all
from cohorts.plausible import USUAL, Habits, company, dice
from cohorts.rounds import not_entered
from cohorts.seeded_rows import Order, Rows, Window, id_of, rows_of
from organisations.audit import Verb, record
from organisations.models import Body, Organisation, Round
from organisations.models.bodies import CODE_LENGTH, CODE_SIGNS
from organisations.scoping import body_scope

PIECE = 50
WORTH_A_PROCESS = 200
"""Companies: fewer are made sooner than another process is there."""
BEGAN, ENDS = dt.timedelta(days=120), dt.timedelta(days=60)
"""How long ago the round that is under way began, and in how many days it ends."""
APART, PAUSE = dt.timedelta(days=210), dt.timedelta(days=80)
"""A round begins so long before the next one, and ends so long before it."""
NAMES = ("今回（見本）", "前回（見本）", "前々回（見本）")
MOST_ROUNDS = 8
DATED = {
    "organisations": "created_at",
    "affiliations": "since",
    "invitations": "created_at",
    "participants": "added_at",
}
DATED |= {"assessments": "created_at", "grants": "granted_at"}
"""Columns that the database would fill with the moment of seeding."""


class SeedTaken(Exception):
    """The network has companies of another seed with the same numbers."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """How many companies were made, how many stood already, and the rounds, the earliest first."""

    made: int
    standing: int
    rounds: tuple[Round, ...]


def seed_into(
    body: Body,
    companies: int,
    seed: int,
    rounds: int,
    catalog_ref: str,
    *,
    habits: Habits = USUAL,
) -> Seeded:
    """Fill a network with `companies` of a seed, in `rounds` rounds, and count them. What stands already stays as it
    is: another time makes what is missing, and changes nothing where nothing is missing.

    The last round is the one that is under way on this version, where there is one; companies that belong to the
    network already stand in it afterwards. Raises SeedTaken, and ValueError for more companies or rounds than can be
    made.
    """
    if not 1 <= rounds <= MOST_ROUNDS:
        raise ValueError(f"1 to {MOST_ROUNDS} rounds, not {rounds}")
    company(seed, companies - 1)
    space = uuid.uuid5(uuid.NAMESPACE_URL, f"keian-karte/seed_cohort/{body.name}/{seed}")
    missing = _missing(body, space, seed, companies)
    with transaction.atomic():
        found = _rounds(body, space, seed, rounds, catalog_ref, make=bool(missing))
        if missing:
            _enter_members(body, found[-1])
    if missing:
        order = Order(space, seed, body.pk, catalog_ref, tuple(_window(one) for one in found), habits)
        pieces = ((order, missing[start : start + PIECE]) for start in range(0, len(missing), PIECE))
        processes = min(cores(), 1 + len(missing) // WORTH_A_PROCESS)
        for rows in in_order(rows_of, pieces, processes=processes):
            _save(rows)
        for one in found:
            count_companies(one.pk, at_once=True)
    return Seeded(len(missing), companies - len(missing), found)


def _missing(body: Body, space: UUID, seed: int, companies: int) -> list[int]:
    """The numbers of those that are not there. Every company stands in the last round."""
    rows = Participant.unscoped.filter(body=body)
    of_first = {id_of(space, "participant", 0, back) for back in range(MOST_ROUNDS)}
    if rows.filter(corporate_number=company(seed, 0).corporate_number).exclude(pk__in=of_first).exists():
        raise SeedTaken(seed)
    own = {number: id_of(space, "participant", number, 0) for number in range(companies)}
    standing = set(rows.values_list("pk", flat=True))
    return [number for number, pk in own.items() if pk not in standing]


# --- rounds -----------------------------------------------------------------------------------------------------------


def _rounds(body: Body, space: UUID, seed: int, rounds: int, catalog_ref: str, *, make: bool) -> tuple[Round, ...]:
    """The rounds, the earliest first; those that are missing are made, or left out."""
    today = timezone.localdate()
    ids = [uuid.uuid5(space, f"round/{back}") for back in range(rounds)]
    standing = {one.pk: one for one in Round.objects.filter(body=body, pk__in=ids)}
    under_way = Round.objects.filter(body=body, catalog_ref=catalog_ref, opens_on__lte=today, closes_on__gte=today)
    last = standing.get(ids[0]) or under_way.order_by("opens_on").first()
    found = [] if last is None else [last]
    opens_on = today - BEGAN if last is None else last.opens_on
    for back in range(len(found), rounds):
        begins = opens_on - back * APART
        one = standing.get(ids[back])
        if one is None and make:
            one = Round(
                id=ids[back],
                body=body,
                name=NAMES[back] if back < len(NAMES) else f"{back}回前（見本）",
                catalog_ref=catalog_ref,
                opens_on=begins,
                closes_on=begins + APART - PAUSE if back else today + ENDS,
                join_code="".join(dice(seed, back, body.name).choices(CODE_SIGNS, k=CODE_LENGTH)),
            )
            one.save(force_insert=True)
            record(Verb.ROUND_MADE, actor=None, body=body.pk, target=one.pk)
        if one is not None:
            found.append(one)
    if make:
        _open(found)
    return tuple(reversed(found))


def _open(rounds: Iterable[Round]) -> None:
    """They count as opened: everybody on their lists was invited."""
    for one in rounds:
        if one.opened_at is None:
            one.opening_at = one.opened_at = _window(one).at(0)
            one.save(update_fields=["opening_at", "opened_at"])


def _window(one: Round) -> Window:
    now = timezone.now()
    return Window(one.pk, one.opens_on, (min(timezone.localdate(now), one.closes_on) - one.opens_on).days, now)


def _enter_members(body: Body, last: Round) -> None:
    with body_scope(body.pk):
        members = [one.organisation for one in not_entered(last).select_related("organisation")]
        enter_all(last, members, source=Participant.Source.MEMBER)


# --- saving -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def _save(rows: Rows) -> None:
    for one in fields(rows):
        found: list[Any] = getattr(rows, one.name)
        if found:
            _add(found, DATED.get(one.name))


def _add(rows: list[Any], dated: str | None) -> None:
    model = type(rows[0])
    manager: models.Manager[Any] = model.objects if model in {Organisation, Notice} else model.unscoped
    when = [getattr(row, dated) for row in rows] if dated else []
    manager.bulk_create(rows)
    if dated:
        for row, at in zip(rows, when, strict=True):
            setattr(row, dated, at)
        manager.bulk_update(rows, [dated])
