"""The client report to read and to take: the preview as a page, and of a released revision the papers and the data. For
the office while the consent holds, and for the company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advising import client_reports
from advising.choices import FORMS
from advising.forms import ReportForm
from advising.freezing import context_of
from advising.models import Revision
from advising.reading import review_of
from advising.signing import NotNow, State
from advising.words import WHY_NOT
from assessments.file_names import part_of_name
from organisations.access import SharedRequest, TenantRequest, requires, requires_shared
from organisations.audit import Verb, record
from organisations.consent import What
from organisations.downloads import Pieces, PiecesWhileShared, attachment
from organisations.fragments import is_htmx
from organisations.limits import limited
from organisations.policy import Permission
from reports import jobs
from reports.client import docx, paper
from reports.models import ClientFile
from reports.tasks import ring
from reports.templatetags.tongues import tongues_of

DATA = {"json": "application/json", "docx": docx.MEDIA_TYPE}


# --- the page ---------------------------------------------------------------------------------------------------------


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: SharedRequest, submission_id: UUID, form: str) -> HttpResponse:
    """The report as it would be signed now; after a POST, with what stands in the form, which is not saved."""
    review = review_of(submission_id)
    if review is None or form not in FORMS:
        raise Http404
    report = client_reports.report_of(review)
    if request.method == "POST":
        typed = ReportForm(request.POST, actions=client_reports.offered_for(review, report))
        if not typed.is_valid():
            faults = [error for errors in typed.errors.values() for error in errors]
            return render(request, "reports/client_preview_refused.html", {"faults": faults}, status=422)
        for name, value in typed.choices().items():
            setattr(report, name, value)
    latest = client_reports.latest_revision(report)
    released = client_reports.last_released(report)
    context = context_of(
        report,
        shared=request.shared,
        revision=latest.number + 1 if latest else 1,
        before=released.context if released else None,
    )
    back = reverse("advising:report", args=[request.acting_for.pk, request.organisation.pk, submission_id])
    return _page(request, context, form, back=back)


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_safe
def revision_preview(request: SharedRequest, submission_id: UUID, revision_id: UUID, form: str) -> HttpResponse:
    """A revision as it was signed."""
    revision = _of_office(submission_id, revision_id)
    back = reverse(
        "advising:revision", args=[request.acting_for.pk, request.organisation.pk, submission_id, revision_id]
    )
    return _revision_page(request, revision, form, back)


@requires(Permission.READ)
@require_safe
def company_preview(request: TenantRequest, revision_id: UUID, form: str) -> HttpResponse:
    """A revision as the company reads it."""
    revision = _of_company(revision_id)
    back = reverse("advising:company_revision", args=[request.organisation.pk, revision_id])
    return _revision_page(request, revision, form, back)


# --- the files --------------------------------------------------------------------------------------------------------


@requires_shared(What.ANSWERS, Permission.ADVISE)
@never_cache
@require_safe
def files(request: SharedRequest, submission_id: UUID, revision_id: UUID) -> HttpResponse:
    """The papers of a released revision, as they are being made."""
    place = [request.acting_for.pk, request.organisation.pk, submission_id, revision_id]
    return _files(request, _of_office(submission_id, revision_id), "", place)


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_POST
@limited("report")
def order(request: SharedRequest, submission_id: UUID, revision_id: UUID) -> HttpResponse:
    """Make what is missing."""
    _order(_of_office(submission_id, revision_id), request)
    place = [request.acting_for.pk, request.organisation.pk, submission_id, revision_id]
    return redirect("reports:client_files", *place)


@requires_shared(What.ANSWERS, Permission.ADVISE)
@never_cache
@require_safe
def download(request: SharedRequest, submission_id: UUID, revision_id: UUID, file_id: UUID) -> HttpResponseBase:
    """The signed paper, cut off at once where the consent ends."""
    revision = _of_office(submission_id, revision_id)
    job = _done(revision, file_id)
    if job is None:
        return redirect(
            "reports:client_files", request.acting_for.pk, request.organisation.pk, submission_id, revision_id
        )
    if request.method == "GET":
        ids = {"organisation": request.organisation.pk, "body": request.acting_for.pk}
        record(Verb.SIGNED_REPORT_TAKEN, actor=request.user, target=submission_id, **ids)
    pieces = PiecesWhileShared(
        job.file.open("rb"),
        body_id=request.acting_for.pk,
        organisation_id=request.organisation.pk,
        what=What.ANSWERS,
    )
    return attachment(pieces, name=_name(revision, job.language, "pdf"), size=job.size, media_type="application/pdf")


@requires_shared(What.ANSWERS, Permission.ADVISE)
@require_safe
def data(request: SharedRequest, submission_id: UUID, revision_id: UUID, form: str, kind: str) -> HttpResponseBase:
    """Word to edit, or JSON; also before the release, for offices edit before everybody has signed."""
    revision = _of_office(submission_id, revision_id)
    if request.method == "GET":
        ids = {"organisation": request.organisation.pk, "body": request.acting_for.pk}
        record(Verb.SIGNED_REPORT_TAKEN, actor=request.user, target=submission_id, **ids)
    return _data(revision, form, kind)


@requires(Permission.READ)
@never_cache
@require_safe
def company_files(request: TenantRequest, revision_id: UUID) -> HttpResponse:
    return _files(request, _of_company(revision_id), "company_", [request.organisation.pk, revision_id])


@requires(Permission.READ)
@require_POST
@limited("report")
def company_order(request: TenantRequest, revision_id: UUID) -> HttpResponse:
    _order(_of_company(revision_id), request)
    return redirect("reports:company_client_files", request.organisation.pk, revision_id)


@requires(Permission.READ)
@never_cache
@require_safe
def company_download(request: TenantRequest, revision_id: UUID, file_id: UUID) -> HttpResponseBase:
    revision = _of_company(revision_id)
    job = _done(revision, file_id)
    if job is None:
        return redirect("reports:company_client_files", request.organisation.pk, revision_id)
    if request.method == "GET":
        target = revision.report.review.submission_id
        record(Verb.SIGNED_REPORT_TAKEN, actor=request.user, organisation=request.organisation.pk, target=target)
    pieces = Pieces(job.file.open("rb"))
    return attachment(pieces, name=_name(revision, job.language, "pdf"), size=job.size, media_type="application/pdf")


@requires(Permission.READ)
@require_safe
def company_data(request: TenantRequest, revision_id: UUID, form: str, kind: str) -> HttpResponseBase:
    revision = _of_company(revision_id)
    if request.method == "GET":
        target = revision.report.review.submission_id
        record(Verb.SIGNED_REPORT_TAKEN, actor=request.user, organisation=request.organisation.pk, target=target)
    return _data(revision, form, kind)


@requires(Permission.SUBMIT)
@require_POST
def acknowledge(request: TenantRequest, revision_id: UUID) -> HttpResponse:
    """The signature of the company's head: with it the report is released, and its papers are made."""
    found = _of_company(revision_id)
    try:
        signed = client_reports.acknowledge(found.pk, request.POST.get("digest", ""), by=request.user)
    except NotNow as refused:
        messages.error(request, str(WHY_NOT[type(refused)]))
        return redirect("advising:company_revision", request.organisation.pk, revision_id)
    jobs.order_of_client(signed, by=request.user, ring=ring)
    messages.success(request, _("署名しました。報告書はこの内容で確定しました。"))
    return redirect("reports:company_client_files", request.organisation.pk, revision_id)


# --- parts ------------------------------------------------------------------------------------------------------------


def _of_office(submission_id: UUID, revision_id: UUID) -> Revision:
    found = Revision.objects.filter(pk=revision_id, report__review__submission=submission_id)
    return _first(found.select_related("body", "report__review"))


def _of_company(revision_id: UUID) -> Revision:
    shown = Revision.objects.filter(pk=revision_id, state__in=[State.APPROVED, State.RELEASED])
    return _first(shown.select_related("body", "report__review"))


def _first(found: Any) -> Revision:
    revision: Revision | None = found.first()
    if revision is None:
        raise Http404
    return revision


def _revision_page(request: Any, revision: Revision, form: str, back: str) -> HttpResponse:
    if form not in revision.context["languages"]:
        raise Http404
    return _page(request, revision.context, form, back=back, signatures=revision.signatures, digest=revision.digest)


def _page(
    request: Any,
    context: Mapping[str, Any],
    form: str,
    *,
    back: str,
    signatures: Sequence[Mapping[str, Any]] = (),
    digest: str = "",
) -> HttpResponse:
    reports = paper.reports_of(context, form, signatures=signatures, digest=digest)
    with translation.override(reports[0].language):
        return render(request, "reports/client_preview.html", {**tongues_of(reports), "back": back, "form": form})


def _files(request: Any, revision: Revision, side: str, place: list[UUID]) -> HttpResponse:
    if revision.state != State.RELEASED:
        raise Http404
    made = {job.language: job for job in ClientFile.objects.filter(revision=revision)}
    forms = revision.context["languages"]

    def address(job: ClientFile) -> str:
        return reverse(f"reports:{side}client_file", args=[*place, job.pk])

    context = {
        "revision": revision,
        "files": [(form, job := made.get(form), address(job) if job else "") for form in forms],
        "status_url": reverse(f"reports:{side}client_files", args=place),
        "order_url": reverse(f"reports:{side}client_order", args=place),
        "word": [(form, reverse(f"reports:{side}client_data", args=[*place, form, "docx"])) for form in forms],
        "json_url": reverse(f"reports:{side}client_data", args=[*place, forms[0], "json"]),
        "back": reverse("advising:company_revision" if side else "advising:revision", args=place),
    }
    template = "reports/_client_files.html" if is_htmx(request) else "reports/client_files.html"
    return render(request, template, context)


def _order(revision: Revision, request: Any) -> None:
    try:
        jobs.order_of_client(revision, by=request.user, ring=ring)
    except jobs.NotReleased:
        raise Http404 from None


def _done(revision: Revision, file_id: UUID) -> ClientFile | None:
    """The finished file. One that the storage lost is noted as such: its page then offers to make it again."""
    job: ClientFile | None = ClientFile.objects.filter(pk=file_id, revision=revision).first()
    if job is None:
        raise Http404
    if job.status != ClientFile.Status.DONE:
        return None
    if not job.file.storage.exists(job.file.name or ""):
        jobs.remove(job, ClientFile.Reason.STORAGE)
        return None
    return job


def _data(revision: Revision, form: str, kind: str) -> HttpResponseBase:
    if form not in revision.context["languages"] or kind not in DATA:
        raise Http404
    if kind == "json":
        content = paper.data_of(revision.context, revision.signatures)
    else:
        reports = paper.reports_of(revision.context, form, signatures=revision.signatures, digest=revision.digest)
        content = docx.document(reports)
    name = _name(revision, "" if kind == "json" else form, kind)
    return attachment(iter([content]), name=name, size=len(content), media_type=DATA[kind])


def _name(revision: Revision, form: str, ending: str) -> str:
    """What it is, of whom, which revision, in which language."""
    company = part_of_name(revision.context["company"]["name"], 60)
    tongue = f"_{form}" if form else ""
    return f"{_('経安カルテ')}_{_('確認報告書')}_{company}_v{revision.number}{tongue}.{ending}"
