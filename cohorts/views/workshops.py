"""Meetings that a coordinator plans: those of a round, and one of them with everything that can be changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cohorts.models import Participant, WorkshopPlan
from cohorts.reading import note_read
from cohorts.views.rounds import round_for
from cohorts.workshop_forms import (
    FEWEST_SEATS,
    USUAL_SEATS,
    InvitedForm,
    LookForm,
    NewWorkshopForm,
    WorkshopForm,
    seats_refused,
)
from cohorts.workshops import saving
from cohorts.workshops.planning import STRONG_FROM, WEAK_BELOW
from cohorts.workshops.reading import Invited, Room, Workshop, describe, topic_figures, workshop_of
from organisations.access import BodyRequest, requires_in_body
from organisations.policy import Permission

PER_PAGE = 20


# --- the plans of a round ---------------------------------------------------------------------------------------------


@requires_in_body(Permission.DIRECT)
@require_http_methods(["GET", "HEAD", "POST"])
def workshops(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """The plans of a round, what could be talked about, and a form for the next plan."""
    within = round_for(request, round_id)
    room = Room(within)
    language = get_language() or "ja"
    topics = topic_figures(room.needs, language, room)
    form = NewWorkshopForm(
        request.POST if request.method == "POST" else None,
        prefectures=_prefectures(room),
        language=language,
        initial={"minutes": 120, "count": 2, "seats": USUAL_SEATS},
    )
    refused = False
    if request.method == "POST" and form.is_valid():
        try:
            plan = saving.draft(within, by=request.user, **form.cleaned_data)
        except saving.NothingToGoBy:
            refused = True
        else:
            messages.success(request, _("計画の案を作りました。話題、会社、テーブルを確かめて、直してください。"))
            return redirect("cohorts:workshop", request.acting_for.pk, within.pk, plan.pk)
    note_read(request, within, room.figures)
    titles = {topic.id: topic.title for topic in topics}
    plans = list(WorkshopPlan.objects.filter(round=within))
    listed = {name for plan in plans for name in plan.invited}
    there = {str(pk) for pk in Participant.objects.filter(round=within, pk__in=listed).values_list("pk", flat=True)}
    context = {
        "body": request.acting_for,
        "round": within,
        "plans": [
            (plan, [titles[name] for name in plan.topics if name in titles], len(there.intersection(plan.invited)))
            for plan in plans
        ],
        "topics": topics,
        "ready": any(topic.mean for topic in topics),
        "missing": _missing(room),
        "form": form,
        "refused": refused,
        "weak_below": WEAK_BELOW,
        "strong_from": STRONG_FROM,
    }
    return render(request, "cohorts/workshops.html", context, status=422 if request.method == "POST" else 200)


def _missing(room: Room) -> dict[str, int]:
    """How far a round is from figures: who shares what, and how many are needed."""
    return {
        "counted": room.cohort.group().n,
        "waiting": room.figures.waiting,
        "sharing": len(room.points),
        "needed": room.cohort.rule.run,
    }


def _prefectures(room: Room) -> list[str]:
    return list(room.participants().exclude(prefecture="").order_by().values_list("prefecture", flat=True).distinct())


# --- one plan ---------------------------------------------------------------------------------------------------------


@dataclass
class _Sent:
    """What was sent and could not be saved: it stays on the page."""

    details: WorkshopForm | None = None
    invited: InvitedForm | None = None
    ticked: frozenset[str] = field(default_factory=frozenset)
    refused: str = ""


@requires_in_body(Permission.DIRECT)
@require_http_methods(["GET", "HEAD", "POST"])
def workshop(request: BodyRequest, round_id: UUID, plan_id: UUID) -> HttpResponse:
    """One plan: details, companies, tables, agenda. POST: `act` says what is to be saved."""
    within = round_for(request, round_id)
    plans = WorkshopPlan.objects.select_related("round", "body")
    plan = get_object_or_404(plans, pk=plan_id, round=within)
    room = Room(within, plan.prefectures)
    seen = workshop_of(plan, get_language() or "ja", room)
    if request.method != "POST":
        note_read(request, within, room.figures)
        return _page(request, room, seen, _Sent())
    act = request.POST.get("act")
    if act == "delete":
        saving.remove(plan, by=request.user)
        messages.success(request, _("「%(title)s」の計画を消しました。") % {"title": plan.title})
        return redirect("cohorts:workshops", request.acting_for.pk, within.pk)
    sent = _save(request, room, seen, act or "")
    if sent is not None:
        return _page(request, room, seen, sent)
    messages.success(request, _("保存しました。"))
    return redirect(f"{request.get_full_path()}#{'details' if act == 'details' else 'invited'}")


def _save(request: BodyRequest, room: Room, seen: Workshop, act: str) -> _Sent | None:
    """Do what was asked for; what was sent, where that is refused."""
    plan, by = seen.plan, request.user
    if act == "details":
        form = _details(request, room, seen)
        if not form.is_valid():
            return _Sent(details=form)
        return _unless_too_many(lambda: saving.change(plan, by=by, **form.cleaned_data), _Sent(details=form))
    if act == "list":
        invited = InvitedForm(request.POST, invited=_listed(request, seen))
        if not invited.is_valid():
            return _Sent(invited=invited)
        saving.invite(plan, drop=invited.dropped(), tables=invited.tables(), by=by)
        return None
    if act == "add":
        ticked = request.POST.getlist("add")
        sent = _Sent(ticked=frozenset(ticked))
        wanted = [UUID(one) for one in ticked if _is_uuid(one)]
        if not wanted:
            sent.refused = _("加える会社に印を付けてください。")
            return sent
        return _unless_too_many(lambda: saving.invite(plan, add=wanted, by=by), sent)
    if act == "propose":
        saving.propose_anew(plan, by=by)
        return None
    if act == "seat":
        saving.seat_anew(plan, by=by)
        return None
    return _Sent(refused=_("何をするのかが分かりませんでした。ページのボタンを押してください。"))


def _unless_too_many(write: Any, sent: _Sent) -> _Sent | None:
    try:
        write()
    except saving.TooMany as error:
        sent.refused = seats_refused(error.seats, error.wanted)
        return sent
    return None


def _listed(request: BodyRequest, seen: Workshop) -> list[Invited]:
    """Those of the list that stood on the page that was sent: who was added meanwhile is not dropped with it."""
    there = set(request.POST.getlist("listed"))
    return [one for one in seen.invited if str(one.id) in there]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _details(request: BodyRequest, room: Room, seen: Workshop) -> WorkshopForm:
    language = get_language() or "ja"
    return WorkshopForm(
        request.POST if request.POST.get("act") == "details" else None,
        plan=seen.plan,
        invited=len(seen.invited),
        topics=topic_figures(room.needs, language, room),
        prefectures={*_prefectures(room), *seen.plan.prefectures},
        language=language,
    )


def _page(request: BodyRequest, room: Room, seen: Workshop, sent: _Sent) -> HttpResponse:
    plan = seen.plan
    look = LookForm(request.GET, language=get_language() or "ja")
    page, found = _others(request, room, seen, look)
    body = request.acting_for
    context = {
        "body": body,
        "round": room.round,
        "parents": [
            (room.round.name, reverse("cohorts:round", args=[body.pk, room.round.pk])),
            (_("勉強会の計画"), reverse("cohorts:workshops", args=[body.pk, room.round.pk])),
        ],
        "plan": plan,
        "workshop": seen,
        "details": sent.details or _details(request, room, seen),
        "invited": sent.invited or InvitedForm(invited=seen.invited),
        "free": plan.seats - len(seen.invited),
        "look": look,
        "page": page,
        "found": found,
        "ticked": sent.ticked,
        "refused": sent.refused,
        "anywhere": bool(plan.prefectures) and not room.of_wanted,
        "ready": any(topic.mean for topic in seen.figures),
        "missing": _missing(room),
        "weak_below": WEAK_BELOW,
        "strong_from": STRONG_FROM,
        "few": len(seen.invited) < FEWEST_SEATS,
    }
    return render(request, "cohorts/workshop.html", context, status=422 if request.method == "POST" else 200)


def _others(
    request: BodyRequest, room: Room, seen: Workshop, look: LookForm
) -> tuple[Page[Participant], list[Invited]]:
    """A page of companies that could be added, as far as `look` says."""
    given = look.given
    rows = room.participants().exclude(pk__in=seen.plan.invited)
    if wanted := given.get("q"):
        rows = rows.filter(name__icontains=wanted)
    for name in ("industry", "prefecture"):
        if wanted := given.get(name):
            rows = rows.filter(**{name: wanted})
    known = list(room.points)
    if given.get("show") == "silent":
        listed: Any = rows.exclude(organisation_id__in=known)
    else:
        sign = -1 if given.get("order") == "strong" else 1
        listed = sorted(rows.filter(organisation_id__in=known), key=lambda row: _order(room, seen.plan, row, sign))
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    return page, describe(list(page), room.points, seen.topics, {}, get_language() or "ja")


def _order(room: Room, plan: WorkshopPlan, row: Participant, sign: int) -> tuple[bool, Fraction, str]:
    """By the mean of the topics that are known of it; who has none of them stands last."""
    known = room.points.get(row.organisation_id, {}) if row.organisation_id else {}
    points = [known[topic] for topic in plan.topics if topic in known]
    return (not points, sign * sum(points, Fraction(0)) / max(1, len(points)), row.name)
