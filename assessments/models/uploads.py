"""A filled-in questionnaire that waits for its person to confirm what it would change."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from assessments.models.answering import Assessment
from organisations.models import Organisation
from organisations.scoping import TenantManager


class AnswerUpload(models.Model):
    """What somebody's file says, read and without faults; nothing of it is an answer yet. One a person at a time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=120)
    entries = models.JSONField()
    """In the file's order: the question, the fields of an answer, and the revision and fingerprint it was made on."""
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = TenantManager()
    unscoped = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "uploaded_by"], name="one_answer_upload_a_person"),
        ]

    def __str__(self) -> str:
        return self.file_name
