"""Counting while others count, revoke or name themselves, on real connections; on PostgreSQL (tests/conftest.py)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from cohorts import counting
from cohorts import figures as module
from cohorts.counting import Outcome, count_companies
from cohorts.models import Block, BlockMember
from organisations.consent import What
from organisations.models import Round
from tests.cohorts.networks import Network

pytestmark = pytest.mark.django_db(transaction=True)

Start = Callable[[Callable[[], Any]], Future[Any]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Run something in a thread of its own, on a connection of its own."""
    with ThreadPoolExecutor(4) as pool:

        def alone(work: Callable[[], Any]) -> Any:
            try:
                return work()
            finally:
                connection.close()

        yield lambda work: pool.submit(alone, work)


@pytest.fixture
def within(net: Network) -> Round:
    return net.round()


def held_up(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Whoever seals first says so, and waits until it may go on."""
    arrived, go_on = threading.Event(), threading.Event()
    real = counting._seal

    def seal(*given: Any) -> None:
        if not arrived.is_set():
            arrived.set()
            assert go_on.wait(20)
        real(*given)

    monkeypatch.setattr(counting, "_seal", seal)
    return arrived, go_on


def test_of_two_counts_at_once_one_seals_and_the_other_finds_nothing_left(
    net: Network, within: Round, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    net.companies(9, What.STATISTICS)
    arrived, go_on = held_up(monkeypatch)
    first = start(lambda: count_companies(within.pk))
    assert arrived.wait(20)
    second = start(lambda: count_companies(within.pk, at_once=True))
    with pytest.raises(TimeoutError):
        second.result(0.5)
    go_on.set()
    assert first.result(20) == Outcome(counted=9, waiting=0, ended=0)
    assert second.result(20) == Outcome(counted=0, waiting=0, ended=0)
    assert Block.objects.count() == 1
    assert BlockMember.unscoped.count() == 9


def test_two_rounds_of_a_network_are_counted_one_after_the_other(
    net: Network, within: Round, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They overlap: both would seal the same submissions."""
    beside = net.round()
    net.companies(9, What.STATISTICS)
    arrived, go_on = held_up(monkeypatch)
    first = start(lambda: count_companies(within.pk))
    assert arrived.wait(20)
    second = start(lambda: count_companies(beside.pk))
    with pytest.raises(TimeoutError):
        second.result(0.5)
    go_on.set()
    assert (first.result(20).counted, second.result(20).counted) == (9, 0)


@pytest.mark.parametrize("what", ["revokes", "leaves"])
def test_a_company_that_goes_while_it_is_sealed_is_not_shown(
    net: Network, within: Round, start: Start, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    people = net.companies(6, What.STATISTICS)
    arrived, go_on = held_up(monkeypatch)
    counted = start(lambda: count_companies(within.pk))
    assert arrived.wait(20)
    if what == "revokes":
        net.revoke(people[0], What.STATISTICS)
    else:
        net.leave(people[0])
    go_on.set()
    assert counted.result(20).counted == 6
    assert [block.live for block in net.figures(within).cohort.blocks] == [False]
    assert count_companies(within.pk).ended == 1


def test_a_company_that_names_itself_while_it_is_sealed_is_known_to_its_block(
    net: Network, within: Round, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = net.companies(6, What.STATISTICS)
    arrived, go_on = held_up(monkeypatch)
    counted = start(lambda: count_companies(within.pk))
    assert arrived.wait(20)
    net.share(people[0], What.SCORES, What.STATISTICS)
    go_on.set()
    assert counted.result(20).counted == 6
    figures = net.figures(within).cohort
    assert [block.seen for block in figures.blocks] == [1]
    assert [(one.id, one.counts) for one in figures.named] == [(people[0].pk, frozenset())]


def test_figures_that_are_worked_out_while_a_company_revokes_are_not_kept_for_the_moment_after(
    net: Network, within: Round, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is read first: what is worked out after it is kept under a state that never comes back."""
    people = net.companies(6, What.STATISTICS)
    net.count(within)
    arrived, go_on = threading.Event(), threading.Event()
    real = module._work_out

    def work_out(*given: Any) -> Any:
        made = real(*given)
        if not arrived.is_set():
            arrived.set()
            assert go_on.wait(20)
        return made

    module._kept.clear()
    monkeypatch.setattr(module, "_work_out", work_out)
    before = start(lambda: net.figures(within))
    assert arrived.wait(20)
    net.revoke(people[0], What.STATISTICS)
    go_on.set()
    assert [block.live for block in before.result(20).cohort.blocks] == [True]
    assert [block.live for block in net.figures(within).cohort.blocks] == [False]
