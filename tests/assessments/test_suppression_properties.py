"""What holds of blocks, runs, bundles and differences whatever the companies are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, product
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.scoring.suppression import (
    Block,
    Member,
    Rule,
    Total,
    bundles,
    cut,
    form,
    in_order,
    inward,
    left_out,
    run_sizes,
    seal,
    smallest_difference,
)
from tests.assessments.blocks import block, ids

pytestmark = pytest.mark.pure

careful = settings(deadline=None, max_examples=50)

LEVELS = (0, 25, 50, 75, 100)
QUESTIONS = ("Q1", "Q2", "Q3", "Q4")

rules = st.integers(3, 6).map(Rule)
facts = st.fixed_dictionaries(
    {
        "industry": st.sampled_from("EI"),
        "sales_band": st.sampled_from(["1b-4b", "4b-10b"]),
        "prefecture": st.sampled_from(["22", "23", "27"]),
        "size": st.sampled_from(["51-100", "101-300"]),
    }
)
levels = st.sampled_from(LEVELS).map(Fraction)
values = st.dictionaries(st.sampled_from(QUESTIONS), levels, max_size=4)


@st.composite
def companies(draw: st.DrawFn, at_least: int = 0, at_most: int = 50) -> list[Member]:
    """Companies of all kinds; the score of the axis is the mean of what is known."""
    found = []
    for number, (place, known) in enumerate(
        draw(st.lists(st.tuples(facts, values), min_size=at_least, max_size=at_most))
    ):
        axis = {"autonomy": sum(known.values(), Fraction(0)) / len(known)} if known else {}
        found.append(Member(ids(number), place, {**known, **axis}))
    return found


# --- blocks and runs --------------------------------------------------------------------------------------------------


@careful
@given(people=companies(), rule=rules)
def test_every_company_is_in_one_block_once_or_all_wait(people: list[Member], rule: Rule) -> None:
    found = form(people, rule)
    if len(people) < rule.run:
        assert found == ()
        return
    assert sorted((one.id for block in found for one in block), key=str) == sorted((one.id for one in people), key=str)
    assert all(len(block) >= rule.run for block in found)
    if len(found) > 1:
        assert all(len(block) >= rule.block for block in found)
    assert all(len(block) < 2 * rule.block for block in found)


@careful
@given(people=companies(6, 30), rule=st.just(Rule(5)), serial=st.integers(1, 9), spread=st.booleans())
def test_a_block_holds_the_sums_of_its_companies(people: list[Member], rule: Rule, serial: int, spread: bool) -> None:
    made = seal(people, rule, serial=serial, groups={"autonomy": QUESTIONS}, spread=spread)
    for name, total in made.totals.items():
        known = [one.values[name] for one in people if name in one.values]
        assert total == Total(len(known), sum(known, Fraction(0)), max(known), min(known))
    scores = sorted(one.values["autonomy"] for one in people if "autonomy" in one.values)
    runs = made.runs.get("autonomy", ())
    assert sum(run.n for run in runs) == (len(scores) if spread and len(scores) >= rule.run else 0)
    assert all(run.n >= rule.run for run in runs)
    assert [run.points for run in runs] == sorted(run.points for run in runs)
    for run in runs:
        piece, scores = scores[: run.n], scores[run.n :]
        exact = inward(sum(piece, Fraction(0)), run.n, max(piece), min(piece), 5) / run.n
        assert run.points.denominator == 1
        assert -Fraction(1, 2) < run.points - exact <= Fraction(1, 2)


@careful
@given(people=companies(1, 30), serial=st.integers(0, 9), count=st.integers(1, 2))
def test_of_every_company_so_many_answers_stay_out(people: list[Member], serial: int, count: int) -> None:
    out = left_out(people, QUESTIONS, serial, count)
    for one in people:
        known = set(QUESTIONS) & one.values.keys()
        assert len(known & out) >= min(count, len(known))


@careful
@given(scores=st.lists(st.integers(0, 400), max_size=40), rule=rules)
def test_runs_are_in_order_and_as_even_as_can_be(scores: list[int], rule: Rule) -> None:
    by_id = {ids(number): Fraction(score, 4) for number, score in enumerate(scores)}
    sizes = run_sizes(len(by_id), rule)
    runs = cut(in_order(by_id), sizes)
    assert [len(run) for run in runs] == sizes
    assert len(sizes) == len(scores) // rule.run
    assert not sizes or (max(sizes) - min(sizes) <= 1 and min(sizes) >= rule.run and sum(sizes) == len(scores))
    in_turn = [by_id[one] for run in runs for one in run]
    assert in_turn == sorted(in_turn)


# --- the ends of the scale --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [4, 5, 6])
def test_nobody_works_out_what_another_one_answered_from_a_total_and_its_own_answer(n: int) -> None:
    """All answers that n companies can give to a question, and what the first of them sees: for whatever total is shown
    and whatever it answered itself, the answer of the second could be more than one."""
    possible = defaultdict(set)
    for answers in product(LEVELS, repeat=n):
        shown = inward(Fraction(sum(answers)), n, Fraction(max(answers)), Fraction(min(answers)))
        possible[shown, answers[0]].add(answers[1])
    assert len(possible) > 50
    assert min(len(found) for found in possible.values()) > 1


@careful
@given(points=st.lists(levels, min_size=4, max_size=30), step=st.sampled_from([5, 25]))
def test_a_total_is_moved_inwards_by_two_steps_at_most(points: list[Fraction], step: int) -> None:
    n, exact = len(points), sum(points, Fraction(0))
    shown = inward(exact, n, max(points), min(points), step)
    assert abs(shown - exact) <= 2 * step
    assert 2 * step <= shown <= 100 * n - 2 * step
    assert inward(shown, n, max(points), min(points), step) == shown


# --- bundles ----------------------------------------------------------------------------------------------------------


counts = st.lists(st.integers(0, 9), max_size=12)


def blocks_with(found: Sequence[int], dead: set[int]) -> list[Block]:
    return [
        block(
            serial,
            {"Q": Total(n, Fraction(25 * n), Fraction(25), Fraction(25))} if n else {},
            live=serial not in dead,
        )
        for serial, n in enumerate(found, start=1)
    ]


@careful
@given(found=counts, rule=rules, dead=st.sets(st.integers(1, 12)))
def test_bundles_hold_every_block_once_in_order_and_are_as_small_as_can_be(
    found: list[int], rule: Rule, dead: set[int]
) -> None:
    made = bundles(blocks_with(found, dead), "Q", rule)
    serials = [one.serial for bundle in made for one in bundle.blocks]
    having = [serial for serial, n in enumerate(found, start=1) if n]
    assert serials == having[: len(serials)]
    assert sum(found[serial - 1] for serial in having[len(serials) :]) < rule.run
    for bundle in made:
        sizes = [found[one.serial - 1] for one in bundle.blocks]
        assert bundle.n == sum(sizes) >= rule.run
        assert sum(sizes[:-1]) < rule.run
        assert bundle.live == (not dead & {one.serial for one in bundle.blocks})


@careful
@given(found=counts, more=counts, rule=rules)
def test_a_complete_bundle_never_changes(found: list[int], more: list[int], rule: Rule) -> None:
    before = bundles(blocks_with(found, set()), "Q", rule)
    after = bundles(blocks_with([*found, *more], set()), "Q", rule)
    assert after[: len(before)] == before


@careful
@given(found=counts, rule=rules, dead=st.integers(1, 12))
def test_a_block_that_ends_takes_its_bundle_along_and_no_other(found: list[int], rule: Rule, dead: int) -> None:
    before = bundles(blocks_with(found, set()), "Q", rule)
    after = bundles(blocks_with(found, {dead}), "Q", rule)
    for old, new in zip(before, after, strict=True):
        assert (old.n, old.points) == (new.n, new.points)
        assert new.live == (dead not in {one.serial for one in old.blocks})


# --- differences, against brute force ---------------------------------------------------------------------------------


@st.composite
def partitions(draw: st.DrawFn) -> tuple[int, list[frozenset[UUID]], list[frozenset[UUID]], list[frozenset[UUID]]]:
    """Up to seven companies; each is in one of three blocks or in none, and in one of three parts or in none."""
    people = [ids(number) for number in range(draw(st.integers(1, 7)))]
    in_block = [draw(st.integers(0, 3)) for _one in people]
    in_part = [draw(st.integers(0, 3)) for _one in people]

    def of(places: list[int], place: int) -> frozenset[UUID]:
        return frozenset(one for one, found in zip(people, places, strict=True) if found == place)

    blocks = [of(in_block, place) for place in (1, 2, 3)]
    parts = [found for place in (1, 2, 3) if (found := of(in_part, place))]
    new = draw(st.integers(0, len(parts)))
    return len(people), blocks, parts[:new], parts[new:]


@careful
@given(case=partitions())
def test_the_smallest_difference_is_what_linear_algebra_finds(
    case: tuple[int, list[frozenset[UUID]], list[frozenset[UUID]], list[frozenset[UUID]]],
) -> None:
    count, blocks, parts, earlier = case
    people = [ids(number) for number in range(count)]
    known = [_row(one, people) for one in [*blocks, *earlier]]
    everything = [*known, *(_row(one, people) for one in parts)]
    found = next(
        (
            size
            for size in range(1, count + 1)
            for chosen in combinations(range(count), size)
            if _rests_on(everything, chosen) > _rests_on(known, chosen)
        ),
        None,
    )
    least = smallest_difference(blocks, parts, earlier)
    if earlier:  # what two groups tell together may have been told by one before: then it asks for more than it must
        assert found is None or (least is not None and least <= found)
    else:
        assert least == found


def _row(companies: frozenset[UUID], people: list[UUID]) -> list[Fraction]:
    return [Fraction(one in companies) for one in people]


def _rests_on(rows: list[list[Fraction]], chosen: Sequence[int]) -> int:
    """How many independent combinations of the rows have nothing outside the chosen columns."""
    return _rank(rows) - _rank([[value for place, value in enumerate(row) if place not in chosen] for row in rows])


def _rank(rows: list[list[Fraction]]) -> int:
    left, rank = [list(row) for row in rows], 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((row for row in left[rank:] if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(rank, pivot)
        for row in left[rank + 1 :]:
            times = row[column] / pivot[column]
            row[:] = [one - times * other for one, other in zip(row, pivot, strict=True)]
        rank += 1
    return rank
