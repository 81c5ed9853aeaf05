"""PURE. Which questions a choice of sections, departments and single questions means, and how far a share is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from assessments.progress import Count
from guidance.catalog import Catalog, Question, Section


class NothingMeant(ValueError):
    """The choice means no question that the company is asked."""


class NotAsked(LookupError):
    """The choice names something that this company's questionnaire does not have. `names`: what it named."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = tuple(sorted(names))
        super().__init__(", ".join(self.names))


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody is asked for: whole sections, all questions of departments and single questions, taken together."""

    sections: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    questions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Part:
    """Of one section the questions that are somebody's, and how many of them are answered."""

    section: Section
    questions: tuple[Question, ...]
    count: Count


@dataclass(frozen=True, slots=True)
class Share:
    """The questions that are somebody's, by section in the catalog's order; sections without one are left out."""

    parts: tuple[Part, ...]
    count: Count

    def part(self, section_id: str) -> Part | None:
        """Of this section; None where nothing in it is theirs."""
        return next((part for part in self.parts if part.section.id == section_id), None)

    def after(self, section_id: str) -> Part | None:
        """The next section with something of theirs."""
        ids = [part.section.id for part in self.parts]
        place = ids.index(section_id) + 1 if section_id in ids else len(ids)
        return self.parts[place] if place < len(self.parts) else None


def meant(catalog: Catalog, asked: Collection[str], choice: Choice) -> tuple[str, ...]:
    """The ids of the questions that `choice` means, in the catalog's order: of sections and departments `asked` ones.

    Raises NotAsked for a section or department that the catalog does not have and for a single question outside
    `asked`, and NothingMeant where no question is left.
    """
    questions = catalog.questions
    unknown = choice.questions - frozenset(asked)
    unknown |= choice.sections - {section.id for section in catalog.sections()}
    unknown |= choice.departments - {question.asked_of for question in questions.values()}
    if unknown:
        raise NotAsked(unknown)
    found = tuple(
        name
        for name, question in questions.items()
        if name in asked
        and (
            name in choice.questions
            or question.asked_of in choice.departments
            or catalog.section_of[name].id in choice.sections
        )
    )
    if not found:
        raise NothingMeant
    return found


def share(catalog: Catalog, assigned: Collection[str], asked: Collection[str], answered: Collection[str]) -> Share:
    """Of what was assigned, what is to be seen: what the company is asked, and what was answered before it was not."""
    parts = []
    for section in catalog.sections():
        theirs = tuple(q for q in section.questions if q.id in assigned and (q.id in asked or q.id in answered))
        if theirs:
            parts.append(Part(section, theirs, _count(theirs, answered)))
    whole = Count(sum(part.count.done for part in parts), sum(part.count.total for part in parts))
    return Share(tuple(parts), whole)


def by_department(catalog: Catalog, asked: Collection[str]) -> Mapping[str, int]:
    """How many of the questions that the company is asked each department would know, in the order of first mention."""
    found: dict[str, int] = {}
    for name, question in catalog.questions.items():
        if name in asked:
            found[question.asked_of] = found.get(question.asked_of, 0) + 1
    return found


def _count(questions: tuple[Question, ...], answered: Collection[str]) -> Count:
    return Count(sum(question.id in answered for question in questions), len(questions))
