"""The tenant scope: rows of a company are read inside `scope(organisation)` and nowhere else.

A query through `objects` outside a scope raises UnscopedQuery, so a forgotten filter is an error and not a leak. The
one way out is the manager `unscoped`; a test holds the short list of its uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar
from uuid import UUID

from django.db import models

Row = TypeVar("Row", bound=models.Model)
_current: ContextVar[UUID | None] = ContextVar("organisation", default=None)


class UnscopedQuery(RuntimeError):
    """A tenant's rows were asked for without saying whose."""


@contextmanager
def scope(organisation_id: UUID) -> Iterator[None]:
    """Within the block, tenant managers see this organisation's rows only."""
    token = _current.set(organisation_id)
    try:
        yield
    finally:
        _current.reset(token)


def current_organisation() -> UUID:
    """The organisation in scope. Raises UnscopedQuery outside a scope."""
    organisation_id = _current.get()
    if organisation_id is None:
        raise UnscopedQuery("open organisations.scoping.scope(organisation_id) before reading a company's rows")
    return organisation_id


class TenantManager(models.Manager[Row]):
    """The default manager of models that carry `organisation`."""

    def get_queryset(self) -> models.QuerySet[Row]:
        return super().get_queryset().filter(organisation_id=current_organisation())
