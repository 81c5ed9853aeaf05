"""Addresses of what is handed over: results and files."""

from django.urls import path

from reports.views import files, quick, results

app_name = "reports"
urlpatterns = [
    path("quick/result", quick.result, name="quick_result"),
    path("quick/result.pdf", quick.sheet, name="quick_sheet"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/result", results.result, name="result"),
    path("o/<uuid:organisation_id>/submissions/<uuid:submission_id>/", results.submission, name="submission"),
    path("o/<uuid:organisation_id>/submissions/<uuid:submission_id>/report", files.order, name="order"),
    path("o/<uuid:organisation_id>/reports/<uuid:report_id>/", files.status, name="status"),
    path("o/<uuid:organisation_id>/reports/<uuid:report_id>/file", files.download, name="download"),
]
