"""Reminders of a round: those planned and sent, planning more, calling one off, sending at once, sending once more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from cohorts import notices, reminding
from cohorts.addressees import hours_of, to_remind, to_write_to
from cohorts.mail_hours import proposals
from cohorts.mail_steps import steps, troubled
from cohorts.models import Notice, Reminder
from cohorts.reminder_forms import NowForm, PlanForm
from cohorts.tasks import ring_notices
from cohorts.views.rounds import round_for
from organisations.access import BodyRequest, requires_in_body
from organisations.limits import limited
from organisations.models import Round
from organisations.policy import Permission

MOST_TROUBLED = 50


@requires_in_body(Permission.DIRECT)
@require_http_methods(["GET", "HEAD", "POST"])
@limited("invitation")
def reminders(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """What is planned and what was sent; POST plans reminders."""
    within = round_for(request, round_id)
    if request.method != "POST":
        return _page(request, within)
    form = _plan_form(within, request.POST)
    if not form.is_valid():
        return _page(request, within, plan=form, status=422)
    key, words = form.cleaned_data["key"], form.cleaned_data["words"]
    try:
        made = reminding.plan(within, form.days, words=words, key=key, origin=_origin(request), by=request.user)
    except reminding.DayTaken:
        form.add_error("day_1", _("ほかの人が、同じ日の予定を入れたところです。下の一覧を確かめてください。"))
        return _page(request, within, plan=form, status=422)
    except reminding.NotUnderWay:
        return _page(request, within, refused=_("この回は終わりました。催促のメールは送れません。"))
    days = _("、").join(date_format(one.on, "Y/m/d") for one in made if one.on)
    messages.success(request, _("催促のメールを予定しました：%(days)s") % {"days": days})
    return redirect("cohorts:reminders", request.acting_for.pk, within.pk)


@requires_in_body(Permission.DIRECT)
@require_POST
@limited("invitation")
def remind_now(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """Remind everybody who has not submitted, at once."""
    within = round_for(request, round_id)
    form = NowForm(request.POST, prefix="now")
    if not form.is_valid():
        return _page(request, within, now=form, status=422)
    given = form.cleaned_data
    try:
        count = reminding.remind_now(
            within,
            words=given["words"],
            key=given["key"],
            anyway=given["anyway"],
            origin=_origin(request),
            by=request.user,
            ring=ring_notices,
        )
    except reminding.JustSent as just:
        form.add_error("anyway", _("続けて送るときは、ここに印を付けてください。まだ何も送っていません。"))
        return _page(request, within, now=form, last=just.last, status=422)
    except reminding.NobodyToRemind:
        return _page(request, within, now=form, refused=_("いま催促する会社はありません。何も送っていません。"))
    except reminding.NotUnderWay:
        return _page(request, within, refused=_("この回は、いま開いていません。何も送っていません。"))
    if count:
        words = ngettext("%(n)d 社に催促のメールを送り始めました。", "%(n)d 社に催促のメールを送り始めました。", count)
        messages.success(request, words % {"n": count})
    else:
        messages.info(request, _("同じ内容は、もう送り始めています。二通目は送りません。"))
    return redirect("cohorts:reminders", request.acting_for.pk, within.pk)


@requires_in_body(Permission.DIRECT)
@require_POST
def reminder_cancel(request: BodyRequest, round_id: UUID, reminder_id: UUID) -> HttpResponse:
    """Call off a planned reminder."""
    within = round_for(request, round_id)
    found = get_object_or_404(Reminder, round=within, pk=reminder_id)
    if reminding.cancel(within, found.pk):
        messages.success(request, _("予定を取り消しました。"))
    else:
        messages.info(request, _("このメールは、もう送り始めたか、取り消されています。"))
    return redirect("cohorts:reminders", request.acting_for.pk, within.pk)


@requires_in_body(Permission.DIRECT)
@require_POST
@limited("invitation")
def notices_again(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """Send mails of a step once more that failed (`what` = failed), or of which nobody knows whether they went (`what`
    = unsure). Without `reminder`: the invitations."""
    within = round_for(request, round_id)
    step, what = request.POST.get("reminder", ""), request.POST.get("what")
    if what not in (Notice.Status.FAILED, Notice.Status.UNSURE) or (step and not _is_id(step)):
        return _page(request, within, refused=_("どのメールをもう一度送るかを、選び直してください。"))
    reminder = get_object_or_404(Reminder, round=within, pk=step) if step else None
    try:
        count = notices.again(within, reminder=reminder, status=Notice.Status(what), by=request.user, ring=ring_notices)
    except reminding.NotUnderWay:
        return _page(request, within, refused=_("この回は終わりました。もう送れません。"))
    if count:
        words = ngettext("%(n)d 通をもう一度送ります。", "%(n)d 通をもう一度送ります。", count)
        messages.success(request, words % {"n": count})
    else:
        messages.info(request, _("もう一度送るメールはありません。"))
    return redirect("cohorts:reminders", request.acting_for.pk, within.pk)


# --- parts ------------------------------------------------------------------------------------------------------------


def _origin(request: BodyRequest) -> str:
    return request.build_absolute_uri("/")


def _plan_form(within: Round, data: Any = None) -> PlanForm:
    """With the usual days as a proposal, as long as nothing is planned or sent."""
    known = Reminder.objects.filter(round=within).exclude(status=Reminder.Status.CANCELLED)
    taken = {one.on: one.key for one in known if one.on is not None}
    today = timezone.localdate()
    proposed = [] if known else proposals(within.closes_on, today=today, hours=hours_of(within))
    return PlanForm(data, prefix="plan", within=within, taken=taken, proposed=proposed)


def _page(
    request: BodyRequest,
    within: Round,
    *,
    plan: PlanForm | None = None,
    now: NowForm | None = None,
    last: reminding.Last | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    today, latest = timezone.localdate(), last or reminding.last_begun(within)
    soon = latest is not None and latest.at > timezone.now() - reminding.SOON
    trouble = list(troubled(within)[: MOST_TROUBLED + 1])
    context = {
        "body": request.acting_for,
        "round": within,
        "over": within.closes_on < today,
        "under_way": reminding.is_under_way(within, today),
        "plan": plan or _plan_form(within),
        "now": now or NowForm(prefix="now"),
        "last": latest if soon else None,
        "recipients": to_remind(within).count(),
        "unreachable": to_write_to(within).filter(address="").count(),
        "steps": steps(within),
        "troubled": trouble[:MOST_TROUBLED],
        "more_troubled": len(trouble) > MOST_TROUBLED,
        "refused": refused,
    }
    return render(request, "cohorts/reminders.html", context, status=422 if refused else status)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
