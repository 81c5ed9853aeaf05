"""Addresses of what is handed over: results and files."""

from django.urls import path

from reports.views import (
    bodies,
    chart_files,
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
    path("o/<uuid:organisation_id>/peers", peers.peers, name="peers"),
    path(
        "o/<uuid:organisation_id>/peers/<uuid:round_id>/<slug:chart>.<slug:form>",
        peers.peers_chart,
        name="peers_chart",
    ),
    path("o/<uuid:organisation_id>/data", data.overview, name="data"),
    path("o/<uuid:organisation_id>/data/export", data.export, name="data_export"),
    path("o/<uuid:organisation_id>/deletion", data.deletion, name="deletion"),
    path("o/<uuid:organisation_id>/deletion/cancel", data.cancel, name="deletion_cancel"),
]
