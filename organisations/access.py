"""The only door to a company's pages: every view says who may open it, and the rule 404/403 lives here.

A company that the person does not belong to does not exist for them (404); a role that is too weak is refused (403).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import add_never_cache_headers

from organisations.models import Membership, Organisation, User
from organisations.policy import Permission, Role, allows
from organisations.scoping import scope

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """A request by a person who has signed in."""

    user: User


class TenantRequest(SignedInRequest):
    """A request inside one company's scope."""

    membership: Membership
    organisation: Organisation


TenantView = Callable[Concatenate[TenantRequest, P], HttpResponseBase]
View = Callable[..., HttpResponseBase]


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
            with scope(organisation_id):
                response = view(tenant, *args, **kwargs)
            if isinstance(response, HttpResponse):  # a company's pages rest in no cache, not even the browser's
                add_never_cache_headers(response)
            return response

        guarded.access = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(view: Callable[..., Any]) -> View:
    """Anyone may open this view; it reads no company's rows."""
    opened = cast(View, login_not_required(view))
    opened.access = "public"  # type: ignore[attr-defined]
    return opened


def signed_in(view: Callable[..., Any]) -> View:
    """Anyone who has signed in may open this view; it reads that person's own rows only."""
    view.access = "signed in"  # type: ignore[attr-defined]
    return cast(View, view)


def _membership(request: HttpRequest, organisation_id: UUID) -> Membership:
    found = (
        Membership.objects.select_related("organisation")
        .filter(user=cast(User, request.user), organisation_id=organisation_id)
        .first()
    )
    if found is None:
        raise Http404
    return found
