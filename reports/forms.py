"""The forms that stand before a deletion, and before a network's file is made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation


class DeletionForm(forms.Form):
    """The company's name, typed by hand: nobody deletes a company by a slip of the finger, or the wrong one."""

    name = forms.CharField(
        label=_("会社名"),
        help_text=_("確かめのため、会社名を上の表示のとおりに入力してください。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if typed != self.organisation.name.strip():
            raise forms.ValidationError(
                _("会社名と違います。「%(name)s」と、一字も変えずに入力してください。何も削除していません。"),
                params={"name": self.organisation.name},
            )
        return typed


class HandoutOrderForm(forms.Form):
    """In which language a file is made."""

    language = forms.ChoiceField(
        label=_("言語"),
        choices=settings.LANGUAGES,
        initial=settings.LANGUAGE_CODE,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": _("言語を選んでください。"), "invalid_choice": _("言語を選び直してください。")},
    )


class CohortReportOrderForm(HandoutOrderForm):
    """And whether companies stand in it by name: off unless it is wanted, for the report is passed on."""

    named = forms.BooleanField(
        label=_("会社名の入った頁も含める"),
        help_text=_(
            "名前を見せることに同意した会社の一覧が入ります。同意はこのネットワークに見せることへの同意です。"
            "ほかの人に渡す報告書では、外しておいてください。"
        ),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
