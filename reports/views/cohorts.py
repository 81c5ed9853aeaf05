"""A network's dashboard of a round: how its companies stand, as far as they let it be seen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from assessments.scoring.cohort import Named
from cohorts.counting import count_companies
from cohorts.figures import Figures, figures_of
from cohorts.reading import note_read
from guidance.registry import get_catalog
from organisations.access import BodyRequest, requires_in_body
from organisations.audit import Verb, record
from organisations.consent import What
from organisations.models import Body, Round
from organisations.policy import Permission
from reports import cohort_pictures
from reports.cohort_companies import (
    MOST_SIDE_BY_SIDE,
    CompanyRow,
    CompanyRows,
    compare,
    named_like,
    names_of,
    shares_answers,
)
from reports.cohort_context import CohortContext
from reports.cohort_filter import Asked, asked, questions
from reports.cohort_kept import shown_board, shown_chart, shown_cohort, shown_outliers, shown_rows
from reports.cohort_moves import moved_since
from reports.company_pictures import outliers_chart, side_by_side_chart

PER_PAGE = 50
LATELY = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody reads: a round, its figures at this moment, and what the address asks for."""

    within: Round
    figures: Figures
    asked: Asked
    language: str

    @property
    def context(self) -> CohortContext:
        return shown_cohort(self.within, self.figures, self.asked.chosen, self.language, self.asked.by)


def reading(request: BodyRequest, round_id: UUID) -> Reading:
    """What `request` reads. A round of another network does not exist, and an office has none (404)."""
    if not request.acting_for.is_network:
        raise Http404
    within = get_object_or_404(request.acting_for.rounds, pk=round_id)
    return Reading(within, figures_of(within), asked(request.GET), get_language() or "ja")


# --- pages ------------------------------------------------------------------------------------------------------------


@requires_in_body(Permission.SHARED)
@require_safe
def dashboard(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """The figures of a round, all of them or those of a filter; where there are none, what is missing."""
    found = reading(request, round_id)
    context = found.context
    if not context.n_everybody:
        page = {**_frame(request, found, below=False), "report": context}
        return render(request, "reports/cohort/empty.html", page)
    note_read(request, found.within, found.figures)
    within, figures, wanted = found.within, found.figures, found.asked
    page = {
        **_frame(request, found, below=False),
        "report": context,
        "lately": moved_since(within, timezone.now() - LATELY),
        "board": shown_board(
            within, figures, wanted.chosen, found.language, wanted.by, lambda: _board(request.acting_for, found)
        ),
    }
    return render(request, "reports/cohort/dashboard.html", page)


def _board(body: Body, found: Reading) -> SafeString:
    """The part of the dashboard that hangs on figures, filter and language alone."""
    context, wanted = found.context, found.asked
    charts = {
        slug.replace("-", "_"): shown_chart(found.within, found.figures, wanted.chosen, found.language, slug, wanted.by)
        for slug in cohort_pictures.slugs_of(context)
    }
    page = {
        "body": body,
        "round": found.within,
        "asked": wanted,
        "query": wanted.query_by(wanted.by),
        "report": context,
        "run": found.figures.cohort.rule.run,
        "breakdown": context.breakdown(wanted.by),
        "charts": charts,
        "spreads": [(axis, charts.get(f"distribution_{axis.measure.id}")) for axis in context.axes],
        "questions": questions(found.figures, wanted, found.language),
        "outliers": len({one.id for one in shown_outliers(found.within, found.figures, found.language)}),
        "legend": cohort_pictures.heat_legend(),
    }
    return render_to_string("reports/cohort/_board.html", page)


@requires_in_body(Permission.DIRECT)
@require_POST
def count(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """Count the companies that wait now, as far as they are enough."""
    if not request.acting_for.is_network:
        raise Http404
    within = get_object_or_404(request.acting_for.rounds, pk=round_id)
    outcome = count_companies(within.pk, at_once=True)
    if outcome.counted:
        words = ngettext("%(n)d社を新しくまとめて数えました。", "%(n)d社を新しくまとめて数えました。", outcome.counted)
        messages.success(request, words % {"n": outcome.counted})
    elif outcome.waiting:
        words = _("待っている会社がまだ少ないため、数えられませんでした。あと何社か提出するまでお待ちください。")
        messages.warning(request, words)
    else:
        messages.info(request, _("数えるのを待っている会社はありませんでした。"))
    return redirect("reports:dashboard", request.acting_for.pk, within.pk)


@requires_in_body(Permission.SHARED)
@require_safe
def companies(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """The heat map of companies by name and of blocks by alias, fifty a page."""
    found = reading(request, round_id)
    page = company_page(request, company_rows(request, found))
    note_read(request, found.within, found.figures)
    rows = list(page.object_list)
    names = names_of(row.id for row in rows if row.id)
    context = {
        **_frame(request, found),
        "report": found.context,
        "page": page,
        "rows": [(row, names.get(row.id, "") if row.id else row.alias) for row in rows],
        "measures": found.context.measures,
        "q": searched(request),
        "most": MOST_SIDE_BY_SIDE,
        "legend": cohort_pictures.heat_legend(),
    }
    return render(request, "reports/cohort/companies.html", context)


@requires_in_body(Permission.SHARED)
@require_safe
def outliers(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """Companies by name whose score lies far from their peers, with the answers behind it."""
    found = reading(request, round_id)
    note_read(request, found.within, found.figures)
    rows = shown_outliers(found.within, found.figures, found.language)
    names = names_of({row.id for row in rows})
    context = {
        **_frame(request, found),
        "rows": [(row, names.get(row.id, "")) for row in rows],
        "chart": outliers_chart(rows, names),
    }
    return render(request, "reports/cohort/outliers.html", context)


@requires_in_body(Permission.SHARED)
@require_safe
def side_by_side(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """Up to five companies by name beside one another; each of them has a line of it in its log."""
    found = reading(request, round_id)
    chosen, left_out, too_many = wanted_companies(request, found.figures)
    if too_many:
        chosen = []
    names = names_of(one.id for one in chosen)
    compared = compare(found.figures, get_catalog(found.within.catalog_ref), chosen, found.language)
    context = {
        **_frame(request, found),
        "compared": compared,
        "companies": [(row, names.get(row.id, "")) for row in compared.companies if row.id],
        "chart": side_by_side_chart(compared, names),
        "left_out": left_out,
        "too_many": too_many,
        "most": MOST_SIDE_BY_SIDE,
    }
    response = render(request, "reports/cohort/side_by_side.html", context, status=422 if too_many else 200)
    if request.method == "GET":
        read_by_name(request, chosen)
    return response


# --- parts that the files share ---------------------------------------------------------------------------------------


def searched(request: BodyRequest) -> str:
    """The words that a company's name is to hold."""
    return request.GET.get("q", "").strip()[:120]


def company_rows(request: BodyRequest, found: Reading) -> CompanyRows:
    """The rows of the heat map that the address asks for."""
    asked = found.asked
    rows = shown_rows(found.within, found.figures, asked.chosen, found.language, asked.axis)
    words = searched(request)
    return replace(rows, only=named_like(words)) if words else rows


def company_page(request: BodyRequest, rows: CompanyRows) -> Page[CompanyRow]:
    """The page of them that the address asks for; the nearest one where there is none."""
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def wanted_companies(request: BodyRequest, figures: Figures) -> tuple[list[Named], int, bool]:
    """The companies by name that the address asks for, how many it asked for that cannot be shown, and whether it asked
    for too many. What is no id, belongs to others or is not shared is all the same: it cannot be shown."""
    by_id = {str(one.id): one for one in figures.cohort.named}
    given = list(dict.fromkeys(request.GET.getlist("c")))
    chosen = [by_id[one] for one in given if one in by_id]
    return chosen, len(given) - len(chosen), len(given) > MOST_SIDE_BY_SIDE


def read_by_name(request: BodyRequest, chosen: list[Named]) -> None:
    """A line in the log of each company that was shown by itself."""
    for one in chosen:
        what = What.ANSWERS if shares_answers(one) else What.SCORES
        record(Verb.READ, actor=request.user, organisation=one.id, body=request.acting_for.pk, what=what.value)


# --- parts ------------------------------------------------------------------------------------------------------------


def _frame(request: BodyRequest, found: Reading, *, below: bool = True) -> dict[str, Any]:
    """What every page says of itself; `below`: it stands below the dashboard."""
    query, place = request.GET.urlencode(), (request.acting_for.pk, found.within.pk)
    parents = [(found.within.name, reverse("cohorts:round", args=place))]
    return {
        "body": request.acting_for,
        "round": found.within,
        "parents": [*parents, (_("集計"), reverse("reports:dashboard", args=place))] if below else parents,
        "asked": found.asked,
        "query": f"?{query}" if query else "",
        "run": found.figures.cohort.rule.run,
        "today": timezone.localdate(),
    }
