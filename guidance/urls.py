"""Addresses of the library."""

from django.urls import path

from guidance import views

app_name = "guidance"
urlpatterns = [
    path("", views.library_index, name="library"),
    path("sources/<str:source_id>", views.source, name="source"),
    path("glossary", views.glossary, name="glossary"),
]
