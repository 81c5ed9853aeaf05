"""Two who change a round at once, on real connections. Collected on PostgreSQL only (tests/conftest.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from cohorts import joining, listing, opening
from cohorts.models import Notice, Participant
from organisations.models import Affiliation, Body, Invitation, Organisation, Round, User
from organisations.scoping import body_scope
from tests.builders import make_affiliation, make_organisation, make_participant, make_round
from tests.cohorts.test_importing import HEAD, LINE, text

pytestmark = pytest.mark.django_db(transaction=True)

Work = Callable[[], Any]


@pytest.fixture
def preparing(network: Body) -> Round:
    return make_round(network, opened=False)


@pytest.fixture
def at_once(network: Body) -> Iterator[Callable[..., list[Any]]]:
    """Run these at the same moment, each in the network's scope on a connection of its own."""
    with ThreadPoolExecutor(4) as pool:

        def run(*works: Work) -> list[Any]:
            ready = Barrier(len(works))

            def one(work: Work) -> Any:
                try:
                    ready.wait(5)
                    with body_scope(network.pk):
                        return work()
                finally:
                    connection.close()

            begun: list[Future[Any]] = [pool.submit(one, work) for work in works]
            return [future.result(timeout=30) for future in begun]

        yield run


def ask(within: Round, by: User) -> None:
    with body_scope(within.body_id):
        opening.invite_everybody(within, origin="https://keian.example", by=by, ring=lambda: None)


def test_two_workers_take_turns_and_invite_everybody_once(
    at_once: Callable[..., list[Any]],
    preparing: Round,
    network: Body,
    coordinator: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(opening, "CHUNK", 2)
    for number in range(9):
        make_participant(preparing)
        make_affiliation(make_organisation(name=f"会員{number}", corporate_number=""), network)
    ask(preparing, coordinator)
    done = at_once(opening.go_on, opening.go_on, opening.go_on)
    assert sum(done) == 18
    assert Invitation.unscoped.count() == 9
    assert Notice.objects.count() == Participant.unscoped.count() == 18
    preparing.refresh_from_db()
    assert preparing.opened_at is not None


def test_two_people_who_press_at_once_open_the_round_once(
    at_once: Callable[..., list[Any]], preparing: Round, coordinator: User
) -> None:
    make_participant(preparing)

    def press() -> bool:
        return opening.invite_everybody(preparing, origin="x", by=coordinator, ring=lambda: None)

    assert sorted(at_once(press, press)) == [False, True]


def test_the_same_file_taken_twice_at_once_stands_once(
    at_once: Callable[..., list[Any]], preparing: Round, coordinator: User
) -> None:
    content = text(HEAD, LINE, "B社,,b@b.example,,,,").encode()
    taken = at_once(*[lambda: listing.take(preparing, content, "会員.csv", by=coordinator)] * 2)
    assert sorted(one.added for one in taken) == [0, 2]
    assert Participant.unscoped.count() == 2


def test_a_company_that_joins_while_its_list_is_taken_stands_once(
    at_once: Callable[..., list[Any]], preparing: Round, coordinator: User, company: Organisation, owner: User
) -> None:
    at_once(
        lambda: listing.take(preparing, text(HEAD, LINE).encode(), "会員.csv", by=coordinator),
        lambda: joining.join(preparing.join_code, company, by=owner),
    )
    (row,) = Participant.unscoped.all()
    assert row.organisation == company
    assert Affiliation.unscoped.count() == 1
