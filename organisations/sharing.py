"""Consent: what a company lets a network or an office see. Given and taken back by an owner, effective at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from organisations.audit import Verb, record
from organisations.consent import COUNTED, NAMED, What, check_term, offered, with_dependants, with_needs
from organisations.models import Affiliation, Body, Grant, Organisation, User


class NotAffiliated(Exception):
    """The company does not belong to this body, so there is nobody to share with."""


class NothingShared(ValueError):
    """No kind of data was chosen."""


class NotOffered(ValueError):
    """Something was chosen that cannot be shared with this kind of body: an office makes no figures of groups."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What was given together: for one purpose, until one day, by one person."""

    first: Grant
    kinds: tuple[tuple[Grant, tuple[What, ...]], ...]
    """Each grant, with the others of the same body that end when it ends."""


@dataclass(frozen=True, slots=True)
class Shared:
    """One body that the company belongs to, with what it is granted now."""

    affiliation: Affiliation
    grants: tuple[Grant, ...]

    @property
    def body(self) -> Body:
        return self.affiliation.body

    @property
    def kinds(self) -> frozenset[What]:
        return frozenset(What(grant.what) for grant in self.grants)

    @property
    def counted(self) -> bool:
        """Whether the network may count the company in its figures."""
        return self.body.is_network and bool(self.kinds & COUNTED)

    @property
    def named(self) -> bool:
        """Whether its results stand there under the company's name."""
        return bool(self.kinds & NAMED)

    @property
    def consents(self) -> list[Consent]:
        given: dict[object, list[Grant]] = {}
        for grant in self.grants:
            given.setdefault((grant.purpose, grant.until, grant.granted_by_id), []).append(grant)
        return [Consent(grants[0], tuple((one, self._also(one)) for one in grants)) for grants in given.values()]

    def _also(self, grant: Grant) -> tuple[What, ...]:
        ending = with_dependants(What(grant.what)) - {grant.what}
        return tuple(What(one.what) for one in self.grants if one.what in ending)


@dataclass(frozen=True, slots=True)
class Ended:
    """A consent that holds no longer, and the day on which it ended: by its term (`lapsed`), or revoked."""

    grant: Grant
    on: dt.date
    lapsed: bool


def in_order(grants: Iterable[Grant]) -> list[Grant]:
    """Grants in the order of `What`."""
    order = [what.value for what in What]
    return sorted(grants, key=lambda grant: order.index(grant.what))


def sharing() -> tuple[Shared, ...]:
    """The bodies of the company in scope with what is shared with each now. Two queries."""
    active: dict[UUID, list[Grant]] = {}
    for grant in Grant.objects.active().select_related("granted_by"):
        active.setdefault(grant.body_id, []).append(grant)
    return tuple(
        Shared(found, tuple(in_order(active.get(found.body_id, []))))
        for found in Affiliation.objects.present().select_related("body")
    )


def ended_grants(limit: int = 50) -> list[Ended]:
    """Consents of the company in scope that hold no longer, the latest first. One query."""
    active = Grant.objects.active().values("pk")
    found = Grant.objects.exclude(pk__in=active).select_related("body", "granted_by", "revoked_by")
    return [_ended(grant) for grant in found[:limit]]


def _ended(grant: Grant) -> Ended:
    """One that was over is revoked too when another takes its place: it ended by its term all the same."""
    revoked = timezone.localdate(grant.revoked_at) if grant.revoked_at is not None else None
    lapsed = revoked is None or revoked > grant.until
    return Ended(grant, grant.until if revoked is None or lapsed else revoked, lapsed)


def _queue(body_id: UUID) -> Body | None:
    """The body, where the company in scope belongs to it. Whoever changes what is shared between the two waits here for
    the one before, so that a consent given and one taken back at the same moment leave the state of the later one."""
    present = Affiliation.objects.present().select_related("body").select_for_update(of=("self",))
    found = present.filter(body_id=body_id).first()
    return found.body if found is not None else None


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

    Raises NotAffiliated, NothingShared, NotOffered, and InvalidTerm where `until` is past or too far away.
    """
    body = _queue(body_id)
    if body is None:
        raise NotAffiliated
    wanted = with_needs(chosen)
    if not wanted:
        raise NothingShared
    if not wanted <= set(offered(network=body.is_network)):
        raise NotOffered
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
    _queue(found.body_id)
    ending = with_dependants(What(found.what))
    standing = Grant.objects.active().filter(body_id=found.body_id, what__in=[what.value for what in ending])
    kinds = dict(standing.values_list("pk", "what"))
    if grant_id not in kinds:
        return []
    ended = [what for what in What if what.value in kinds.values()]
    standing.update(revoked_at=timezone.now(), revoked_by=by)
    record(
        Verb.REVOKED,
        actor=by,
        organisation=organisation.pk,
        body=found.body_id,
        what=[what.value for what in ended],
    )
    return ended


@transaction.atomic
def end_affiliation(affiliation: Affiliation, *, by: User) -> bool:
    """The company and the body part, from either side: every consent between them ends with it.

    False where they had parted already.
    """
    now = timezone.now()
    ended = Affiliation.objects.present().filter(pk=affiliation.pk).update(ended_at=now)
    if not ended:
        return False
    Grant.objects.filter(
        organisation_id=affiliation.organisation_id, body_id=affiliation.body_id, revoked_at__isnull=True
    ).update(revoked_at=now, revoked_by=by)
    record(Verb.AFFILIATION_ENDED, actor=by, organisation=affiliation.organisation_id, body=affiliation.body_id)
    return True
