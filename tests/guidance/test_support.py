"""Support measures against a profile: why one appears, what is missing, and what nobody has said yet."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidance.catalog import Condition, Text
from guidance.conditions import holds
from guidance.reference import Measure, Requirement
from guidance.support import judge, match, match_all
from tests.catalogs import careful

pytestmark = pytest.mark.pure


def fact(key: str, **test: Any) -> Condition:
    return Condition(profile=key, **test)


DECLARED = fact("growth_declaration", **{"is": True})
SALES = fact("sales_band", **{"in": ("1b-4b", "4b-10b")})
SMALL = fact("employees", at_most=2000)


def measure(name: str, *conditions: Condition) -> Measure:
    words = Text("言葉", "Words")
    return Measure(
        id=name,
        name=words,
        certainty="B",
        audience=words,
        benefit=words,
        requirements=tuple(Requirement(text=words, when=condition) for condition in conditions),
        status="unknown",
        as_of=words,
    )


def test_a_match_says_what_is_met_what_is_missing_and_what_is_not_known() -> None:
    found = match(measure("SUP-1", SALES, DECLARED, SMALL), {"sales_band": "1b-4b", "growth_declaration": False})
    assert [[item.requirement.when for item in part] for part in (found.met, found.missing, found.unknown)] == [
        [SALES],
        [DECLARED],
        [SMALL],
    ]
    assert not found.fits


def test_a_measure_fits_only_when_everything_that_can_be_tested_is_met() -> None:
    profile = {"sales_band": "4b-10b", "growth_declaration": True, "employees": 2000}
    assert match(measure("SUP-1", SALES, DECLARED, SMALL), profile).fits
    assert not match(measure("SUP-1", SALES, DECLARED, SMALL), {**profile, "employees": 2001}).fits
    assert not match(measure("SUP-2"), profile).fits, "a measure that tests nothing fits nobody"


def test_the_nearest_measure_comes_first() -> None:
    far, near, open_ = measure("FAR", DECLARED, SALES), measure("NEAR", SMALL), measure("OPEN", SALES, SMALL)
    found = match_all([far, open_, near], {"growth_declaration": False, "employees": 10})
    assert [item.measure.id for item in found] == ["NEAR", "OPEN", "FAR"]


def test_what_follows_from_the_known_facts_is_decided_though_others_are_unknown() -> None:
    either = Condition(any=(DECLARED, SMALL))
    both = Condition(all=(DECLARED, SMALL))
    assert judge(either, {"growth_declaration": True}) is True
    assert judge(either, {"growth_declaration": False}) is None
    assert judge(both, {"growth_declaration": False}) is False
    assert judge(both, {"growth_declaration": True}) is None
    assert judge(Condition(**{"not": DECLARED}), {}) is None
    assert judge(Condition(**{"not": DECLARED}), {"growth_declaration": False}) is True


leaf = st.sampled_from([DECLARED, SALES, SMALL])
trees = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Condition(all=tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Condition(any=tuple(parts))),
        inner.map(lambda part: Condition(**{"not": part})),
    ),
    max_leaves=6,
)
full = st.fixed_dictionaries(
    {
        "growth_declaration": st.booleans(),
        "sales_band": st.sampled_from(["1b-4b", "10b-over"]),
        "employees": st.sampled_from([10, 2000, 3000]),
    }
)


@careful
@given(trees, full, st.sets(st.sampled_from(["growth_declaration", "sales_band", "employees"])))
def test_a_judgement_on_part_of_the_facts_is_never_overturned_by_the_rest(
    condition: Condition, profile: dict[str, Any], hidden: set[str]
) -> None:
    partial = {key: value for key, value in profile.items() if key not in hidden}
    judged = judge(condition, partial)
    assert judged in (None, holds(condition, profile, {}))
    if not hidden:
        assert judged is not None
