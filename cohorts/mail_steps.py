"""What of a round's mails went out, step by step: the invitations, and each reminder."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils import timezone

from cohorts.addressees import hours_of
from cohorts.models import Notice, Reminder
from organisations.models import Round

Status = Notice.Status


@dataclass(frozen=True, slots=True)
class Step:
    """The invitations (`reminder` None), or one reminder, with its mails by how they stand."""

    reminder: Reminder | None
    mails: Mapping[str, int]
    sent_on: dt.date | None
    """On which day what is planned goes: at a weekend, the next weekday."""

    @property
    def planned(self) -> bool:
        return self.reminder is not None and self.reminder.status == Reminder.Status.PLANNED

    @property
    def waiting(self) -> int:
        return self.mails.get(Status.WAITING, 0) + self.mails.get(Status.SENDING, 0)

    @property
    def sent(self) -> int:
        return self.mails.get(Status.SENT, 0)

    @property
    def failed(self) -> int:
        return self.mails.get(Status.FAILED, 0)

    @property
    def unsure(self) -> int:
        return self.mails.get(Status.UNSURE, 0)

    @property
    def dropped(self) -> int:
        return self.mails.get(Status.DROPPED, 0)


def steps(within: Round) -> list[Step]:
    """The invitations where there are any, then the reminders by the day on which they began or are planned; those that
    were called off are left out. Two statements."""
    found: dict[UUID | None, dict[str, int]] = defaultdict(dict)
    mails = Notice.objects.filter(participant__round=within).order_by()
    for reminder_id, status, number in mails.values_list("reminder", "status").annotate(number=Count("pk")):
        found[reminder_id][status] = number
    hours = hours_of(within)
    made = [Step(None, found[None], None)] if found[None] else []
    reminders = list(Reminder.objects.filter(round=within).exclude(status=Reminder.Status.CANCELLED))
    reminders.sort(key=lambda one: (_day(one), one.begun_at is None, one.created_at))
    return made + [Step(one, found[one.pk], hours.sent_on(one.on) if one.on else None) for one in reminders]


def _day(reminder: Reminder) -> dt.date:
    if reminder.begun_at is not None:
        return timezone.localdate(reminder.begun_at)
    return reminder.on or timezone.localdate(reminder.created_at)


def troubled(within: Round) -> QuerySet[Notice]:
    """Mails that failed, or of which nobody knows, with the companies that they were for."""
    rows = Notice.objects.filter(participant__round=within, status__in=[Status.FAILED, Status.UNSURE])
    return rows.select_related("participant", "reminder").order_by("participant__name", "created_at")
