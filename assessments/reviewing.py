"""Colleagues on a question: comments, marks for later, asking back. None of it is part of an answer, of a score or of a
submission. Writes are services in one transaction; reads cost a constant number of statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from assessments import mailing
from assessments.delegation import assigned_to
from assessments.models import Answer as AnswerRow
from assessments.models import Assessment, Assignment, Comment, Followup
from assessments.services import AssessmentClosed, UnknownQuestion
from guidance.registry import get_catalog
from organisations.models import Membership, Organisation, User
from organisations.policy import Permission, Role, allows

Kind = Followup.Kind


class AlreadyRaised(Exception):
    """The question is marked for later, or asked back, already."""


class NobodyToAsk(Exception):
    """Nobody else answered the question or is to answer it, or they are no longer there."""


@dataclass(frozen=True, slots=True)
class Open:
    """A mark or a question back that nobody settled. `answered`: the answer changed after it was raised."""

    followup: Followup
    answered: bool

    @property
    def later(self) -> bool:
        return self.followup.kind == Kind.LATER


# --- writes -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def comment(organisation: Organisation, assessment_id: UUID, question_id: str, text: str, *, by: User) -> Comment:
    """Say something about a question. Raises Assessment.DoesNotExist, AssessmentClosed and UnknownQuestion."""
    assessment = _locked(assessment_id, question_id)
    return Comment.objects.create(
        organisation=organisation, assessment=assessment, question_id=question_id, author=by, text=text
    )


@transaction.atomic
def mark_for_later(
    organisation: Organisation, assessment_id: UUID, question_id: str, words: str, *, by: User
) -> Followup:
    """Mark a question for another look; `words` may be empty.

    Raises Assessment.DoesNotExist, AssessmentClosed, UnknownQuestion and AlreadyRaised.
    """
    assessment = _locked(assessment_id, question_id)
    return _raise(Followup(organisation=organisation, question_id=question_id, words=words), assessment, Kind.LATER, by)


def ask_back(
    organisation: Organisation,
    assessment_id: UUID,
    question_id: str,
    words: str,
    *,
    by: User,
    link: str,
) -> Followup:
    """Ask `words` of who answered last, or else of who is to answer. `link`: the address of the talk.

    Raises Assessment.DoesNotExist, AssessmentClosed, UnknownQuestion, AlreadyRaised and NobodyToAsk; NotMailed where it
    stands on the page and only the mail failed.
    """
    with transaction.atomic():
        assessment = _locked(assessment_id, question_id)
        person = _who_can_say(organisation, assessment, question_id, by)
        asked = Followup(organisation=organisation, question_id=question_id, words=words, asked_of=person)
        _raise(asked, assessment, Kind.ASK_BACK, by)
    question = get_catalog(assessment.catalog_ref).questions[question_id]
    mailing.tell_asked_back(organisation, question, by=by, to=person, link=link)
    return asked


@transaction.atomic
def settle(assessment_id: UUID, followup_id: UUID, *, by: User) -> Followup:
    """The mark or question back is done with. Settling it twice changes nothing.

    Raises Assessment.DoesNotExist, Followup.DoesNotExist (also for one of another assessment) and AssessmentClosed.
    """
    assessment = Assessment.objects.select_for_update().get(pk=assessment_id)
    found: Followup = Followup.objects.get(pk=followup_id, assessment=assessment)
    if assessment.status != Assessment.Status.OPEN:
        raise AssessmentClosed
    if found.settled_at is None:
        found.settled_by, found.settled_at = by, timezone.now()
        found.save(update_fields=["settled_by", "settled_at"])
    return found


def _locked(assessment_id: UUID, question_id: str) -> Assessment:
    assessment = Assessment.objects.select_for_update().get(pk=assessment_id)
    if question_id not in get_catalog(assessment.catalog_ref).questions:
        raise UnknownQuestion(question_id)
    if assessment.status != Assessment.Status.OPEN:
        raise AssessmentClosed
    return assessment


def _raise(followup: Followup, assessment: Assessment, kind: Followup.Kind, by: User) -> Followup:
    followup.assessment, followup.kind, followup.raised_by = assessment, kind, by
    try:
        with transaction.atomic():  # a savepoint: the refusal of the constraint must not break the caller's transaction
            followup.save(force_insert=True)
    except IntegrityError:
        raise AlreadyRaised from None
    return followup


def _who_can_say(organisation: Organisation, assessment: Assessment, question_id: str, by: User) -> User:
    """Who answered last, or else who is to answer: somebody else than the asker, who can still open the question."""
    assigned = _assignments(assessment).filter(question_id=question_id).order_by("assigned_at")
    asked = [person for found in assigned if (person := person_of(found)) is not None]
    row = AnswerRow.objects.filter(assessment=assessment, question_id=question_id).first()
    members = Membership.objects.filter(organisation=organisation).exclude(user=by).select_related("user")
    can = {
        found.user_id: found.user
        for found in members
        if allows(Role(found.role), Permission.ANSWER)
        or (found.user_id in asked and allows(Role(found.role), Permission.RESPOND))
    }
    for person in [*([row.updated_by_id] if row else []), *asked]:
        if person in can:
            return can[person]
    raise NobodyToAsk


# --- reads ------------------------------------------------------------------------------------------------------------


def open_followups(
    assessment: Assessment, rows: Mapping[str, AnswerRow], *, asked_of: int | None = None
) -> dict[str, tuple[Open, ...]]:
    """What nobody settled, by question id; with `asked_of`, only what is asked back of that person. One query.

    `rows`: the working answers, which tell whether the answer changed since.
    """
    found = Followup.objects.filter(assessment=assessment, settled_at__isnull=True)
    if asked_of is not None:
        found = found.filter(kind=Kind.ASK_BACK, asked_of=asked_of)
    by_question: dict[str, tuple[Open, ...]] = {}
    for followup in found.select_related("raised_by", "asked_of"):
        row = rows.get(followup.question_id)
        answered = row is not None and row.updated_at > followup.raised_at
        by_question[followup.question_id] = (*by_question.get(followup.question_id, ()), Open(followup, answered))
    return by_question


def followups_for(
    assessment: Assessment, rows: Mapping[str, AnswerRow], *, role: Role, person: int
) -> dict[str, tuple[Open, ...]]:
    """What of it somebody sees: who reviews, everything; who answers what was assigned, what is asked of them; others
    nothing. One query at most."""
    if allows(role, Permission.REVIEW):
        return open_followups(assessment, rows)
    return open_followups(assessment, rows, asked_of=person) if allows(role, Permission.RESPOND) else {}


def comment_counts(assessment: Assessment) -> dict[str, int]:
    """How many comments each question has. One query."""
    counted = Comment.objects.filter(assessment=assessment).order_by().values("question_id")
    return {found["question_id"]: found["count"] for found in counted.annotate(count=Count("pk"))}


def comments_on(assessment: Assessment, question_id: str) -> list[Comment]:
    """The talk about a question, in order. One query."""
    return list(Comment.objects.filter(assessment=assessment, question_id=question_id).select_related("author"))


def assignments(assessment: Assessment) -> dict[str, tuple[Assignment, ...]]:
    """Who is to answer each question, by question id. One query."""
    by_question: dict[str, tuple[Assignment, ...]] = {}
    for found in _assignments(assessment).order_by("assigned_at"):
        by_question[found.question_id] = (*by_question.get(found.question_id, ()), found)
    return by_question


def person_of(assignment: Assignment) -> int | None:
    """The id of the person to whom it is assigned; None while an invitation waits."""
    if assignment.assignee_id is not None:
        return assignment.assignee_id
    return assignment.invitation.accepted_by_id if assignment.invitation else None


def name_of(assignment: Assignment) -> str:
    """What to call whom it is assigned to: the person, or the invited address."""
    if assignment.assignee is not None:
        return str(assignment.assignee)
    if assignment.invitation is None:
        return ""
    return str(assignment.invitation.accepted_by or assignment.invitation.email)


def may_talk(assessment: Assessment, question_id: str, role: Role, person: User) -> bool:
    """Whether somebody takes part in the talk about a question: who reviews everything, and who is to answer it. One
    query at most."""
    return allows(role, Permission.REVIEW) or question_id in assigned_to(assessment.pk, person)


def _assignments(assessment: Assessment) -> QuerySet[Assignment]:
    return Assignment.objects.filter(assessment=assessment).select_related(
        "assignee", "invitation", "invitation__accepted_by"
    )
