"""What stands before an order of many reports: which companies, and in which language."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cohorts.board import FACTS
from cohorts.board_forms import FACT_NAMES
from organisations.models import Body, Round
from reports.batches.choosing import Wish

SELECT = {"class": "form-select"}
BOTH = "ja,en"


class WishForm(forms.Form):
    """Which companies. Bound to an address, or to the order itself; `ignored` names what cannot be read.

    `company`: ids from the list of companies; `pick`: the list was sent, and where nobody was ticked it is nobody.
    """

    round = forms.ModelChoiceField(
        label=_("回"),
        queryset=Round.objects.none(),
        required=False,
        empty_label=_("回で絞らない"),
        widget=forms.Select(attrs=SELECT),
    )
    industry = forms.ChoiceField(label=FACT_NAMES["industry"], required=False, widget=forms.Select(attrs=SELECT))
    prefecture = forms.ChoiceField(label=FACT_NAMES["prefecture"], required=False, widget=forms.Select(attrs=SELECT))

    def __init__(self, data: QueryDict, *, body: Body) -> None:
        super().__init__(data)
        self.given = data
        if not body.is_network:  # no list says what an office's clients are, and it holds no rounds
            self.fields.clear()
            return
        self.fields["round"].queryset = body.rounds.all()  # type: ignore[attr-defined]
        language = get_language() or "ja"
        for name in ("industry", "prefecture"):
            named = [(key, text.get(language)) for key, text in FACTS[name].items()]
            self.fields[name].choices = [("", _("すべて")), *named]  # type: ignore[attr-defined]

    @property
    def wish(self) -> Wish:
        """What can be read."""
        self.full_clean()
        read = {name: value for name, value in self.cleaned_data.items() if value}
        return Wish(read.get("round"), read.get("industry", ""), read.get("prefecture", ""), self._chosen()[0])

    @property
    def ignored(self) -> list[str]:
        """What is called so that cannot be read."""
        named = [str(self.fields[name].label) for name in self.errors]
        return [*named, str(_("選んだ会社"))] if self._chosen()[1] else named

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What can be read, as the order carries it."""
        wish = self.wish
        found = [("industry", wish.industry), ("prefecture", wish.prefecture)]
        if wish.round:
            found.append(("round", str(wish.round.pk)))
        if wish.chosen is not None:
            found += [("pick", "1"), *(("company", str(one)) for one in sorted(wish.chosen, key=str))]
        return [(name, value) for name, value in found if value]

    def _chosen(self) -> tuple[frozenset[UUID] | None, bool]:
        """The companies that were ticked, and whether one of them cannot be read."""
        texts = self.given.getlist("company")
        if not texts and "pick" not in self.given:
            return None, False
        found = frozenset(one for text in texts if (one := _uuid(text)) is not None)
        return found, any(_uuid(text) is None for text in texts)


class BatchOrderForm(forms.Form):
    """In which languages; `key` makes a form that is sent twice one order."""

    languages = forms.ChoiceField(
        label=_("言語"),
        choices=[("ja", _("日本語")), ("en", _("英語")), (BOTH, _("日本語と英語の両方（会社ごとに2つのPDF）"))],
        initial="ja",
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": _("言語を選んでください。"), "invalid_choice": _("言語を選び直してください。")},
    )
    key = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": _("この画面を開き直して、もう一度注文してください。"),
            "invalid": _("この画面を開き直して、もう一度注文してください。"),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4

    @property
    def spoken(self) -> list[str]:
        """The codes that were chosen."""
        return str(self.cleaned_data["languages"]).split(",")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
