"""Files that a company puts beside an answer."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from assessments.models.answering import Assessment
from organisations.models import Organisation
from organisations.scoping import TenantManager


class Evidence(models.Model):
    """One file beside one answer. `file` is a random name outside the web root; `name` is what the person called it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="+")
    question_id = models.CharField(max_length=60)
    file = models.FileField(max_length=200)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=100)
    """The media type that its content showed."""
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = TenantManager()
    unscoped = models.Manager()

    class Meta:
        ordering = ["uploaded_at"]
        indexes = [models.Index(fields=["assessment", "question_id"], name="evidence_of_a_question")]

    def __str__(self) -> str:
        return f"{self.question_id} {self.pk}"
