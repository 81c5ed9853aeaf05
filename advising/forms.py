"""What advisors and their clients type: a finding, a note, an enquiry, a reply, the choices of a report."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from advising.choices import FORMS, MOST_ACTIONS, SECTIONS, TEXT_LIMIT, WHY_LIMIT, chosen_sections
from advising.drafts import FindingDraft
from advising.findings import COMMENT_LIMIT, NOTE_LIMIT, Quality
from advising.logos import MOST_BYTES
from advising.models import ClientReport, FindingRow
from guidance.catalog import Action

QUALITY_NAMES = {
    Quality.NOT_SEEN: _("確かめていない"),
    Quality.SAID: _("口頭で聞いた"),
    Quality.PARTLY: _("一部を書類や現場で見た"),
    Quality.SEEN: _("書類や現場で見た"),
}
SECTION_NAMES = {
    "summary": _("経営者のための要約"),
    "opinion": _("アドバイザーの所見"),
    "scores": _("自己点検と確認後の点数"),
    "differences": _("自己点検と確認の食い違い"),
    "findings": _("設問ごとの確認結果"),
    "actions": _("すすめる行動と理由"),
    "trace": _("採点根拠"),
    "method": _("計算のしかた"),
    "sources": _("よりどころとした文書"),
}
FORM_NAMES = {"ja": _("日本語"), "en": _("English（英語）"), "both": _("日英対訳（1冊）")}
LINE_END = re.compile("\r\n|\r|\v")
"""As browsers send it, and as it comes with a text that was copied from slides."""
STATES = [*[(str(level), str(level)) for level in range(5)], ("unknown", ""), ("na", ""), ("none", "")]


class Words(forms.CharField):
    """A text of several lines, with line ends of one kind. Too long, it says by how much."""

    def __init__(self, *, most: int, required: bool = False, **kwargs: Any) -> None:
        super().__init__(required=required, widget=forms.Textarea, **kwargs)
        self.most = most

    def clean(self, value: Any) -> str:
        text: str = LINE_END.sub("\n", super().clean(value))
        if (over := len(text) - self.most) > 0:
            raise forms.ValidationError(
                _("%(most)d文字までです。あと%(over)d文字、短くしてください。入力した文はそのまま残っています。"),
                params={"most": self.most, "over": over},
            )
        return text


def renewed(data: QueryDict, revision: int) -> QueryDict:
    """What was typed, on top of what stands by now: sent again as it is, it takes the place of that."""
    found = data.copy()
    found["revision"] = str(revision)
    return found


class FindingForm(forms.Form):
    """What an advisor found on one question."""

    choice = forms.ChoiceField(
        choices=STATES, error_messages={"required": _("段階を選ぶか、「段階は判断しない」を選んでください。")}
    )
    reason = forms.CharField(required=False, max_length=500)
    quality = forms.ChoiceField(choices=[(one.value, one.value) for one in Quality], required=False)
    comment = Words(most=COMMENT_LIMIT)
    recommendation = Words(most=COMMENT_LIMIT)
    comment_en = Words(most=COMMENT_LIMIT)
    recommendation_en = Words(most=COMMENT_LIMIT)
    revision = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("choice") == "na" and not cleaned.get("reason"):
            self.add_error("reason", _("該当しないと判断した理由を書いてください。"))
        return cleaned

    def draft(self) -> FindingDraft:
        """Of a valid form."""
        data = self.cleaned_data
        choice = data["choice"]
        return FindingDraft(
            kind="level" if choice.isdecimal() else choice,
            level=int(choice) if choice.isdecimal() else None,
            reason=data["reason"] if choice == "na" else "",
            quality=data["quality"] or Quality.NOT_SEEN.value,
            comment=data["comment"],
            recommendation=data["recommendation"],
            comment_en=data["comment_en"],
            recommendation_en=data["recommendation_en"],
        )

    @classmethod
    def of(cls, row: FindingRow | None) -> FindingForm:
        """Filled with what stands; for a question without a finding, empty."""
        if row is None:
            return cls(initial={"choice": "none", "quality": Quality.NOT_SEEN.value, "revision": 0})
        names = ("reason", "quality", "comment", "recommendation", "comment_en", "recommendation_en", "revision")
        choice = str(row.level) if row.kind == FindingRow.Kind.LEVEL else row.kind
        return cls(initial={"choice": choice, **{name: getattr(row, name) for name in names}})


class NoteForm(forms.Form):
    """A note for the office alone."""

    text = Words(most=NOTE_LIMIT)


class EnquiryForm(forms.Form):
    """What is asked of the company."""

    words = Words(most=1000, required=True, error_messages={"required": _("聞きたいことを書いてください。")})


class ReplyForm(forms.Form):
    """The company's answer to an enquiry."""

    reply = Words(most=2000, required=True, error_messages={"required": _("返事を書いてください。")})


class ReturnForm(forms.Form):
    """Why a report is sent back."""

    words = Words(most=2000, required=True, error_messages={"required": _("直してほしいところを書いてください。")})


class ReportForm(forms.Form):
    """What a client report is made of. The fields of sections and actions are named by their ids."""

    languages = forms.MultipleChoiceField(
        choices=list(FORM_NAMES.items()),
        error_messages={"required": _("報告書の言語を、一つは選んでください。")},
    )
    text_ja = Words(most=TEXT_LIMIT)
    text_en = Words(most=TEXT_LIMIT)
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actions: tuple[Action, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actions = actions
        for name in SECTIONS:
            self.fields[f"section-{name}"] = forms.BooleanField(required=False)
            self.fields[f"order-{name}"] = forms.IntegerField(
                required=False,
                min_value=1,
                max_value=99,
                error_messages={
                    "invalid": _("順番は1から99の数字で書いてください。"),
                    "min_value": _("順番は1から99の数字で書いてください。"),
                    "max_value": _("順番は1から99の数字で書いてください。"),
                },
            )
        for action in actions:
            self.fields[f"action-{action.id}"] = forms.BooleanField(required=False)
            for language in ("ja", "en"):
                self.fields[f"why-{action.id}-{language}"] = Words(most=WHY_LIMIT)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not any(cleaned.get(f"section-{name}") for name in SECTIONS):
            self.add_error(None, _("報告書に入れる部分を、一つは選んでください。"))
        if len(self._chosen(cleaned)) > MOST_ACTIONS:
            self.add_error(None, _("すすめる行動は%(most)d件までにしてください。") % {"most": MOST_ACTIONS})
        return cleaned

    def choices(self) -> dict[str, Any]:
        """The columns of a report, of a valid form."""
        data = self.cleaned_data
        order = {name: number for name in SECTIONS if (number := data.get(f"order-{name}")) is not None}
        return {
            "languages": [form for form in FORMS if form in data["languages"]],
            "sections": chosen_sections((name for name in SECTIONS if data[f"section-{name}"]), order),
            "text_ja": data["text_ja"],
            "text_en": data["text_en"],
            "actions": self._chosen(data),
        }

    def _chosen(self, data: dict[str, Any]) -> list[dict[str, str]]:
        return [
            {
                "id": action.id,
                "why_ja": data.get(f"why-{action.id}-ja", ""),
                "why_en": data.get(f"why-{action.id}-en", ""),
            }
            for action in self.actions
            if data.get(f"action-{action.id}")
        ]

    @staticmethod
    def initial_of(report: ClientReport) -> dict[str, Any]:
        """What stands in the form before anybody typed."""
        filled: dict[str, Any] = {
            "languages": report.languages,
            "text_ja": report.text_ja,
            "text_en": report.text_en,
            "revision": report.revision,
        }
        rest = [name for name in SECTIONS if name not in report.sections]
        for number, name in enumerate([*report.sections, *rest], 1):
            filled[f"section-{name}"], filled[f"order-{name}"] = name in report.sections, number
        for action in report.actions:
            filled[f"action-{action['id']}"] = True
            filled[f"why-{action['id']}-ja"], filled[f"why-{action['id']}-en"] = action["why_ja"], action["why_en"]
        return filled


class LetterheadForm(forms.Form):
    """How the office stands on its reports."""

    name_ja = forms.CharField(label=_("報告書に載せる名前（日本語）"), max_length=120, required=False)
    name_en = forms.CharField(label=_("報告書に載せる名前（英語）"), max_length=120, required=False)
    contact_ja = forms.CharField(label=_("連絡先（日本語）"), max_length=200, required=False)
    contact_en = forms.CharField(label=_("連絡先（英語）"), max_length=200, required=False)
    logo = forms.FileField(
        label=_("ロゴの画像"),
        required=False,
        error_messages={"empty": _("空のファイルです。画像を選び直してください。")},
    )
    without_logo = forms.BooleanField(label=_("ロゴを載せない"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not above: a lazy text is read, in the language of that moment, as soon as a number is put into it.
        allowed = _("PNG・JPEG・GIF・WebP、%(most)dMBまで。白い地の上に印刷します。")
        self.fields["logo"].help_text = allowed % {"most": MOST_BYTES // 2**20}
