"""A network with five companies: three share their answers, one its scores, one nothing; and ways to order and make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from organisations.consent import What
from organisations.models import Body, Grant, Organisation, User
from organisations.scoping import body_scope
from reports import tasks
from reports.batches import ordering
from reports.batches.choosing import Wish
from reports.models import Batch, BatchItem
from tests.builders import make_affiliation, make_grant, make_organisation, make_submission

OPEN = ("あさひ精機", "いずみ鋳造", "うらら電子")
SCORED, SILENT = "えびす商会", "おおぞら水産"
Order = Callable[..., Batch]


def make_company(body: Body, name: str, *whats: What, submits: bool = True) -> Organisation:
    """A company of the body that submitted, and shares `whats` with it."""
    made = make_organisation(name=name, corporate_number="")
    make_affiliation(made, body)
    if submits:
        make_submission(made)
    if whats:
        make_grant(made, body, *whats)
    return made


@pytest.fixture
def companies(network: Body) -> dict[str, Organisation]:
    made = [make_company(network, name, What.ANSWERS) for name in OPEN]
    made += [make_company(network, SCORED, What.SCORES), make_company(network, SILENT)]
    return {one.name: one for one in made}


@pytest.fixture
def order(network: Body, coordinator: User, bells: list[UUID], django_capture_on_commit_callbacks: Any) -> Order:
    """Order the reports of the network, in Japanese where nothing is said."""

    def ordered(*languages: str, wish: Wish | None = None, key: UUID | None = None, body: Body | None = None) -> Batch:
        where = body or network
        with django_capture_on_commit_callbacks(execute=True), body_scope(where.pk):
            return ordering.order(
                where,
                wish or Wish(),
                languages=languages or ["ja"],
                key=key or uuid4(),
                origin="https://keian.example/",
                page="ja",
                by=coordinator,
                ring=tasks.ring_in_turn,
            )

    return ordered


def answer_bells(bells: list[UUID], most: int = 1000) -> int:
    """As a worker does: take the bells in their order until none is left. Returns how many were answered."""
    answered = 0
    while bells and answered < most:
        tasks.produce_in_turn(str(bells.pop(0)))
        answered += 1
    return answered


def now_is(batch: Batch) -> Batch:
    return Batch.objects.select_related("body").get(pk=batch.pk)


def states(batch: Batch) -> list[str]:
    return list(BatchItem.objects.filter(batch=batch).order_by("position").values_list("state", flat=True))


def revoke(company: Organisation, *whats: What) -> None:
    rows = Grant.unscoped.filter(organisation=company, revoked_at__isnull=True)
    rows.filter(what__in=[what.value for what in whats or What]).update(revoked_at=timezone.now())
