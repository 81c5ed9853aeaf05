"""What one question card on the page shows: the question, the saved answer, what was typed, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from assessments.carrying import Proposal
from assessments.evidence_cards import FilesBeside
from assessments.forms import AnswerForm
from assessments.models import Answer as AnswerRow
from assessments.reviewing import Open
from guidance.catalog import Question, Term
from guidance.citations import Citation, citations
from guidance.registry import get_catalog
from guidance.terms import terms_used


@dataclass(frozen=True, slots=True)
class Card:
    """A question with the answer in the fields as the person should see it."""

    question: Question
    number: int
    choice: str
    reason: str
    note: str
    explanation: str
    revision: int
    state: str
    row: AnswerRow | None = None
    theirs: AnswerRow | None = None
    errors: Sequence[str] = field(default_factory=tuple)
    citations: Sequence[Citation] = field(default_factory=tuple)
    proposal: Proposal | None = None
    """What was said to an older version, for the person to confirm."""
    terms: Sequence[Term] = field(default_factory=tuple)
    followups: Sequence[Open] = field(default_factory=tuple)
    """What colleagues marked or asked back, as far as the person sees it."""
    evidence: FilesBeside | None = None

    @property
    def theirs_choice(self) -> str:
        return choice_of(self.theirs) if self.theirs else ""


def choice_of(row: AnswerRow) -> str:
    """The value of the radio button that stands for a saved answer."""
    if row.kind == AnswerRow.Kind.LEVEL:
        return str(row.level)
    return "" if row.kind == AnswerRow.Kind.NONE else row.kind


def saved_card(
    question: Question, number: int, row: AnswerRow | None, catalog_ref: str, *, proposal: Proposal | None = None
) -> Card:
    """The card as the database has it; words that wait to be carried over stand in the fields already."""
    said = row or (proposal.proposed if proposal else None)
    return Card(
        question=question,
        number=number,
        choice=choice_of(row) if row else "",
        reason=row.reason if row else "",
        note=said.note if said else "",
        explanation=said.explanation if said else "",
        revision=row.revision if row else 0,
        state="saved" if row else "empty",
        row=row,
        proposal=proposal,
        citations=citations(question),
        terms=terms_in(catalog_ref, question.id),
    )


def typed_card(
    question: Question,
    number: int,
    form: AnswerForm,
    catalog_ref: str,
    *,
    state: str,
    theirs: AnswerRow | None = None,
) -> Card:
    """The card with what the person typed, which was not saved."""
    typed: Mapping[str, str] = form.data
    return Card(
        question=question,
        number=number,
        choice=typed.get("choice", ""),
        reason=typed.get("reason", ""),
        note=typed.get("note", ""),
        explanation=typed.get("explanation", ""),
        revision=_whole(typed.get("revision")),
        state=state,
        theirs=theirs,
        errors=tuple(str(message) for messages in form.errors.values() for message in messages),
        citations=citations(question),
        terms=terms_in(catalog_ref, question.id),
    )


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


@cache
def terms_in(catalog_ref: str, question_id: str) -> tuple[Term, ...]:
    """Glossary terms that a question's Japanese or English words use."""
    catalog = get_catalog(catalog_ref)
    return terms_used(catalog.questions[question_id], catalog.glossary)
