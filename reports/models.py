"""Files that are handed over: each a job row that says where it stands, and then the file."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from assessments.models import Submission
from organisations.models import Organisation
from organisations.scoping import TenantManager


class ReportFile(models.Model):
    """One PDF of one submission. The row is the truth about the job; Celery only rings the bell."""

    class Kind(models.TextChoices):
        ACTION_PLAN = "action-plan"

    class Status(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    class Reason(models.TextChoices):
        """Why a job failed, as a code; the page words it."""

        NONE = ""
        RENDERING = "rendering"
        FONT = "font"
        TIME = "time"
        STORAGE = "storage"
        UNEXPECTED = "unexpected"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.ACTION_PLAN)
    language = models.CharField(max_length=2)
    template_version = models.CharField(max_length=20)
    status = models.CharField(max_length=7, choices=Status, default=Status.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=12, choices=Reason, blank=True, default=Reason.NONE)
    detail = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    file = models.FileField(blank=True, max_length=200)
    size = models.PositiveIntegerField(default=0)

    objects = TenantManager()
    unscoped = models.Manager()

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "kind", "language", "template_version"], name="one_file_per_request"
            ),
            models.CheckConstraint(condition=models.Q(progress__lte=100), name="report_progress_is_a_percentage"),
            models.CheckConstraint(
                condition=~models.Q(status="done") | ~models.Q(file=""), name="a_done_report_has_its_file"
            ),
        ]
        indexes = [models.Index(fields=["status", "claimed_at"], name="report_sweep")]

    def __str__(self) -> str:
        return f"{self.kind} {self.status}"

    @property
    def ended(self) -> bool:
        return self.status in {self.Status.DONE, self.Status.FAILED}
