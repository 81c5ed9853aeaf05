"""Whether a person has a second factor. Who needs one and has none is sent to the page named `mfa_index`."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled

from organisations.models import User

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def has_second_factor(user: User) -> bool:
    """An authenticator app or a passkey; recovery codes alone are none. One query."""
    return bool(is_mfa_enabled(user, FACTORS))
