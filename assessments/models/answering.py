"""What a company answered: the working answers, and the submissions that freeze them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from assessments.querysets import AnswerQuerySet
from organisations.models import Organisation
from organisations.scoping import TenantManager

AnswerManager = TenantManager.from_queryset(AnswerQuerySet)


class Assessment(models.Model):
    """One company's answers to one catalog version: open for answers, submitted, or superseded by a later version."""

    class Status(models.TextChoices):
        OPEN = "open"
        SUBMITTED = "submitted"
        SUPERSEDED = "superseded"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    catalog_ref = models.CharField(max_length=80)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    carried_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantManager()
    unscoped = models.Manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["open", "submitted", "superseded"]), name="assessment_status_is_known"
            ),
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(status="open"), name="one_open_assessment_a_company"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.catalog_ref} {self.status}"


class Answer(models.Model):
    """The working answer to one question. `kind` none keeps a note for which nothing is chosen yet."""

    class Kind(models.TextChoices):
        LEVEL = "level"
        UNKNOWN = "unknown"
        NA = "na"
        NONE = "none"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="+")
    question_id = models.CharField(max_length=60)
    kind = models.CharField(max_length=7, choices=Kind)
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.TextField(blank=True)
    note = models.TextField(blank=True)
    explanation = models.TextField(blank=True, default="")
    revision = models.PositiveIntegerField(default=1)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    objects = AnswerManager()
    unscoped = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "question_id"], name="one_answer_per_question"),
            models.CheckConstraint(
                condition=models.Q(kind="level", level__isnull=False, level__gte=0, level__lte=4)
                | models.Q(kind__in=["unknown", "na", "none"], level__isnull=True),
                name="answer_level_is_0_to_4",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="na") | ~models.Q(reason=""), name="answer_na_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} r{self.revision}"


class CarriedAnswer(models.Model):
    """What became of an answer when the company moved to this version, frozen at the move."""

    class Outcome(models.TextChoices):
        COPIED = "copied"
        QUEUED = "queued"
        KEPT = "kept"

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=6, choices=Outcome)
    question_id = models.CharField(max_length=60)
    """The question of this version; of the older one where the answer was kept there."""
    kind = models.CharField(max_length=14)
    """What became of the question, as `guidance.diffing` names it."""
    entries = models.JSONField()
    """Old question id -> what was said, as the fields of an answer."""
    proposed = models.JSONField(null=True)

    objects = TenantManager()
    unscoped = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "outcome", "question_id"], name="one_carried_answer_per_question"
            ),
        ]

    def __str__(self) -> str:
        return self.question_id


class Submission(models.Model):
    """Frozen answers, company facts and scorecard of one submission. Written once, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    catalog_ref = models.CharField(max_length=80)
    engine = models.CharField(max_length=10)
    company = models.JSONField()
    answers = models.JSONField()
    scorecard = models.JSONField()
    approvals = models.JSONField(default=list, blank=True)
    """申請, 確認 and 承認 as they were made: {"step", "name", "at"} in this order, those that were made."""
    started_at = models.DateTimeField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    submitted_at = models.DateTimeField()

    objects = TenantManager()
    unscoped = models.Manager()

    class Meta:
        ordering = ["-submitted_at"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "number"], name="submission_numbers_are_unique"),
        ]
        indexes = [
            # Holds everything that is asked of many submissions at once: a row itself is long.
            models.Index(fields=["catalog_ref", "submitted_at", "organisation", "id"], name="submissions_of_a_round"),
            # The latest of each company: one look for each, where the index above would be read through for each.
            models.Index(fields=["organisation", "catalog_ref", "submitted_at", "id"], name="submissions_of_a_company"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} #{self.number}"
