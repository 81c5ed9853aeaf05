"""A filled-in questionnaire from the upload to the saved answers: kept, shown, and saved all at once or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from assessments.answer_sheet import Base, Entry, Origin
from assessments.answer_sheet_changes import Change, Changes, compare
from assessments.answer_sheet_writing import write_answer_sheet
from assessments.answer_upload_files import read_upload
from assessments.drafts import Draft
from assessments.file_names import cleaned
from assessments.models import Answer as AnswerRow
from assessments.models import AnswerUpload, Assessment
from assessments.progress import progress
from assessments.services import answers_of, draft_of, lock_open
from guidance.registry import get_catalog
from organisations.models import Organisation, User

KEPT_FOR = dt.timedelta(days=7)
BATCH = 50


class NothingWaits(LookupError):
    """The upload was confirmed, thrown away or replaced meanwhile, or it is too old."""


class OthersWrote(Exception):
    """Answers changed since the person saw what would be saved: nothing was saved."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many answers were saved: new ones, changed ones, and conflicts that were settled for the file."""

    new: int
    changed: int
    settled: int

    @property
    def total(self) -> int:
        return self.new + self.changed + self.settled


# --- out --------------------------------------------------------------------------------------------------------------


def answer_sheet(organisation: Organisation, assessment: Assessment, language: str) -> bytes:
    """The workbook of an assessment with what stands now. One query."""
    catalog = get_catalog(assessment.catalog_ref)
    rows = {row.question_id: row for row in AnswerRow.objects.filter(assessment=assessment)}
    asked = progress(catalog, answers_of(rows.values()), organisation.profile()).asked
    standing = {name: (draft_of(row), row.revision) for name, row in rows.items()}
    return write_answer_sheet(
        catalog,
        asked,
        standing,
        origin_of(assessment),
        company=organisation.name,
        dated=timezone.localdate(),
        language=language,
    )


def origin_of(assessment: Assessment) -> Origin:
    """What a workbook of this assessment says it was made from."""
    return Origin(assessment.catalog_ref, str(assessment.organisation_id), str(assessment.pk))


# --- in ---------------------------------------------------------------------------------------------------------------


@transaction.atomic
def keep(organisation: Organisation, assessment_id: UUID, content: bytes, name: str, *, by: User) -> AnswerUpload:
    """Read a file and keep what it says until its person confirms; an earlier one of theirs goes.

    Raises InputRefused with every fault, Assessment.DoesNotExist and AssessmentClosed.
    """
    assessment = lock_open(assessment_id)
    catalog = get_catalog(assessment.catalog_ref)
    entries = read_upload(content, name, catalog, origin_of(assessment), corporate_number=organisation.corporate_number)
    AnswerUpload.objects.filter(assessment=assessment, uploaded_by=by).delete()
    AnswerUpload.objects.filter(uploaded_at__lt=timezone.now() - KEPT_FOR).delete()
    made: AnswerUpload = AnswerUpload.objects.create(
        organisation=organisation,
        assessment=assessment,
        uploaded_by=by,
        file_name=cleaned(name)[:120],
        entries=[_plain(entry) for entry in entries],
    )
    return made


def waiting(assessment_id: UUID, *, of: User) -> AnswerUpload | None:
    """The person's upload that waits to be confirmed. One query."""
    found: AnswerUpload | None = AnswerUpload.objects.filter(
        assessment_id=assessment_id, uploaded_by=of, uploaded_at__gte=timezone.now() - KEPT_FOR
    ).first()
    return found


def changes_of(upload: AnswerUpload) -> Changes:
    """What confirming it would change of the answers as they are now. One query."""
    return compare(map(_entry, upload.entries), _standing(upload.assessment_id)[0])


@transaction.atomic
def confirm(
    organisation: Organisation, assessment_id: UUID, *, seen: str, settled: Collection[str], by: User
) -> Outcome:
    """Save what the person was shown (`seen`: the digest of it), and of the conflicts those in `settled`.

    All of it or nothing. Raises Assessment.DoesNotExist, AssessmentClosed, NothingWaits, and OthersWrote where
    something else would be saved now than what the person saw.
    """
    assessment = lock_open(assessment_id)
    upload = waiting(assessment_id, of=by)
    if upload is None:
        raise NothingWaits
    standing, ids = _standing(assessment_id)
    changes = compare(map(_entry, upload.entries), standing)
    if changes.digest != seen:
        raise OthersWrote
    chosen = [change for change in changes.of("conflict") if change.question_id in settled]
    _write(organisation, assessment, [*changes.to_save, *chosen], ids, by=by)
    upload.delete()
    return Outcome(len(changes.of("new")), len(changes.of("changed")), len(chosen))


def discard(assessment_id: UUID, *, of: User) -> None:
    """Throw the person's upload away; answers stay as they are."""
    AnswerUpload.objects.filter(assessment_id=assessment_id, uploaded_by=of).delete()


# --- parts ------------------------------------------------------------------------------------------------------------


def _standing(assessment_id: UUID) -> tuple[dict[str, tuple[Draft, int]], dict[str, int]]:
    """Draft and revision of each answer, and the id of its row."""
    rows = AnswerRow.objects.filter(assessment_id=assessment_id).standing()
    drafts = {
        name: (Draft.from_fields(row.kind, row.level, row.reason, row.note, row.explanation), row.revision)
        for name, row in rows.items()
    }
    return drafts, {name: row.id for name, row in rows.items()}


def _write(
    organisation: Organisation, assessment: Assessment, changes: list[Change], ids: Mapping[str, int], *, by: User
) -> None:
    """The assessment's row is locked: no other writer comes between what was compared and what is written."""
    rows = [
        AnswerRow(
            pk=ids.get(change.question_id),
            organisation=organisation,
            assessment=assessment,
            question_id=change.question_id,
            revision=change.revision + 1,
            updated_by=by,
            updated_at=timezone.now(),
            **change.mine.fields(),
        )
        for change in changes
    ]
    AnswerRow.objects.bulk_create([row for row in rows if row.pk is None])
    written = ("kind", "level", "reason", "note", "explanation", "revision", "updated_by", "updated_at")
    AnswerRow.objects.bulk_update([row for row in rows if row.pk is not None], written, batch_size=BATCH)


def _plain(entry: Entry) -> dict[str, Any]:
    return {
        "question": entry.question_id,
        **entry.draft.fields(),
        "revision": entry.base.revision,
        "fingerprint": entry.base.fingerprint,
    }


def _entry(data: Mapping[str, Any]) -> Entry:
    draft = Draft.from_fields(data["kind"], data["level"], data["reason"], data["note"], data["explanation"])
    return Entry(data["question"], draft, Base(data["revision"], data["fingerprint"]))
