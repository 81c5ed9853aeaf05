"""Everything that the printed report of a round shows, decided once and frozen.

Made of one reading of the round's figures. What stands in it beside them is the network's own: its name, how many
companies it asked, its plan for the next meeting. Within `body_scope`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property

from django.utils import timezone

from assessments.scoring.cohort import EVERYBODY, Named
from assessments.submitted_by import with_submitted
from cohorts.figures import Figures
from cohorts.models import Participant, WorkshopPlan
from guidance.catalog import AXIS_IDS, Catalog
from guidance.citations import Citation, citations
from guidance.registry import get_catalog
from organisations.models import Round
from reports.assembly import sources_of
from reports.cohort_companies import CompanyRow, CompanyRows, OutlierRow, names_of, outlier_rows, shares_answers
from reports.cohort_context import (
    BLANK,
    AxisFigures,
    Breakdown,
    Cell,
    CohortContext,
    GroupRow,
    Measure,
    Missed,
    cohort_context,
)
from reports.cohort_pictures import CHANGES, GROUPS, SPREAD, Chart, chart, heat_legend
from reports.context import SourceView
from reports.workshop_context import WorkshopContext
from reports.workshop_context import context_of as workshop_context_of

LOWEST = 3
MOST_COMPANIES, MOST_BLOCKS = 60, 40
"""Rows on paper, the weakest first; the workbook has all of them."""
MOST_DRAWN, MOST_GROUPS = 8, 12
"""Groups of a dimension: as many as a picture beside its table can hold; as many as the tables of sections have."""
A_TABLE = 8
"""Groups beside one another in a table of sections."""
NAME_MM, COLUMN_MM = 57.0, 13.4
"""The width of its first column, and of each other one."""
CLEARLY_BELOW = 95
"""From which index on a group is worth a sentence."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How many companies the network asked, how many of them are there, and how many submitted."""

    invited: int
    joined: int
    submitted: int

    @property
    def missing(self) -> int:
        return self.invited - self.submitted


@dataclass(frozen=True, slots=True)
class SectionMean:
    """A section with its number in the tables, from 1, and its mean."""

    number: int
    section: Measure
    mean: Cell


@dataclass(frozen=True, slots=True)
class Behind:
    """The group that lies farthest behind the whole network, which is 100, on one axis."""

    by: str
    row: GroupRow
    axis: Measure
    index: str


@dataclass(frozen=True, slots=True)
class SectionRow:
    """An axis (`number` 0) or a section across groups."""

    number: int
    measure: Measure
    everybody: Cell
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class SectionTable:
    """A few groups, by axis and section. `spans`: the dimensions of its columns, each with how many it has."""

    spans: tuple[tuple[str, int], ...]
    groups: tuple[GroupRow, ...]
    rows: tuple[SectionRow, ...]

    @property
    def width(self) -> float:
        """Of the whole table, in mm: few groups are not drawn apart."""
        return NAME_MM + COLUMN_MM * (1 + len(self.groups))


@dataclass(frozen=True)
class CohortReport:
    """The report of a round, ready to be printed. `dated`: the day on which the figures were read."""

    language: str
    dated: dt.date
    network: str
    cohort: CohortContext
    asked: Asked
    named: bool
    """Whether companies stand in it by name."""
    blocks: tuple[CompanyRow, ...]
    companies: tuple[tuple[str, CompanyRow], ...]
    more_companies: int
    more_blocks: int
    """Companies by name, and blocks, for which there is no room on paper."""
    outliers: tuple[tuple[str, OutlierRow], ...]
    workshop: WorkshopContext | None
    sources: tuple[SourceView, ...]

    @property
    def catalog(self) -> Catalog:
        return self.cohort.catalog

    @property
    def draft_catalog(self) -> bool:
        return self.catalog.released is None

    @property
    def least(self) -> int:
        """The fewest companies that are counted together where they are not named."""
        return self.cohort.k + 1

    @cached_property
    def sections(self) -> tuple[SectionMean, ...]:
        pairs = zip(self.cohort.sections, self.cohort.section_means, strict=True)
        return tuple(SectionMean(number, section, mean) for number, (section, mean) in enumerate(pairs, start=1))

    @property
    def sections_by_axis(self) -> tuple[tuple[AxisFigures, tuple[SectionMean, ...]], ...]:
        return tuple(
            (axis, tuple(one for one in self.sections if one.section.axis == axis.measure.id))
            for axis in self.cohort.axes
        )

    @property
    def lowest(self) -> tuple[SectionMean, ...]:
        """The sections with the lowest means, the lowest first."""
        known = [one for one in self.sections if one.mean.points is not None]
        return tuple(sorted(known, key=lambda one: (one.mean.points or 0.0, one.number))[:LOWEST])

    @property
    def highest(self) -> SectionMean | None:
        known = [one for one in self.sections if one.mean.points is not None]
        return max(known, key=lambda one: (one.mean.points or 0.0, -one.number), default=None)

    @property
    def behind(self) -> Behind | None:
        """The group that is clearly and farthest behind; None where none is."""
        found = [
            (float(index), place, Behind(breakdown.name, row, axis.measure, index))
            for place, breakdown in enumerate(self.cohort.breakdowns)
            if len(breakdown.rows) > 1
            for row in breakdown.rows
            if row.n >= self.least
            for axis, index in zip(self.cohort.axes, row.indexes, strict=True)
            if index != BLANK and float(index) <= CLEARLY_BELOW
        ]
        return min(found, key=lambda one: one[:2])[2] if found else None

    @property
    def spreads(self) -> tuple[tuple[AxisFigures, Chart | None], ...]:
        """The axes, each with the picture of how its companies spread, where that can be shown."""
        return tuple((axis, chart(self.cohort, f"{SPREAD}{axis.measure.id}")) for axis in self.cohort.axes)

    @property
    def comparisons(self) -> tuple[tuple[Breakdown, Chart | None, bool], ...]:
        """What companies can be compared by, each with its picture, and whether there is room for that."""
        return tuple(
            (one, chart(self.cohort, GROUPS, one.dimension), len(one.rows) <= MOST_DRAWN)
            for one in self.shown_breakdowns
        )

    @property
    def change(self) -> Chart | None:
        """The change of the axes; the table has the sections too."""
        return chart(replace(self.cohort, changed=self.cohort.changed_axes), CHANGES)

    @property
    def shown_breakdowns(self) -> tuple[Breakdown, ...]:
        return tuple(one for one in self.cohort.breakdowns if one.rows)

    @property
    def hidden_breakdowns(self) -> tuple[str, ...]:
        """What companies cannot be compared by, because no group is large enough."""
        return tuple(one.name for one in self.cohort.breakdowns if not one.rows)

    @property
    def left_out_of_tables(self) -> bool:
        """Whether a dimension has more groups than the tables of sections."""
        return any(len(one.rows) > MOST_GROUPS for one in self.cohort.breakdowns)

    @property
    def heat_steps(self) -> tuple[tuple[int, str], ...]:
        """The steps of the grounds, the lightest first."""
        return tuple(enumerate(heat_legend()))

    @cached_property
    def section_tables(self) -> tuple[SectionTable, ...]:
        """Sections across groups of all dimensions, a few groups a table."""
        whole = [(0, axis.measure, axis.mean) for axis in self.cohort.axes]
        whole += [(one.number, one.section, one.mean) for one in self.sections]
        columns = [(breakdown.name, row) for breakdown in self.shown_breakdowns for row in _largest(breakdown)]
        tables = []
        for start in range(0, len(columns), A_TABLE):
            part = columns[start : start + A_TABLE]
            groups = tuple(row for _by, row in part)
            rows = tuple(
                SectionRow(number, measure, mean, tuple((*group.axes, *group.sections)[place] for group in groups))
                for place, (number, measure, mean) in enumerate(whole)
            )
            tables.append(SectionTable(tuple(Counter(by for by, _row in part).items()), groups, rows))
        return tuple(tables)

    @property
    def named_blocks(self) -> tuple[tuple[str, CompanyRow], ...]:
        """The blocks with their aliases, as `companies` are with their names."""
        return tuple((row.alias, row) for row in self.blocks)

    @property
    def missed(self) -> tuple[tuple[Missed, tuple[Citation, ...]], ...]:
        return tuple((one, citations(one.question)) for one in self.cohort.missed)


def cohort_report(within: Round, figures: Figures, language: str, *, named: bool) -> CohortReport:
    """The report of a round; `named`: with the companies that agreed to be seen by name."""
    catalog = get_catalog(within.catalog_ref)
    if not named:
        figures = to_pass_on(figures)
    rows = CompanyRows(figures, catalog, EVERYBODY, AXIS_IDS[0], language)
    count = min(len(rows.named), MOST_COMPANIES) if named else 0
    companies: list[CompanyRow] = rows[:count]
    first = len(rows.named)
    blocks: list[CompanyRow] = rows[first : first + MOST_BLOCKS]
    outliers = outlier_rows(figures, catalog, language) if named else ()
    names = names_of({*(row.id for row in companies if row.id), *(one.id for one in outliers)})
    cohort = cohort_context(within, figures, EVERYBODY, language)
    plan = WorkshopPlan.objects.filter(round=within).select_related("body", "round").first()
    return CohortReport(
        language=language,
        dated=timezone.localdate(),
        network=within.body.name,
        cohort=cohort if named else _without_few(cohort, figures),
        asked=_asked(within),
        named=named,
        blocks=tuple(blocks),
        companies=tuple((names[row.id], row) for row in companies if row.id in names),
        more_companies=len(rows.named) - count if named else 0,
        more_blocks=len(rows.blocks) - len(blocks),
        outliers=tuple((names[one.id], one) for one in outliers if one.id in names),
        workshop=workshop_context_of(plan, language) if plan is not None else None,
        sources=sources_of(catalog),
    )


def _largest(breakdown: Breakdown) -> list[GroupRow]:
    """The largest groups, in their order."""
    largest = sorted(breakdown.rows, key=lambda row: -row.n)[:MOST_GROUPS]
    return [row for row in breakdown.rows if row in largest]


def to_pass_on(figures: Figures) -> Figures:
    """What a report without names is made of. Companies by name agreed that the network's people see their results; in
    what goes further a few of them would stand out against the blocks, so fewer than k are not counted at all."""
    cohort = figures.cohort
    alone = [one for one in cohort.named if one.counts is None or one.counts]
    if len(alone) < cohort.rule.k:
        return replace(figures, cohort=replace(cohort, named=()))
    if sum(map(_counts_with_answers, alone)) >= cohort.rule.k:
        return figures
    return replace(figures, cohort=replace(cohort, named=tuple(map(_with_scores_only, cohort.named))))


def _counts_with_answers(one: Named) -> bool:
    return one.counts is None and shares_answers(one)


def _with_scores_only(one: Named) -> Named:
    scores = {measure: points for measure, points in one.values.items() if measure in AXIS_IDS}
    return replace(one, values=scores, counts=frozenset(AXIS_IDS) if one.counts is None else one.counts)


def _without_few(cohort: CohortContext, figures: Figures) -> CohortContext:
    """`cohort` without the groups in which few companies stand by themselves, for the same reason."""
    kept = tuple(
        replace(one, rows=rows, outside=cohort.n - sum(row.n for row in rows))
        for one in cohort.breakdowns
        for rows in [tuple(row for row in one.rows if _hides_companies(figures, one.dimension, row))]
    )
    return replace(cohort, breakdowns=kept)


def _hides_companies(figures: Figures, dimension: str, row: GroupRow) -> bool:
    named = figures.cohort.group({dimension: frozenset({row.value})}).named
    alone = sum(1 for one in named if one.counts is None or one.counts)
    rule = figures.cohort.rule
    return row.n >= rule.run and (not alone or alone >= rule.k)


def _asked(within: Round) -> Asked:
    """What the network knows without anybody's consent."""
    everybody = Participant.objects.filter(round=within)
    joined = everybody.filter(organisation__isnull=False)
    return Asked(everybody.count(), joined.count(), with_submitted(joined, within, only=True).count())
