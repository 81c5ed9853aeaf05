"""`applies_when`: whom a question is for, and whether anybody can reach it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from guidance.catalog import Condition
from guidance.conditions import applicable, holds, reachable
from tests.catalogs import careful, make_question, one_axis

pytestmark = pytest.mark.pure

EXPORTS = {"profile": "exports", "is": True}
IMPORTS = {"profile": "imports", "is": True}


def condition(data: dict[str, Any]) -> Condition:
    return TypeAdapter(Condition).validate_python(data)


@pytest.mark.parametrize(
    ("data", "profile", "expected"),
    [
        (EXPORTS, {"exports": True}, True),
        (EXPORTS, {"exports": False}, False),
        (EXPORTS, {}, False),
        (EXPORTS, {"exports": 1}, False),  # in Python 1 == True; here it is another answer
        ({"profile": "exports", "is": False}, {"exports": False}, True),
        ({"profile": "exports", "is": False}, {}, False),  # not said is not "no"
        ({"profile": "employees", "is": 1}, {"employees": True}, False),
        ({"profile": "industry", "in": ["D", "E"]}, {"industry": "E"}, True),
        ({"profile": "industry", "in": ["D", "E"]}, {"industry": "F"}, False),
        ({"profile": "industry", "in": ["D", "E"]}, {}, False),
        ({"all": [EXPORTS, IMPORTS]}, {"exports": True, "imports": True}, True),
        ({"all": [EXPORTS, IMPORTS]}, {"exports": True}, False),
        ({"any": [EXPORTS, IMPORTS]}, {"imports": True}, True),
        ({"any": [EXPORTS, IMPORTS]}, {}, False),
        ({"not": EXPORTS}, {"exports": True}, False),
        ({"not": EXPORTS}, {}, True),
        ({"not": {"any": [EXPORTS, IMPORTS]}}, {"imports": True}, False),
    ],
)
def test_a_condition_on_the_profile(data: dict[str, Any], profile: dict[str, Any], expected: bool) -> None:
    assert holds(condition(data), profile, {}) is expected


@pytest.mark.parametrize(("level", "expected"), [(None, False), (0, False), (1, False), (2, True), (4, True)])
def test_a_condition_on_another_answer(level: int | None, expected: bool) -> None:
    known = {} if level is None else {"Q-1": level}
    assert holds(condition({"question": "Q-1", "at_least": 2}), {}, known) is expected


def test_at_least_0_still_wants_an_answer() -> None:
    asked = condition({"question": "Q-1", "at_least": 0})
    assert holds(asked, {}, {"Q-1": 0})
    assert not holds(asked, {}, {})


@careful
@given(st.dictionaries(st.sampled_from(["exports", "imports"]), st.booleans()))
def test_not_any_is_all_not(profile: dict[str, bool]) -> None:
    one = condition({"not": {"any": [EXPORTS, IMPORTS]}})
    other = condition({"all": [{"not": EXPORTS}, {"not": IMPORTS}]})
    assert holds(one, profile, {}) == holds(other, profile, {})


def test_questions_open_one_another_in_any_order_of_the_file() -> None:
    catalog = one_axis(
        make_question("Q-3", applies_when={"question": "Q-2", "at_least": 1}),
        make_question("Q-2", applies_when={"question": "Q-1", "at_least": 1}),
        make_question("Q-1", applies_when=EXPORTS),
    )
    answers = {"Q-1": 1, "Q-2": 1}
    assert applicable(catalog, {"exports": True}, answers) == {"Q-1", "Q-2", "Q-3"}
    assert applicable(catalog, {"exports": True}, {"Q-2": 1}) == {"Q-1"}
    assert applicable(catalog, {"exports": False}, answers) == frozenset()


def test_a_condition_on_a_question_of_another_catalog_is_false() -> None:
    catalog = one_axis(make_question("Q-1", applies_when={"question": "Q-9", "at_least": 0}))
    assert applicable(catalog, {}, {"Q-9": 4}) == frozenset()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (EXPORTS, True),
        ({"not": EXPORTS}, True),
        ({"all": [EXPORTS, {"not": IMPORTS}]}, True),
        ({"all": [EXPORTS, {"not": EXPORTS}]}, False),
        ({"all": [{"profile": "industry", "is": "D"}, {"profile": "industry", "is": "E"}]}, False),
        ({"profile": "exports", "is": "yes"}, False),
        ({"profile": "employees", "is": 20}, True),
        ({"profile": "a_fact_of_theirs", "is": "x"}, True),
        ({"question": "Q-2", "at_least": 4}, True),
        ({"all": [{"question": "Q-2", "at_least": 3}, {"not": {"question": "Q-2", "at_least": 2}}]}, False),
        ({"not": {"any": [EXPORTS, {"not": EXPORTS}]}}, False),
    ],
)
def test_whether_anybody_can_reach_a_question(data: dict[str, Any], expected: bool) -> None:
    assert reachable({"Q-1": condition(data)}, "Q-1") is expected


def test_a_question_is_out_of_reach_where_the_one_that_opens_it_is() -> None:
    never = condition({"all": [EXPORTS, {"not": EXPORTS}]})
    opened = condition({"question": "Q-1", "at_least": 0})
    assert not reachable({"Q-1": never, "Q-2": opened}, "Q-2")
    assert reachable({"Q-1": condition(EXPORTS), "Q-2": opened}, "Q-2")


def test_a_condition_too_large_to_search_counts_as_reachable() -> None:
    both = [{"question": f"Q-{number}", "at_least": 4} for number in range(8)]
    assert reachable({"X": condition({"all": [*both, EXPORTS, {"not": EXPORTS}]})}, "X")
