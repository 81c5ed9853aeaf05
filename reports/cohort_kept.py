"""What was worked out for the dashboard, kept in the process by what it was made of: another state, another entry.

So nothing kept can be stale: a consent that ends gives the figures another key (`cohorts.figures`).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.utils.safestring import SafeString

from assessments.scoring.cohort import Filter
from cohorts.figures import Figures, Key
from guidance.registry import get_catalog
from organisations.models import Round
from reports.cohort_companies import CompanyRows, OutlierRow, outlier_rows
from reports.cohort_context import CohortContext, cohort_context, values_to_choose
from reports.cohort_pictures import Chart, chart

KEPT = 48
"""How many contexts, charts, lists and parts of pages a process keeps: 250 kilobytes each at most."""
Made = TypeVar("Made")
_kept: OrderedDict[tuple[Key, Hashable], Any] = OrderedDict()
_lock = threading.Lock()


def shown_cohort(within: Round, figures: Figures, chosen: Filter, language: str, dimension: str) -> CohortContext:
    """The context of a round within a filter, broken down by one dimension."""
    return _keep(
        figures,
        ("context", _frame(within), _frozen(chosen), language, dimension),
        lambda: cohort_context(within, figures, chosen, language, (dimension,)),
    )


def shown_chart(
    within: Round, figures: Figures, chosen: Filter, language: str, slug: str, dimension: str
) -> Chart | None:
    """One chart of that context; None where there is nothing to show."""
    return _keep(
        figures,
        ("chart", _frame(within), _frozen(chosen), language, slug, dimension),
        lambda: chart(shown_cohort(within, figures, chosen, language, dimension), slug, dimension),
    )


def shown_outliers(within: Round, figures: Figures, language: str) -> tuple[OutlierRow, ...]:
    """Companies by id far from their peers."""
    return _keep(
        figures, ("outliers", language), lambda: outlier_rows(figures, get_catalog(within.catalog_ref), language)
    )


def shown_rows(within: Round, figures: Figures, chosen: Filter, language: str, axis: str) -> CompanyRows:
    """The rows of companies by id and of blocks, in their order."""
    return _keep(
        figures,
        ("rows", _frozen(chosen), language, axis),
        lambda: CompanyRows(figures, get_catalog(within.catalog_ref), chosen, axis, language),
    )


def shown_values(figures: Figures, dimension: str) -> list[str]:
    """The values of a dimension that a filter can ask for."""
    return _keep(figures, ("values", dimension), lambda: values_to_choose(figures, dimension))


def shown_board(
    within: Round, figures: Figures, chosen: Filter, language: str, dimension: str, write: Callable[[], SafeString]
) -> SafeString:
    """A page's part that hangs on nothing else, as it was written by a template: no name, no form that is sent."""
    return _keep(figures, ("board", _frame(within), _frozen(chosen), language, dimension), write)


def _keep(figures: Figures, what: Hashable, make: Callable[[], Made]) -> Made:
    state = figures.key
    with _lock:
        if (state, what) in _kept:
            _kept.move_to_end((state, what))
            found: Made = _kept[state, what]
            return found
    made = make()
    with _lock:
        for over in [one for one in _kept if one[0] != state and one[0][0] == state[0]]:  # earlier states of the round
            del _kept[over]
        _kept[state, what] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def _frame(within: Round) -> Hashable:
    """What the context says of the round itself can be changed without changing a figure."""
    return (within.name, within.opens_on, within.closes_on)


def _frozen(chosen: Filter) -> Hashable:
    return tuple(sorted((dimension, tuple(sorted(values))) for dimension, values in chosen.items()))
