"""The report that the printing benchmarks print. Django must be set up before this is imported."""

from __future__ import annotations

import datetime as dt

from assessments.demonstration import answers_file
from assessments.scoring.engine import score
from guidance.registry import get_catalog
from reports.assembly import build
from reports.context import ReportContext


def demonstration() -> ReportContext:
    """The report of the company that the demonstration starts with."""
    given = answers_file()
    catalog = get_catalog(given.catalog)
    card = score(catalog, given.answers, given.company.profile)
    return build(catalog, card, given.answers, given.company, language="ja", dated=dt.date(2026, 11, 23))
