"""The verified answer set: what an advisor found over what the company said, scored by the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.scoring.answers import Answer
from assessments.scoring.engine import score
from assessments.scoring.scorecard import from_json, to_json
from assessments.scoring.verified import Verified, verify
from guidance.catalog import Catalog
from tests.catalogs import answers_to, careful, cases, levels, make_question, one_axis, without_question

pytestmark = pytest.mark.pure

THREE = one_axis(make_question("Q-1"), make_question("Q-2"), make_question("Q-3"))
MAKER = {"exports": True}
ONLY_EXPORTERS = one_axis(
    make_question("Q-1"),
    make_question("Q-2", applies_when={"profile": "exports", "is": True}),
    make_question("Q-3", applies_when={"question": "Q-1", "at_least": 2}),
)

Case = tuple[Catalog, dict[str, Answer], dict[str, bool]]


def verified(own: Mapping[str, Answer], found: Mapping[str, Answer], catalog: Catalog = THREE) -> Verified:
    return verify(catalog, own, found, MAKER)


def points(card_of: Verified) -> Fraction | None:
    return card_of.card.axes[0].score


# --- which answer counts ---------------------------------------------------------------------------------------------


def test_where_nothing_was_recorded_the_companys_own_answer_counts_and_is_not_reviewed() -> None:
    made = verified(levels(Q_1=4, Q_2=2), levels(Q_2=0))
    assert made.answers == levels(Q_1=4, Q_2=0)
    assert made.reviewed == {"Q-2"}
    assert points(made) == 50


def test_a_finding_counts_where_the_company_said_nothing() -> None:
    made = verified({}, levels(Q_3=3))
    assert (made.answers, points(made), made.reviewed) == (levels(Q_3=3), 75, {"Q-3"})


def test_not_known_found_leaves_the_score_and_widens_the_bounds() -> None:
    own = levels(Q_1=4, Q_2=4, Q_3=4)
    axis = verified(own, {"Q-3": Answer.unknown()}).card.axes[0]
    assert (axis.score, axis.low, axis.high) == (100, Fraction(200, 3), 100)


def test_not_applicable_found_takes_the_question_out_with_its_weight() -> None:
    axis = verified(levels(Q_1=4, Q_2=4, Q_3=0), {"Q-3": Answer.not_applicable("輸出していない")}).card.axes[0]
    assert (axis.score, axis.low, axis.high, axis.coverage) == (100, 100, 100, 100)
    assert [line.state for line in axis.questions()] == ["level", "level", "na"]


def test_a_level_found_takes_the_place_of_not_applicable() -> None:
    made = verified({**levels(Q_1=4), "Q-2": Answer.not_applicable("ない")}, levels(Q_2=2))
    assert (points(made), made.answers["Q-2"].reason) == (75, "")


def test_the_companys_note_and_explanation_stay_beside_what_was_found() -> None:
    own = {"Q-1": Answer.at(3, "台帳にある", "来年まで待つ")}
    found = verified(own, {"Q-1": Answer.not_applicable("面談で確かめた")}).answers["Q-1"]
    assert found == Answer.not_applicable("面談で確かめた", "台帳にある", "来年まで待つ")


def test_a_finding_on_a_question_that_the_version_does_not_have_counts_as_nothing() -> None:
    made = verified(levels(Q_1=4), levels(Q_1=4, OLD_9=0))
    assert (made.answers, made.reviewed, points(made)) == (levels(Q_1=4), {"Q-1"}, 100)


def test_nothing_of_what_was_given_is_changed() -> None:
    own, found = levels(Q_1=4), levels(Q_1=1)
    verified(own, found)
    assert (own, found) == (levels(Q_1=4), levels(Q_1=1))


# --- questions that do not apply -------------------------------------------------------------------------------------


def test_a_finding_on_a_question_that_the_profile_hides_is_not_scored_and_not_counted() -> None:
    made = verify(ONLY_EXPORTERS, levels(Q_1=2), levels(Q_1=2, Q_2=4), {"exports": False})
    assert made.asked == {"Q-1", "Q-3"}
    assert made.reviewed == {"Q-1", "Q-2"}
    assert (made.reviewed_of_asked, points(made)) == (1, 50)


def test_a_finding_can_hide_a_question_that_another_answer_opens() -> None:
    own = levels(Q_1=3, Q_2=4, Q_3=4)
    made = verified(own, levels(Q_1=1), ONLY_EXPORTERS)
    assert made.card.questions()["Q-3"].state == "hidden"
    assert made.asked == {"Q-1", "Q-2"}
    assert points(made) == Fraction(100, 8) * 5


def test_a_finding_can_open_a_question_which_then_is_unanswered() -> None:
    made = verified(levels(Q_1=0, Q_2=4), levels(Q_1=4), ONLY_EXPORTERS)
    assert made.card.questions()["Q-3"].state == "none"
    assert made.asked == {"Q-1", "Q-2", "Q-3"}
    axis = made.card.axes[0]
    assert (axis.score, axis.low, axis.high) == (100, Fraction(200, 3), 100)


@pytest.mark.parametrize(
    ("found", "reviewed"),
    [({}, 0), (levels(Q_1=2), 1), (levels(Q_1=2, Q_2=0), 2), ({"Q-2": Answer.unknown()}, 1)],
)
def test_how_many_were_reviewed_of_how_many_apply(found: dict[str, Answer], reviewed: int) -> None:
    made = verified(levels(Q_1=2, Q_2=2, Q_3=2), found, ONLY_EXPORTERS)
    assert (made.reviewed_of_asked, len(made.asked)) == (reviewed, 3)


# --- whatever the catalog, the answers and the findings --------------------------------------------------------------


@careful
@given(cases())
def test_without_findings_the_verified_scorecard_is_the_companys_own(case: Case) -> None:
    made = verify(*case[:2], {}, case[2])
    assert made.card == score(*case)
    assert (made.answers, made.reviewed, made.reviewed_of_asked) == (case[1], frozenset(), 0)


@careful
@given(cases(), st.data())
def test_findings_that_say_what_the_company_said_change_nothing_but_the_count(case: Case, data: st.DataObject) -> None:
    catalog, own, profile = case
    names = data.draw(st.sets(st.sampled_from(sorted(own)))) if own else set()
    made = verify(catalog, own, {name: own[name] for name in names}, profile)
    assert made.card == score(*case)
    assert made.answers == own
    assert made.reviewed == names
    assert made.reviewed_of_asked == len(names & made.asked)


@careful
@given(cases(), st.data())
def test_a_finding_that_is_raised_never_lowers_the_verified_figures(case: Case, data: st.DataObject) -> None:
    catalog, own, profile = case
    found = data.draw(answers_to(catalog))
    name = data.draw(st.sampled_from(sorted(catalog.questions)))
    lower = data.draw(st.integers(0, 4))
    higher = data.draw(st.integers(lower, 4))
    before = verify(catalog, own, {**found, name: Answer.at(lower)}, profile).card
    after = verify(catalog, own, {**found, name: Answer.at(higher)}, profile).card
    for old, new in zip(before.axes, after.axes, strict=True):
        for figure in ("score", "low", "high"):
            was, now = getattr(old, figure), getattr(new, figure)
            assert (was is None) == (now is None)
            assert was is None or was <= now
        assert old.stage is None or (new.stage is not None and old.stage <= new.stage)


@careful
@given(cases(), st.data())
def test_a_level_found_where_the_company_did_not_know_narrows_the_bounds(case: Case, data: st.DataObject) -> None:
    catalog, own, profile = case
    name = data.draw(st.sampled_from(sorted(catalog.questions)))
    own = {**own, name: Answer.unknown()}
    before = score(catalog, own, profile)
    after = verify(catalog, own, {name: Answer.at(data.draw(st.integers(0, 4)))}, profile).card
    for old, new in zip(before.axes, after.axes, strict=True):
        if old.low is not None and old.high is not None:
            assert new.low is not None
            assert new.high is not None
            assert old.low <= new.low <= new.high <= old.high


@careful
@given(cases(), st.data())
def test_contributions_add_up_to_the_verified_score(case: Case, data: st.DataObject) -> None:
    catalog, own, profile = case
    made = verify(catalog, own, data.draw(answers_to(catalog)), profile)
    for axis in made.card.axes:
        lines = list(axis.questions())
        assert sum(line.contribution for line in lines) == (axis.score or 0)
        assert sum(line.possible for line in lines) == (0 if axis.score is None else 100)


@careful
@given(cases(), st.data())
def test_what_was_reviewed_lies_within_the_findings_and_the_version(case: Case, data: st.DataObject) -> None:
    catalog, own, profile = case
    found = {**data.draw(answers_to(catalog)), "NOT-THERE": Answer.at(4)}
    made = verify(catalog, own, found, profile)
    assert made.reviewed == frozenset(found) - {"NOT-THERE"}
    assert 0 <= made.reviewed_of_asked <= len(made.asked) <= len(catalog.questions)
    assert made.asked <= frozenset(catalog.questions)
    assert set(made.answers) == set(own) | made.reviewed


@careful
@given(cases(), st.data())
def test_it_comes_back_from_json_as_it_was(case: Case, data: st.DataObject) -> None:
    catalog, own, profile = case
    card = verify(catalog, own, data.draw(answers_to(catalog)), profile).card
    assert from_json(to_json(card)) == card


@careful
@given(cases(), st.data())
def test_a_finding_on_a_question_of_another_version_is_as_if_nobody_had_written_it(
    case: Case, data: st.DataObject
) -> None:
    catalog, own, profile = case
    name = data.draw(st.sampled_from(sorted(catalog.questions)))
    smaller = without_question(catalog, name)
    if smaller is not None:
        rest = {key: answer for key, answer in own.items() if key != name}
        assert verify(smaller, rest, {name: Answer.at(4)}, profile).card == score(smaller, rest, profile)
