"""PURE. When a round's mails may be sent: between two hours of the day in Japan, on weekdays unless it says otherwise.

Public holidays are days like others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")
SATURDAY = 5
PROPOSED_DAYS = (14, 7, 1)
"""So many days before the last one it is usual to remind."""


@dataclass(frozen=True, slots=True)
class MailHours:
    """From the hour `hour_from` until the hour `hour_until` begins."""

    hour_from: int = 9
    hour_until: int = 17
    weekdays_only: bool = True

    def allow(self, moment: dt.datetime) -> bool:
        """Whether a mail may go at this moment, which knows its time zone."""
        local = moment.astimezone(JAPAN)
        return self.allow_on(local.date()) and self.hour_from <= local.hour < self.hour_until

    def allow_on(self, day: dt.date) -> bool:
        """Whether mails may go on this day."""
        return not self.weekdays_only or day.weekday() < SATURDAY

    def sent_on(self, planned: dt.date) -> dt.date:
        """The day on which a mail goes that was planned for `planned`: that day, or the next weekday."""
        return next(day for day in _days(planned, 1) if self.allow_on(day))

    def at_the_latest(self, day: dt.date) -> dt.date:
        """`day`, or the last weekday before it."""
        return next(day for day in _days(day, -1) if self.allow_on(day))


def proposals(
    closes_on: dt.date, *, today: dt.date, hours: MailHours, taken: Collection[dt.date] = ()
) -> list[dt.date]:
    """Days to remind on that are still to come and not `taken`, the first one first."""
    days = {hours.at_the_latest(closes_on - dt.timedelta(days=before)) for before in PROPOSED_DAYS}
    return sorted(day for day in days if day > today and day not in taken)


def _days(first: dt.date, step: int) -> list[dt.date]:
    """A week of days, forwards or backwards: one of them is a weekday."""
    return [first + dt.timedelta(days=step * number) for number in range(7)]
