"""Who takes part in a round, and how a company that joined the network comes to stand in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone

from cohorts.models import Participant
from guidance.profile import employee_band
from organisations.models import Body, Organisation, Round


def facts_of(organisation: Organisation) -> dict[str, str]:
    """What a company says of itself when it joins: the facts that a network sorts its companies by."""
    return {
        "name": organisation.name,
        "corporate_number": organisation.corporate_number,
        "industry": organisation.industry,
        "prefecture": organisation.prefecture,
        "sales_band": organisation.sales_band,
        "size": employee_band(organisation.employees),
    }


def take_up(sender: object, *, organisation: Organisation, body: Body, invitation_id: UUID | None, **_: Any) -> None:
    """A company joined the network: it stands in every round that has not ended, in its own row where it was invited.

    Called within the transaction in which it joins (`organisations.signals.affiliated`).
    """
    if body.is_network:
        for one in Round.objects.filter(body=body, closes_on__gte=timezone.localdate()):
            enter(one, organisation, invitation_id=invitation_id, source=Participant.Source.CODE)


def enter(
    within: Round, organisation: Organisation, *, invitation_id: UUID | None = None, source: Participant.Source
) -> Participant:
    """The company's row in a round: the one that it was invited by, the one with its 法人番号, or a new one."""
    rows = Participant.unscoped.select_for_update().filter(round=within)
    if (standing := rows.filter(organisation=organisation).first()) is not None:
        return standing
    free = rows.filter(organisation__isnull=True)
    facts = facts_of(organisation)
    found = free.filter(invitation_id=invitation_id).first() if invitation_id else None
    number = facts["corporate_number"]
    if found is None and number:
        found = free.filter(corporate_number=number).first()
    if found is None:
        if number and rows.filter(corporate_number=number).exists():
            facts["corporate_number"] = (
                ""  # another company stands here with it; the network's list is not ours to mend
            )
        found = Participant(round=within, body_id=within.body_id, source=source, **facts)
    else:  # what the network's own list says stays; what it left empty the company has now said itself
        for name, value in facts.items():
            if not getattr(found, name) and not (name == "corporate_number" and _taken(within, value)):
                setattr(found, name, value)
    found.organisation, found.joined_at = organisation, timezone.now()
    found.save()
    return found


def _taken(within: Round, number: str) -> bool:
    return bool(number) and Participant.unscoped.filter(round=within, corporate_number=number).exists()
