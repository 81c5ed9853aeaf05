"""A chart as a file: the picture as PNG or SVG, its table as XLSX; with the filter of the page that it was on."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from guidance.registry import get_catalog
from organisations.access import BodyRequest, requires_in_body
from organisations.audit import Verb, record
from organisations.policy import Permission
from reports.cohort_companies import compare, names_of
from reports.cohort_kept import shown_chart, shown_outliers
from reports.cohort_pictures import Chart, notes_of
from reports.company_pictures import (
    COMPANIES,
    OUTLIERS,
    SIDE_BY_SIDE,
    companies_chart,
    outliers_chart,
    side_by_side_chart,
)
from reports.exports.chart_file import MEDIA, chart_file
from reports.views.cohorts import Reading, company_page, company_rows, read_by_name, reading, wanted_companies


@requires_in_body(Permission.SHARED)
@require_safe
def chart(request: BodyRequest, round_id: UUID, chart: str, form: str) -> HttpResponseBase:
    """One chart of a page, to be saved. What does not exist, or has nothing to show, is not found (404)."""
    if form not in MEDIA:
        raise Http404
    found = reading(request, round_id)
    made = _chart(request, found, chart, form)
    if made is None:
        raise Http404
    notes = notes_of(found.context, request.acting_for.name, timezone.localdate())
    file = chart_file(made, form, notes=notes, of=found.within.name)
    if request.method == "GET":
        record(
            Verb.FIGURES_TAKEN,
            actor=request.user,
            body=request.acting_for.pk,
            target=found.within.pk,
            chart=made.slug,
            form=form,
        )
    return file


def _chart(request: BodyRequest, found: Reading, slug: str, form: str) -> Chart | None:
    of_companies: dict[str, Callable[[BodyRequest, Reading, str], Chart | None]] = {
        COMPANIES: _companies,
        OUTLIERS: _outliers,
        SIDE_BY_SIDE: _side_by_side,
    }
    if slug in of_companies:
        return of_companies[slug](request, found, form)
    asked = found.asked
    return shown_chart(found.within, found.figures, asked.chosen, found.language, slug, asked.by)


def _companies(request: BodyRequest, found: Reading, form: str) -> Chart | None:
    """The page as a picture; the workbook has all of them."""
    everything = company_rows(request, found)
    rows = everything[:] if form == "xlsx" else list(company_page(request, everything).object_list)
    return companies_chart(rows, everything.measures, names_of(row.id for row in rows if row.id)) if rows else None


def _outliers(request: BodyRequest, found: Reading, form: str) -> Chart | None:
    rows = shown_outliers(found.within, found.figures, found.language)
    return outliers_chart(rows, names_of({row.id for row in rows}))


def _side_by_side(request: BodyRequest, found: Reading, form: str) -> Chart | None:
    chosen, _left_out, too_many = wanted_companies(request, found.figures)
    if too_many:
        return None
    if request.method == "GET":
        read_by_name(request, chosen)
    compared = compare(found.figures, get_catalog(found.within.catalog_ref), chosen, found.language)
    return side_by_side_chart(compared, names_of(one.id for one in chosen))
