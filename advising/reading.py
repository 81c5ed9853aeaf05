"""What the pages of a review show: each question with the company's answer beside what was found, and both scorecards.
Within both scopes; a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from advising.findings import Calibration, Difference, Finding, calibrate, differences, standing
from advising.models import Enquiry, FindingRow, PrivateNote, Review
from advising.reviews import finding_of, verified_of
from assessments import evidence
from assessments.answers_file import AnswersFile
from assessments.frozen import answers_of, scorecard_of
from assessments.scoring.answers import Answer
from assessments.scoring.scorecard import Scorecard, from_json, shown
from assessments.scoring.verified import change_of
from guidance.catalog import Catalog, Question, Section
from guidance.registry import get_catalog
from organisations.consent import What


@dataclass(frozen=True, slots=True)
class Line:
    """One question of the review. `mine`: the person's own finding as a row; `others`: those of colleagues, shown only
    after the person judged for themselves, so that two judgements stay two."""

    question: Question
    section: Section
    said: Answer | None
    files: tuple[tuple[UUID, str], ...]
    mine: FindingRow | None
    others: tuple[Finding, ...]
    hidden_others: int
    stands: Finding | None
    note: str
    colleagues_notes: tuple[PrivateNote, ...]
    enquiry: Enquiry | None
    settled: tuple[Enquiry, ...]

    @property
    def said_text(self) -> str:
        return "" if self.said is None or self.said.level is None else str(self.said.level)


@dataclass(frozen=True, slots=True)
class AxisPair:
    """One axis as the company has it and as it was verified: shown points, the difference with its sign, stages."""

    title: object
    own: str | None
    verified: str | None
    change: str
    own_stage: int | None
    verified_stage: int | None


class ReviewView:
    """A review as one person of the office sees it; each part is read when it is asked for."""

    def __init__(self, review: Review, person: int, shared: frozenset[What]) -> None:
        self.review, self.person, self.shared = review, person, shared

    @cached_property
    def catalog(self) -> Catalog:
        return get_catalog(self.review.submission.catalog_ref)

    @cached_property
    def frozen(self) -> AnswersFile:
        return answers_of(self.review.submission)

    @cached_property
    def own_card(self) -> Scorecard:
        return scorecard_of(self.review.submission)

    @cached_property
    def card(self) -> Scorecard:
        return from_json(self.review.scorecard)

    @cached_property
    def rows(self) -> list[FindingRow]:
        return list(FindingRow.objects.filter(review=self.review).order_by("pk"))

    @cached_property
    def findings(self) -> list[Finding]:
        return [finding_of(row) for row in self.rows]

    @cached_property
    def standing(self) -> Mapping[str, Finding]:
        return standing(self.findings, self.review.lead_id)

    @cached_property
    def asked(self) -> frozenset[str]:
        """The questions that apply, by the company's answers or by what was found."""
        cards = (self.own_card, self.card)
        return frozenset(name for card in cards for name, one in card.questions().items() if one.state != "hidden")

    @cached_property
    def enquiries(self) -> list[Enquiry]:
        return list(Enquiry.objects.filter(review=self.review).select_related("asked_by", "replied_by"))

    @property
    def advisors(self) -> list[tuple[int, str]]:
        """Who recorded something and is still there, as (id, name)."""
        return list(dict.fromkeys((row.advisor_id, row.advisor_name) for row in self.rows if row.advisor_id))

    # --- questions ---

    def waiting(self) -> list[tuple[Enquiry, Section]]:
        """Enquiries that are not settled, each with the section where it stands."""
        waiting = [one for one in self.enquiries if one.settled_at is None]
        return [(one, self.catalog.section_of[one.question_id]) for one in waiting]

    def sections(self) -> list[tuple[Section, int, int, int]]:
        """Every section with questions that apply: how many were judged, how many apply, enquiries that wait."""
        judged = {name for name, found in self.standing.items() if found.answer is not None}
        waiting = [one.question_id for one in self.enquiries if one.settled_at is None]
        counted = []
        for section in self.catalog.sections():
            names = [question.id for question in section.questions if question.id in self.asked]
            if names:
                done = sum(name in judged for name in names)
                counted.append((section, done, len(names), sum(name in names for name in waiting)))
        return counted

    def lines(self, questions: Iterable[Question]) -> list[Line]:
        """Those of `questions` that apply."""
        wanted = [question for question in questions if question.id in self.asked]
        files = self._files() if What.NOTES in self.shared else {}
        notes = self._notes([question.id for question in wanted])
        return [self._line(question, files, notes) for question in wanted]

    def order(self) -> list[str]:
        """Ids of the questions that apply, as in the questionnaire."""
        return [name for name in self.catalog.questions if name in self.asked]

    def _line(
        self,
        question: Question,
        files: Mapping[str, tuple[tuple[UUID, str], ...]],
        notes: Mapping[str, list[PrivateNote]],
    ) -> Line:
        mine = next((r for r in self.rows if r.question_id == question.id and r.advisor_id == self.person), None)
        others = [found for found in self.findings if found.question_id == question.id and found.advisor != self.person]
        seen = not self.review.open or (mine is not None and mine.kind != FindingRow.Kind.NONE)
        theirs = notes.get(question.id, [])
        asked = [one for one in self.enquiries if one.question_id == question.id]
        return Line(
            question,
            self.catalog.section_of[question.id],
            self._said(question.id),
            files.get(question.id, ()),
            mine,
            tuple(others) if seen else (),
            0 if seen else len(others),
            self.standing.get(question.id),
            next((note.text for note in theirs if note.author_id == self.person), ""),
            tuple(note for note in theirs if note.author_id != self.person),
            next((one for one in asked if one.settled_at is None), None),
            tuple(one for one in asked if one.settled_at is not None),
        )

    def _said(self, question_id: str) -> Answer | None:
        """The company's answer, as far as it is shared."""
        said = self.frozen.answers.get(question_id)
        if said is None or What.NOTES in self.shared:
            return said
        return Answer(said.kind, said.level, "—" if said.kind == "na" else "")

    def _files(self) -> dict[str, tuple[tuple[UUID, str], ...]]:
        beside: dict[str, tuple[tuple[UUID, str], ...]] = {}
        for file in evidence.submitted_with(self.review.submission):
            beside[file.question_id] = (*beside.get(file.question_id, ()), (file.pk, file.name))
        return beside

    def notes_on_the_whole(self) -> list[PrivateNote]:
        """What people of the office wrote about the review as a whole. One query."""
        return self._notes([""]).get("", [])

    def _notes(self, names: list[str]) -> dict[str, list[PrivateNote]]:
        found: dict[str, list[PrivateNote]] = {}
        rows = PrivateNote.objects.filter(review=self.review, question_id__in=names).select_related("author")
        for note in rows.order_by("updated_at"):
            found.setdefault(note.question_id, []).append(note)
        return found

    # --- the two scorecards ---

    def pairs(self) -> list[AxisPair]:
        """The three axes, own beside verified."""
        found = []
        for axis in self.catalog.axes:
            own, seen = self.own_card.axis(axis.id), self.card.axis(axis.id)
            found.append(
                AxisPair(
                    axis.title,
                    shown(own.score),
                    shown(seen.score),
                    change_of(shown(own.score), shown(seen.score)),
                    own.stage,
                    seen.stage,
                )
            )
        return found

    def differences(self) -> list[tuple[Difference, Question, Section, Finding | None]]:
        verified = verified_of(self.review, self.findings)
        found = differences(self.frozen.answers, self.own_card, verified.answers, verified.card)
        questions, sections = self.catalog.questions, self.catalog.section_of
        return [
            (one, questions[one.question_id], sections[one.question_id], self.standing.get(one.question_id))
            for one in found
        ]

    def calibrations(self) -> tuple[Calibration, ...]:
        return calibrate(self.findings)


def review_of(submission_id: UUID) -> Review | None:
    """The review of a submission by the office in scope. One query."""
    found: Review | None = (
        Review.objects.select_related("submission", "body", "lead").filter(submission_id=submission_id).first()
    )
    return found
