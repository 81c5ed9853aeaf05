"""What holds of blocks, runs, bundles and differences whatever the companies are."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, product
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assessments.scoring.suppression import (
    Block,
    Member,
    Rule,
    Total,
    bundles,
    form,
    inward,
    left_out,
    may_show,
    pieces,
    run_sizes,
    runs_of,
    seal,
    smallest_difference,
)
from tests.assessments.blocks import block, ids
from tests.cohorts.attacker import Seen

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
    people = [Member(ids(number), {}, {"autonomy": Fraction(score, 4)}) for number, score in enumerate(scores)]
    sizes = run_sizes(len(people), rule)
    numbers = runs_of(people, "autonomy", sizes)
    assert Counter(numbers.values()) == Counter(dict(enumerate(sizes)))
    assert len(sizes) == len(scores) // rule.run
    assert not sizes or (max(sizes) - min(sizes) <= 1 and min(sizes) >= rule.run and sum(sizes) == len(scores))
    in_turn = sorted((numbers[one.id], one.values["autonomy"]) for one in people if one.id in numbers)
    assert [points for _run, points in in_turn] == sorted(points for _run, points in in_turn)


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
def groupings(draw: st.DrawFn) -> tuple[int, list[frozenset[UUID]], list[frozenset[UUID]], list[frozenset[UUID]]]:
    """Up to seven companies, each in one of three blocks or in none; the same for parts, and for other parts."""
    people = [ids(number) for number in range(draw(st.integers(1, 7)))]

    def grouped() -> list[frozenset[UUID]]:
        places = [draw(st.integers(0, 3)) for _one in people]
        found = [frozenset(one for one, at in zip(people, places, strict=True) if at == place) for place in (1, 2, 3)]
        return [one for one in found if one]

    return len(people), grouped(), grouped(), grouped()


@careful
@given(case=groupings())
def test_the_smallest_difference_is_what_linear_algebra_finds(
    case: tuple[int, list[frozenset[UUID]], list[frozenset[UUID]], list[frozenset[UUID]]],
) -> None:
    count, blocks, parts, _others = case
    people = [ids(number) for number in range(count)]
    known = [_row(one, people) for one in blocks]
    both = [*known, *(_row(one, people) for one in parts)]
    found = _fewest(count, both, known)
    assert smallest_difference(blocks, parts) == found


@settings(deadline=None, max_examples=150)
@given(dice=st.integers(0, 10**6), count=st.integers(18, 26))
def test_what_may_be_shown_rests_on_enough_beside_everything_that_was_shown(dice: int, count: int) -> None:
    """Two blocks, a part, and a part of another comparison that crosses it, by chance: one in five may be shown."""
    rolled = random.Random(dice)
    places = [(rolled.random() < 0.5, rolled.random() < 0.5, rolled.random() < 0.5) for _company in range(count)]

    def at(dimension: int, value: bool = True) -> frozenset[UUID]:
        return frozenset(ids(number) for number, place in enumerate(places) if place[dimension] == value)

    blocks, part, other = [at(0), at(0, value=False)], at(1), at(2)
    assume(min(map(len, blocks)) > 3)
    if may_show(blocks, [other], [], Rule(3)) and may_show(blocks, [part], [other], Rule(3)):
        seen = Seen()
        for one in [*blocks, part, other]:
            seen.learn({(company, "score"): Fraction(1) for company in one})
        assert seen.fewest(3) is None


@careful
@given(case=groupings())
def test_pieces_hold_every_company_once_and_make_up_every_set(
    case: tuple[int, list[frozenset[UUID]], list[frozenset[UUID]], list[frozenset[UUID]]],
) -> None:
    _count, _blocks, parts, others = case
    found = pieces([*parts, *others])
    assert sum(map(len, found)) == len(frozenset().union(*found))
    for one in [*parts, *others]:
        assert one == frozenset().union(*(piece for piece in found if piece <= one))


def _fewest(count: int, rows: list[list[Fraction]], known: list[list[Fraction]]) -> int | None:
    """The fewest companies on which a combination of the rows rests that is none of those known."""
    sizes = (
        size
        for size in range(1, count + 1)
        for chosen in combinations(range(count), size)
        if _rests_on(rows, chosen) > _rests_on(known, chosen)
    )
    return next(sizes, None)


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
