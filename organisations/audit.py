"""The audit log: what is recorded, how a line is appended, and how the whole is verified.

A line is appended in the transaction of what it tells of: where one fails, neither stands. It carries ids only.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Subquery
from django.utils import timezone

from organisations.models import AuditHead, AuditLine, User
from organisations.sealing import NOTHING_BEFORE, Entry, Fault, Head, faults, seal, seal_of_head

LINES_A_STATEMENT = 500


class Verb(StrEnum):
    """What is recorded. The pages word it: `organisations.audit_words`."""

    SIGNED_IN = "signed-in"
    SIGNED_OUT = "signed-out"
    SIGN_IN_FAILED = "sign-in-failed"
    LOCKED_OUT = "locked-out"
    COMPANY_FOUNDED = "company-founded"
    INVITED = "invited"
    INVITATION_REVOKED = "invitation-revoked"
    JOINED = "joined"
    ROLE_CHANGED = "role-changed"
    LEFT = "left"
    AFFILIATED = "affiliated"
    AFFILIATION_ENDED = "affiliation-ended"
    GRANTED = "granted"
    REVOKED = "revoked"
    READ = "read"
    APPLIED = "applied"
    CHECKED = "checked"
    SUBMITTED = "submitted"
    REOPENED = "reopened"
    EVIDENCE_ADDED = "evidence-added"
    EVIDENCE_REMOVED = "evidence-removed"
    REPORT_ORDERED = "report-ordered"
    REPORT_TAKEN = "report-taken"
    DATA_TAKEN = "data-taken"  # a submission, or the answers as they stand, as files for other programs
    EXPORTED = "exported"
    DELETION_ASKED = "deletion-asked"
    DELETION_CANCELLED = "deletion-cancelled"
    DELETED = "deleted"
    BODY_MADE = "body-made"
    ROUND_MADE = "round-made"
    ROUND_CHANGED = "round-changed"  # its last day, its hours of mail, its code
    LIST_CHANGED = "list-changed"  # companies added to a round's list, or taken off it
    ROUND_OPENED = "round-opened"  # somebody asked to invite everybody
    ROUND_INVITED = "round-invited"  # everybody on a round's list, in one line
    REMINDED = "reminded"
    FIGURES_READ = "figures-read"  # the figures of a round, with the companies that agreed to be named
    FIGURES_TAKEN = "figures-taken"  # a file made of them
    COPY_ORDERED = "copy-ordered"  # a body had the report of a company made, as the company shares it
    COPY_TAKEN = "copy-taken"  # and took it away
    BATCH_CANCELLED = "batch-cancelled"  # an order of many such reports
    BATCH_TAKEN_UP = "batch-taken-up"  # what failed in it, or was called off
    WORKSHOP_PLANNED = "workshop-planned"  # made or changed
    WORKSHOP_REMOVED = "workshop-removed"
    REVIEW_OPENED = "review-opened"  # an office goes through what was submitted
    REVIEW_FINISHED = "review-finished"
    REVIEW_REOPENED = "review-reopened"
    ENQUIRED = "enquired"  # an office asks back
    REPLIED = "replied"
    REPORT_SIGNED = "report-signed"  # a client report: by which step stands in the detail
    REPORT_RETURNED = "report-returned"
    REPORT_RELEASED = "report-released"
    SIGNED_REPORT_TAKEN = "signed-report-taken"  # a client report: as PDF, Word or data
    LETTERHEAD_CHANGED = "letterhead-changed"


@transaction.atomic
def record(
    verb: Verb,
    *,
    actor: User | None,
    organisation: UUID | None = None,
    body: UUID | None = None,
    target: object = "",
    **detail: Any,
) -> AuditLine:
    """Append a line. `target` is an id of what it is about; `detail` holds ids and code words, never what people typed.

    Writers queue on the head's row until their transaction ends: make it the last thing that a service does.
    """
    (line,) = _append(verb, [(organisation, target)], actor, body, detail)
    return line


@transaction.atomic
def record_each(
    verb: Verb, about: Iterable[tuple[UUID, object]], *, actor: User | None, body: UUID | None = None, **detail: Any
) -> None:
    """As `record`, a line for each company and target of `about`, in a few statements however many they are."""
    _append(verb, about, actor, body, detail)


def _append(
    verb: Verb,
    about: Iterable[tuple[UUID | None, object]],
    actor: User | None,
    body: UUID | None,
    detail: dict[str, Any],
) -> list[AuditLine]:
    head, key, now = _head(), _key(), timezone.now()
    number, before, lines = head.number, head.seal or NOTHING_BEFORE, []
    for organisation, target in about:
        number += 1
        entry = Entry(
            number=number,
            at=now,
            verb=verb.value,
            actor=str(actor.pk) if actor is not None and actor.pk else "",
            organisation=str(organisation or ""),
            body=str(body or ""),
            target=str(target)[:80],
            detail=detail,
        )
        before = seal(key, before, entry)
        lines.append(
            AuditLine(
                number=number,
                at=now,
                verb=entry.verb,
                actor=entry.actor,
                organisation=organisation,
                body=body,
                target=entry.target,
                detail=detail,
                seal=before,
            )
        )
    if lines:
        AuditLine.objects.bulk_create(lines, batch_size=LINES_A_STATEMENT)
        head.number, head.seal = number, before
        head.own_seal = seal_of_head(key, head.number, head.seal)
        head.save(update_fields=["number", "seal", "own_seal"])
    return lines


@dataclass
class Reading:
    """One pass over the whole log, in the state of a single moment although others go on writing."""

    kept: Mapping[int, str] = field(default_factory=dict)
    """Seals that were kept elsewhere, by number of line."""
    lines: int = 0
    """How many lines were read so far, and the number and the seal of the last of them."""
    number: int = 0
    last: str = ""

    def faults(self) -> Iterator[Fault]:
        """Every place where the log is not what was written. Memory does not grow with the log."""
        # The statement carries the head along: asked for by another one, it would count lines that came in between.
        head = {f"head_{name}": AuditHead.objects.filter(pk=1).values(name) for name in ("number", "seal", "own_seal")}
        rows = AuditLine.objects.order_by("number").annotate(**{name: Subquery(one) for name, one in head.items()})
        found = rows.iterator(chunk_size=2000)
        try:
            first = next(found, None)
            told = _told_by(first) if first is not None else _told(AuditHead.objects.filter(pk=1).first())
            yield from faults(_key(), self._counted(chain([first] if first else [], found)), told, self.kept)
        except ValueError:  # a time, an id or a detail that is none: who writes past Django can leave anything
            yield Fault("unreadable", self.number + 1)

    def _counted(self, rows: Iterable[AuditLine]) -> Iterator[tuple[Entry, str]]:
        for line in rows:
            entry = _entry(line)
            self.lines, self.number, self.last = self.lines + 1, line.number, line.seal
            yield entry, line.seal


def verify() -> Iterator[Fault]:
    """Every place where the log is not what was written: changed, missing and inserted lines. Reads it in order."""
    yield from Reading().faults()


def state() -> tuple[int, str]:
    """The number of lines and the last seal: what an operator keeps elsewhere, to compare with later."""
    head = AuditHead.objects.filter(pk=1).first()
    return (head.number, head.seal) if head is not None else (0, "")


def _head() -> AuditHead:
    found = AuditHead.objects.select_for_update().filter(pk=1).first()
    if found is None:
        AuditHead.objects.bulk_create([AuditHead(pk=1)], ignore_conflicts=True)
        found = AuditHead.objects.select_for_update().get(pk=1)
    return found


def _told(head: AuditHead | None) -> Head | None:
    return (head.number, head.seal, head.own_seal) if head is not None else None


def _told_by(line: Any) -> Head | None:
    """The head that the statement of `Reading` brought with each line."""
    return (line.head_number, line.head_seal, line.head_own_seal) if line.head_number is not None else None


def _entry(line: AuditLine) -> Entry:
    if line.at is None:  # SQLite gives None for a time that it cannot read
        raise ValueError(line.number)
    return Entry(
        number=line.number,
        at=line.at,
        verb=line.verb,
        actor=line.actor,
        organisation=str(line.organisation or ""),
        body=str(line.body or ""),
        target=line.target,
        detail=line.detail,
    )


def _key() -> bytes:
    return hmac.new(settings.AUDIT_KEY.encode(), b"organisations.audit", hashlib.sha256).digest()
