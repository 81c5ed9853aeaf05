"""The signed report of an advisory office as a file."""

from __future__ import annotations

from django.db import models

from advising.models import Revision
from organisations.models import Body, Organisation
from organisations.scoping import TwoSidedManager
from reports.models.files import FileJob


class ClientFile(FileJob):
    """One PDF of a released revision, in one of its forms (`language`: ja, en, both). The signed paper itself: it is
    never cleared away, and made from the frozen context alone."""

    kept_for_good = True

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")

    objects = TwoSidedManager()

    class Meta(FileJob.Meta):
        constraints = [
            models.UniqueConstraint(fields=["revision", "language"], name="one_file_of_a_revision_and_form"),
            models.CheckConstraint(condition=models.Q(progress__lte=100), name="client_progress_is_a_percentage"),
            models.CheckConstraint(
                condition=~models.Q(status="done") | ~models.Q(file="") & ~models.Q(sha256=""),
                name="a_done_client_report_has_its_file",
            ),
        ]
        indexes = [models.Index(fields=["status", "claimed_at"], name="client_file_sweep")]

    def __str__(self) -> str:
        return f"{self.revision_id} {self.language} {self.status}"
