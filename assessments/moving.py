"""Moving a company's answers to another version of the questionnaire; the old assessment stays readable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from assessments.carrying import Carried, Proposal, carry
from assessments.drafts import Draft
from assessments.models import Answer as AnswerRow
from assessments.models import Assessment, CarriedAnswer
from assessments.scoring.answers import Answer
from assessments.services import AnotherIsOpen, lock_company
from guidance.catalog import Catalog
from guidance.diffing import Diff
from guidance.registry import current_catalog, difference
from organisations.models import Organisation, User


class AlreadyThere(Exception):
    """The assessment is on this version, or was moved before."""


@dataclass(frozen=True, slots=True)
class Move:
    """What moving would do, or did."""

    diff: Diff
    carried: Carried


def newer_than(assessment: Assessment) -> Catalog | None:
    """The current version where the assessment is on another one."""
    current = current_catalog()
    return None if assessment.catalog_ref == current.ref else current


def preview(assessment: Assessment, to: Catalog) -> Move:
    """What moving `assessment` to `to` would copy, ask to confirm, and keep. Writes nothing."""
    rows = AnswerRow.objects.filter(assessment=assessment)
    diff = difference(assessment.catalog_ref, to.ref)
    return Move(diff, carry(diff, {row.question_id: draft_of(row) for row in rows}))


@transaction.atomic
def move(organisation: Organisation, assessment_id: UUID, *, to: Catalog, by: User | None) -> Assessment:
    """Open an assessment on `to` with the answers that carry over; what is doubtful waits for a person.

    An open assessment becomes superseded, a submitted one stays submitted. Raises Assessment.DoesNotExist,
    AlreadyThere, and AnotherIsOpen where the company is answering another assessment.
    """
    lock_company()
    old = Assessment.objects.select_for_update().get(pk=assessment_id)
    if old.catalog_ref == to.ref or old.status == Assessment.Status.SUPERSEDED:
        raise AlreadyThere
    if Assessment.objects.filter(status=Assessment.Status.OPEN).exclude(pk=old.pk).exists():
        raise AnotherIsOpen
    rows = {row.question_id: row for row in AnswerRow.objects.filter(assessment=old)}
    diff = difference(old.catalog_ref, to.ref)
    carried = carry(diff, {name: draft_of(row) for name, row in rows.items()})
    if old.status == Assessment.Status.OPEN:
        old.status = Assessment.Status.SUPERSEDED
        old.save(update_fields=["status"])
    new = Assessment.objects.create(organisation=organisation, catalog_ref=to.ref, created_by=by, carried_from=old)
    AnswerRow.objects.bulk_create(
        AnswerRow(
            organisation=organisation,
            assessment=new,
            question_id=name,
            updated_by_id=rows[diff.of_new[name].old[0].id].updated_by_id,
            **draft.fields(),
        )
        for name, draft in carried.copied.items()
    )
    CarriedAnswer.objects.bulk_create(
        CarriedAnswer(
            organisation=organisation,
            assessment=new,
            question_id=proposal.question,
            entries={name: draft.fields() for name, draft in proposal.answers.items()},
            proposed=proposal.proposed.fields(),
        )
        for proposal in carried.queued
    )
    return new


def waiting(assessment: Assessment, answered: Iterable[str]) -> dict[str, Proposal]:
    """The proposals of `assessment` that nobody has settled by answering, by question id. One query at most."""
    if assessment.carried_from_id is None:
        return {}
    done = set(answered)
    found = {}
    for row in CarriedAnswer.objects.filter(assessment=assessment).select_related("assessment__carried_from"):
        old = row.assessment.carried_from
        if row.question_id in done or old is None:
            continue
        change = difference(old.catalog_ref, assessment.catalog_ref).of_new[row.question_id]
        answers = {name: _draft(fields) for name, fields in row.entries.items()}
        found[row.question_id] = Proposal(row.question_id, change, answers, _draft(row.proposed))
    return found


def draft_of(row: AnswerRow) -> Draft:
    """A working row as what was typed."""
    return _draft({name: getattr(row, name) for name in ("kind", "level", "reason", "note", "explanation")})


def _draft(fields: dict[str, object]) -> Draft:
    kind, note, explanation = fields["kind"], str(fields["note"]), str(fields["explanation"])
    answer: Answer | None = None
    if kind == "level" and isinstance(fields["level"], int):
        answer = Answer.at(fields["level"], note, explanation)
    elif kind == "unknown":
        answer = Answer.unknown(note, explanation)
    elif kind == "na":
        answer = Answer.not_applicable(str(fields["reason"]), note, explanation)
    return Draft(answer, note, explanation)
