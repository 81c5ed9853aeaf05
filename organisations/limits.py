"""How often: one decorator for our views, and the page that says when to try again.

The figures stand in settings.ACCOUNT_RATE_LIMITS, beside those that allauth keeps for signing in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Concatenate, ParamSpec, TypeVar, cast

from allauth.core import ratelimit
from allauth.core.internal.ratelimit import get_ip, parse_rates
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)
ViewOf = Callable[Concatenate[R, P], HttpResponseBase]
DEFAULT_WAIT = 600


def limited(action: str) -> Callable[[ViewOf[R, P]], ViewOf[R, P]]:
    """POST only: counts by person, for somebody unknown by address; beyond the limit 429 instead of the view.

    Stands below `requires` and its like: who may not open the view uses nothing up.
    """
    if action not in settings.ACCOUNT_RATE_LIMITS:
        raise ImproperlyConfigured(f"settings.ACCOUNT_RATE_LIMITS has no {action!r}")

    def decorate(view: ViewOf[R, P]) -> ViewOf[R, P]:
        @wraps(view)
        def counted(request: R, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method == "POST" and not ratelimit.consume(request, action=action, key=_who(request)):
                return too_many(request, wait=_longest_wait(action))
            return view(request, *args, **kwargs)

        return cast(ViewOf[R, P], counted)

    return decorate


def too_many(request: HttpRequest, *, wait: int = DEFAULT_WAIT) -> HttpResponse:
    """The page of a limit; also the handler that allauth looks for. What was sent is not kept."""
    response = render(request, "429.html", {"minutes": ceil(wait / 60)}, status=429)
    response.headers["Retry-After"] = str(wait)
    add_never_cache_headers(response)
    return response


def _who(request: HttpRequest) -> str:
    """The person, or the address that `get_ip` takes from the trusted proxy alone; of an IPv6 address the network."""
    return f"person {request.user.pk}" if request.user.is_authenticated else f"address {get_ip(request)}"


def _longest_wait(action: str) -> int:
    return int(max(rate.duration for rate in parse_rates(settings.ACCOUNT_RATE_LIMITS[action])))
