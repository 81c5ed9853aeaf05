"""Reports of many companies: ordering them, watching how far they are, calling them off, and taking them away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.access import BodyRequest, requires_in_body
from organisations.audit import Verb, record
from organisations.downloads import PiecesWhile, attachment
from organisations.fragments import is_htmx
from organisations.limits import limited
from organisations.policy import Permission
from reports.batch_forms import BatchOrderForm, WishForm
from reports.batches import ordering
from reports.batches.archive import archive_name, entry_name, stream
from reports.batches.choosing import choose
from reports.batches.progress import progress_of
from reports.batches.rows import faults_first, items_of, rows
from reports.batches.standing import watch
from reports.batches.turns import fall
from reports.batches.words import in_words, why_halted
from reports.models import Batch, BatchItem, MemberFile
from reports.tasks import ring_in_turn

PER_PAGE = 50
FAULTS_SHOWN = 20


@requires_in_body(Permission.SHARED)
@require_safe
def batches(request: BodyRequest) -> HttpResponse:
    """The orders of the body, the latest first, and the way to a new one."""
    found = Batch.objects.filter(body=request.acting_for).select_related("round", "requested_by")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    done = Count("pk", filter=Q(state=BatchItem.State.DONE))
    items = BatchItem.objects.filter(batch__in=[one.pk for one in page]).order_by()
    counts = {one["batch"]: one for one in items.values("batch").annotate(done=done, total=Count("pk"))}
    orders = [(one, counts.get(one.pk)) for one in page]
    return render(request, "reports/batches.html", {"body": request.acting_for, "page": page, "orders": orders})


@requires_in_body(Permission.SHARED)
@require_http_methods(["GET", "HEAD", "POST"])
@limited("batch")
def order(request: BodyRequest) -> HttpResponse:
    """Which companies are in and how many are not; and the order. What of the conditions cannot be read is left out of
    the page, but refuses an order: it would be one of more companies than somebody wanted."""
    body, posted = request.acting_for, request.method == "POST"
    wishes = WishForm(request.POST if posted else request.GET, body=body)
    form = BatchOrderForm(request.POST if posted else None)
    refused = ""
    if posted and form.is_valid() and not wishes.ignored:
        try:
            made = ordering.order(
                body,
                wishes.wish,
                languages=form.spoken,
                key=form.cleaned_data["key"],
                origin=request.build_absolute_uri("/"),
                page=get_language() or "ja",
                by=request.user,
                ring=ring_in_turn,
            )
        except ordering.NothingToPrint:
            refused = _("報告書を作れる会社がありません。条件を変えるか、会社に点数の共有を頼んでください。")
        except ordering.TooMany as many:
            words = _("一度に頼めるのは%(most)d件までです（いまの条件では%(files)d件）。条件で絞って、分けてください。")
            refused = words % {"most": many.most, "files": many.files}
        else:
            return redirect("reports:batch", body.pk, made.pk)
    context = {
        "body": body,
        "wishes": wishes,
        "wish": wishes.wish,
        "ignored": wishes.ignored,
        "chosen": choose(body, wishes.wish),
        "form": form,
        "refused": refused,
        "posted": posted,
    }
    return render(request, "reports/batch_order.html", context, status=422 if posted else 200)


@requires_in_body(Permission.SHARED)
@never_cache
@require_safe
def batch(request: BodyRequest, batch_id: UUID) -> HttpResponse:
    """How far it is: a page that asks again by itself (htmx; without JavaScript by a link)."""
    return _page(request, _batch(request, batch_id))


@requires_in_body(Permission.SHARED)
@require_POST
def cancel(request: BodyRequest, batch_id: UUID) -> HttpResponse:
    """Call off what is not made yet."""
    found = _batch(request, batch_id)
    try:
        ordering.cancel(found, by=request.user)
    except ordering.NotUnderWay:
        messages.info(request, _("もう終わっていたので、取り消すものはありませんでした。"))
    else:
        messages.success(request, _("取り消しました。できていた報告書は、そのまま受け取れます。"))
    return redirect("reports:batch", request.acting_for.pk, found.pk)


@requires_in_body(Permission.SHARED)
@require_POST
@limited("batch")
def again(request: BodyRequest, batch_id: UUID) -> HttpResponse:
    """Take up what failed, and what was called off."""
    found = _batch(request, batch_id)
    try:
        count = ordering.again(found, by=request.user, ring=ring_in_turn)
    except ordering.NothingToTakeUp:
        messages.info(request, _("作り直すものはありませんでした。"))
    else:
        messages.success(request, _("もう一度作ります：%(count)d件") % {"count": count})
    return redirect("reports:batch", request.acting_for.pk, found.pk)


@requires_in_body(Permission.SHARED)
@never_cache
@require_safe
def archive(request: BodyRequest, batch_id: UUID) -> HttpResponseBase:
    """Everything that is done and may be handed over, as one ZIP."""
    found = _batch(request, batch_id)
    pieces = stream(found, by=request.user, language=get_language() or "ja") if request.method == "GET" else iter(())
    return attachment(pieces, name=archive_name(found), media_type="application/zip")


@requires_in_body(Permission.SHARED)
@never_cache
@require_safe
def one(request: BodyRequest, batch_id: UUID, item_id: UUID) -> HttpResponseBase:
    """One file of an order, piece by piece as long as the company shares what stands in it."""
    found = _batch(request, batch_id)
    (row,) = rows([get_object_or_404(items_of(found), pk=item_id)])
    if not row.ready:
        return _page(request, found, status=410)
    try:
        opened = row.file.file.open("rb")
    except FileNotFoundError:
        fall(row.file, MemberFile.Reason.STORAGE)
        return _page(request, found, status=410)
    if request.method == "GET":
        about = {"organisation": row.file.organisation_id, "target": row.file.submission_id}
        record(Verb.COPY_TAKEN, actor=request.user, body=found.body_id, batch=str(found.pk), **about)
    pieces = PiecesWhile(opened, watch(row.file), what=f"company {row.file.organisation_id} shares it no longer")
    return attachment(pieces, name=entry_name(row), size=row.file.size, media_type="application/pdf")


# --- parts ------------------------------------------------------------------------------------------------------------


def _batch(request: BodyRequest, batch_id: UUID) -> Batch:
    found = Batch.objects.select_related("body", "round", "requested_by").filter(body=request.acting_for)
    return get_object_or_404(found, pk=batch_id)


def _page(request: BodyRequest, found: Batch, *, status: int = 200) -> HttpResponse:
    progress = progress_of(found)
    left = progress.pace.left
    context: dict[str, Any] = {
        "body": request.acting_for,
        "batch": found,
        "progress": progress,
        "left": in_words(left) if left is not None else "",
        "halted": why_halted(found.halted) if found.halted else "",
        "faults": rows(list(faults_first(items_of(found, faults=True))[:FAULTS_SHOWN])),
        "gone": status == 410,
    }
    if is_htmx(request):
        answer = render(request, "reports/_batch_state.html", context, status=status)
        if not found.under_way:
            answer.headers["HX-Refresh"] = "true"  # the list below, and what can be done with it, are others now
        return answer
    page = Paginator(faults_first(items_of(found)), PER_PAGE).get_page(request.GET.get("page"))
    context |= {"page": page, "rows": rows(list(page))}
    return render(request, "reports/batch.html", context, status=status)
