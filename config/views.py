"""The health probe."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse

from organisations.access import public


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """200 `ok` when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
