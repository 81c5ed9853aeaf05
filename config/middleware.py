"""What holds for every answer, before any room of the app is asked."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

Answer = Callable[[HttpRequest], HttpResponseBase]


class SiteHeaders:
    """Other sites may not load what is ours, neither as a picture nor as a script."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class BodyLimit:
    """Refuses a body that is too large, or whose size makes no sense, by what its header says and without reading it.

    A body without a size (chunked) needs no refusal: Django takes it for empty.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if too_large(request.META.get("CONTENT_LENGTH") or ""):
            # Without the request: its language and person would be asked from a body that stays unread.
            page = render_to_string("413.html", {"megabytes": settings.UPLOAD_LIMIT_MB})
            return HttpResponse(page, status=413, headers={"Cache-Control": "no-store"})
        return self.get_response(request)


def too_large(said: str) -> bool:
    """Digits only: `int` would also take a sign, blanks, underscores and the digits of other scripts."""
    if not said:
        return False
    return not (said.isascii() and said.isdigit()) or len(said) > 15 or int(said) > settings.BODY_LIMIT_BYTES
