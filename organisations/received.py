"""What a network or an office receives from its companies: who belongs to it, who was asked, what is shared with it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from organisations.models import Affiliation, Body, Grant, Invitation
from organisations.sharing import in_order


def consents(companies: Iterable[Affiliation]) -> dict[UUID, list[Grant]]:
    """What each of `companies` shares with the body in scope at this moment, by the id of the company, in the order of
    `What`. One query."""
    found: dict[UUID, list[Grant]] = {company.organisation_id: [] for company in companies}
    for grant in Grant.objects.active().filter(organisation_id__in=list(found)):
        found[grant.organisation_id].append(grant)
    return {owner: in_order(grants) for owner, grants in found.items()}


def present(body: Body, organisation_id: UUID) -> Affiliation:
    """The company as it belongs to the body in scope. Raises Affiliation.DoesNotExist where it belongs no longer."""
    found: Affiliation = (
        Affiliation.objects.present().select_related("organisation").get(body=body, organisation_id=organisation_id)
    )
    return found


def open_invitations(*, staff: bool) -> QuerySet[Invitation]:
    """Invitations of the body in scope that wait for an answer, the latest first: of people who are to work in it, or
    of companies that are to join it."""
    waiting = Invitation.objects.waiting()
    found: QuerySet[Invitation] = waiting.exclude(role="") if staff else waiting.filter(role="")
    return found.select_related("invited_by")
