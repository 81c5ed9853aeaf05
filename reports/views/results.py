"""The result page: three scores, what holds them, the trace and the ordered actions."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assessments.models import Assessment, Submission
from organisations.access import TenantRequest, requires
from organisations.policy import Permission, Role, allows
from reports.context import ReportContext
from reports.exports.submission_files import FORMS
from reports.jobs import TEMPLATE_VERSION
from reports.models import ReportFile
from reports.submitted import context_of, running_context


@requires(Permission.READ)
@never_cache
@require_safe
def result(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    """The running result of an open assessment; of a submitted one, its latest submission."""
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    if assessment.status == Assessment.Status.SUBMITTED:
        latest = Submission.objects.filter(assessment=assessment).order_by("-number").only("pk").first()
        if latest is not None:
            return redirect("reports:submission", request.organisation.pk, latest.pk)
    report = running_context(request.organisation, assessment, get_language() or "ja")
    return _page(request, report, assessment=assessment)


@requires(Permission.READ)
@never_cache
@require_safe
def submission(request: TenantRequest, submission_id: UUID) -> HttpResponse:
    found = get_object_or_404(Submission.objects.select_related("submitted_by", "assessment"), pk=submission_id)
    files = list(ReportFile.objects.filter(submission=found, template_version=TEMPLATE_VERSION))
    report = context_of(found, get_language() or "ja")
    return _page(request, report, assessment=found.assessment, submission=found, files=files)


def _page(
    request: TenantRequest,
    report: ReportContext,
    *,
    assessment: Assessment,
    submission: Submission | None = None,
    files: list[ReportFile] | None = None,
) -> HttpResponse:
    context = {
        "report": report,
        "organisation": request.organisation,
        "assessment": assessment,
        "submission": submission,
        "files": files or [],
        "missing": [code for code, _name in settings.LANGUAGES if code not in {job.language for job in files or []}],
        "forms": FORMS.values() if submission else (),
        "may_submit": allows(Role(request.membership.role), Permission.SUBMIT),
    }
    return render(request, "reports/result.html", context)
