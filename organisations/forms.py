"""What people type about companies and themselves."""

from __future__ import annotations

import unicodedata
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Column, Div, Field, Fieldset, Layout, Row, Submit
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from guidance.forms import WholeNumberField
from guidance.profile import FACTS, FLAGS, INDUSTRIES, INVESTMENT_SIZES, PREFECTURES, SALES_BANDS
from organisations.corporate_number import InvalidCorporateNumber, normalise
from organisations.models import Invitation, Organisation, User
from organisations.policy import Role


def _choices(options: Any) -> list[tuple[str, str]]:
    language = get_language() or "ja"
    return [("", "—"), *((key, text.get(language)) for key, text in options.items())]


def one_line(value: str) -> None:
    """Refuse line breaks and control characters: a name ends up in mail headers and file names."""
    if any(unicodedata.category(sign) in {"Cc", "Zl", "Zp"} for sign in value):
        raise forms.ValidationError(_("改行や制御文字は使えません。1行で書いてください。"))


class OrganisationForm(forms.Form):
    """Details of a company; `details()` gives them as model fields."""

    name = forms.CharField(
        label=_("会社名"),
        max_length=120,
        validators=[one_line],
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    corporate_number = forms.CharField(
        label=_("法人番号"),
        required=False,
        max_length=40,
        help_text=_("13桁。全角でもかまいません。個人事業の方や、手元にないときは空欄で進めます。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    industry = forms.ChoiceField(label=_("業種"), help_text=_("日本標準産業分類の大分類です。"))
    prefecture = forms.ChoiceField(label=_("本社の都道府県"))
    employees = WholeNumberField(
        label=_("従業員数"),
        min_value=1,
        max_value=1_000_000,
        help_text=_("パートを含む、おおよその人数でかまいません。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    sales_band = forms.ChoiceField(label=_("年間の売上高"))

    your_name = forms.CharField(
        label=_("あなたのお名前"),
        required=False,
        max_length=80,
        validators=[one_line],
        help_text=_("書いておくと、回答した人・提出した人として画面とPDFに出ます。空欄でも進めます。"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(
        self, *args: Any, organisation: Organisation | None = None, ask_name: bool = False, **kwargs: Any
    ) -> None:
        """`ask_name` adds the person's own name, which is not part of `details()`."""
        if organisation is not None:
            kwargs["initial"] = {
                "name": organisation.name,
                "corporate_number": organisation.corporate_number,
                **organisation.profile(),
            }
        super().__init__(*args, **kwargs)
        self.fields["industry"].choices = _choices(INDUSTRIES)  # type: ignore[attr-defined]
        self.fields["prefecture"].choices = _choices(PREFECTURES)  # type: ignore[attr-defined]
        self.fields["sales_band"].choices = _choices(SALES_BANDS)  # type: ignore[attr-defined]
        if not ask_name:
            del self.fields["your_name"]
        language = get_language() or "ja"
        for fact in FLAGS:
            self.fields[fact.key] = forms.BooleanField(label=fact.text.get(language), required=False)
        self.fields["investment_size"] = forms.ChoiceField(
            label=FACTS["investment_size"].text.get(language), choices=_choices(INVESTMENT_SIZES), required=False
        )
        self.helper = FormHelper()
        self.helper.form_method = "post"
        self.helper.attrs = {"novalidate": ""}
        self.helper.layout = Layout(
            Fieldset(
                _("会社について"),
                "name",
                "corporate_number",
                Row(Column("industry", css_class="col-md-6"), Column("prefecture", css_class="col-md-6")),
                Row(Column("employees", css_class="col-md-6"), Column("sales_band", css_class="col-md-6")),
                *(["your_name"] if ask_name else []),
            ),
            Fieldset(
                _("当てはまるものに印を付けてください"),
                HTML('{% include "organisations/_facts_hint.html" %}'),
                Div(*(Field(fact.key) for fact in FLAGS if fact.use == "scene"), css_class="fact-list"),
            ),
            Fieldset(
                _("投資の計画（支援策を探すために使います。わからなければ空のままで進めます）"),
                Div(*(Field(fact.key) for fact in FLAGS if fact.use == "support"), css_class="fact-list"),
                "investment_size",
            ),
            Submit("save", _("保存して進む"), css_class="btn-lg"),
        )

    def clean_corporate_number(self) -> str:
        written: str = self.cleaned_data["corporate_number"].strip()
        if not written:
            return ""
        try:
            return normalise(written)
        except InvalidCorporateNumber as error:
            raise forms.ValidationError(error.en if get_language() == "en" else error.ja) from None

    def details(self) -> dict[str, Any]:
        """The cleaned values as fields of Organisation."""
        facts = {*(fact.key for fact in FLAGS), "investment_size"}
        other = {*facts, "your_name"}
        fields = {name: value for name, value in self.cleaned_data.items() if name not in other}
        return {**fields, "facts": {key: self.cleaned_data[key] for key in sorted(facts)}}


class AcceptanceForm(forms.Form):
    """Taking up an invitation: one's name where none is known, and, where a body asks, the company that joins it."""

    your_name = forms.CharField(
        label=_("あなたのお名前"),
        max_length=80,
        validators=[one_line],
        help_text=_("回答や確認をした人として、会社の画面とPDFに出ます。"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    organisation = forms.ModelChoiceField(
        label=_("参加する会社"),
        queryset=Organisation.objects.none(),
        help_text=_("あなたが責任者になっている会社から選びます。"),
    )

    def __init__(self, *args: Any, invitation: Invitation, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user.name:
            del self.fields["your_name"]
        if invitation.role:
            del self.fields["organisation"]
        else:
            owned = Organisation.objects.filter(memberships__user=user, memberships__role=Role.OWNER)
            self.fields["organisation"].queryset = owned.order_by("name")  # type: ignore[attr-defined]


class AccountDeletionForm(forms.Form):
    """One's own address, typed by hand, before the account goes."""

    email = forms.CharField(
        label=_("あなたのメールアドレス"),
        help_text=_("確かめのため、このアカウントのメールアドレスを入力してください。"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"]
        if typed.casefold() != self.user.email.casefold():
            raise forms.ValidationError(_("このアカウントのメールアドレスと違います。何も削除していません。"))
        return typed
