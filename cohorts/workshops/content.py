"""What a meeting on some topics is made of, from the library: clauses, questions, actions, cautions, the agenda.

Nothing here is of a company. Frozen, and in one language.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.utils import translation
from django.utils.translation import gettext as _

from assessments.scoring.cohort import Group, most_missed
from cohorts.workshops.agenda import Part, clock, timetable
from guidance.catalog import Action, Catalog, Question, Section
from guidance.citations import citations
from guidance.connections import Connections, connect
from guidance.reference import Cautions, Window, Windows
from guidance.registry import get_catalog, library

QUESTIONS, ACTIONS = 3, 3
"""How many of each a topic puts on the table."""


@dataclass(frozen=True, slots=True)
class ClauseView:
    """What a document says, in our words. `certainty`: A (seen in the document), B (reported by others)."""

    id: str
    heading: str
    text: str
    place: str
    certainty: str
    reported_by: str
    document: str
    document_id: str
    status: str
    """Of the document: in force, draft, reported."""
    url: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question of the topic, with what it is asked for and how it looks where it is a rule (level 3)."""

    id: str
    text: str
    why: str
    as_a_rule: str


@dataclass(frozen=True, slots=True)
class ActionView:
    """What a company can do: costs in yen, effort in person-days, duration in weeks."""

    id: str
    title: str
    first_step: str
    this_year: str
    assumption: str
    cost_low: int
    cost_high: int
    person_days: int
    weeks: int
    owner: str
    """A key of the catalog's departments."""
    raises: tuple[str, ...]
    """Ids of the topic's questions that it raises."""


@dataclass(frozen=True, slots=True)
class TopicView:
    """A section as a topic. `missed`: the questions are the most missed ones of the group, the most missed first; else
    too few companies can be counted for that, and they are the weightiest of the section."""

    number: int
    id: str
    title: str
    axis: str
    missed: bool
    questions: tuple[QuestionView, ...]
    clauses: tuple[ClauseView, ...]
    actions: tuple[ActionView, ...]


@dataclass(frozen=True, slots=True)
class WindowView:
    """A place to ask."""

    name: str
    topics: str
    contact: str
    url: str


@dataclass(frozen=True, slots=True)
class CautionView:
    """One case of talk among competitors, and what to keep away from."""

    id: str
    name: str
    text: str
    caution: str
    note: str
    certainty: str


@dataclass(frozen=True, slots=True)
class CautionList:
    """What to keep away from when competitors talk, as the library has it, and where to ask."""

    id: str
    title: str
    intro: str
    source: str
    url: str
    as_of: dt.date
    checked_on: dt.date
    items: tuple[CautionView, ...]
    windows: tuple[WindowView, ...]


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """A part of the meeting. `starts` and `ends` are None where no time was chosen; `topic` is its number, from 1."""

    part: Part
    topic: int | None
    minutes: int
    from_minute: int
    until_minute: int
    starts: dt.time | None
    ends: dt.time | None
    title: str
    text: str


# --- topics -----------------------------------------------------------------------------------------------------------


def topics(catalog: Catalog, chosen: Iterable[str], group: Group | None, language: str) -> tuple[TopicView, ...]:
    """The chosen sections that the catalog has. An action stands under the first topic that it serves."""
    sections = [section for name in chosen if (section := catalog.section(name)) is not None]
    connections = _connections(catalog.ref)
    found: list[TopicView] = []
    taken: set[str] = set()
    for number, section in enumerate(sections, start=1):
        asked, missed = _questions(section, group)
        actions = [one for one in _actions(asked, connections) if one.id not in taken][:ACTIONS]
        taken.update(action.id for action in actions)
        found.append(
            TopicView(
                number=number,
                id=section.id,
                title=section.title.get(language),
                axis=next(axis.title.get(language) for axis in catalog.axes if section in axis.sections),
                missed=missed,
                questions=tuple(_question(one, language) for one in asked),
                clauses=_clauses(asked, language),
                actions=tuple(_action(one, asked, language) for one in actions),
            )
        )
    return tuple(found)


def _questions(section: Section, group: Group | None) -> tuple[list[Question], bool]:
    """Their order goes to people outside, so it rests on as many companies as any figure of unnamed ones."""
    by_id = {question.id: question for question in section.questions}
    if group is not None:
        found = most_missed(group, by_id, limit=len(by_id))
        shown = [name for name, mean in found if mean.n >= group.cohort.rule.run]
        if len(shown) >= min(QUESTIONS, len(by_id)):
            return [by_id[name] for name in shown[:QUESTIONS]], True
    return sorted(section.questions, key=lambda one: -one.weight)[:QUESTIONS], False


def _actions(asked: Sequence[Question], connections: Connections) -> list[Action]:
    """Those that raise the questions: first what can be begun at once, what raises more of them, what is cheaper."""
    names = {question.id for question in asked}

    def order(action: Action) -> tuple[bool, int, int, int]:
        raised = sum(1 for item in action.raises if item.question in names)
        return (bool(action.requires), -raised, action.cost_jpy.high, action.person_days)

    return sorted(connections.actions_for(asked), key=order)


def _clauses(asked: Sequence[Question], language: str) -> tuple[ClauseView, ...]:
    """What the documents behind the questions say, each once; this app's own readings are left out."""
    found = {one.clause.id: one for question in asked for one in citations(question) if not one.ours}
    return tuple(
        ClauseView(
            id=clause.id,
            heading=clause.heading.get(language),
            text=clause.text.get(language),
            place=clause.place.get(language),
            certainty=clause.certainty,
            reported_by=clause.reported_by.get(language) if clause.reported_by else "",
            document=source.title.get(language),
            document_id=source.source,
            status=source.status,
            url=clause.url or source.url,
        )
        for clause, source in ((one.clause, one.source) for one in found.values())
    )


def _question(question: Question, language: str) -> QuestionView:
    return QuestionView(
        question.id, question.text.get(language), question.why.get(language), question.levels[3].get(language)
    )


def _action(action: Action, asked: Sequence[Question], language: str) -> ActionView:
    raised = {item.question for item in action.raises}
    return ActionView(
        id=action.id,
        title=action.title.get(language),
        first_step=action.first_step.get(language),
        this_year=action.this_year.get(language) if action.this_year else "",
        assumption=action.assumption.get(language) if action.assumption else "",
        cost_low=action.cost_jpy.low,
        cost_high=action.cost_jpy.high,
        person_days=action.person_days,
        weeks=action.weeks,
        owner=action.owner,
        raises=tuple(question.id for question in asked if question.id in raised),
    )


@cache
def _connections(catalog_ref: str) -> Connections:
    return connect(get_catalog(catalog_ref))


# --- cautions ---------------------------------------------------------------------------------------------------------


def cautions(catalog: Catalog, language: str) -> tuple[CautionList, ...]:
    """Every list of cautions of the library: a meeting of companies is talk among competitors, whatever its topic.

    The places to ask are those that the catalog names wherever it points to the list.
    """
    return tuple(
        CautionList(
            id=found.list,
            title=found.title.get(language),
            intro=found.intro.get(language),
            source=found.source.get(language),
            url=found.url or "",
            as_of=found.as_of,
            checked_on=found.checked_on,
            items=tuple(
                CautionView(
                    id=item.id,
                    name=item.name.get(language),
                    text=item.text.get(language),
                    caution=item.caution.get(language),
                    note=item.note.get(language) if item.note else "",
                    certainty=item.certainty,
                )
                for item in found.items
            ),
            windows=_windows(catalog, found.list, language),
        )
        for found in library().lists.values()
        if isinstance(found, Cautions)
    )


def _windows(catalog: Catalog, name: str, language: str) -> tuple[WindowView, ...]:
    connections = _connections(catalog.ref)
    pointing: list[Question | Action] = [
        *connections.questions_at.get(name, ()),
        *connections.actions_at.get(name, ()),
    ]
    found: dict[str, Window] = {}
    for other in (see for one in pointing for see in one.see):
        owner, entry = library().entries.get(other, (None, None))
        if isinstance(owner, Windows) and isinstance(entry, Window):
            found[other] = entry
    return tuple(
        WindowView(
            one.name.get(language),
            one.topics.get(language),
            one.contact.get(language) if one.contact else "",
            one.url or "",
        )
        for one in found.values()
    )


# --- the agenda -------------------------------------------------------------------------------------------------------


def agenda(minutes: int, on: Sequence[TopicView], start: dt.time | None, language: str) -> tuple[AgendaLine, ...]:
    """The timetable in words; nothing where no topic was chosen."""
    if not on:
        return ()
    slots = timetable(minutes, len(on))
    times = clock(start, slots) if start else None
    lines, passed = [], 0
    with translation.override(language):
        for number, slot in enumerate(slots):
            title, text = _words(slot.part, on[slot.topic] if slot.topic is not None else None)
            lines.append(
                AgendaLine(
                    part=slot.part,
                    topic=slot.topic + 1 if slot.topic is not None else None,
                    minutes=slot.minutes,
                    from_minute=passed,
                    until_minute=passed + slot.minutes,
                    starts=times[number][0] if times else None,
                    ends=times[number][1] if times else None,
                    title=title,
                    text=text,
                )
            )
            passed += slot.minutes
    return tuple(lines)


def _words(part: Part, topic: TopicView | None) -> tuple[str, str]:
    name = {"topic": topic.title if topic else ""}
    words = {
        "opening": (_("はじめに"), _("目的と進め方を確かめ、テーブルごとに自己紹介をします。")),
        "caution": (
            _("話さないことの確認"),
            _("価格、数量、得意先、生産計画の話をしないことを、全員で確かめます。"),
        ),
        "why": (
            _("話題「%(topic)s」：なぜ取り上げるか") % name,
            _("文書に何が書かれているかと、診断で「できていない」が多かった設問を見ます。")
            if topic and topic.missed
            else _("文書に何が書かれているかと、診断の設問を見ます。"),
        ),
        "talk": (
            _("話題「%(topic)s」：会社の話を聞く") % name,
            _("取り組んでいる会社に、はじめたきっかけ、苦労したこと、役に立ったことを話してもらいます。"),
        ),
        "tables": (
            _("話題「%(topic)s」：テーブルで話し合う") % name,
            _("行動の案を読み、自社ですることを一つ選び、最初の一歩と、する日を書きます。"),
        ),
        "break": (_("休憩"), ""),
        "sharing": (_("テーブルからの発表"), _("各テーブルから、最初の一歩を一つずつ発表します。")),
        "closing": (_("おわりに"), _("次に集まる日と、それまでにすることを決めます。")),
    }
    return words[part]
