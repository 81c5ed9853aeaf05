"""One assessment as somebody has it before them: its rows, its progress, and the cards of its questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assessments import moving, reviewing, services
from assessments.cards import Card, saved_card
from assessments.carrying import Proposal
from assessments.evidence_cards import Files, files_of
from assessments.models import Answer as AnswerRow
from assessments.models import Assessment
from assessments.progress import Progress, progress
from assessments.scoring.answers import Answer
from guidance.catalog import Catalog, Question
from guidance.registry import get_catalog
from organisations.access import TenantRequest
from organisations.policy import Permission, Role, allows


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the cards of one assessment are made of."""

    assessment: Assessment
    catalog: Catalog
    rows: Mapping[str, AnswerRow]
    answers: Mapping[str, Answer]
    progress: Progress
    proposals: Mapping[str, Proposal]
    followups: Mapping[str, Sequence[reviewing.Open]]
    """What colleagues marked or asked back, as far as the person sees it."""
    files: Files

    def card(self, question: Question, number: int) -> Card:
        """As the database has it."""
        name = question.id
        made = saved_card(question, number, self.rows.get(name), self.catalog.ref, proposal=self.proposals.get(name))
        return replace(made, followups=self.followups.get(name, ()), evidence=self.files.beside(name))

    def cards(self, questions: Sequence[Question], typed: Card | None = None) -> list[Card]:
        """One a question, in order; `typed` replaces that of its question by what the person typed, and stands at the
        end where its question is not among them: the company's facts changed while somebody wrote."""
        made = [self.card(question, number) for number, question in enumerate(questions, start=1)]
        if typed is None:
            return made
        name = typed.question.id
        held = replace(
            typed,
            proposal=self.proposals.get(name),
            followups=self.followups.get(name, ()),
            evidence=self.files.beside(name),
        )
        if typed.question not in questions:
            return [*made, replace(held, number=len(made) + 1)]
        return [replace(held, number=card.number) if card.question.id == name else card for card in made]


def sheet_of(request: TenantRequest, assessment: Assessment) -> Sheet:
    """Four queries at most."""
    catalog = get_catalog(assessment.catalog_ref)
    rows = AnswerRow.objects.filter(assessment=assessment).by_question()
    answers = services.answers_of(rows.values())
    role = Role(request.membership.role)
    return Sheet(
        assessment=assessment,
        catalog=catalog,
        rows=rows,
        answers=answers,
        progress=progress(catalog, answers, request.organisation.profile()),
        proposals=moving.waiting(assessment, answers),
        followups=reviewing.followups_for(assessment, rows, role=role, person=request.user.pk),
        files=files_of(request.membership, assessment),
    )


def frame(request: TenantRequest, sheet: Sheet) -> dict[str, object]:
    """What every page of an assessment shows."""
    return frame_of(request, sheet.assessment, sheet.catalog, sheet.progress)


def frame_of(request: TenantRequest, assessment: Assessment, catalog: Catalog, state: Progress) -> dict[str, object]:
    """The same without cards."""
    return {
        "organisation": request.organisation,
        "membership": request.membership,
        "assessment": assessment,
        "catalog": catalog,
        "progress": state,
        "open": assessment.status == Assessment.Status.OPEN,
        "superseded": assessment.status == Assessment.Status.SUPERSEDED,
        "may_answer": allows(Role(request.membership.role), Permission.RESPOND),
        "person": request.user.pk,
    }
