"""Addresses of what is handed over: results and files."""

from django.urls import path

from reports.views import bodies, data, evidence, files, quick, results

app_name = "reports"
urlpatterns = [
    path("quick/result", quick.result, name="quick_result"),
    path("quick/result.pdf", quick.sheet, name="quick_sheet"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/result", results.result, name="result"),
    path("o/<uuid:organisation_id>/submissions/<uuid:submission_id>/", results.submission, name="submission"),
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
    path("o/<uuid:organisation_id>/data", data.overview, name="data"),
    path("o/<uuid:organisation_id>/data/export", data.export, name="data_export"),
    path("o/<uuid:organisation_id>/deletion", data.deletion, name="deletion"),
    path("o/<uuid:organisation_id>/deletion/cancel", data.cancel, name="deletion_cancel"),
]
