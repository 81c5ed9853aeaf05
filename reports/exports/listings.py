"""Which tables a company's export holds, where each goes, and a row of any of them as plain JSON.

A test walks every table that belongs to a company and every column of it: a new one must be written down here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.utils import timezone

from advising.models import Enquiry, Revision
from advising.signing import State
from assessments.models import (
    Answer,
    AnswerUpload,
    ApprovalStep,
    Assessment,
    Assignment,
    CarriedAnswer,
    Comment,
    Evidence,
    Followup,
    Outline,
    Submission,
)
from cohorts.models import BlockMember, ComparisonMember, Participant
from organisations.log_lines import all_lines_of, told
from organisations.models import Affiliation, AuditLine, Body, Grant, Invitation, Membership, Organisation, Round, User
from reports.models import ClientFile, MemberFile, ReportFile

Row = dict[str, Any]
LINES = 2000
"""Of the log, read and worded at a time."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One table of the export. `file` is its name, in the folder of its assessment where it belongs to one."""

    model: type[models.Model]
    file: str
    order: tuple[str, ...]
    left_out: frozenset[str] = frozenset()
    """Columns that say nothing about the company: how the service does its work, and parts of links."""
    only: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Which rows the company may read at all, where not every one."""

    @property
    def of_assessment(self) -> bool:
        return any(field.name == "assessment" for field in self.fields())

    def fields(self) -> list[models.Field[Any, Any]]:
        """The columns that are exported; that all of it is this company's need not stand in every row."""
        found = self.model._meta.concrete_fields
        return [field for field in found if field.name not in self.left_out and field.name != "organisation"]

    def rows(self, organisation_id: UUID) -> models.QuerySet[Any]:
        """The rows of the company in scope, with who and whom they name, in one query."""
        named = [field.name for field in self.fields() if field.related_model in _NAMED]
        found = self.model._default_manager.filter(organisation=organisation_id, **self.only).order_by(*self.order)
        return found.select_related(*named) if named else found


ANSWERS: Final = Listing(Answer, "answered.json", ("assessment_id", "question_id"), frozenset({"id"}))
SUBMISSIONS: Final = Listing(Submission, "submissions.json", ("assessment_id", "number"))
# The name in storage is ours; where the file lies in the ZIP stands beside it.
EVIDENCE: Final = Listing(Evidence, "evidence.json", ("uploaded_at", "pk"), frozenset({"file"}))
REPORTS: Final = Listing(
    ReportFile,
    "reports.json",
    ("requested_at", "pk"),
    frozenset({"file", "claim", "claimed_at", "rung_at", "attempts", "progress", "detail"}),
)
# Copies that a network or an office had made: who ordered one, the log says as far as the company may know.
COPIES: Final = Listing(
    MemberFile,
    "copies.json",
    ("requested_at", "pk"),
    frozenset({"file", "claim", "claimed_at", "rung_at", "attempts", "progress", "detail", "requested_by"}),
)
# What passed between the company and its offices. Their working papers (reviews, findings, drafts, notes)
# are theirs until they have signed; who of an office wrote, the log says as far as the company may know.
ENQUIRIES: Final = Listing(Enquiry, "enquiries.json", ("asked_at", "pk"), frozenset({"asked_by", "review"}))
CLIENT_REPORTS: Final = Listing(
    Revision,
    "client-reports.json",
    ("made_at", "pk"),
    frozenset({"report"}),
    {"state__in": (State.APPROVED.value, State.RELEASED.value)},
)
PAPERS: Final = Listing(
    ClientFile,
    "client-report-files.json",
    ("requested_at", "pk"),
    frozenset({"file", "claim", "claimed_at", "rung_at", "attempts", "progress", "detail", "requested_by"}),
)
ASSESSMENTS: Final = Listing(Assessment, "assessments.json", ("created_at", "pk"))
PEOPLE: Final = Listing(Membership, "people.json", ("created_at", "pk"), frozenset({"id"}))
CARRIED: Final = Listing(CarriedAnswer, "carried.json", ("assessment_id", "question_id", "outcome"), frozenset({"id"}))
UPLOADS: Final = Listing(AnswerUpload, "uploads.json", ("uploaded_at", "pk"))
COMMENTS: Final = Listing(Comment, "comments.json", ("created_at", "pk"))
FOLLOWUPS: Final = Listing(Followup, "followups.json", ("raised_at", "pk"))
ASSIGNMENTS: Final = Listing(Assignment, "assignments.json", ("assigned_at", "pk"))
APPROVALS: Final = Listing(ApprovalStep, "approvals.json", ("at", "pk"))
# The serial is part of the signed link.
INVITATIONS: Final = Listing(Invitation, "invitations.json", ("created_at", "pk"), frozenset({"serial", "body"}))
AFFILIATIONS: Final = Listing(Affiliation, "affiliations.json", ("since", "pk"))
CONSENTS: Final = Listing(Grant, "consents.json", ("granted_at", "pk"))
OUTLINES: Final = Listing(Outline, "outlines.json", ("submission_id",))
PARTICIPATIONS: Final = Listing(Participant, "rounds.json", ("added_at", "pk"))
# Which block it is would tell two companies that they were counted together.
COUNTED: Final = Listing(BlockMember, "counted.json", ("round_id", "pk"), frozenset({"id", "block"}))
COMPARED: Final = Listing(ComparisonMember, "compared.json", ("round_id", "pk"), frozenset({"id", "comparison"}))
# The seal covers lines of others too, and proves nothing to who does not hold the key.
LOG: Final = Listing(AuditLine, "log.json", ("number",), frozenset({"seal"}))

LISTINGS: Final = (
    PEOPLE,
    INVITATIONS,
    AFFILIATIONS,
    CONSENTS,
    PARTICIPATIONS,
    COUNTED,
    COMPARED,
    ASSESSMENTS,
    ANSWERS,
    CARRIED,
    UPLOADS,
    ASSIGNMENTS,
    COMMENTS,
    FOLLOWUPS,
    APPROVALS,
    EVIDENCE,
    SUBMISSIONS,
    OUTLINES,
    REPORTS,
    COPIES,
    ENQUIRIES,
    CLIENT_REPORTS,
    PAPERS,
    LOG,
)
_NAMED = (User, Body, Round, Invitation)


def plain_row(listing: Listing, row: models.Model, *, without: Collection[str] = ()) -> Row:
    """A row by column name; people as name and address, bodies and rounds by name, other rows by id."""
    return {field.name: _plain(row, field) for field in listing.fields() if field.name not in without}


def plain_company(organisation: Organisation) -> Row:
    """The company's own details and profile facts."""
    fields = Organisation._meta.concrete_fields
    return {field.name: _plain(organisation, field) for field in fields} | {"profile": organisation.profile()}


def person(user: User | None) -> dict[str, str] | None:
    """A person as the company knows them; None for who has left the service."""
    return {"name": user.name, "email": user.email} if user is not None else None


class Log:
    """The audit lines of a company with what its page 記録 says of each: the same words, the same names and no more."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self.bodies = dict(Affiliation.objects.values_list("body_id", "body__name"))

    def lines(self) -> Iterator[Row]:
        """In order, read as they are written."""
        lines = all_lines_of(self.organisation, LINES)
        while batch := list(islice(lines, LINES)):
            for line, words in zip(batch, told(self.organisation, batch), strict=True):
                yield {
                    **plain_row(LOG, line),
                    "actor": words.who,
                    "body": self.bodies.get(line.body) if line.body else None,
                    "text": words.text,
                }


def _plain(row: models.Model, field: models.Field[Any, Any]) -> Any:
    if field.related_model is User:
        return person(getattr(row, field.name))
    if field.related_model in (Body, Round):
        place = getattr(row, field.name)
        return place.name if place else None
    if field.related_model is Invitation:
        invitation = getattr(row, field.name)
        return invitation.email if invitation else None
    value = getattr(row, field.attname)
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
