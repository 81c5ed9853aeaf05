"""The weights and gates give the ranking that a sensible advisor would give to ten firms of different kinds."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest

from assessments.planning.ordering import rank
from assessments.scoring.engine import score
from assessments.scoring.scorecard import AxisScore, Scorecard
from guidance.registry import current_catalog
from tests.assessments.firms import FIRMS

pytestmark = pytest.mark.pure

RANKING = {
    "autonomy": [
        "strong all-rounder",
        "trading house",
        "food processor",
        "niche monopolist",
        "machining subcontractor",
        "castings maker",
        "software firm",
        "dormant beginner",
    ],
    "indispensability": [
        "strong all-rounder",
        "niche monopolist",
        "software firm",
        "producer abroad",
        "machining subcontractor",
        "trading house",
        "dormant beginner",
    ],
    "governance": [
        "strong all-rounder",
        "software firm",
        "food processor",
        "trading house",
        "producer abroad",
        "niche monopolist",
        "paper tiger",
        "castings maker",
        "dormant beginner",
    ],
}
"""Who is better prepared, the best first; firms that an advisor would not rank against each other are left out."""


@cache
def card_of(name: str) -> Scorecard:
    firm = FIRMS[name]
    return score(current_catalog(), firm.answers(current_catalog()), firm.profile)


def axis_of(name: str, axis: str) -> AxisScore:
    return next(found for found in card_of(name).axes if found.id == axis)


def test_there_are_ten_firms_and_each_is_asked_only_about_its_own_scenes() -> None:
    assert len(FIRMS) == 10
    asked = {name: set(firm.answers(current_catalog())) for name, firm in FIRMS.items()}
    assert any(question.startswith("I-OVS") for question in asked["producer abroad"])
    assert not any(question.startswith("I-OVS") for question in asked["food processor"])
    assert not any(question.startswith("I-PTN") for question in asked["trading house"])


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("castings maker", "ACT-VIS-01"),  # write down the suppliers and mark what has no substitute
        ("niche monopolist", "ACT-SRC-02"),  # a register of single sources
        ("machining subcontractor", "ACT-COR-01"),  # name what the strength comes from
        ("software firm", "ACT-VIS-01"),
        ("paper tiger", "ACT-LDR-01"),  # the president says what he wants and who does it
    ],
)
def test_the_plan_begins_where_an_advisor_would_begin(name: str, first: str) -> None:
    assert rank(current_catalog(), card_of(name))[0].action.id == first


def test_the_beginner_begins_with_small_steps_on_all_three_axes() -> None:
    begin = rank(current_catalog(), card_of("dormant beginner"))[:5]
    assert max(item.action.person_days for item in begin) <= 5
    assert {axis for item in begin for axis in item.gains} == set(RANKING)


def test_binders_alone_do_not_lift_a_firm_whose_president_does_not_lead() -> None:
    found = axis_of("paper tiger", "governance")
    assert (found.stage, found.stage_by_points) == (2, 3)
    assert [gate.id for gate in found.holding()] == ["G-LDR-01"]


@pytest.mark.parametrize("axis", RANKING)
def test_the_ranking_of_a_sensible_advisor_comes_out(axis: str) -> None:
    found = {name: axis_of(name, axis) for name in RANKING[axis]}
    print({name: (one.stage, float(one.score or 0)) for name, one in found.items()})
    for better, worse in pairwise(RANKING[axis]):
        assert found[better].score is not None
        assert found[worse].score is not None
        assert (found[better].stage, found[better].score) > (found[worse].stage, found[worse].score), (better, worse)
