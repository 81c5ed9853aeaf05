"""Choosing a filled-in questionnaire."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from assessments.answer_upload_files import LARGEST


class AnswerSheetForm(forms.Form):
    """The file that was filled in."""

    file = forms.FileField(
        label=_("書き終わった表（xlsx）"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.json"}),
        error_messages={
            "required": _("ファイルを選んでください。"),
            "empty": _("ファイルが空です。選び直してください。"),
        },
    )

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(
                _("ファイルが大きすぎます（%(most)s MBまで）。画像や余分なシートを消して、保存し直してください。")
                % {"most": LARGEST // 1_000_000}
            )
        return file
