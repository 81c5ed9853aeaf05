"""What a meeting is made of, from the library: clauses, questions, actions, the agenda, and what not to talk about."""

from __future__ import annotations

import datetime as dt

import pytest

from cohorts.workshops.agenda import LENGTHS
from cohorts.workshops.content import QUESTIONS, TopicView, agenda, cautions, topics
from guidance.registry import current_catalog, library

pytestmark = pytest.mark.pure
SECTIONS = [section.id for section in current_catalog().sections()]


def topic_of(section: str, language: str = "ja") -> TopicView:
    (found,) = topics(current_catalog(), [section], None, language)
    return found


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_has_questions_and_actions_that_raise_them(section: str) -> None:
    topic = topic_of(section)
    asked = {question.id for question in topic.questions}
    assert 0 < len(asked) <= QUESTIONS
    assert topic.actions
    for action in topic.actions:
        assert action.raises
        assert set(action.raises) <= asked
        assert action.first_step
        assert 0 <= action.cost_low <= action.cost_high


def test_clauses_are_what_documents_say_and_never_our_own_reading() -> None:
    found = [clause for section in SECTIONS for clause in topic_of(section).clauses]
    assert {clause.certainty for clause in found} == {"A", "B"}
    ours = {name for name, clause in library().clauses.items() if clause.certainty == "C"}
    assert ours
    assert not ours & {clause.id for clause in found}
    assert all(clause.text and clause.document and clause.place and clause.url for clause in found)


def test_an_action_stands_under_the_first_topic_that_it_serves() -> None:
    found = topics(current_catalog(), SECTIONS, None, "ja")
    actions = [action.id for topic in found for action in topic.actions]
    assert len(actions) == len(set(actions))


def test_what_can_be_begun_at_once_comes_first() -> None:
    by_id = current_catalog().actions_by_id
    for section in SECTIONS:
        waits = [bool(by_id[action.id].requires) for action in topic_of(section).actions]
        assert waits == sorted(waits)


def test_a_section_that_the_catalog_has_not_is_passed_over() -> None:
    assert [topic.id for topic in topics(current_catalog(), ["A.gone", "A.stock"], None, "ja")] == ["A.stock"]


@pytest.mark.parametrize(
    ("language", "title", "avoid"),
    [
        ("ja", "同業者と話すときの注意", "価格、数量、生産計画、得意先"),
        ("en", "Care when talking with competitors", "prices, quantities, production plans and customers"),
    ],
)
def test_the_antitrust_caution_is_the_librarys_own_words(language: str, title: str, avoid: str) -> None:
    (found,) = cautions(current_catalog(), language)
    assert found.title.startswith(title)
    assert any(avoid in item.caution for item in found.items)
    owner = library().lists[found.id]
    assert found.intro == owner.intro.get(language)
    assert found.source == owner.source.get(language)
    assert [item.id for item in found.items] == [item.id for item in owner.items]
    assert [window.name for window in found.windows] == [library().entries["CW-03"][1].name.get(language)]


@pytest.mark.parametrize("minutes", LENGTHS)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_caution_comes_before_any_topic_and_the_agenda_adds_up(minutes: int, count: int) -> None:
    on = topics(current_catalog(), SECTIONS[:count], None, "ja")
    lines = agenda(minutes, on, dt.time(13, 30), "ja")
    assert sum(line.minutes for line in lines) == minutes == lines[-1].until_minute
    parts = [line.part for line in lines]
    assert parts.index("caution") < parts.index("why")
    assert "価格、数量、得意先、生産計画の話をしないこと" in lines[parts.index("caution")].text
    for topic in on:
        assert any(topic.title in line.title for line in lines if line.part == "why" and line.topic == topic.number)
    assert (lines[0].starts, lines[-1].ends) == (
        dt.time(13, 30),
        (dt.datetime(2000, 1, 1, 13, 30) + dt.timedelta(minutes=minutes)).time(),
    )


def test_without_a_topic_there_is_no_agenda_and_without_a_start_no_clock() -> None:
    assert agenda(120, (), None, "ja") == ()
    assert all(line.starts is None for line in agenda(120, (topic_of("A.stock"),), None, "ja"))
