"""Examples of scoring.md, each worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from assessments.scoring.answers import Answer
from assessments.scoring.engine import score, stage_of
from assessments.scoring.scorecard import AxisScore, exact, shown, to_json
from guidance.catalog import Catalog
from tests.catalogs import levels, make_axis, make_catalog, make_question, make_section, one_axis

pytestmark = pytest.mark.pure

NA = Answer.not_applicable("部材を輸入していない")
UNKNOWN = Answer.unknown()


def first_axis(catalog: Catalog, answers: dict[str, Answer], **profile: bool) -> AxisScore:
    return score(catalog, answers, profile).axes[0]


@pytest.fixture
def two_sections() -> Catalog:
    """S1 (weight 3): Q-1 of weight 2 and Q-2 of weight 1. S2 (weight 1): Q-3 and Q-4 of weight 1."""
    return make_catalog(
        make_axis(
            make_section("S1", make_question("Q-1", weight=2), make_question("Q-2"), weight=3),
            make_section("S2", make_question("Q-3"), make_question("Q-4"), weight=1),
        )
    )


def test_two_sections_of_weights_3_and_1(two_sections: Catalog) -> None:
    axis = first_axis(two_sections, levels(Q_1=3, Q_2=0, Q_3=4, Q_4=2))
    # S1 = (2·3/4 + 1·0) / 3 = 1/2; S2 = (1 + 1/2) / 2 = 3/4; A = 100·(3·1/2 + 1·3/4) / 4 = 56.25
    assert [section.score for section in axis.sections] == [50, 75]
    assert axis.score == axis.low == axis.high == Fraction(225, 4)
    assert axis.coverage == 100
    assert shown(axis.score) == "56.3"
    lines = {line.id: (line.contribution, line.possible) for line in axis.questions()}
    assert lines == {
        "Q-1": (Fraction(75, 2), 50),  # 100·3/4·2/3·3/4
        "Q-2": (0, 25),
        "Q-3": (Fraction(25, 2), Fraction(25, 2)),
        "Q-4": (Fraction(25, 4), Fraction(25, 2)),
    }


def test_an_unknown_answer_opens_the_range_and_leaves_the_point_score(two_sections: Catalog) -> None:
    axis = first_axis(two_sections, {**levels(Q_1=3, Q_3=4), "Q-2": UNKNOWN})
    # known: S1 = 3/4, S2 = 1 → (3·3/4 + 1) / 4; low: S1 = (2·3/4)/3, S2 = 1/2; high: S1 = (3/2 + 1)/3, S2 = 1
    assert axis.score == Fraction(325, 4)
    assert axis.low == 50
    assert axis.high == Fraction(175, 2)
    assert axis.coverage == Fraction(125, 2)  # 100·(3·2/3 + 1·1/2) / 4


def test_a_section_without_a_known_answer_lends_its_weight_to_the_others(two_sections: Catalog) -> None:
    axis = first_axis(two_sections, levels(Q_3=4, Q_4=2))
    assert axis.score == 75
    assert axis.low == Fraction(75, 4)
    assert axis.high == Fraction(375, 4)
    assert axis.coverage == 25
    assert axis.sections[0].score is None


def test_nothing_known_is_not_zero(two_sections: Catalog) -> None:
    axis = first_axis(two_sections, {"Q-1": UNKNOWN})
    assert (axis.score, axis.low, axis.high, axis.coverage) == (None, 0, 100, 0)
    assert (axis.stage, axis.stage_by_points) == (1, 1)
    assert to_json(score(two_sections, {}, {}))["axes"]["autonomy"]["score"] is None


def test_nothing_that_applies_has_no_figure_at_all(two_sections: Catalog) -> None:
    axis = first_axis(two_sections, dict.fromkeys(two_sections.questions, NA))
    assert (axis.score, axis.low, axis.high, axis.coverage, axis.stage, axis.stage_by_points) == (None,) * 6
    assert all(section.score is section.low is section.coverage is None for section in axis.sections)


def test_an_answer_to_a_question_that_the_profile_hides_is_not_scored() -> None:
    catalog = one_axis(make_question("Q-1"), make_question("Q-2", applies_when={"profile": "exports", "is": True}))
    answers = levels(Q_1=2, Q_2=4)
    assert first_axis(catalog, answers, exports=True).score == 75
    assert first_axis(catalog, answers, exports=False).score == 50
    assert first_axis(catalog, answers).score == 50  # a fact that is missing makes no condition true


def test_an_answer_to_a_hidden_question_opens_no_other_question() -> None:
    catalog = one_axis(
        make_question("Q-1", applies_when={"profile": "exports", "is": True}),
        make_question("Q-2", applies_when={"question": "Q-1", "at_least": 2}),
        make_question("Q-3"),
    )
    answers = levels(Q_1=4, Q_2=0, Q_3=4)
    assert first_axis(catalog, answers, exports=False).score == 100
    assert first_axis(catalog, answers, exports=True).score == Fraction(200, 3)


# --- stages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "stage"),
    [(0, 1), ("19.999", 1), (20, 2), ("39.999", 2), (40, 3), ("59.999", 3), (60, 4), ("79.999", 4), (80, 5), (100, 5)],
)
def test_stages_begin_exactly_at_20_40_60_and_80(low: int | str, stage: int) -> None:
    assert stage_of(Fraction(low)) == stage


@pytest.mark.parametrize(("fours", "stage"), [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 5)])
def test_five_equal_questions_reach_a_stage_each(fours: int, stage: int) -> None:
    names = [f"Q-{number}" for number in range(5)]
    catalog = one_axis(*(make_question(name) for name in names))
    answers = {name: Answer.at(4 if number < fours else 0) for number, name in enumerate(names)}
    assert first_axis(catalog, answers).stage == stage


def test_not_knowing_never_lifts_a_stage() -> None:
    catalog = one_axis(make_question("Q-1"), make_question("Q-2"))
    axis = first_axis(catalog, {**levels(Q_1=4), "Q-2": UNKNOWN})
    assert (axis.score, axis.low, axis.stage) == (100, 50, 3)


@pytest.mark.parametrize(
    ("answer", "holds"),
    [
        (Answer.at(0), True),
        (Answer.at(1), True),
        (Answer.at(2), False),
        (Answer.at(4), False),
        (UNKNOWN, True),
        (None, True),
        (NA, False),
    ],
)
def test_a_gate_holds_below_its_stage_until_the_level_is_reached(answer: Answer | None, holds: bool) -> None:
    gated = make_question("G", gate={"stage": 3, "min_level": 2})
    catalog = one_axis(gated, *(make_question(f"Q-{number}", weight=3) for number in range(6)))
    answers = {f"Q-{number}": Answer.at(4) for number in range(6)}
    axis = first_axis(catalog, answers if answer is None else {**answers, "G": answer})
    assert axis.stage_by_points == 5
    assert [gate.id for gate in axis.held_by] == (["G"] if holds else [])
    assert axis.stage == (2 if holds else 5)


def test_a_hidden_gate_does_not_hold() -> None:
    gated = make_question("G", gate={"stage": 2, "min_level": 4}, applies_when={"profile": "exports", "is": True})
    catalog = one_axis(gated, make_question("Q-1"))
    assert first_axis(catalog, levels(Q_1=4), exports=False).stage == 5
    assert first_axis(catalog, levels(Q_1=4), exports=True).stage == 1


def test_every_gate_that_holds_is_named_and_those_before_the_next_stage_are_told_apart() -> None:
    catalog = one_axis(
        make_question("G-2", gate={"stage": 2, "min_level": 2}),
        make_question("G-5", gate={"stage": 5, "min_level": 4}),
        make_question("Q-1", weight=3),
    )
    axis = first_axis(catalog, levels(G_2=1, G_5=3, Q_1=4))
    assert [gate.id for gate in axis.held_by] == ["G-2", "G-5"]
    assert [gate.id for gate in axis.blocking()] == ["G-2"]
    assert (axis.stage, axis.stage_by_points) == (1, 5)  # low = 100·(1/4 + 3/4 + 3)/5 = 80


def test_a_gate_above_the_points_lowers_nothing() -> None:
    catalog = one_axis(make_question("G", gate={"stage": 4, "min_level": 4}))
    axis = first_axis(catalog, levels(G=1))
    assert (axis.stage, axis.stage_by_points) == (2, 2)
    assert [gate.id for gate in axis.held_by] == ["G"]


# --- answers, and what is shown -----------------------------------------------------------------------------------


def test_an_answer_is_one_thing_only() -> None:
    assert Answer.at(0).level == 0
    for wrong in (-1, 5):
        with pytest.raises(ValueError, match="0 to 4"):
            Answer.at(wrong)
    with pytest.raises(ValueError, match="only the kind"):
        Answer("unknown", 3)
    with pytest.raises(ValueError, match="reason"):
        Answer.not_applicable(" \u3000")


@pytest.mark.parametrize(
    ("points", "text"),
    [
        ("0", "0.0"),
        ("1/20", "0.1"),  # 0.05 goes up
        ("49/1000", "0.0"),
        ("225/4", "56.3"),  # 56.25 goes up; half-even would give 56.2
        ("61.5", "61.5"),
        ("200/3", "66.7"),
        ("99.94", "99.9"),
        ("99.95", "100.0"),
        ("100", "100.0"),
    ],
)
def test_points_are_shown_with_one_decimal_half_up(points: str, text: str) -> None:
    assert shown(Fraction(points)) == text


def test_nothing_known_is_shown_as_nothing() -> None:
    assert shown(None) is None
    assert exact(None) is None


def test_the_json_has_the_fields_of_the_contract(two_sections: Catalog) -> None:
    data = to_json(score(two_sections, {**levels(Q_1=3), "Q-2": NA, "Q-3": UNKNOWN}, {}))
    assert (data["catalog"], data["engine"]) == ("tiny@1", "1")
    axis = data["axes"]["autonomy"]
    # S1 = 3/4 with Q-2 left out; S2 is in doubt: low = 75·3/4, high = 75·3/4 + 25
    assert (axis["score"], axis["score_exact"]) == ("75.0", "75")
    assert (axis["low"], axis["low_exact"], axis["high"], axis["high_exact"]) == ("56.3", "225/4", "81.3", "325/4")
    assert (axis["coverage"], axis["coverage_exact"]) == ("75.0", "75")
    assert (axis["stage"], axis["stage_by_points"], axis["held_by"]) == (3, 3, [])
    section = axis["sections"][0]
    assert (section["id"], section["weight"], section["score_exact"]) == ("S1", 3, "75")
    line = section["questions"][0]
    assert {key: line[key] for key in ("id", "level", "weight", "contribution_exact", "possible_exact")} == {
        "id": "Q-1",
        "level": 3,
        "weight": 2,
        "contribution_exact": "75",
        "possible_exact": "100",
    }
