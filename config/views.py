"""The health probe, and the page that shows every component."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisations.access import public


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """200 `ok` when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@public
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state, with sample words only."""
    return render(request, "components/styleguide.html")
