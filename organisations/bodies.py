"""Networks and offices: founding one, and the rounds of a network."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

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
def open_round(body: Body, *, name: str, catalog_ref: str, opens_on: dt.date, closes_on: dt.date, by: User) -> Round:
    """A round on a released version. Raises WrongDates."""
    if closes_on < opens_on:
        raise WrongDates
    made = Round.objects.create(body=body, name=name, catalog_ref=catalog_ref, opens_on=opens_on, closes_on=closes_on)
    record(Verb.ROUND_OPENED, actor=by, body=body.pk, target=made.pk)
    return made


def companies(body_id: UUID) -> QuerySet[Affiliation]:
    """The companies that belong to the body in scope, by name."""
    present = Affiliation.objects.present().filter(body_id=body_id)
    return present.select_related("organisation").order_by("organisation__name", "organisation_id")
