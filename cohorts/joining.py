"""Joining a network with the code of one of its rounds."""

from __future__ import annotations

import re
import unicodedata

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from organisations.audit import Verb, record
from organisations.inviting import affiliate
from organisations.models import Body, Invitation, Organisation, Round, User
from organisations.scoping import body_scope


class UnknownCode(LookupError):
    """The code opens nothing: mistyped, renewed since, or of a round that is over. Which of these is not told."""


def plain_code(typed: str) -> str:
    """A code as it is kept: people write it in small or full-width letters, with spaces and hyphens."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", typed)).upper()


def round_of(typed: str) -> Round:
    """The round of a code, until its last day. Raises UnknownCode."""
    under_way = Round.objects.select_related("body").filter(closes_on__gte=timezone.localdate())
    found = under_way.filter(join_code=plain_code(typed)).first()
    if found is None:
        raise UnknownCode
    return found


@transaction.atomic
def join(typed: str, organisation: Organisation, *, by: User) -> tuple[Round, bool]:
    """The company, of which `by` is an owner, belongs to the network of the code's round from now on, and stands in all
    its rounds that have not ended. Whether it is new there. Raises UnknownCode and organisations.inviting.NotOwner.
    """
    within = round_of(typed)
    invitation = _taken_up(within.body, by)
    new = affiliate(organisation, within.body, by=by, invitation_id=invitation.pk if invitation else None)
    if new:
        record(
            Verb.AFFILIATED, actor=by, organisation=organisation.pk, body=within.body_id, target=within.pk, code=True
        )
    return within, new


def _taken_up(body: Body, by: User) -> Invitation | None:
    """The invitation that waits at one of the person's own addresses: whoever comes by the code has come."""
    proven = EmailAddress.objects.filter(user=by, verified=True).values_list("email", flat=True)
    with body_scope(body.pk):
        waiting = Invitation.objects.waiting().select_for_update().filter(role="")
        found: Invitation | None = waiting.filter(email__in=[address.lower() for address in proven]).first()
    if found is not None:
        found.accepted_by, found.accepted_at = by, timezone.now()
        found.save(update_fields=["accepted_by", "accepted_at"])
    return found
