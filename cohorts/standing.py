"""Which blocks of a round stand at this moment: asked anew whenever a consent may have ended."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q

from assessments.consented import granted, was_named
from assessments.scoring.suppression import Rule, still_covered
from cohorts.models import Block, BlockMember
from organisations.consent import COUNTED, NAMED, What
from organisations.models import Affiliation, Round


def rule() -> Rule:
    """The rule of this site."""
    return Rule(settings.COHORT_K)


def standing(within: Round) -> dict[UUID, int]:
    """The blocks of which every company still belongs to the network and lets it count, and of which enough companies
    are hidden. Of how many more was seen by name since they were sealed: what was seen once is known, also after the
    consent has ended. One query, within `body_scope`."""
    held = Q(organisation_id__in=Affiliation.objects.present().values("organisation_id")) & granted(COUNTED)
    rows = (
        BlockMember.objects.filter(round=within, block__ended_at__isnull=True)
        .annotate(by_name=was_named(NAMED), by_answers=was_named({What.ANSWERS}))
        .values("block_id", "block__size", "block__kind")
        .annotate(
            held=Count("pk", filter=held),
            named=Count("pk", filter=Q(by_name=True)),
            answered=Count("pk", filter=Q(by_answers=True)),
        )
    )
    found = {}
    for row in rows:
        seen = row["answered" if row["block__kind"] == Block.Kind.ANSWERS else "named"]
        if row["held"] == row["block__size"] and still_covered(row["block__size"], seen, rule()):
            found[row["block_id"]] = seen
    return found
