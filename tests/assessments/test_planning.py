"""Which actions in which order, and in which quarter."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.planning.ordering import RankedAction, find_out, rank
from assessments.planning.schedule import PlannedAction, place, quarters
from assessments.scoring.answers import Answer
from assessments.scoring.engine import score
from guidance.catalog import Action, Catalog, Cost
from tests.catalogs import (
    actions_on,
    careful,
    cases,
    levels,
    make_action,
    make_axis,
    make_catalog,
    make_question,
    make_section,
    one_axis,
)

pytestmark = pytest.mark.pure

START = dt.date(2026, 11, 23)


def ranked(catalog: Catalog, answers: dict[str, Answer], **profile: bool) -> list[RankedAction]:
    return list(rank(catalog, score(catalog, answers, profile)))


def names(found: list[RankedAction]) -> list[str]:
    return [item.action.id for item in found]


def four_questions(*actions: Action) -> Catalog:
    """Four questions of equal weight: each level of each is worth 6.25 points."""
    return one_axis(*(make_question(f"Q-{number}") for number in range(1, 5)), actions=actions)


# --- the order ----------------------------------------------------------------------------------------------------


def test_the_larger_gain_per_person_day_comes_first() -> None:
    catalog = four_questions(
        make_action("small", {"Q-1": 1}, person_days=2),  # 6.25 / 2
        make_action("large", {"Q-2": 4}, person_days=10),  # 25 / 10
        make_action("cheap", {"Q-3": 2}, person_days=3),  # 12.5 / 3
    )
    found = ranked(catalog, levels(Q_1=0, Q_2=0, Q_3=0, Q_4=0))
    assert names(found) == ["cheap", "small", "large"]
    assert [item.gain for item in found] == [Fraction(25, 2), Fraction(25, 4), 25]


def test_equal_gain_goes_to_the_cheaper_action_and_no_effort_is_no_division_by_zero() -> None:
    catalog = four_questions(
        make_action("dear", {"Q-1": 2}, cost_jpy=Cost(0, 500)),
        make_action("cheap", {"Q-2": 2}, cost_jpy=Cost(0, 100)),
        make_action("effortless", {"Q-3": 1}, person_days=0),
    )
    assert names(ranked(catalog, levels(Q_1=0, Q_2=0, Q_3=0, Q_4=0))) == ["effortless", "cheap", "dear"]


def test_what_opens_a_gate_comes_before_a_larger_gain() -> None:
    catalog = one_axis(
        make_question("G", gate={"stage": 3, "min_level": 2}),
        make_question("Q-1", weight=3),
        make_question("Q-2", weight=3),
        actions=[make_action("gain", {"Q-1": 4}, person_days=1), make_action("gate", {"G": 2}, person_days=20)],
    )
    found = ranked(catalog, levels(G=1, Q_1=2, Q_2=4))
    assert names(found) == ["gate", "gain"]
    assert [item.opens for item in found] == [("G",), ()]


def test_a_gate_far_above_the_stage_does_not_push_forward() -> None:
    catalog = one_axis(
        make_question("G", gate={"stage": 5, "min_level": 2}),
        make_question("Q-1", weight=3),
        actions=[make_action("gain", {"Q-1": 4}, person_days=1), make_action("gate", {"G": 2}, person_days=20)],
    )
    found = ranked(catalog, levels(G=1, Q_1=0))
    assert names(found) == ["gain", "gate"]
    assert found[1].opens == ()


def test_a_step_that_stays_below_the_gate_does_not_count_as_opening_it() -> None:
    catalog = one_axis(
        make_question("G", gate={"stage": 2, "min_level": 3}),
        make_question("Q-1"),
        actions=[make_action("half", {"G": 2}, person_days=20), make_action("gain", {"Q-1": 4}, person_days=1)],
    )
    found = ranked(catalog, levels(G=1, Q_1=0))
    assert names(found) == ["gain", "half"]
    assert found[1].opens == ()


def test_prerequisites_come_first_however_little_they_gain() -> None:
    catalog = four_questions(
        make_action("last", {"Q-1": 4}, requires=("middle",), person_days=1),
        make_action("middle", {"Q-2": 1}, requires=("first",), person_days=30),
        make_action("first", {"Q-3": 1}, person_days=30),
    )
    assert names(ranked(catalog, levels(Q_1=0, Q_2=0, Q_3=0, Q_4=0))) == ["first", "middle", "last"]


def test_what_an_action_is_worth_counts_the_effort_of_what_has_to_come_before_it() -> None:
    catalog = four_questions(
        make_action("groundwork", {"Q-1": 1}, person_days=20),
        make_action("review", {"Q-1": 2, "Q-2": 4}, person_days=1, requires=("groundwork",)),
        make_action("quick", {"Q-3": 2}, person_days=4),
    )
    assert names(ranked(catalog, levels(Q_1=0, Q_2=0, Q_3=0, Q_4=0))) == ["quick", "groundwork", "review"]
    assert names(ranked(catalog, levels(Q_1=1, Q_2=0, Q_3=0, Q_4=0))) == ["review", "quick"]


def test_a_gate_before_the_next_stage_pushes_forward_though_the_points_are_not_there_yet() -> None:
    catalog = one_axis(
        make_question("G", gate={"stage": 2, "min_level": 2}),
        make_question("Q-1", weight=3),
        actions=[make_action("gain", {"Q-1": 4}, person_days=1), make_action("gate", {"G": 2}, person_days=20)],
    )
    assert names(ranked(catalog, levels(G=0, Q_1=0))) == ["gate", "gain"]


def test_what_a_prerequisite_already_raised_is_not_gained_again() -> None:
    catalog = four_questions(
        make_action("last", {"Q-1": 4}, requires=("first",), person_days=1),
        make_action("first", {"Q-1": 3}, person_days=30),
    )
    found = ranked(catalog, levels(Q_1=0, Q_2=0, Q_3=0, Q_4=0))
    assert names(found) == ["first", "last"]
    assert [item.gain for item in found] == [Fraction(75, 4), Fraction(25, 4)]


def test_an_action_that_its_own_prerequisite_makes_needless_is_left_out() -> None:
    catalog = four_questions(
        make_action("last", {"Q-1": 2}, requires=("first",), person_days=1),
        make_action("first", {"Q-1": 3}, person_days=30),
    )
    assert names(ranked(catalog, levels(Q_1=0))) == ["first"]


def test_a_prerequisite_that_has_nothing_left_to_raise_is_not_done_again() -> None:
    catalog = four_questions(make_action("list", {"Q-1": 2}), make_action("complete", {"Q-1": 3}, requires=("list",)))
    assert names(ranked(catalog, levels(Q_1=0))) == ["list", "complete"]
    assert names(ranked(catalog, levels(Q_1=2))) == ["complete"]


def test_two_actions_on_one_question_give_the_higher_level_and_never_the_sum() -> None:
    catalog = four_questions(
        make_action("to-2", {"Q-1": 2}, person_days=1), make_action("to-3", {"Q-1": 3}, person_days=10)
    )
    found = ranked(catalog, levels(Q_1=0, Q_2=0, Q_3=0, Q_4=0))
    assert [(step.before, step.after) for item in found for step in item.steps] == [(0, 2), (2, 3)]
    assert sum(item.gain for item in found) == Fraction(75, 4)  # 25 · 3/4, not 25 · 5/4


def test_an_action_that_another_one_makes_needless_is_left_out() -> None:
    catalog = four_questions(
        make_action("to-4", {"Q-1": 4}, person_days=1), make_action("to-2", {"Q-1": 2}, person_days=9)
    )
    assert names(ranked(catalog, levels(Q_1=0))) == ["to-4"]


def test_two_lines_of_one_action_on_one_question_give_the_higher_level() -> None:
    catalog = four_questions(make_action("twice", [("Q-1", 2), ("Q-1", 3)]))
    [found] = ranked(catalog, levels(Q_1=0, Q_2=0, Q_3=0, Q_4=0))
    assert found.gain == Fraction(75, 4)


def test_a_question_is_never_lowered_or_raised_beyond_what_an_action_reaches() -> None:
    catalog = four_questions(make_action("mixed", {"Q-1": 2, "Q-2": 2, "Q-3": 2}))
    [found] = ranked(catalog, levels(Q_1=1, Q_2=2, Q_3=4))
    assert [(step.question, step.before, step.after) for step in found.steps] == [("Q-1", 1, 2)]


def test_gains_are_told_by_axis() -> None:
    catalog = make_catalog(
        make_axis(make_section("S1", make_question("Q-1"), make_question("Q-2"))),
        make_axis(make_section("S2", make_question("Q-3")), name="governance"),
        actions=[make_action("both", {"Q-1": 4, "Q-3": 1})],
    )
    [found] = ranked(catalog, levels(Q_1=0, Q_2=0, Q_3=0))
    assert found.gains == {"autonomy": 50, "governance": 25}
    assert found.gain == 75


def test_only_what_is_known_and_asked_is_raised() -> None:
    catalog = one_axis(
        make_question("known"),
        make_question("unknown"),
        make_question("na"),
        make_question("hidden", applies_when={"profile": "exports", "is": True}),
        make_question("none"),
        actions=[make_action(f"raise-{name}", {name: 4}) for name in ("known", "unknown", "na", "hidden", "none")],
    )
    answers = {
        "known": Answer.at(0),
        "unknown": Answer.unknown(),
        "na": Answer.not_applicable("扱っていない"),
        "hidden": Answer.at(0),
    }
    assert names(ranked(catalog, answers)) == ["raise-known"]
    assert names(ranked(catalog, answers, exports=True)) == ["raise-known", "raise-hidden"]


def test_what_is_unknown_is_found_out_the_heaviest_first() -> None:
    catalog = one_axis(
        make_question("light"), make_question("heavy", weight=3), make_question("known"), make_question("none")
    )
    answers = {"light": Answer.unknown(), "heavy": Answer.unknown(), "known": Answer.at(0)}
    assert find_out(score(catalog, answers, {})) == ("heavy", "light")
    assert find_out(score(catalog, levels(known=4), {})) == ()


@careful
@given(cases(), st.data())
def test_the_gains_add_up_to_what_the_low_bounds_rise(
    case: tuple[Catalog, dict[str, Answer], dict[str, bool]], data: st.DataObject
) -> None:
    bare, answers, profile = case
    catalog = make_catalog(*bare.axes, actions=data.draw(actions_on(bare)))
    before = score(catalog, answers, profile)
    found = rank(catalog, before)
    done = dict(answers)
    for item in found:
        for step in item.steps:
            assert done[step.question].level == step.before < step.after
            done[step.question] = Answer.at(step.after)
    after = score(catalog, done, profile)
    for old, new in zip(before.axes, after.axes, strict=True):
        gains = sum(item.gains.get(old.id, Fraction(0)) for item in found)
        assert gains == (new.low or 0) - (old.low or 0)


@careful
@given(cases(), st.data())
def test_every_action_that_still_helps_is_done_once_after_its_prerequisites(
    case: tuple[Catalog, dict[str, Answer], dict[str, bool]], data: st.DataObject
) -> None:
    bare, answers, profile = case
    catalog = make_catalog(*bare.axes, actions=data.draw(actions_on(bare)))
    found = list(rank(catalog, score(catalog, answers, profile)))
    order = names(found)
    assert len(set(order)) == len(order)
    for index, item in enumerate(found):
        assert not set(item.action.requires) & set(order[index + 1 :])
    raised = {step.question: step.after for item in found for step in item.steps}
    asked = score(catalog, answers, profile).questions()
    for action in catalog.actions:
        for lift in action.raises:
            level = asked[lift.question].level
            assert level is None or raised.get(lift.question, level) >= lift.to


# --- the quarters -------------------------------------------------------------------------------------------------


def planned(*actions: Action, person_days: int = 20, horizon: int = 4) -> dict[str, int | None]:
    """The quarter of each action, None beyond the horizon; the actions are placed in this order."""
    found = place(as_ranked(*actions), START, person_days=person_days, horizon=horizon)
    return {item.ranked.action.id: item.quarter.number if item.quarter else None for item in found}


def as_ranked(*actions: Action) -> list[RankedAction]:
    return [RankedAction(action, {}, (), ()) for action in actions]


def effort(name: str, person_days: int, weeks: int = 1, requires: tuple[str, ...] = ()) -> Action:
    return make_action(name, {"Q-1": 1}, person_days=person_days, weeks=weeks, requires=requires)


def test_quarters_are_three_whole_months_from_the_next_month() -> None:
    assert [(q.number, q.start.isoformat(), q.end.isoformat()) for q in quarters(START)] == [
        (1, "2026-12-01", "2027-02-28"),
        (2, "2027-03-01", "2027-05-31"),
        (3, "2027-06-01", "2027-08-31"),
        (4, "2027-09-01", "2027-11-30"),
    ]


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)))
def test_quarters_follow_one_another_without_a_gap(start: dt.date) -> None:
    found = quarters(start, 6)
    assert found[0].start > start
    assert all(one.end + dt.timedelta(days=1) == other.start for one, other in pairwise(found))


def test_a_quarter_takes_as_many_person_days_as_there_are() -> None:
    assert planned(effort("a", 12), effort("b", 8), effort("c", 1)) == {"a": 1, "b": 1, "c": 2}
    assert planned(effort("a", 12), effort("b", 9)) == {"a": 1, "b": 2}


def test_an_effort_larger_than_a_quarter_runs_on() -> None:
    assert planned(effort("a", 41), effort("b", 19), effort("c", 1)) == {"a": 3, "b": 3, "c": 4}


def test_weeks_count_where_they_are_longer_than_the_effort() -> None:
    assert planned(effort("a", 1, weeks=13)) == {"a": 1}
    assert planned(effort("a", 1, weeks=14)) == {"a": 2}


def test_weeks_run_from_the_quarter_in_which_there_are_days_to_begin() -> None:
    assert planned(effort("a", 20), effort("b", 1, weeks=13)) == {"a": 1, "b": 2}
    assert planned(effort("a", 20), effort("b", 1, weeks=14)) == {"a": 1, "b": 3}
    assert planned(effort("a", 19), effort("b", 1, weeks=14)) == {"a": 1, "b": 2}


def test_prerequisites_finish_first() -> None:
    assert planned(effort("a", 1, weeks=13), effort("b", 1, requires=("a",))) == {"a": 1, "b": 2}
    assert planned(effort("a", 1, weeks=12), effort("b", 1, requires=("a",))) == {"a": 1, "b": 1}
    assert planned(effort("a", 1, weeks=12), effort("b", 1, weeks=2, requires=("a",))) == {"a": 1, "b": 2}
    assert planned(effort("a", 1, weeks=13), effort("b", 1)) == {"a": 1, "b": 1}


def test_a_later_action_uses_the_days_that_a_waiting_one_leaves_free() -> None:
    found = planned(effort("a", 5, weeks=20), effort("b", 5, requires=("a",)), effort("c", 15))
    assert found == {"a": 2, "b": 2, "c": 1}


def test_a_prerequisite_that_is_not_in_the_plan_holds_nothing_up() -> None:
    assert planned(effort("b", 1, requires=("done-already",))) == {"b": 1}


def test_beyond_the_horizon_there_is_no_quarter() -> None:
    assert planned(effort("a", 20), effort("b", 20), effort("c", 1), horizon=2) == {"a": 1, "b": 2, "c": None}
    assert planned(effort("a", 1, weeks=53)) == {"a": None}
    assert planned(effort("a", 1, weeks=52)) == {"a": 4}


@pytest.mark.parametrize("person_days", [0, -1])
def test_a_plan_without_person_days_is_refused(person_days: int) -> None:
    assert planned(effort("a", 1), person_days=1) == {"a": 1}
    with pytest.raises(ValueError, match="person_days"):
        planned(effort("a", 1), person_days=person_days)


@careful
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=8), st.integers(1, 25), st.data()
)
def test_no_plan_asks_for_more_than_there_is_and_every_plan_keeps_the_order(
    sizes: list[tuple[int, int]], person_days: int, data: st.DataObject
) -> None:
    actions = [
        effort(
            f"A-{number}",
            days,
            weeks,
            tuple(f"A-{n}" for n in data.draw(st.sets(st.integers(0, number - 1), max_size=2))) if number else (),
        )
        for number, (days, weeks) in enumerate(sizes)
    ]
    horizon = 300
    found: tuple[PlannedAction, ...] = place(as_ranked(*actions), START, person_days=person_days, horizon=horizon)
    numbers = {item.ranked.action.id: item.quarter.number for item in found if item.quarter}
    assert len(numbers) == len(actions)
    for quarter in set(numbers.values()):
        finished = [action for action in actions if numbers[action.id] <= quarter]
        assert sum(action.person_days for action in finished) <= quarter * person_days
    for action in actions:
        before = [numbers[name] for name in action.requires]
        assert numbers[action.id] >= max(before, default=1)
        # Weeks run one after the other: a chain cannot be shorter than its parts.
        chain = action.weeks + sum(a.weeks for a in actions if len(action.requires) == 1 and a.id == action.requires[0])
        assert numbers[action.id] >= -(-chain // 13)
