"""PURE. Places ordered actions into three-month periods under a limit of person-days, prerequisites first."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from assessments.planning.ordering import RankedAction

WEEKS_PER_QUARTER = 13
PERSON_DAYS_PER_QUARTER = 20
"""One person, one day and a half a week: what a small firm without a specialist can give beside its daily work."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three calendar months, `number` counted from 1."""

    number: int
    start: dt.date
    end: dt.date


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """An action with the quarter in which it is done; None beyond the horizon."""

    ranked: RankedAction
    quarter: Quarter | None


def quarters(start: dt.date, count: int = 4) -> tuple[Quarter, ...]:
    """`count` periods of three months from the month after `start`."""
    found = []
    for number in range(count):
        found.append(
            Quarter(
                number + 1,
                _month(start, 1 + 3 * number),
                _month(start, 4 + 3 * number) - dt.timedelta(days=1),
            )
        )
    return tuple(found)


def _month(start: dt.date, offset: int) -> dt.date:
    months = start.year * 12 + start.month - 1 + offset
    return dt.date(months // 12, months % 12 + 1, 1)


def place(
    ordered: Sequence[RankedAction], start: dt.date, *, person_days: int = PERSON_DAYS_PER_QUARTER, horizon: int = 4
) -> tuple[PlannedAction, ...]:
    """Give each action, in order, the first quarters with person-days left after its prerequisites end.

    The target is the quarter in which both its effort and its weeks are done. Raises ValueError for no person-days.
    """
    if person_days < 1:
        raise ValueError("person_days must be at least 1")
    periods = quarters(start, horizon)
    used: dict[int, int] = defaultdict(int)
    ends: dict[str, int] = {}
    planned = []
    for ranked in ordered:
        action = ranked.action
        week = max((ends.get(name, 0) for name in action.requires), default=0)
        quarter = week // WEEKS_PER_QUARTER
        while used[quarter] >= person_days:
            quarter += 1
        week = max(week, quarter * WEEKS_PER_QUARTER)
        left = action.person_days
        while True:
            taken = min(left, person_days - used[quarter])
            used[quarter] += taken
            left -= taken
            if not left:
                break
            quarter += 1
        ends[action.id] = max(week + action.weeks, quarter * WEEKS_PER_QUARTER + 1)
        target = (ends[action.id] - 1) // WEEKS_PER_QUARTER
        planned.append(PlannedAction(ranked, periods[target] if target < horizon else None))
    return tuple(planned)
