"""Opening a round: everybody is invited by a job that goes on where it was cut off, and invites nobody twice.

A chunk is one transaction under the round's lock, so that a worker that is killed leaves whole chunks behind and two
workers take turns. A round counts as open when nobody is left to invite (`opened_at`). Companies that come on the list
later wait until somebody asks again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from cohorts.models import Notice, Participant
from cohorts.participants import enter_all
from cohorts.rounds import RoundOver, not_entered, uninvited
from organisations.audit import Verb, record
from organisations.inviting import invite_companies
from organisations.models import Invitation, Round, User
from organisations.scoping import body_scope

log = logging.getLogger(__name__)
CHUNK = 400
Ring = Callable[[], None]


def invite_everybody(within: Round, *, origin: str, by: User, ring: Ring) -> bool:
    """Open the round; of one that is open, invite those who came on its list since. The worker does it (`go_on`).

    `origin`: the address of this site, with which the links in the mails begin. False where there is nothing to do.
    Raises RoundOver.
    """
    with transaction.atomic():
        found = Round.objects.select_for_update().get(pk=within.pk)
        if found.closes_on < timezone.localdate():
            raise RoundOver
        count = uninvited(found).count()
        if found.opening_at is not None and (found.opened_at is None or not count):
            return False
        first = found.opening_at is None
        found.opening_at, found.origin = timezone.now(), origin.rstrip("/")
        found.save(update_fields=["opening_at", "origin"])
        transaction.on_commit(ring)
        if first:
            record(Verb.ROUND_OPENED, actor=by, body=found.body_id, target=found.pk)
        else:
            record(Verb.ROUND_INVITED, actor=by, body=found.body_id, target=found.pk, count=count)
    return True


def go_on() -> int:
    """Invite whoever waits, in every round that somebody asked to open. Returns how many companies were invited."""
    asked = Round.objects.filter(opening_at__isnull=False, closes_on__gte=timezone.localdate())
    invited = 0
    for round_id, body_id in asked.order_by("opening_at").values_list("pk", "body_id"):
        try:
            with body_scope(body_id):
                while (done := _chunk(round_id)) is not None:
                    invited += done
        except Exception:
            log.exception("round %s: cut off while inviting; the next run goes on", round_id)
    return invited


@transaction.atomic
def _chunk(round_id: UUID) -> int | None:
    """One step: companies of the network enter the round, or some of those who wait are invited, or it counts as open.
    Returns how many were invited; None where nothing was left to do."""
    within = Round.objects.select_for_update(of=("self",)).select_related("body").get(pk=round_id)
    if within.opened_at is None:
        members = not_entered(within).select_related("organisation")[:CHUNK]
        if companies := [one.organisation for one in members]:
            enter_all(within, companies, source=Participant.Source.MEMBER)
            return 0
    if waiting := list(_to_invite(within)[:CHUNK]):
        _invite(within, waiting)
        return len(waiting)
    if within.opened_at is None:
        within.opened_at = timezone.now()
        within.save(update_fields=["opened_at"])
        everybody = Participant.objects.filter(round=within, invited_at__isnull=False).count()
        record(Verb.ROUND_INVITED, actor=None, body=within.body_id, target=within.pk, count=everybody)
    return None


def _to_invite(within: Round) -> QuerySet[Participant]:
    """Who came on the list before somebody last asked; when the round opens, also those who belong to the network."""
    asked = Q(added_at__lte=within.opening_at)
    if within.opened_at is not None:
        return uninvited(within).filter(asked).order_by("pk")
    members = Q(organisation__isnull=False)
    return Participant.objects.filter(asked | members, round=within, invited_at__isnull=True).order_by("pk")


def _invite(within: Round, waiting: list[Participant]) -> None:
    """A mail for each, which waits to be sent; who has not joined gets an invitation with it."""
    invite_companies(within.body, (one.email for one in waiting if one.organisation_id is None))
    theirs = Invitation.objects.waiting().filter(role="", email=OuterRef("email")).values("pk")[:1]
    rows = Participant.objects.filter(pk__in=[one.pk for one in waiting])
    rows.filter(organisation__isnull=True).update(invitation=Subquery(theirs))
    rows.update(invited_at=timezone.now())
    Notice.objects.bulk_create(Notice(body_id=within.body_id, participant=one) for one in waiting)
