"""What of a submission another body may see: one function that leaves out whatever the company did not share.

No database and no request. Every part is named here, so that a field which is added to a report is not shown to anybody
else until it is named here too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from guidance.support import match
from organisations.consent import What, with_needs
from reports.context import AxisView, CompanyView, ReportContext, SupportView, TraceLine


@dataclass(frozen=True, slots=True)
class Remark:
    """What the company wrote and put beside one answer: the files by id and name."""

    line: TraceLine
    files: tuple[tuple[UUID, str], ...]


def shown_to(report: ReportContext, shared: frozenset[What]) -> ReportContext:
    """`report` as a body sees it with which the company shares `shared`.

    Scores: the three scores, their ranges, stages and coverage. Answers: also the sections, every answer, what holds a
    stage, strong and weak points, actions and support measures. Notes: also notes, reasons and explanations. A consent
    counts only together with those that it rests on. Of the company nothing but the name, and nobody's name, ever.
    """
    held = frozenset(what for what in shared if with_needs([what]) <= shared)
    scores, answers, notes = (what in held for what in (What.SCORES, What.ANSWERS, What.NOTES))
    return ReportContext(
        language=report.language,
        company=CompanyView(report.company.name, "", "", "", None, ""),
        catalog=report.catalog,
        engine=report.engine,
        number=report.number,
        started_on=None,
        dated=report.dated,
        signer="",
        approvals=(),
        final=report.final,
        quick=report.quick,
        axes=tuple(_axis(axis, answers=answers) for axis in report.axes) if scores else (),
        trace=_lines(report.trace, notes=notes) if answers else (),
        strengths=_lines(report.strengths, notes=notes) if answers else (),
        weakest=_lines(report.weakest, notes=notes) if answers else (),
        find_out=report.find_out if answers else (),
        unanswered=report.unanswered if answers else 0,
        actions=report.actions if answers else (),
        quarters=report.quarters if answers else (),
        person_days_per_quarter=report.person_days_per_quarter,
        sources=report.sources,
        support=_support(report.support) if answers else (),
        as_shared=True,
    )


def _axis(axis: AxisView, *, answers: bool) -> AxisView:
    """A gate's question would be an answer, a section's score nearly one, and so would digits behind the one shown."""
    return AxisView(
        id=axis.id,
        title=axis.title,
        score=axis.score,
        low=axis.low,
        high=axis.high,
        coverage=axis.coverage,
        stage=axis.stage,
        stage_by_points=axis.stage_by_points,
        points=None if axis.score is None else float(axis.score),
        low_points=float(axis.low or 0),
        high_points=float(axis.high or 0),
        gates=axis.gates if answers else (),
        sections=axis.sections if answers else (),
    )


def _lines(lines: tuple[TraceLine, ...], *, notes: bool) -> tuple[TraceLine, ...]:
    return tuple(
        TraceLine(
            question=line.question,
            axis_id=line.axis_id,
            section_title=line.section_title,
            state=line.state,
            level=line.level,
            level_text=line.level_text,
            weight=line.weight,
            contribution=line.contribution,
            possible=line.possible,
            loss=line.loss,
            reason=line.reason if notes else "",
            note=line.note if notes else "",
            explanation=line.explanation if notes else "",
            citations=line.citations,
        )
        for line in lines
    )


def _support(views: tuple[SupportView, ...]) -> tuple[SupportView, ...]:
    """Those that go with an action of the plan. Which conditions the company meets is its own affair: they are shown as
    if nothing were known of it. (A report that was made without its facts lost none of them to measures that fit.)"""
    return tuple(replace(view, match=match(view.match.measure, {})) for view in views if view.actions)


def remarks(report: ReportContext, files: Iterable[tuple[str, UUID, str]]) -> list[Remark]:
    """The questions of `report` with something written or put beside them; `files` as (question id, id, name)."""
    beside: dict[str, list[tuple[UUID, str]]] = {}
    for question_id, file_id, name in files:
        beside.setdefault(question_id, []).append((file_id, name))
    found = [Remark(line, tuple(beside.get(line.question.id, ()))) for line in report.trace]
    return [one for one in found if one.files or one.line.note or one.line.reason or one.line.explanation]
