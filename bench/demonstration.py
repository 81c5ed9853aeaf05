"""The report that the printing benchmarks print. Django must be set up before this is imported."""

from __future__ import annotations

import datetime as dt
import json

from assessments.demonstration import answers_file
from assessments.scoring.engine import score
from guidance.registry import get_catalog
from reports.assembly import build
from reports.context import ReportContext
from reports.rendering import Attachment


def demonstration() -> ReportContext:
    """The report of the company that the demonstration starts with."""
    given = answers_file()
    catalog = get_catalog(given.catalog)
    card = score(catalog, given.answers, given.company.profile)
    return build(catalog, card, given.answers, given.company, language="ja", dated=dt.date(2026, 11, 23))


def enclosed(report: ReportContext) -> list[Attachment]:
    """What goes into the PDF as a file: every line of the trace, as a machine reads it."""
    lines = [{"id": line.question.id, "level": line.level, "note": line.note} for line in report.trace]
    data = json.dumps({"number": report.number, "answers": lines}, ensure_ascii=False).encode()
    made_at = dt.datetime.combine(report.dated, dt.time(), dt.UTC)
    return [Attachment("report.json", data, "application/json", "報告書のデータ", made_at)]
