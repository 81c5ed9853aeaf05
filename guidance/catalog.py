"""PURE. What a questionnaire is: frozen values made from the YAML files of `guidance/library`.

The dataclasses are pydantic's, so that one model serves the loader, the JSON Schema for editors and the program. Field
descriptions go into that schema. Format: contracts §1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Literal, NewType

from pydantic import ConfigDict, Field, StrictBool, StrictInt, StrictStr, StringConstraints
from pydantic.dataclasses import dataclass

QuestionId = NewType("QuestionId", str)
SCHEMA_VERSION = 1
AXIS_IDS = ("autonomy", "indispensability", "governance")
AxisId = Literal["autonomy", "indispensability", "governance"]
Basis = Literal["clause", "reported", "own"]
Certainty = Literal["A", "B", "C"]
Department = Literal["management", "purchasing", "sales", "rd", "production", "hr", "legal", "it"]
Language = Literal["ja", "en"]
Status = Literal["in force", "draft", "reported"]
Level = Literal[0, 1, 2, 3, 4]

STRICT = ConfigDict(extra="forbid")
Id = Annotated[StrictStr, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=60)]
Words = Annotated[StrictStr, StringConstraints(strip_whitespace=True, min_length=1)]
Url = Annotated[StrictStr, StringConstraints(pattern=r"^https?://")]
Yen = Annotated[StrictInt, Field(ge=0)]


@dataclass(frozen=True, slots=True, config=STRICT)
class Text:
    """One text in both languages; Japanese is required, English before release."""

    ja: Words
    en: Words | None = None

    def get(self, language: str) -> str:
        """The text in `language`, in Japanese where there is no such translation."""
        return self.en if language == "en" and self.en else self.ja

    def __str__(self) -> str:
        return self.ja


@dataclass(frozen=True, slots=True, config=STRICT)
class Condition:
    """Exactly one of all, any, not, or a test of one profile fact (is, in, at_most) or of one other answer."""

    all: tuple[Condition, ...] | None = None
    any: tuple[Condition, ...] | None = None
    not_: Annotated[Condition | None, Field(alias="not")] = None
    profile: Id | None = None
    is_: Annotated[StrictBool | StrictInt | StrictStr | None, Field(alias="is")] = None
    in_: Annotated[tuple[StrictBool | StrictInt | StrictStr, ...] | None, Field(alias="in")] = None
    at_most: Annotated[StrictInt | None, Field(ge=0)] = None
    question: Id | None = None
    at_least: Level | None = None


@dataclass(frozen=True, slots=True, config=STRICT)
class Gate:
    """Holds the axis below `stage` until the question's level is at least `min_level` (scoring §2)."""

    stage: Annotated[StrictInt, Field(ge=2, le=5)]
    min_level: Annotated[StrictInt, Field(ge=1, le=4)]


@dataclass(frozen=True, slots=True, config=STRICT)
class Question:
    """One question with five observable levels, 0 to 4."""

    id: Id
    clauses: tuple[Id, ...]
    basis: Basis
    text: Text
    why: Text
    levels: Annotated[tuple[Text, ...], Field(min_length=5, max_length=5)]
    weight: Annotated[StrictInt, Field(ge=1, le=3)]
    asked_of: Department
    evidence: tuple[Text, ...] = ()
    actions: tuple[Id, ...] = ()
    hint: Text | None = None
    explain: StrictBool = False
    """Taken from a comply-or-explain code: offers a field for why a company does not do it, and its plan."""
    quick: StrictBool = False
    gate: Gate | None = None
    applies_when: Condition | None = None
    see: tuple[Id, ...] = ()
    """Lists and entries of the reference data to look at while answering: watch lists, cautions, windows."""


@dataclass(frozen=True, slots=True, config=STRICT)
class Section:
    """Questions on one subject, with their weight within the axis."""

    id: Id
    title: Text
    weight: Annotated[StrictInt, Field(ge=1)]
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True, config=STRICT)
class Axis:
    """One of the three scores; never averaged with another."""

    id: AxisId
    title: Text
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]

    def questions(self) -> Iterator[Question]:
        for section in self.sections:
            yield from section.questions


@dataclass(frozen=True, slots=True, config=STRICT)
class Raise:
    """An action lifts this question to this level (never below where it stands)."""

    question: Id
    to: Annotated[StrictInt, Field(ge=1, le=4)]


@dataclass(frozen=True, slots=True, config=STRICT)
class Cost:
    """Outlay in yen, from low to high; own time is counted in person-days instead."""

    low: Yen
    high: Yen


@dataclass(frozen=True, slots=True, config=STRICT)
class Action:
    """Something that a company can do, with cost (¥), effort (person-days) and duration (weeks)."""

    id: Id
    title: Text
    why: Text
    first_step: Text
    raises: tuple[Raise, ...]
    cost_jpy: Cost
    person_days: Annotated[StrictInt, Field(ge=0)]
    weeks: Annotated[StrictInt, Field(ge=0)]
    owner: Department
    assumption: Text | None = None
    """What cost, effort and duration were estimated for, so that a company can correct them for itself."""
    this_year: Text | None = None
    """What stands within a year when the action is carried through; `first_step` is for this week."""
    how: tuple[Text, ...] = ()
    requires: tuple[Id, ...] = ()
    support: tuple[Id, ...] = ()
    see: tuple[Id, ...] = ()
    """Lists and entries of the reference data that help with this action."""


@dataclass(frozen=True, slots=True, config=STRICT)
class Term:
    """A glossary entry."""

    id: Id
    term: Text
    text: Text


@dataclass(frozen=True, config=STRICT)
class Catalog:
    """One version of a questionnaire."""

    schema: Annotated[Literal[1], Field(alias="schema")]
    catalog: Id
    version: Id
    axes: Annotated[tuple[Axis, ...], Field(min_length=1, max_length=3)]
    actions: tuple[Action, ...] = ()
    glossary: tuple[Term, ...] = ()
    released: dt.date | None = None

    @property
    def ref(self) -> str:
        """`catalog@version`, the name by which rows and files point here."""
        return f"{self.catalog}@{self.version}"

    def sections(self) -> Iterator[Section]:
        for axis in self.axes:
            yield from axis.sections

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every question by its id, in the order of the questionnaire."""
        return MappingProxyType({q.id: q for axis in self.axes for q in axis.questions()})

    @cached_property
    def actions_by_id(self) -> Mapping[str, Action]:
        return MappingProxyType({action.id: action for action in self.actions})

    @cached_property
    def section_of(self) -> Mapping[str, Section]:
        """The section of each question, by the question's id."""
        return MappingProxyType({q.id: section for section in self.sections() for q in section.questions})

    def section(self, section_id: str) -> Section | None:
        return next((section for section in self.sections() if section.id == section_id), None)

    def quick(self) -> Catalog:
        """The 10-minute check: the same catalog with its quick questions only."""
        axes = []
        for axis in self.axes:
            sections = []
            for section in axis.sections:
                if chosen := tuple(q for q in section.questions if q.quick):
                    sections.append(Section(section.id, section.title, section.weight, chosen))
            if sections:
                axes.append(Axis(axis.id, axis.title, tuple(sections)))
        return Catalog(
            schema=self.schema,
            catalog=self.catalog,
            version=self.version,
            axes=tuple(axes),
            actions=self.actions,
            glossary=self.glossary,
            released=self.released,
        )


@dataclass(frozen=True, slots=True, config=STRICT)
class Clause:
    """One line of a document in our own words. Only certainty A and B may be shown as what the document says."""

    id: Id
    heading: Text
    text: Text
    place: Text
    certainty: Certainty
    reported_by: Text | None = None
    url: Url | None = None
    note: Text | None = None


@dataclass(frozen=True, config=STRICT)
class Source:
    """A document and its clauses."""

    schema: Annotated[Literal[1], Field(alias="schema")]
    source: Id
    title: Text
    issuer: Text
    edition: Text
    date: dt.date
    url: Url
    status: Status
    checked_on: dt.date
    clauses: tuple[Clause, ...]
    status_note: Text | None = None

    @cached_property
    def clauses_by_id(self) -> Mapping[str, Clause]:
        return MappingProxyType({clause.id: clause for clause in self.clauses})
