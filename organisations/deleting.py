"""A company's wish to be deleted: asked for by an owner, carried out after a delay, taken back by any owner until then.

What is due is deleted by `reports.deleting`, which knows everything that a company has.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from organisations.audit import Verb, record
from organisations.mailing import NotMailed, post
from organisations.models import Grant, Membership, Organisation, User
from organisations.policy import Role

log = logging.getLogger(__name__)


class WrongName(ValueError):
    """What was typed is not the company's name."""


class AlreadyAsked(Exception):
    """The company waits for its deletion already."""


class NotAsked(Exception):
    """There is no deletion to take back."""


def delay() -> dt.timedelta:
    """How long a company waits between the wish and its deletion."""
    return dt.timedelta(days=settings.DELETION_DELAY_DAYS)


def ask(organisation: Organisation, *, typed: str, by: User, link: str) -> dt.datetime:
    """Delete the company of the scope after the delay. Returns the moment after which it goes.

    What it shares ends at once: from this moment nobody outside reads anything. All owners are told by mail; `link` is
    the page where they can take it back. Raises WrongName and AlreadyAsked.
    """
    with transaction.atomic():
        found = Organisation.objects.select_for_update().get(pk=organisation.pk)
        if found.delete_after is not None:
            raise AlreadyAsked
        if typed.strip() != found.name.strip():
            raise WrongName(typed)
        now = timezone.now()
        found.delete_after = now + delay()
        found.save(update_fields=["delete_after"])
        standing = Grant.objects.filter(revoked_at__isnull=True)
        ended = list(standing.order_by("body_id", "what").values_list("body_id", "what"))
        standing.update(revoked_at=now, revoked_by=by)
        for body_id in dict(ended):
            what = [kind for owner, kind in ended if owner == body_id]
            record(Verb.REVOKED, actor=by, organisation=found.pk, body=body_id, what=what)
        record(Verb.DELETION_ASKED, actor=by, organisation=found.pk, after=found.delete_after.isoformat())
    organisation.delete_after = found.delete_after
    _tell_owners("deletion_asked", organisation, by=by, link=link)
    return found.delete_after


def cancel(organisation: Organisation, *, by: User, link: str) -> None:
    """The company stays. Consents that ended with the wish stay ended. Raises NotAsked, also where it is too late."""
    with transaction.atomic():
        found = Organisation.objects.select_for_update().filter(pk=organisation.pk, delete_after__isnull=False).first()
        # Once the deletion has begun nobody belongs to the company any more, whoever came through the door before.
        if found is None or not Membership.objects.filter(organisation=found, user=by, role=Role.OWNER).exists():
            raise NotAsked
        found.delete_after = None
        found.save(update_fields=["delete_after"])
        record(Verb.DELETION_CANCELLED, actor=by, organisation=found.pk)
    organisation.delete_after = None
    _tell_owners("deletion_cancelled", organisation, by=by, link=link)


def _tell_owners(name: str, organisation: Organisation, *, by: User, link: str) -> None:
    """One mail an owner. A mail that is not taken stops nothing: the company's page tells the same to all."""
    context = {"organisation": organisation, "by": by, "link": link}
    owners = Membership.objects.filter(organisation=organisation, role=Role.OWNER).select_related("user")
    for owner in owners.order_by("pk"):
        try:
            post(f"organisations/mail/{name}", owner.user.email, context)
        except NotMailed:
            log.warning("company %s: an owner was not told of %s", organisation.pk, name)
