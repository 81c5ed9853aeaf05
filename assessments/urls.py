"""Addresses of answering: the quick check, companies, the questionnaire."""

from django.urls import path

from assessments.views import (
    answer_sheet,
    answering,
    approval,
    company,
    delegation,
    entry,
    evidence,
    questionnaire,
    quick,
    review,
    tasks,
    versions,
)

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
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/q/<str:question_id>", answering.answer, name="answer"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/sheet", answer_sheet.sheet, name="answer_sheet"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/sheet.xlsx", answer_sheet.workbook, name="answer_workbook"),
    path(
        "o/<uuid:organisation_id>/a/<uuid:assessment_id>/sheet/changes",
        answer_sheet.changes,
        name="answer_sheet_changes",
    ),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/submit", questionnaire.submit, name="submit"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/version", versions.move, name="move"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/carried", versions.carried, name="carried"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/reopen", questionnaire.reopen, name="reopen"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/review", review.review, name="review"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/q/<str:question_id>/talk", review.talk, name="talk"),
    path(
        "o/<uuid:organisation_id>/a/<uuid:assessment_id>/q/<str:question_id>/followups",
        review.followup,
        name="followup",
    ),
    path(
        "o/<uuid:organisation_id>/a/<uuid:assessment_id>/followups/<uuid:followup_id>/settle",
        review.settle,
        name="settle",
    ),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/approval", approval.approval, name="approval"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/approval/apply", approval.apply, name="apply"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/approval/check", approval.check, name="check"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/approval/back", approval.send_back, name="send_back"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/approval/withdraw", approval.withdraw, name="withdraw"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/assign", delegation.assign, name="assign"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/assign/withdraw", delegation.withdraw, name="unassign"),
    path("o/<uuid:organisation_id>/tasks", tasks.tasks, name="tasks"),
    path("o/<uuid:organisation_id>/a/<uuid:assessment_id>/tasks/<str:section_id>", tasks.section, name="tasks_section"),
    path(
        "o/<uuid:organisation_id>/a/<uuid:assessment_id>/q/<str:question_id>/evidence",
        evidence.add,
        name="evidence_add",
    ),
    path("o/<uuid:organisation_id>/evidence/<uuid:evidence_id>", evidence.download, name="evidence"),
    path(
        "o/<uuid:organisation_id>/evidence/<uuid:evidence_id>/answered",
        evidence.download_answered,
        name="answered_evidence",
    ),
    path("o/<uuid:organisation_id>/evidence/<uuid:evidence_id>/remove", evidence.remove, name="evidence_remove"),
]
