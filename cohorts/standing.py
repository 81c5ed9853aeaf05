"""Which blocks of a round stand at this moment: asked anew whenever a consent may have ended."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Q

from assessments.consented import granted
from assessments.scoring.suppression import Rule, still_covered
from cohorts.models import Block, BlockMember
from organisations.consent import COUNTED, NAMED, What
from organisations.models import Affiliation, Round


def standing(within: Round, rule: Rule) -> set[UUID]:
    """The blocks of which every company still belongs to the network and lets it count, and of which enough companies
    are still unnamed. One query, within `body_scope`."""
    here = Q(organisation_id__in=Affiliation.objects.present().values("organisation_id"))
    answers = Block.Kind.ANSWERS
    rows = (
        BlockMember.objects.filter(round=within, block__ended_at__isnull=True)
        .annotate(counted=granted(COUNTED), named=granted(NAMED), answered=granted({What.ANSWERS}))
        .values("block_id", "block__size", "block__kind")
        .annotate(
            held=Count("pk", filter=here & Q(counted=True)),
            shown=Count("pk", filter=Q(named=True)),
            open=Count("pk", filter=Q(answered=True)),
        )
    )
    return {
        row["block_id"]
        for row in rows
        if row["held"] == row["block__size"]
        and still_covered(row["block__size"], row["open" if row["block__kind"] == answers else "shown"], rule)
    }
