"""Report context to paper: the print templates in the report's language, and the PDF made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from django.template.loader import render_to_string
from django.utils import translation

from reports.aside import print_aside
from reports.context import ReportContext
from reports.embedding import of_report
from reports.rendering import Printed, render
from reports.signs import replacements


class Printable(Protocol):
    """What a print template shows, as `report`."""

    @property
    def language(self) -> str: ...


def action_plan(context: ReportContext) -> bytes:
    """The PDF action plan (A4), with its figures embedded as files. Raises RenderingError."""
    return action_plan_printed(context).pdf


def action_plan_printed(context: ReportContext) -> Printed:
    """The same with its number of pages. Raises RenderingError."""
    with translation.override(context.language):
        return render(action_plan_html(context), attachments=of_report(context))


def quick_sheet(context: ReportContext) -> bytes:
    """The quick check on one A4 page, printed beside the web worker that asks. Raises RenderingError."""
    return print_aside(quick_sheet_html(context), context.language)


def action_plan_html(context: ReportContext) -> str:
    """What `action_plan` prints."""
    return html_of("print/action_plan.html", context)


def quick_sheet_html(context: ReportContext) -> str:
    """What `quick_sheet` prints."""
    return html_of("print/quick_sheet.html", context)


def html_of(template: str, context: Printable) -> str:
    """The page of a print template, which shows `context` as `report`."""
    return in_printed_signs(template, context.language, {"report": context})


def in_printed_signs(template: str, language: str, context: Mapping[str, Any]) -> str:
    """The page of a print template in a language. What people typed may hold signs that no font has: they are printed
    as 〓, and the paper says so."""
    with translation.override(language):
        html = render_to_string(template, dict(context))
        if not (missing := replacements(html)):
            return html
        replaced = any(sign is not None for sign in missing.values())
        return render_to_string(template, {**context, "replaced": replaced}).translate(missing)
