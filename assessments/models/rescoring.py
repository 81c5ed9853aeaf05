"""Scoring every submission again: how far a run came, and what it found."""

from __future__ import annotations

import uuid

from django.db import models

from assessments.models.answering import Submission


class Rescoring(models.Model):
    """One run over all submissions. One that did not end is taken up where it stopped, by the same engine only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engine = models.CharField(max_length=64)
    """SHA-256, as hex, of the code that scores."""
    after = models.UUIDField(null=True, blank=True)
    """The last submission that was looked at, in the order of their ids."""
    checked = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.engine[:8]} {self.checked}"


class Moved(models.Model):
    """Something of a submission that came out otherwise: an axis, its outline, or all of it."""

    rescoring = models.ForeignKey(Rescoring, on_delete=models.CASCADE, related_name="moved")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=20)
    frozen = models.CharField(max_length=200)
    now = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.what}: {self.frozen} -> {self.now}"
