"""The audit log: lines that are appended and never changed, each sealed over the one before it."""

from __future__ import annotations

from django.db import models


class AuditLine(models.Model):
    """One thing that happened. Ids only: no names, addresses or answers, so that a line may outlive whom it is about.

    Without foreign keys on purpose: a company that deletes itself leaves its lines behind under an id that nothing
    else knows any more.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    """1, 2, 3 …: a gap is a missing line."""
    at = models.DateTimeField()
    verb = models.CharField(max_length=40)
    actor = models.CharField(max_length=40, blank=True)
    """The id of the person; empty for the service itself and for who has not signed in."""
    organisation = models.UUIDField(null=True, db_index=True)
    body = models.UUIDField(null=True)
    target = models.CharField(max_length=80, blank=True)
    detail = models.JSONField(default=dict)
    seal = models.CharField(max_length=64)
    """HMAC-SHA-256, as hex, over this line and the seal of the one before."""

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(
                # A company asks for lines of its networks that belong to no company.
                fields=["organisation", "body", "number"],
                condition=models.Q(body__isnull=False),
                name="audit_of_bodies",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.verb}"


class AuditHead(models.Model):
    """The one row that says how long the log is and what seals it: without it, lines cut off the end would not show."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    seal = models.CharField(max_length=64, blank=True)
    own_seal = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="the_audit_log_has_one_head")]

    def __str__(self) -> str:
        return f"{self.number}"
