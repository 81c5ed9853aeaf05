"""How a group of companies stands, as the dashboard, its files and the cohort report show it: decided once and frozen.

Made of a round's figures (`cohorts.figures`), which hold nothing that may not be seen. Points are strings with one
decimal, and the numbers for charts are those strings again: no digit more leaves here. Companies by name and blocks by
alias are in `reports.cohort_companies`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils import translation
from django.utils.translation import gettext as _

from assessments.scoring import cohort
from assessments.scoring.cohort import EVERYBODY, Filter, Group, Mean
from assessments.scoring.outline import LEVEL_POINTS
from assessments.scoring.scorecard import shown
from assessments.scoring.trend import Change
from cohorts.figures import Figures
from guidance.catalog import Action, Catalog, Question, Text
from guidance.profile import EMPLOYEE_BANDS, INDUSTRIES, PREFECTURES, SALES_BANDS
from guidance.registry import get_catalog
from organisations.models import Round
from reports.context import short_title

MISSED = 10
BLANK = "—"
"""What stands where nothing can be shown."""
STEPS = (30, 40, 50, 60, 70, 80)
"""Where the next step of a heat map begins, in points."""
CHOICES: Mapping[str, Mapping[str, Text]] = {
    "industry": INDUSTRIES,
    "size": EMPLOYEE_BANDS,
    "sales_band": SALES_BANDS,
    "prefecture": PREFECTURES,
}
"""The dimensions in the order of the page, each with its values in their order."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The mean of `n` companies: in words, as a number with the same digits, and as a step of the heat map (from 0).

    `points` None: too few companies to show anything; `text` is then BLANK.
    """

    n: int
    text: str
    points: float | None
    step: int | None

    @property
    def shade(self) -> str:
        """The step as the stylesheet names it."""
        return "none" if self.step is None else str(self.step)


@dataclass(frozen=True, slots=True)
class Spread:
    """How the companies of an axis spread: quartiles as (words, number), the histogram as (low, high, companies)."""

    n: int
    q1: tuple[str, float]
    median: tuple[str, float]
    q3: tuple[str, float]
    bins: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """An axis or a section. `axis`: the id of the axis that a section belongs to, its own for an axis."""

    id: str
    title: str
    short: str
    axis: str
    is_axis: bool


@dataclass(frozen=True, slots=True)
class AxisFigures:
    """One axis in the group; `spread` None where too few can be shown."""

    measure: Measure
    mean: Cell
    spread: Spread | None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One value of a dimension: its companies, and its cells in the order of `CohortContext.axes` and `.sections`.

    `indexes`: by axis, the mean where the whole network is 100; BLANK where there is none.
    """

    value: str
    name: str
    n: int
    axes: tuple[Cell, ...]
    indexes: tuple[str, ...]
    sections: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The group by one dimension. `outside`: companies that are counted only together with others of another value."""

    dimension: str
    name: str
    rows: tuple[GroupRow, ...]
    outside: int


@dataclass(frozen=True, slots=True)
class Missed:
    """A question that many miss: the mean level from 0 to 4, and the actions that raise it."""

    question: Question
    text: str
    section: Measure
    n: int
    level: str
    points: float
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A measure in the group beside the whole network: `index` is 100 where they are alike, BLANK for none."""

    measure: Measure
    here: Cell
    everybody: Cell
    index: str
    index_value: float | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A measure of the same `n` companies in the round before and in this one; words and numbers."""

    measure: Measure
    n: int
    before: str
    now: str
    difference: str
    before_points: float
    now_points: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """A dimension of the filter, and the wanted values in words."""

    dimension: str
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class CohortContext:
    """A round's figures within a filter, ready to be shown in `language`."""

    language: str
    catalog: Catalog
    round_name: str
    opens_on: dt.date
    closes_on: dt.date
    k: int
    chosen: tuple[Chosen, ...]
    n: int
    """Companies within the filter that are counted; `named` of them by name."""
    named: int
    n_everybody: int
    """Companies of the whole network that are counted; those that wait, and those whose block ended, are not."""
    waiting: int
    ended: int
    axes: tuple[AxisFigures, ...]
    sections: tuple[Measure, ...]
    section_means: tuple[Cell, ...]
    breakdowns: tuple[Breakdown, ...]
    missed: tuple[Missed, ...]
    compared: tuple[Compared, ...]
    """Axes and sections against the whole network; empty without a filter."""
    previous_name: str
    """The round before; empty where there is none."""
    changed: tuple[Changed, ...]
    """Of the whole network, whatever the filter; empty where the same companies are too few. Of companies that are not
    named the axes only."""

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The axes, then the sections."""
        return (*(axis.measure for axis in self.axes), *self.sections)

    @property
    def spans(self) -> tuple[tuple[str, int], ...]:
        """Over how many of the sections each axis reaches, with its title."""
        return tuple(
            (axis.measure.title, sum(one.axis == axis.measure.id for one in self.sections)) for axis in self.axes
        )

    @property
    def changed_axes(self) -> tuple[Changed, ...]:
        return tuple(one for one in self.changed if one.measure.is_axis)

    @property
    def changed_sections(self) -> tuple[Changed, ...]:
        return tuple(one for one in self.changed if not one.measure.is_axis)

    def axis(self, axis_id: str) -> AxisFigures:
        return next(axis for axis in self.axes if axis.measure.id == axis_id)

    def breakdown(self, dimension: str) -> Breakdown:
        return next(one for one in self.breakdowns if one.dimension == dimension)


def cohort_context(
    within: Round, figures: Figures, chosen: Filter, language: str, dimensions: Collection[str] = tuple(CHOICES)
) -> CohortContext:
    """The figures of a round within `chosen`, broken down by `dimensions`. Asks no database."""
    catalog = get_catalog(within.catalog_ref)
    with translation.override(language):
        group, whole = figures.cohort.group(chosen), figures.cohort.group(EVERYBODY)
        measures = measures_of(catalog, language)
        axes = [one for one in measures if one.is_axis]
        sections = [one for one in measures if not one.is_axis]
        return CohortContext(
            language=language,
            catalog=catalog,
            round_name=within.name,
            opens_on=within.opens_on,
            closes_on=within.closes_on,
            k=figures.cohort.rule.k,
            chosen=tuple(
                Chosen(name, dimension_name(name), tuple(value_name(name, value, language) for value in ordered))
                for name in CHOICES
                if (ordered := in_order(name, chosen.get(name, frozenset())))
            ),
            n=group.n,
            named=sum(1 for one in group.named if one.counts is None or one.counts),
            n_everybody=whole.n,
            waiting=figures.waiting,
            ended=figures.ended,
            axes=tuple(AxisFigures(one, cell(group.mean(one.id)), _spread(group, one.id)) for one in axes),
            sections=tuple(sections),
            section_means=tuple(cell(group.mean(one.id)) for one in sections),
            breakdowns=tuple(
                _breakdown(figures, chosen, name, (group, whole), (axes, sections), language)
                for name in CHOICES
                if name in dimensions
            ),
            missed=_missed(group, catalog, measures, language),
            compared=tuple(_compared(one, group, whole) for one in measures) if chosen else (),
            previous_name=figures.previous.name if figures.previous else "",
            changed=tuple(_changed(one, figures.changes[one.id]) for one in measures if one.id in figures.changes),
        )


# --- words ------------------------------------------------------------------------------------------------------------


def dimension_name(dimension: str) -> str:
    """What companies are sorted by."""
    return {
        "industry": _("業種"),
        "size": _("従業員数"),
        "sales_band": _("年間の売上高"),
        "prefecture": _("都道府県"),
    }[dimension]


def value_name(dimension: str, value: str, language: str) -> str:
    """A value of a dimension in words; a company may have left it empty."""
    text = CHOICES[dimension].get(value)
    return text.get(language) if text else _("記入なし")


def in_order(dimension: str, values: frozenset[str] | set[str]) -> list[str]:
    """Values in the order of their list, an empty one last."""
    places = {value: place for place, value in enumerate(CHOICES[dimension])}
    return sorted(values, key=lambda value: (places.get(value, len(places)), value))


def values_to_choose(figures: Figures, dimension: str) -> list[str]:
    """The values of a dimension that a filter can ask for: those of companies that are counted, in order."""
    blocks = [value for block in figures.cohort.blocks if block.live for value in block.label[dimension]]
    return in_order(dimension, {*blocks, *(one.facts[dimension] for one in figures.cohort.named)})


def measures_of(catalog: Catalog, language: str) -> tuple[Measure, ...]:
    """The axes of a questionnaire, then its sections."""
    axes = [(axis.id, axis.title, str(axis.id), True) for axis in catalog.axes]
    sections = [(one.id, one.title, str(axis.id), False) for axis in catalog.axes for one in axis.sections]
    return tuple(
        Measure(name, title.get(language), short_title(title.get(language)), axis, is_axis)
        for name, title, axis, is_axis in [*axes, *sections]
    )


# --- parts ------------------------------------------------------------------------------------------------------------


def cell(mean: Mean | None) -> Cell:
    """A mean as it is shown."""
    return points_cell(mean.points, mean.n) if mean else Cell(0, BLANK, None, None)


def points_cell(points: Fraction, n: int = 1) -> Cell:
    text = worded(points)
    return Cell(n, text, float(text), sum(float(text) >= start for start in STEPS))


def worded(points: Fraction) -> str:
    return shown(points) or BLANK


def signed(points: Fraction) -> str:
    """A difference, with its sign."""
    text = worded(points)
    return text if text.startswith("-") or not float(text) else f"+{text}"


def level(points: Fraction) -> str:
    """Points of a question as a level from 0 to 4, with one decimal."""
    return worded(points / LEVEL_POINTS)


def _both(points: Fraction) -> tuple[str, float]:
    text = worded(points)
    return text, float(text)


def _spread(group: Group, axis: str) -> Spread | None:
    found = group.distribution(axis)
    if found is None:
        return None
    bins = tuple((one.low, one.high, one.n) for one in found.bins)
    return Spread(found.n, _both(found.q1), _both(found.median), _both(found.q3), bins)


def _breakdown(
    figures: Figures,
    chosen: Filter,
    dimension: str,
    groups: tuple[Group, Group],
    measures: tuple[list[Measure], list[Measure]],
    language: str,
) -> Breakdown:
    here, whole = groups
    axes, sections = measures
    found = figures.cohort.breakdown(dimension, chosen)
    rows = tuple(
        GroupRow(
            value,
            value_name(dimension, value, language),
            group.n,
            tuple(cell(group.mean(one.id)) for one in axes),
            tuple(_index(group, whole, one.id)[0] for one in axes),
            tuple(cell(group.mean(one.id)) for one in sections),
        )
        for value in in_order(dimension, set(found))
        if (group := found[value])
    )
    return Breakdown(dimension, dimension_name(dimension), rows, here.n - sum(row.n for row in rows))


def _index(here: Group, whole: Group, measure: str) -> tuple[str, float | None]:
    found = cohort.index(here.mean(measure), whole.mean(measure))
    return (BLANK, None) if found is None else _both(found)


def _missed(group: Group, catalog: Catalog, measures: tuple[Measure, ...], language: str) -> tuple[Missed, ...]:
    by_id = {one.id: one for one in measures}
    found = []
    for name, mean in cohort.most_missed(group, catalog.questions, MISSED):
        question = catalog.questions[name]
        actions = tuple(catalog.actions_by_id[action] for action in question.actions)
        section = by_id[catalog.section_of[name].id]
        text = question.text.get(language)
        found.append(Missed(question, text, section, mean.n, level(mean.points), _both(mean.points)[1], actions))
    return tuple(found)


def _compared(measure: Measure, here: Group, whole: Group) -> Compared:
    words, number = _index(here, whole, measure.id)
    return Compared(measure, cell(here.mean(measure.id)), cell(whole.mean(measure.id)), words, number)


def _changed(measure: Measure, change: Change) -> Changed:
    (before, before_points), (now, now_points) = _both(change.before), _both(change.now)
    return Changed(measure, change.n, before, now, signed(change.difference), before_points, now_points)
