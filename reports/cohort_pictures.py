"""The charts of a group: for each its message in words, the picture, and the table with the same figures.

One place for the page, the files and the cohort report. Made of a `CohortContext`, whose language they speak.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports import charts, cohort_charts
from reports.charts import Mark
from reports.cohort_charts import Bar, BarGroup, DotRow, HeatColumn, HeatRow, Quartile
from reports.cohort_context import BLANK, CHOICES, STEPS, AxisFigures, Breakdown, Cell, CohortContext, GroupRow, Measure

SPREAD = "distribution-"
"""Begins the name of an axis's distribution."""
GROUPS, GROUP_SECTIONS, MISSED, INDEX, CHANGES = "groups", "group-sections", "missed", "index", "changes"
LEVELS: charts.Scale = tuple((25 * number, str(number)) for number in range(5))
Value = str | int | float


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of a chart; the first column names the row. Points are numbers, BLANK where there are none."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def lines(self) -> Iterator[tuple[Value, list[tuple[str, Value]]]]:
        """Row by row: its name, and its values with the heads of their columns."""
        for name, *values in self.rows:
            yield name, list(zip(self.heads[1:], values, strict=True))


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart under the name by which it can be downloaded. `message` is its accessible name."""

    slug: str
    heading: str
    message: str
    picture: str
    table: Table


def slugs_of(context: CohortContext) -> tuple[str, ...]:
    """The charts for which there is something to show."""
    found = [f"{SPREAD}{axis.measure.id}" for axis in context.axes if axis.spread]
    found += [GROUPS, GROUP_SECTIONS] if context.n else []
    found += [MISSED] if context.missed else []
    found += [INDEX] if context.compared and context.n else []
    found += [CHANGES] if context.changed else []
    return tuple(found)


def chart(context: CohortContext, slug: str, dimension: str = "industry") -> Chart | None:
    """A chart by its name; None where there is none, or nothing to show. `dimension`: of the charts of groups."""
    if slug not in slugs_of(context) or dimension not in CHOICES:
        return None
    with translation.override(context.language):
        if slug.startswith(SPREAD):
            return _spread(context.axis(slug.removeprefix(SPREAD)))
        if slug in {GROUPS, GROUP_SECTIONS}:
            breakdown = context.breakdown(dimension)
            if not breakdown.rows:
                return None
            return _groups(context, breakdown) if slug == GROUPS else _group_sections(context, breakdown)
        return {MISSED: _missed, INDEX: _index, CHANGES: _changes}[slug](context)


def notes_of(context: CohortContext, network: str, today: dt.date) -> list[str]:
    """What a file of these figures says of itself: whose they are, of which companies, and what is left out."""
    with translation.override(context.language):
        asked = _("、").join(f"{one.name}＝{' / '.join(one.values)}" for one in context.chosen)
        return [
            of_round(network, context.round_name, context.opens_on, context.closes_on),
            _("条件：%(asked)s") % {"asked": asked or _("なし（ネットワーク全体）")},
            _(
                "数えた会社は%(n)d社です。会社名を出さない会社は、ほかの会社とまとめて数え、"
                "%(k)d社に満たない数字は出さずに「—」としています。"
            )
            % {"n": context.n, "k": context.k},
            made_on(today),
        ]


def of_round(network: str, name: str, opens_on: dt.date, closes_on: dt.date) -> str:
    """Of which round a file is."""
    days = {"from": f"{opens_on:%Y/%m/%d}", "to": f"{closes_on:%Y/%m/%d}"}
    return _("%(network)s「%(round)s」（%(from)s〜%(to)s）") % {"network": network, "round": name, **days}


def made_on(today: dt.date) -> str:
    return _("作成日：%(day)s") % {"day": f"{today:%Y/%m/%d}"}


def heat_legend() -> list[str]:
    """The steps of a heat map in words, the lightest first."""
    return [_("%(points)s点未満") % {"points": STEPS[0]}, *(_("%(points)s点以上") % {"points": one} for one in STEPS)]


def heat_columns(measures: Iterable[Measure]) -> list[HeatColumn]:
    return [HeatColumn(one.short, "axes" if one.is_axis else one.axis) for one in measures]


def heat_cells(cells: Iterable[Cell]) -> tuple[tuple[str, int | None], ...]:
    return tuple((one.text, one.step) for one in cells)


def companies(count: int) -> str:
    """So many companies, in words."""
    return ngettext("%(count)d社", "%(count)d社", count) % {"count": count}


def value(one: Cell) -> Value:
    """What stands in a table: the number, with the digits that are shown."""
    return BLANK if one.points is None else one.points


def mark(label: str, one: Cell) -> Mark:
    return Mark(label, one.points, one.text)


# --- one by one -------------------------------------------------------------------------------------------------------


def _spread(axis: AxisFigures) -> Chart:
    found, name = axis.spread, axis.measure.title
    assert found is not None  # noqa: S101 - `slugs_of` names those that have one
    message = _(
        "%(axis)sの点数の分布。%(n)d社の真ん中は%(median)s点で、"
        "下から4分の1の会社は%(q1)s点、上から4分の1の会社は%(q3)s点です。"
    ) % {"axis": name, "n": found.n, "median": found.median[0], "q1": found.q1[0], "q3": found.q3[0]}
    quartiles = (
        Quartile(found.q1[1], _("下から4分の1 %(points)s") % {"points": found.q1[0]}),
        Quartile(found.median[1], _("真ん中 %(points)s") % {"points": found.median[0]}),
        Quartile(found.q3[1], _("上から4分の1 %(points)s") % {"points": found.q3[0]}),
    )
    slug = f"{SPREAD}{axis.measure.id}"
    picture = cohort_charts.distribution([Bar(*one) for one in found.bins], quartiles, title=message, prefix=slug)
    rows: list[tuple[Value, ...]] = [
        (_("%(low)d点から%(high)d点") % {"low": low, "high": high}, n) for low, high, n in found.bins
    ]
    rows += [(_("会社数の合計"), found.n), (_("真ん中（中央値）"), found.median[1])]
    rows += [(_("下から4分の1"), found.q1[1]), (_("上から4分の1"), found.q3[1]), (_("平均"), value(axis.mean))]
    heads = (_("点数"), _("会社数・点"))
    return Chart(slug, _("%(axis)sの分布") % {"axis": name}, message, picture, Table(heads, tuple(rows)))


def _groups(context: CohortContext, breakdown: Breakdown) -> Chart:
    heading = _("%(by)s別の三つの点数") % {"by": breakdown.name}
    lowest = [
        _("%(axis)sがいちばん低いのは%(group)s（%(points)s点）です。")
        % {"axis": axis.measure.title, "group": row.name, "points": row.axes[place].text}
        for place, axis in enumerate(context.axes)
        if (row := _least(breakdown.rows, [one.axes[place] for one in breakdown.rows]))
    ]
    message = _("%(by)s別の平均点の棒グラフ。") % {"by": breakdown.name} + "".join(lowest)
    bars = [
        BarGroup(
            row.name,
            companies(row.n),
            tuple(mark(axis.measure.title, one) for axis, one in zip(context.axes, row.axes, strict=True)),
        )
        for row in breakdown.rows
    ]
    axes = [axis.measure.title for axis in context.axes]
    heads = (breakdown.name, _("会社数"), *axes, *(_("%(axis)sの指数") % {"axis": name} for name in axes))
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (row.name, row.n, *map(value, row.axes), *(float(one) if one != BLANK else BLANK for one in row.indexes))
        for row in breakdown.rows
    )
    picture = cohort_charts.group_bars(bars, title=message, prefix=f"{GROUPS}-{breakdown.dimension}")
    return Chart(GROUPS, heading, message, picture, Table(heads, rows))


def _group_sections(context: CohortContext, breakdown: Breakdown) -> Chart:
    measures = context.measures
    cells = {row.value: (*row.axes, *row.sections) for row in breakdown.rows}
    message = _("%(by)sと分野ごとの平均点の表。") % {"by": breakdown.name}
    known = [
        (one.points, row.name, measure.title, one.text)
        for row in breakdown.rows
        for measure, one in zip(context.sections, row.sections, strict=True)
        if one.points is not None
    ]
    if known:
        _points, group, section, text = min(known)
        message += _("いちばん低いのは、%(group)sの「%(section)s」（%(points)s点）です。") % {
            "group": group,
            "section": section,
            "points": text,
        }
    rows = [HeatRow(row.name, companies(row.n), heat_cells(cells[row.value])) for row in breakdown.rows]
    return Chart(
        GROUP_SECTIONS,
        _("%(by)s×分野の平均点") % {"by": breakdown.name},
        message,
        cohort_charts.heat_map(
            heat_columns(measures),
            rows,
            legend=heat_legend(),
            title=message,
            prefix=f"{GROUP_SECTIONS}-{breakdown.dimension}",
        ),
        Table(
            (breakdown.name, _("会社数"), *(one.title for one in measures)),
            tuple((row.name, row.n, *map(value, cells[row.value])) for row in breakdown.rows),
        ),
    )


def _missed(context: CohortContext) -> Chart:
    first = context.missed[0]
    message = _("平均の段階が低い設問。いちばん低いのは「%(question)s」（平均%(level)s）です。") % {
        "question": first.text,
        "level": first.level,
    }
    marks = [Mark(one.text, one.points, one.level) for one in context.missed]
    picture = charts.section_bars(marks, title=message, prefix=MISSED, scale=LEVELS)
    heads = (_("設問"), _("分野"), _("平均の段階（0〜4）"), _("会社数"), _("段階を上げる行動"))
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            one.text,
            one.section.title,
            float(one.level),
            one.n,
            " / ".join(action.title.get(context.language) for action in one.actions),
        )
        for one in context.missed
    )
    return Chart(MISSED, _("できていない会社が多い設問"), message, picture, Table(heads, rows))


def _index(context: CohortContext) -> Chart:
    known = [one for one in context.compared if one.index_value is not None]
    message = _("ネットワーク全体を100とした指数。")
    if known:
        high, low = (pick(known, key=lambda one: one.index_value or 0) for pick in (max, min))
        message += _("いちばん高いのは%(high)s（%(above)s）、低いのは%(low)s（%(below)s）です。") % {
            "high": high.measure.title,
            "above": high.index,
            "low": low.measure.title,
            "below": low.index,
        }
    marks = [Mark(one.measure.title, one.index_value, one.index) for one in context.compared]
    heads = (_("軸・分野"), _("会社数"), _("この条件の平均点"), _("全体の平均点"), _("指数（全体＝100）"))
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            one.measure.title,
            one.here.n,
            value(one.here),
            value(one.everybody),
            BLANK if one.index_value is None else one.index_value,
        )
        for one in context.compared
    )
    picture = cohort_charts.index_bars(marks, title=message, prefix=INDEX)
    return Chart(INDEX, _("ネットワーク全体との比較"), message, picture, Table(heads, rows))


def _changes(context: CohortContext) -> Chart:
    message = _("前の回「%(previous)s」と今回の両方に出した、同じ会社の平均点。") % {"previous": context.previous_name}
    message += "".join(
        _("%(axis)sは%(before)s点から%(now)s点になりました（%(n)d社）。")
        % {"axis": one.measure.title, "before": one.before, "now": one.now, "n": one.n}
        for one in context.changed_axes
    )
    rows = [
        DotRow(
            _("%(measure)s（%(n)d社）") % {"measure": one.measure.title, "n": one.n},
            (Mark("", one.before_points, one.before), Mark("", one.now_points, one.now)),
            one.difference,
        )
        for one in context.changed
    ]
    series = [
        _("前の回：%(name)s") % {"name": context.previous_name},
        _("今回：%(name)s") % {"name": context.round_name},
    ]
    heads = (_("軸・分野"), _("会社数"), _("前の回の平均点"), _("今回の平均点"), _("差"))
    table: tuple[tuple[Value, ...], ...] = tuple(
        (one.measure.title, one.n, one.before_points, one.now_points, float(one.difference)) for one in context.changed
    )
    picture = cohort_charts.dots(rows, series, title=message, prefix=CHANGES, joined=True)
    return Chart(CHANGES, _("前の回からの変化"), message, picture, Table(heads, table))


def _least(rows: Sequence[GroupRow], cells: Sequence[Cell]) -> GroupRow | None:
    known = [(one.points, place) for place, one in enumerate(cells) if one.points is not None]
    return rows[min(known)[1]] if known else None
