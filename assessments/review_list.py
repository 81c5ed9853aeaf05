"""The review page's list: every asked question with who said what and when, and the filters on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from assessments import reviewing
from assessments.drafts import Draft
from assessments.models import Answer as AnswerRow
from assessments.models import Assessment, Assignment
from assessments.reviewing import Open
from assessments.services import draft_of
from guidance.catalog import Catalog, Question, Section
from organisations.models import Membership, Organisation


@dataclass(frozen=True, slots=True)
class Line:
    """One question as the review page shows it."""

    question: Question
    row: AnswerRow | None
    assigned: tuple[Assignment, ...]
    comments: int
    followups: tuple[Open, ...]

    @property
    def draft(self) -> Draft:
        return draft_of(self.row) if self.row else Draft(None)

    @property
    def assigned_names(self) -> tuple[str, ...]:
        return tuple(reviewing.name_of(found) for found in self.assigned)

    @property
    def asked_back(self) -> tuple[Open, ...]:
        return tuple(found for found in self.followups if not found.later)

    @property
    def people(self) -> frozenset[int | UUID]:
        """Who answered last and who is to answer: ids of users, and of invitations that nobody accepted yet."""
        found: set[int | UUID] = set()
        for assigned in self.assigned:
            person = reviewing.person_of(assigned)
            if person is not None:
                found.add(person)
            elif assigned.invitation_id is not None:
                found.add(assigned.invitation_id)
        if self.row is not None and self.row.updated_by_id is not None:
            found.add(self.row.updated_by_id)
        return frozenset(found)


SHOWS: Mapping[str, Callable[[Line], bool]] = {
    "all": lambda line: True,
    "unanswered": lambda line: line.draft.answer is None,
    "unknown": lambda line: line.draft.kind == "unknown",
    "na": lambda line: line.draft.kind == "na",
    "later": lambda line: any(found.later for found in line.followups),
    "asked": lambda line: bool(line.asked_back),
    "changed": lambda line: any(found.answered for found in line.asked_back),
    "unassigned": lambda line: not line.assigned,
    "talked": lambda line: line.comments > 0,
}
"""What the page can be narrowed down to."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to narrow the page down to. `key`: of their membership, or of their invitation."""

    key: UUID
    name: str
    id: int | UUID


def lines(assessment: Assessment, catalog: Catalog, asked: Iterable[str], rows: Mapping[str, AnswerRow]) -> list[Line]:
    """Every asked question in the order of the questionnaire. Three queries."""
    wanted = frozenset(asked)
    assigned = reviewing.assignments(assessment)
    counts = reviewing.comment_counts(assessment)
    followups = reviewing.open_followups(assessment, rows)
    return [
        Line(
            question,
            rows.get(question.id),
            assigned.get(question.id, ()),
            counts.get(question.id, 0),
            followups.get(question.id, ()),
        )
        for section in catalog.sections()
        for question in section.questions
        if question.id in wanted
    ]


def people(organisation: Organisation, found: Iterable[Line]) -> list[Person]:
    """Whom the lines can be narrowed down to, by name. One query."""
    concerned: set[int | UUID] = set()
    waiting: dict[UUID, Person] = {}
    for line in found:
        concerned |= line.people
        for assigned in line.assigned:
            if reviewing.person_of(assigned) is None and assigned.invitation_id is not None:
                name = reviewing.name_of(assigned)
                waiting[assigned.invitation_id] = Person(assigned.invitation_id, name, assigned.invitation_id)
    members = Membership.objects.filter(organisation=organisation).select_related("user")
    present = [Person(one.key, str(one.user), one.user_id) for one in members if one.user_id in concerned]
    return sorted([*present, *waiting.values()], key=lambda person: person.name)


def by_section(catalog: Catalog, chosen: Iterable[Line]) -> list[tuple[Section, list[Line]]]:
    """The lines under their sections; sections without one are left out."""
    groups: dict[str, list[Line]] = {}
    for line in chosen:
        groups.setdefault(catalog.section_of[line.question.id].id, []).append(line)
    return [(section, groups[section.id]) for section in catalog.sections() if section.id in groups]
