"""A network's papers: the report of a round and the handout of a workshop, printed as `reports.paper` prints a plan."""

from __future__ import annotations

from django.utils import translation

from reports.cohort_report import CohortReport
from reports.paper import html_of
from reports.rendering import to_pdf
from reports.workshop_context import WorkshopContext


def cohort_report(report: CohortReport) -> bytes:
    """The PDF of a round's figures (A4). Raises RenderingError."""
    with translation.override(report.language):
        return to_pdf(cohort_report_html(report))


def handout(workshop: WorkshopContext) -> bytes:
    """The PDF that participants of a workshop get (A4). Raises RenderingError."""
    with translation.override(workshop.language):
        return to_pdf(handout_html(workshop))


def cohort_report_html(report: CohortReport) -> str:
    """What `cohort_report` prints."""
    return html_of("print/cohort_report.html", report)


def handout_html(workshop: WorkshopContext) -> str:
    """What `handout` prints."""
    return html_of("print/workshop_handout.html", workshop)
