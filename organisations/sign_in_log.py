"""Signing in and out, and tries that failed, as lines of the audit log.

A try at an address that no account has leaves no line: there is nobody to name, and what was typed is never kept. For
an account there is one line an hour for what did not fit and one for the lock. So 10,000 tries leave two lines, and a
patient guesser who stays below the lock still shows.
"""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from django.core.cache import cache
from django.http import HttpRequest

from organisations.audit import Verb, record
from organisations.models import User

ONE_LINE_IN = 3600
"""Seconds."""


def signed_in(request: HttpRequest, user: User) -> None:
    """How somebody signed in is kept too, as code words: password, code, mfa, socialaccount."""
    records = get_authentication_records(request, user)
    record(Verb.SIGNED_IN, actor=user, how=sorted({str(one.get("method", "")) for one in records}))


def signed_out(user: User) -> None:
    record(Verb.SIGNED_OUT, actor=user)


def failed(address: object, *, locked: bool) -> None:
    """A password did not fit, or was not looked at because the account is `locked`."""
    known = User.objects.filter(
        emailaddress__email__iexact=str(address or ""), emailaddress__verified=True, is_active=True
    ).first()
    if known is not None:
        failed_for(known, locked=locked)


def failed_for(user: User, *, locked: bool) -> None:
    """As `failed`, for who is known already: a second factor did not fit."""
    verb = Verb.LOCKED_OUT if locked else Verb.SIGN_IN_FAILED
    if cache.add(f"audit-{verb}-{user.pk}", 1, ONE_LINE_IN):
        record(verb, actor=None, target=user.pk)
