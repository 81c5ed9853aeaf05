"""The tenant scope: rows of a company are read inside `scope(organisation)` and nowhere else.

A query through `objects` outside a scope raises UnscopedQuery, so a forgotten filter is an error and not a leak. Rows
that lie between a company and a network or office (consent, membership, invitation) are read inside either one's scope.
The one way out is the manager `unscoped`; a test holds the short list of its uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar
from uuid import UUID

from django.db import models

Row = TypeVar("Row", bound=models.Model)
_company: ContextVar[UUID | None] = ContextVar("organisation", default=None)
_body: ContextVar[UUID | None] = ContextVar("body", default=None)


class UnscopedQuery(RuntimeError):
    """A tenant's rows were asked for without saying whose."""


@contextmanager
def _within(place: ContextVar[UUID | None], owner: UUID | None) -> Iterator[None]:
    token = place.set(owner)
    try:
        yield
    finally:
        place.reset(token)


@contextmanager
def scope(organisation_id: UUID) -> Iterator[None]:
    """Within the block, tenant managers see this company's rows only."""
    with _within(_company, organisation_id):
        yield


@contextmanager
def body_scope(body_id: UUID) -> Iterator[None]:
    """Within the block, rows between companies and bodies are seen from this network's or office's side."""
    with _within(_body, body_id):
        yield


@contextmanager
def as_body(body_id: UUID) -> Iterator[None]:
    """Within the block rows are seen from the body's side alone: a company's scope that is open around it is closed.

    For figures of the whole network on a company's page: what is read here leaves it as figures of groups only.
    """
    with _within(_company, None), _within(_body, body_id):
        yield


def current_organisation() -> UUID:
    """The company in scope. Raises UnscopedQuery outside a scope."""
    organisation_id = _company.get()
    if organisation_id is None:
        raise UnscopedQuery("open organisations.scoping.scope(organisation_id) before reading a company's rows")
    return organisation_id


def current_body() -> UUID:
    """The network or office in scope. Raises UnscopedQuery outside its scope, and inside a company's scope too: then
    only this company's rows would be seen, and a figure of "all" would be a figure of one."""
    body_id = _body.get()
    if body_id is None or _company.get() is not None:
        raise UnscopedQuery("open organisations.scoping.body_scope(body_id) alone before reading a network's figures")
    return body_id


def body_in_scope() -> UUID:
    """The network or office in scope, whether a company is in scope beside it or not. Raises UnscopedQuery outside."""
    body_id = _body.get()
    if body_id is None:
        raise UnscopedQuery("open organisations.scoping.body_scope(body_id) before reading what is the body's alone")
    return body_id


class TenantManager(models.Manager[Row]):
    """The default manager of models that carry `organisation`."""

    def get_queryset(self) -> models.QuerySet[Row]:
        return super().get_queryset().filter(organisation_id=current_organisation())


class TwoSidedManager(models.Manager[Row]):
    """The default manager of models that carry `organisation` and `body`: rows of whichever is in scope, or of both."""

    def get_queryset(self) -> models.QuerySet[Row]:
        sides = {"organisation_id": _company.get(), "body_id": _body.get()}
        known = {side: owner for side, owner in sides.items() if owner is not None}
        if not known:
            raise UnscopedQuery("open organisations.scoping.scope(…) or body_scope(…) before reading these rows")
        return super().get_queryset().filter(**known)


class BodyManager(models.Manager[Row]):
    """The default manager of models that carry `body` and are its alone: a company's own pages never read them."""

    def get_queryset(self) -> models.QuerySet[Row]:
        return super().get_queryset().filter(body_id=body_in_scope())
