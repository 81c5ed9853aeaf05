"""Two writers at once, on real connections: the audit log stays one chain, consent stays in one state. Collected on
PostgreSQL only (tests/conftest.py): SQLite locks no rows, tests/organisations/test_audit_file.py has its writers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from organisations import sharing
from organisations.access import shared_now
from organisations.audit import Reading, Verb, record, verify
from organisations.consent import What
from organisations.models import Affiliation, AuditLine, Body, Grant, Organisation, User
from organisations.scoping import scope
from tests.builders import make_affiliation, make_grant

pytestmark = pytest.mark.django_db(transaction=True)

Work = Callable[[], Any]


@pytest.fixture
def start(company: Organisation) -> Iterator[Callable[[Work], Future[Any]]]:
    """Run something in a thread of its own, in the company's scope, on a connection of its own."""
    with ThreadPoolExecutor(8) as pool:

        def in_scope(work: Work) -> Any:
            try:
                with scope(company.pk):
                    return work()
            except Exception as error:
                return error
            finally:
                connection.close()

        yield lambda work: pool.submit(in_scope, work)


def waits(future: Future[Any]) -> bool:
    """Whether the thread is still held up a moment later."""
    time.sleep(0.3)
    return not future.done()


def give(company: Organisation, network: Body, owner: User, *whats: What) -> Work:
    today = timezone.localdate()
    return lambda: sharing.grant(company, network.pk, whats, purpose="比較", until=today, by=owner)


def test_writers_at_once_leave_one_sound_chain_although_some_give_up(
    start: Callable[[Work], Future[Any]],
) -> None:
    gate, before = threading.Barrier(4), AuditLine.objects.count()

    def write() -> None:
        gate.wait(10)
        for number in range(25):
            with transaction.atomic():
                record(Verb.READ, actor=None, what="scores")
                transaction.set_rollback(number % 5 == 4)

    assert [future.result(60) for future in [start(write) for _ in range(4)]] == [None] * 4
    assert AuditLine.objects.count() == before + 80
    assert list(verify()) == []


def test_a_check_in_the_middle_of_writing_finds_no_fault(start: Callable[[Work], Future[Any]]) -> None:
    stop = threading.Event()

    def write() -> int:
        written = 0
        while not stop.is_set():
            record(Verb.READ, actor=None, what="scores")
            written += 1
        return written

    writing = start(write)
    readings = [Reading() for _ in range(30)]
    found = [fault for reading in readings for fault in reading.faults()]
    stop.set()
    assert writing.result(20) > 0
    assert found == []
    assert readings[0].lines < readings[-1].lines


def test_a_second_writer_waits_for_the_first(start: Callable[[Work], Future[Any]]) -> None:
    with transaction.atomic():
        first = record(Verb.READ, actor=None)
        second = start(lambda: record(Verb.READ, actor=None))
        assert waits(second)
    assert second.result(20).number == first.number + 1
    assert list(verify()) == []


def test_two_consents_given_at_once_leave_one_of_them_whole(
    start: Callable[[Work], Future[Any]], company: Organisation, network: Body, owner: User
) -> None:
    make_affiliation(company, network)
    gate = threading.Barrier(2)

    def at_once(work: Work) -> Work:
        return lambda: (gate.wait(10), work())[1]

    ends = [
        future.result(20)
        for future in (
            start(at_once(give(company, network, owner, What.NOTES))),
            start(at_once(give(company, network, owner, What.SCORES))),
        )
    ]
    assert all(isinstance(end, list) for end in ends), ends
    assert shared_now(network.pk, company.pk) in ({What.SCORES}, {What.SCORES, What.ANSWERS, What.NOTES})
    assert list(verify()) == []


def test_a_consent_taken_back_while_another_is_given_waits_and_finds_its_own_ended(
    start: Callable[[Work], Future[Any]], company: Organisation, network: Body, owner: User
) -> None:
    (old,) = make_grant(company, network, What.SCORES)
    with scope(company.pk), transaction.atomic():
        give(company, network, owner, What.ANSWERS)()
        stopping = start(lambda: sharing.revoke(company, old.pk, by=owner))
        assert waits(stopping)
    assert stopping.result(20) == []
    assert shared_now(network.pk, company.pk) == {What.SCORES, What.ANSWERS}


def test_a_consent_given_while_another_is_taken_back_waits_and_stands(
    start: Callable[[Work], Future[Any]], company: Organisation, network: Body, owner: User
) -> None:
    (old,) = make_grant(company, network, What.SCORES)
    with scope(company.pk), transaction.atomic():
        assert sharing.revoke(company, old.pk, by=owner) == [What.SCORES]
        giving = start(give(company, network, owner, What.REGISTERS))
        assert waits(giving)
    assert isinstance(giving.result(20), list)
    assert shared_now(network.pk, company.pk) == {What.REGISTERS}


def test_a_consent_given_while_the_company_leaves_is_refused(
    start: Callable[[Work], Future[Any]], company: Organisation, network: Body, owner: User
) -> None:
    affiliation = make_affiliation(company, network)
    with scope(company.pk), transaction.atomic():
        sharing.end_affiliation(Affiliation.objects.get(pk=affiliation.pk), by=owner)
        giving = start(give(company, network, owner, What.SCORES))
        assert waits(giving)
    assert isinstance(giving.result(20), sharing.NotAffiliated)
    assert Grant.unscoped.count() == 0
