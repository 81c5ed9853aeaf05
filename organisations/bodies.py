"""Networks and offices: founding one, and the rounds of a network."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from organisations.audit import Verb, record
from organisations.models import Affiliation, Body, Round, User
from organisations.policy import BodyKind


class WrongDates(ValueError):
    """A round ends before it begins."""


@transaction.atomic
def found_body(*, kind: BodyKind, name: str, by: User | None) -> Body:
    """A new network or office; its people are invited. A name stands once (IntegrityError)."""
    body = Body.objects.create(kind=kind.value, name=name)
    record(Verb.BODY_MADE, actor=by, body=body.pk, kind=kind.value)
    return body


@transaction.atomic
def make_round(
    body: Body, *, name: str, catalog_ref: str, opens_on: dt.date, closes_on: dt.date, by: User, **hours: Any
) -> Round:
    """A round on a released version, to which nobody is invited yet. `hours`: when its mails may be sent (`hour_from`,
    `hour_until`, `weekdays_only`). Raises WrongDates."""
    if closes_on < opens_on:
        raise WrongDates
    days = {"opens_on": opens_on, "closes_on": closes_on}
    made = Round.objects.create(body=body, name=name, catalog_ref=catalog_ref, **days, **hours)
    record(Verb.ROUND_MADE, actor=by, body=body.pk, target=made.pk)
    return made


def open_rounds() -> QuerySet[Round]:
    """The rounds that the company in scope takes part in now: those of its networks that were opened and have not
    ended, the one that ends first before the others."""
    theirs = Affiliation.objects.present().values("body_id")
    under_way = Round.objects.filter(body_id__in=theirs, opened_at__isnull=False, closes_on__gte=timezone.localdate())
    return under_way.select_related("body").order_by("closes_on", "pk")


def companies(body_id: UUID) -> QuerySet[Affiliation]:
    """The companies that belong to the body in scope, by name."""
    present = Affiliation.objects.present().filter(body_id=body_id)
    return present.select_related("organisation").order_by("organisation__name", "organisation_id")
