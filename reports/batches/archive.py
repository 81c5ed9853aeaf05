"""The ZIP of an order: what is done and may be handed over, streamed from the stored files, with an index at its end.

Nothing of it is kept on disk, and memory holds a piece of one file. What each company shares is asked when its file's
turn comes and before each piece of it: what ended before is left out, and the index says why; what ends within a file
cuts the download, so that nobody takes it for a whole one.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import closing

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from assessments.file_names import part_of_name, shortened
from cohorts.plain_sheets import table_csv, xlsx
from organisations.audit import Verb, record_each
from organisations.downloads import PiecesWhile
from organisations.models import User
from organisations.scoping import body_scope
from reports.batches.rows import Row, items_of, rows
from reports.batches.standing import watch
from reports.batches.turns import fall
from reports.models import Batch, MemberFile

AT_A_TIME = 25
"""Rows that are read, and noted in the logs of their companies, before their files go out."""


def stream(batch: Batch, *, by: User, language: str) -> Iterator[bytes]:
    """The ZIP, piece by piece. Each company's log says that `by` took its report, before it leaves."""
    sink = _Sink()
    index: list[tuple[str, ...]] = []
    with zipfile.ZipFile(sink, "w") as packed:
        for some in _slices(batch, by):
            for row in some:
                with translation.override(language):
                    name = entry_name(row)
                found = None
                if row.ready:
                    found = _opened(row.file)
                if found is None:
                    index.append(_told(row, "", language, lost=row.ready))
                    continue
                with closing(found), packed.open(_entry(name, row.file.size), "w") as target:
                    for piece in found:
                        target.write(piece)
                        yield sink.taken()
                index.append(_told(row, name, language))
        with translation.override(language):
            columns = _columns()
            packed.writestr(_entry("index.csv"), table_csv(columns, index))
            packed.writestr(_entry("index.xlsx"), xlsx(_("一覧"), columns, index))
    yield sink.taken()


def entry_name(row: Row) -> str:
    """What a file is called: its row's number (so that none is called like another), the company, day and language;
    no longer than any file system takes."""
    company = part_of_name(row.name)
    day = timezone.localtime(row.submitted_at).strftime("%Y%m%d")
    return shortened(f"{row.item.position:04}_{company}", f"_{_('行動計画')}_{day}_{row.file.language}.pdf")


def archive_name(batch: Batch) -> str:
    """What the ZIP is called: whose order of which moment."""
    ordered = timezone.localtime(batch.requested_at).strftime("%Y%m%d-%H%M")
    return shortened(f"{_('経安カルテ')}_{_('報告書')}_{part_of_name(batch.body.name)}", f"_{ordered}.zip")


# --- parts ------------------------------------------------------------------------------------------------------------


class _Sink(io.RawIOBase):
    """Where zipfile writes to: it cannot be wound back, and gives away what it holds."""

    def __init__(self) -> None:
        self.held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self.held += piece
        return len(piece)

    def taken(self) -> bytes:
        piece = bytes(self.held)
        self.held.clear()
        return piece


def _slices(batch: Batch, by: User) -> Iterator[list[Row]]:
    """The rows, a few at a time, as they stand when their turn comes."""
    last = 0
    while True:
        with body_scope(batch.body_id):
            some = rows(list(items_of(batch).filter(position__gt=last).order_by("position")[:AT_A_TIME]))
            if not some:
                return
            last = some[-1].item.position
            about = {row.file.organisation_id: row.file.submission_id for row in some if row.ready}
            record_each(Verb.COPY_TAKEN, about.items(), actor=by, body=batch.body_id, batch=str(batch.pk))
        yield some


class _Pieces(PiecesWhile):
    """A report is mostly one piece or two: each costs a look at the consent."""

    size = 256 * 1024


def _opened(file: MemberFile) -> _Pieces | None:
    """The stored file, as long as its company shares it; None where it is shared no longer or the storage lost it."""
    holds = watch(file)
    if not holds():
        return None
    try:
        return _Pieces(file.file.open("rb"), holds, what=f"company {file.organisation_id} shares it no longer")
    except FileNotFoundError:
        fall(file, MemberFile.Reason.STORAGE)
        return None


def _entry(name: str, size: int = 0) -> zipfile.ZipInfo:
    # PDFs are compressed already. Its size is said before, so that one of any length is taken.
    found = zipfile.ZipInfo(name, date_time=timezone.localtime().timetuple()[:6])
    found.compress_type = zipfile.ZIP_STORED
    found.external_attr = 0o600 << 16
    found.file_size = size
    return found


def _columns() -> list[tuple[str, int]]:
    return [
        (_("番号"), 8),
        (_("会社"), 34),
        (_("提出の回数"), 12),
        (_("提出した日"), 14),
        (_("言語"), 10),
        (_("ファイル"), 60),
        (_("様子"), 18),
        (_("理由"), 50),
        ("SHA-256", 66),
        (_("提出の番号"), 38),
    ]


def _told(row: Row, name: str, language: str, *, lost: bool = False) -> tuple[str, ...]:
    """The row in the index; `lost`: it was ready, and could not be handed over after all."""
    with translation.override(language):
        if lost:
            item = row.item
            item.refresh_from_db(fields=["state", "reason"])
            gone = item.state != item.State.DONE
            state = item.state if gone else item.State.WITHDRAWN
            reason = item.reason if gone else MemberFile.Reason.WITHDRAWN
            row = Row(item, state, reason, row.company, row.number, row.submitted_at)
        return (
            str(row.item.position),
            row.name,
            str(row.number),
            f"{timezone.localtime(row.submitted_at):%Y-%m-%d}",
            row.language_name,
            name,
            row.state_name,
            row.why,
            row.file.sha256 if name else "",
            str(row.file.submission_id),
        )
