"""The files in which a company takes one submission away: workbook, CSV, JSON and OSCAL."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from guidance.safe_cells import begins_like_formula
from guidance.templatetags.words import say
from reports.context import ReportContext
from reports.exports.oscal_files import oscal_zip
from reports.exports.report_data import report_json, report_workbook
from reports.exports.report_sheets import state_words


@dataclass(frozen=True, slots=True)
class Form:
    """One form: what it is called, what it is for, the ending and media type of its file, and how it is made."""

    key: str
    name: Promise
    purpose: Promise
    ending: str
    media_type: str
    make: Callable[[ReportContext, str], bytes]
    """From the report and the submission's id."""


def answers_csv(context: ReportContext) -> bytes:
    """The answers, a line a question, in UTF-8 with the mark by which Excel knows it.

    A text that a spreadsheet would compute gets a `'` in front.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    with translation.override(context.language):
        heads = (_("設問ID"), _("分野"), _("設問"), pgettext("of an answer", "段階"), _("答え"))
        writer.writerow([*heads, _("該当なしの理由"), _("メモ"), _("実施しない理由・予定")])
        for line in context.trace:
            level = "" if line.level is None else str(line.level)
            found = (line.question.id, line.section_title, say(line.question.text), level, state_words(line))
            told = (*found, line.reason, line.note, line.explanation)
            writer.writerow([f"'{text}" if begins_like_formula(text) else text for text in told])
    return stream.getvalue().encode("utf-8-sig")


FORMS: Mapping[str, Form] = {
    form.key: form
    for form in (
        Form(
            "xlsx",
            gettext_lazy("表（Excel）"),
            gettext_lazy(
                "回答、点数、採点根拠、行動計画のシートがあります。社内で並べ替えたり、書き足したりするときに。"
            ),
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            lambda context, _id: report_workbook(context),
        ),
        Form(
            "csv",
            gettext_lazy("回答の一覧（CSV）"),
            gettext_lazy("回答だけの表です。ほかのソフトに読み込ませるときに。"),
            "csv",
            "text/csv; charset=utf-8",
            lambda context, _id: answers_csv(context),
        ),
        Form(
            "json",
            gettext_lazy("すべての数字（JSON）"),
            gettext_lazy("回答、丸める前の点数、行動計画、もとにした文書が入っています。システムにつなぐときに。"),
            "json",
            "application/json",
            lambda context, _id: report_json(context),
        ),
        Form(
            "oscal",
            gettext_lazy("国際的な形式（OSCAL）"),
            gettext_lazy(
                "米国のNISTが決めた、点検の結果と行動計画の形式です。"
                "海外の取引先や監査のソフトに渡すときに。JSONのファイルをZIPにまとめてあります。"
            ),
            "zip",
            "application/zip",
            oscal_zip,
        ),
    )
}
