"""The forms of the second factor, in words that a company president knows, and with their own count of wrong codes."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from organisations import sign_in_log

ACTION = "second_factor"


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    """A code of the app or a recovery code, at sign-in. Six digits bear few guesses: fewer than a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("認証アプリに表示された6桁の数字（または回復コード）")
        self.fields["code"].widget.attrs.pop("placeholder", None)

    def clean_code(self) -> str:
        key = str(self.user.pk)
        if not ratelimit.consume(context.request, action=ACTION, key=key):
            sign_in_log.failed_for(self.user, locked=True)
            raise get_adapter().validation_error("too_many_login_attempts")
        try:
            code: str = super().clean_code()
        except ValidationError:
            sign_in_log.failed_for(self.user, locked=False)
            raise
        ratelimit.clear(context.request, action=ACTION, key=key)
        return code


class AppForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("アプリに表示された6桁の数字")
        self.fields["code"].widget.attrs.pop("placeholder", None)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class KeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey; ticked already is what nearly everybody wants: signing in with it alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("名前")
        self.fields["name"].help_text = _(
            "あとで見分けるための名前です。例：「会社のパソコン」「自分のスマートフォン」"
        )
        self.fields["passwordless"].label = _("このパスキーだけでログインできるようにする")
        self.fields["passwordless"].help_text = _("指紋・顔・暗証番号のいずれかで、この端末が本人を確かめます。")
        self.fields["passwordless"].initial = True


class RenameKeyForm(EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("名前")
