"""What one share carries with it, what ends with it, and for how long it may last."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organisations.consent import (
    COUNTED,
    LONGEST_DAYS,
    NAMED,
    NEEDS,
    InvalidTerm,
    What,
    check_term,
    offered,
    with_dependants,
    with_needs,
)

pytestmark = pytest.mark.pure

TODAY = dt.date(2026, 11, 26)
kinds = st.sets(st.sampled_from(What))


@pytest.mark.parametrize(
    ("chosen", "shared"),
    [
        ([], set()),
        ([What.SCORES], {What.SCORES}),
        ([What.ANSWERS], {What.ANSWERS, What.SCORES}),
        ([What.NOTES], {What.NOTES, What.ANSWERS, What.SCORES}),
        ([What.REGISTERS], {What.REGISTERS}),
        ([What.STATISTICS], {What.STATISTICS}),
        ([What.REGISTERS, What.SCORES], {What.REGISTERS, What.SCORES}),
    ],
)
def test_what_cannot_be_understood_alone_brings_what_it_needs(chosen: list[What], shared: set[What]) -> None:
    assert with_needs(chosen) == shared


@pytest.mark.parametrize(
    ("revoked", "ended"),
    [
        (What.SCORES, {What.SCORES, What.ANSWERS, What.NOTES}),
        (What.ANSWERS, {What.ANSWERS, What.NOTES}),
        (What.NOTES, {What.NOTES}),
        (What.REGISTERS, {What.REGISTERS}),
        (What.STATISTICS, {What.STATISTICS}),
    ],
)
def test_what_rests_on_something_ends_with_it(revoked: What, ended: set[What]) -> None:
    assert with_dependants(revoked) == ended


@given(kinds)
def test_nothing_that_was_chosen_is_lost_and_choosing_again_adds_nothing(chosen: set[What]) -> None:
    shared = with_needs(chosen)
    assert shared >= chosen
    assert with_needs(shared) == shared


@given(kinds, kinds)
def test_choosing_more_never_shares_less(some: set[What], more: set[What]) -> None:
    assert with_needs(some | more) == with_needs(some) | with_needs(more)


@given(kinds, st.sampled_from(What))
def test_what_is_left_after_taking_one_back_can_stand_alone(chosen: set[What], revoked: What) -> None:
    left = with_needs(chosen) - with_dependants(revoked)
    assert revoked not in left
    assert with_needs(left) == left


def test_every_kind_says_what_it_needs() -> None:
    assert NEEDS.keys() == set(What)


def test_to_be_counted_is_asked_by_networks_alone() -> None:
    assert set(offered(network=True)) == set(What)
    assert set(offered(network=False)) == set(What) - {What.STATISTICS}


def test_whoever_shares_by_name_is_counted_and_whoever_is_counted_need_not_share_by_name() -> None:
    assert NAMED < COUNTED
    assert {What.STATISTICS} == COUNTED - NAMED
    assert {What.NOTES, What.REGISTERS}.isdisjoint(COUNTED)


@pytest.mark.parametrize("days", [0, 1, 365, LONGEST_DAYS])
def test_a_term_may_end_today_and_within_three_years(days: int) -> None:
    check_term(TODAY + dt.timedelta(days=days), TODAY)


@pytest.mark.parametrize("days", [-1, -400, LONGEST_DAYS + 1, 40_000])
def test_a_term_in_the_past_or_beyond_three_years_is_refused(days: int) -> None:
    with pytest.raises(InvalidTerm):
        check_term(TODAY + dt.timedelta(days=days), TODAY)
