"""Every address of the site; each room keeps its own list."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from config.views import healthz, styleguide

urlpatterns = [
    path("healthz", healthz),
    path("styleguide", styleguide),
    path("language", login_not_required(set_language), name="set_language"),
    path("account/", include("allauth.account.urls")),
    path("guidance/", include("guidance.urls")),
    path("", include("assessments.urls")),
    path("", include("reports.urls")),
]
