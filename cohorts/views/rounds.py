"""The rounds of a network: making one, its own page, opening it, changing its days, renewing its code."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts import opening, rounds, tasks
from cohorts.forms import RoundChangeForm, RoundForm
from cohorts.rounds import Counts, Stage
from guidance.registry import released_catalogs
from organisations.access import BodyRequest, requires_in_body
from organisations.fragments import is_htmx
from organisations.limits import limited
from organisations.models import Round
from organisations.policy import BodyRole, Permission, allows


def round_for(request: BodyRequest, round_id: UUID) -> Round:
    """The round of the network in whose name somebody acts; another body's does not exist (404)."""
    found: Round = get_object_or_404(request.acting_for.rounds, pk=round_id)
    return found


@requires_in_body(Permission.DIRECT)
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: BodyRequest) -> HttpResponse:
    """The rounds of a network, and a form for the next one. An office has none (404)."""
    body = request.acting_for
    if not body.is_network:
        raise Http404
    known = list(body.rounds.all())
    form = RoundForm(request.POST or None, body=body, catalogs=released_catalogs(), rounds=known)
    if request.method == "POST" and form.is_valid():
        made = rounds.make(body, **form.cleaned_data, by=request.user)
        messages.success(
            request, _("「%(name)s」を用意しました。まだ、どの会社にも案内していません。") % {"name": made.name}
        )
        return redirect("cohorts:round", body.pk, made.pk)
    today = timezone.localdate()
    context = {"body": body, "rounds": [(one, rounds.stage_of(one, today)) for one in known], "form": form}
    return render(request, "cohorts/rounds.html", context, status=422 if request.method == "POST" else 200)


@requires_in_body(Permission.MEMBERS)
@require_safe
def hub(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """Where the round stands, how many are how far, and the way to everything else of it."""
    return _page(request, round_for(request, round_id))


@requires_in_body(Permission.DIRECT)
@require_POST
def invite(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """Open the round, or invite those who came on the list since: the worker sends for everybody."""
    found = round_for(request, round_id)
    try:
        begun = opening.invite_everybody(
            found, origin=request.build_absolute_uri("/"), by=request.user, ring=tasks.ring_opening
        )
    except rounds.RoundOver:
        messages.error(request, _("この回は終わっています。案内を送るには、先に終わる日を延ばしてください。"))
        return redirect("cohorts:round", request.acting_for.pk, found.pk)
    if begun:
        messages.success(request, _("案内を始めました。このページを離れても、順に進みます。"))
    else:
        messages.info(request, _("新しく案内する会社はありません。すでに案内したか、いま案内しているところです。"))
    return redirect("cohorts:round", request.acting_for.pk, found.pk)


@requires_in_body(Permission.DIRECT)
@require_POST
def change(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """Another last day, other hours of mail."""
    found = round_for(request, round_id)
    form = RoundChangeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form)
    try:
        changed = rounds.change(found, **form.cleaned_data, by=request.user)
    except rounds.WrongDay:
        form.add_error("closes_on", _("終わる日は、始まる日と今日より前にはできません。"))
        return _page(request, found, form=form)
    day = f"{changed.closes_on:%Y/%m/%d}"
    messages.success(request, _("保存しました。この回は %(day)s までです。") % {"day": day})
    return redirect("cohorts:round", request.acting_for.pk, found.pk)


@requires_in_body(Permission.DIRECT)
@require_POST
@limited("invitation")
def new_code(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """Another code; the one before opens nothing any more."""
    found = round_for(request, round_id)
    rounds.renew_code(found, by=request.user)
    messages.success(request, _("新しい参加コードに変えました。前のコードとリンクは、もう使えません。"))
    return redirect(reverse("cohorts:round", args=[request.acting_for.pk, found.pk]) + "#code")


def _page(request: BodyRequest, found: Round, *, form: RoundChangeForm | None = None) -> HttpResponse:
    today = timezone.localdate()
    stage, counts = rounds.stage_of(found, today), rounds.counts_of(found)
    may_direct = allows(BodyRole(request.body_membership.role), Permission.DIRECT)
    entering = rounds.not_entered(found).count() if stage in (Stage.PREPARING, Stage.OPENING) else 0
    everybody = counts.listed + entering
    moving = stage is Stage.OPENING or (stage is Stage.OPEN and counts.waiting > 0 and rounds.is_inviting(found))
    fields = ("closes_on", "hour_from", "hour_until", "weekdays_only")
    context: dict[str, Any] = {
        "body": request.acting_for,
        "round": found,
        "stage": stage,
        "early": today < found.opens_on,
        "counts": counts,
        "entering": entering,
        "everybody": everybody,
        "percent": 100 * counts.invited // max(1, everybody),
        "moving": moving,
        "next": next_step(stage, counts, entering),
        "may_direct": may_direct,
        "join_link": request.build_absolute_uri(reverse("cohorts:join") + "?" + urlencode({"code": found.join_code})),
        "form": form or RoundChangeForm(initial={name: getattr(found, name) for name in fields}),
        "refused": form is not None,
    }
    page = render(request, "cohorts/round.html", context, status=422 if form is not None else 200)
    if is_htmx(request) and not moving:
        page.headers["HX-Refresh"] = "true"  # it asked for the progress of something that ended: all of it is new
    return page


def next_step(stage: Stage, counts: Counts, entering: int) -> str:
    """What the coordinator does next, in one sentence."""
    if stage is Stage.OVER:
        return _("この回は終わりました。集計を見て、次の集まりで話すことを決めてください。")
    if stage is Stage.OPENING:
        return _("案内を用意しています。終わると、この回は「開いている」に変わります。")
    if stage is Stage.PREPARING and not counts.listed + entering:
        return _("まず、呼びかける会社の名簿を取り込むか、参加コードを会社に配ってください。")
    if stage is Stage.PREPARING:
        return _("名簿を確かめ、よければ「この回を開く」を押してください。押すまで、案内は送られません。")
    if counts.waiting:
        return _("名簿に加えたあと、まだ案内していない会社があります。確かめて、案内を送ってください。")
    if not counts.listed:
        return _("まだ会社がありません。参加コードを会社に配るか、名簿を取り込んで案内を送ってください。")
    if counts.submitted < counts.listed:
        return _("提出を待っています。提出していない会社へ、いつ催促を送るかを決めてください。")
    return _("名簿の会社は、すべて提出しました。集計を見てください。")
