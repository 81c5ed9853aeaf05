"""What a coordinator types about reminders: days, and words of their own."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cohorts.addressees import hours_of
from cohorts.reminding import key_of
from organisations.body_forms import DayField
from organisations.models import Round

MOST_DAYS = 3
LONGEST_WORDS = 1000


class WordsForm(forms.Form):
    """The key of the form, so that what is sent twice is done once, and what is added to the mail."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    words = forms.CharField(
        label=_("メールに書き添える言葉（なくてもかまいません）"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("すべての会社に、同じ文で届きます。1,000字までです。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4

    def clean_words(self) -> str:
        return "\n".join(str(self.cleaned_data["words"]).splitlines())


class NowForm(WordsForm):
    """A reminder at once. `anyway`: although one went out a short while ago."""

    anyway = forms.BooleanField(label=_("続けて送ることを承知しています"), required=False)


class PlanForm(WordsForm):
    """Days to remind on; empty ones are left out. Every fault is told at once.

    `taken`: the days that have a reminder, with its key.
    """

    field_order = (*(f"day_{number}" for number in range(1, MOST_DAYS + 1)), "words", "key")

    def __init__(
        self,
        *args: Any,
        within: Round,
        taken: Mapping[dt.date, uuid.UUID],
        proposed: Sequence[dt.date] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._within, self._taken = within, taken
        for number in range(1, MOST_DAYS + 1):
            self.fields[f"day_{number}"] = DayField(label=_("送る日 %(n)d") % {"n": number}, required=False)
            if number <= len(proposed):
                self.fields[f"day_{number}"].initial = proposed[number - 1]
        self.order_fields(self.field_order)

    @property
    def day_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("day_")]

    @property
    def days(self) -> list[dt.date]:
        """Of a valid form."""
        return [day for field in self.day_fields if (day := self.cleaned_data[field.name]) is not None]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        seen: set[dt.date] = set()
        for field in self.day_fields:
            if (day := given.get(field.name)) is None:
                continue
            own = key_of(given["key"], day) if "key" in given else None
            if fault := self._fault(day, seen, own):
                self.add_error(field.name, fault)
            seen.add(day)
        if not seen and not any(field.errors for field in self.day_fields):
            self.add_error("day_1", _("送る日を、一つは入れてください。"))
        return given

    def _fault(self, day: dt.date, seen: Collection[dt.date], own: uuid.UUID | None) -> Any:
        """`own`: the key of what this very form planned for the day, when it was sent before."""
        within, sent_on = self._within, hours_of(self._within).sent_on(day)
        if day < max(timezone.localdate(), within.opens_on):
            return _("過ぎた日や、回が始まる前の日には送れません。")
        if day > within.closes_on:
            return _("期限（%(day)s）より後の日には送れません。") % {"day": date_format(within.closes_on, "Y/m/d")}
        if sent_on > within.closes_on:
            return _("土日には送らず、次の平日（%(day)s）は期限を過ぎています。前の平日にしてください。") % {
                "day": date_format(sent_on, "Y/m/d")
            }
        if day in seen or self._taken.get(day, own) != own:
            return _("この日には、もう予定があります。")
        return None
