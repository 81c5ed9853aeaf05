"""What a coordinator types about a meeting: its details, who is invited, where they sit, whom to look for."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cohorts.models import WorkshopPlan
from cohorts.workshops.agenda import LENGTHS, MOST_TOPICS, ends_on_another_day
from cohorts.workshops.reading import Invited, TopicFigures
from guidance.forms import WholeNumberField
from guidance.profile import INDUSTRIES, PREFECTURES
from organisations.body_forms import DayField
from organisations.forms import one_line

FEWEST_SEATS, MOST_SEATS, USUAL_SEATS = 4, 60, 20
MOST_TABLES = 15
Tick = tuple[str, Any, bool]
"""A box to tick: its value, what it says, whether it is ticked."""


class HourField(forms.TimeField):
    """A time of day, as a browser sends it or as people type it: 14:00, １４：００, 14時, 14時30分."""

    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%H:%M", "%H:%M:%S", "%H時", "%H時%M分"],
            error_messages={"invalid": _("時刻として読めません。14:00 のように書いてください。")},
            **kwargs,
        )

    def to_python(self, value: Any) -> dt.time | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip()
        return super().to_python(value)


def _lengths() -> list[tuple[str, str]]:
    return [(str(length), gettext("%(minutes)d分") % {"minutes": length}) for length in LENGTHS]


class _MeetingForm(forms.Form):
    """What is asked of a new plan and of one that stands."""

    title = forms.CharField(label=_("題名"), max_length=120, validators=[one_line], help_text=_("例：秋の勉強会"))
    minutes = forms.TypedChoiceField(
        label=_("長さ"),
        coerce=int,
        choices=_lengths,
    )
    seats = WholeNumberField(
        label=_("招く会社の数の上限"),
        min_value=FEWEST_SEATS,
        max_value=MOST_SEATS,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("4社から60社までで決めます。1つのテーブルは4〜6社です。"),
    )
    prefectures = forms.MultipleChoiceField(
        label=_("会社を選ぶ都道府県"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("選ばなければ、すべての都道府県から選びます。"),
    )

    def __init__(self, *args: Any, prefectures: Iterable[str], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(key, PREFECTURES[key].get(language)) for key in sorted(prefectures) if key in PREFECTURES]
        self.fields["prefectures"].choices = choices  # type: ignore[attr-defined]

    def places(self) -> list[Tick]:
        return self._ticks("prefectures")

    def _ticks(self, name: str) -> list[Tick]:
        ticked = {str(value) for value in self[name].value() or ()}
        return [(value, label, value in ticked) for value, label in self.fields[name].choices]  # type: ignore[attr-defined]


class NewWorkshopForm(_MeetingForm):
    """A meeting whose topics and companies are to be proposed."""

    count = forms.TypedChoiceField(
        label=_("話題の数"),
        coerce=int,
        choices=[(str(number), str(number)) for number in range(1, MOST_TOPICS + 1)],
        help_text=_("伸びしろの大きい話題から選びます。あとで変えられます。"),
    )
    field_order = ("title", "count", "minutes", "seats", "prefectures")


class WorkshopForm(_MeetingForm):
    """Everything of a plan but who is invited. Every fault is told at once."""

    held_on = DayField(label=_("開催日"), required=False)
    starts_at = HourField(label=_("開始時刻"), required=False)
    venue = forms.CharField(label=_("場所"), max_length=120, required=False, validators=[one_line])
    topics = forms.MultipleChoiceField(
        label=_("話題"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("1つから3つまで選びます。"),
        error_messages={"required": _("話題を1つ以上選んでください。")},
    )
    seats_competitors_together = forms.BooleanField(
        label=_("業種（大分類）と都道府県が同じ会社も、同じテーブルにしてよい"),
        required=False,
        help_text=_(
            "同業者どうしかどうかは、業種の大分類と都道府県でしか分かりません。印を付けなければ、どちらも同じ会社は、別のテーブルに分けます。"
        ),
    )
    lists_participants = forms.BooleanField(
        label=_("配布資料に、参加する会社の名前とテーブルを載せる"),
        required=False,
        help_text=_("点数や、弱い・強いは、配布資料には載りません。"),
    )
    note = forms.CharField(
        label=_("備考"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("配布資料には載りません。"),
    )
    field_order = (
        "title",
        "held_on",
        "starts_at",
        "minutes",
        "venue",
        "topics",
        "seats",
        "prefectures",
        "seats_competitors_together",
        "lists_participants",
        "note",
    )

    def __init__(
        self, data: Any = None, *, plan: WorkshopPlan, invited: int, topics: Sequence[TopicFigures], **kwargs: Any
    ) -> None:
        """`invited`: how many companies are on the list, for fewer seats than that are refused."""
        initial = {name: getattr(plan, name) for name in self.field_order}
        super().__init__(data, initial=initial, **kwargs)
        self._invited = invited
        self._order = [topic.id for topic in topics]
        self.fields["topics"].choices = [(topic.id, topic.title) for topic in topics]  # type: ignore[attr-defined]

    def subjects(self) -> list[Tick]:
        return self._ticks("topics")

    def clean_topics(self) -> list[str]:
        chosen = set(self.cleaned_data["topics"])
        if len(chosen) > MOST_TOPICS:
            raise forms.ValidationError(
                _("話題は3つまでです。いまは%(count)dつ選ばれています。"), params={"count": len(chosen)}
            )
        return [topic for topic in self._order if topic in chosen]

    def clean_seats(self) -> int:
        seats: int = self.cleaned_data["seats"]
        if seats < self._invited:
            raise forms.ValidationError(
                _("いま%(count)d社が一覧にあります。上限を減らす前に、一覧から会社を外してください。"),
                params={"count": self._invited},
            )
        return seats

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        start, minutes = given.get("starts_at"), given.get("minutes")
        if start and minutes and ends_on_another_day(start, minutes):
            self.add_error("starts_at", _("終わりが翌日になります。開始時刻を早めてください。"))
        return given


class InvitedForm(forms.Form):
    """The list of who is invited: who stays, and at which table. Fields are named by the participant."""

    def __init__(self, data: Any = None, *, invited: Sequence[Invited]) -> None:
        super().__init__(data)
        self.invited = list(invited)
        laid = max((one.table or 1 for one in self.invited), default=1)
        self.numbers = range(1, min(laid + 1, MOST_TABLES) + 1)
        """The tables that are laid, and one more."""
        choices = [(str(number), str(number)) for number in self.numbers]
        for one in self.invited:
            self.fields[f"keep-{one.id}"] = forms.BooleanField(required=False, initial=True)
            self.fields[f"table-{one.id}"] = forms.TypedChoiceField(
                coerce=int,
                choices=choices,
                initial=one.table,
                required=False,
                empty_value=None,
                error_messages={"invalid_choice": _("テーブルの番号を一覧から選んでください。")},
            )

    def lines(self) -> list[tuple[Invited, bool, int | None, Any]]:
        """Each company, whether it stays, its table, and what is wrong with that."""
        found = []
        for one in self.invited:
            keep, table = self[f"keep-{one.id}"], self[f"table-{one.id}"]
            number = str(table.value() or "")
            found.append((one, bool(keep.value()), int(number) if number.isdecimal() else None, table.errors))
        return found

    def dropped(self) -> list[UUID]:
        return [one.id for one in self.invited if not self.cleaned_data[f"keep-{one.id}"]]

    def tables(self) -> dict[UUID, int]:
        """Only what was changed: a company that somebody else moved meanwhile stays there."""
        given = {one: self.cleaned_data[f"table-{one.id}"] for one in self.invited}
        return {one.id: number for one, number in given.items() if number and number != one.table}


class LookForm(forms.Form):
    """Which companies of the round to list below the plan. Where something cannot be read, all are listed."""

    show = forms.ChoiceField(
        label=_("どの会社を並べるか"),
        required=False,
        choices=[("sharing", _("回答を共有している会社")), ("silent", _("ほかの会社"))],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    order = forms.ChoiceField(
        label=_("並べる順"),
        required=False,
        choices=[("weak", _("話題に弱い会社から")), ("strong", _("話題に強い会社から"))],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    q = forms.CharField(
        label=_("会社名"), required=False, max_length=120, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    industry = forms.ChoiceField(label=_("業種"), required=False, widget=forms.Select(attrs={"class": "form-select"}))
    prefecture = forms.ChoiceField(
        label=_("都道府県"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in (("industry", INDUSTRIES), ("prefecture", PREFECTURES)):
            choices = [("", _("すべて")), *((key, text.get(language)) for key, text in words.items())]
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def given(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.cleaned_data.items()} if self.is_valid() else {}


def seats_refused(seats: int, wanted: int) -> str:
    """That more companies were chosen than the plan has seats."""
    return ngettext(
        "招く会社は%(seats)d社までです。%(wanted)d社になるため、加えていません。上限を増やすか、先に会社を外してください。",
        "招く会社は%(seats)d社までです。%(wanted)d社になるため、加えていません。上限を増やすか、先に会社を外してください。",
        wanted,
    ) % {"seats": seats, "wanted": wanted}
