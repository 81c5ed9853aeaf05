"""The data that lies in a report's PDF as files: JSON for machines, a workbook for people. Dated by the report, so that
the same report gives the same bytes."""

from __future__ import annotations

import datetime as dt

from django.utils import translation
from django.utils.translation import gettext as _

from reports.context import ReportContext
from reports.exports.report_data import report_json, report_workbook
from reports.rendering import Attachment

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON = "application/json"


def of_report(context: ReportContext) -> tuple[Attachment, ...]:
    """The report's own figures. To a reader outside no more than what the paper shows."""
    at = moment(context.dated)
    with translation.override(context.language):
        return (
            Attachment("report.json", report_json(context), JSON, _("報告書のデータ（機械が読む形）"), at),
            Attachment(
                "report.xlsx", report_workbook(context), XLSX, _("報告書の表（回答・点数・採点根拠・行動）"), at
            ),
        )


def moment(day: dt.date) -> dt.datetime:
    """The beginning of a day: the time that stands in the PDF."""
    return dt.datetime.combine(day, dt.time(), dt.UTC)
