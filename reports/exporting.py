"""A company takes everything away: one ZIP with JSON for machines, a workbook for people, and the files themselves.

It is built on disk, in a file without a name that is gone as soon as it is closed: sent, broken off or crashed.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from itertools import chain
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils import timezone

from assessments.models import Assessment, Submission
from assessments.services import answers_json, answers_of, company_json
from organisations.audit import Verb, record
from organisations.models import Organisation, User
from reports.exports import listings
from reports.exports.holdings import Holdings, gather, submission_folder
from reports.exports.listings import LISTINGS, Log, plain_company, plain_row
from reports.exports.workbook import write_workbook

CHUNK = 1 << 18
OF_COMPANY = [
    listing
    for listing in LISTINGS
    if not listing.of_assessment and listing not in (listings.REPORTS, listings.PAPERS, listings.LOG)
]
OF_ASSESSMENT = [listing for listing in LISTINGS if listing.of_assessment]
WORKBOOK = "company-data.xlsx"


def export(organisation: Organisation, *, by: User) -> IO[bytes]:
    """Everything of the company in scope as a ZIP, open at its beginning. Whoever closes it ends it.

    A file that the storage lost is named in README.txt; the rest comes all the same.
    """
    archive = _unnamed()
    try:
        held = gather(organisation)
        with zipfile.ZipFile(archive, "w", compression=zipfile.ZIP_DEFLATED) as packed:
            _Packing(packed, held).everything()
        archive.seek(0)
        record(Verb.EXPORTED, actor=by, organisation=organisation.pk, what="everything")
    except BaseException:
        archive.close()
        raise
    return archive


def _unnamed() -> IO[bytes]:
    folder = settings.VAR_DIR / "tmp"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)


class _Packing:
    """One export in the making."""

    def __init__(self, packed: zipfile.ZipFile, held: Holdings) -> None:
        self.packed, self.held = packed, held
        self.company = held.organisation

    def everything(self) -> None:
        self._files()
        self._json("company.json", plain_company(self.company))
        for listing in OF_COMPANY:
            self._list(listing.file, (plain_row(listing, row) for row in self.held.rows[listing]))
        self._placed("", listings.PAPERS, self.held.rows[listings.PAPERS])
        self._list(listings.LOG.file, Log(self.company).lines())
        for assessment in self.held.rows[listings.ASSESSMENTS]:
            self._assessment(assessment)
        self._through(WORKBOOK, lambda stream: write_workbook(self.held, stream))
        # Last, because it says what was found missing on the way.
        readme = {"company": self.company, "made_at": timezone.localtime(), "lost": self.held.lost, "book": WORKBOOK}
        self._text("README.txt", render_to_string("reports/export_readme.txt", readme))

    def _assessment(self, assessment: Assessment) -> None:
        folder = self.held.folders[assessment.pk]
        answers = answers_of(self.held.of(assessment, listings.ANSWERS))
        self._answers(folder, assessment.catalog_ref, company_json(self.company), answers_json(answers))
        for listing in OF_ASSESSMENT:
            rows = self.held.of(assessment, listing)
            if listing is listings.SUBMISSIONS:
                for submission in rows:
                    self._submission(submission)
            elif listing is listings.EVIDENCE:
                self._placed(folder, listing, rows)
            else:
                told = (plain_row(listing, row, without=("assessment",)) for row in rows)
                self._list(folder + listing.file, told)

    def _submission(self, submission: Submission) -> None:
        folder = submission_folder(self.held.folders, submission)
        self._answers(folder, submission.catalog_ref, submission.company, submission.answers)
        self._json(f"{folder}scorecard.json", submission.scorecard)
        frozen = ("assessment", "company", "answers", "scorecard")
        self._json(f"{folder}submission.json", plain_row(listings.SUBMISSIONS, submission, without=frozen))
        reports = [row for row in self.held.rows[listings.REPORTS] if row.submission_id == submission.pk]
        self._placed(folder, listings.REPORTS, reports)

    def _answers(self, folder: str, catalog_ref: str, company: object, answers: object) -> None:
        """In the form that `manage.py score` and `manage.py report` take."""
        self._json(f"{folder}answers.json", {"catalog": catalog_ref, "company": company, "answers": answers})

    def _placed(self, folder: str, listing: listings.Listing, rows: Iterable[Any]) -> None:
        """Rows with where their file lies in the ZIP: null where there is none, or none any more."""
        told = []
        for row in rows:
            place = self.held.places.get(row.pk)
            found = place if place not in self.held.lost else None
            told.append({**plain_row(listing, row, without=("assessment", "submission")), "file": found})
        self._list(folder + listing.file, told)

    # --- into the ZIP ---

    def _files(self) -> None:
        """The files first, so that what is missing is known before it is written of."""
        for row in chain(*(self.held.rows[one] for one in (listings.EVIDENCE, listings.REPORTS, listings.PAPERS))):
            if row.pk in self.held.places:
                self._file(self.held.places[row.pk], row.file.name)

    def _file(self, place: str, stored: str) -> None:
        try:
            source = default_storage.open(stored, "rb")
        except FileNotFoundError:
            self.held.lost.append(place)
            return
        # Images, Office files and PDFs are compressed already.
        with source, self.packed.open(_entry(place, zipfile.ZIP_STORED), "w", force_zip64=True) as target:
            shutil.copyfileobj(source, target, CHUNK)

    def _through(self, name: str, write: Callable[[IO[bytes]], None]) -> None:
        """What needs a file that can be wound back while it is written."""
        with _unnamed() as file:
            write(file)
            file.seek(0)
            with self.packed.open(_entry(name), "w", force_zip64=True) as target:
                shutil.copyfileobj(file, target, CHUNK)

    def _list(self, name: str, items: Iterable[Any]) -> None:
        """A JSON list, written as its items come: the log of a company may be long."""
        with self.packed.open(_entry(name), "w", force_zip64=True) as target:
            before = "[\n"
            for item in items:
                target.write((before + _json(item)).encode())
                before = ",\n"
            target.write(b"[]\n" if before == "[\n" else b"\n]\n")

    def _json(self, name: str, value: object) -> None:
        self._text(name, _json(value) + "\n")

    def _text(self, name: str, text: str) -> None:
        self.packed.writestr(_entry(name), text.encode())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _entry(name: str, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name, date_time=timezone.localtime().timetuple()[:6])
    found.compress_type = compression
    found.external_attr = 0o600 << 16
    return found
