"""A scorecard in short: the same points as in the long one, and nothing of what is not known."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.scoring.answers import Answer
from assessments.scoring.engine import score
from assessments.scoring.outline import packed, values_of
from assessments.scoring.scorecard import from_json, to_json
from guidance.catalog import Catalog
from guidance.registry import get_catalog
from tests.catalogs import careful, cases, make_axis, make_catalog, make_question, make_section
from tests.reports import samples

pytestmark = pytest.mark.pure


def test_of_a_section_with_every_kind_of_answer_the_known_ones_are_kept() -> None:
    catalog = make_catalog(
        make_axis(
            make_section(
                "S",
                make_question("Q1", weight=3),
                make_question("Q2"),
                make_question("Q3"),
                make_question("Q4"),
                make_question("Q5", applies_when={"profile": "exports", "is": True}),
            )
        )
    )
    answers = {"Q1": Answer.at(4), "Q2": Answer.at(1), "Q3": Answer.unknown(), "Q5": Answer.at(2)}
    answers["Q4"] = Answer.not_applicable("扱っていない")
    outline = packed(to_json(score(catalog, answers, {})))
    # (3 · 100 + 1 · 25) / 4 = 81.25; Q5 is not asked of a company that does not export.
    assert outline == {"axes": {"autonomy": "325/4"}, "sections": {"S": "325/4"}, "levels": {"autonomy": "41unh"}}
    assert values_of(outline, catalog.axes) == {
        "autonomy": Fraction(325, 4),
        "S": Fraction(325, 4),
        "Q1": Fraction(100),
        "Q2": Fraction(25),
    }


def test_a_question_that_was_not_answered_yet_is_not_known() -> None:
    catalog = make_catalog(make_axis(make_section("S", make_question("Q1"), make_question("Q2"))))
    outline = packed(to_json(score(catalog, {"Q1": Answer.at(0)}, {})))
    assert outline["levels"] == {"autonomy": "0-"}
    assert values_of(outline, catalog.axes) == {"autonomy": 0, "S": 0, "Q1": 0}


def test_where_nothing_is_known_there_is_nothing() -> None:
    catalog = make_catalog(make_axis(make_section("S", make_question("Q1"))))
    outline = packed(to_json(score(catalog, {"Q1": Answer.unknown()}, {})))
    assert outline == {"axes": {"autonomy": None}, "sections": {"S": None}, "levels": {"autonomy": "u"}}
    assert values_of(outline, catalog.axes) == {}


def test_an_outline_of_another_questionnaire_is_refused_and_not_read_askew() -> None:
    catalog = make_catalog(make_axis(make_section("S", make_question("Q1"))))
    outline = packed(to_json(score(catalog, {"Q1": Answer.at(3)}, {})))
    with pytest.raises(ValueError, match=r"shorter|longer"):
        values_of(outline, [make_axis(make_section("S", make_question("Q1"), make_question("Q2")))])
    with pytest.raises(KeyError, match="governance"):
        values_of(outline, [make_axis(make_section("S", make_question("Q1")), name="governance")])


def test_the_order_in_which_a_database_gives_the_axes_back_means_nothing() -> None:
    """PostgreSQL keeps the keys of a stored scorecard by their length."""
    catalog = get_catalog(samples.REF)
    card = to_json(score(catalog, samples.answers(catalog), samples.COMPANY.profile))
    turned = {**card, "axes": dict(sorted(card["axes"].items(), key=lambda axis: len(axis[0])))}
    assert list(turned["axes"]) != list(card["axes"])
    assert packed(turned) == packed(card)
    assert values_of(packed(turned), catalog.axes) == values_of(packed(card), catalog.axes)
    assert from_json(turned) == from_json(card)


def test_the_sample_company_over_the_whole_questionnaire() -> None:
    catalog = get_catalog(samples.REF)
    answers = samples.answers(catalog)
    outline = packed(to_json(score(catalog, answers, samples.COMPANY.profile)))
    levels = "".join(outline["levels"].values())
    assert len(levels) == len(catalog.questions)
    assert set(levels) <= set("01234un-h")
    _agrees(catalog, answers, dict(samples.COMPANY.profile))


@careful
@given(case=cases(), start=st.integers(0, 3))
def test_an_outline_says_what_the_scorecard_says(
    case: tuple[Catalog, dict[str, Answer], dict[str, bool]], start: int
) -> None:
    catalog, answers, profile = case
    _agrees(catalog, dict(list(answers.items())[start:]), profile)


def _agrees(catalog: Catalog, answers: dict[str, Answer], profile: dict[str, object]) -> None:
    card = score(catalog, answers, profile)  # type: ignore[arg-type]
    values = values_of(packed(to_json(card)), catalog.axes)
    expected = {axis.id: axis.score for axis in card.axes}
    expected |= {section.id: section.score for axis in card.axes for section in axis.sections}
    expected |= {
        question.id: None if question.level is None else Fraction(question.level, 4) * 100
        for question in card.questions().values()
    }
    assert values == {name: points for name, points in expected.items() if points is not None}
