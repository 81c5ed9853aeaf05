"""What a coordinator types about a round and its list, and what somebody types who joins by its code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cohorts.list_files import MOST_COMPANIES
from guidance.catalog import Catalog
from organisations.body_forms import DayField
from organisations.forms import one_line
from organisations.models import Body, Organisation, Round, User
from organisations.policy import Role

LARGEST_LIST = 5_000_000
"""Bytes. A list of 10,000 companies has 2 MB as CSV, and less as XLSX."""


def _first_hours() -> list[tuple[int, str]]:
    return [(hour, gettext("%(hour)d時") % {"hour": hour}) for hour in range(24)]


def _last_hours() -> list[tuple[int, str]]:
    return [(hour, gettext("%(hour)d時") % {"hour": hour}) for hour in range(1, 25)]


class MailHoursForm(forms.Form):
    """When a round's reminders may be sent. Every fault is told at once."""

    hour_from = forms.TypedChoiceField(label=_("メールを送り始める時刻"), coerce=int, choices=_first_hours, initial=9)
    hour_until = forms.TypedChoiceField(label=_("メールを送り終える時刻"), coerce=int, choices=_last_hours, initial=17)
    weekdays_only = forms.BooleanField(
        label=_("土曜と日曜には送らない"),
        required=False,
        initial=True,
        help_text=_("決めた日の催促は、この時間に送ります。案内と、「いますぐ送る」催促は、時刻によらず送ります。"),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("hour_from"), given.get("hour_until")
        if first is not None and last is not None and last <= first:
            self.add_error("hour_until", _("送り終える時刻が、送り始める時刻より前か同じです。"))
        return given


class RoundForm(MailHoursForm):
    """A new round of a network."""

    name = forms.CharField(label=_("回の名前"), max_length=80, validators=[one_line], help_text=_("例：2026年度 第1回"))
    catalog_ref = forms.ChoiceField(label=_("設問票の版"))
    opens_on = DayField(label=_("始まる日"))
    closes_on = DayField(label=_("終わる日"), help_text=_("この日の提出も数えます。あとから延ばせます。"))
    take_over = forms.ChoiceField(
        label=_("名簿を引き継ぐ回"),
        required=False,
        help_text=_(
            "その回の名簿から、抜けた会社を除いて写します。会員の会社は、選ばなくても、開くときに全社が加わります。"
        ),
    )
    field_order = ("name", "catalog_ref", "opens_on", "closes_on", "take_over")

    def __init__(self, *args: Any, body: Body, catalogs: Iterable[Catalog], rounds: Iterable[Round], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._rounds = {str(one.pk): one for one in rounds}
        self._names = {one.name for one in self._rounds.values()}
        self.fields["catalog_ref"].choices = [(catalog.ref, catalog.ref) for catalog in catalogs]  # type: ignore[attr-defined]
        named = [(key, one.name) for key, one in self._rounds.items()]
        self.fields["take_over"].choices = [("", _("引き継がない")), *named]  # type: ignore[attr-defined]
        if not named:
            del self.fields["take_over"]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name in self._names:
            raise forms.ValidationError(_("同じ名前の回が、もうあります。"))
        return name

    def clean_take_over(self) -> Round | None:
        return self._rounds.get(self.cleaned_data["take_over"])

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        opens_on, closes_on = given.get("opens_on"), given.get("closes_on")
        if opens_on and closes_on and closes_on < opens_on:
            self.add_error("closes_on", _("終わる日が、始まる日より前です。"))
        return given


class RoundChangeForm(MailHoursForm):
    """What can be changed of a round later: its last day and the hours of its mails."""

    closes_on = DayField(label=_("終わる日"), help_text=_("この日の提出も数えます。"))
    field_order = ("closes_on",)


class ListForm(forms.Form):
    """A network's list of companies."""

    file = forms.FileField(
        label=_("名簿のファイル（CSV か xlsx）"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={
            "required": _("ファイルを選んでください。"),
            "empty": _("ファイルが空です。選び直してください。"),
        },
    )

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_LIST:
            told = {"most": f"{MOST_COMPANIES:,}"}
            raise forms.ValidationError(
                _("ファイルが大きすぎます。5 MB、%(most)s社までです。ファイルを分けて、1つずつ取り込んでください。")
                % told
            )
        return file


class CodeForm(forms.Form):
    """The code of a round."""

    code = forms.CharField(
        label=_("参加コード"),
        max_length=40,
        help_text=_("10文字の英字と数字です。小文字や、間に空白やハイフンがあってもかまいません。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class JoiningForm(CodeForm):
    """Which of one's own companies joins. The code goes along."""

    organisation = forms.ModelChoiceField(
        label=_("参加する会社"),
        queryset=Organisation.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("参加する会社を選んでください。"),
            "invalid_choice": _("あなたが責任者になっている会社から選んでください。"),
        },
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget = forms.HiddenInput()
        owned = Organisation.objects.filter(memberships__user=user, memberships__role=Role.OWNER).order_by("name", "pk")
        self.fields["organisation"].queryset = owned  # type: ignore[attr-defined]
        if len(owned) == 1:
            self.fields["organisation"].initial = owned[0].pk
