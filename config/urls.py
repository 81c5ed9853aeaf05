"""Every address of the site; each room keeps its own list."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from config.views import healthz, styleguide

urlpatterns = [
    path("healthz", healthz),
    path("styleguide", styleguide),
    path("language", login_not_required(set_language), name="set_language"),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("guidance/", include("guidance.urls")),
    path("", include("organisations.urls")),
    path("", include("assessments.urls")),
    path("", include("cohorts.urls")),
    path("", include("advising.urls")),
    path("", include("reports.urls")),
]

# Without a provider there is no address that could be tried.
outside_urls = [
    path("account/3rdparty/", include("allauth.socialaccount.urls")),
    path("account/", include("allauth.socialaccount.providers.openid_connect.urls")),
]
if settings.OIDC_ENABLED:
    urlpatterns += outside_urls

handler429 = "organisations.limits.too_many"  # not Django's: allauth looks for it here
