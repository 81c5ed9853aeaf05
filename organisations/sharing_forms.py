"""What an owner chooses when the company shares something: what, for what purpose, until when."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organisations.consent import LONGEST_DAYS, InvalidTerm, What, check_term, offered
from organisations.forms import one_line
from organisations.sharing import Shared
from organisations.templatetags.seats import WHAT_NAMES, what_means

USUAL_DAYS = 365


class DayField(forms.DateField):
    """A day from the browser's calendar, or typed: 2027-03-31, 2027/3/31 or 2027年3月31日, full-width figures too."""

    def to_python(self, value: Any) -> dt.date | None:
        written = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value
        return super().to_python(written)


class GrantForm(forms.Form):
    """A consent for one body. Where something is shared already, it begins with that: what is sent takes its place."""

    what = forms.MultipleChoiceField(
        label=_("見せるもの"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("見せるものを一つ以上選んでください。"),
            "invalid_choice": _("選べないものが含まれています。一覧から選び直してください。"),
        },
    )
    purpose = forms.CharField(
        label=_("何のために"),
        max_length=300,
        validators=[one_line],
        help_text=_("例：ほかの会員との比較と、次の勉強会の準備のため"),
        error_messages={
            "required": _("何のために見せるのかを書いてください。"),
            "max_length": _("300字までで書いてください（いまは%(show_value)d字です）。"),
        },
    )
    until = DayField(
        label=_("いつまで"),
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"],
        help_text=_("この日が終わると、自動で見えなくなります。長くても3年です。"),
        error_messages={
            "required": _("いつまで見せるかを選んでください。"),
            "invalid": _("日付を 2027/3/31 のように書いてください。"),
        },
    )

    def __init__(self, data: Any = None, *, shared: Shared) -> None:
        today = timezone.localdate()
        begun = shared.grants[0] if shared.grants else None
        initial = {
            "what": [grant.what for grant in shared.grants],
            "purpose": begun.purpose if begun else "",
            "until": begun.until if begun else today + dt.timedelta(days=USUAL_DAYS),
        }
        super().__init__(data, initial=initial, auto_id=f"id_{shared.body.pk.hex}_%s")
        self._offered = offered(network=shared.body.is_network)
        self.fields["what"].choices = [(what.value, WHAT_NAMES[what]) for what in self._offered]  # type: ignore[attr-defined]
        last = today + dt.timedelta(days=LONGEST_DAYS)
        limits = {"type": "date", "min": today.isoformat(), "max": last.isoformat()}
        self.fields["until"].widget = forms.DateInput(format="%Y-%m-%d", attrs=limits)

    def clean_until(self) -> dt.date:
        until: dt.date = self.cleaned_data["until"]
        today = timezone.localdate()
        try:
            check_term(until, today)
        except InvalidTerm:
            last = today + dt.timedelta(days=LONGEST_DAYS)
            raise forms.ValidationError(
                gettext("今日から %(last)s までの日を選んでください。") % {"last": f"{last:%Y/%m/%d}"}
            ) from None
        return until

    def chosen(self) -> list[What]:
        """What was ticked, without what that carries with it."""
        return [What(what) for what in self.cleaned_data["what"]]

    def kinds(self) -> list[tuple[str, Any, Any, bool]]:
        """What can be ticked: its value, what it is called, what the other side would see, whether it is ticked."""
        ticked = set(self["what"].value() or [])
        return [(what.value, WHAT_NAMES[what], what_means(what), what.value in ticked) for what in self._offered]
