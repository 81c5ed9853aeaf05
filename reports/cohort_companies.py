"""Companies that agreed to be named, each with what it lets be seen, and the blocks of all others under an alias.

Ids, never names: a name is read when it is shown (`names_of`), so that one that was changed is nowhere shown as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import overload
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from assessments.scoring import cohort
from assessments.scoring.cohort import EVERYBODY, Filter, Named
from assessments.scoring.suppression import Block
from cohorts.figures import Figures
from guidance.catalog import AXIS_IDS, Catalog, Question
from organisations.models import Organisation
from reports.cohort_context import (
    BLANK,
    CHOICES,
    Cell,
    Measure,
    cell,
    in_order,
    level,
    measures_of,
    points_cell,
    signed,
    value_name,
    worded,
)

MOST_SIDE_BY_SIDE = 5
DIFFERING = 10
EXPLAINING = 3
MOST_VALUES = 3
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company by name (`id`), or a block of `n` companies under an alias, with its facts in words.

    `cells`: the axes, then the sections, in the order of the questionnaire. `answers`: whether sections may be seen.
    `scored`: whether its scores are in the row; those of a block whose companies show them by name are in their rows.
    """

    id: UUID | None
    alias: str
    facts: str
    n: int
    answers: bool
    scored: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class AnswerGap:
    """An answer of a company beside the mean level of its peers."""

    question: Question
    text: str
    level: str
    mean: str
    difference: str


@dataclass(frozen=True, slots=True)
class OutlierRow:
    """A company by name that lies far from its `n` peers on one axis. `peers` empty: the whole network.

    `answers`: those that lie farthest in the same direction; empty where it does not share them.
    """

    id: UUID
    axis: Measure
    points: str
    median: str
    points_value: float
    median_value: float
    z: str
    above: bool
    n: int
    peers: str
    shares_answers: bool
    answers: tuple[AnswerGap, ...]


@dataclass(frozen=True, slots=True)
class Differing:
    """A question in which companies differ: their levels in order (BLANK: not shared, or not known), and the mean."""

    question: Question
    text: str
    section: Measure
    levels: tuple[str, ...]
    mean: str


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Companies beside one another and beside the whole network, by the cells of `measures`."""

    measures: tuple[Measure, ...]
    companies: tuple[CompanyRow, ...]
    everybody: tuple[Cell, ...]
    differing: tuple[Differing, ...]


def names_of(companies: Iterable[UUID]) -> dict[UUID, str]:
    """What these companies are called now. One query."""
    return dict(Organisation.objects.filter(pk__in=list(companies)).values_list("pk", "name"))


def named_like(words: str) -> frozenset[UUID]:
    """The companies with these words in their name, whichever network they belong to: to be met with named ones."""
    return frozenset(Organisation.objects.filter(name__icontains=words).values_list("pk", flat=True))


# --- rows of the heat map ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CompanyRows(Sequence[CompanyRow]):
    """The rows of companies by name, then those of blocks, the weakest of an axis first. Worked out as they are read:
    a page of fifty costs fifty, whatever the network's size.
    """

    figures: Figures
    catalog: Catalog
    chosen: Filter
    axis: str
    language: str
    only: frozenset[UUID] | None = None
    """Companies with a wanted name; None: everybody, and the blocks."""

    @cached_property
    def named(self) -> list[Named]:
        found = [one for one in self.figures.cohort.named if one.within(self.chosen)]
        if self.only is not None:
            found = [one for one in found if one.id in self.only]
        return sorted(found, key=lambda one: (float(one.values.get(self.axis, Fraction(101))), str(one.id)))

    @cached_property
    def blocks(self) -> list[Block]:
        if self.only is not None:
            return []
        found = self.figures.cohort.group(self.chosen).blocks
        means = {block.serial: self.figures.cohort.mean_of(block, self.axis) for block in found}
        return sorted(found, key=lambda one: (float(mean.points) if (mean := means[one.serial]) else 101, one.serial))

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        return measures_of(self.catalog, self.language)

    @cached_property
    def everybody(self) -> list[Named | Block]:
        return [*self.named, *self.blocks]

    def __len__(self) -> int:
        return len(self.everybody)

    @overload
    def __getitem__(self, wanted: int) -> CompanyRow: ...

    @overload
    def __getitem__(self, wanted: slice) -> list[CompanyRow]: ...

    def __getitem__(self, wanted: int | slice) -> CompanyRow | list[CompanyRow]:
        with translation.override(self.language):
            if isinstance(wanted, slice):
                return [self._row(one) for one in self.everybody[wanted]]
            return self._row(self.everybody[wanted])

    def _row(self, one: Named | Block) -> CompanyRow:
        if isinstance(one, Named):
            return named_row(one, self.measures)
        cells = tuple(cell(self.figures.cohort.mean_of(one, measure.id)) for measure in self.measures)
        return CompanyRow(None, alias(one), block_facts(one, self.language), one.size, True, bool(one.runs), cells)


def named_row(one: Named, measures: Sequence[Measure]) -> CompanyRow:
    """A company by name, as far as it lets itself be seen."""
    return CompanyRow(one.id, "", "", 1, shares_answers(one), True, _cells(one, measures))


def shares_answers(one: Named) -> bool:
    return any(name not in AXIS_IDS for name in one.values)


def alias(block: Block) -> str:
    """「まとまり A」: by the order in which the blocks were sealed, so that one keeps its letter."""
    number, letters = block.serial, ""
    while number > 0:
        number, place = divmod(number - 1, len(LETTERS))
        letters = LETTERS[place] + letters
    return _("まとまり %(letters)s") % {"letters": letters}


def block_facts(block: Block, language: str) -> str:
    """What the companies of a block are, in words: by dimension its values, of many the first few."""
    parts = []
    for dimension in CHOICES:
        values = [value_name(dimension, one, language) for one in in_order(dimension, block.label[dimension])]
        words = _("、").join(values[:MOST_VALUES])
        if len(values) > MOST_VALUES:
            words = _("%(values)sなど%(count)d種類") % {"values": words, "count": len(values)}
        parts.append(words)
    return " / ".join(parts)


def _cells(one: Named, measures: Sequence[Measure]) -> tuple[Cell, ...]:
    return tuple(
        points_cell(one.values[measure.id]) if measure.id in one.values else cell(None) for measure in measures
    )


# --- outliers ---------------------------------------------------------------------------------------------------------


def outlier_rows(figures: Figures, catalog: Catalog, language: str) -> tuple[OutlierRow, ...]:
    """Companies by name far from their peers, the farthest first, with the answers behind it."""
    by_id = {one.id: one for one in figures.cohort.named}
    measures = {one.id: one for one in measures_of(catalog, language)}
    outlying = cohort.outliers(figures.cohort, AXIS_IDS)
    # A group keeps the means that it worked out: one group for all that are compared with the same peers.
    peers = {industry: figures.cohort.group(_peers(industry)) for industry in {one.industry for one in outlying}}
    with translation.override(language):
        return tuple(
            OutlierRow(
                id=found.id,
                axis=measures[found.axis],
                points=worded(found.points),
                median=worded(found.median),
                points_value=float(worded(found.points)),
                median_value=float(worded(found.median)),
                z=signed(found.z),
                above=found.z > 0,
                n=found.n,
                peers=value_name("industry", found.industry, language) if found.industry is not None else "",
                shares_answers=shares_answers(by_id[found.id]),
                answers=_behind(peers[found.industry], catalog, found, by_id[found.id], language),
            )
            for found in outlying
        )


def _peers(industry: str | None) -> Filter:
    return EVERYBODY if industry is None else {"industry": frozenset({industry})}


def _behind(
    group: cohort.Group, catalog: Catalog, found: cohort.Outlier, one: Named, language: str
) -> tuple[AnswerGap, ...]:
    axis = next(axis for axis in catalog.axes if axis.id == found.axis)
    sign = 1 if found.z > 0 else -1
    gaps = [
        (sign * (one.values[question.id] - mean.points), question, mean)
        for question in axis.questions()
        if question.id in one.values and (mean := group.mean(question.id)) is not None
    ]
    gaps = sorted((gap for gap in gaps if gap[0] > 0), key=lambda gap: (-gap[0], gap[1].id))[:EXPLAINING]
    return tuple(
        AnswerGap(
            question,
            question.text.get(language),
            level(one.values[question.id]).partition(".")[0],
            level(mean.points),
            signed(sign * apart / 25),
        )
        for apart, question, mean in gaps
    )


# --- side by side -----------------------------------------------------------------------------------------------------


def compare(figures: Figures, catalog: Catalog, companies: Sequence[Named], language: str) -> SideBySide:
    """Up to five companies by name beside one another, and the questions in which those that share answers differ."""
    measures = measures_of(catalog, language)
    group = figures.cohort.group(EVERYBODY)
    sections = {one.id: one for one in measures}
    apart = []
    for name in catalog.questions:
        known = [one.values[name] for one in companies if name in one.values]
        if len(known) > 1 and (spread := max(known) - min(known)):
            apart.append((spread, name))
    differing = []
    for _spread, name in sorted(apart, key=lambda one: -one[0])[:DIFFERING]:
        question, mean = catalog.questions[name], group.mean(name)
        levels = tuple(level(one.values[name]).partition(".")[0] if name in one.values else BLANK for one in companies)
        section = sections[catalog.section_of[name].id]
        words = level(mean.points) if mean else BLANK
        differing.append(Differing(question, question.text.get(language), section, levels, words))
    return SideBySide(
        measures,
        tuple(named_row(one, measures) for one in companies),
        tuple(cell(group.mean(measure.id)) for measure in measures),
        tuple(differing),
    )
