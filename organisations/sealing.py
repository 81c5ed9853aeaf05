"""PURE. The chain of the audit log: each line is sealed over its own content and the seal of the line before.

What a log proves by itself ends with its key and its age: who has the key can write another log, and who restores an
older state of lines and head restores a whole log. Both show against a line's seal that was kept elsewhere (`kept`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NOTHING_BEFORE = "0" * 64
Head = tuple[int, str, str]
"""The log's length, its last seal, and the seal over both."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one line of the log says."""

    number: int
    at: dt.datetime
    verb: str
    actor: str
    organisation: str
    body: str
    target: str
    detail: Mapping[str, Any]

    def content(self) -> bytes:
        """The bytes that are sealed: the same entry gives the same bytes on any machine and database."""
        at = self.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
        told = [self.number, at, self.verb, self.actor, self.organisation, self.body, self.target, self.detail]
        return json.dumps(told, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


def seal(key: bytes, before: str, entry: Entry) -> str:
    """HMAC-SHA-256, as hex, over `entry` and the seal `before` it. `key` is secret: who has only the database cannot
    seal a changed log anew."""
    return hmac.new(key, before.encode() + b"\n" + entry.content(), hashlib.sha256).hexdigest()


def seal_of_head(key: bytes, number: int, last: str) -> str:
    """The seal of the log's length and last seal."""
    return hmac.new(key, f"head\n{number}\n{last}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where the log is not what was written."""

    kind: str
    """changed, missing, inserted; head (what says how long the log is was changed or set back, so that lines may be
    missing behind `number`); kept (the line is not the one whose seal was kept elsewhere); unreadable (what stands
    there is no line at all, and nothing behind it was read)."""
    number: int
    """The line, or the first of the lines that are missing."""
    until: int = 0
    """The last of the lines that are missing. The one behind them cannot be checked: its seal rests on what is gone."""


def faults(
    key: bytes, lines: Iterable[tuple[Entry, str]], head: Head | None, kept: Mapping[int, str] | None = None
) -> Iterator[Fault]:
    """Every fault of a log, given with its seals in order of number, and its head. `kept`: seals by number of line.

    A changed line does not taint the ones behind it: each is checked against the seal that stands before it, or that
    ought to stand there. Reads `lines` once and holds one of them.
    """
    waiting = dict(kept or {})
    told = head is not None and _same(head[2], seal_of_head(key, head[0], head[1]))
    length = head[0] if head is not None and told else None
    before, ought, expected = NOTHING_BEFORE, NOTHING_BEFORE, 1
    for entry, sealed in lines:
        if entry.number < expected:
            yield Fault("inserted", entry.number)
            continue
        if entry.number > expected:
            yield Fault("missing", expected, entry.number - 1)
            ought = sealed
        else:
            own = seal(key, before, entry)
            if not _same(sealed, own) and ought != before:
                own = seal(key, ought, entry)
            if not _same(sealed, own):
                beyond = length is not None and entry.number > length
                yield Fault("inserted" if beyond else "changed", entry.number)
            ought = own
        if (known := waiting.pop(entry.number, None)) is not None and not _same(known, sealed):
            yield Fault("kept", entry.number)
        before, expected = sealed, entry.number + 1
    if head is None or not told:
        if expected > 1 or head is not None:  # a log that was never begun has neither lines nor head
            yield Fault("head", expected - 1)
    elif head[0] >= expected:
        yield Fault("missing", expected, head[0])
    elif head[0] < expected - 1 or head[1] not in {before, ought}:
        yield Fault("head", head[0])
    for number in sorted(waiting):
        yield Fault("kept", number)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
