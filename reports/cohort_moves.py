"""What changed in a round's figures lately: companies that were newly counted, and that are counted no longer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, Sum

from cohorts.models import Block
from organisations.models import Round


@dataclass(frozen=True, slots=True)
class Moved:
    """Unnamed companies in blocks that were sealed, and in blocks that ended: never how many of those left."""

    counted: int
    ended: int


def moved_since(within: Round, since: dt.datetime) -> Moved:
    """The sizes of whole blocks. One query, within `body_scope`."""
    found = Block.objects.filter(round=within, kind=Block.Kind.ALL).aggregate(
        counted=Sum("size", filter=Q(formed_at__gte=since, ended_at__isnull=True)),
        ended=Sum("size", filter=Q(ended_at__gte=since)),
    )
    return Moved(found["counted"] or 0, found["ended"] or 0)
