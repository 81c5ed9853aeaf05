"""Everything that the page, the workbook and the paper of a meeting show, decided once and frozen.

Two parts. `handout` goes to everybody who comes: nothing in it is of a company, and names stand in it only where the
coordinator wants that. `organiser` is the coordinator's own: who is invited and why, under the consents of this moment.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from cohorts.models import WorkshopPlan
from cohorts.workshops.content import AgendaLine, CautionList, TopicView
from cohorts.workshops.reading import Invited, TopicFigures, Workshop, workshop_of


@dataclass(frozen=True, slots=True)
class HandoutTable:
    """Who sits together, by name, in the order of the list."""

    number: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Handout:
    """What participants get."""

    network: str
    round: str
    catalog: str
    """`catalog@version`"""
    title: str
    held_on: dt.date | None
    starts_at: dt.time | None
    ends_at: dt.time | None
    """None where no start was chosen."""
    venue: str
    minutes: int
    topics: tuple[TopicView, ...]
    agenda: tuple[AgendaLine, ...]
    cautions: tuple[CautionList, ...]
    tables: tuple[HandoutTable, ...]
    """Empty unless the coordinator wants the participants' names on it."""


@dataclass(frozen=True, slots=True)
class OrganiserTable:
    """A table, with who sits at it and which of them are of one trade in one prefecture."""

    number: int
    invited: tuple[Invited, ...]
    competitors: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Organiser:
    """What the coordinator alone gets."""

    seats: int
    note: str
    figures: tuple[TopicFigures, ...]
    """By topic: the group's mean, and how many companies are weak and strong."""
    invited: tuple[Invited, ...]
    tables: tuple[OrganiserTable, ...]
    programme: tuple[tuple[AgendaLine, tuple[str, ...]], ...]
    """The agenda; where companies are to tell, with the names of those that are strong in the topic."""


@dataclass(frozen=True, slots=True)
class WorkshopContext:
    """A plan, ready to be shown. `dated`: the day on which it was read."""

    language: str
    dated: dt.date
    handout: Handout
    organiser: Organiser


def context_of(plan: WorkshopPlan, language: str) -> WorkshopContext:
    """A plan as it stands at this moment, in `language`. Within `body_scope` of its network."""
    return _context(workshop_of(plan, language), language)


def _context(found: Workshop, language: str) -> WorkshopContext:
    plan = found.plan
    tables = tuple(OrganiserTable(one.number, one.invited, one.competitors) for one in found.tables)
    named = plan.lists_participants
    return WorkshopContext(
        language=language,
        dated=timezone.localdate(),
        handout=Handout(
            network=plan.body.name,
            round=plan.round.name,
            catalog=plan.round.catalog_ref,
            title=plan.title,
            held_on=plan.held_on,
            starts_at=plan.starts_at,
            ends_at=found.agenda[-1].ends if found.agenda else None,
            venue=plan.venue,
            minutes=plan.minutes,
            topics=found.topics,
            agenda=found.agenda,
            cautions=found.cautions,
            tables=tuple(HandoutTable(one.number, tuple(who.name for who in one.invited)) for one in tables if named),
        ),
        organiser=Organiser(
            seats=plan.seats,
            note=plan.note,
            figures=found.figures,
            invited=found.invited,
            tables=tables,
            programme=found.programme,
        ),
    )
