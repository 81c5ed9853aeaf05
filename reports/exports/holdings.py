"""What a company has here, read once: the rows of every listing, and where each file lies in the export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from assessments.file_names import cleaned
from assessments.models import Assessment, Evidence, Submission
from organisations.models import Organisation
from reports.exports.file_names import beside
from reports.exports.listings import (
    ASSESSMENTS,
    CLIENT_REPORTS,
    EVIDENCE,
    LISTINGS,
    LOG,
    PAPERS,
    REPORTS,
    SUBMISSIONS,
    Listing,
)
from reports.models import ReportFile


@dataclass(frozen=True, slots=True)
class Holdings:
    """The rows of a company but for its log, which may be long and is read as it is written."""

    organisation: Organisation
    rows: Mapping[Listing, list[Any]]
    folders: Mapping[UUID, str]
    """Assessment -> its folder in the export: `assessments/1/`, numbered from the oldest."""
    places: Mapping[UUID, str]
    """Evidence and finished reports -> the name in the export that they get."""
    lost: list[str] = field(default_factory=list)
    """The places of files that the storage does not hold any more, as they are found missing."""

    def number(self, assessment_id: UUID) -> int:
        """The number of an assessment, counted from the oldest."""
        return int(self.folders[assessment_id].strip("/").rpartition("/")[2])

    def of(self, assessment: Assessment, listing: Listing) -> list[Any]:
        """The rows of one assessment."""
        return [row for row in self.rows[listing] if row.assessment_id == assessment.pk]


def gather(organisation: Organisation) -> Holdings:
    """Read everything of the company in scope: one query a table, however many rows."""
    # Children before parents: a row that is added meanwhile is not read without what it belongs to.
    rows = {listing: list(listing.rows(organisation.pk)) for listing in reversed(LISTINGS) if listing is not LOG}
    folders = {row.pk: f"assessments/{number}/" for number, row in enumerate(rows[ASSESSMENTS], start=1)}
    submissions = {row.pk: row for row in rows[SUBMISSIONS]}
    taken: set[str] = set()
    places: dict[UUID, str] = {}
    for evidence in rows[EVIDENCE]:
        places[evidence.pk] = beside(_evidence_place(folders, evidence), taken)
    for report in rows[REPORTS]:
        if report.file:
            places[report.pk] = beside(_report_place(folders, submissions[report.submission_id], report), taken)
    numbers = {row.pk: row.number for row in rows[CLIENT_REPORTS]}
    for paper in rows[PAPERS]:
        if paper.file:
            name = f"client-reports/{paper.body_id.hex[:8]}-v{numbers[paper.revision_id]}-{paper.language}.pdf"
            places[paper.pk] = beside(name, taken)
    return Holdings(organisation, rows, folders, places)


def submission_folder(folders: Mapping[UUID, str], submission: Submission) -> str:
    return f"{folders[submission.assessment_id]}submissions/{submission.number}/"


def _evidence_place(folders: Mapping[UUID, str], evidence: Evidence) -> str:
    return f"{folders[evidence.assessment_id]}evidence/{cleaned(evidence.question_id)}/{cleaned(evidence.name)}"


def _report_place(folders: Mapping[UUID, str], submission: Submission, report: ReportFile) -> str:
    return f"{submission_folder(folders, submission)}{report.kind}-{report.language}.pdf"
