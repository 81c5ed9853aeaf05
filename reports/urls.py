"""Addresses of what is handed over: results and files."""

from django.urls import path

from reports.views import (
    batches,
    bodies,
    chart_files,
    client_reports,
    cohort_files,
    cohorts,
    data,
    evidence,
    files,
    peers,
    quick,
    results,
    submission_files,
    workshops,
)

app_name = "reports"
REPORT = "b/<uuid:body_id>/c/<uuid:organisation_id>/s/<uuid:submission_id>/report"
REVISION = f"{REPORT}/<uuid:revision_id>"
ADVICE = "o/<uuid:organisation_id>/advice/<uuid:revision_id>"
urlpatterns = [
    path("quick/result", quick.result, name="quick_result"),
    path("quick/result.pdf", quick.sheet, name="quick_sheet"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/result", results.result, name="result"),
    path("o/<uuid:organisation_id>/submissions/<uuid:submission_id>/", results.submission, name="submission"),
    path(
        "o/<uuid:organisation_id>/submissions/<uuid:submission_id>/data/<slug:form>",
        submission_files.data,
        name="submission_data",
    ),
    path("o/<uuid:organisation_id>/submissions/<uuid:submission_id>/report", files.order, name="order"),
    path("o/<uuid:organisation_id>/reports/<uuid:report_id>/", files.status, name="status"),
    path("o/<uuid:organisation_id>/reports/<uuid:report_id>/file", files.download, name="download"),
    path("b/<uuid:body_id>/", bodies.members, name="members"),
    path("b/<uuid:body_id>/c/<uuid:organisation_id>/", bodies.member, name="member"),
    path(
        "b/<uuid:body_id>/c/<uuid:organisation_id>/s/<uuid:submission_id>/",
        bodies.shared_submission,
        name="shared_submission",
    ),
    path(
        "b/<uuid:body_id>/c/<uuid:organisation_id>/evidence/<uuid:evidence_id>",
        evidence.shared_evidence,
        name="shared_evidence",
    ),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/figures", cohorts.dashboard, name="dashboard"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/figures/count", cohorts.count, name="count"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/figures/companies", cohorts.companies, name="figures_companies"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/figures/outliers", cohorts.outliers, name="outliers"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/figures/side-by-side", cohorts.side_by_side, name="side_by_side"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/figures/<slug:chart>.<slug:form>", chart_files.chart, name="chart"),
    path("b/<uuid:body_id>/rounds/<uuid:round_id>/report", cohort_files.cohort_order, name="cohort_order"),
    path(
        "b/<uuid:body_id>/rounds/<uuid:round_id>/workshops/<uuid:plan_id>/handout",
        cohort_files.handout_order,
        name="handout_order",
    ),
    path(
        "b/<uuid:body_id>/rounds/<uuid:round_id>/workshops/<uuid:plan_id>/plan.xlsx",
        workshops.sheet,
        name="workshop_sheet",
    ),
    path("b/<uuid:body_id>/files/<uuid:file_id>/", cohort_files.body_file, name="body_file"),
    path("b/<uuid:body_id>/files/<uuid:file_id>/file", cohort_files.body_download, name="body_download"),
    path("b/<uuid:body_id>/batches/", batches.batches, name="batches"),
    path("b/<uuid:body_id>/batches/new", batches.order, name="batch_order"),
    path("b/<uuid:body_id>/batches/<uuid:batch_id>/", batches.batch, name="batch"),
    path("b/<uuid:body_id>/batches/<uuid:batch_id>/cancel", batches.cancel, name="batch_cancel"),
    path("b/<uuid:body_id>/batches/<uuid:batch_id>/again", batches.again, name="batch_again"),
    path("b/<uuid:body_id>/batches/<uuid:batch_id>/zip", batches.archive, name="batch_zip"),
    path("b/<uuid:body_id>/batches/<uuid:batch_id>/files/<uuid:item_id>", batches.one, name="batch_file"),
    path("o/<uuid:organisation_id>/peers", peers.peers, name="peers"),
    path(
        "o/<uuid:organisation_id>/peers/<uuid:round_id>/<slug:chart>.<slug:form>",
        peers.peers_chart,
        name="peers_chart",
    ),
    path(f"{REPORT}/preview/<slug:form>", client_reports.preview, name="client_preview"),
    path(f"{REVISION}/preview/<slug:form>", client_reports.revision_preview, name="revision_preview"),
    path(f"{REVISION}/files", client_reports.files, name="client_files"),
    path(f"{REVISION}/files/make", client_reports.order, name="client_order"),
    path(f"{REVISION}/files/<uuid:file_id>", client_reports.download, name="client_file"),
    path(f"{REVISION}/data/<slug:form>.<slug:kind>", client_reports.data, name="client_data"),
    path(f"{ADVICE}/preview/<slug:form>", client_reports.company_preview, name="company_preview"),
    path(f"{ADVICE}/sign", client_reports.acknowledge, name="acknowledge"),
    path(f"{ADVICE}/files", client_reports.company_files, name="company_client_files"),
    path(f"{ADVICE}/files/make", client_reports.company_order, name="company_client_order"),
    path(f"{ADVICE}/files/<uuid:file_id>", client_reports.company_download, name="company_client_file"),
    path(f"{ADVICE}/data/<slug:form>.<slug:kind>", client_reports.company_data, name="company_client_data"),
    path("o/<uuid:organisation_id>/data", data.overview, name="data"),
    path("o/<uuid:organisation_id>/data/export", data.export, name="data_export"),
    path("o/<uuid:organisation_id>/deletion", data.deletion, name="deletion"),
    path("o/<uuid:organisation_id>/deletion/cancel", data.cancel, name="deletion_cancel"),
]
