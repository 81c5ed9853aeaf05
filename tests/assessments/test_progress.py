"""How far a questionnaire is."""

from __future__ import annotations

import pytest

from assessments.progress import SECONDS_PER_QUESTION, Count, progress
from assessments.scoring.answers import Answer
from tests.catalogs import levels, make_axis, make_catalog, make_question, make_section

pytestmark = pytest.mark.pure

CATALOG = make_catalog(
    make_axis(
        make_section("S1", make_question("Q-1"), make_question("Q-2")),
        make_section(
            "S2",
            make_question("Q-3", applies_when={"profile": "exports", "is": True}),
            make_question("Q-4", applies_when={"question": "Q-1", "at_least": 2}),
        ),
    )
)


def test_nothing_is_done_at_the_start_and_only_what_applies_is_counted() -> None:
    found = progress(CATALOG, {}, {})
    assert found.overall == Count(0, 2)
    assert found.sections == {"S1": Count(0, 2), "S2": Count(0, 0)}
    assert found.asked == {"Q-1", "Q-2"}


def test_unknown_and_na_are_answers() -> None:
    answers = {"Q-1": Answer.unknown(), "Q-2": Answer.not_applicable("扱っていない")}
    found = progress(CATALOG, answers, {"exports": True})
    assert found.overall == Count(2, 3)
    assert found.sections["S1"].complete
    assert not found.sections["S2"].complete


def test_an_answer_can_open_a_question_and_close_it_again() -> None:
    assert progress(CATALOG, levels(Q_1=2), {}).overall == Count(1, 3)
    assert progress(CATALOG, levels(Q_1=1), {}).overall == Count(1, 2)


def test_an_answer_to_a_hidden_question_is_not_counted() -> None:
    answers = levels(Q_1=1, Q_2=1, Q_3=4, Q_4=4)
    assert progress(CATALOG, answers, {"exports": False}).overall == Count(2, 2)
    assert progress(CATALOG, answers, {"exports": True}).overall == Count(3, 3)


def test_sections_add_up_to_the_whole() -> None:
    found = progress(CATALOG, levels(Q_1=3), {"exports": True})
    assert sum(count.total for count in found.sections.values()) == found.overall.total == len(found.asked)
    assert sum(count.done for count in found.sections.values()) == found.overall.done


@pytest.mark.parametrize(("left", "minutes"), [(0, 0), (1, 1), (4, 3), (5, 4), (62, 47)])
def test_the_time_left_is_in_whole_minutes_rounded_up(left: int, minutes: int) -> None:
    assert SECONDS_PER_QUESTION == 45
    assert Count(3, 3 + left).minutes_left == minutes


def test_a_questionnaire_without_questions_is_complete() -> None:
    assert Count(0, 0).complete
