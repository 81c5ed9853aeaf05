"""What people type as answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.answers_file import EXPLANATION_LIMIT, NOTE_LIMIT, REASON_LIMIT
from assessments.drafts import Draft
from assessments.scoring.answers import Answer
from guidance.catalog import Catalog, Question

CHOICES = [("", ""), *((str(level), str(level)) for level in range(5)), ("unknown", ""), ("na", "")]


class NoteField(forms.CharField):
    """Free text whose line breaks count as one character, as the browser counts them."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if isinstance(text, str) else text


class AnswerForm(forms.Form):
    """One answer on top of a revision; `draft()` gives it to the service."""

    choice = forms.ChoiceField(
        choices=CHOICES,
        required=False,
        error_messages={"invalid_choice": _("選べるのは 0〜4 の段階、「わからない」、「該当なし」のどれかです。")},
    )
    reason = forms.CharField(
        required=False,
        max_length=REASON_LIMIT,
        error_messages={"max_length": _("理由は%(limit_value)d文字までです（いま%(show_value)d文字）。")},
    )
    note = NoteField(
        required=False,
        max_length=NOTE_LIMIT,
        error_messages={"max_length": _("メモは%(limit_value)d文字までです（いま%(show_value)d文字）。")},
    )
    explanation = NoteField(
        required=False,
        max_length=EXPLANATION_LIMIT,
        error_messages={
            "max_length": _("実施しない理由・予定は%(limit_value)d文字までです（いま%(show_value)d文字）。")
        },
    )
    revision = forms.IntegerField(min_value=0, required=False)
    over = forms.IntegerField(min_value=0, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("choice") == "na" and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("「該当なし」を選んだ理由を書いてください。理由がないと採点から外せません。"))
        return data

    def revision_read(self) -> int:
        """The revision that the person saw, or the one that they chose to overwrite."""
        return self.cleaned_data.get("over") or self.cleaned_data.get("revision") or 0

    def draft(self) -> Draft:
        data = self.cleaned_data
        words = (data["note"], data["explanation"])
        return Draft(_answer(data["choice"], data["reason"], *words), *words)


def _answer(choice: str, reason: str, note: str = "", explanation: str = "") -> Answer | None:
    if choice == "unknown":
        return Answer.unknown(note, explanation)
    if choice == "na":
        return Answer.not_applicable(reason, note, explanation)
    return Answer.at(int(choice), note, explanation) if choice else None


class QuickForm(forms.Form):
    """The quick check: one choice a question, level or わからない; what is left out counts as not answered."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, catalog: Catalog) -> None:
        super().__init__(data)
        self.catalog = catalog
        options = [(str(level), str(level)) for level in range(5)] + [("unknown", "unknown")]
        for question in catalog.questions.values():
            self.fields[question.id] = forms.ChoiceField(
                choices=options,
                required=False,
                error_messages={"invalid_choice": _("選べるのは 0〜4 の段階か「わからない」です。")},
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(data.values()):
            raise forms.ValidationError(_("まだ一つも選ばれていません。わかるところから選んでください。"))
        return data

    def cards(self) -> Iterator[tuple[Question, str, list[str]]]:
        """Each question with what was chosen and what is wrong with it."""
        for question in self.catalog.questions.values():
            yield question, self[question.id].value() or "", [str(error) for error in self.errors.get(question.id, [])]

    def answers(self) -> dict[str, Answer]:
        found = {name: _answer(choice, "") for name, choice in self.cleaned_data.items()}
        return {name: answer for name, answer in found.items() if answer is not None}
