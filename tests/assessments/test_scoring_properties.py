"""What holds for every catalog, every set of answers and every profile."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assessments.scoring.answers import Answer
from assessments.scoring.engine import score
from assessments.scoring.scorecard import AxisScore, Scorecard, from_json, to_json
from guidance.catalog import Axis, Catalog, Question
from tests.catalogs import careful, cases, make_axis, make_catalog, without_question

pytestmark = pytest.mark.pure

Case = tuple[Catalog, dict[str, Answer], dict[str, bool]]


def asks(question: Question, profile: Mapping[str, bool]) -> bool:
    """Whether the one-flag condition of our strategies holds."""
    condition = question.applies_when
    return condition is None or profile.get(str(condition.profile)) is condition.is_


def figures(axis: AxisScore) -> tuple[object, ...]:
    return axis.score, axis.low, axis.high, axis.coverage, axis.stage, axis.stage_by_points


def formula(
    axis: Axis, answers: Mapping[str, Answer], profile: Mapping[str, bool], *, doubt: int | None
) -> Fraction | None:
    """scoring.md §2 word by word. `doubt`: None leaves the unknown out, else 0 or 1 stands for it."""
    total = Fraction(0)
    weights = 0
    for section in axis.sections:
        earned, possible = Fraction(0), 0
        for question in section.questions:
            answer = answers.get(question.id)
            if not asks(question, profile) or (answer is not None and answer.kind == "na"):
                continue
            if answer is not None and answer.level is not None:
                value = Fraction(answer.level, 4)
            elif doubt is None:
                continue
            else:
                value = Fraction(doubt)
            earned += question.weight * value
            possible += question.weight
        if possible:
            total += section.weight * earned / possible
            weights += section.weight
    return 100 * total / weights if weights else None


@careful
@given(cases())
def test_the_figures_are_those_of_the_formulas(case: Case) -> None:
    catalog, answers, profile = case
    card = score(catalog, answers, profile)
    for axis in catalog.axes:
        found = card.axis(axis.id)
        assert found.score == formula(axis, answers, profile, doubt=None)
        assert found.low == formula(axis, answers, profile, doubt=0)
        assert found.high == formula(axis, answers, profile, doubt=1)


@careful
@given(cases())
def test_contributions_add_up_to_the_axis_score_exactly(case: Case) -> None:
    for axis in score(*case).axes:
        lines = list(axis.questions())
        assert sum(line.contribution for line in lines) == (axis.score or 0)
        assert sum(line.possible for line in lines) == (0 if axis.score is None else 100)
        assert sum(line.bound_share for line in lines) == (0 if axis.low is None else 100)
        assert all(0 <= line.contribution <= line.possible for line in lines)


@careful
@given(cases(), st.data())
def test_the_order_of_the_answers_does_not_matter(case: Case, data: st.DataObject) -> None:
    catalog, answers, profile = case
    names = data.draw(st.permutations(sorted(answers)))
    assert score(catalog, {name: answers[name] for name in names}, profile) == score(catalog, answers, profile)


@careful
@given(cases())
def test_the_score_lies_between_its_bounds_and_coverage_between_0_and_100(case: Case) -> None:
    for axis in score(*case).axes:
        if axis.low is None or axis.high is None or axis.coverage is None:
            assert figures(axis) == (None,) * 6
            continue
        assert 0 <= axis.low <= axis.high <= 100
        assert 0 <= axis.coverage <= 100
        assert (axis.score is None) == (axis.coverage == 0)
        assert axis.score is None or axis.low <= axis.score <= axis.high
        assert axis.stage is not None
        assert axis.stage_by_points is not None
        assert 1 <= axis.stage <= axis.stage_by_points <= 5


@careful
@given(cases(), st.data())
def test_raising_one_known_answer_lowers_nothing(case: Case, data: st.DataObject) -> None:
    catalog, answers, profile = case
    low_enough = sorted(name for name, answer in answers.items() if answer.level is not None and answer.level < 4)
    assume(low_enough)
    name = data.draw(st.sampled_from(low_enough))
    higher = data.draw(st.integers((answers[name].level or 0) + 1, 4))
    before = score(catalog, answers, profile)
    after = score(catalog, {**answers, name: Answer.at(higher)}, profile)
    for old, new in zip(before.axes, after.axes, strict=True):
        assert new.coverage == old.coverage
        for was, now in zip(figures(old), figures(new), strict=True):
            assert (was is None) == (now is None)
            assert was is None or now >= was  # type: ignore[operator]


@careful
@given(cases(), st.data())
def test_na_and_hidden_questions_take_their_weight_along(case: Case, data: st.DataObject) -> None:
    catalog, answers, profile = case
    names = sorted(catalog.questions)
    name = data.draw(st.sampled_from(names))
    if asks(catalog.questions[name], profile):
        answers = {**answers, name: Answer.not_applicable("扱っていない")}
    smaller = without_question(catalog, name)
    with_it = score(catalog, answers, profile)
    if smaller is None:
        owner = next(axis for axis in with_it.axes if name in {line.id for line in axis.questions()})
        assert figures(owner) == (None,) * 6
        return
    without_it = score(smaller, answers, profile)
    for one, other in zip(with_it.axes, without_it.axes, strict=True):
        assert figures(one) == figures(other)
        assert one.held_by == other.held_by


@careful
@given(cases(), st.sampled_from([Answer.unknown(), None]))
def test_what_is_not_known_counts_0_in_the_low_bound_and_1_in_the_high(case: Case, doubt: Answer | None) -> None:
    catalog, answers, profile = case
    undecided = [name for name in catalog.questions if answers.get(name, Answer.unknown()).kind == "unknown"]
    given_ = {name: answer for name, answer in answers.items() if name not in undecided}
    card = score(catalog, given_ | (dict.fromkeys(undecided, doubt) if doubt else {}), profile)
    worst = score(catalog, given_ | {name: Answer.at(0) for name in undecided}, profile)
    best = score(catalog, given_ | {name: Answer.at(4) for name in undecided}, profile)
    for axis, low, high in zip(card.axes, worst.axes, best.axes, strict=True):
        assert axis.low == low.score == low.low == low.high
        assert axis.high == high.score


@careful
@given(cases())
def test_a_section_with_nothing_known_leaves_the_point_score_with_its_weight(case: Case) -> None:
    catalog, answers, profile = case
    for axis, scored in zip(catalog.axes, score(catalog, answers, profile).axes, strict=True):
        kept = {section.id for section in scored.sections if section.score is not None}
        if not kept:
            assert scored.score is None
            continue
        sections = [section for section in axis.sections if section.id in kept]
        smaller = make_catalog(make_axis(*sections, name=axis.id))
        assert score(smaller, answers, profile).axes[0].score == scored.score


@careful
@given(cases())
def test_a_card_survives_json_unchanged(case: Case) -> None:
    card = score(*case)
    stored: Scorecard = from_json(json.loads(json.dumps(to_json(card))))
    assert stored == card


@careful
@given(cases())
def test_an_answer_to_a_question_of_another_catalog_is_not_scored(case: Case) -> None:
    catalog, answers, profile = case
    assert score(catalog, {**answers, "Z-99": Answer.at(4)}, profile) == score(catalog, answers, profile)
