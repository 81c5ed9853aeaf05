"""Addresses of answering: the quick check, companies, the questionnaire."""

from django.urls import path

from assessments.views import company, entry, questionnaire, quick, versions

app_name = "assessments"
urlpatterns = [
    path("", entry.front, name="front"),
    path("home", entry.home, name="home"),
    path("quick/", quick.check, name="quick"),
    path("quick/keep", quick.keep, name="quick_keep"),
    path("company/new", company.create, name="company_new"),
    path("o/<uuid:organisation_id>/", company.overview, name="company"),
    path("o/<uuid:organisation_id>/company", company.edit, name="company_edit"),
    path("o/<uuid:organisation_id>/kept", company.take_kept, name="take_kept"),
    path("o/<uuid:organisation_id>/assessments", company.start, name="start"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/", questionnaire.contents, name="contents"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/s/<str:section_id>", questionnaire.section, name="section"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/q/<str:question_id>", questionnaire.answer, name="answer"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/submit", questionnaire.submit, name="submit"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/version", versions.move, name="move"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/carried", versions.carried, name="carried"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/reopen", questionnaire.reopen, name="reopen"),
]
