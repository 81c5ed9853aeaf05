"""Reports of many companies that a network or an office ordered at once: the order, its rows, and the files."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from assessments.models import Submission
from organisations.consent import What
from organisations.models import Body, Organisation, Round
from organisations.scoping import TwoSidedManager
from reports.models.files import FileJob


class MemberFile(FileJob):
    """One PDF of one submission as one body sees it: with what the company shared when it was ordered.

    One row for each that can be: a second order finds it, and nothing is printed twice. It is handed over only as long
    as the company shares everything that it was made under (`reports.batches.standing`).
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    shared = models.CharField(max_length=40)
    """What it was made under: kinds of `organisations.consent.What` in their order, with commas between."""

    objects = TwoSidedManager()

    in_turn: ClassVar[bool] = True

    class Meta(FileJob.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["body", "submission", "language", "template_version", "shared"], name="one_file_as_shared"
            ),
            models.CheckConstraint(condition=models.Q(progress__lte=100), name="member_progress_is_a_percentage"),
            models.CheckConstraint(
                condition=~models.Q(status="done") | ~models.Q(file=""), name="a_done_member_file_has_its_file"
            ),
        ]
        indexes = [models.Index(fields=["status", "claimed_at"], name="member_file_sweep")]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.shared} {self.status}"

    @property
    def made_under(self) -> frozenset[What]:
        return frozenset(What(what) for what in self.shared.split(","))

    @classmethod
    def wanted(cls) -> models.Q:
        """Those in an order that is under way: what was cancelled is not made."""
        rows = BatchItem.objects.filter(
            file=models.OuterRef("pk"), state=BatchItem.State.WAITING, batch__status__in=Batch.UNDER_WAY
        )
        return models.Q(models.Exists(rows))


class Batch(models.Model):
    """An order of many reports at once. How far it is, its rows say.

    `key` comes from the form, so that a form sent twice is one order.
    """

    class Status(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        CANCELLED = "cancelled"

    class Mail(models.TextChoices):
        """The mail that says that it is done. CLAIMED and never SENT: a worker was lost, and nobody sends it again."""

        NONE = ""
        CLAIMED = "claimed"
        SENT = "sent"
        REFUSED = "refused"

    UNDER_WAY: ClassVar = (Status.WAITING, Status.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField(default=uuid.uuid4)
    languages = models.CharField(max_length=5)
    """Codes, with a comma between."""
    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    round = models.ForeignKey(Round, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """Whose companies were asked for by these: a round, facts of the network's list, a choice by hand."""
    industry = models.CharField(max_length=8, blank=True)
    prefecture = models.CharField(max_length=8, blank=True)
    chosen = models.BooleanField(default=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    begun_at = models.DateTimeField()
    """When it began, or began anew: what was done before does not count for how fast it goes."""
    ended_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    halted = models.CharField(max_length=12, choices=FileJob.Reason, blank=True, default=FileJob.Reason.NONE)
    """Why it was called off by itself: what stopped the last few files would stop all others as well."""
    origin = models.URLField(blank=True)
    """The address of the site when it was ordered: the link of the mail begins with it."""
    mail_language = models.CharField(max_length=2)
    mail = models.CharField(max_length=7, choices=Mail, blank=True, default=Mail.NONE)
    mail_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-requested_at"]
        constraints = [models.UniqueConstraint(fields=["body", "key"], name="a_batch_is_ordered_once")]
        indexes = [models.Index(fields=["status", "mail"], name="batches_under_way")]

    def __str__(self) -> str:
        return f"{self.languages} {self.status}"

    @property
    def under_way(self) -> bool:
        return self.status in self.UNDER_WAY

    @property
    def spoken(self) -> list[str]:
        """The codes of its languages."""
        return self.languages.split(",")


class BatchItem(models.Model):
    """One row of an order: one file, and what became of it in this order."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"
        WITHDRAWN = "withdrawn"  # the company shares it no longer
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    file = models.ForeignKey(MemberFile, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=12, choices=FileJob.Reason, blank=True, default=FileJob.Reason.NONE)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["batch", "file"], name="a_file_stands_once_in_a_batch")]
        indexes = [models.Index(fields=["batch", "state", "position"], name="items_of_a_batch")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.position} {self.state}"
