"""PURE. The chain of the audit log: each line is sealed over its own content and the seal of the line before."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NOTHING_BEFORE = "0" * 64


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
    """One place where the log is not what was written. `kind`: changed, missing, inserted, or head."""

    kind: str
    number: int
    """The line, or the first of the lines that are missing."""


def faults(key: bytes, lines: Iterable[tuple[Entry, str]], head: tuple[int, str, str] | None) -> Iterator[Fault]:
    """Every fault of a log, given with its seals in order of number, and its head as (number, seal, own seal).

    A changed line does not taint the ones behind it: each is checked against the seal that stands before it. A line
    that was put in, or one whose neighbours were renumbered to close a gap, does not fit what stands before it.
    """
    before, expected = NOTHING_BEFORE, 1
    for entry, sealed in lines:
        if entry.number > expected:
            yield Fault("missing", expected)
        elif entry.number < expected:
            yield Fault("inserted", entry.number)
        # After a gap the seal before is gone with the missing line; nothing can be said of this one but by the next.
        if entry.number <= expected and not hmac.compare_digest(sealed, seal(key, before, entry)):
            yield Fault("changed", entry.number)
        before, expected = sealed, entry.number + 1
    number, last, own = head or (0, NOTHING_BEFORE, "")
    if not (head is None and expected == 1) and not hmac.compare_digest(own, seal_of_head(key, number, last)):
        yield Fault("head", number)
    if number >= expected:
        yield Fault("missing", expected)
    elif number != expected - 1 or last != before:
        yield Fault("inserted" if number < expected - 1 else "changed", max(number, 1))
