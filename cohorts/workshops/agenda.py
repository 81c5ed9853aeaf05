"""PURE. The timetable of a meeting: plain parts whose lengths add up to the length that was chosen. Minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Part = Literal["opening", "caution", "why", "talk", "tables", "break", "sharing", "closing"]
LENGTHS = (90, 120, 180)
MOST_TOPICS = 3
UNIT = 5
"""Every part takes a multiple of five minutes."""
_BEFORE: dict[int, tuple[tuple[Part, int], ...]] = {
    90: (("opening", 5), ("caution", 5)),
    120: (("opening", 10), ("caution", 5)),
    180: (("opening", 10), ("caution", 5)),
}
_AFTER: dict[int, tuple[tuple[Part, int], ...]] = {
    90: (("sharing", 10), ("closing", 5)),
    120: (("sharing", 15), ("closing", 10)),
    180: (("sharing", 20), ("closing", 10)),
}
_BREAK = {90: 0, 120: 0, 180: 10}


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of the meeting. `topic`: the place of its topic, from 0; None where it belongs to none."""

    part: Part
    topic: int | None
    minutes: int


def timetable(minutes: int, topics: int) -> tuple[Slot, ...]:
    """The parts in order. Raises ValueError for a length or a number of topics that is not offered.

    Each topic has three: why it is on the table, what companies tell, and work at the tables. The break of a long
    meeting stands in its middle, before the work at the tables of one topic or between two topics.
    """
    if minutes not in LENGTHS or not 1 <= topics <= MOST_TOPICS:
        raise ValueError(f"a meeting of {minutes} minutes on {topics} topics is not offered")
    frame = sum(length for _part, length in (*_BEFORE[minutes], *_AFTER[minutes])) + _BREAK[minutes]
    units, more = divmod((minutes - frame) // UNIT, topics)
    inside = [slot for topic in range(topics) for slot in _on(topic, units + (topic < more))]
    if pause := _BREAK[minutes]:
        inside.insert(_middle(inside, topics), Slot("break", None, pause))
    before, after = (tuple(Slot(part, None, length) for part, length in ends[minutes]) for ends in (_BEFORE, _AFTER))
    return (*before, *inside, *after)


def _on(topic: int, units: int) -> Iterator[Slot]:
    why, talk = max(1, units // 5), max(1, units * 3 // 10)
    yield Slot("why", topic, why * UNIT)
    yield Slot("talk", topic, talk * UNIT)
    yield Slot("tables", topic, (units - why - talk) * UNIT)


def _middle(inside: list[Slot], topics: int) -> int:
    if topics == 1:
        return next(number for number, slot in enumerate(inside) if slot.part == "tables")
    half = (topics + 1) // 2
    return next(number for number, slot in enumerate(inside) if slot.topic == half)


def clock(start: dt.time, slots: tuple[Slot, ...]) -> tuple[tuple[dt.time, dt.time], ...]:
    """From when until when each part lasts, where the meeting begins at `start` (it ends on the same day)."""
    found, now = [], dt.datetime.combine(dt.date(2000, 1, 1), start)
    for slot in slots:
        until = now + dt.timedelta(minutes=slot.minutes)
        found.append((now.time(), until.time()))
        now = until
    return tuple(found)


def ends_on_another_day(start: dt.time, minutes: int) -> bool:
    """Whether a meeting would last beyond midnight."""
    return start.hour * 60 + start.minute + minutes > 24 * 60
