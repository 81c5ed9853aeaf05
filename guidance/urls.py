"""Addresses of the library."""

from django.urls import path

from guidance.views import documents, drafts, questionnaire, reference, searching, versions

app_name = "guidance"
urlpatterns = [
    path("", documents.library_index, name="library"),
    path("sources/<str:source_id>", documents.source, name="source"),
    path("clauses/<str:clause_id>", documents.clause, name="clause"),
    path("questions", questionnaire.questions, name="questions"),
    path("questions/<str:question_id>", questionnaire.question, name="question"),
    path("actions", questionnaire.actions, name="actions"),
    path("actions/<str:action_id>", questionnaire.action, name="action"),
    path("lists/<str:list_id>", reference.reference_list, name="list"),
    path("support", reference.measures, name="support"),
    path("support/<str:measure_id>", reference.measure, name="measure"),
    path("search", searching.search, name="search"),
    path("drafts/check", drafts.check, name="draft_check"),
    path("drafts/<str:ref>", drafts.draft, name="draft"),
    path("drafts/<str:ref>/catalog.xlsx", drafts.workbook, name="draft_workbook"),
    path("versions", versions.versions, name="versions"),
    path("versions/<str:old>/<str:new>", versions.diff, name="diff"),
    path("glossary", documents.glossary, name="glossary"),
]
