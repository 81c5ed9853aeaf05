"""The client report: what the advisor chose for it, and its revisions with their signatures."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from advising.models.reviews import Review
from advising.signing import State
from organisations.models import Body, Organisation
from organisations.scoping import TwoSidedManager


class ClientReport(models.Model):
    """The working form of the report on one review. What is signed is frozen in a Revision."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    review = models.OneToOneField(Review, on_delete=models.CASCADE, related_name="report")
    languages = models.JSONField(default=list)
    """Of `advising.choices.FORMS`: ja, en, both side by side."""
    sections = models.JSONField(default=list)
    """Ids of `advising.choices.SECTIONS` that are in it, in their order."""
    text_ja = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    """The advisor's own text, Markdown."""
    actions = models.JSONField(default=list)
    """What is recommended: {"id", "why_ja", "why_en"}, the first first."""
    revision = models.PositiveIntegerField(default=1)
    """Of this working form, against two people who write at once."""
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    objects = TwoSidedManager()
    unscoped = models.Manager()

    def __str__(self) -> str:
        return str(self.review_id)


class Revision(models.Model):
    """What was signed: the whole context as it was, its digest, and who signed when. Released, it never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    report = models.ForeignKey(ClientReport, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=[(one.value, one.value) for one in State])
    context = models.JSONField()
    digest = models.CharField(max_length=64)
    """SHA-256 of the context in its canonical form (`advising.freezing.digest_of`)."""
    signatures = models.JSONField(default=list)
    returned_words = models.TextField(max_length=2000, blank=True)
    """Why it was sent back."""
    made_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    objects = TwoSidedManager()
    unscoped = models.Manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="revision_numbers_are_unique"),
            models.UniqueConstraint(
                fields=["report"],
                condition=models.Q(state__in=["signed", "approved"]),
                name="one_revision_waits_for_signatures",
            ),
            models.CheckConstraint(
                condition=models.Q(state="released", released_at__isnull=False)
                | ~models.Q(state="released") & models.Q(released_at__isnull=True),
                name="a_released_revision_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} #{self.number} {self.state}"


class Letterhead(models.Model):
    """How an office stands on its reports: its name in both languages, where to reach it, its logo (PNG)."""

    body = models.OneToOneField(Body, on_delete=models.CASCADE, primary_key=True, related_name="letterhead")
    name_ja = models.CharField(max_length=120, blank=True)
    name_en = models.CharField(max_length=120, blank=True)
    contact_ja = models.CharField(max_length=200, blank=True)
    contact_en = models.CharField(max_length=200, blank=True)
    logo = models.BinaryField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.body_id)
