"""What may be shown of companies without a name, by examples that can be followed by hand.

With k = 5 a run has six companies or more, and a block is cut in two where both sides have twelve.
"""

from __future__ import annotations

from fractions import Fraction
from uuid import UUID

import pytest

from assessments.scoring.suppression import (
    MOST_PARTS,
    Member,
    Rule,
    Run,
    bundles,
    form,
    inward,
    left_out,
    may_show,
    pieces,
    run_sizes,
    runs_of,
    seal,
    shown_runs,
    smallest_difference,
    still_covered,
)
from tests.assessments.blocks import FACTS, K5, block, ids, member, members, moved, total

pytestmark = pytest.mark.pure

Q = "A-1"


def alike(count: int, start: int = 0, **facts: str) -> list[Member]:
    return [Member(ids(start + number), {**FACTS, **facts}, {}) for number in range(count)]


def sizes(found: tuple[tuple[Member, ...], ...]) -> list[int]:
    return [len(one) for one in found]


def some(*numbers: int) -> frozenset[UUID]:
    return frozenset(map(ids, numbers))


# --- the rule ---------------------------------------------------------------------------------------------------------


def test_k_is_never_below_three() -> None:
    assert (Rule(3).run, Rule(3).block) == (4, 8)
    assert (Rule().k, Rule().run, Rule().block) == (5, 6, 12)
    with pytest.raises(ValueError, match="at least 3, got 2"):
        Rule(2)


# --- blocks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "expected"), [(0, []), (5, []), (6, [6]), (23, [23]), (24, [12, 12]), (36, [18, 18])]
)
def test_companies_that_are_alike_are_cut_in_halves_where_both_are_large_enough(
    count: int, expected: list[int]
) -> None:
    assert sizes(form(alike(count), K5)) == expected


def test_an_industry_has_a_block_of_its_own_from_twelve_companies_on() -> None:
    twelve = form([*alike(12, industry="E"), *alike(12, 100, industry="I")], K5)
    assert [{one.facts["industry"] for one in found} for found in twelve] == [{"E"}, {"I"}]
    eleven = form([*alike(13, industry="E"), *alike(11, 100, industry="I")], K5)
    # Eleven are too few for a side: they are cut by nothing, and stay together with others.
    assert sizes(eleven) == [12, 12]
    assert {one.facts["industry"] for one in eleven[1]} == {"E", "I"}


def test_a_prefecture_goes_before_an_industry_of_less_than_twice_its_size() -> None:
    here = alike(12, industry="E", prefecture="22")
    there = [*alike(12, 100, industry="E", prefecture="23"), *alike(12, 200, industry="I", prefecture="23")]
    found = form([*here, *there], K5)
    # By prefecture 8 · 12 = 96, by industry 4 · 12 = 48.
    assert [{(one.facts["prefecture"], one.facts["industry"]) for one in found} for found in found] == [
        {("22", "E")},
        {("23", "E")},
        {("23", "I")},
    ]


def test_how_companies_are_cut_does_not_depend_on_their_scores() -> None:
    low, high = (
        [Member(one.id, one.facts, {"autonomy": Fraction(points)}) for one in alike(30)] for points in (0, 100)
    )
    assert [[one.id for one in found] for found in form(low, K5)] == [
        [one.id for one in found] for found in form(high, K5)
    ]


def test_a_block_keeps_who_has_what_and_how_its_scores_spread() -> None:
    people = [
        member(number, autonomy=10 * number, A_1=25 * (number % 5), A_2=50, A_3=50, A_4=50) for number in range(12)
    ]
    made = seal(people, K5, serial=3, groups={"autonomy": ["A-1", "A-2", "A-3", "A-4"]})
    assert (made.serial, made.size, made.live, made.seen) == (3, 12, True, 0)
    assert made.label == {name: frozenset({value}) for name, value in FACTS.items()}
    # Two of the four questions stay out: in block 3 the first two from the fourth on are.
    assert set(made.totals) == {"A-2", "A-3"}
    assert made.totals["A-2"].n == 12
    assert made.totals["A-2"].points == 600
    # 0 … 50 and 60 … 110: means 25 and 85.
    assert made.runs == {"autonomy": (Run(6, Fraction(25)), Run(6, Fraction(85)))}


def test_a_block_of_five_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 6 companies, got 5"):
        seal(alike(5), K5, serial=1, groups={})


def test_without_a_spread_there_are_totals_alone() -> None:
    people = [member(number, autonomy=50, A_1=50, A_2=25) for number in range(6)]
    made = seal(people, K5, serial=1, groups={"S": ["A-1", "A-2"]}, spread=False)
    assert made.runs == {}
    assert set(made.totals) == {"A-1"}  # of each section one question stays out: here A-2


# --- what stays out of the totals -------------------------------------------------------------------------------------


def test_one_company_that_does_not_know_would_be_what_is_left_of_a_section_without_its_questions() -> None:
    """Why a block keeps no sums of sections, and not all of an axis: 12 companies, an axis of two questions, and the
    last company does not know the second. 2 · (sum of scores) - (sum of A-1) - (sum of A-2) is its answer to A-1."""
    people = [member(number, A_1=50, A_2=100, autonomy=75) for number in range(11)]
    people.append(member(11, A_1=25, autonomy=25))
    of = {name: sum(one.values.get(name, Fraction(0)) for one in people) for name in ("autonomy", "A-1", "A-2")}
    assert 2 * of["autonomy"] - of["A-1"] - of["A-2"] == 25
    made = seal(people, K5, serial=1, groups={"autonomy": ["A-1", "A-2"]})
    assert made.totals == {}


def test_every_company_knows_so_many_of_the_questions_that_stay_out() -> None:
    people = [member(0, A_1=0, A_2=50), member(1, A_3=50), member(2, A_1=0, A_4=25), member(3, A_1=0, A_2=25, A_4=50)]
    assert left_out(people, ["A-1", "A-2", "A-3", "A-4"], 0, 1) == {"A-1", "A-3"}
    assert left_out(people, ["A-1", "A-2", "A-3", "A-4"], 0, 2) == {"A-1", "A-2", "A-3", "A-4"}


def test_from_block_to_block_other_questions_stay_out() -> None:
    people = [member(number, A_1=50, A_2=50, A_3=50) for number in range(6)]
    chosen = [left_out(people, ["A-1", "A-2", "A-3"], serial, 1) for serial in range(4)]
    assert chosen == [{"A-1"}, {"A-2"}, {"A-3"}, {"A-1"}]


def test_a_question_at_which_all_stand_at_the_end_hides_little_and_stays_in() -> None:
    people = [member(number, A_1=0, A_2=50, A_3=100) for number in range(6)]
    assert [left_out(people, ["A-1", "A-2", "A-3"], serial, 1) for serial in range(3)] == [{"A-2"}] * 3


def test_of_companies_without_an_answer_nothing_stays_out() -> None:
    assert left_out(alike(6), ["A-1"], 0, 2) == frozenset()
    assert left_out(alike(6), [], 4, 2) == frozenset()


# --- runs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, []), (5, []), (6, [6]), (11, [11]), (12, [6, 6]), (13, [7, 6]), (20, [7, 7, 6]), (23, [8, 8, 7])],
)
def test_a_spread_is_cut_into_runs_of_six_or_more(count: int, expected: list[int]) -> None:
    assert run_sizes(count, K5) == expected


def test_a_run_is_the_mean_of_neighbours_in_whole_points() -> None:
    people = members(41, 10, 43, 12, 45, 11, 40, 13, 44, 15, 42, 14)
    made = seal(people, K5, serial=1, groups={"autonomy": []})
    # 10 … 15 have the mean 12.5, 40 … 45 the mean 42.5: halves go up.
    assert made.runs["autonomy"] == (Run(6, Fraction(13)), Run(6, Fraction(43)))


def test_two_runs_that_are_alike_do_not_say_that_all_scores_are() -> None:
    """Exact means of 50 and 50 would say that all twelve have 50. In whole points it may be so or otherwise."""
    same = seal(members(*[50] * 12), K5, serial=1, groups={"autonomy": []})
    other = seal(members(49, 49, *[50] * 8, 51, 51), K5, serial=1, groups={"autonomy": []})
    assert same.runs == other.runs


def test_five_companies_with_a_score_have_no_run() -> None:
    people = [*members(10, 20, 30, 40, 50), *alike(7, 100)]
    assert seal(people, K5, serial=1, groups={"autonomy": []}).runs == {"autonomy": ()}


def test_a_run_is_shown_as_long_as_it_is_large_enough() -> None:
    sealed = block(1, runs={"autonomy": [(6, 20), (7, 60)]})
    assert len(shown_runs(sealed, "autonomy", K5)) == 2
    assert shown_runs(sealed, "governance", K5) == ()
    assert shown_runs(block(1, runs={"autonomy": [(6, 20), (7, 60)]}, live=False), "autonomy", K5) == ()
    assert shown_runs(sealed, "autonomy", Rule(6)) == (), "k was raised since"


def test_a_run_is_hidden_when_two_companies_of_its_block_are_seen_by_name_since() -> None:
    """Both may be in the same run: the sum of six without the two would be the sum of four."""
    one, two = (block(1, runs={"autonomy": [(6, 20), (6, 60)]}, seen=seen) for seen in (1, 2))
    assert len(shown_runs(one, "autonomy", K5)) == 2
    assert shown_runs(two, "autonomy", K5) == ()


# --- the ends of the scale --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        ([0, 0, 0, 0, 0, 0], 50),  # all at nothing: it could be one or two companies with one level each
        ([25, 0, 0, 0, 0, 0], 50),  # the one with a level cannot tell whether another one has a level too
        ([25, 25, 0, 0, 0, 0], 50),
        ([25, 25, 25, 0, 0, 0], 75),
        ([75, 0, 0, 0, 0, 0], 100),
        ([75, 25, 0, 0, 0, 0], 100),
        ([50, 50, 50, 50, 50, 50], 300),
        ([100, 100, 100, 100, 100, 25], 500),
        ([100, 100, 100, 100, 100, 75], 550),
        ([100, 100, 100, 100, 100, 100], 550),
    ],
)
def test_a_total_near_the_end_is_moved_inwards(points: list[int], shown: int) -> None:
    assert moved(*points) == shown


def test_scores_are_moved_by_less_than_levels() -> None:
    assert inward(Fraction(0), 6, Fraction(0), Fraction(0), 5) == 10
    assert inward(Fraction(600), 6, Fraction(100), Fraction(100), 5) == 590


# --- bundles ----------------------------------------------------------------------------------------------------------


def test_a_question_that_few_were_asked_waits_for_other_blocks() -> None:
    first, second, third = block(1, {Q: total(25, 50)}), block(2), block(3, {Q: total(50, 75, 50, 25)})
    assert bundles([first], Q, K5) == ()
    (found,) = bundles([third, first, second], Q, K5)
    assert [one.serial for one in found.blocks] == [1, 3]
    assert (found.n, found.points, found.live) == (6, 275, True)


def test_a_later_block_changes_nothing_that_is_complete() -> None:
    first, second = block(1, {Q: total(*[50] * 6)}), block(2, {Q: total(25, 25)})
    (alone,) = bundles([first], Q, K5)
    assert bundles([first, second], Q, K5) == (alone,)


def test_a_bundle_ends_with_the_first_of_its_blocks_and_its_place_is_not_filled() -> None:
    few = total(25, 50, 75)
    blocks = [block(1, {Q: few}), block(2, {Q: few}, live=False), block(3, {Q: few}), block(4, {Q: few})]
    found = bundles(blocks, Q, K5)
    assert [([one.serial for one in bundle.blocks], bundle.live) for bundle in found] == [
        ([1, 2], False),
        ([3, 4], True),
    ]


def test_a_bundle_is_moved_inwards_as_a_whole() -> None:
    nobody = [block(serial, {Q: total(0, 0)}) for serial in range(1, 4)]
    (found,) = bundles(nobody, Q, K5)
    assert found.points == 50


def test_a_bundle_is_hidden_when_few_are_left_that_are_not_seen_by_name() -> None:
    def with_seen(first: int, second: int) -> bool:
        few = {Q: total(25, 50, 75)}
        (found,) = bundles([block(1, few, seen=first), block(2, few, seen=second)], Q, K5)
        return found.live

    assert with_seen(1, 0)
    assert not with_seen(1, 1)


def test_a_block_stays_as_long_as_five_of_it_are_hidden() -> None:
    assert still_covered(12, 7, K5)
    assert not still_covered(12, 8, K5)


# --- figures that cut across the blocks -------------------------------------------------------------------------------


def test_all_but_one_of_a_block_leave_one() -> None:
    blocks = [some(*range(12)), some(*range(12, 24))]
    assert smallest_difference(blocks, [some(*range(11))]) == 1
    assert not may_show(blocks, [some(*range(11))], [], K5)


def test_whole_blocks_tell_nothing_new() -> None:
    blocks = [some(*range(12)), some(*range(12, 24))]
    assert smallest_difference(blocks, [some(*range(24))]) is None
    assert may_show(blocks, [some(*range(24))], [], K5)


def test_half_of_each_block_can_be_shown() -> None:
    blocks = [some(*range(12)), some(*range(12, 24))]
    half = some(*range(0, 24, 2))
    assert smallest_difference(blocks, [half]) == 12
    assert may_show(blocks, [half], [], K5)


def test_two_parts_that_are_safe_alone_may_not_be_safe_together() -> None:
    """Each half leaves twelve; both together are everybody but one."""
    blocks = [some(*range(12)), some(*range(12, 24))]
    even, odd = some(*range(0, 24, 2)), some(*range(1, 23, 2))
    assert may_show(blocks, [even], [], K5)
    assert may_show(blocks, [odd], [], K5)
    assert smallest_difference(blocks, [even, odd]) == 1
    assert not may_show(blocks, [odd], [even], K5), "the other one was shown before"


def test_a_part_that_crosses_one_that_was_shown_is_set_off_against_it() -> None:
    """Beside the blocks alone both may be shown. One minus the other is a single company."""
    blocks = [some(*range(0, 40, 2)), some(*range(1, 40, 2))]
    shown, new = some(*range(20)), some(*range(19))
    assert may_show(blocks, [shown], [], K5)
    assert may_show(blocks, [new], [], K5)
    assert not may_show(blocks, [new], [shown], K5)
    assert may_show(blocks, [some(*range(10))], [shown], K5)


def test_companies_in_no_block_count_as_hidden() -> None:
    assert smallest_difference([], [some(*range(7))]) == 7
    assert smallest_difference([some(*range(12))], [some(*range(12), 50, 51)]) == 2


def test_five_are_not_enough_where_one_of_them_subtracts_itself() -> None:
    assert not may_show([some(*range(12))], [some(*range(7))], [], K5)
    assert may_show([some(*range(12))], [some(*range(6))], [], K5)


def test_a_part_of_five_is_never_shown() -> None:
    assert not may_show([], [some(*range(5))], [], K5)


def test_more_parts_than_can_be_searched_are_not_shown() -> None:
    parts = [some(*range(number * 6, number * 6 + 6)) for number in range(MOST_PARTS + 1)]
    assert not may_show([], parts, [], K5)
    assert not may_show([], parts[:1], parts[1:], K5)
    with pytest.raises(ValueError, match="at most 10 parts are searched, got 11"):
        smallest_difference([], parts)


def test_sets_that_cross_are_cut_along_each_other() -> None:
    found = pieces([some(1, 2, 3), some(3, 4), some(5)])
    assert sorted(found, key=min) == [some(1, 2), some(3), some(4), some(5)]
    assert pieces([]) == []


def test_in_which_run_a_company_was_counted() -> None:
    people = members(50, 10, 40, 20, 30, 60)
    assert runs_of(people, "autonomy", [2, 4]) == {ids(1): 0, ids(3): 0, ids(4): 1, ids(2): 1, ids(0): 1, ids(5): 1}
    assert runs_of(people, "governance", []) == {}
