"""Consent: what a company lets a network or an office see. Given and taken back by an owner, effective at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from organisations.audit import Verb, record
from organisations.consent import What, check_term, with_dependants, with_needs
from organisations.models import Affiliation, AuditLine, Body, Grant, Organisation, User


class NotAffiliated(Exception):
    """The company does not belong to this body, so there is nobody to share with."""


class NothingShared(ValueError):
    """No kind of data was chosen."""


@dataclass(frozen=True, slots=True)
class Shared:
    """One body that the company belongs to, with the consents that hold."""

    affiliation: Affiliation
    grants: tuple[Grant, ...]

    @property
    def body(self) -> Body:
        return self.affiliation.body


def sharing() -> tuple[Shared, ...]:
    """The bodies of the company in scope with what is shared with each now. Two queries."""
    active: dict[UUID, list[Grant]] = {}
    order = list(What)
    for grant in Grant.objects.active().select_related("granted_by"):
        active.setdefault(grant.body_id, []).append(grant)
    return tuple(
        Shared(found, tuple(sorted(active.get(found.body_id, []), key=lambda grant: order.index(What(grant.what)))))
        for found in Affiliation.objects.filter(ended_at__isnull=True).select_related("body")
    )


def ended_grants(limit: int = 50) -> list[Grant]:
    """Consents of the company in scope that hold no longer, the latest first."""
    active = Grant.objects.active().values("pk")
    return list(Grant.objects.exclude(pk__in=active).select_related("body", "granted_by", "revoked_by")[:limit])


def reads(organisation: Organisation, limit: int = 100) -> list[AuditLine]:
    """What other bodies looked at, the latest first."""
    return list(AuditLine.objects.filter(organisation=organisation.pk, verb=Verb.READ).order_by("-number")[:limit])


@transaction.atomic
def grant(
    organisation: Organisation,
    body_id: UUID,
    chosen: Iterable[What],
    *,
    purpose: str,
    until: dt.date,
    by: User,
) -> list[Grant]:
    """Share `chosen` (and what that carries with it) with a body that the company belongs to, from now until the end of
    the day `until`. What was shared with it before ends: the new consent takes its place.

    Raises NotAffiliated, NothingShared, and InvalidTerm where `until` is past or too far away.
    """
    affiliation = Affiliation.objects.select_for_update().filter(body_id=body_id, ended_at__isnull=True).first()
    if affiliation is None:
        raise NotAffiliated
    wanted = with_needs(chosen)
    if not wanted:
        raise NothingShared
    check_term(until, timezone.localdate())
    Grant.objects.filter(body_id=body_id, revoked_at__isnull=True).update(revoked_at=timezone.now(), revoked_by=by)
    made = Grant.objects.bulk_create(
        Grant(
            organisation=organisation,
            body_id=body_id,
            what=what.value,
            purpose=purpose,
            until=until,
            granted_by=by,
        )
        for what in What
        if what in wanted
    )
    record(
        Verb.GRANTED,
        actor=by,
        organisation=organisation.pk,
        body=body_id,
        what=[one.what for one in made],
        until=until.isoformat(),
    )
    return made


@transaction.atomic
def revoke(organisation: Organisation, grant_id: UUID, *, by: User) -> list[What]:
    """End a consent and those that rest on it, at once. Returns what ended: nothing where it had ended already.

    Raises Grant.DoesNotExist for a consent of another company.
    """
    found = Grant.objects.get(pk=grant_id)
    ending = with_dependants(What(found.what))
    standing = Grant.objects.filter(
        body_id=found.body_id, revoked_at__isnull=True, what__in=[what.value for what in ending]
    )
    ended = [What(what) for what in standing.values_list("what", flat=True)]
    if found.revoked_at is not None or not ended:
        return []
    standing.update(revoked_at=timezone.now(), revoked_by=by)
    record(
        Verb.REVOKED,
        actor=by,
        organisation=organisation.pk,
        body=found.body_id,
        what=sorted(what.value for what in ended),
    )
    return ended


@transaction.atomic
def end_affiliation(affiliation: Affiliation, *, by: User) -> None:
    """The company and the body part, from either side: every consent between them ends with it."""
    now = timezone.now()
    ended = Affiliation.objects.filter(pk=affiliation.pk, ended_at__isnull=True).update(ended_at=now)
    if not ended:
        return
    Grant.objects.filter(
        organisation_id=affiliation.organisation_id, body_id=affiliation.body_id, revoked_at__isnull=True
    ).update(revoked_at=now, revoked_by=by)
    record(Verb.AFFILIATION_ENDED, actor=by, organisation=affiliation.organisation_id, body=affiliation.body_id)
