"""Writes on the way to the submission: 申請, 確認, 差し戻し, 取り下げ. 承認 is `services.submit`.

Each locks the assessment, so that of two people who press at once one makes the step, and no answer slips in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from assessments import mailing
from assessments.approval import Act, Chain, Step
from assessments.models import Answer as AnswerRow
from assessments.models import ApprovalStep, Assessment, Comment
from assessments.services import NothingAnswered, answers_of, chain_of, lock_open
from guidance.catalog import Catalog, Question
from organisations.audit import Verb, record
from organisations.models import Membership, Organisation, User
from organisations.policy import Role

THE_WHOLE = ""
"""In place of a question's id: a comment on the answers as a whole."""


def changed_since(chain: Chain, rows: Iterable[AnswerRow], catalog: Catalog) -> list[tuple[Question, str]]:
    """Where the application lapsed: the questions that somebody answered after it, in the order of the questionnaire,
    each with the id of its section. Where there are none, it was the company's facts that changed."""
    applied = chain.applied
    if applied is None or not chain.lapsed:
        return []
    changed = {row.question_id for row in rows if row.updated_at > applied.at}
    return [(q, section.id) for section in catalog.sections() for q in section.questions if q.id in changed]


def apply(organisation: Organisation, assessment_id: UUID, *, by: User, link: str) -> None:
    """申請: the answers as they are now are to be approved. One that lapsed is made anew; its 確認 goes with it.
    `link`: the address of the page of the chain.

    Raises Assessment.DoesNotExist, AssessmentClosed, NothingAnswered, AlreadyApplied; NotMailed where the step stands
    and an owner could not be told.
    """
    with transaction.atomic():
        assessment, chain = _locked(organisation, assessment_id)
        chain.require(Act.APPLY, by.pk)
        ApprovalStep.objects.filter(assessment=assessment).delete()
        _make(assessment, Step.APPLIED, chain, by)
        record(Verb.APPLIED, actor=by, organisation=organisation.pk, target=assessment.pk)
    mailing.tell_applied(organisation, by=by, to=_owners_beside(by, organisation), link=link)


def check(organisation: Organisation, assessment_id: UUID, *, by: User, link: str) -> None:
    """確認 of what was applied for.

    Raises Assessment.DoesNotExist, AssessmentClosed, NothingApplied, Lapsed, AlreadyChecked; NotMailed where the step
    stands and an owner could not be told.
    """
    with transaction.atomic():
        assessment, chain = _locked(organisation, assessment_id)
        chain.require(Act.CHECK, by.pk)
        _make(assessment, Step.CHECKED, chain, by)
        record(Verb.CHECKED, actor=by, organisation=organisation.pk, target=assessment.pk)
    mailing.tell_checked(organisation, by=by, to=_owners_beside(by, organisation), link=link)


def send_back(organisation: Organisation, assessment_id: UUID, words: str, *, by: User, link: str) -> None:
    """差し戻し: the chain is cleared and the applicant is told by mail. `words`, what is to be put right, are kept as a
    comment on the whole; the mail has only the way there.

    Raises Assessment.DoesNotExist, AssessmentClosed, NothingApplied; NotMailed where only the mail failed.
    """
    with transaction.atomic():
        assessment, chain = _locked(organisation, assessment_id)
        chain.require(Act.SEND_BACK, by.pk)
        applied = ApprovalStep.objects.select_related("by").get(assessment=assessment, step=Step.APPLIED)
        ApprovalStep.objects.filter(assessment=assessment).delete()
        Comment.objects.create(
            organisation=organisation, assessment=assessment, question_id=THE_WHOLE, author=by, text=words
        )
    if applied.by is not None and applied.by != by:
        mailing.tell_sent_back(organisation, by=by, to=applied.by, link=link)


def withdraw(organisation: Organisation, assessment_id: UUID, *, by: User) -> None:
    """取り下げ, by the applicant; of an application that lapsed, by anybody who may apply.

    Raises Assessment.DoesNotExist, AssessmentClosed, NothingApplied, OfSomebodyElse.
    """
    with transaction.atomic():
        assessment, chain = _locked(organisation, assessment_id)
        chain.require(Act.WITHDRAW, by.pk)
        ApprovalStep.objects.filter(assessment=assessment).delete()


def sent_back(assessment: Assessment) -> QuerySet[Comment]:
    """What people wrote when they sent the answers back, the latest first."""
    found = Comment.objects.filter(assessment=assessment, question_id=THE_WHOLE)
    return found.select_related("author").order_by("-created_at")


# --- parts ------------------------------------------------------------------------------------------------------------


def _locked(organisation: Organisation, assessment_id: UUID) -> tuple[Assessment, Chain]:
    assessment = lock_open(assessment_id)
    answers = answers_of(AnswerRow.objects.filter(assessment=assessment))
    if not answers:
        raise NothingAnswered
    return assessment, chain_of(organisation, assessment, answers)


def _make(assessment: Assessment, step: Step, chain: Chain, by: User) -> None:
    ApprovalStep.objects.create(
        organisation_id=assessment.organisation_id,
        assessment=assessment,
        step=step.value,
        digest=chain.now,
        by=by,
        name=str(by),
        at=timezone.now(),
    )


def _owners_beside(by: User, organisation: Organisation) -> list[User]:
    """Who is told: the owners, but not the person who pressed."""
    owners = Membership.objects.filter(organisation=organisation, role=Role.OWNER).exclude(user=by)
    return [membership.user for membership in owners.select_related("user").order_by("pk")]
