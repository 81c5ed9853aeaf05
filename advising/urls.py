"""Addresses of an office's work with its clients, and of the clients' side of it."""

from django.urls import path

from advising.views import company, letterhead, portfolio, report, review

app_name = "advising"
CLIENT = "b/<uuid:body_id>/c/<uuid:organisation_id>/s/<uuid:submission_id>"
urlpatterns = [
    path("b/<uuid:body_id>/clients", portfolio.portfolio, name="portfolio"),
    path("b/<uuid:body_id>/letterhead", letterhead.letterhead, name="letterhead"),
    path(f"{CLIENT}/review", review.overview, name="review"),
    path(f"{CLIENT}/review/start", review.start, name="start"),
    path(f"{CLIENT}/review/note", review.note, name="whole_note"),
    path(f"{CLIENT}/review/finish", review.finish, name="finish"),
    path(f"{CLIENT}/review/reopen", review.reopen, name="reopen"),
    path(f"{CLIENT}/review/lead", review.lead, name="lead"),
    path(f"{CLIENT}/review/differences", review.differences, name="differences"),
    path(f"{CLIENT}/review/enquiries/<uuid:enquiry_id>/settle", review.settle, name="settle"),
    path(f"{CLIENT}/review/s/<str:section_id>", review.section, name="section"),
    path(f"{CLIENT}/review/q/<str:question_id>", review.finding, name="finding"),
    path(f"{CLIENT}/review/q/<str:question_id>/interview", review.interview, name="interview"),
    path(f"{CLIENT}/review/q/<str:question_id>/note", review.note, name="note"),
    path(f"{CLIENT}/review/q/<str:question_id>/ask", review.ask, name="ask"),
    path(f"{CLIENT}/report", report.report, name="report"),
    path(f"{CLIENT}/report/sign", report.sign, name="sign"),
    path(f"{CLIENT}/report/<uuid:revision_id>/", report.revision, name="revision"),
    path(f"{CLIENT}/report/<uuid:revision_id>/approve", report.approve, name="approve"),
    path(f"{CLIENT}/report/<uuid:revision_id>/return", report.send_back, name="send_back"),
    path(f"{CLIENT}/report/<uuid:revision_id>/withdraw", report.withdraw, name="withdraw"),
    path("o/<uuid:organisation_id>/advice", company.advice, name="advice"),
    path("o/<uuid:organisation_id>/advice/enquiries/<uuid:enquiry_id>", company.reply, name="reply"),
    path("o/<uuid:organisation_id>/advice/<uuid:revision_id>/", company.revision, name="company_revision"),
    path("o/<uuid:organisation_id>/advice/<uuid:revision_id>/return", company.send_back, name="company_send_back"),
]
