"""From rows to the report context: a frozen submission, or the working answers as they stand."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from assessments.answers_file import Company
from assessments.approval import Step
from assessments.frozen import answers_of as answers_frozen_in
from assessments.frozen import scorecard_of
from assessments.models import Answer as AnswerRow
from assessments.models import Assessment, Submission
from assessments.scoring.engine import score
from assessments.services import answers_of
from guidance.registry import get_catalog
from organisations.models import Organisation
from reports.assembly import build
from reports.context import Approval, ReportContext


def context_of(submission: Submission, language: str, *, facts: bool = True) -> ReportContext:
    """The report of what was submitted, from the stored scorecard: nothing is scored again.

    Without `facts` it is made as if nothing were known of the company but its name: for readers outside.
    """
    frozen = answers_frozen_in(submission)
    return build(
        get_catalog(submission.catalog_ref),
        scorecard_of(submission),
        frozen.answers,
        frozen.company if facts else Company(frozen.company.name, "", {}),
        language=language,
        dated=timezone.localtime(submission.submitted_at).date(),
        started_on=timezone.localtime(submission.started_at).date(),
        number=submission.number,
        signer=submission.submitted_by.name if submission.submitted_by else "",
        approvals=_approvals(submission),
    )


def _approvals(submission: Submission) -> tuple[Approval, ...]:
    return tuple(
        Approval(Step(made["step"]), made["name"], timezone.localtime(dt.datetime.fromisoformat(made["at"])))
        for made in submission.approvals
    )


def running_context(organisation: Organisation, assessment: Assessment, language: str) -> ReportContext:
    """The report as it would be now: what the result page shows before anything is submitted."""
    catalog = get_catalog(assessment.catalog_ref)
    answers = answers_of(AnswerRow.objects.filter(assessment=assessment))
    profile = organisation.profile()
    return build(
        catalog,
        score(catalog, answers, profile),
        answers,
        Company(organisation.name, organisation.corporate_number, profile),
        language=language,
        dated=timezone.localdate(),
        started_on=timezone.localtime(assessment.created_at).date(),
        final=False,
    )
