"""What an office finds when it goes through a client's answers."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models

from advising.findings import COMMENT_LIMIT, NOTE_LIMIT, Quality
from assessments.models import Submission
from organisations.models import Body, Organisation
from organisations.scoping import BodyManager, TwoSidedManager


class Review(models.Model):
    """One office goes through one submission. `scorecard` is the verified one, kept with every finding."""

    class Status(models.TextChoices):
        OPEN = "open"
        FINISHED = "finished"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    """Whose finding counts where two differ."""
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    scorecard = models.JSONField()
    reviewed = models.PositiveSmallIntegerField(default=0)
    """Of the questions that apply, those on which something was judged; of `asked`."""
    asked = models.PositiveSmallIntegerField(default=0)
    carried_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = TwoSidedManager()
    unscoped = models.Manager()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["body", "submission"], name="one_review_of_an_office_and_a_submission"),
            models.CheckConstraint(
                condition=models.Q(status="open", finished_at__isnull=True)
                | models.Q(status="finished", finished_at__isnull=False),
                name="a_finished_review_says_when",
            ),
        ]
        indexes = [models.Index(fields=["body", "organisation", "opened_at"], name="reviews_of_an_office")]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.status}"

    @property
    def open(self) -> bool:
        return self.status == self.Status.OPEN


class FindingRow(models.Model):
    """What one advisor recorded on one question. `kind` none: words alone."""

    class Kind(models.TextChoices):
        LEVEL = "level"
        UNKNOWN = "unknown"
        NA = "na"
        NONE = "none"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="+")
    question_id = models.CharField(max_length=60)
    advisor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    advisor_name = models.CharField(max_length=254)
    """As they were called then: it stands in the report, whoever leaves."""
    kind = models.CharField(max_length=7, choices=Kind)
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    quality = models.CharField(
        max_length=8, choices=[(one.value, one.value) for one in Quality], default=Quality.NOT_SEEN.value
    )
    comment = models.TextField(blank=True, max_length=COMMENT_LIMIT)
    recommendation = models.TextField(blank=True, max_length=COMMENT_LIMIT)
    comment_en = models.TextField(blank=True, max_length=COMMENT_LIMIT)
    recommendation_en = models.TextField(blank=True, max_length=COMMENT_LIMIT)
    revision = models.PositiveIntegerField(default=1)
    carried = models.BooleanField(default=False)
    """Taken over from the review of an earlier submission, on which the company had answered the same."""
    updated_at = models.DateTimeField(auto_now=True)

    objects = TwoSidedManager()
    unscoped = models.Manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "question_id", "advisor"], name="one_finding_of_each_advisor"),
            models.CheckConstraint(
                condition=models.Q(kind="level", level__isnull=False, level__gte=0, level__lte=4)
                | models.Q(kind__in=["unknown", "na", "none"], level__isnull=True),
                name="finding_level_is_0_to_4",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="na") | ~models.Q(reason=""), name="finding_na_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} r{self.revision}"


class PrivateNote(models.Model):
    """What the office writes for itself on a question (or on the whole: no question). It never leaves the office: no
    page, report, export or log of the company's has it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="+")
    question_id = models.CharField(max_length=60, blank=True)
    text = models.TextField(max_length=NOTE_LIMIT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    objects: models.Manager[Any] = BodyManager()
    unscoped = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "question_id", "author"], name="one_private_note_of_each_person"),
            models.CheckConstraint(condition=~models.Q(text=""), name="a_private_note_says_something"),
        ]

    def __str__(self) -> str:
        return self.question_id


class Enquiry(models.Model):
    """An advisor asks back about a question; the company replies, or opens its answers again and changes them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="+")
    question_id = models.CharField(max_length=60)
    words = models.TextField(max_length=1000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    reply = models.TextField(max_length=2000, blank=True)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    replied_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = TwoSidedManager()
    unscoped = models.Manager()

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "question_id"],
                condition=models.Q(settled_at__isnull=True),
                name="one_open_enquiry_on_a_question",
            ),
            models.CheckConstraint(condition=~models.Q(words=""), name="an_enquiry_asks_something"),
        ]

    def __str__(self) -> str:
        return self.question_id
