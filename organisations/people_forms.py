"""What an owner types about the people of the company: whom to invite, and as what."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organisations.policy import Role

ROLES = [(role.value, role.value) for role in Role]
ROLE_ERRORS = {
    "required": _("役割を選んでください。"),
    "invalid_choice": _("選べる役割は、画面にある四つだけです。"),
}


class AddressField(forms.EmailField):
    """A mail address, also as a Japanese keyboard writes it: full-width signs are taken for the plain ones."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return unicodedata.normalize("NFKC", text).strip().lower() if isinstance(text, str) else text


def address_field(**options: Any) -> AddressField:
    """The field of an invited person's address."""
    return AddressField(
        label=_("メールアドレス"),
        max_length=254,
        error_messages={
            "required": _("招待する人のメールアドレスを書いてください。"),
            "invalid": _("メールアドレスの形になっていません。例：tanaka@example.co.jp（1人分だけ書きます）"),
            "max_length": _("メールアドレスが長すぎます。"),
        },
        **options,
    )


class InvitationForm(forms.Form):
    """One person, and what they are to be."""

    email = address_field()
    role = forms.ChoiceField(label=_("役割"), choices=ROLES, error_messages=ROLE_ERRORS)

    def given_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class RoleForm(forms.Form):
    """Another role for somebody who is in the company."""

    role = forms.ChoiceField(choices=ROLES, error_messages=ROLE_ERRORS)

    def given_role(self) -> Role:
        return Role(self.cleaned_data["role"])
