"""Whether a page is asked for as a whole, or htmx asks for a piece of it."""

from __future__ import annotations

from django.http import HttpRequest


def is_htmx(request: HttpRequest) -> bool:
    """True where htmx sent the request: it takes the fragment, where everybody else takes the page."""
    return request.headers.get("HX-Request") == "true"
