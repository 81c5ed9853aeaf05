"""Writes on assessments. Each is one transaction and refuses with an exception that says why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from assessments.answers_file import entry_of
from assessments.approval import Act, Chain, Made, Step, digest
from assessments.drafts import Draft
from assessments.models import Answer as AnswerRow
from assessments.models import ApprovalStep, Assessment, Outline, Submission
from assessments.progress import Progress, progress_of
from assessments.querysets import Standing
from assessments.scoring.answers import Answer, Answers
from assessments.scoring.engine import score
from assessments.scoring.scorecard import ENGINE, to_json
from guidance.catalog import Catalog
from guidance.registry import current_catalog, get_catalog
from organisations.audit import Verb, record
from organisations.models import Organisation, User
from organisations.scoping import current_organisation


class AssessmentClosed(Exception):
    """The assessment was submitted; answers are accepted again after it is reopened."""


class AnotherIsOpen(Exception):
    """The company already has an open assessment."""


class NothingChosen(Exception):
    """Neither an answer nor a note was given, and there is no bare note to take away."""


class NotSubmitted(Exception):
    """Only a submitted assessment can be reopened."""


class NothingAnswered(Exception):
    """An assessment without a single known answer cannot be submitted."""


class UnknownQuestion(LookupError):
    """The catalog of this assessment has no such question."""


class AnswerConflict(Exception):
    """Somebody else changed the answer since it was read: `theirs` is what stands now."""

    def __init__(self, theirs: AnswerRow) -> None:
        self.theirs = theirs
        super().__init__(theirs.question_id)


@dataclass(frozen=True, slots=True)
class Saved:
    """The answer as it stands now, and how far the questionnaire is."""

    row: AnswerRow
    progress: Progress
    answered: frozenset[str]
    """The ids of all answered questions."""


def draft_of(row: AnswerRow) -> Draft:
    """A working row as what was typed."""
    return Draft.from_fields(row.kind, row.level, row.reason, row.note, row.explanation)


def answers_of(rows: Iterable[AnswerRow]) -> dict[str, Answer]:
    """Working rows as the engine's answers; a row that holds only words is no answer."""
    drafts = {row.question_id: draft_of(row) for row in rows}
    return {name: draft.answer for name, draft in drafts.items() if draft.answer is not None}


@transaction.atomic
def start_assessment(
    organisation: Organisation, *, by: User | None, catalog: Catalog | None = None, answers: Answers | None = None
) -> Assessment:
    """Open an assessment on the current catalog, with `answers` (of the quick check) already in it.

    A company has one open assessment at a time. Raises AnotherIsOpen.
    """
    lock_company()
    if Assessment.objects.filter(status=Assessment.Status.OPEN).exists():
        raise AnotherIsOpen
    catalog = catalog or current_catalog()
    assessment = Assessment.objects.create(organisation=organisation, catalog_ref=catalog.ref, created_by=by)
    known = {name: answer for name, answer in (answers or {}).items() if name in catalog.questions}
    _add(assessment, known, by)
    return assessment


def lock_company() -> None:
    """Whoever opens an assessment of this company waits for whoever is doing so."""
    Organisation.objects.select_for_update().only("pk").get(pk=current_organisation())


def lock_open(assessment_id: UUID) -> Assessment:
    """The assessment, whose writers queue here until the transaction ends. Raises Assessment.DoesNotExist and
    AssessmentClosed."""
    assessment: Assessment = Assessment.objects.select_for_update().get(pk=assessment_id)
    if assessment.status != Assessment.Status.OPEN:
        raise AssessmentClosed
    return assessment


@transaction.atomic
def adopt_answers(assessment_id: UUID, answers: Answers, *, by: User) -> int:
    """Put answers of the quick check where nothing stands yet; what was answered stays. Returns how many were taken.

    Raises AssessmentClosed.
    """
    assessment = lock_open(assessment_id)
    catalog = get_catalog(assessment.catalog_ref)
    standing = set(AnswerRow.objects.filter(assessment_id=assessment_id).values_list("question_id", flat=True))
    fresh = {name: answer for name, answer in answers.items() if name in catalog.questions and name not in standing}
    _add(assessment, fresh, by)
    return len(fresh)


def _add(assessment: Assessment, answers: Answers, by: User | None) -> None:
    AnswerRow.objects.bulk_create(
        AnswerRow(
            organisation_id=assessment.organisation_id,
            assessment=assessment,
            question_id=name,
            updated_by=by,
            **Draft.of(answer).fields(),
        )
        for name, answer in answers.items()
    )


def save_answer(
    organisation: Organisation, assessment_id: UUID, question_id: str, draft: Draft, *, revision: int, by: User
) -> Saved:
    """Save one answer that was written on top of `revision` (0 where there was none).

    Sending the same answer twice changes nothing. Raises Assessment.DoesNotExist, AssessmentClosed, UnknownQuestion,
    NothingChosen, and AnswerConflict where another answer was saved since `revision`.
    """
    # Read before the lock is taken: the write below says what it was based on, and the lock is held for two statements.
    standing = AnswerRow.objects.filter(assessment_id=assessment_id).standing()
    found = standing.get(question_id)
    try:
        row = _save_on(found, organisation, assessment_id, question_id, draft, revision=revision, by=by)
    except (_Overtaken, IntegrityError):
        theirs = AnswerRow.objects.select_related("assessment").get(
            assessment_id=assessment_id, question_id=question_id
        )
        if not draft.equals(theirs):
            raise AnswerConflict(theirs) from None
        row = theirs
    answered = {name: one.level for name, one in standing.items() if one.kind != AnswerRow.Kind.NONE}
    answered.pop(question_id, None)
    if draft.answer is not None:
        answered[question_id] = draft.answer.level
    levels = {name: level for name, level in answered.items() if level is not None}
    catalog = get_catalog(row.assessment.catalog_ref)
    state = progress_of(catalog, answered.keys(), levels, organisation.profile())
    return Saved(row, state, frozenset(answered))


class _Overtaken(Exception):
    """Somebody wrote between our reading and our writing, or before the person's page was made."""


@transaction.atomic
def _save_on(
    found: Standing | None,
    organisation: Organisation,
    assessment_id: UUID,
    question_id: str,
    draft: Draft,
    *,
    revision: int,
    by: User,
) -> AnswerRow:
    # The row lock makes writers of one assessment queue, and keeps an answer out of a submission being frozen.
    assessment = lock_open(assessment_id)
    if question_id not in get_catalog(assessment.catalog_ref).questions:
        raise UnknownQuestion(question_id)
    if draft.empty and (found is None or found.kind != AnswerRow.Kind.NONE):
        raise NothingChosen
    row = AnswerRow(
        organisation=organisation,
        assessment=assessment,
        question_id=question_id,
        revision=1,
        updated_by=by,
        updated_at=timezone.now(),
        **draft.fields(),
    )
    if found is None:
        row.save(force_insert=True)
    elif found.revision != revision or draft.equals(found):
        raise _Overtaken
    else:
        row.pk, row.revision = found.id, revision + 1
        written = AnswerRow.objects.filter(pk=row.pk, revision=revision).update(
            **draft.fields(), revision=row.revision, updated_by=by, updated_at=row.updated_at
        )
        if not written:
            raise _Overtaken
    return row


def chain_of(organisation: Organisation, assessment: Assessment, answers: Answers) -> Chain:
    """The approval steps of `assessment`, against its answers as they are. One query."""
    made = {
        step.step: Made(Step(step.step), step.by_id, step.name, step.at, step.digest)
        for step in ApprovalStep.objects.filter(assessment=assessment)
    }
    return Chain(made.get(Step.APPLIED), made.get(Step.CHECKED), digest(answers, organisation.profile()))


@transaction.atomic
def submit(organisation: Organisation, assessment_id: UUID, *, by: User | None) -> Submission:
    """Freeze answers, company facts, scorecard and the approval steps, of which this is the last.

    Raises AssessmentClosed, NothingAnswered, and Lapsed where the answers are not those that were applied for.
    """
    assessment = lock_open(assessment_id)
    answers = answers_of(AnswerRow.objects.filter(assessment_id=assessment_id))
    if not answers:
        raise NothingAnswered
    chain = chain_of(organisation, assessment, answers)
    chain.require(Act.APPROVE)
    now = timezone.now()
    latest = Submission.objects.filter(assessment_id=assessment_id).order_by("-number").first()
    submission = frozen(
        organisation,
        assessment,
        answers,
        number=latest.number + 1 if latest else 1,
        at=now,
        approvals=chain.frozen(approved_by=str(by), at=now) if by else [],
        by=by,
    )
    submission.save(force_insert=True)
    Outline.of(submission).save(force_insert=True)
    assessment.status = Assessment.Status.SUBMITTED
    assessment.save(update_fields=["status"])
    record(Verb.SUBMITTED, actor=by, organisation=organisation.pk, target=submission.pk)
    return submission


def frozen(
    organisation: Organisation,
    assessment: Assessment,
    answers: Answers,
    *,
    number: int,
    at: dt.datetime,
    approvals: list[dict[str, str]],
    by: User | None,
) -> Submission:
    """What is frozen when `answers` are submitted: company facts and scorecard with them. Not yet saved."""
    catalog = get_catalog(assessment.catalog_ref)
    return Submission(
        organisation=organisation,
        assessment=assessment,
        number=number,
        catalog_ref=catalog.ref,
        engine=ENGINE,
        company=company_json(organisation),
        answers=answers_json(answers),
        scorecard=to_json(score(catalog, answers, organisation.profile())),
        approvals=approvals,
        started_at=assessment.created_at,
        submitted_by=by,
        submitted_at=at,
    )


@transaction.atomic
def reopen(assessment_id: UUID, *, by: User | None) -> Assessment:
    """Accept answers again; what was submitted stays as it is, and the approval begins anew.

    Raises NotSubmitted or AnotherIsOpen.
    """
    lock_company()
    assessment = Assessment.objects.select_for_update().get(pk=assessment_id)
    if assessment.status != Assessment.Status.SUBMITTED:
        raise NotSubmitted
    if Assessment.objects.filter(status=Assessment.Status.OPEN).exists():
        raise AnotherIsOpen
    assessment.status = Assessment.Status.OPEN
    assessment.save(update_fields=["status"])
    ApprovalStep.objects.filter(assessment=assessment).delete()
    record(Verb.REOPENED, actor=by, organisation=assessment.organisation_id, target=assessment.pk)
    return assessment


def company_json(organisation: Organisation) -> dict[str, object]:
    """The company as contracts §2 writes it."""
    return {
        "name": organisation.name,
        "corporate_number": organisation.corporate_number,
        "profile": organisation.profile(),
    }


def answers_json(answers: Mapping[str, Answer]) -> dict[str, object]:
    """Answers as contracts §2 writes them."""
    return {name: entry_of(answer) for name, answer in answers.items()}
