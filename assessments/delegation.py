"""Who is to answer what: assigning questions to colleagues and to people who were invited, and taking it back.

Somebody whose role answers everything may have assignments too. Whose role answers nothing else may open exactly the
questions that are assigned to them: `assigned_to` is what every view asks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from assessments.models import Assessment, Assignment
from assessments.services import lock_open
from organisations import inviting, membership
from organisations.models import Invitation, Membership, Organisation, User
from organisations.policy import Permission, Role, allows


class CannotAnswer(Exception):
    """The role of this person, or the one that they were invited to, answers nothing."""


class NoSuchAssignment(LookupError):
    """An assignment that this assessment does not have, or has no more."""


Receiver = Membership | Invitation
"""Who can be asked: a person of the company, or somebody whose invitation waits for an answer."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """What came of assigning: to whom (`colleague`, or else `invitation`), and how many questions are new to them."""

    colleague: User | None
    invitation: Invitation | None
    fresh: int


@dataclass(slots=True)
class Holder:
    """Somebody who has assignments, with what they have. `person` or `invitation` says who it is."""

    person: User | None
    invitation: Invitation | None
    role: str
    """What they are in the company now, or are invited to be; empty for somebody who left it."""
    assignments: dict[str, UUID] = field(default_factory=dict)
    """Question id -> an assignment of it."""
    every: list[UUID] = field(default_factory=list)
    """All their assignments, also where they have a question twice: as a colleague and by their invitation."""

    @property
    def name(self) -> str:
        """What the person is called; of somebody invited the address."""
        return str(self.person or (self.invitation.email if self.invitation else ""))

    @property
    def can_answer(self) -> bool:
        """False where whoever was asked left, was never going to come, or became a viewer."""
        coming = self.person is not None or (self.invitation is not None and self.invitation.pending)
        return coming and bool(self.role) and allows(Role(self.role), Permission.RESPOND)


# --- reading ----------------------------------------------------------------------------------------------------------


def assigned_to(assessment_id: UUID, user: User) -> frozenset[str]:
    """The ids of the questions that this person was asked, whether the company is still asked them or not: what
    somebody is writing on must not vanish because a fact of the company changed. One query."""
    found = Assignment.objects.filter(assessment_id=assessment_id).of(user.pk)
    return frozenset(found.values_list("question_id", flat=True))


def tasks_of(user: User) -> tuple[Assessment, frozenset[str]] | None:
    """The assessment in which this person has something to answer, with the ids: the open one, else the latest in which
    they had something. None where they were never asked. Two queries."""
    found = Assignment.objects.of(user.pk).values("assessment")
    candidates = list(Assessment.objects.filter(pk__in=found)[:20])
    if not candidates:
        return None
    latest = next((one for one in candidates if one.status == Assessment.Status.OPEN), candidates[0])
    return latest, assigned_to(latest.pk, user)


def receivers(organisation: Organisation) -> tuple[list[Membership], list[Invitation]]:
    """The people of the company who can be asked, and those who were invited to be. Two queries."""
    people = [one for one in membership.people(organisation) if _answers(one.role)]
    return people, [one for one in inviting.pending() if _answers(one.role)]


def holders(organisation: Organisation, assessment: Assessment) -> list[Holder]:
    """Everybody who has assignments, in the order in which they were first asked. Two queries."""
    roles = dict(Membership.objects.filter(organisation=organisation).values_list("user_id", "role"))
    found: dict[tuple[str, object], Holder] = {}
    rows = Assignment.objects.filter(assessment=assessment).order_by("assigned_at", "pk")
    for row in rows.select_related("assignee", "invitation__accepted_by"):
        person = row.assignee or (row.invitation.accepted_by if row.invitation else None)
        if person is not None:
            key, holder = ("person", person.pk), Holder(person, None, roles.get(person.pk, ""))
        else:
            key, holder = ("invitation", row.invitation_id), Holder(None, row.invitation, row.invitation.role)
        holder = found.setdefault(key, holder)
        holder.assignments.setdefault(row.question_id, row.pk)
        holder.every.append(row.pk)
    return list(found.values())


# --- writing ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def assign(
    organisation: Organisation, assessment_id: UUID, questions: Collection[str], *, to: Membership, by: User
) -> Assigned:
    """Ask a colleague these questions, which are the catalog's; what they have already stays as it is.

    Raises Assessment.DoesNotExist, AssessmentClosed, CannotAnswer, and Membership.DoesNotExist for somebody of another
    company or who left.
    """
    assessment = lock_open(assessment_id)
    colleague = Membership.objects.select_related("user").get(pk=to.pk, organisation=organisation)
    return _assign(organisation, assessment, questions, to=colleague, by=by)


@transaction.atomic
def assign_by_address(
    organisation: Organisation,
    assessment_id: UUID,
    questions: Collection[str],
    *,
    email: str,
    by: User,
    link: inviting.LinkOf,
) -> Assigned:
    """Ask whoever owns this address: a colleague, somebody invited, or somebody new, who is invited as a respondent.

    Sends nothing. An invitation that had expired gets a new link. Raises Assessment.DoesNotExist, AssessmentClosed and
    CannotAnswer.
    """
    # Before the invitation is recorded: who submits takes the assessment's lock before that of the audit log.
    assessment = lock_open(assessment_id)
    waiting = _open_invitation(email)
    if waiting is not None and not waiting.expired:
        return _assign(organisation, assessment, questions, to=waiting, by=by)
    role = Role(waiting.role) if waiting else Role.RESPONDENT
    to: Receiver
    try:
        to = inviting.invite(email=email, role=role, by=by, link=link, organisation=organisation, announce=False)
    except inviting.AlreadyThere:
        owned = {"user__emailaddress__email__iexact": email, "user__emailaddress__verified": True}
        to = Membership.objects.select_related("user").filter(organisation=organisation, **owned)[0]
    return _assign(organisation, assessment, questions, to=to, by=by)


@transaction.atomic
def withdraw(assessment_id: UUID, assignments: Iterable[UUID]) -> int:
    """Take assignments back, all or none; answers stay. After the submission too: access can always be ended.

    Raises NoSuchAssignment where one is of another assessment or company, or was taken back before.
    """
    wanted = set(assignments)
    found = Assignment.objects.filter(assessment_id=assessment_id, pk__in=wanted)
    if not wanted or found.count() != len(wanted):
        raise NoSuchAssignment
    found.delete()
    return len(wanted)


# --- parts ------------------------------------------------------------------------------------------------------------


def _answers(role: str) -> bool:
    return allows(Role(role), Permission.RESPOND)


def _open_invitation(email: str) -> Invitation | None:
    found: Invitation | None = (
        Invitation.objects.waiting().filter(email__iexact=email, organisation__isnull=False).first()
    )
    return found


def _assign(
    organisation: Organisation, assessment: Assessment, questions: Collection[str], *, to: Receiver, by: User
) -> Assigned:
    if not _answers(to.role):
        raise CannotAnswer
    standing = Assignment.objects.filter(assessment=assessment)
    person = to.user_id if isinstance(to, Membership) else None
    invitation = to.pk if isinstance(to, Invitation) else None
    standing = standing.of(person) if person is not None else standing.filter(invitation_id=invitation)
    has = set(standing.values_list("question_id", flat=True))
    fresh = [name for name in questions if name not in has]
    Assignment.objects.bulk_create(
        Assignment(
            organisation=organisation,
            assessment=assessment,
            question_id=name,
            assignee_id=person,
            invitation_id=invitation,
            assigned_by=by,
        )
        for name in fresh
    )
    if isinstance(to, Membership):
        return Assigned(to.user, None, len(fresh))
    return Assigned(None, to, len(fresh))
