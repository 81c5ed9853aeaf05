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
        "dormant beginner",
    ],
    "indispensability": [
        "strong all-rounder",
        "niche monopolist",
        "software firm",
        "producer abroad",
        "food processor",
        "machining subcontractor",
        "trading house",
        "dormant beginner",
    ],
    "governance": [
        "strong all-rounder",
        "software firm",
        "producer abroad",
        "castings maker",
        "paper tiger",
        "dormant beginner",
    ],
}


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


@pytest.mark.parametrize("axis", RANKING)
def test_the_ranking_of_a_sensible_advisor_comes_out(axis: str) -> None:
    found = {name: axis_of(name, axis) for name in RANKING[axis]}
    print({name: (one.stage, float(one.score or 0)) for name, one in found.items()})
    for better, worse in pairwise(RANKING[axis]):
        assert found[better].score is not None
        assert found[worse].score is not None
        assert (found[better].stage, found[better].score) > (found[worse].stage, found[worse].score), (better, worse)
