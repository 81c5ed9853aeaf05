"""Evidence files: put beside an answer, taken away, listed. Each write is one transaction and refuses with a reason.

A file lies under a random name in a folder of its company; its row says what it was called. What the database does not
keep does not stay on the disk either.
"""

from __future__ import annotations

import hashlib
import logging
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum

from assessments.file_faults import Refused
from assessments.file_kinds import recognise
from assessments.file_names import cleaned, with_ending
from assessments.models import Evidence, Submission
from assessments.services import AssessmentClosed, UnknownQuestion, lock_open
from guidance.registry import get_catalog
from organisations.audit import Verb, record
from organisations.models import Organisation, User

__all__ = [
    "MOST_FILES",
    "AssessmentClosed",
    "QuotaUsedUp",
    "Refused",
    "SameFile",
    "TooLarge",
    "TooMany",
    "UnknownQuestion",
    "attach",
    "beside",
    "remove",
    "shared",
]
log = logging.getLogger(__name__)
MOST_FILES = 10
"""Beside one answer."""


class TooLarge(ValueError):
    """The file has more than `settings.UPLOAD_LIMIT_MB`."""


class TooMany(Exception):
    """Beside this answer lie MOST_FILES already."""


class QuotaUsedUp(Exception):
    """With this file the company would have more than `settings.EVIDENCE_QUOTA_MB`."""


class SameFile(Exception):
    """Beside this answer lies a file with the same content, `standing`: nothing is stored twice."""

    def __init__(self, standing: Evidence) -> None:
        self.standing = standing
        super().__init__(standing.pk)


def attach(
    organisation: Organisation, assessment_id: UUID, question_id: str, upload: UploadedFile[Any], *, by: User
) -> Evidence:
    """Put a file beside the answer to a question, when it is one of the kinds that are taken.

    Raises TooLarge, Refused, Assessment.DoesNotExist, AssessmentClosed, UnknownQuestion, SameFile, TooMany and
    QuotaUsedUp.
    """
    if (upload.size or 0) > settings.UPLOAD_LIMIT_BYTES:
        raise TooLarge
    content = upload.read()
    name = cleaned(upload.name or "")
    kind = recognise(name, content)
    # Before the transaction: a slow disk or bucket must not hold the lock that every writer of SQLite waits for.
    stored = default_storage.save(f"evidence/{organisation.pk}/{uuid4()}", ContentFile(content))
    try:
        return _keep(
            Evidence(
                organisation=organisation,
                assessment_id=assessment_id,
                question_id=question_id,
                file=stored,
                name=with_ending(name, kind.endings[0]),
                kind=kind.media_type,
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                uploaded_by=by,
            ),
            by=by,
        )
    except BaseException:
        default_storage.delete(stored)
        raise


@transaction.atomic
def _keep(new: Evidence, *, by: User) -> Evidence:
    _lock_open(new.assessment_id, new.question_id)
    # A company has one open assessment at a time: its lock also makes those queue who count the company's files.
    there = Evidence.objects.filter(assessment_id=new.assessment_id, question_id=new.question_id)
    if standing := there.filter(sha256=new.sha256).first():
        raise SameFile(standing)
    if there.count() >= MOST_FILES:
        raise TooMany
    held = Evidence.objects.aggregate(bytes=Sum("size", default=0))["bytes"]
    if held + new.size > settings.EVIDENCE_QUOTA_MB * 2**20:
        raise QuotaUsedUp
    new.save(force_insert=True)
    record(Verb.EVIDENCE_ADDED, actor=by, organisation=new.organisation_id, target=new.pk, question=new.question_id)
    return new


@transaction.atomic
def remove(evidence_id: UUID, *, by: User) -> None:
    """Take a file away from beside its answer: its row now, the file once that is certain.

    Raises Evidence.DoesNotExist or AssessmentClosed.
    """
    found = Evidence.objects.get(pk=evidence_id)
    _lock_open(found.assessment_id, found.question_id)
    deleted, _ = Evidence.objects.filter(pk=evidence_id).delete()
    if not deleted:  # somebody else did, while we waited for the lock
        raise Evidence.DoesNotExist
    record(
        Verb.EVIDENCE_REMOVED, actor=by, organisation=found.organisation_id, target=found.pk, question=found.question_id
    )
    transaction.on_commit(partial(_discard, found), robust=True)


def _discard(found: Evidence) -> None:
    try:
        default_storage.delete(found.file.name or "")
    except OSError:  # the row is gone and nobody can reach the file any more; the operator has to delete it
        log.exception("evidence %s: its file %s stays behind", found.pk, found.file.name)
        raise


def _lock_open(assessment_id: UUID, question_id: str) -> None:
    """The lock keeps a file out of a submission that is being frozen."""
    assessment = lock_open(assessment_id)
    if question_id not in get_catalog(assessment.catalog_ref).questions:
        raise UnknownQuestion(question_id)


def beside(assessment_id: UUID, question_id: str | None = None) -> dict[str, list[Evidence]]:
    """The files of each question that has any, or of one, with who put them there, the oldest first. One query."""
    found: dict[str, list[Evidence]] = {}
    rows = Evidence.objects.filter(assessment_id=assessment_id)
    if question_id is not None:
        rows = rows.filter(question_id=question_id)
    for row in rows.select_related("uploaded_by"):
        found.setdefault(row.question_id, []).append(row)
    return found


def submitted_with(submission: Submission) -> QuerySet[Evidence]:
    """The files that stood beside the answers when they were submitted."""
    return Evidence.objects.filter(assessment=submission.assessment_id, uploaded_at__lte=submission.submitted_at)


def shared() -> QuerySet[Evidence]:
    """The files of the company in scope that went with a submission; what came after the latest one did not."""
    with_it = Submission.objects.filter(assessment=OuterRef("assessment"), submitted_at__gte=OuterRef("uploaded_at"))
    return Evidence.objects.filter(Exists(with_it))
