"""The versions of the questionnaire, and what one changes of another, in words."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guidance.registry import UnknownCatalog, current_catalog, difference, library, version_order
from guidance.views.trail import frame, step


@login_not_required
@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    """Every version that is loaded, the newest first, each with the one before it."""
    catalogs = sorted(
        (loaded.catalog for loaded in library().catalogs.values()),
        key=lambda catalog: (catalog.catalog, version_order(catalog)),
        reverse=True,
    )
    before = [
        next((other for other in catalogs[index + 1 :] if other.catalog == catalog.catalog), None)
        for index, catalog in enumerate(catalogs)
    ]
    context = {
        **frame(_("設問票の版と違い")),
        "versions": list(zip(catalogs, before, strict=True)),
        "current": current_catalog(),
    }
    return render(request, "guidance/versions.html", context)


@login_not_required
@require_safe
def diff(request: HttpRequest, old: str, new: str) -> HttpResponse:
    """What `new` changes of `old`, question by question."""
    try:
        found = difference(old, new)
    except UnknownCatalog:
        raise Http404 from None
    heading = _("%(old)s から %(new)s への違い") % {"old": old, "new": new}
    context = {**frame(heading, step(_("設問票の版と違い"), "versions")), "diff": found}
    return render(request, "guidance/version_diff.html", context)
