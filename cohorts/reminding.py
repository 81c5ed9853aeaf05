"""Reminders: planned for a day, called off, sent at once, begun by the worker when their day has come.

A reminder that begins writes a notice for everybody who is to get it; `cohorts.notices` sends them.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from cohorts.addressees import hours_of, to_remind
from cohorts.models import Notice, Reminder
from organisations.audit import Verb, record
from organisations.models import Round, User
from organisations.scoping import body_scope

Ring = Callable[[], None]
SOON = dt.timedelta(hours=24)
"""Within so short a time nobody should get two by mistake."""
PIECE = 500


class NotUnderWay(Exception):
    """The round is not open, or its last day is over: it sends nothing."""


class NobodyToRemind(Exception):
    """Everybody submitted, left, or has no address."""


class DayTaken(Exception):
    """A reminder is planned for one of the days already."""


@dataclass(frozen=True, slots=True)
class Last:
    """When the latest reminder began, and how many mails it was."""

    at: dt.datetime
    mails: int


class JustSent(Exception):
    """One went out a short while ago."""

    def __init__(self, last: Last) -> None:
        super().__init__(last)
        self.last = last


# --- what a coordinator does ------------------------------------------------------------------------------------------


def plan(within: Round, days: Iterable[dt.date], *, words: str, key: UUID, origin: str, by: User) -> list[Reminder]:
    """A reminder for each of `days`. The same form (`key`) sent twice plans once. `origin`: the address of this site.

    Raises NotUnderWay and DayTaken.
    """
    if within.closes_on < timezone.localdate():
        raise NotUnderWay
    made = []
    try:
        with transaction.atomic():
            _keep_origin(within, origin)
            for day in days:
                given = {"body_id": within.body_id, "on": day, "words": words, "created_by": by}
                made.append(Reminder.objects.get_or_create(round=within, key=key_of(key, day), defaults=given)[0])
    except IntegrityError:
        raise DayTaken from None
    return made


def key_of(form: UUID, day: dt.date) -> UUID:
    """The key of the reminder that a form plans for a day."""
    return uuid.uuid5(form, day.isoformat())


def cancel(within: Round, reminder_id: UUID) -> bool:
    """Call off a planned reminder. False where it had begun, or was called off before."""
    planned = Reminder.objects.filter(round=within, pk=reminder_id, status=Reminder.Status.PLANNED)
    return bool(planned.update(status=Reminder.Status.CANCELLED))


def remind_now(within: Round, *, words: str, key: UUID, origin: str, by: User, ring: Ring, anyway: bool = False) -> int:
    """Remind everybody at once, whatever the hour. Returns how many mails were written; the same form (`key`) sent
    twice writes none. `origin`: the address of this site.

    Raises NotUnderWay, NobodyToRemind, and JustSent where one went out within SOON and it is not to go `anyway`.
    """
    with transaction.atomic():
        # Two coordinators who press at the same moment: the second one sees what the first one did.
        locked = Round.objects.select_for_update().get(pk=within.pk)
        if Reminder.objects.filter(round=locked, key=key).exists():
            return 0
        if not is_under_way(locked, timezone.localdate()):
            raise NotUnderWay
        last = last_begun(locked)
        if last is not None and not anyway and last.at > timezone.now() - SOON:
            raise JustSent(last)
        reminder = Reminder.objects.create(
            body_id=locked.body_id,
            round=locked,
            key=key,
            words=words,
            status=Reminder.Status.BEGUN,
            created_by=by,
            begun_at=timezone.now(),
        )
        mails = _write(reminder, by=by)
        if not mails:
            raise NobodyToRemind
        _keep_origin(locked, origin)
        transaction.on_commit(ring)
    return mails


def _keep_origin(within: Round, origin: str) -> None:
    """The links of the mails begin with it. A round that was opened on a page has it; a seeded one has not."""
    Round.objects.filter(pk=within.pk, origin="").update(origin=origin.rstrip("/"))


def last_begun(within: Round) -> Last | None:
    """The latest reminder of a round that went out, or goes out now."""
    begun = Reminder.objects.filter(round=within, begun_at__isnull=False).annotate(mails=Count("notices"))
    for at, mails in begun.order_by("-begun_at").values_list("begun_at", "mails")[:1]:
        return Last(at, mails) if at is not None else None
    return None


def is_under_way(within: Round, today: dt.date) -> bool:
    """Whether the round is open and its companies can submit on this day."""
    return within.opened_at is not None and within.opens_on <= today <= within.closes_on


# --- what the worker does ---------------------------------------------------------------------------------------------


def begin_due(now: dt.datetime) -> int:
    """Begin the planned reminders whose day has come, within the hours of their rounds. Where several of a round are
    due, because no worker ran or a weekend lay between, the latest goes and the others pass. Returns how many began."""
    today = timezone.localdate(now)
    due = Reminder.objects.filter(
        status=Reminder.Status.PLANNED,
        on__lte=today,
        round__opened_at__isnull=False,
        round__opens_on__lte=today,
        round__closes_on__gte=today,
    ).select_related("round")
    latest = {reminder.round_id: reminder for reminder in due.order_by("on")}
    ready = [reminder for reminder in latest.values() if hours_of(reminder.round).allow(now)]
    return sum(_begin(reminder, now) for reminder in ready)


@transaction.atomic
def _begin(reminder: Reminder, now: dt.datetime) -> bool:
    planned = Reminder.objects.filter(round=reminder.round_id, status=Reminder.Status.PLANNED)
    if not planned.filter(pk=reminder.pk).update(status=Reminder.Status.BEGUN, begun_at=now):
        return False  # another worker has begun it, or somebody called it off
    planned.filter(on__lt=reminder.on).update(status=Reminder.Status.PASSED)
    _write(reminder, by=reminder.created_by)
    return True


def _write(reminder: Reminder, *, by: User | None) -> int:
    """A waiting notice for everybody whom the reminder is for."""
    with body_scope(reminder.body_id):
        ids = list(to_remind(reminder.round).order_by("name", "pk").values_list("pk", flat=True))
    Notice.objects.bulk_create(
        (Notice(body_id=reminder.body_id, participant_id=one, reminder=reminder) for one in ids), batch_size=PIECE
    )
    record(Verb.REMINDED, actor=by, body=reminder.body_id, target=reminder.round_id, count=len(ids))
    return len(ids)


def close_done() -> None:
    """Reminders of which no mail waits or is under way are done."""
    open_ones = Notice.objects.filter(
        reminder_id=OuterRef("pk"), status__in=[Notice.Status.WAITING, Notice.Status.SENDING]
    )
    begun = Reminder.objects.filter(status=Reminder.Status.BEGUN)
    begun.exclude(Exists(open_ones)).update(status=Reminder.Status.DONE)
