"""What people write about a question, and why they send answers back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.forms import NoteField
from assessments.models import Followup

LIMIT = 1000
TOO_LONG = {"max_length": _("%(limit_value)d文字までです（いま%(show_value)d文字）。短くしてください。")}


class CommentForm(forms.Form):
    """A comment: plain text."""

    text = NoteField(max_length=LIMIT, error_messages={"required": _("コメントを書いてください。"), **TOO_LONG})


class FollowupForm(forms.Form):
    """A mark for later, whose words may be left out, or a question back, which needs them."""

    kind = forms.ChoiceField(
        choices=Followup.Kind.choices,
        error_messages={
            "required": _("「あとで見る」か「聞き返す」を選んでください。"),
            "invalid_choice": _("「あとで見る」か「聞き返す」を選んでください。"),
        },
    )
    words = NoteField(max_length=LIMIT, required=False, error_messages=TOO_LONG)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("kind") == Followup.Kind.ASK_BACK and not data.get("words") and "words" not in self.errors:
            self.add_error("words", _("聞き返すときは、聞きたいことを書いてください。"))
        return data


class SendBackForm(forms.Form):
    """Why the answers are sent back."""

    words = NoteField(max_length=LIMIT, error_messages={"required": _("差し戻す理由を書いてください。"), **TOO_LONG})
