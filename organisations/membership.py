"""Who is what in a company, a network or an office: changing a role, leaving, and who must stay."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from organisations.audit import Verb, record
from organisations.models import Body, BodyMembership, Membership, Organisation, User
from organisations.policy import ROLES_OF, BodyKind, BodyRole, Role


class LastOwner(Exception):
    """A company keeps at least one owner; a network or office at least one person who directs it."""


class NoSuchRole(ValueError):
    """The company or body has no such role."""


def people(organisation: Organisation) -> list[Membership]:
    """The company's people, owners first."""
    order = {role.value: place for place, role in enumerate(Role)}
    found = Membership.objects.filter(organisation=organisation).select_related("user")
    return sorted(found, key=lambda membership: (order[membership.role], membership.created_at))


def staff(body: Body) -> list[BodyMembership]:
    """The people of a network or office, those who direct it first."""
    order = {role.value: place for place, role in enumerate(BodyRole)}
    found = BodyMembership.objects.filter(body=body).select_related("user")
    return sorted(found, key=lambda membership: (order[membership.role], membership.created_at))


@transaction.atomic
def change_role(organisation: Organisation, key: UUID, role: Role, *, by: User) -> Membership:
    """Raises Membership.DoesNotExist for a key of another company, and LastOwner."""
    membership = _locked(organisation, key)
    if membership.role == Role.OWNER and role != Role.OWNER:
        _refuse_the_last_owner(organisation)
    if membership.role == role:
        return membership
    before, membership.role = membership.role, role.value
    membership.save(update_fields=["role"])
    record(
        Verb.ROLE_CHANGED,
        actor=by,
        organisation=organisation.pk,
        target=membership.user_id,
        before=before,
        after=role.value,
    )
    return membership


@transaction.atomic
def remove_member(organisation: Organisation, key: UUID, *, by: User) -> None:
    """Take somebody (or oneself) out of the company; what they answered stays.

    Raises Membership.DoesNotExist and LastOwner.
    """
    membership = _locked(organisation, key)
    if membership.role == Role.OWNER:
        _refuse_the_last_owner(organisation)
    membership.delete()
    record(Verb.LEFT, actor=by, organisation=organisation.pk, target=membership.user_id)


@transaction.atomic
def change_body_role(body: Body, key: UUID, role: BodyRole, *, by: User) -> BodyMembership:
    """Raises BodyMembership.DoesNotExist, NoSuchRole and LastOwner."""
    if role not in ROLES_OF[BodyKind(body.kind)]:
        raise NoSuchRole(role)
    membership = _locked_in_body(body, key)
    if membership.role == role:
        return membership
    _refuse_the_last_director(body, membership)
    before, membership.role = membership.role, role.value
    membership.save(update_fields=["role"])
    record(Verb.ROLE_CHANGED, actor=by, body=body.pk, target=membership.user_id, before=before, after=role.value)
    return membership


@transaction.atomic
def remove_from_body(body: Body, key: UUID, *, by: User) -> None:
    """Raises BodyMembership.DoesNotExist and LastOwner."""
    membership = _locked_in_body(body, key)
    _refuse_the_last_director(body, membership)
    membership.delete()
    record(Verb.LEFT, actor=by, body=body.pk, target=membership.user_id)


# Two owners who step down at the same moment must not both find the other one: the company's row makes them queue.


def _locked(organisation: Organisation, key: UUID) -> Membership:
    Organisation.objects.select_for_update().only("pk").get(pk=organisation.pk)
    return Membership.objects.get(organisation=organisation, key=key)


def _locked_in_body(body: Body, key: UUID) -> BodyMembership:
    Body.objects.select_for_update().only("pk").get(pk=body.pk)
    return BodyMembership.objects.get(body=body, key=key)


def _refuse_the_last_owner(organisation: Organisation) -> None:
    if Membership.objects.filter(organisation=organisation, role=Role.OWNER).count() == 1:
        raise LastOwner


def _refuse_the_last_director(body: Body, membership: BodyMembership) -> None:
    director = ROLES_OF[BodyKind(body.kind)][0]
    if membership.role != director:
        return
    if BodyMembership.objects.filter(body=body, role=director).count() == 1:
        raise LastOwner
