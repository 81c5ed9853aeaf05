"""The client report as XLSX: the verified result with what each advisor found. The same report gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import translation
from django.utils.translation import gettext as _

from advising.templatetags.advice import answer_name, quality_name
from guidance.sheet_files import HEAD, KEY, Cell, Sheet, write_sheets
from guidance.templatetags.words import say
from reports.client.report import ClientReport, FindingView
from reports.exports.report_sheets import sheets_of

NARROW, MIDDLE, WIDE = 12, 22, 60


def workbook_of(report: ClientReport) -> bytes:
    """In the report's language: what it is, answers, scores, trace and actions of the verified result, and findings."""
    with translation.override(report.language):
        sheets = [*sheets_of(report.verified), _findings(report)]
        return write_sheets(sheets, title=_("経済安全保障 確認報告書"), dated=report.dated)


def _findings(report: ClientReport) -> Sheet:
    columns = (
        (_("設問ID"), NARROW),
        (_("設問"), WIDE),
        (_("会社の答え"), MIDDLE),
        (_("確認した結果"), MIDDLE),
        (_("根拠の確かさ"), MIDDLE),
        (_("確認してわかったこと"), WIDE),
        (_("すすめること"), WIDE),
        (_("アドバイザー"), MIDDLE),
    )
    heads = [Cell(heading, HEAD) for heading, _width in columns]
    rows = [list(_cells(view)) for view in report.findings]
    return Sheet(_("確認した結果"), [width for _heading, width in columns], [heads, *rows], fixed=(1, 1))


def _cells(view: FindingView) -> Iterator[Cell]:
    yield Cell(view.question.id, KEY)
    yield Cell(say(view.question.text))
    yield Cell(answer_name(view.said))
    yield Cell(answer_name(view.found) if view.found else _("判断なし"))
    yield Cell(quality_name(view.quality))
    yield Cell(view.comment.text)
    yield Cell(view.recommendation.text)
    yield Cell(view.advisor)
