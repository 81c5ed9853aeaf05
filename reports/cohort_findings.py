"""What the report of a round says in sentences: for the network's management meeting, each with its figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.cohort_report import CohortReport, SectionMean


def findings(report: CohortReport) -> list[str]:
    """What the figures say, in the language of the moment."""
    return [*_counted(report), *_scores(report), *_groups(report), *_ahead(report)]


def decisions(report: CohortReport) -> list[str]:
    """What the meeting could decide."""
    return list(_decisions(report))


def _counted(report: CohortReport) -> Iterator[str]:
    asked, cohort = report.asked, report.cohort
    numbers = {"invited": asked.invited, "submitted": asked.submitted, "n": cohort.n}
    if asked.invited:
        yield (
            _(
                "呼びかけた%(invited)d社のうち%(submitted)d社が診断を提出し、集計に同意した会社のうち%(n)d社を数えました。"
            )
            % numbers
        )
    else:
        yield _("集計に同意した会社のうち%(n)d社を数えました。") % numbers
    if cohort.waiting:
        yield _("ほかに%(n)d社が集計に同意していますが、一緒に数える会社がそろうのを待っています。") % {
            "n": cohort.waiting
        }
    if cohort.ended:
        yield _("抜けた会社があったため、その会社と一緒に数えていた%(n)d社は、この回の集計から外れました。") % {
            "n": cohort.ended
        }


def _scores(report: CohortReport) -> Iterator[str]:
    cohort = report.cohort
    known = [_named_points(axis.measure.title, axis.mean.text) for axis in cohort.axes if axis.mean.points is not None]
    if known:
        yield _("点数の平均は、%(scores)sです。") % {"scores": _listed(known)}
    if report.lowest and report.highest:
        low = _listed(_section_points(one) for one in report.lowest)
        high = _section_points(report.highest)
        yield _("分野では、低い順に%(low)sです。いちばん高いのは%(high)sです。") % {"low": low, "high": high}
    for one in cohort.missed[:1]:
        yield _("できていない会社がいちばん多い設問は「%(text)s」です。0から4までの段階の平均は%(level)sです。") % {
            "text": one.text,
            "level": one.level,
        }


def _groups(report: CohortReport) -> Iterator[str]:
    if (behind := report.behind) is not None:
        yield _(
            "%(by)sで比べると、「%(name)s」（%(n)d社）の%(axis)sが、全体を100として%(index)sと、いちばん低くなっています。"
        ) % {
            "by": behind.by,
            "name": behind.row.name,
            "n": behind.row.n,
            "axis": behind.axis.title,
            "index": behind.index,
        }
    if changed := report.cohort.changed_axes:
        moved = _listed(_named_points(one.measure.title, one.difference) for one in changed)
        yield _("前の回「%(name)s」にも出した同じ会社で比べると、平均は%(moved)s動きました。") % {
            "name": report.cohort.previous_name,
            "moved": moved,
        }


def _ahead(report: CohortReport) -> Iterator[str]:
    if report.workshop is not None:
        topics = _listed(_("「%(title)s」") % {"title": one.title} for one in report.workshop.handout.topics)
        yield _("次の勉強会「%(title)s」では、%(topics)sを話題にします。") % {
            "title": report.workshop.handout.title,
            "topics": topics,
        }


def _decisions(report: CohortReport) -> Iterator[str]:
    if report.workshop is not None:
        yield _("次の勉強会の話題と日取りを、この報告書の終わりの計画のとおりにするか。")
    elif report.lowest:
        yield _("次の勉強会の話題を、いちばん低い「%(title)s」にするか。") % {"title": report.lowest[0].section.title}
    for action in (action for one in report.cohort.missed[:1] for action in one.actions[:1]):
        title = action.title.get(get_language() or "ja")
        yield _("できていない会社がいちばん多い設問に効く行動「%(title)s」を、会社に勧めるか。") % {"title": title}
    if report.asked.missing > 0:
        yield _("まだ提出していない%(n)d社に、どう呼びかけるか。") % {"n": report.asked.missing}


def _named_points(title: str, points: str) -> str:
    return _("%(title)s（%(points)s点）") % {"title": title, "points": points}


def _section_points(one: SectionMean) -> str:
    return _("「%(title)s」（%(points)s点）") % {"title": one.section.title, "points": one.mean.text}


def _listed(words: Iterable[str]) -> str:
    return _("、").join(words)
