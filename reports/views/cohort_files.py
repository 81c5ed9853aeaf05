"""A network's files: ordering the report of a round or the handout of a workshop, watching it, taking it away.

A file is handed over only while everything that it rests on may be seen; where a consent ended, it is removed.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assessments.file_names import part_of_name
from cohorts.models import WorkshopPlan
from organisations.access import BodyRequest, requires_in_body
from organisations.audit import Verb, record
from organisations.downloads import PiecesWhile, attachment
from organisations.fragments import is_htmx
from organisations.limits import limited
from organisations.models import Round
from organisations.policy import Permission
from reports import jobs
from reports.forms import CohortReportOrderForm, HandoutOrderForm
from reports.models import BodyFile
from reports.resting import watch
from reports.tasks import ring


@requires_in_body(Permission.SHARED)
@require_http_methods(["GET", "HEAD", "POST"])
@limited("report")
def cohort_order(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """The reports of a round that were made, and a form for another one."""
    within = _round(request, round_id)
    return _order(request, within, None, CohortReportOrderForm(request.POST or None))


@requires_in_body(Permission.DIRECT)
@require_http_methods(["GET", "HEAD", "POST"])
@limited("report")
def handout_order(request: BodyRequest, round_id: UUID, plan_id: UUID) -> HttpResponse:
    """The handouts of a workshop that were made, and a form for another one."""
    within = _round(request, round_id)
    plan = get_object_or_404(WorkshopPlan, body=request.acting_for, round=within, pk=plan_id)
    return _order(request, within, plan, HandoutOrderForm(request.POST or None))


@requires_in_body(Permission.SHARED)
@never_cache
@require_safe
def body_file(request: BodyRequest, file_id: UUID) -> HttpResponse:
    """Where the job stands: a page that asks again by itself (htmx; without JavaScript by a link)."""
    job = _file(request, file_id)
    jobs.withdraw_unless_it_stands(job)
    return _page(request, job)


@requires_in_body(Permission.SHARED)
@never_cache
@require_safe
def body_download(request: BodyRequest, file_id: UUID) -> HttpResponseBase:
    """The file, piece by piece as long as everything that it rests on stands."""
    job = _file(request, file_id)
    if job.status != BodyFile.Status.DONE:
        return redirect("reports:body_file", request.acting_for.pk, job.pk)
    if jobs.withdraw_unless_it_stands(job):
        return _page(request, job, status=410)
    try:
        stream = job.file.open("rb")
    except FileNotFoundError:
        return _page(request, job, status=410, lost=True)
    if request.method == "GET":
        # FIGURES_TAKEN is told to every company that stands in it by name; of the others there is nothing to tell.
        verb = Verb.FIGURES_TAKEN if job.named else Verb.REPORT_TAKEN
        record(verb, actor=request.user, body=request.acting_for.pk, target=job.round_id, file=job.kind)
    pieces = PiecesWhile(stream, watch(job), what=f"file {job.pk} of a network rests on what ended")
    return attachment(pieces, name=_name(job), size=job.size, media_type="application/pdf")


# --- parts ------------------------------------------------------------------------------------------------------------


def _round(request: BodyRequest, round_id: UUID) -> Round:
    if not request.acting_for.is_network:
        raise Http404
    return get_object_or_404(request.acting_for.rounds, pk=round_id)


def _file(request: BodyRequest, file_id: UUID) -> BodyFile:
    rows = BodyFile.objects.select_related("body", "round", "plan").filter(body=request.acting_for)
    return get_object_or_404(rows, pk=file_id)


def _order(request: BodyRequest, within: Round, plan: WorkshopPlan | None, form: HandoutOrderForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        job = jobs.order_for_network(within, plan=plan, **form.cleaned_data, by=request.user, ring=ring)
        return redirect("reports:body_file", request.acting_for.pk, job.pk)
    context = {
        "body": request.acting_for,
        "round": within,
        "plan": plan,
        "form": form,
        "files": list(BodyFile.objects.filter(body=request.acting_for, round=within, plan=plan)),
    }
    refused = request.method == "POST"
    return render(request, "reports/cohort_file_order.html", context, status=422 if refused else 200)


def _page(request: BodyRequest, job: BodyFile, *, status: int = 200, lost: bool = False) -> HttpResponse:
    job.refresh_from_db(fields=["status", "reason", "file"])
    context: dict[str, Any] = {
        "job": job,
        "body": request.acting_for,
        "order_url": _order_address(job),
        "again": [("language", job.language), *([("named", "on")] if job.named else [])],
        "lost": lost,
    }
    template = "reports/_cohort_job.html" if is_htmx(request) else "reports/cohort_file.html"
    return render(request, template, context, status=status)


def _order_address(job: BodyFile) -> str:
    if job.plan_id is None:
        return reverse("reports:cohort_order", args=[job.body_id, job.round_id])
    return reverse("reports:handout_order", args=[job.body_id, job.round_id, job.plan_id])


def _name(job: BodyFile) -> str:
    """What it is, whose, of what, and of which day."""
    kind = _("配布資料") if job.plan else _("集計報告書")
    about = part_of_name(job.plan.title if job.plan else job.round.name, 40)
    day = timezone.localtime(job.finished_at).strftime("%Y%m%d")
    return f"{_('経安カルテ')}_{kind}_{part_of_name(job.body.name, 40)}_{about}_{day}.pdf"
