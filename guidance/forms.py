"""What somebody types or uploads to look around in the library; nothing of it is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from unicodedata import normalize

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from guidance.profile import Fact, Profile, ProfileValue

LARGEST_WORKBOOK = 5_000_000  # bytes
FLAGS: Mapping[str, bool] = {"yes": True, "no": False}


class WholeNumberField(forms.IntegerField):
    """Takes full-width digits and thousands separators: 「１，２００」 is 1200."""

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = normalize("NFKC", value).replace(",", "").replace("人", "").replace("名", "").strip()
        return super().to_python(value)


class FactsForm(forms.Form):
    """Some facts of a company, each of which may stay unknown; `profile()` gives those that are known."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, facts: Iterable[Fact], button: str) -> None:
        super().__init__(data)
        language = get_language() or "ja"
        for fact in facts:
            self.fields[fact.key] = _field(fact, language)
        self.helper = FormHelper()
        self.helper.form_method = "get"
        self.helper.disable_csrf = True
        self.helper.attrs = {"novalidate": ""}
        columns = [Column(name, css_class="col-md-6") for name in self.fields]
        self.helper.layout = Layout(Row(*columns), StrictButton(button, type="submit", css_class="btn-primary"))

    def profile(self) -> Profile:
        """The facts that were given; of a form with faults nothing is taken."""
        if not self.is_valid():
            return {}
        found: dict[str, ProfileValue] = {}
        for name, value in self.cleaned_data.items():
            if value not in (None, ""):
                found[name] = FLAGS.get(value, value) if isinstance(value, str) else value
        return found


def _field(fact: Fact, language: str) -> forms.Field:
    label = fact.text.get(language)
    if fact.kind == "number":
        widget = forms.TextInput(attrs={"inputmode": "numeric"})
        return WholeNumberField(label=label, required=False, min_value=0, max_value=1_000_000, widget=widget)
    known = fact.choices or {}
    choices = [(key, text.get(language)) for key, text in known.items()] or [("yes", _("はい")), ("no", _("いいえ"))]
    return forms.ChoiceField(label=label, required=False, choices=[("", _("わからない")), *choices])


class WorkbookForm(forms.Form):
    """One workbook to be checked."""

    file = forms.FileField(
        label=gettext_lazy("確かめるファイル（xlsx、5 MBまで）"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={
            "required": gettext_lazy("ファイルを選んでください。"),
            "empty": gettext_lazy("ファイルが空です。選び直してください。"),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": ""}
        self.helper.layout = Layout("file", StrictButton(_("確かめる"), type="submit", css_class="btn btn-primary"))

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_WORKBOOK:
            raise forms.ValidationError(_("ファイルが大きすぎます。5 MBまでのファイルを選んでください。"))
        return file
