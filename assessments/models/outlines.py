"""What group figures read of a submission: a short copy of its frozen scorecard, made with it."""

from __future__ import annotations

from typing import Any

from django.db import models

from assessments.models.answering import Submission
from assessments.scoring.outline import packed
from guidance.profile import employee_band
from organisations.models import Organisation
from organisations.scoping import TenantManager


class Outline(models.Model):
    """The facts that group figures sort by, and the scores in short (`assessments.scoring.outline`)."""

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, primary_key=True, related_name="outline")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    industry = models.CharField(max_length=1)
    prefecture = models.CharField(max_length=2)
    sales_band = models.CharField(max_length=12)
    size = models.CharField(max_length=8)
    """A key of `guidance.profile.EMPLOYEE_BANDS`."""
    scores = models.JSONField()

    objects = TenantManager()
    unscoped = models.Manager()

    def __str__(self) -> str:
        return str(self.submission_id)

    @classmethod
    def of(cls, submission: Submission) -> Outline:
        """Not yet saved."""
        profile: dict[str, Any] = submission.company["profile"]
        return cls(
            submission=submission,
            organisation_id=submission.organisation_id,
            industry=profile.get("industry", ""),
            prefecture=profile.get("prefecture", ""),
            sales_band=profile.get("sales_band", ""),
            size=employee_band(int(profile.get("employees") or 0)),
            scores=packed(submission.scorecard),
        )
