"""Which picture shows what: report context -> charts, named in the language of the moment, for page and paper alike."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from reports import charts
from reports.context import AxisView, ReportContext


def stage_names() -> list[str]:
    """The five stages in words, shortest form."""
    return [_("着手前"), _("気づき"), _("部分的"), _("定着"), _("改善")]


def radar(report: ReportContext) -> SafeString:
    """Every section of the three axes."""
    groups = [
        charts.Group(
            axis.title,
            tuple(charts.Mark(section.title, section.points, section.score or "—") for section in axis.sections),
        )
        for axis in report.axes
    ]
    if sum(len(group.marks) for group in groups) < charts.LEAST_SPOKES:
        return SafeString("")
    scores = "、".join(f"{axis.title} {axis.score or _('未算定')}" for axis in report.axes)
    return _svg(charts.radar(groups, title=_("分野ごとの点数。%(scores)s") % {"scores": scores}, prefix="radar"))


def section_bars(axis: AxisView) -> SafeString:
    """The sections of one axis."""
    marks = [charts.Mark(section.title, section.points, section.score or "—") for section in axis.sections]
    known = [section for section in axis.sections if section.points is not None]
    if not known:
        title = _("%(axis)s：どの分野もまだ点がありません") % {"axis": axis.title}
    else:
        worst = min(known, key=lambda section: section.points or 0)
        title = _("%(axis)sの分野ごとの点数。最も低いのは%(section)sの%(score)s点") % {
            "axis": axis.title,
            "section": worst.title,
            "score": worst.score,
        }
    return _svg(charts.section_bars(marks, title=title, prefix=f"bars-{axis.id}"))


def score_range(axis: AxisView, stage: int | None) -> SafeString:
    """The score of one axis with its range; `stage` is framed on the scale (None where stages are not judged)."""
    words = {"axis": axis.title, "score": axis.score, "low": axis.low, "high": axis.high}
    if axis.low is None:
        title = _("%(axis)s：当てはまる設問がありません") % words
    elif axis.score is None:
        title = _("%(axis)s：未算定。わかる答えがまだありません") % words
    else:
        title = _("%(axis)s：100点中%(score)s点、幅は%(low)sから%(high)s点") % words
    picture = charts.score_range(
        charts.Range(axis.points, axis.low_points, axis.high_points, axis.score or _("未算定"), stage),
        stage_names=stage_names(),
        title=title,
        prefix=f"range-{axis.id}",
    )
    return _svg(picture)


def _svg(text: str) -> SafeString:
    # charts escapes every word that it is given.
    return mark_safe(text)  # noqa: S308
