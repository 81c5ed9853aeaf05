"""A report as data: JSON for machines (answers and scorecard in their agreed forms), XLSX for people.

The same context gives the same bytes. Points are strings, rounded as they are shown, with the exact fraction beside
them where the reader may have what stands behind the report (`ReportContext.record`); money, days and weeks are whole
numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from assessments.answers_file import entry_of
from assessments.planning.schedule import Quarter
from assessments.scoring.scorecard import QuestionScore, exact, to_json
from guidance.sheet_files import write_sheets
from reports.context import ActionView, AxisView, Record, ReportContext, SourceView, TraceLine
from reports.exports.report_sheets import sheets_of

SCHEMA = "keian-karte/report@1"
"""The name of this form. A field that changes its meaning or goes makes a @2; one that is added does not."""


def report_json(context: ReportContext) -> bytes:
    """The report as UTF-8 JSON. To a reader outside `answers` and `scorecard` are null: they get what is shown."""
    with translation.override(context.language):
        data = _report(context)
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def report_workbook(context: ReportContext) -> bytes:
    """The report as XLSX in its language: what it is, answers, scores, trace, actions.

    No cell is computed, and what the company typed is marked.
    """
    with translation.override(context.language):
        return write_sheets(sheets_of(context), title=_("経安カルテ 診断の結果"), dated=context.dated)


def answers_document(record: Record, catalog_ref: str) -> dict[str, Any]:
    """The answers in the form that is read back: `manage.py score` and `manage.py report` take it."""
    company = record.company
    return {
        "catalog": catalog_ref,
        "company": {
            "name": company.name,
            "corporate_number": company.corporate_number,
            "profile": dict(company.profile),
        },
        "answers": {name: entry_of(answer) for name, answer in record.answers.items()},
    }


def exact_gains(view: ActionView, context: ReportContext) -> dict[str, Fraction]:
    """By axis what an action gains when its turn comes, not rounded; nothing for a reader outside."""
    scored = _scored(context.record)
    axis_of = {line.question.id: line.axis_id for line in context.trace}
    sums: dict[str, Fraction] = {}
    for step in view.steps if scored else ():
        axis = axis_of[step.question.id]
        gained = scored[step.question.id].bound_share * Fraction(step.after - step.before, 4)
        sums[axis] = sums.get(axis, Fraction(0)) + gained
    return sums


# --- parts ------------------------------------------------------------------------------------------------------------


def _report(context: ReportContext) -> dict[str, Any]:
    record = context.record
    scored = _scored(record)
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "language": context.language,
        "notice": _(
            "これは自社で行う任意の点検です。法令への適合や認証、補助金での加点を示すものではありません。"
            "費用と手間は本アプリの目安で、実際は会社によって違います。"
        ),
        "catalog": context.catalog.ref,
        "catalog_is_draft": context.draft_catalog,
        "engine": context.engine,
        "submission": {
            "number": context.number,
            "dated": context.dated.isoformat(),
            "started_on": context.started_on.isoformat() if context.started_on else None,
            "final": context.final,
            "quick": context.quick,
            "approvals": [
                {"step": made.step.value, "name": made.name, "at": made.at.isoformat(timespec="seconds")}
                for made in context.approvals
            ],
        },
        "company": {"name": context.company.name},
        "answers": None,
        "scorecard": to_json(record.card) if record else None,
        "axes": [_axis(axis) for axis in context.axes],
        "trace": [_line(line, scored.get(line.question.id)) for line in context.trace],
        "find_out": [question.id for question in context.find_out],
        "unanswered": context.unanswered,
        "plan": {
            "person_days_per_quarter": context.person_days_per_quarter,
            "quarters": [_quarter(quarter) for quarter in context.quarters],
            "cost_jpy": {"low": context.cost_low, "high": context.cost_high},
            "person_days": context.person_days,
        },
        "actions": [_action(action, context) for action in context.actions],
        "support": [
            {
                "id": view.match.measure.id,
                "name": view.match.measure.name.get(context.language),
                "goes_with": list(view.actions),
                "checked_on": view.checked_on.isoformat(),
            }
            for view in context.support
        ],
        "sources": [_source(source, context.language) for source in context.sources],
    }
    if record is not None:
        document = answers_document(record, context.catalog.ref)
        data |= {"company": document["company"], "answers": document["answers"]}
    return data


def _scored(record: Record | None) -> Mapping[str, QuestionScore]:
    return record.card.questions() if record else {}


def _axis(axis: AxisView) -> dict[str, Any]:
    return {
        "id": axis.id,
        "title": axis.title,
        "score": axis.score,
        "low": axis.low,
        "high": axis.high,
        "coverage": axis.coverage,
        "stage": axis.stage,
        "stage_by_points": axis.stage_by_points,
        "gates": [
            {
                "question": gate.question.id,
                "stage": gate.stage,
                "min_level": gate.min_level,
                "needed": gate.needed,
                "binding": gate.binding,
            }
            for gate in axis.gates
        ],
        "sections": [
            {
                "id": section.id,
                "title": section.title,
                "weight": section.weight,
                "score": section.score,
                "answered": section.answered,
                "asked": section.total,
            }
            for section in axis.sections
        ],
    }


def _line(line: TraceLine, scored: QuestionScore | None) -> dict[str, Any]:
    """Answer -> level -> weight -> contribution -> clause."""
    return {
        "question": line.question.id,
        "axis": line.axis_id,
        "state": line.state,
        "level": line.level,
        "level_text": line.level_text,
        "weight": line.weight,
        "contribution": line.contribution,
        "contribution_exact": exact(scored.contribution) if scored else None,
        "possible": line.possible,
        "possible_exact": exact(scored.possible) if scored else None,
        "bound_share_exact": exact(scored.bound_share) if scored else None,
        "reason": line.reason,
        "note": line.note,
        "explanation": line.explanation,
        "basis": line.question.basis,
        "clauses": [citation.clause.id for citation in line.citations],
    }


def _action(view: ActionView, context: ReportContext) -> dict[str, Any]:
    ids = {action.number: action.action.id for action in context.actions}
    action = view.action
    return {
        "number": view.number,
        "id": action.id,
        "title": view.title,
        "why": view.why,
        "first_step": view.first_step,
        "this_year": view.this_year,
        "how": list(view.how),
        "assumption": view.assumption,
        "owner": view.owner,
        "cost_jpy": {"low": view.cost_low, "high": view.cost_high},
        "person_days": view.person_days,
        "weeks": view.weeks,
        "quarter": _quarter(view.quarter) if view.quarter else None,
        "raises": [
            {"question": step.question.id, "from": step.before, "to": step.after, "to_text": step.after_text}
            for step in view.steps
        ],
        "opens": [question.id for question in view.opens],
        "gains": _gains(view, context),
        "requires": [ids[number] for number in view.requires],
        "support": list(action.support),
    }


def _gains(view: ActionView, context: ReportContext) -> list[dict[str, Any]]:
    """Points of 100 on the low bound of each axis that the action raises, when its turn comes."""
    axes = {axis.title: axis.id for axis in context.axes}
    sums = exact_gains(view, context)
    return [
        {"axis": axes[title], "points": points, "points_exact": exact(sums.get(axes[title]))}
        for title, points in view.gains
    ]


def _quarter(quarter: Quarter) -> dict[str, Any]:
    return {"number": quarter.number, "start": quarter.start.isoformat(), "end": quarter.end.isoformat()}


def _source(view: SourceView, language: str) -> dict[str, Any]:
    source = view.source
    return {
        "id": source.source,
        "title": source.title.get(language),
        "issuer": source.issuer.get(language),
        "edition": source.edition.get(language),
        "date": source.date.isoformat(),
        "url": source.url,
        "status": source.status,
        "checked_on": source.checked_on.isoformat(),
        "clauses": [
            {
                "id": citation.clause.id,
                "heading": citation.clause.heading.get(language),
                "text": citation.clause.text.get(language),
                "place": citation.clause.place.get(language),
                "certainty": citation.clause.certainty,
                # Of certainty C: how this app reads it, never what the document says.
                "said_by": "this app" if citation.ours else "the document",
            }
            for citation in view.citations
        ],
    }
