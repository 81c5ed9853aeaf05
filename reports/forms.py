"""The form that stands before a deletion."""

from __future__ import annotations

from typing import Any

from django import forms
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
