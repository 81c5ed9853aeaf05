"""Ordering a PDF, watching it being made, and taking it away."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from assessments.file_names import part_of_name
from assessments.models import Submission
from organisations.access import TenantRequest, requires
from organisations.audit import Verb, record
from organisations.fragments import is_htmx
from organisations.limits import limited
from organisations.policy import Permission
from reports import jobs
from reports.models import ReportFile
from reports.tasks import ring


@requires(Permission.READ)
@require_POST
@limited("report")
def order(request: TenantRequest, submission_id: UUID) -> HttpResponse:
    submission = get_object_or_404(Submission.objects.select_related("organisation"), pk=submission_id)
    asked = request.POST.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else get_language() or "ja"
    job = jobs.order(submission, language=language, by=request.user, ring=ring)
    return redirect("reports:status", request.organisation.pk, job.pk)


@requires(Permission.READ)
@never_cache
@require_safe
def status(request: TenantRequest, report_id: UUID) -> HttpResponse:
    """Where the job stands: a page that asks again by itself (htmx; without JavaScript by a link)."""
    job = get_object_or_404(ReportFile.objects.select_related("submission"), pk=report_id)
    template = "reports/_job.html" if is_htmx(request) else "reports/status.html"
    return render(request, template, {"job": job, "organisation": request.organisation})


@requires(Permission.READ)
@never_cache
@require_safe
def download(request: TenantRequest, report_id: UUID) -> HttpResponseBase:
    job = get_object_or_404(ReportFile.objects.select_related("submission"), pk=report_id)
    if job.status != ReportFile.Status.DONE:
        return redirect("reports:status", request.organisation.pk, job.pk)
    try:
        stream = job.file.open("rb")
    except FileNotFoundError:
        return render(request, "reports/file_lost.html", {"job": job, "organisation": request.organisation}, status=410)
    if request.method == "GET":
        ours = request.organisation.pk
        record(Verb.REPORT_TAKEN, actor=request.user, organisation=ours, target=job.submission_id)
    company = part_of_name(str(job.submission.company.get("name", "")), 60)
    day = timezone.localtime(job.submission.submitted_at).strftime("%Y%m%d")
    return FileResponse(
        stream,
        as_attachment=True,
        filename=f"経安カルテ_行動計画_{company}_{day}.pdf",
        content_type="application/pdf",
    )
