"""What stands beside one answer on the page: its files, and whether the person may add to them or take away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise

from assessments import evidence
from assessments.evidence_words import TAKEN
from assessments.file_kinds import KINDS
from assessments.models import Assessment, Evidence
from organisations.models import Membership
from organisations.policy import Permission, Role, allows

ENDINGS = ",".join(ending for kind in KINDS for ending in kind.endings)


@dataclass(frozen=True)
class FileLine:
    """One file, with its addresses as the person's role opens them; `removal` is empty where it may not be removed."""

    row: Evidence
    address: str
    removal: str


@dataclass(frozen=True)
class FilesBeside:
    """The files of one question. `target` is where the form sends one more; empty where nothing may be added."""

    question_id: str
    lines: tuple[FileLine, ...]
    target: str

    @property
    def full(self) -> bool:
        return len(self.lines) >= evidence.MOST_FILES

    @property
    def most_files(self) -> int:
        return evidence.MOST_FILES

    @property
    def most_megabytes(self) -> int:
        return settings.UPLOAD_LIMIT_MB

    @property
    def most_bytes(self) -> int:
        return settings.UPLOAD_LIMIT_BYTES

    @property
    def taken(self) -> Promise:
        return TAKEN

    @property
    def endings(self) -> str:
        """For the file dialog. Telephones turn their own photographs into JPEG where this does not name HEIC."""
        return ENDINGS


@dataclass(frozen=True)
class Files:
    """The files of one assessment, as somebody of the company has them before them."""

    membership: Membership
    assessment: Assessment
    rows: Mapping[str, Sequence[Evidence]]

    def beside(self, question_id: str) -> FilesBeside:
        """Those of a question that the person may open."""
        target = ""
        if self._writable:
            address = [self.membership.organisation_id, self.assessment.pk, question_id]
            target = reverse("assessments:evidence_add", args=address)
        lines = tuple(self._line(row) for row in self.rows.get(question_id, ()))
        return FilesBeside(question_id, lines, target)

    def _line(self, row: Evidence) -> FileLine:
        # Who answers comes through the door of those who answer, who only reads through the other.
        door = "assessments:answered_evidence" if self._may(Permission.RESPOND) else "assessments:evidence"
        address = [self.membership.organisation_id, row.pk]
        removal = ""
        if self._writable and (self._may(Permission.ANSWER) or row.uploaded_by_id == self.membership.user_id):
            removal = reverse("assessments:evidence_remove", args=address)
        return FileLine(row, reverse(door, args=address), removal)

    @property
    def _writable(self) -> bool:
        return self._may(Permission.RESPOND) and self.assessment.status == Assessment.Status.OPEN

    def _may(self, permission: Permission) -> bool:
        return allows(Role(self.membership.role), permission)


def files_of(membership: Membership, assessment: Assessment, question_id: str | None = None) -> Files:
    """The files of the whole assessment, or of one question. One query."""
    return Files(membership, assessment, evidence.beside(assessment.pk, question_id))
