"""Moving a company's answers to another version of the questionnaire; the old assessment stays readable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.db import transaction

from assessments.carrying import Carried, Proposal, carry
from assessments.drafts import Draft
from assessments.models import Answer as AnswerRow
from assessments.models import Assessment, CarriedAnswer
from assessments.services import AnotherIsOpen, draft_of, lock_company
from guidance.catalog import Catalog
from guidance.diffing import Kind
from guidance.registry import current_catalog, difference, get_catalog, is_newer
from organisations.models import Organisation, User

Outcome = CarriedAnswer.Outcome


class NotMovable(Exception):
    """The assessment was moved before, or `to` is no later version of its questionnaire."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of every answer at the move."""

    carried: Carried
    waiting: frozenset[str]
    """Questions whose proposal nobody has settled by answering."""


def newer_than(assessment: Assessment) -> Catalog | None:
    """The current version where it is later than the one of `assessment`, which was not moved yet."""
    current = current_catalog()
    if assessment.status == Assessment.Status.SUPERSEDED:
        return None
    return current if is_newer(current, get_catalog(assessment.catalog_ref)) else None


def preview(assessment: Assessment, to: Catalog) -> Carried:
    """What moving `assessment` to `to` would copy, ask to confirm, and keep. Writes nothing."""
    rows = AnswerRow.objects.filter(assessment=assessment)
    return carry(difference(assessment.catalog_ref, to.ref), {row.question_id: draft_of(row) for row in rows})


@transaction.atomic
def move(organisation: Organisation, assessment_id: UUID, *, to: Catalog, by: User | None) -> Assessment:
    """Open an assessment on `to` with the answers that carry over; what is doubtful waits for a person.

    An open assessment becomes superseded, a submitted one stays submitted. Raises Assessment.DoesNotExist, NotMovable,
    and AnotherIsOpen where the company is answering another assessment.
    """
    lock_company()
    old = Assessment.objects.select_for_update().get(pk=assessment_id)
    if Assessment.objects.filter(carried_from=old).exists() or not is_newer(to, get_catalog(old.catalog_ref)):
        raise NotMovable
    if Assessment.objects.filter(status=Assessment.Status.OPEN).exclude(pk=old.pk).exists():
        raise AnotherIsOpen
    rows = {row.question_id: row for row in AnswerRow.objects.filter(assessment=old)}
    diff = difference(old.catalog_ref, to.ref)
    carried = carry(diff, {name: draft_of(row) for name, row in rows.items()})
    if old.status == Assessment.Status.OPEN:
        old.status = Assessment.Status.SUPERSEDED
        old.save(update_fields=["status"])
    new = Assessment.objects.create(organisation=organisation, catalog_ref=to.ref, created_by=by, carried_from=old)
    before = {name: diff.of_new[name].old[0].id for name in carried.copied}
    AnswerRow.objects.bulk_create(
        AnswerRow(
            organisation=organisation,
            assessment=new,
            question_id=name,
            updated_by_id=rows[before[name]].updated_by_id,
            **draft.fields(),
        )
        for name, draft in carried.copied.items()
    )

    def freeze(
        outcome: str, question: str, kind: Kind, said: Mapping[str, Draft], proposed: Draft | None = None
    ) -> None:
        record.append(
            CarriedAnswer(
                organisation=organisation,
                assessment=new,
                outcome=outcome,
                question_id=question,
                kind=kind,
                entries={name: draft.fields() for name, draft in said.items()},
                proposed=proposed.fields() if proposed else None,
            )
        )

    record: list[CarriedAnswer] = []
    for name, draft in carried.copied.items():
        freeze(Outcome.COPIED, name, diff.of_new[name].kind, {before[name]: draft})
    for proposal in carried.queued:
        freeze(Outcome.QUEUED, proposal.question, proposal.kind, proposal.answers, proposal.proposed)
    for name, draft in carried.kept.items():
        freeze(Outcome.KEPT, name, "retired", {name: draft})
    CarriedAnswer.objects.bulk_create(record)
    return new


def waiting(assessment: Assessment, answered: Iterable[str]) -> dict[str, Proposal]:
    """The proposals of `assessment` that nobody has settled by answering, by question id. One query at most."""
    if assessment.carried_from_id is None:
        return {}
    rows = CarriedAnswer.objects.filter(assessment=assessment, outcome=Outcome.QUEUED).select_related(
        "assessment__carried_from"
    )
    done = set(answered)
    return {row.question_id: _proposal(row) for row in rows if row.question_id not in done}


def moved(assessment: Assessment, answered: Iterable[str]) -> Moved:
    """What became of every answer when the company moved to the version of `assessment`."""
    rows = list(CarriedAnswer.objects.filter(assessment=assessment).select_related("assessment__carried_from"))

    def said(outcome: str) -> dict[str, Draft]:
        return {
            row.question_id: Draft.from_fields(**fields)
            for row in rows
            if row.outcome == outcome
            for fields in row.entries.values()
        }

    queued = tuple(_proposal(row) for row in rows if row.outcome == Outcome.QUEUED)
    known = {row.question_id for row in rows if row.outcome != Outcome.KEPT}
    diff = difference(_old_ref(rows[0]), assessment.catalog_ref) if rows else None
    fresh = tuple(q.id for change in diff.of_kind("new") for q in change.new if q.id not in known) if diff else ()
    unsettled = {proposal.question for proposal in queued} - set(answered)
    return Moved(Carried(said(Outcome.COPIED), queued, said(Outcome.KEPT), fresh), frozenset(unsettled))


def _old_ref(row: CarriedAnswer) -> str:
    old = row.assessment.carried_from
    return old.catalog_ref if old is not None else row.assessment.catalog_ref


def _proposal(row: CarriedAnswer) -> Proposal:
    catalog = get_catalog(_old_ref(row))
    old = tuple(catalog.questions[name] for name in row.entries if name in catalog.questions)
    answers = {name: Draft.from_fields(**fields) for name, fields in row.entries.items()}
    return Proposal(
        row.question_id,
        cast(Kind, row.kind),
        old,
        answers,
        Draft.from_fields(**row.proposed) if row.proposed else Draft(None),
    )
