"""What report templates say in small words: money, dates, departments, levels; and the charts as SVG.

The charts are the one place here that hands out markup, and `reports.drawing` escapes every text in it.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from fractions import Fraction

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from assessments.scoring.engine import STAGE_STARTS
from guidance.templatetags.words import yen, yen_to
from reports import charts, cohort_findings, dates
from reports.chart_messages import bars_message, radar_message, range_message
from reports.cohort_pictures import Chart
from reports.context import AxisView, ReportContext, SectionView, TraceLine, short_title

register = template.Library()

LEVELS = (
    gettext_lazy("していない"),
    gettext_lazy("話題にしている"),
    gettext_lazy("一部でしている"),
    gettext_lazy("決まりとしてしている"),
    gettext_lazy("定期的に見直している"),
)
JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


# --- words ---


@register.filter
def level_name(level: int) -> str:
    """What a level means for any question."""
    return str(LEVELS[level])


@register.filter
def own_words(words: str) -> str:
    """What a person typed. In English, Japanese in it says that it is, so that a screen reader pronounces it."""
    if get_language() != "ja" and JAPANESE.search(words):
        return format_html('<span lang="ja">{}</span>', words)
    return words


register.filter(yen)
register.filter(yen_to)


@register.filter
def day(date: dt.date) -> str:
    """「2026年11月23日」; in English 23 November 2026."""
    if get_language() == "en":
        return f"{date.day} {date:%B} {date.year}"
    return f"{date.year}年{date.month}月{date.day}日"


@register.filter
def wareki(date: dt.date) -> str:
    """「令和8年11月23日」; nothing in English and before 昭和."""
    if get_language() == "en":
        return ""
    try:
        return dates.wareki(date)
    except ValueError:
        return ""


@register.filter
def month(date: dt.date) -> str:
    """「2026年12月」 as 2026/12: short, and read alike in both languages."""
    return f"{date.year}/{date.month}"


@register.filter
def next_stage_start(stage: int) -> int:
    """The low bound from which the stage after this one begins."""
    return STAGE_STARTS[stage - 1]


@register.filter
def plus_one(number: int) -> int:
    return number + 1


# --- the worked example ---


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """One answer of this company, with every figure that its contribution is made of."""

    line: TraceLine
    axis: AxisView
    section: SectionView
    axis_weight: int
    section_weight: int
    value: str


@register.simple_tag
def worked_example(report: ReportContext) -> WorkedExample | None:
    """The first answer between nothing and everything; None where there is none."""
    lines = [line for line in report.trace if line.level]
    lines.sort(key=lambda line: line.level == 4)
    for line in lines[:1]:
        axis = next(axis for axis in report.axes if axis.id == line.axis_id)
        section = next(section for section in axis.sections if section.title == line.section_title)
        known = [other for other in report.trace_of(axis.id) if other.section_title == section.title]
        return WorkedExample(
            line,
            axis,
            section,
            axis_weight=sum(other.weight for other in axis.sections if other.score is not None),
            section_weight=sum(other.weight for other in known if other.level is not None),
            value=f"{float(Fraction(line.level or 0, 4)):g}",
        )
    return None


# --- figures of groups ---

register.simple_tag(cohort_findings.findings, name="cohort_findings")
register.simple_tag(cohort_findings.decisions, name="cohort_decisions")


# --- charts ---


@register.simple_tag
def radar_chart(report: ReportContext, *, prefix: str = "radar") -> SafeString:
    """All sections of the three axes; nothing where they are fewer than three."""
    groups = [charts.Group(axis.title, tuple(_mark(section) for section in axis.sections)) for axis in report.axes]
    if sum(len(group.marks) for group in groups) < charts.LEAST_SPOKES:
        return SafeString("")
    return _svg(charts.radar(groups, title=radar_message(report.axes), prefix=prefix))


@register.simple_tag
def bars_chart(axis: AxisView, *, prefix: str) -> SafeString:
    marks = [_mark(section) for section in axis.sections]
    return _svg(charts.section_bars(marks, title=bars_message(axis), prefix=prefix))


@register.simple_tag
def range_chart(axis: AxisView, *, prefix: str, stages: bool = True) -> SafeString:
    """The quick check asks too few questions to judge stages: it shows the scale without them."""
    names = [_("段階%(number)s") % {"number": number} for number in range(1, charts.STAGES + 1)] if stages else []
    value = axis.score or _("未算定")
    found = charts.Range(axis.points, axis.low_points, axis.high_points, value, axis.stage)
    said = range_message(axis, stages=stages)
    return _svg(charts.score_range(found, stage_names=names, title=said, prefix=prefix))


@register.filter
def picture(chart: Chart) -> SafeString:
    """The picture of a chart of `reports.cohort_pictures`."""
    return _svg(chart.picture)


def _mark(section: SectionView) -> charts.Mark:
    return charts.Mark(short_title(section.title), section.points, section.score or _("未算定"))


def _svg(markup: str) -> SafeString:
    return mark_safe(markup)  # noqa: S308 - our own shapes; reports.drawing escapes every text
