"""How a mail address is shown to somebody who may not be its owner."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def masked(email: str) -> str:
    """Enough of an address for its owner to know it, and not enough for anybody else: `m•••@h•••.example`."""
    name, _at, domain = email.partition("@")
    host, _dot, rest = domain.partition(".")
    return f"{name[:1]}•••@{host[:1]}•••.{rest.rpartition('.')[2]}"
