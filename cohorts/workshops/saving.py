"""Planning a meeting: everything that writes a plan's row. Within `body_scope` of its network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from cohorts.models import WorkshopPlan
from cohorts.workshops.planning import invitations, topics_by_need
from cohorts.workshops.reading import Room, guests, invited_rows
from cohorts.workshops.tables import fill, seat
from organisations.audit import Verb, record
from organisations.models import Round, User


class NothingToGoBy(RuntimeError):
    """No section has a figure that may be shown: there is nothing to choose topics by."""


class TooMany(RuntimeError):
    """More companies than the plan has seats. `seats` says how many those are, `wanted` how many were asked for."""

    def __init__(self, seats: int, wanted: int) -> None:
        super().__init__(f"{wanted} companies for {seats} seats")
        self.seats, self.wanted = seats, wanted


@transaction.atomic
def draft(within: Round, *, count: int, by: User, **details: Any) -> WorkshopPlan:
    """A new plan: `count` topics (fewer where fewer can be shown), companies and tables as they are proposed.

    `details`: columns of the plan. Raises NothingToGoBy.
    """
    plan = WorkshopPlan(round=within, body_id=within.body_id, created_by=by, topics=[], **details)
    room = Room(within, plan.prefectures)
    plan.topics = list(topics_by_need(room.needs, count))
    if not plan.topics:
        raise NothingToGoBy
    _propose(plan, room)
    plan.save()
    record(Verb.WORKSHOP_PLANNED, actor=by, body=within.body_id, target=plan.pk)
    return plan


@transaction.atomic
def change(plan: WorkshopPlan, *, by: User, **details: Any) -> None:
    """Other details; who is invited stays. Raises TooMany where fewer seats are wanted than companies are invited."""
    plan = _locked(plan)
    for name, value in details.items():
        setattr(plan, name, value)
    if (invited := len(invited_rows(plan))) > plan.seats:
        raise TooMany(plan.seats, invited)
    _save(plan, by)


@transaction.atomic
def propose_anew(plan: WorkshopPlan, *, by: User) -> WorkshopPlan:
    """Companies and tables by the topics as they are now; what stood there before is replaced."""
    plan = _locked(plan)
    _propose(plan, Room(plan.round, plan.prefectures))
    return _save(plan, by)


@transaction.atomic
def invite(
    plan: WorkshopPlan,
    *,
    add: Iterable[UUID] = (),
    drop: Iterable[UUID] = (),
    tables: Mapping[UUID, int] | None = None,
    by: User,
) -> WorkshopPlan:
    """Add and drop companies of the round, and put companies at tables; who has none gets one. Raises TooMany."""
    plan = _locked(plan)
    room = Room(plan.round, plan.prefectures)
    dropped = {str(name) for name in drop}
    kept = [name for name in (str(row.pk) for row in invited_rows(plan)) if name not in dropped]
    wanted = list(dict.fromkeys(str(name) for name in add))
    known = {str(name) for name in room.participants().filter(pk__in=wanted).values_list("pk", flat=True)}
    plan.invited = [*kept, *(name for name in wanted if name in known and name not in kept)]
    if len(kept) < len(plan.invited) > plan.seats:
        raise TooMany(plan.seats, len(plan.invited))
    rows = invited_rows(plan)
    chosen = {**plan.tables, **{str(name): number for name, number in (tables or {}).items()}}
    fixed = {row.pk: chosen[str(row.pk)] for row in rows if str(row.pk) in chosen}
    sitting = guests(rows, room.points, plan.topics)
    _sit(plan, fill(sitting, fixed, together=plan.seats_competitors_together))
    return _save(plan, by)


@transaction.atomic
def seat_anew(plan: WorkshopPlan, *, by: User) -> WorkshopPlan:
    """Tables for who is invited now, whatever they were."""
    plan = _locked(plan)
    _seat(plan, Room(plan.round, plan.prefectures))
    return _save(plan, by)


@transaction.atomic
def remove(plan: WorkshopPlan, *, by: User) -> None:
    plan_id, body_id = plan.pk, plan.body_id
    plan.delete()
    record(Verb.WORKSHOP_REMOVED, actor=by, body=body_id, target=plan_id)


def _propose(plan: WorkshopPlan, room: Room) -> None:
    together = plan.seats_competitors_together
    chosen = invitations(room.candidates(), plan.topics, plan.seats, together=together)
    plan.invited = [str(name) for name in chosen]
    _seat(plan, room)


def _seat(plan: WorkshopPlan, room: Room) -> None:
    sitting = guests(invited_rows(plan), room.points, plan.topics)
    tables = seat(sitting, together=plan.seats_competitors_together)
    _sit(plan, {name: number for number, table in enumerate(tables, start=1) for name in table})


def _sit(plan: WorkshopPlan, at: Mapping[UUID, int]) -> None:
    plan.tables = {str(name): number for name, number in at.items()}


def _locked(plan: WorkshopPlan) -> WorkshopPlan:
    """The row as it is now: two coordinators who change a plan at once wait for each other."""
    return WorkshopPlan.objects.select_for_update(of=("self",)).select_related("round", "body").get(pk=plan.pk)


def _save(plan: WorkshopPlan, by: User) -> WorkshopPlan:
    plan.save()
    record(Verb.WORKSHOP_PLANNED, actor=by, body=plan.body_id, target=plan.pk)
    return plan
