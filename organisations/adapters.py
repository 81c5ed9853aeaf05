"""Where allauth asks us: what a limit answers, how keys are called, and what an outside sign-in may do."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from organisations import sign_in_log
from organisations.lockout import locked, unlock
from organisations.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Too many tries get one answer, whichever count was full; a new password ends the lock; the audit log has it."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            sign_in_log.failed(credentials.get("email"), locked=True)
            raise ImmediateHttpResponse(locked(request)) from None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        sign_in_log.failed(credentials.get("email"), locked=getattr(request, "axes_locked_out", False))

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        sign_in_log.signed_in(request, user)

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            sign_in_log.signed_out(request.user)
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        super().set_password(user, password)
        unlock(user.email)


def _box() -> MultiFernet:
    """Locked with a key made from SECRET_KEY; what was locked with an earlier one still opens."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    made = (hmac.digest(key.encode(), b"organisations.second_factor", "sha256") for key in keys)
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in made])


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Names that a person can tell apart, and secrets that a copy of the database alone does not give away."""

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("パスキー%(number)d") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}


class OutsideAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """OpenID Connect, from the settings alone, and with as little of the person as it takes to know them again."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """A row in the database opens no door that the operator did not."""
        known: list[dict[str, Any]] = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
        apps = [SocialApp(provider="openid_connect", **app) for app in known]
        return [
            app
            for app in apps
            if provider in {None, app.provider, app.provider_id} and client_id in {None, app.client_id}
        ]

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Comes before anybody is looked up by address, so that an address counts as proven only where OIDC_TRUST_EMAIL
        says so; the others get our code by mail first. `is True`, because some providers send the word "false"."""
        for address in sociallogin.email_addresses:
            address.verified = settings.OIDC_TRUST_EMAIL and address.verified is True
        sociallogin.account.extra_data = {}
        user: User = super().populate_user(request, sociallogin, data)
        user.name = " ".join(str(data.get("name") or "").split())[:80]
        return user
