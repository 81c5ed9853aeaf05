"""A person deletes their own account: what they did for companies stays, without their name."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from organisations.membership import LastOwner, remove_from_body, remove_member
from organisations.models import User


class StillNeeded(Exception):
    """Companies of which the person is the last owner, bodies of which the last who directs: `places`, by name."""

    def __init__(self, places: list[str]) -> None:
        self.places = places
        super().__init__(len(places))


@transaction.atomic
def delete_account(user: User) -> None:
    """Leave every place, then end the account and every session of it. Raises StillNeeded; then nothing has changed."""
    needed: list[str] = []
    # In one order for everybody, as each takes the lock of its place.
    for membership in user.memberships.select_related("organisation").order_by("organisation_id"):
        try:
            remove_member(membership.organisation, membership.key, by=user)
        except LastOwner:
            needed.append(membership.organisation.name)
    for place in user.body_memberships.select_related("body").order_by("body_id"):
        try:
            remove_from_body(place.body, place.key, by=user)
        except LastOwner:
            needed.append(place.body.name)
    if needed:
        raise StillNeeded(needed)
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    user.delete()
