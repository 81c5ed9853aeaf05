"""What a meeting should be about, whom it brings together, who sits with whom, and how long each part lasts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.scoring.cohort import Cohort, Named
from assessments.scoring.suppression import Block, Rule, Total
from cohorts.workshops.agenda import LENGTHS, MOST_TOPICS, clock, ends_on_another_day, timetable
from cohorts.workshops.planning import Candidate, invitations, needs, strength, topics_by_need
from cohorts.workshops.tables import Guest, Trade, competitors, fewest_tables, fill, most_tables, seat, trade_of
from guidance.catalog import Catalog
from tests.catalogs import make_axis, make_catalog, make_question, make_section

pytestmark = pytest.mark.pure

careful = settings(deadline=None, max_examples=60)

FACTS = {"industry": "E", "sales_band": "1b-4b", "prefecture": "22", "size": "51-100"}
STEEL: Trade = ("E", "22")
WOOD: Trade = ("A", "22")


def catalog() -> Catalog:
    """Two sections of one axis, the second of three times the weight, and one of another axis."""
    return make_catalog(
        make_axis(
            make_section("A.light", make_question("L1")),
            make_section("A.heavy", make_question("H1"), weight=3),
        ),
        make_axis(make_section("G.only", make_question("G1")), name="governance"),
    )


def ids(number: int) -> UUID:
    return UUID(int=number)


def candidate(number: int, trade: Trade | None = None, **points: int) -> Candidate:
    known = {name.replace("_", "."): Fraction(value) for name, value in points.items()}
    return Candidate(ids(number), f"会社{number:03}", trade, known)


def cohort_of(*companies: Candidate) -> Cohort:
    """The same companies as the figures know them: each by name."""
    return Cohort((), tuple(Named(one.id, FACTS, one.points) for one in companies))


# --- topics -----------------------------------------------------------------------------------------------------------


def test_the_section_with_most_to_gain_comes_first() -> None:
    companies = [candidate(1, A_light=20, A_heavy=30, G_only=40), candidate(2, A_light=20, A_heavy=30, G_only=40)]
    found = needs(catalog(), cohort_of(*companies).group(), companies)
    assert [(need.section.id, need.gain) for need in found] == [
        ("G.only", Fraction(60)),  # 60 points are missing in the only section of its axis
        ("A.heavy", Fraction(70 * 3, 4)),
        ("A.light", Fraction(80, 4)),
    ]
    assert topics_by_need(found, 2) == ("G.only", "A.heavy")


def test_a_section_of_mixed_strength_comes_before_one_where_nobody_can_tell() -> None:
    companies = [candidate(1, A_light=20, A_heavy=30, G_only=0), candidate(2, A_light=80, A_heavy=30, G_only=0)]
    found = needs(catalog(), cohort_of(*companies).group(), companies)
    assert [need.section.id for need in found] == ["A.light", "G.only", "A.heavy"]
    assert (found[0].weak, found[0].middle, found[0].strong) == (1, 0, 1)
    assert found[0].mixed
    assert not found[1].mixed


def test_a_section_that_may_not_be_shown_is_no_topic() -> None:
    # Six unnamed companies are counted, but a section that one of them alone was asked has no figure.
    label = {name: frozenset({value}) for name, value in FACTS.items()}
    totals = {"A.light": Total(6, Fraction(300)), "A.heavy": Total(1, Fraction(25))}
    cohort = Cohort((Block(1, 6, label, totals, {}),), (), Rule(5))
    found = needs(catalog(), cohort.group(), [])
    assert [need.mean is not None for need in found] == [True, False, False]
    assert topics_by_need(found, 3) == ("A.light",)


@pytest.mark.parametrize(
    ("points", "said"),
    [(0, "weak"), (Fraction(3999, 100), "weak"), (40, "middle"), (59, "middle"), (60, "strong"), (100, "strong")],
)
def test_weak_and_strong_begin_where_stages_do(points: Fraction, said: str) -> None:
    assert strength(Fraction(points)) == said


# --- companies --------------------------------------------------------------------------------------------------------


def test_the_strongest_and_the_weakest_are_invited_together() -> None:
    companies = [candidate(number, T=points) for number, points in enumerate([10, 20, 35, 50, 65, 90], start=1)]
    assert invitations(companies, ["T"], 3) == (ids(6), ids(1), ids(2))
    # Six seats: then the next of each, and at last the one in between.
    assert invitations(companies, ["T"], 6) == (ids(6), ids(1), ids(2), ids(5), ids(3), ids(4))


def test_each_topic_has_its_turn() -> None:
    companies = [candidate(1, S=90, T=50), candidate(2, S=50, T=90), candidate(3, S=10), candidate(4, T=10)]
    assert set(invitations(companies, ["S", "T"], 4)) == {one.id for one in companies}
    assert invitations(companies, ["S", "T"], 2) == (ids(1), ids(2))


def test_who_shares_nothing_of_the_topics_is_not_proposed() -> None:
    assert invitations([candidate(1, other=10), candidate(2), candidate(3, T=10)], ["T"], 10) == (ids(3),)


def test_of_one_trade_in_one_prefecture_no_more_are_proposed_than_there_can_be_tables() -> None:
    companies = [candidate(number, STEEL, T=number) for number in range(1, 30)]
    # Alone among themselves there is one table, and so one company.
    assert len(invitations(companies, ["T"], 20)) == 1
    assert len(invitations(companies, ["T"], 20, together=True)) == 20
    others = [candidate(number, T=number) for number in range(30, 60)]
    chosen = invitations([*companies, *others], ["T"], 20)
    assert len(chosen) == 20
    assert sum(1 for one in companies if one.id in chosen) <= most_tables(20)


@careful
@given(
    st.lists(st.tuples(st.sampled_from([None, STEEL, WOOD]), st.none() | st.integers(0, 100)), max_size=40),
    st.integers(4, 30),
    st.booleans(),
)
def test_a_proposal_fits_the_seats_names_nobody_twice_and_can_be_seated_apart(
    drawn: list[tuple[Trade | None, int | None]], seats: int, together: bool
) -> None:
    companies = [
        candidate(number, trade, **({} if points is None else {"T": points}))
        for number, (trade, points) in enumerate(drawn)
    ]
    chosen = invitations(companies, ["T"], seats, together=together)
    assert chosen == invitations(companies[::-1], ["T"], seats, together=together)
    assert len(chosen) == len(set(chosen)) <= seats
    by_id = {one.id: one for one in companies}
    assert all("T" in by_id[name].points for name in chosen)
    if together:
        assert len(chosen) == min(seats, sum(1 for one in companies if one.points))
    else:
        tables = seat([Guest(name, by_id[name].trade) for name in chosen])
        assert not pairs_of(tables, {name: by_id[name].trade for name in chosen})


# --- tables -----------------------------------------------------------------------------------------------------------

strengths = st.dictionaries(st.sampled_from(["S", "T"]), st.sampled_from(["weak", "middle", "strong"]))


@st.composite
def guest_lists(draw: st.DrawFn, most: int = 30) -> list[Guest]:
    trades = st.none() | st.tuples(st.sampled_from("EI"), st.sampled_from(["22", "23"]))
    drawn = draw(st.lists(st.tuples(trades, strengths), max_size=most))
    return [Guest(ids(number), trade, known) for number, (trade, known) in enumerate(drawn)]


def pairs_of(tables: Sequence[Sequence[UUID]], trades: Mapping[UUID, Trade | None]) -> int:
    return sum(
        1
        for table in tables
        for one, other in combinations(table, 2)
        if trades[one] is not None and trades[one] == trades[other]
    )


def every_seating(guests: list[UUID], sizes: list[int]) -> Iterator[list[tuple[UUID, ...]]]:
    """Every way to put these at tables of these sizes."""
    if not sizes:
        yield []
        return
    for table in combinations(guests, sizes[0]):
        rest = [one for one in guests if one not in table]
        for others in every_seating(rest, sizes[1:]):
            yield [table, *others]


@careful
@given(guest_lists(), st.booleans())
def test_everybody_sits_at_exactly_one_table_of_four_to_six(guests: list[Guest], together: bool) -> None:
    tables = seat(guests, together=together)
    assert Counter(name for table in tables for name in table) == Counter(one.id for one in guests)
    sizes = [len(table) for table in tables]
    assert not sizes or max(sizes) - min(sizes) <= 1
    if len(guests) >= 4 and len(guests) != 7:
        assert all(4 <= size <= 6 for size in sizes)
    assert tables == seat(guests[::-1], together=together)


@careful
@given(guest_lists(most=9))
def test_competitors_sit_apart_wherever_that_is_possible_at_all(guests: list[Guest]) -> None:
    trades = {one.id: one.trade for one in guests}
    best = min(
        (
            pairs_of(seating, trades)
            for count in range(fewest_tables(len(guests)), most_tables(len(guests)) + 1)
            if count
            for seating in every_seating(list(trades), [len(guests[number::count]) for number in range(count)])
        ),
        default=0,
    )
    found = seat(guests)
    assert pairs_of(found, trades) == best
    by_id = {one.id: one for one in guests}
    assert len(competitors([[by_id[name] for name in table] for table in found])) == best


def test_more_tables_are_laid_where_that_keeps_competitors_apart() -> None:
    guests = [Guest(ids(number), STEEL if number < 3 else None) for number in range(12)]
    assert [len(table) for table in seat(guests)] == [4, 4, 4]
    assert [len(table) for table in seat(guests, together=True)] == [6, 6]


def test_those_who_can_tell_are_spread_over_the_tables() -> None:
    guests = [Guest(ids(number), None, {"T": "strong" if number < 4 else "weak"}) for number in range(20)]
    tables = seat(guests)
    assert [sum(1 for name in table if name.int < 4) for table in tables] == [1, 1, 1, 1]


def test_a_company_of_which_trade_or_place_is_not_known_is_nobodys_competitor() -> None:
    assert trade_of("E", "") is None
    assert trade_of("", "22") is None
    assert trade_of("E", "22") == STEEL
    assert competitors([[Guest(ids(1)), Guest(ids(2))]]) == ()


@careful
@given(guest_lists(), st.dictionaries(st.integers(0, 30), st.integers(1, 6)))
def test_who_comes_later_gets_a_table_and_nobody_else_moves(guests: list[Guest], drawn: dict[int, int]) -> None:
    fixed = {ids(number): table for number, table in drawn.items()}
    at = fill(guests, fixed)
    assert set(at) == {one.id for one in guests}
    assert all(at[name] == number for name, number in fixed.items() if name in at)
    assert all(number >= 1 for number in at.values())


def test_who_comes_later_sits_where_there_is_room() -> None:
    guests = [Guest(ids(number), STEEL if number in (7, 8) else None) for number in range(9)]
    fixed = {ids(number): 1 if number < 6 else 2 for number in range(8)}
    assert fill(guests, fixed)[ids(8)] == 2  # beside a competitor, for the other table has six


def test_who_comes_later_does_not_sit_with_a_competitor() -> None:
    guests = [Guest(ids(1), STEEL), Guest(ids(2)), Guest(ids(3)), Guest(ids(4)), Guest(ids(5), STEEL)]
    fixed = {ids(1): 1, ids(2): 2, ids(3): 2, ids(4): 2}
    assert fill(guests, fixed)[ids(5)] == 2
    assert fill(guests, fixed, together=True)[ids(5)] == 1


# --- the timetable ----------------------------------------------------------------------------------------------------

EVERY_MEETING = [(minutes, topics) for minutes in LENGTHS for topics in range(1, MOST_TOPICS + 1)]


@pytest.mark.parametrize(("minutes", "topics"), EVERY_MEETING)
def test_the_parts_add_up_to_the_length_that_was_chosen(minutes: int, topics: int) -> None:
    slots = timetable(minutes, topics)
    assert sum(slot.minutes for slot in slots) == minutes
    assert all(slot.minutes >= 5 and slot.minutes % 5 == 0 for slot in slots)
    assert [slot.part for slot in slots[:2]] == ["opening", "caution"]
    assert [slot.part for slot in slots[-2:]] == ["sharing", "closing"]
    for topic in range(topics):
        assert [slot.part for slot in slots if slot.topic == topic] == ["why", "talk", "tables"]
    assert sum(slot.part == "break" for slot in slots) == (minutes == 180)


@pytest.mark.parametrize(("minutes", "topics"), [(60, 1), (120, 0), (120, 4)])
def test_a_meeting_that_is_not_offered_is_refused(minutes: int, topics: int) -> None:
    with pytest.raises(ValueError, match="is not offered"):
        timetable(minutes, topics)


def test_the_clock_runs_on_without_a_gap() -> None:
    times = clock(dt.time(14, 0), timetable(120, 2))
    assert times[0][0] == dt.time(14, 0)
    assert times[-1][1] == dt.time(16, 0)
    assert all(one[1] == other[0] for one, other in pairwise(times))


def test_a_meeting_does_not_run_into_the_next_day() -> None:
    assert not ends_on_another_day(dt.time(22, 0), 120)
    assert ends_on_another_day(dt.time(22, 1), 120)
