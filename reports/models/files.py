"""Files that are handed over: each a job row that says where it stands, and then the file."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from assessments.models import Submission
from cohorts.models import WorkshopPlan
from organisations.models import Body, Organisation, Round
from organisations.scoping import TenantManager


class FileJob(models.Model):
    """What every file that is made in the background has. The row is the truth; Celery only rings the bell."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    class Reason(models.TextChoices):
        """Why there is no file, as a code; the page words it."""

        NONE = ""
        RENDERING = "rendering"
        FONT = "font"
        TIME = "time"
        STORAGE = "storage"
        UNEXPECTED = "unexpected"
        UNSTEADY = "unsteady"  # what companies let be seen kept changing while the file was made
        WITHDRAWN = "withdrawn"  # a company it rests on no longer lets that be seen: the file was removed

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    language = models.CharField(max_length=4)
    """ja or en; of a client report also both."""
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
    sha256 = models.CharField(max_length=64, blank=True, default="")
    """Of the file, as hex."""

    unscoped = models.Manager()

    kept_for_good: ClassVar[bool] = False
    """Whether it is a document of record, which nothing clears away."""
    in_turn: ClassVar[bool] = False
    """Whether its bell is rung when its turn has come, by who ordered many (`reports.batches.turns`)."""

    begins_with: ClassVar[Mapping[str, Any]] = MappingProxyType(
        {
            "status": Status.WAITING,
            "reason": Reason.NONE,
            "detail": "",
            "progress": 0,
            "attempts": 0,
            "claim": None,
            "claimed_at": None,
            "rung_at": None,
            "file": "",
            "size": 0,
            "sha256": "",
            "finished_at": None,
        }
    )
    """The columns of a job that begins, or begins anew."""

    class Meta:
        abstract = True
        ordering = ["-requested_at"]

    @property
    def ended(self) -> bool:
        return self.status in {self.Status.DONE, self.Status.FAILED}

    @classmethod
    def wanted(cls) -> models.Q:
        """The rows of this kind that somebody still waits for; no worker takes others."""
        return models.Q()


class ReportFile(FileJob):
    """One PDF of one submission."""

    class Kind(models.TextChoices):
        ACTION_PLAN = "action-plan"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.ACTION_PLAN)

    objects = TenantManager()

    class Meta(FileJob.Meta):
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


class BodyFile(FileJob):
    """One PDF of a network's round: the report of its figures, or the handout of a workshop.

    It holds what companies let be seen, so it is handed over only as long as everything in `uses` stands. One row for
    each that can be asked for: asked for again when the figures are others, the file is made anew.
    """

    class Kind(models.TextChoices):
        COHORT_REPORT = "cohort-report"
        WORKSHOP_HANDOUT = "handout"

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+")
    plan = models.ForeignKey(WorkshopPlan, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    named = models.BooleanField(default=False)
    """Whether the pages with companies by name are among them."""
    uses = models.JSONField(default=list)
    """What the file rests on (`reports.resting`)."""
    made_of = models.CharField(max_length=64, blank=True)
    """The state of the figures that it was made of; another state, another file."""
    renewals = models.PositiveSmallIntegerField(default=0)
    """How often it was thrown away before it was done, because a consent ended meanwhile."""

    objects = models.Manager()

    begins_with = MappingProxyType({**FileJob.begins_with, "uses": [], "made_of": "", "renewals": 0})

    class Meta(FileJob.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["round", "kind", "language", "named"],
                condition=models.Q(plan__isnull=True),
                name="one_file_per_round",
            ),
            models.UniqueConstraint(
                fields=["plan", "kind", "language", "named"],
                condition=models.Q(plan__isnull=False),
                name="one_file_per_workshop",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="handout", plan__isnull=False)
                | models.Q(kind="cohort-report", plan__isnull=True),
                name="a_handout_belongs_to_a_workshop",
            ),
            models.CheckConstraint(condition=models.Q(progress__lte=100), name="body_progress_is_a_percentage"),
            models.CheckConstraint(
                condition=~models.Q(status="done") | ~models.Q(file=""), name="a_done_body_file_has_its_file"
            ),
        ]
        indexes = [models.Index(fields=["status", "claimed_at"], name="body_file_sweep")]

    def __str__(self) -> str:
        return f"{self.kind} {self.status}"
