"""What the charts of a company say, in a sentence each: their accessible name, on the page and on paper."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reports.context import AxisView, SectionView


def range_message(axis: AxisView, *, stages: bool) -> str:
    """The score, the stage where stages are judged, and the range that open answers leave."""
    words = {"axis": axis.title, "score": axis.score, "stage": axis.stage}
    if axis.score is None:
        said = _("%(axis)sは未算定です。") % words
    elif stages and axis.stage is not None:
        said = _("%(axis)sは100点中%(score)s点、段階%(stage)sです。") % words
    else:
        said = _("%(axis)sは100点中%(score)s点です。") % words
    bounds = {"low": axis.low or "0", "high": axis.high or "0"}
    if bounds["low"] != bounds["high"]:
        said += _("答えしだいの幅は%(low)s〜%(high)s点です。") % bounds
    return said.strip()


def bars_message(axis: AxisView) -> str:
    """Which section of an axis is the lowest and which is the highest."""
    return (_("%(axis)sの分野ごとの点数。") % {"axis": axis.title} + _ends(axis.sections)).strip()


def radar_message(axes: Sequence[AxisView]) -> str:
    """The three scores, and the lowest and the highest of all sections."""
    said = "".join(
        _("%(axis)sは100点中%(score)s点です。") % {"axis": axis.title, "score": axis.score}
        if axis.score is not None
        else _("%(axis)sは未算定です。") % {"axis": axis.title}
        for axis in axes
    )
    return (said + _ends([section for axis in axes for section in axis.sections])).strip()


def _ends(sections: Sequence[SectionView]) -> str:
    """The two ends of these sections; what is not scored is counted."""
    known = [(section.points, section) for section in sections if section.points is not None]
    if not known:
        return _("点数の出た分野は、まだありません。")
    (least, low), (most, high) = (pick(known, key=lambda one: one[0]) for pick in (min, max))
    if least == most:
        said = _("点数の出た分野は、どれも%(points)s点です。") % {"points": low.score}
    else:
        said = _(
            "分野でいちばん低いのは「%(low)s」（%(low_points)s点）、いちばん高いのは「%(high)s」（%(high_points)s点）です。"
        ) % {"low": low.title, "low_points": low.score, "high": high.title, "high_points": high.score}
    if missing := len(sections) - len(known):
        said += _("まだ点数の出ていない分野が%(count)sあります。") % {"count": missing}
    return said
