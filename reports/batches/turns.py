"""Whose turn it is: the next few files of each order are rung for, one when another has ended. So the queue is short
however many were ordered, orders advance side by side, and a report that somebody waits for comes in between.

Rows are the truth. `settle` may be repeated at any time: what a lost worker did not note, the sweep does.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from organisations.scoping import body_scope
from reports import jobs
from reports.jobs import Ring
from reports.models import Batch, BatchItem, MemberFile

State, Status = BatchItem.State, MemberFile.Status
OF_THE_SERVICE = (MemberFile.Reason.STORAGE, MemberFile.Reason.FONT)
"""Reasons that have nothing to do with the company: a disk that is full, a font that is gone."""
HALT_AFTER = 5
"""So many files in a row that failed for such a reason call the rest off."""


def go_on(file_id: UUID, ring: Ring) -> None:
    """After a file was made, or not: note it in the orders that wait for it, and ring for what comes next."""
    for batch in Batch.objects.filter(items__file=file_id, status__in=Batch.UNDER_WAY).distinct():
        turn(batch, ring)


def turn(batch: Batch, ring: Ring) -> None:
    """Note what has ended; then either the order is done, or the next few of its files are rung for."""
    with body_scope(batch.body_id):
        failed = settle(batch)
        if not (failed and _halt(batch)) and not _finish(batch):
            for file_id in _next(batch):
                ring(file_id)


def sweep(ring: Ring) -> None:
    """What a lost worker or bell left behind: rung for again, noted, and gone on with."""
    jobs.sweep(ring, (MemberFile,))
    for batch in Batch.objects.filter(status__in=Batch.UNDER_WAY):
        turn(batch, ring)


def settle(batch: Batch) -> int:
    """Rows that wait for a file that has ended end with it. Returns how many failed. Within `body_scope`."""
    waiting = batch.items.filter(state=State.WAITING)
    ended = MemberFile.objects.filter(items=OuterRef("pk"))

    def of(status: str, **more: str) -> Exists:
        return Exists(ended.filter(status=status, **more))

    settled = waiting.filter(of(Status.DONE)).update(state=State.DONE)
    withdrawn = {"reason": MemberFile.Reason.WITHDRAWN}
    settled += waiting.filter(of(Status.FAILED, **withdrawn)).update(state=State.WITHDRAWN, **withdrawn)
    failed = waiting.filter(of(Status.FAILED)).update(
        state=State.FAILED, reason=Subquery(ended.order_by().values("reason")[:1])
    )
    if settled or failed:
        Batch.objects.filter(pk=batch.pk, status=Batch.Status.WAITING).update(status=Batch.Status.RUNNING)
    return failed


def fall(file: MemberFile, reason: MemberFile.Reason) -> None:
    """A finished file is taken away, or was lost by the storage: the rows that had it say so."""
    jobs.remove(file, reason)
    state = State.WITHDRAWN if reason == MemberFile.Reason.WITHDRAWN else State.FAILED
    BatchItem.objects.filter(file=file, state=State.DONE).update(state=state, reason=reason)


def _halt(batch: Batch) -> bool:
    """Whether the rest was called off, because what stopped the last few files would stop all others as well."""
    ended = batch.items.filter(file__finished_at__gte=batch.begun_at).order_by("-file__finished_at")
    last = list(ended.values_list("state", "reason")[:HALT_AFTER])
    if len(last) < HALT_AFTER or any(state != State.FAILED or why not in OF_THE_SERVICE for state, why in last):
        return False
    now = timezone.now()
    with transaction.atomic():
        halted = {"status": Batch.Status.CANCELLED, "halted": last[0][1], "cancelled_at": now, "ended_at": now}
        if not Batch.objects.filter(pk=batch.pk, status__in=Batch.UNDER_WAY).update(**halted):
            return False
        batch.items.filter(state=State.WAITING).update(state=State.CANCELLED)
    return True


def _finish(batch: Batch) -> bool:
    """Whether nothing waits any more."""
    waiting = BatchItem.objects.filter(batch=OuterRef("pk"), state=State.WAITING)
    over = Batch.objects.filter(~Exists(waiting), pk=batch.pk)
    over.filter(status__in=Batch.UNDER_WAY).update(status=Batch.Status.DONE, ended_at=timezone.now())
    return over.exists()


def _next(batch: Batch) -> list[UUID]:
    """The files to ring for, so that as many as BATCH_AHEAD are on their way; the first rows go first."""
    lease = timezone.now() - timedelta(seconds=settings.REPORT_LEASE_SECONDS)
    files = MemberFile.objects.filter(items__batch=batch, items__state=State.WAITING)
    heard = Q(status=Status.WAITING, rung_at__gte=lease) | Q(status=Status.RUNNING, claimed_at__gte=lease)
    room = settings.BATCH_AHEAD - files.filter(heard).count()
    if room <= 0:
        return []
    unheard = files.filter(status=Status.WAITING, rung_at__isnull=True).order_by("items__position")
    return list(unheard.values_list("pk", flat=True)[:room])
