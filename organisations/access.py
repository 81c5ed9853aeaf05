"""The only doors to a tenant's pages: every view says who may open it, and the rule 404/403 lives here.

A company, network or office that the person does not belong to does not exist for them (404); a role that is too weak
is refused (403). What a company did not share does not exist for another body (404). Roles that see beyond one's own
company are closed until a second factor is set up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers

from organisations.audit import Verb, record
from organisations.consent import What
from organisations.models import (
    Affiliation,
    Body,
    BodyMembership,
    Grant,
    Membership,
    Organisation,
    PlatformMembership,
    User,
)
from organisations.policy import BodyRole, Permission, PlatformRole, Role, allows, needs_second_factor
from organisations.scoping import body_scope, scope
from organisations.second_factor import has_second_factor

P = ParamSpec("P")
SECOND_FACTOR_PAGE = "mfa_index"
"""Where somebody whose role needs a second factor is sent to set one up."""


@dataclass(frozen=True, slots=True)
class Seat:
    """In whose name somebody acts on this page: shown at the top of it. `name` is empty for the service itself."""

    name: str
    role: str


class SignedInRequest(HttpRequest):
    """A request by a person who has signed in."""

    user: User
    seat: Seat


class TenantRequest(SignedInRequest):
    """A request inside one company's scope."""

    membership: Membership
    organisation: Organisation


class BodyRequest(SignedInRequest):
    """A request inside one network's or office's scope."""

    body_membership: BodyMembership
    acting_for: Body


class SharedRequest(BodyRequest):
    """A request by a body for what one of its companies shares with it, inside that company's scope too."""

    organisation: Organisation
    shared: frozenset[What]
    """What the company shares with this body at this moment."""


TenantView = Callable[Concatenate[TenantRequest, P], HttpResponseBase]
BodyView = Callable[Concatenate[BodyRequest, P], HttpResponseBase]
SharedView = Callable[Concatenate[SharedRequest, P], HttpResponseBase]
PlatformView = Callable[Concatenate[SignedInRequest, P], HttpResponseBase]
View = Callable[..., HttpResponseBase]


# --- a company's own people -------------------------------------------------------------------------------------------


def requires(permission: Permission) -> Callable[[TenantView[P]], View]:
    """The view takes `organisation_id` from its address, and runs in that company's scope for members who may."""

    def decorate(view: TenantView[P]) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, organisation_id: UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            membership = _membership(request, organisation_id)
            if not allows(Role(membership.role), permission):
                raise PermissionDenied
            tenant = cast(TenantRequest, request)
            tenant.membership, tenant.organisation = membership, membership.organisation
            tenant.seat = Seat(membership.organisation.name, membership.role)
            with scope(organisation_id):
                response = view(tenant, *args, **kwargs)
            return _kept_nowhere(response)

        return _declare(guarded, permission)

    return decorate


# --- networks and offices ---------------------------------------------------------------------------------------------


def requires_in_body(permission: Permission) -> Callable[[BodyView[P]], View]:
    """The view takes `body_id` from its address, and runs in that body's scope for its people who may."""

    def decorate(view: BodyView[P]) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, body_id: UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            inside = _in_body(request, body_id, permission)
            if (closed := _second_factor_first(inside, BodyRole(inside.body_membership.role))) is not None:
                return closed
            with body_scope(body_id):
                response = view(inside, *args, **kwargs)
            return _kept_nowhere(response)

        return _declare(guarded, permission)

    return decorate


def requires_shared(what: What | None, permission: Permission | None = None) -> Callable[[SharedView[P]], View]:
    """The view takes `body_id` and `organisation_id`, and runs in both scopes where the company belongs to the body and
    shares `what` with it now (None: nothing but that it belongs). A read of what was shared is recorded.

    `permission`: what else than reading it the person must be allowed to.
    """
    permission = permission or (Permission.MEMBERS if what is None else Permission.SHARED)

    def decorate(view: SharedView[P]) -> View:
        @wraps(view)
        def guarded(
            request: HttpRequest, body_id: UUID, organisation_id: UUID, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            inside = _in_body(request, body_id, permission)
            if (closed := _second_factor_first(inside, BodyRole(inside.body_membership.role))) is not None:
                return closed
            reader = cast(SharedRequest, inside)
            with body_scope(body_id), scope(organisation_id):
                reader.organisation, reader.shared = _company(), _granted()
                if what is not None and what not in reader.shared:
                    raise Http404
                response = view(reader, *args, **kwargs)
                if what is not None and response.status_code == 200:
                    record(
                        Verb.READ,
                        actor=inside.user,
                        organisation=organisation_id,
                        body=body_id,
                        target=kwargs.get("evidence_id") or kwargs.get("submission_id") or "",
                        what=what.value,
                    )
            return _kept_nowhere(response)

        needs = "" if permission in {Permission.MEMBERS, Permission.SHARED} else f", {permission.value}"
        return _declare(guarded, (f"shared {what.value}" if what else "member") + needs)

    return decorate


def shared_now(body_id: UUID, organisation_id: UUID) -> frozenset[What]:
    """What the company shares with the body at this moment: nothing where it no longer belongs to it."""
    with body_scope(body_id), scope(organisation_id):
        return _granted() if Affiliation.objects.present().exists() else frozenset()


# --- the service ------------------------------------------------------------------------------------------------------


def requires_on_platform(permission: Permission) -> Callable[[PlatformView[P]], View]:
    """For administrators or authors. To everybody else the page does not exist (404)."""

    def decorate(view: PlatformView[P]) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            person = cast(SignedInRequest, request)
            roles = [PlatformRole(found.role) for found in PlatformMembership.objects.filter(user_id=person.user.pk)]
            role = next((role for role in roles if allows(role, permission)), None)
            if role is None:
                raise Http404
            person.seat = Seat("", role.value)
            if (closed := _second_factor_first(person, role)) is not None:
                return closed
            return _kept_nowhere(view(person, *args, **kwargs))

        return _declare(guarded, permission)

    return decorate


# --- no tenant --------------------------------------------------------------------------------------------------------


def public(view: Callable[..., Any]) -> View:
    """Anyone may open this view; it reads no company's rows."""
    return _declare(cast(View, login_not_required(view)), "public")


def signed_in(view: Callable[..., Any]) -> View:
    """Anyone who has signed in may open this view; it reads that person's own rows only."""
    return _declare(cast(View, view), "signed in")


# --- parts ------------------------------------------------------------------------------------------------------------


def _declare(view: View, access: str) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def _membership(request: HttpRequest, organisation_id: UUID) -> Membership:
    found = (
        Membership.objects.select_related("organisation")
        .filter(user=cast(User, request.user), organisation_id=organisation_id)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _in_body(request: HttpRequest, body_id: UUID, permission: Permission) -> BodyRequest:
    found = BodyMembership.objects.select_related("body").filter(user=cast(User, request.user), body_id=body_id).first()
    if found is None:
        raise Http404
    if not allows(BodyRole(found.role), permission):
        raise PermissionDenied
    inside = cast(BodyRequest, request)
    inside.body_membership, inside.acting_for = found, found.body
    inside.seat = Seat(found.body.name, found.role)
    return inside


def _company() -> Organisation:
    """The company in scope, where it belongs to the body in scope."""
    found: Affiliation | None = Affiliation.objects.present().select_related("organisation").first()
    if found is None:
        raise Http404
    return found.organisation


def _granted() -> frozenset[What]:
    """What holds today between the company and the body in scope. Asked only where the one belongs to the other."""
    return frozenset(What(what) for what in Grant.objects.active().values_list("what", flat=True))


def _second_factor_first(request: SignedInRequest, role: BodyRole | PlatformRole) -> HttpResponse | None:
    """Where a second factor is still missing: the way to set one up."""
    if needs_second_factor(role) and not has_second_factor(request.user):
        return redirect(SECOND_FACTOR_PAGE)
    return None


def _kept_nowhere(response: HttpResponseBase) -> HttpResponseBase:
    """A tenant's pages and files rest in no cache, not even the browser's."""
    add_never_cache_headers(response)
    return response
