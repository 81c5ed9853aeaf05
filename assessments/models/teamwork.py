"""Who answers what, what people say to each other about it, and the way to the submission."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from assessments.models.answering import Assessment
from assessments.querysets import AssignmentQuerySet
from organisations.models import Invitation, Organisation
from organisations.scoping import TenantManager


class Assignment(models.Model):
    """One question that somebody was asked to answer: a colleague, or who was invited and has not come yet.

    Where the invitation was accepted, the assignment is that of the person who accepted it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="+")
    question_id = models.CharField(max_length=60)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    invitation = models.ForeignKey(Invitation, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    assigned_at = models.DateTimeField(auto_now_add=True)

    objects = TenantManager.from_queryset(AssignmentQuerySet)()
    unscoped = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(assignee__isnull=False, invitation__isnull=True)
                | models.Q(assignee__isnull=True, invitation__isnull=False),
                name="assignment_is_to_a_colleague_or_to_somebody_invited",
            ),
            models.UniqueConstraint(
                fields=["assessment", "question_id", "assignee"],
                condition=models.Q(assignee__isnull=False),
                name="one_assignment_of_a_question_to_a_colleague",
            ),
            models.UniqueConstraint(
                fields=["assessment", "question_id", "invitation"],
                condition=models.Q(invitation__isnull=False),
                name="one_assignment_of_a_question_to_somebody_invited",
            ),
        ]

    def __str__(self) -> str:
        return self.question_id


class Comment(models.Model):
    """Something that somebody of the company said about a question; part of the talk, not of the answer.

    Without a question it is about the answers as a whole: why they were sent back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="+")
    question_id = models.CharField(max_length=60)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField(max_length=1000)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantManager()
    unscoped = models.Manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="a_comment_says_something")]
        indexes = [models.Index(fields=["assessment", "question_id"], name="comments_of_a_question")]

    def __str__(self) -> str:
        return self.question_id


class Followup(models.Model):
    """A question that needs another look: marked for later by somebody for the company, or asked back of a person."""

    class Kind(models.TextChoices):
        LATER = "later"
        ASK_BACK = "ask-back"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="+")
    question_id = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=Kind)
    words = models.TextField(max_length=1000, blank=True)
    asked_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    raised_at = models.DateTimeField(auto_now_add=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager()
    unscoped = models.Manager()

    class Meta:
        ordering = ["raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "question_id", "kind"],
                condition=models.Q(settled_at__isnull=True),
                name="one_open_followup_of_a_kind_per_question",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="later") | ~models.Q(words=""), name="asking_back_says_what_is_asked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} {self.kind}"


class ApprovalStep(models.Model):
    """申請 (applied) and 確認 (checked) of the answers as `digest` describes them; 承認 is the submission itself.

    A step stands for the answers that it was made on: when they change, it counts no longer.
    """

    class Step(models.TextChoices):
        APPLIED = "applied"
        CHECKED = "checked"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="+")
    step = models.CharField(max_length=7, choices=Step)
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=254)
    """Who it was, as they were called then."""
    at = models.DateTimeField()

    objects = TenantManager()
    unscoped = models.Manager()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "step"], name="each_approval_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.name}"
