"""The charts of companies by name: the heat map with the blocks of all others, outliers, and companies side by side.

As `reports.cohort_pictures`, with what the companies are called at this moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from reports import cohort_charts
from reports.charts import Mark
from reports.cohort_charts import DotRow, HeatRow
from reports.cohort_companies import CompanyRow, OutlierRow, SideBySide
from reports.cohort_context import BLANK, Measure
from reports.cohort_pictures import (
    Chart,
    Table,
    companies,
    heat_cells,
    heat_columns,
    heat_legend,
    value,
)

COMPANIES, OUTLIERS, SIDE_BY_SIDE = "companies", "outliers", "side-by-side"
Names = Mapping[UUID, str]


def companies_chart(rows: Sequence[CompanyRow], measures: Sequence[Measure], names: Names) -> Chart:
    """The heat map of companies and blocks by axis and section, as many rows as are given."""
    named = sum(1 for row in rows if row.id)
    message = _(
        "会社と分野ごとの点数の表。会社名つきは%(named)d社、名前を出さずにまとめて数えた会社は%(blocks)dまとまりです。"
    ) % {"named": named, "blocks": len(rows) - named}
    found = [HeatRow(name_of(row, names), "" if row.id else companies(row.n), heat_cells(row.cells)) for row in rows]
    heads = (_("会社・まとまり"), _("会社数"), _("まとまりの内訳"), *(one.title for one in measures))
    return Chart(
        COMPANIES,
        _("会社×分野の点数"),
        message,
        cohort_charts.heat_map(heat_columns(measures), found, legend=heat_legend(), title=message, prefix=COMPANIES),
        Table(heads, tuple((name_of(row, names), row.n, row.facts, *map(value, row.cells)) for row in rows)),
    )


def outliers_chart(rows: Sequence[OutlierRow], names: Names) -> Chart | None:
    """Each outlier beside the middle of its peers; None where there is no outlier."""
    if not rows:
        return None
    message = _("点数がほかの会社から大きく離れている会社と、比べた会社の真ん中の点数。%(count)d件あります。") % {
        "count": len(rows)
    }
    series = [_("比べた会社の真ん中"), _("この会社")]
    dots = [
        DotRow(
            _("%(name)s（%(axis)s）") % {"name": names.get(row.id, BLANK), "axis": row.axis.title},
            (Mark("", row.median_value, row.median), Mark("", row.points_value, row.points)),
            row.z,
        )
        for row in rows
    ]
    heads = (
        _("会社"),
        _("軸"),
        _("点数"),
        _("比べた会社の真ん中"),
        _("離れ具合"),
        _("比べた会社"),
        _("比べた会社の数"),
        _("離れている理由になった答え"),
    )
    table = tuple(
        (
            names.get(row.id, BLANK),
            row.axis.title,
            row.points_value,
            row.median_value,
            float(row.z),
            row.peers or _("ネットワーク全体"),
            row.n,
            " / ".join(f"{gap.text} {gap.level}（{gap.mean}）" for gap in row.answers) or BLANK,
        )
        for row in rows
    )
    picture = cohort_charts.dots(dots, series, title=message, prefix=OUTLIERS, joined=True)
    return Chart(OUTLIERS, _("点数が大きく離れている会社"), message, picture, Table(heads, table))


def side_by_side_chart(found: SideBySide, names: Names) -> Chart | None:
    """Up to five companies on one scale a measure, with the mean of the whole network; None without a company."""
    if not found.companies:
        return None
    series = [names.get(one.id, BLANK) for one in found.companies if one.id]
    message = _("%(names)sの点数を、軸と分野ごとに並べた図。") % {"names": _("、").join(series)}
    rows = []
    table = []
    for place, measure in enumerate(found.measures):
        cells = [one.cells[place] for one in found.companies] + [found.everybody[place]]
        table.append((measure.title, *map(value, cells)))
        if measure.is_axis or any(cell.points is not None for cell in cells[:-1]):
            rows.append(DotRow(measure.title, tuple(Mark("", cell.points, cell.text) for cell in cells)))
    average = _("全体の平均")
    picture = cohort_charts.dots(rows, [*series, average], title=message, prefix=SIDE_BY_SIDE)
    return Chart(
        SIDE_BY_SIDE,
        _("会社を並べて比べる"),
        message,
        picture,
        Table((_("軸・分野"), *series, average), tuple(table)),
    )


def name_of(row: CompanyRow, names: Names) -> str:
    """A company's name, or the alias of a block."""
    return names.get(row.id, BLANK) if row.id else row.alias
