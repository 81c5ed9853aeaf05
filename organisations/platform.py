"""The service's own people, and its networks and offices as an administrator sees them: counted, never opened."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from organisations.audit import Verb, record
from organisations.models import Affiliation, Body, BodyMembership, PlatformMembership, User
from organisations.policy import ROLES_OF, BodyKind, PlatformRole


class NoSuchAccount(LookupError):
    """Nobody has proven to own this address."""


def bodies_counted() -> QuerySet[Body]:
    """Every network and office, with `people` and `companies`: how many belong to it now. One query."""
    staff = BodyMembership.objects.filter(body=OuterRef("pk"))
    present = Affiliation.unscoped.present().filter(body=OuterRef("pk"))
    return Body.objects.annotate(people=_count(staff), companies=_count(present)).order_by("kind", "name")


def _count(rows: QuerySet[BodyMembership] | QuerySet[Affiliation]) -> Coalesce:
    per_body = rows.order_by().values("body").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(per_body), 0)


def is_directed(body: Body) -> bool:
    """Whether somebody directs the body: from then on it invites its people itself."""
    director = ROLES_OF[BodyKind(body.kind)][0]
    return BodyMembership.objects.filter(body=body, role=director).exists()


def holders(role: PlatformRole) -> list[PlatformMembership]:
    """Who has this role for the service, the first to get it first."""
    return list(PlatformMembership.objects.filter(role=role).select_related("user").order_by("created_at"))


@transaction.atomic
def give_role(email: str, role: PlatformRole, *, by: User | None) -> bool:
    """Give a role for the service to the account of a proven address; False where it has the role already.

    Raises NoSuchAccount.
    """
    user = _account(email)
    _made, new = PlatformMembership.objects.get_or_create(user=user, role=role.value)
    if new:
        record(Verb.ROLE_CHANGED, actor=by, target=user.pk, before="", after=role.value)
    return new


@transaction.atomic
def take_role(email: str, role: PlatformRole, *, by: User | None) -> bool:
    """Take a role for the service from the account that is named by this address; False where it does not have it.

    Raises NoSuchAccount.
    """
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        raise NoSuchAccount(email)
    gone, _by_table = PlatformMembership.objects.filter(user=user, role=role.value).delete()
    if gone:
        record(Verb.ROLE_CHANGED, actor=by, target=user.pk, before=role.value, after="")
    return bool(gone)


def _account(email: str) -> User:
    owned = EmailAddress.objects.filter(email__iexact=email.strip(), verified=True, user__is_active=True)
    found = owned.select_related("user").first()
    if found is None:
        raise NoSuchAccount(email)
    user: User = found.user
    return user
