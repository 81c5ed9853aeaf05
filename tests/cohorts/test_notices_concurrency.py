"""Two who send or remind at once, on real connections. Collected on PostgreSQL only (tests/conftest.py)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from cohorts import notices, reminding
from cohorts.models import Notice, Reminder
from cohorts.notices import send_due
from organisations.models import AuditLine, Body, Round, User
from organisations.scoping import body_scope
from tests.builders import make_round
from tests.cohorts.test_notices import invited, waiting

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[], Any]
WORKERS = 4
HERE = "https://keian.example/"


@pytest.fixture
def within(network: Body) -> Round:
    return make_round(network, weekdays_only=False, hour_from=0, hour_until=24)


@pytest.fixture
def at_once() -> Iterator[Callable[[Work], list[Any]]]:
    """Run this in several threads at the same moment, each on a connection of its own; what was raised is returned."""
    with ThreadPoolExecutor(WORKERS) as pool:

        def run(work: Work) -> list[Any]:
            gate = Barrier(WORKERS)

            def one() -> Any:
                try:
                    gate.wait(10)
                    return work()
                except Exception as error:
                    return error
                finally:
                    connection.close()

            return [future.result(60) for future in [pool.submit(one) for _worker in range(WORKERS)]]

        yield run


def test_of_several_workers_at_once_each_mail_is_sent_by_one(
    at_once: Callable[[Work], list[Any]], within: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "SECONDS_A_RUN", 300.0)
    for _one in range(12):
        waiting(invited(within))
    runs = at_once(send_due)
    assert sum(run.sent for run in runs) == 12, runs
    sent = Counter(one.to[0] for one in mail.outbox)
    assert len(sent) == 12
    assert set(sent.values()) == {1}
    assert set(Notice.objects.values_list("status", flat=True)) == {Notice.Status.SENT}


def test_of_several_workers_at_once_one_begins_a_planned_reminder(
    at_once: Callable[[Work], list[Any]], within: Round
) -> None:
    for _one in range(5):
        invited(within)
    Reminder.objects.create(body_id=within.body_id, round=within, on=timezone.localdate())
    runs = at_once(send_due)
    send_due()  # who began may have found nothing to send, if the others were at it
    assert sum(run.begun for run in runs) == 1, runs
    assert Notice.objects.count() == len(mail.outbox) == 5
    assert AuditLine.objects.filter(verb="reminded").count() == 1


def test_a_form_that_arrives_several_times_at_once_reminds_once(
    at_once: Callable[[Work], list[Any]], within: Round, coordinator: User
) -> None:
    one, key = invited(within), uuid.uuid4()

    def press() -> int:
        with body_scope(within.body_id):
            return reminding.remind_now(within, words="", key=key, origin=HERE, by=coordinator, ring=list)

    assert sorted(at_once(press)) == [0, 0, 0, 1]
    assert list(Notice.objects.values_list("participant", flat=True)) == [one.pk]


def test_of_several_coordinators_who_press_at_once_one_reminds_and_the_others_are_told(
    at_once: Callable[[Work], list[Any]], within: Round, coordinator: User
) -> None:
    invited(within)

    def press() -> int:
        with body_scope(within.body_id):
            return reminding.remind_now(within, words="", key=uuid.uuid4(), origin=HERE, by=coordinator, ring=list)

    ends = at_once(press)
    assert ends.count(1) == 1
    assert sum(isinstance(end, reminding.JustSent) for end in ends) == WORKERS - 1, ends
    assert Notice.objects.count() == 1


def test_a_form_that_arrives_several_times_at_once_plans_once(
    at_once: Callable[[Work], list[Any]], within: Round, coordinator: User
) -> None:
    day, key = timezone.localdate() + dt.timedelta(days=3), uuid.uuid4()
    ends = at_once(lambda: reminding.plan(within, [day], words="", key=key, origin=HERE, by=coordinator))
    assert len({end[0].pk for end in ends}) == 1, ends
    assert Reminder.objects.count() == 1


def test_of_several_who_plan_the_same_day_at_once_one_does_and_the_others_are_told(
    at_once: Callable[[Work], list[Any]], within: Round, coordinator: User
) -> None:
    day = timezone.localdate() + dt.timedelta(days=3)
    ends = at_once(lambda: reminding.plan(within, [day], words="", key=uuid.uuid4(), origin=HERE, by=coordinator))
    assert sum(isinstance(end, reminding.DayTaken) for end in ends) == WORKERS - 1, ends
    assert Reminder.objects.count() == 1


def test_a_mail_is_claimed_before_it_is_sent_for_everybody_to_see(
    within: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim is committed: another connection sees it while the mail is under way."""
    waiting(invited(within))
    seen: list[str] = []

    def look(*args: Any, **kwargs: Any) -> None:
        with ThreadPoolExecutor(1) as pool:
            seen.append(pool.submit(status_elsewhere).result(10))

    def status_elsewhere() -> str:
        try:
            return Notice.objects.get().status
        finally:
            connection.close()

    monkeypatch.setattr("cohorts.notices.post", look)
    send_due()
    assert not transaction.get_connection().in_atomic_block
    assert seen == [Notice.Status.SENDING]
