"""Which companies the status board lists: conditions in the address, of which none that is wrong breaks the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cohorts.board import FACTS, UNKNOWN, Chosen, Sort, State

STATE_NAMES = {
    State.NEW: _("未案内"),
    State.FAILED: _("案内できず"),
    State.INVITED: _("案内済み"),
    State.JOINED: pgettext_lazy("how far a company is", "参加"),
    State.STARTED: _("回答中"),
    State.SUBMITTED: _("提出済み"),
    State.LEFT: _("退会"),
}
STATE_MEANS = {
    State.NEW: _("名簿にあり、まだ案内していません。案内を取り消した会社も、ここに入ります。"),
    State.FAILED: _("案内のメールを送れなかったか、送れたかどうかがわかりません。"),
    State.INVITED: _("案内のメールを送り、返事を待っています。"),
    State.JOINED: _("ネットワークに加わり、まだ回答を始めていません。"),
    State.STARTED: _("この回の設問票に、回答を始めています。"),
    State.SUBMITTED: _("この回の期間に提出しました。"),
    State.LEFT: _("ネットワークから抜けました。"),
}
FACT_NAMES = {
    "industry": _("業種"),
    "prefecture": _("都道府県"),
    "size": _("従業員数"),
    "sales_band": _("年間の売上高"),
}
SORT_NAMES = {Sort.NAME: _("名前の順"), Sort.STATE: _("状況の順")}
NOT_KNOWN = pgettext_lazy("what is known of a company", "不明")


@dataclass(frozen=True, slots=True)
class Select:
    """A field with its choices: value, words, and whether it is chosen. Django's own widget renders a template for each
    of a hundred choices, which takes as long as the rest of the page."""

    field: forms.BoundField
    options: list[tuple[str, Any, bool]]


class BoardForm(forms.Form):
    """Bound to the address. What cannot be read is left out: `ignored` names it."""

    q = forms.CharField(label=_("会社名か法人番号"), required=False, max_length=120)
    state = forms.ChoiceField(
        label=_("状況"), required=False, choices=[("", _("すべて")), *((one.value, STATE_NAMES[one]) for one in State)]
    )
    shared = forms.ChoiceField(
        label=_("共有"), required=False, choices=[("", _("すべて")), ("yes", _("共有あり")), ("no", _("共有なし"))]
    )
    industry = forms.ChoiceField(label=FACT_NAMES["industry"], required=False)
    prefecture = forms.ChoiceField(label=FACT_NAMES["prefecture"], required=False)
    size = forms.ChoiceField(label=FACT_NAMES["size"], required=False)
    sales_band = forms.ChoiceField(label=FACT_NAMES["sales_band"], required=False)
    sort = forms.ChoiceField(label=_("並べ方"), required=False, choices=[(one.value, SORT_NAMES[one]) for one in Sort])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "ja"
        for name, texts in FACTS.items():
            named = [(key, text.get(language)) for key, text in texts.items()]
            self.fields[name].choices = [("", _("すべて")), *named, (UNKNOWN, NOT_KNOWN)]  # type: ignore[attr-defined]

    @property
    def steps(self) -> list[Select]:
        """The choices on how far companies are; `facts`: those on what the list says of them."""
        return [self._select(name) for name in ("state", "shared", "sort")]

    @property
    def facts(self) -> list[Select]:
        return [self._select(name) for name in FACTS]

    def _select(self, name: str) -> Select:
        field, chosen = self[name], "" if name in self.errors else self[name].value() or ""
        choices = field.field.choices  # type: ignore[attr-defined]
        return Select(field, [(value, label, value == chosen) for value, label in choices])

    @property
    def chosen(self) -> Chosen:
        """What can be read of the address."""
        self.full_clean()
        given = {name: value for name, value in self.cleaned_data.items() if value and name not in self.errors}
        facts = {name: given.get(name, "") for name in FACTS}
        return Chosen(
            q=given.get("q", ""),
            state=State(given["state"]) if "state" in given else None,
            shared={"yes": True, "no": False}.get(given.get("shared", "")),
            sort=Sort(given.get("sort", Sort.NAME)),
            **facts,
        )

    @property
    def ignored(self) -> list[str]:
        """What the conditions are called that cannot be read."""
        return [str(self.fields[name].label) for name in self.errors]
