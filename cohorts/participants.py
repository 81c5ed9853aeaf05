"""Who takes part in a round, and how a company that joined the network comes to stand in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from cohorts.models import Participant
from guidance.profile import employee_band
from organisations.models import Body, Organisation, Round

OWN_WORDS = ("name", "corporate_number", "industry", "prefecture", "sales_band", "size")


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
        # Locked as by whoever imports a list or invites everybody: none of them sees half of what the other does.
        under_way = Round.objects.select_for_update().filter(body=body, closes_on__gte=timezone.localdate())
        for one in under_way.order_by("pk"):
            enter(one, organisation, invitation_id=invitation_id, source=Participant.Source.CODE)


def enter(
    within: Round, organisation: Organisation, *, invitation_id: UUID | None = None, source: Participant.Source
) -> Participant:
    """The company's row in a round: the one that it was invited by, the one with its 法人番号, or a new one."""
    rows = _rows(within)
    free = rows.filter(organisation__isnull=True)
    invited = free.filter(invitation_id=invitation_id).first() if invitation_id else None
    if (standing := rows.filter(organisation=organisation).first()) is not None:
        if invited is not None:  # the network had it on its list without knowing that it is this one
            _merge(invited, into=standing)
        return standing
    number = organisation.corporate_number
    found = invited or (free.filter(corporate_number=number).first() if number else None)
    others = rows.filter(corporate_number=number)
    if found is None:
        found = _made(within, organisation, source, taken=bool(number) and others.exists())
    else:
        adopt(found, organisation, taken=bool(number) and others.exclude(pk=found.pk).exists())
    found.save()
    return found


def enter_all(within: Round, companies: Iterable[Organisation], *, source: Participant.Source) -> None:
    """The same at once for companies that do not stand in the round, and that nobody invited to it. In the network's
    scope."""
    present = list(companies)
    numbers = {one.corporate_number for one in present if one.corporate_number}
    by_number = {row.corporate_number: row for row in _rows(within).filter(corporate_number__in=numbers)}
    adopted, made = [], []
    for one in present:
        standing = by_number.get(one.corporate_number)
        if standing is not None and standing.organisation_id is None:
            adopt(standing, one)
            adopted.append(standing)
        else:
            new = _made(within, one, source, taken=standing is not None)
            by_number.setdefault(new.corporate_number, new)
            made.append(new)
    Participant.objects.bulk_update(adopted, [*OWN_WORDS, "organisation", "joined_at"])
    Participant.objects.bulk_create(made)


def adopt(row: Participant, organisation: Organisation, *, taken: bool = False) -> None:
    """A row of the list turns out to be this company, unsaved. What the network's list says stays; what it left empty
    the company has now said itself. `taken`: its 法人番号 stands beside another company of the round."""
    for name, value in facts_of(organisation).items():
        if not getattr(row, name) and not (name == "corporate_number" and taken):
            setattr(row, name, value)
    row.organisation, row.joined_at = organisation, timezone.now()


def _rows(within: Round) -> QuerySet[Participant]:
    return Participant.unscoped.select_for_update().filter(round=within)


def _made(within: Round, organisation: Organisation, source: Participant.Source, *, taken: bool) -> Participant:
    facts = facts_of(organisation)
    if taken:  # another company stands here with its number; the network's list is not ours to mend
        facts["corporate_number"] = ""
    made = Participant(round=within, body_id=within.body_id, source=source, **facts)
    made.organisation, made.joined_at = organisation, timezone.now()
    return made


def _merge(invited: Participant, *, into: Participant) -> None:
    """One company, one row: the one of the list goes, and what only the list knew is kept."""
    kept = ("email", "invitation_id", "invited_at")
    known = {name: getattr(invited, name) for name in kept}
    invited.delete()
    for name, value in known.items():
        if not getattr(into, name):
            setattr(into, name, value)
    into.save(update_fields=["email", "invitation", "invited_at"])
