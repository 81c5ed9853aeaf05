"""What stands on a question, where it differs from the company, and how two advisors compare."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advising.drafts import FindingDraft
from advising.findings import (
    Finding,
    Quality,
    answers_found,
    calibrate,
    differences,
    judged,
    standing,
)
from assessments.scoring.answers import Answer
from assessments.scoring.engine import score
from assessments.scoring.verified import verify
from guidance.catalog import Catalog
from tests.catalogs import (
    answers_to,
    careful,
    cases,
    known_answers,
    levels,
    make_axis,
    make_catalog,
    make_question,
    make_section,
    one_axis,
    profiles,
)

pytestmark = pytest.mark.pure

LEAD, OTHER, THIRD = 1, 2, 3
NAMES = {LEAD: "主 太郎", OTHER: "副 花子", THIRD: "三 次郎"}
NA, UNKNOWN = Answer.not_applicable("扱っていない"), Answer.unknown()
THREE = one_axis(make_question("Q-1"), make_question("Q-2"), make_question("Q-3"))


def found(said: int | Answer | None, *, by: int | None = LEAD, on: str = "Q-1", **words: str) -> Finding:
    answer = Answer.at(said) if isinstance(said, int) else said
    return Finding(on, by, NAMES.get(by or 0, "去った人"), answer, Quality.SAID, **words)


# --- one finding -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "level", "reason", "answer"),
    [
        ("level", 0, "", Answer.at(0)),
        ("level", 4, "", Answer.at(4)),
        ("unknown", None, "", UNKNOWN),
        ("na", None, "扱っていない", NA),
        ("none", None, "", None),
    ],
)
def test_the_columns_of_a_finding_make_its_answer(
    kind: str, level: int | None, reason: str, answer: Answer | None
) -> None:
    assert judged(kind, level, reason) == answer


@pytest.mark.parametrize(("kind", "level", "reason"), [("level", 5, ""), ("level", None, ""), ("na", None, " ")])
def test_columns_that_make_no_answer_are_refused(kind: str, level: int | None, reason: str) -> None:
    with pytest.raises(ValueError, match=r"level|reason"):
        judged(kind, level, reason)


@pytest.mark.parametrize(
    ("draft", "empty"),
    [
        (FindingDraft(), True),
        (FindingDraft(quality="seen"), True),
        (FindingDraft(kind="level", level=0), False),
        (FindingDraft(kind="unknown"), False),
        (FindingDraft(comment="見た"), False),
        (FindingDraft(recommendation_en="Do it"), False),
    ],
)
def test_a_draft_without_level_and_words_takes_the_finding_back(draft: FindingDraft, empty: bool) -> None:
    assert draft.empty is empty


# --- which one stands ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recorded", "stands"),
    [
        ([], None),
        ([found(3)], found(3)),
        ([found(1, by=OTHER), found(3)], found(3)),
        ([found(3), found(1, by=OTHER)], found(3)),
        ([found(1, by=OTHER)], found(1, by=OTHER)),
        ([found(1, by=OTHER), found(2, by=THIRD)], found(1, by=OTHER)),
        ([found(None, comment="見た"), found(1, by=OTHER)], found(1, by=OTHER)),
        ([found(None, comment="見た")], found(None, comment="見た")),
        ([found(None, by=OTHER, comment="横"), found(None, comment="主")], found(None, comment="主")),
        ([found(UNKNOWN), found(4, by=OTHER)], found(UNKNOWN)),
        ([found(0, by=None)], found(0, by=None)),
    ],
)
def test_the_leads_finding_stands_and_where_the_lead_judged_nothing_the_first_other(
    recorded: list[Finding], stands: Finding | None
) -> None:
    assert standing(recorded, LEAD).get("Q-1") == stands


def test_without_a_lead_the_first_who_judged_stands() -> None:
    assert standing([found(None, by=THIRD), found(1, by=OTHER), found(3)], None)["Q-1"] == found(1, by=OTHER)


def test_each_question_is_decided_by_itself() -> None:
    recorded = [found(1, by=OTHER), found(2, by=OTHER, on="Q-2"), found(4)]
    assert {name: one.answer for name, one in standing(recorded, LEAD).items()} == levels(Q_1=4, Q_2=2)


def test_words_alone_are_no_answer() -> None:
    recorded = [found(None, comment="見た"), found(UNKNOWN, on="Q-2"), found(NA, on="Q-3")]
    assert answers_found(standing(recorded, LEAD)) == {"Q-2": UNKNOWN, "Q-3": NA}


# --- where it differs ------------------------------------------------------------------------------------------------


def compared(own: dict[str, Answer], said: dict[str, Answer], catalog: Catalog = THREE, **profile: bool) -> Any:
    made = verify(catalog, own, said, profile)
    return differences(own, score(catalog, own, profile), made.answers, made.card)


def test_the_same_answer_is_no_difference() -> None:
    own = {**levels(Q_1=3), "Q-2": UNKNOWN, "Q-3": NA}
    assert compared(own, {**own, "Q-3": Answer.not_applicable("別の理由")}) == ()


@pytest.mark.parametrize(
    ("said", "seen", "steps", "points"),
    [
        (Answer.at(3), Answer.at(1), -2, Fraction(-50, 3)),
        (Answer.at(1), Answer.at(3), 2, Fraction(50, 3)),
        (Answer.at(0), Answer.at(4), 4, Fraction(100, 3)),
        (Answer.at(4), Answer.at(0), -4, Fraction(-100, 3)),
    ],
)
def test_steps_and_points_have_the_sign_of_the_change(said: Answer, seen: Answer, steps: int, points: Fraction) -> None:
    own = {**levels(Q_1=2, Q_2=2), "Q-3": said}
    (one,) = compared(own, {"Q-3": seen})
    assert (one.question_id, one.axis_id, one.section_id) == ("Q-3", "autonomy", "S")
    assert (one.said, one.found, one.steps, one.points) == (said, seen, steps, points)


@pytest.mark.parametrize("said", [UNKNOWN, NA, None])
@pytest.mark.parametrize("seen", [Answer.at(2), UNKNOWN, NA])
def test_where_one_of_the_two_is_no_level_there_are_no_steps(said: Answer | None, seen: Answer) -> None:
    own = levels(Q_1=4) if said is None else {**levels(Q_1=4), "Q-2": said}
    listed = compared(own, {"Q-2": seen})
    if said is not None and said.kind == seen.kind:
        assert listed == ()
    else:
        assert [(one.question_id, one.said, one.found, one.steps) for one in listed] == [("Q-2", said, seen, None)]


def test_the_widest_difference_comes_first_and_equal_ones_as_in_the_questionnaire() -> None:
    own = {**levels(Q_1=2, Q_2=0), "Q-3": UNKNOWN}
    assert [one.question_id for one in compared(own, levels(Q_1=3, Q_2=4, Q_3=4))] == ["Q-2", "Q-1", "Q-3"]
    assert [one.question_id for one in compared(levels(Q_1=2, Q_2=2, Q_3=2), levels(Q_3=1, Q_2=3))] == ["Q-2", "Q-3"]


def test_a_question_that_does_not_apply_any_more_is_not_listed() -> None:
    catalog = one_axis(make_question("Q-1"), make_question("Q-2", applies_when={"question": "Q-1", "at_least": 2}))
    own = levels(Q_1=3, Q_2=3)
    assert [one.question_id for one in compared(own, levels(Q_1=1, Q_2=0), catalog)] == ["Q-1"]


@careful
@given(cases(), st.data())
def test_between_levels_the_points_add_up_to_the_difference_of_the_scores(
    case: tuple[Catalog, dict[str, Answer], dict[str, bool]], data: st.DataObject
) -> None:
    """Only levels change, so every weight stays, and what the axis gains is what its differing questions gain."""
    catalog, own, profile = case
    said = {name for name, answer in own.items() if answer.kind == "level"}
    seen = {name: answer for name, answer in data.draw(level_answers(catalog)).items() if name in said}
    made = verify(catalog, own, seen, profile)
    before = score(catalog, own, profile)
    listed = differences(own, before, made.answers, made.card)
    for axis in catalog.axes:
        gained = sum((one.points for one in listed if one.axis_id == axis.id), Fraction(0))
        assert gained == (made.card.axis(axis.id).score or 0) - (before.axis(axis.id).score or 0)
    for one in listed:
        assert one.steps is not None
        assert one.steps != 0
        assert (one.points > 0) == (one.steps > 0)


@careful
@given(cases(), st.data())
def test_a_difference_stands_exactly_where_the_answers_differ_and_apply(
    case: tuple[Catalog, dict[str, Answer], dict[str, bool]], data: st.DataObject
) -> None:
    catalog, own, profile = case
    made = verify(catalog, own, data.draw(answers_to(catalog)), profile)
    listed = differences(own, score(catalog, own, profile), made.answers, made.card)
    sides = {name: (own.get(name), made.answers.get(name)) for name in made.asked}
    apart = {
        name
        for name, (said, seen) in sides.items()
        if seen is not None and (said is None or (said.kind, said.level) != (seen.kind, seen.level))
    }
    assert sorted(one.question_id for one in listed) == sorted(apart)
    widths = [abs(one.steps or 0) for one in listed]
    assert widths == sorted(widths, reverse=True)


@st.composite
def level_answers(draw: st.DrawFn, catalog: Catalog) -> dict[str, Answer]:
    return {name: draw(known_answers) for name in catalog.questions}


@careful
@given(profiles)
def test_without_findings_nothing_differs(profile: dict[str, bool]) -> None:
    catalog = make_catalog(make_axis(make_section("S", make_question("Q-1"))))
    own = levels(Q_1=2)
    card = score(catalog, own, profile)
    assert differences(own, card, own, card) == ()


# --- two advisors ----------------------------------------------------------------------------------------------------


def both(*pairs: tuple[int | Answer, int | Answer]) -> list[Finding]:
    listed = []
    for number, (first, second) in enumerate(pairs, 1):
        listed += [found(first, on=f"Q-{number}"), found(second, by=OTHER, on=f"Q-{number}")]
    return listed


def test_one_advisor_has_nobody_to_be_compared_with() -> None:
    assert calibrate([]) == ()
    assert calibrate([found(3), found(2, on="Q-2")]) == ()


def test_two_who_judged_different_questions_are_no_pair() -> None:
    assert calibrate([found(3), found(2, by=OTHER, on="Q-2")]) == ()
    assert calibrate([found(3), found(None, by=OTHER, comment="見た")]) == ()


def test_what_two_judged_is_counted() -> None:
    (pair,) = calibrate(both((3, 3), (2, 3), (4, 1), (UNKNOWN, UNKNOWN), (NA, 2), (UNKNOWN, NA)))
    assert (pair.first, pair.second) == (NAMES[LEAD], NAMES[OTHER])
    assert (pair.both, pair.alike, pair.levels, pair.within_one) == (6, 2, 3, 2)
    assert pair.mean_steps == Fraction(-2, 3)
    assert [(one.question_id, one.steps) for one in pair.apart] == [
        ("Q-3", -3),
        ("Q-2", 1),
        ("Q-5", None),
        ("Q-6", None),
    ]


def test_two_reasons_for_the_same_not_applicable_are_alike() -> None:
    (pair,) = calibrate(both((NA, Answer.not_applicable("輸出していない"))))
    assert (pair.both, pair.alike, pair.apart) == (1, 1, ())


@pytest.mark.parametrize(
    ("pairs", "lean"),
    [
        ([(2, 3), (2, 2)], 1),
        ([(2, 3), (2, 2), (2, 2)], 0),
        ([(3, 2), (2, 2)], -1),
        ([(4, 0), (0, 4)], 0),
        ([(2, 2)], 0),
        ([(0, 4)], 1),
        ([(UNKNOWN, 4)], 0),
    ],
)
def test_a_lean_is_half_a_level_or_more_on_average(pairs: list[tuple[int | Answer, int]], lean: int) -> None:
    (pair,) = calibrate(both(*pairs))
    assert pair.lean == lean


def test_without_levels_there_is_no_average() -> None:
    (pair,) = calibrate(both((UNKNOWN, NA)))
    assert (pair.levels, pair.within_one, pair.mean_steps, pair.lean) == (0, 0, None, 0)


def test_three_advisors_make_three_pairs_in_the_order_in_which_they_came() -> None:
    recorded = [found(2, by=OTHER), found(3), found(1, by=THIRD)]
    assert [(pair.first, pair.second) for pair in calibrate(recorded)] == [
        (NAMES[OTHER], NAMES[LEAD]),
        (NAMES[OTHER], NAMES[THIRD]),
        (NAMES[LEAD], NAMES[THIRD]),
    ]


def test_two_of_the_same_name_stay_two() -> None:
    recorded = [
        Finding("Q-1", LEAD, "佐藤", Answer.at(1), Quality.SAID),
        Finding("Q-1", OTHER, "佐藤", Answer.at(4), Quality.SAID),
    ]
    (pair,) = calibrate(recorded)
    assert (pair.first, pair.second, pair.mean_steps) == ("佐藤", "佐藤", 3)


@careful
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12))
def test_seen_from_the_other_side_it_is_the_same_pair_turned_round(pairs: list[tuple[int, int]]) -> None:
    (there,) = calibrate(both(*pairs))
    (back,) = calibrate(both(*((second, first) for first, second in pairs)))
    assert there.mean_steps is not None
    assert back.mean_steps == -there.mean_steps
    assert back.lean == -there.lean
    assert (there.both, there.alike, there.levels, there.within_one) == (
        back.both,
        back.alike,
        back.levels,
        back.within_one,
    )
    assert there.alike + len(there.apart) == there.both == len(pairs)
    assert there.alike <= there.within_one <= there.levels
