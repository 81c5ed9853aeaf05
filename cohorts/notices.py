"""Sending a round's mails: invitations and reminders, each at most once for its step, also after a crash.

Each mail is a row (`Notice`). It is claimed in a transaction of its own, then sent, then noted. One that was claimed
and not noted for LEASE becomes UNSURE: its worker was killed, and nobody knows whether the mail went. It is sent again
only when a coordinator says so (`again`).
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation

from cohorts import reminding
from cohorts.addressees import hours_of, to_write_to
from cohorts.links import link_for, start_page
from cohorts.models import Notice, Participant, Reminder
from cohorts.reminding import NotUnderWay, Ring
from organisations.audit import Verb, record
from organisations.inviting import DAYS, extend
from organisations.mailing import NotMailed, connect, hang_up, post
from organisations.models import Round, User
from organisations.scoping import body_scope

log = logging.getLogger(__name__)
LEASE = dt.timedelta(minutes=10)
"""A mail server that hangs gives up long before."""
MOST_A_RUN, SECONDS_A_RUN = 100, 20.0
"""So much at a time: a report that somebody waits for is made in between."""
MOST_REFUSED_IN_A_ROW = 5
"""A server that refuses every mail is left alone until the next run."""
Status = Notice.Status


@dataclass(frozen=True, slots=True)
class Run:
    """What one run did: how many reminders began, how many mails went, and whether it stopped with more to send."""

    begun: int
    sent: int
    more: bool


def send_due(now: dt.datetime | None = None) -> Run:
    """Begin the reminders that are due, and send what waits and may go at this moment, a slice of it."""
    now = now or timezone.now()
    lost = Notice.objects.filter(status=Status.SENDING, claimed_at__lt=timezone.now() - LEASE)
    if unsure := lost.update(status=Status.UNSURE, ended_at=timezone.now()):
        log.warning("%d mails were under way when their worker was lost; a coordinator decides about them", unsure)
    begun = reminding.begin_due(now)
    waiting = list(_queue(now).values_list("pk", flat=True)[: MOST_A_RUN + 1])
    sent, more = _send(waiting, timezone.localdate(now)) if waiting else (0, False)
    reminding.close_done()
    return Run(begun, sent, more)


def _queue(now: dt.datetime) -> Any:
    """What waits and may go now, the oldest first. What somebody asked for by hand keeps to no hours."""
    by_hand = Q(reminder__isnull=True) | Q(reminder__on__isnull=True)
    planned = Round.objects.filter(reminders__status=Reminder.Status.BEGUN, reminders__on__isnull=False).distinct()
    open_now = [one.pk for one in planned if hours_of(one).allow(now)]
    waiting = Notice.objects.filter(by_hand | Q(reminder__round__in=open_now), status=Status.WAITING)
    return waiting.order_by("created_at", "pk")


def _send(waiting: list[UUID], today: dt.date) -> tuple[int, bool]:
    """How many went, and whether it stopped with more to send."""
    until = time.monotonic() + SECONDS_A_RUN
    sent = refused = 0
    try:
        connection = connect()
    except NotMailed:
        return 0, False  # nothing was claimed; the next run tries again
    try:
        for pk in waiting[:MOST_A_RUN]:
            if time.monotonic() > until:
                return sent, True
            ended = _send_one(pk, today, connection)
            if ended == Status.SENT:
                sent, refused = sent + 1, 0
            elif ended in (Status.FAILED, Status.UNSURE):
                refused += 1
                if refused == MOST_REFUSED_IN_A_ROW:
                    log.error("the mail server refuses every mail; the next run tries again with the others")
                    return sent, False
                hang_up(connection)
                connection = connect()
    except NotMailed:
        return sent, False
    finally:
        hang_up(connection)
    return sent, len(waiting) > MOST_A_RUN


def _send_one(pk: UUID, today: dt.date, connection: BaseEmailBackend) -> Notice.Status | None:
    """How the mail ended; None where another worker has it."""
    claimed = timezone.now()
    if not Notice.objects.filter(pk=pk, status=Status.WAITING).update(status=Status.SENDING, claimed_at=claimed):
        return None
    try:
        ended = _mail(pk, today, connection)
    except Exception:
        # Whether it went is not known: from here on a person decides.
        log.exception("notice %s: cut off", pk)
        ended = Status.UNSURE
    # By the moment of the claim: whoever was so slow that the row counts as lost, or was sent again, has no say in it.
    Notice.objects.filter(pk=pk, claimed_at=claimed, status__in=[Status.SENDING, Status.UNSURE]).update(
        status=ended, ended_at=timezone.now()
    )
    return ended


def _mail(pk: UUID, today: dt.date, connection: BaseEmailBackend) -> Notice.Status:
    """Send a claimed notice, where it is still needed at this moment."""
    notice = Notice.objects.select_related("participant__round__body", "reminder").get(pk=pk)
    within = notice.participant.round
    with body_scope(notice.body_id), translation.override("ja"):
        to = _still_needed(notice, today)
        if to is None:
            return Status.DROPPED
        joined = to.organisation_id is not None
        if not joined and not extend(to.invitation):
            return Status.DROPPED
        context = {
            "round": within,
            "network": within.body.name,
            "company": to.name,
            "words": notice.reminder.words if notice.reminder else "",
            "link": start_page(within) if joined else link_for(within, to.invitation),
            "days": None if joined else DAYS,
        }
        template = "cohorts/mail/reminder" if notice.reminder else "cohorts/mail/invitation"
        try:
            post(template, to.address, context, connection=connection)
        except NotMailed:
            return Status.FAILED
    return Status.SENT


def _still_needed(notice: Notice, today: dt.date) -> Any:
    """The participant with its address; None where the round is over, or the company submitted, left, was uninvited, or
    came by another way while its invitation waited."""
    participant: Participant = notice.participant
    if participant.round.closes_on < today:
        return None
    joined_since = participant.joined_at is not None and participant.joined_at > notice.created_at
    if notice.reminder_id is None and joined_since:
        return None
    found = to_write_to(participant.round).exclude(address="").select_related("invitation")
    return found.filter(pk=participant.pk).first()


def again(within: Round, *, reminder: Reminder | None, status: Notice.Status, by: User, ring: Ring) -> int:
    """Let the mails of a step (a reminder; None: the invitations) that failed, or of which nobody knows, wait anew.

    Returns how many. Raises NotUnderWay where the round is over.
    """
    if within.closes_on < timezone.localdate():
        raise NotUnderWay
    if status not in (Status.FAILED, Status.UNSURE):
        raise ValueError(status)
    with transaction.atomic():
        rows = Notice.objects.filter(participant__round=within, reminder=reminder, status=status)
        count = rows.update(status=Status.WAITING, claimed_at=None, ended_at=None)
        if count:
            if reminder is not None:
                Reminder.objects.filter(pk=reminder.pk).update(status=Reminder.Status.BEGUN)
            verb = Verb.REMINDED if reminder else Verb.ROUND_INVITED
            record(verb, actor=by, body=within.body_id, target=within.pk, count=count, again=True)
            transaction.on_commit(ring)
    return count
