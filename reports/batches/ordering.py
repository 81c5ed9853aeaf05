"""Ordering many reports at once, calling an order off, and taking up what failed. Within `body_scope`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from organisations.audit import Verb, record, record_each
from organisations.models import Body, User
from reports import jobs
from reports.batches.choosing import Entry, Wish, choose
from reports.batches.turns import settle, turn
from reports.jobs import TEMPLATE_VERSION, Ring
from reports.models import Batch, BatchItem, MemberFile

AT_A_TIME = 500
"""Rows that one statement names: SQLite takes no statement of any length."""
One = TypeVar("One")
Key = tuple[UUID, str, str]


class NothingToPrint(Exception):
    """Of the companies that were asked for, none submitted and shares its scores."""


class TooMany(Exception):
    """More files than one order may have."""

    def __init__(self, files: int) -> None:
        super().__init__(files)
        self.files, self.most = files, settings.BATCH_MOST_FILES


class NotUnderWay(Exception):
    """There is nothing left to call off."""


class NothingToTakeUp(Exception):
    """Nothing failed, and nothing was called off."""


def order(
    body: Body, wish: Wish, *, languages: Sequence[str], key: UUID, origin: str, page: str, by: User, ring: Ring
) -> Batch:
    """One order: a row for each company and language. A file that is there already is not made again.

    The same `key` again is the same order. `origin`: the address of the site, `page`: the language of who orders, both
    for the mail at the end. Raises NothingToPrint, TooMany.
    """
    if (known := Batch.objects.filter(body=body, key=key).first()) is not None:
        return known
    chosen = choose(body, wish)
    files = len(chosen.entries) * len(languages)
    if not files:
        raise NothingToPrint
    if files > settings.BATCH_MOST_FILES:
        raise TooMany(files)
    with transaction.atomic():
        given: dict[str, Any] = {
            "languages": ",".join(languages),
            "round": wish.round,
            "industry": wish.industry,
            "prefecture": wish.prefecture,
            "chosen": wish.chosen is not None,
            "requested_by": by,
            "begun_at": timezone.now(),
            "origin": origin,
            "mail_language": page,
        }
        batch, made = Batch.objects.get_or_create(body=body, key=key, defaults=given)
        if made:
            _fill(batch, chosen.entries, by)
            settle(batch)
            transaction.on_commit(lambda: turn(batch, ring))
            _record(batch, chosen.entries, by)
    return batch


def cancel(batch: Batch, *, by: User) -> None:
    """Call off what is not made yet; what is done stays, and what is being printed is finished and kept for another
    order. Raises NotUnderWay."""
    now = timezone.now()
    with transaction.atomic():
        open_one = Batch.objects.filter(pk=batch.pk, status__in=Batch.UNDER_WAY)
        if not open_one.update(status=Batch.Status.CANCELLED, cancelled_at=now, ended_at=now):
            raise NotUnderWay
        settle(batch)
        batch.items.filter(state=BatchItem.State.WAITING).update(state=BatchItem.State.CANCELLED)
        record(Verb.BATCH_CANCELLED, actor=by, body=batch.body_id, target=batch.pk)


def again(batch: Batch, *, by: User, ring: Ring) -> int:
    """Take up what failed and what was called off; what companies share no longer stays as it is. Returns how many rows
    wait again. Raises NothingToTakeUp."""
    ended = (BatchItem.State.FAILED, BatchItem.State.CANCELLED)
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        rows = list(locked.items.filter(state__in=ended).values_list("pk", "file_id"))
        if not rows:
            raise NothingToTakeUp
        for some in _slices(rows):
            files = [file for _item, file in some]
            jobs.start_anew(MemberFile, files)
            # Whoever heard a bell while nobody wanted the file has left it: it is rung for once more.
            MemberFile.objects.filter(pk__in=files, status=MemberFile.Status.WAITING).update(rung_at=None)
        waits = {"state": BatchItem.State.WAITING, "reason": ""}
        locked.items.filter(state__in=ended).update(**waits)
        Batch.objects.filter(pk=batch.pk).update(
            status=Batch.Status.RUNNING,
            begun_at=timezone.now(),
            ended_at=None,
            cancelled_at=None,
            halted="",
            mail=Batch.Mail.NONE,
            mail_at=None,
        )
        settle(locked)
        transaction.on_commit(lambda: turn(batch, ring))
        record(Verb.BATCH_TAKEN_UP, actor=by, body=batch.body_id, target=batch.pk, count=len(rows))
    return len(rows)


# --- parts ------------------------------------------------------------------------------------------------------------


def _fill(batch: Batch, entries: Sequence[Entry], by: User) -> None:
    """The rows, in the order of the companies; the languages of a company stand together."""
    position = 0
    for some in _slices(entries):
        files = _files(batch, some, by)
        keys = [(one.submission_id, language, one.shared) for one in some for language in batch.spoken]
        items = [
            BatchItem(batch=batch, file_id=files[key], position=position + number) for number, key in enumerate(keys, 1)
        ]
        BatchItem.objects.bulk_create(items)
        position += len(items)


def _files(batch: Batch, entries: Sequence[Entry], by: User) -> dict[Key, UUID]:
    """The file of each company and language: the one that is there, or a new one; one that failed begins anew."""
    MemberFile.objects.bulk_create(
        [
            MemberFile(
                body_id=batch.body_id,
                organisation_id=one.organisation_id,
                submission_id=one.submission_id,
                shared=one.shared,
                language=language,
                template_version=TEMPLATE_VERSION,
                requested_by=by,
            )
            for one in entries
            for language in batch.spoken
        ],
        ignore_conflicts=True,
    )
    found = MemberFile.objects.filter(
        body=batch.body_id,
        submission__in=[one.submission_id for one in entries],
        language__in=batch.spoken,
        template_version=TEMPLATE_VERSION,
    )
    rows = list(found.values_list("submission_id", "language", "shared", "pk", "status"))
    wanted = {(one.submission_id, language, one.shared) for one in entries for language in batch.spoken}
    failed = [pk for *key, pk, status in rows if status == MemberFile.Status.FAILED and tuple(key) in wanted]
    jobs.start_anew(MemberFile, failed)
    return {(submission, language, shared): pk for submission, language, shared, pk, _status in rows}


def _record(batch: Batch, entries: Sequence[Entry], by: User) -> None:
    """A line in the log of each company that is in it."""
    about = [(one.organisation_id, one.submission_id) for one in entries]
    record_each(Verb.COPY_ORDERED, about, actor=by, body=batch.body_id, batch=str(batch.pk))


def _slices(rows: Iterable[One]) -> Iterator[list[One]]:
    found = iter(rows)
    while some := list(islice(found, AT_A_TIME)):
        yield some
