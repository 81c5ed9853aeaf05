"""How far an order is: what its rows say, how fast it goes, and when it will be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone

from reports.batches.standing import all_shared, stands
from reports.models import Batch, BatchItem, MemberFile

State = BatchItem.State
WINDOW = dt.timedelta(minutes=5)
"""How fast it goes is what was made in the last minutes."""
SOONEST = dt.timedelta(seconds=10)
"""Before that nobody can tell."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Files a minute, and the minutes that are left; None where it cannot be told yet."""

    rate: float | None
    left: int | None


def pace(made: int, over: dt.timedelta, waiting: int) -> Pace:
    """How fast it goes when `made` files were made in that time, and `waiting` are left. Minutes are rounded up."""
    if not made or over < SOONEST:
        return Pace(None, None)
    rate = made / (over / dt.timedelta(minutes=1))
    return Pace(rate, int(-(-waiting // rate)))


@dataclass(frozen=True, slots=True)
class Progress:
    """The rows of an order by state, those of them that are being printed at this moment, and the pace."""

    states: Mapping[str, int]
    printing: int
    pace: Pace

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def waiting(self) -> int:
        return self.states.get(State.WAITING, 0)

    @property
    def ended(self) -> int:
        """Those that were made, or tried."""
        return self.total - self.waiting - self.cancelled

    @property
    def done(self) -> int:
        return self.states.get(State.DONE, 0)

    @property
    def failed(self) -> int:
        return self.states.get(State.FAILED, 0)

    @property
    def withdrawn(self) -> int:
        return self.states.get(State.WITHDRAWN, 0)

    @property
    def cancelled(self) -> int:
        return self.states.get(State.CANCELLED, 0)

    @property
    def can_be_taken_up(self) -> int:
        """How many rows another try would take."""
        return self.failed + self.cancelled


def progress_of(batch: Batch, now: dt.datetime | None = None) -> Progress:
    """Three statements. Of an order that is done, a file that may not be handed over any more counts as withdrawn."""
    now = now or timezone.now()
    states = dict(batch.items.order_by().values_list("state").annotate(Count("pk")))
    if not batch.under_way:
        gone = _fallen_since(batch)
        states[State.DONE] = states.get(State.DONE, 0) - gone
        states[State.WITHDRAWN] = states.get(State.WITHDRAWN, 0) + gone
        return Progress(states, 0, Pace(None, None))
    since = max(batch.begun_at, now - WINDOW)
    made = batch.items.filter(file__finished_at__gte=since).count()
    printing = batch.items.filter(state=State.WAITING, file__status=MemberFile.Status.RUNNING).count()
    return Progress(states, printing, pace(made, now - since, states.get(State.WAITING, 0)))


def _fallen_since(batch: Batch) -> int:
    """Files that are still there, of companies that share what stands in them no longer. Within `body_scope`."""
    shared = all_shared()
    done = MemberFile.objects.filter(items__batch=batch, items__state=State.DONE).only("organisation_id", "shared")
    return sum(not stands(file, shared) for file in done.iterator(2000))
