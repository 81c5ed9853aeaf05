"""The audit log: what is recorded, how a line is appended, and how the whole is verified.

A line is appended in the transaction of what it tells of: where one fails, neither stands. It carries ids only.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from organisations.models import AuditHead, AuditLine, User
from organisations.sealing import NOTHING_BEFORE, Entry, Fault, faults, seal, seal_of_head


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
    EXPORTED = "exported"
    DELETION_ASKED = "deletion-asked"
    DELETION_CANCELLED = "deletion-cancelled"
    DELETED = "deleted"
    BODY_MADE = "body-made"
    ROUND_OPENED = "round-opened"


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
    head = _head()
    entry = Entry(
        number=head.number + 1,
        at=timezone.now(),
        verb=verb.value,
        actor=str(actor.pk) if actor is not None and actor.pk else "",
        organisation=str(organisation or ""),
        body=str(body or ""),
        target=str(target)[:80],
        detail=detail,
    )
    key = _key()
    before = head.seal or NOTHING_BEFORE
    line = AuditLine.objects.create(
        number=entry.number,
        at=entry.at,
        verb=entry.verb,
        actor=entry.actor,
        organisation=organisation,
        body=body,
        target=entry.target,
        detail=detail,
        seal=seal(key, before, entry),
    )
    head.number, head.seal = line.number, line.seal
    head.own_seal = seal_of_head(key, head.number, head.seal)
    head.save(update_fields=["number", "seal", "own_seal"])
    return line


def verify() -> Iterator[Fault]:
    """Every place where the log is not what was written: changed, missing and inserted lines. Reads it in order."""
    head = AuditHead.objects.filter(pk=1).first()
    told = (head.number, head.seal or NOTHING_BEFORE, head.own_seal) if head is not None else None
    lines = ((_entry(line), line.seal) for line in AuditLine.objects.order_by("number").iterator(chunk_size=2000))
    yield from faults(_key(), lines, told)


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


def _entry(line: AuditLine) -> Entry:
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
