"""How much of what a company has here: the figures of its page 会社のデータ."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Sum

from assessments.models import Answer, Assessment, Evidence, Submission
from organisations.log_lines import count_lines
from organisations.models import Grant, Invitation, Membership, Organisation
from reports.models import ReportFile


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of rows; `evidence_bytes` is what the evidence files take."""

    assessments: int
    answers: int
    submissions: int
    reports: int
    evidence: int
    evidence_bytes: int
    people: int
    invitations: int
    consents: int
    log: int


def figures(organisation: Organisation) -> Figures:
    """The figures of the company in scope. A query a table, however many rows."""
    evidence = Evidence.objects.aggregate(files=Count("pk"), size=Sum("size"))
    return Figures(
        assessments=Assessment.objects.count(),
        answers=Answer.objects.count(),
        submissions=Submission.objects.count(),
        reports=ReportFile.objects.filter(status=ReportFile.Status.DONE).count(),
        evidence=evidence["files"],
        evidence_bytes=evidence["size"] or 0,
        people=Membership.objects.filter(organisation=organisation).count(),
        invitations=Invitation.objects.count(),
        consents=Grant.objects.count(),
        log=count_lines(organisation),
    )
