"""A round as its coordinator has it before them: where it stands, making one, changing its days, renewing its code."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from assessments.submitted_by import with_submitted
from cohorts.models import Participant
from cohorts.participants import OWN_WORDS
from organisations.audit import Verb, record
from organisations.bodies import make_round
from organisations.models import Affiliation, Body, Round, User
from organisations.models.bodies import new_join_code

PIECE = 500


class Stage(StrEnum):
    """Where a round stands."""

    PREPARING = "preparing"  # nobody was invited
    OPENING = "opening"  # the worker is inviting everybody
    OPEN = "open"
    OVER = "over"


class RoundOver(Exception):
    """The round's last day is over."""


class WrongDay(ValueError):
    """The last day lies before the first one, or before today."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The companies of a round by how far they are. `listed` are all of them."""

    listed: int
    invited: int
    joined: int
    submitted: int
    waiting: int
    """Companies of the list that have joined nothing and were not invited."""


def stage_of(within: Round, today: dt.date) -> Stage:
    """Until everybody was invited a round counts as not open; after its last day it is over, whatever it was."""
    if within.closes_on < today:
        return Stage.OVER
    if within.opened_at is not None:
        return Stage.OPEN
    return Stage.PREPARING if within.opening_at is None else Stage.OPENING


def uninvited(within: Round) -> QuerySet[Participant]:
    """Companies of the list that have not joined and were not invited: they can still be taken off it. In the
    network's scope."""
    return Participant.objects.filter(
        round=within, organisation__isnull=True, invited_at__isnull=True, source=Participant.Source.LIST
    )


def is_inviting(within: Round) -> bool:
    """Whether companies that came on the list of an open round are about to be invited. In the network's scope."""
    return within.opening_at is not None and uninvited(within).filter(added_at__lte=within.opening_at).exists()


def counts_of(within: Round) -> Counts:
    """One query, in the network's scope. A company that left the network has joined no longer."""
    here = Exists(Affiliation.objects.present().filter(organisation_id=OuterRef("organisation_id")))
    rows = with_submitted(Participant.objects.filter(round=within).annotate(here=here), within)
    waiting = Q(organisation__isnull=True, invited_at__isnull=True, source=Participant.Source.LIST)
    groups = list(
        rows.order_by()
        .values("here", "submitted")
        .annotate(
            all=Count("pk"),
            asked=Count("pk", filter=Q(invited_at__isnull=False)),
            waiting=Count("pk", filter=waiting),
        )
    )
    return Counts(
        listed=sum(group["all"] for group in groups),
        invited=sum(group["asked"] for group in groups),
        joined=sum(group["all"] for group in groups if group["here"]),
        submitted=sum(group["all"] for group in groups if group["here"] and group["submitted"]),
        waiting=sum(group["waiting"] for group in groups),
    )


def not_entered(within: Round) -> QuerySet[Affiliation]:
    """Companies of the network that do not stand in the round: they enter it when it opens. In the network's scope."""
    standing = Participant.objects.filter(round=within, organisation__isnull=False).values("organisation_id")
    here: QuerySet[Affiliation] = Affiliation.objects.present().filter(body_id=within.body_id)
    return here.exclude(organisation_id__in=standing)


# --- making and changing ----------------------------------------------------------------------------------------------


@transaction.atomic
def make(body: Body, *, take_over: Round | None = None, by: User, **given: Any) -> Round:
    """A round that nobody is invited to yet, with the list of an earlier one where `take_over` names it. In the
    network's scope. Raises organisations.bodies.WrongDates."""
    made = make_round(body, by=by, **given)
    if take_over is not None:
        copied = _copy_list(take_over, into=made)
        record(Verb.LIST_CHANGED, actor=by, body=body.pk, target=made.pk, added=copied, of=str(take_over.pk))
    return made


def _copy_list(earlier: Round, *, into: Round) -> int:
    """Who was on the list of an earlier round and has not left the network since. Returns how many."""
    left = Q(organisation__isnull=False) & ~Q(
        organisation_id__in=Affiliation.objects.present().values("organisation_id")
    )
    rows = Participant.objects.filter(round=earlier).exclude(left).exclude(organisation__isnull=True, email="")
    copies = [
        Participant(
            body_id=into.body_id,
            round=into,
            organisation_id=row.organisation_id,
            source=Participant.Source.MEMBER if row.organisation_id else Participant.Source.LIST,
            joined_at=row.joined_at,
            **{name: getattr(row, name) for name in ("email", *OWN_WORDS)},
        )
        for row in rows
    ]
    Participant.objects.bulk_create(copies, batch_size=PIECE)
    return len(copies)


@transaction.atomic
def change(
    within: Round, *, closes_on: dt.date, hour_from: int, hour_until: int, weekdays_only: bool, by: User
) -> Round:
    """Another last day (a round that is over goes on), other hours of mail. Raises WrongDay."""
    found = Round.objects.select_for_update().get(pk=within.pk)
    moved = closes_on != found.closes_on
    if closes_on < found.opens_on or (moved and closes_on < timezone.localdate()):
        raise WrongDay
    found.closes_on, found.hour_from, found.hour_until = closes_on, hour_from, hour_until
    found.weekdays_only = weekdays_only
    found.save(update_fields=["closes_on", "hour_from", "hour_until", "weekdays_only"])
    record(Verb.ROUND_CHANGED, actor=by, body=found.body_id, target=found.pk, closes_on=closes_on.isoformat())
    return found


@transaction.atomic
def renew_code(within: Round, *, by: User) -> str:
    """A new code; the one before opens nothing from now on."""
    code = new_join_code()
    Round.objects.filter(pk=within.pk).update(join_code=code)
    record(Verb.ROUND_CHANGED, actor=by, body=within.body_id, target=within.pk, code=True)
    return code
