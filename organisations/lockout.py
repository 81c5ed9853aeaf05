"""Wrong passwords lock: an account for one address after a few, and for every address after some more.

The lock is on the password alone. A code by mail, a passkey and an outside sign-in pass no password backend and stay
open, so that nobody can shut a person out by guessing. What is counted is what was typed, whether such an account
exists or not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from allauth.core.internal.ratelimit import get_ip
from allauth.usersessions.models import UserSession
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import salted_hmac


class LockoutHandler(AxesDatabaseHandler):  # type: ignore[misc]
    """Axes has one limit for all its counts; this has a second one for the account as a whole."""

    def get_failures(self, request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> int:
        """The larger of the two counts, the account's brought to the scale of the other: at the limit both lock."""
        here, anywhere = (
            attempts.aggregate(total=Sum("failures_since_start"))["total"] or 0
            for attempts in self.get_user_attempts(request, credentials)
        )
        return int(max(here, anywhere - settings.LOCK_AFTER_FROM_ANYWHERE + settings.LOCK_AFTER_FROM_ADDRESS))

    def reset_user_attempts(self, request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> int:
        """Signing in forgives the failures from this address; those of others go on counting."""
        here, _ = self.filter_user_attempts(request, credentials)
        return int(here.delete()[0])


def account_key(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """One key for all spellings of an address that open the same account.

    Sealed, because people type passwords into the wrong field, and the table of tries should not hold them.
    """
    typed = credentials.get("email") if credentials else request.POST.get("login")
    spelt = unicodedata.normalize("NFKC", str(typed or "")).casefold().strip()
    return salted_hmac("organisations.lockout", spelt).hexdigest()


def client_address(request: HttpRequest) -> str | None:
    """As the trusted proxy tells it; None where there is none, as in a shell."""
    try:
        return str(get_ip(request))
    except PermissionDenied:
        return None


def locked(request: HttpRequest, response: HttpResponse | None = None, credentials: object = None) -> HttpResponse:
    """The same page for every account, existing or not, with the ways in that stay open."""
    page = render(request, "account/locked.html", {"minutes": settings.LOCK_MINUTES}, status=429)
    page.headers["Retry-After"] = str(settings.LOCK_MINUTES * 60)
    add_never_cache_headers(page)
    return page


def unlock(email: str) -> int:
    """Forget the failures of an account: its owner has proven the mailbox by setting a new password."""
    return int(AccessAttempt.objects.filter(username=account_key(HttpRequest(), {"email": email})).delete()[0])


def forget_addresses() -> int:
    """Delete what holds an IP address and serves nothing more: tries older than the lock, sessions that are over."""
    now = timezone.now()
    tries = AccessAttempt.objects.filter(attempt_time__lt=now - settings.AXES_COOLOFF_TIME)
    sessions = UserSession.objects.filter(last_seen_at__lt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE))
    return int(tries.delete()[0] + sessions.delete()[0])
