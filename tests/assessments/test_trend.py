"""What changed between two rounds, on the same companies."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.scoring.trend import Change, Pair, changes, pair
from tests.assessments.blocks import K5

pytestmark = pytest.mark.pure

scores = st.integers(0, 700).map(lambda number: Fraction(number, 7))


def test_six_companies_as_two_sums() -> None:
    before_and_now = [(Fraction(20 + number), Fraction(40 + number)) for number in range(6)]
    assert pair(before_and_now) == Pair(6, Fraction(135), Fraction(255))  # means 22.5 and 42.5


def test_the_means_are_in_tenths() -> None:
    found = pair([(Fraction(50, 3), Fraction(50))] * 6)
    assert found.before == 6 * Fraction(167, 10)


def test_companies_that_all_stand_at_the_end_are_moved_inwards() -> None:
    found = pair([(Fraction(0), Fraction(100))] * 6)
    assert (found.before, found.now) == (6 * Fraction(17, 10), 6 * Fraction(983, 10))


def test_groups_and_companies_by_name_are_one_mean() -> None:
    together = [{"autonomy": Pair(6, Fraction(120), Fraction(180))}]
    alone = [({"autonomy": Fraction(50)}, {"autonomy": Fraction(30)}), ({"autonomy": Fraction(1)}, {})]
    found = changes(together, alone, ["autonomy", "governance"], K5)
    # (120 + 50) / 7 and (180 + 30) / 7; the second company has no score now.
    assert found == {"autonomy": Change(7, Fraction(170, 7), Fraction(30))}
    assert found["autonomy"].difference == Fraction(40, 7)


def test_four_companies_by_name_are_no_change_of_a_network() -> None:
    alone = [({"autonomy": Fraction(50)}, {"autonomy": Fraction(30)})] * 4
    assert changes([], alone, ["autonomy"], K5) == {}
    assert changes([], [*alone, alone[0]], ["autonomy"], K5)["autonomy"].n == 5


def test_a_group_without_a_measure_is_left_out_of_it() -> None:
    together = [{"autonomy": Pair(6, Fraction(60), Fraction(60))}, {"governance": Pair(8, Fraction(80), Fraction(160))}]
    found = changes(together, [], ["autonomy", "governance"], K5)
    assert {name: one.n for name, one in found.items()} == {"autonomy": 6, "governance": 8}


@settings(deadline=None, max_examples=40)
@given(both=st.lists(st.tuples(scores, scores), min_size=6, max_size=30))
def test_a_sum_is_as_exact_as_it_is_shown(both: list[tuple[Fraction, Fraction]]) -> None:
    found = pair(both)
    assert found.n == len(both)
    for total, exact in ((found.before, sum(one for one, _two in both)), (found.now, sum(two for _one, two in both))):
        mean = total / found.n
        assert (10 * mean).denominator == 1
        assert abs(total - exact) <= 10 + Fraction(found.n, 20)  # at the ends two steps of five points, else a rounding
