"""How a group of companies stands: means, spread, outliers and places, by examples that can be followed by hand."""

from __future__ import annotations

import statistics
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.scoring.cohort import (
    Bin,
    Cohort,
    Group,
    Mean,
    Named,
    index,
    most_missed,
    outliers,
    place,
    quantile,
)
from assessments.scoring.suppression import Block
from tests.assessments.blocks import block, cohort, ids, located, moved, named, total

pytestmark = pytest.mark.pure

careful = settings(deadline=None, max_examples=50)
A = "autonomy"
SECTIONS = {"S": {"A-1": 3, "A-2": 1}}


def only(**wanted: str) -> dict[str, frozenset[str]]:
    return {name: frozenset({value}) for name, value in wanted.items()}


# --- means ------------------------------------------------------------------------------------------------------------


def test_the_mean_of_an_axis_is_that_of_its_runs() -> None:
    group = cohort([block(1, runs={A: [(6, 20), (7, 50)]}), block(2, runs={A: [(6, 80)]})]).group()
    assert group.mean(A) == Mean(19, Fraction(6 * 20 + 7 * 50 + 6 * 80, 19))


def test_the_mean_of_a_question_is_that_of_its_totals_and_of_companies_by_name() -> None:
    group = cohort([block(1, {"A-1": total(*[50] * 6)})], [named(1, A_1=100), named(2, A_1=0), named(3)]).group()
    assert group.mean("A-1") == Mean(8, Fraction(400, 8))


def test_the_mean_of_a_section_is_that_of_its_questions_by_weight() -> None:
    sums = {"A-1": total(*[50] * 6), "A-2": total(*[75] * 8)}
    group = cohort([block(1, sums)], sections=SECTIONS).group()
    # (3 · 50 + 1 · 75) / 4; eight companies answered the question that most answered.
    assert group.mean("S") == Mean(8, Fraction(225, 4))


def test_a_question_that_cannot_be_shown_is_left_out_of_its_section_with_its_weight() -> None:
    group = cohort([block(1, {"A-1": total(25, 25), "A-2": total(*[75] * 8)})], sections=SECTIONS).group()
    assert group.mean("A-1") is None
    assert group.mean("S") == Mean(8, Fraction(75))
    assert cohort([block(1, {"A-1": total(25, 25)})], sections=SECTIONS).group().mean("S") is None


def test_a_total_at_the_end_is_shown_a_little_further_in() -> None:
    group = cohort([block(1, {"A-1": total(*[0] * 10)})]).group()
    assert group.mean("A-1") == Mean(10, Fraction(5))


def test_three_companies_by_name_do_not_stand_for_a_group_of_more() -> None:
    shares = [named(number, A_1=50) for number in range(3)]
    assert cohort([], shares).group().mean("A-1") == Mean(3, Fraction(50))
    beside = [*shares, *(named(number, counts=None) for number in range(3, 9))]
    assert cohort([], beside).group().mean("A-1") is None
    # The block has too few with an answer: the three would be shown as its mean.
    assert cohort([block(1, {"A-1": total(25, 25)})], shares).group().mean("A-1") is None
    assert cohort([], [*beside, *(named(number, A_1=0) for number in range(9, 11))]).group().mean("A-1") is not None


def test_a_block_that_ended_counts_no_more_and_neither_does_its_bundle() -> None:
    few = {"A-1": total(25, 50, 75)}
    blocks = [block(1, few), block(2, few), block(3, {"A-1": total(*[100] * 6)}, live=False)]
    assert cohort(blocks).group().mean("A-1") == Mean(6, Fraction(50))
    ended = [blocks[0], replace(blocks[1], live=False), *blocks[2:]]
    assert cohort(ended).group().mean("A-1") is None


def test_one_block_by_itself_has_no_mean_of_what_is_shown_with_others_only() -> None:
    """Else the other block's few would be the difference."""
    few = {"A-1": total(25, 50, 75), "A-2": total(*[50] * 6)}
    made = cohort([block(1, few, {A: [(6, 20), (6, 40)]}), block(2, few)], sections=SECTIONS)
    first = made.blocks[0]
    assert made.group().mean("A-1") == Mean(6, Fraction(50))
    assert made.mean_of(first, "A-1") is None
    assert made.mean_of(first, "A-2") == Mean(6, Fraction(50))
    assert made.mean_of(first, "S") == Mean(6, Fraction(50))
    assert made.mean_of(first, A) == Mean(12, Fraction(30))
    assert made.mean_of(first, "governance") is None


# --- groups -----------------------------------------------------------------------------------------------------------


def makers_and_others() -> Cohort:
    """A block of makers, one of makers and traders, and a trader by name."""
    return cohort(
        [
            block(1, {"A-1": total(*[25] * 6)}, {A: [(12, 30)]}),
            block(2, {"A-1": total(*[75] * 6)}, {A: [(12, 60)]}, industry=("E", "I")),
        ],
        [located(named(1, autonomy=90, A_1=100), industry="I")],
    )


def test_a_filter_counts_blocks_that_lie_wholly_within_it() -> None:
    group = makers_and_others().group(only(industry="E"))
    assert [one.serial for one in group.blocks] == [1]
    assert (group.n, group.mean("A-1"), group.mean(A)) == (12, Mean(6, Fraction(25)), Mean(12, Fraction(30)))


def test_a_filter_of_both_values_counts_the_block_that_holds_both() -> None:
    group = makers_and_others().group({"industry": frozenset("EI")})
    assert group.n == 25
    assert group.mean(A) == Mean(25, Fraction(12 * 30 + 12 * 60 + 90, 25))


def test_a_filter_that_nobody_meets_has_no_figures() -> None:
    group = makers_and_others().group(only(industry="A"))
    assert (group.n, group.mean(A), group.mean("A-1"), group.distribution(A)) == (0, None, None, None)


def test_a_breakdown_shows_groups_that_have_a_company_to_show() -> None:
    found = makers_and_others().breakdown("industry")
    assert {value: group.n for value, group in found.items()} == {"E": 12, "I": 1}
    # Twelve are counted only together with others: the parts are fewer than the whole, and never more.
    assert sum(group.n for group in found.values()) < makers_and_others().group().n
    assert makers_and_others().breakdown("industry", only(industry="I")).keys() == {"I"}


def test_a_bundle_of_several_blocks_counts_where_all_of_them_do() -> None:
    few = total(25, 50, 75)
    made = cohort([block(1, {"A-1": few}), block(2, {"A-1": few}, industry="I")])
    assert made.group().mean("A-1") == Mean(6, Fraction(50))
    assert made.group(only(industry="E")).mean("A-1") is None


def test_a_company_by_name_that_stands_in_a_block_does_not_count_twice() -> None:
    twice = named(1, counts=(), autonomy=100, A_1=100)
    scores_alone = named(2, counts=(A,), autonomy=90, A_1=100)
    group = cohort([block(1, {"A-1": total(*[50] * 6)}, {A: [(12, 30)]})], [twice, scores_alone]).group()
    assert group.n == 13
    assert group.mean(A) == Mean(13, Fraction(12 * 30 + 90, 13))
    assert group.mean("A-1") == Mean(6, Fraction(50))


@careful
@given(
    sizes=st.lists(st.tuples(st.sampled_from(["E", "I", "EI"]), st.integers(6, 20)), max_size=6),
    people=st.lists(st.sampled_from("EIA"), max_size=6),
)
def test_the_groups_of_a_breakdown_are_at_most_the_whole(sizes: list[tuple[str, int]], people: list[str]) -> None:
    blocks = [
        block(serial, runs={A: [(size, 50)]}, size=size, industry=tuple(industries))
        for serial, (industries, size) in enumerate(sizes, start=1)
    ]
    shares = [located(named(number, autonomy=50), industry=one) for number, one in enumerate(people)]
    made = cohort(blocks, shares)
    parts = made.breakdown("industry").values()
    assert sum(group.n for group in parts) <= made.group().n
    assert sum(mean.n for group in parts if (mean := group.mean(A))) <= made.group().n


@careful
@given(levels=st.lists(st.lists(st.sampled_from([25, 50, 75]), min_size=6, max_size=14), min_size=1, max_size=4))
def test_the_mean_of_a_group_is_that_of_its_blocks_by_their_companies(levels: list[list[int]]) -> None:
    blocks = [block(serial, {"A-1": total(*found)}) for serial, found in enumerate(levels, start=1)]
    everybody = cohort(blocks).group().mean("A-1")
    alone = [mean for one in blocks if (mean := cohort([one]).group().mean("A-1"))]
    assert everybody == Mean(
        sum(one.n for one in alone), sum(one.n * one.points for one in alone) / sum(one.n for one in alone)
    )
    assert everybody.points == sum(moved(*found) for found in levels) / sum(map(len, levels))


# --- spread -----------------------------------------------------------------------------------------------------------


def test_quartiles_lie_between_two_companies_in_proportion() -> None:
    # Ten companies: six at 20, and 40, 50, 60, 70. Positions 2.25, 4.5 and 6.75.
    group = cohort(
        [block(1, runs={A: [(6, 20)]}, size=6)],
        [named(number, autonomy=points) for number, points in enumerate((40, 50, 60, 70))],
    ).group()
    found = group.distribution(A)
    assert found is not None
    assert (found.n, found.q1, found.median, found.q3) == (10, 20, 20, Fraction(95, 2))
    assert [one for one in found.bins if one.n] == [
        Bin(20, 30, 6),
        Bin(40, 50, 1),
        Bin(50, 60, 1),
        Bin(60, 70, 1),
        Bin(70, 80, 1),
    ]


def test_a_hundred_falls_into_the_last_ten() -> None:
    found = cohort([], [named(1, autonomy=100), named(2, autonomy=Fraction(899, 10))]).group().distribution(A)
    assert found is not None
    assert [(one.low, one.n) for one in found.bins if one.n] == [(80, 1), (90, 1)]


weights = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 400)), min_size=1, max_size=8)


@careful
@given(found=weights, share=st.sampled_from([1, 2, 3]))
def test_a_quartile_is_what_the_standard_library_says_of_each_company_by_itself(
    found: list[tuple[int, int]], share: int
) -> None:
    weighted = sorted(((n, Fraction(points, 4)) for n, points in found), key=lambda one: one[1])
    each = [points for n, points in weighted for _company in range(n)]
    if len(each) > 1:
        assert quantile(weighted, Fraction(share, 4)) == statistics.quantiles(each, n=4, method="inclusive")[share - 1]
    else:
        assert quantile(weighted, Fraction(share, 4)) == each[0]


@careful
@given(found=weights)
def test_a_histogram_counts_every_company_once(found: list[tuple[int, int]]) -> None:
    made = cohort([block(1, runs={A: [(n + 5, points // 4) for n, points in found]})])
    distribution = made.group().distribution(A)
    assert distribution is not None
    assert sum(one.n for one in distribution.bins) == distribution.n == sum(n + 5 for n, _points in found)


# --- outliers ---------------------------------------------------------------------------------------------------------


def peers(*points: int, industry: str = "E") -> list[Named]:
    return [located(named(number, autonomy=one), industry=industry) for number, one in enumerate(points)]


def test_a_company_far_from_its_peers_is_found() -> None:
    # Median 50; distances 0 0 5 5 5 10 10 40: MAD = 5; z = 0.6745 · 40 / 5 = 5.396.
    (found,) = outliers(cohort([], peers(50, 50, 55, 45, 45, 60, 40, 90)), [A])
    assert (found.id, found.points, found.median, found.mad, found.n) == (ids(7), 90, 50, 5, 8)
    assert found.z == Fraction(6745, 10_000) * 8
    assert found.industry == "E"


def test_just_below_three_and_a_half_nobody_is_flagged() -> None:
    # MAD 5: |z| reaches 3.5 at 25.95 points from the median.
    assert outliers(cohort([], peers(50, 50, 55, 45, 45, 60, 40, 75)), [A]) == ()
    assert outliers(cohort([], peers(50, 50, 55, 45, 45, 60, 40, 76)), [A]) != ()


def test_where_most_are_alike_nobody_is_flagged() -> None:
    assert outliers(cohort([], peers(50, 50, 50, 50, 50, 60, 40, 100)), [A]) == ()


def test_with_seven_peers_of_its_industry_a_company_is_compared_with_all() -> None:
    makers = peers(50, 50, 55, 45, 45, 60, 90)
    assert outliers(cohort([], makers), [A]) == (), "seven in all"
    (found,) = outliers(cohort([block(1, runs={A: [(6, 40)]}, industry="I")], makers), [A])
    assert (found.industry, found.n) == (None, 13)


def test_blocks_are_peers_and_never_outliers() -> None:
    blocks = [block(1, runs={A: [(6, 48), (6, 52)]}), block(2, runs={A: [(6, 100)]}, industry="I")]
    (found,) = outliers(cohort(blocks, [named(1, autonomy=95)]), [A])
    # Thirteen makers: six at 48, six at 52, one at 95. Median 52, MAD 4.
    assert (found.id, found.n, found.median, found.mad) == (ids(1), 13, 52, 4)


def test_the_farthest_comes_first() -> None:
    made = cohort([], peers(50, 50, 55, 45, 45, 60, 40, 52, 48, 90, 0))
    assert [one.id for one in outliers(made, [A])] == [ids(10), ids(9)]


def test_outliers_without_companies_are_none() -> None:
    assert outliers(cohort(), [A]) == ()
    assert outliers(cohort([block(1, runs={A: [(6, 10), (6, 90)]})]), [A]) == ()


# --- most missed, index and place -------------------------------------------------------------------------------------


def test_the_questions_that_most_miss_come_first_and_those_without_a_figure_not_at_all() -> None:
    sums = {"A-1": total(*[50] * 6), "A-2": total(*[25] * 6), "A-3": total(50, 50), "A-4": total(*[75] * 6)}
    group = cohort([block(1, sums)]).group()
    assert [name for name, _mean in most_missed(group, ["A-1", "A-2", "A-3", "A-4"])] == ["A-2", "A-1", "A-4"]
    assert [name for name, _mean in most_missed(group, ["A-1", "A-2", "A-3", "A-4"], 1)] == ["A-2"]


def test_the_whole_is_a_hundred() -> None:
    part, whole = Mean(6, Fraction(30)), Mean(20, Fraction(40))
    assert index(part, whole) == 75
    assert index(None, whole) is index(part, None) is index(part, Mean(6, Fraction(0))) is None


def spread() -> Group:
    """Twelve companies: six at 30, six at 60."""
    return cohort([block(1, runs={A: [(6, 30), (6, 60)]})]).group()


@pytest.mark.parametrize(
    ("points", "band"),
    [(0, "lower"), (29, "lower"), (30, "lower"), (31, "middle"), (59, "middle"), (60, "upper"), (61, "upper")],
)
def test_a_place_is_the_third_in_which_a_score_lies(points: int, band: str) -> None:
    # At 30 three of twelve count as below (half of six), at 60 nine, between the two six.
    found = place(spread(), A, Fraction(points))
    assert found is not None
    assert (found.band, found.points, found.distribution.n) == (band, points, 12)


def test_among_five_there_is_no_place() -> None:
    five = cohort([], [named(number, autonomy=50) for number in range(5)]).group()
    assert place(five, A, Fraction(50)) is None
    assert place(cohort().group(), A, Fraction(50)) is None
    six = cohort([], [named(number, autonomy=50) for number in range(6)]).group()
    assert place(six, A, Fraction(50)) is not None


def test_what_a_page_can_read_of_a_block_is_the_same_whatever_its_companies_answered() -> None:
    """Two blocks with the same sums, runs and counts are the same to every figure, also where a sum was moved."""

    def figures(sealed: Block) -> list[object]:
        group = cohort([sealed], sections=SECTIONS).group()
        return [group.mean(name) for name in ("A-1", "A-2", "S", A)] + [group.distribution(A), group.n]

    one = block(1, {"A-1": total(0, 0, 0, 0, 0, 0), "A-2": total(50, 50, 50, 50, 50, 50)}, {A: [(12, 40)]})
    other = block(1, {"A-1": total(25, 25, 0, 0, 0, 0), "A-2": total(0, 100, 0, 100, 25, 75)}, {A: [(12, 40)]})
    assert figures(one) == figures(other)
