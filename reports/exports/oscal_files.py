"""A report as OSCAL files: the questionnaire, the results and the plan, one document each, or all in a ZIP."""

from __future__ import annotations

from collections.abc import Mapping

from guidance.registry import library
from guidance.sheet_files import zipped
from reports.context import ActionView, ReportContext
from reports.exports.oscal.catalog_document import catalog_document
from reports.exports.oscal.parts import CATALOG_FILE, PLAN_FILE, RESULTS_FILE, Json, to_bytes
from reports.exports.oscal.plan_document import PlanItem, plan_document
from reports.exports.oscal.results_document import Subject, results_document
from reports.exports.report_data import exact_gains


class Withheld(ValueError):
    """The report was made for a reader outside, who gets no exact figures."""


def oscal_documents(context: ReportContext, subject_id: str) -> Mapping[str, Json]:
    """The documents by file name; no plan where there is no action. Raises Withheld.

    `subject_id` names the submission: the UUIDs of what was observed are made from it.
    """
    record, language = context.record, context.language
    if record is None:
        raise Withheld
    subject = Subject(subject_id, record.company, context.dated, context.started_on, context.number)
    items = [plan_item(view, context) for view in context.actions]
    plan = plan_document(context.catalog, items, subject, engine=context.engine, language=language)
    found = {
        CATALOG_FILE: catalog_document(context.catalog, library().sources, dated=context.dated, language=language),
        RESULTS_FILE: results_document(context.catalog, record.card, record.answers, subject, language=language),
    }
    return found if plan is None else {**found, PLAN_FILE: plan}


def oscal_zip(context: ReportContext, subject_id: str) -> bytes:
    """The documents in one ZIP; the same report is the same bytes. Raises Withheld."""
    documents = oscal_documents(context, subject_id)
    return zipped({name: to_bytes(document) for name, document in documents.items()}, dated=context.dated)


def plan_item(view: ActionView, context: ReportContext) -> PlanItem:
    """An action of the report as figures and ids."""
    ids = {action.number: action.action.id for action in context.actions}
    return PlanItem(
        number=view.number,
        action=view.action.id,
        cost_low=view.cost_low,
        cost_high=view.cost_high,
        person_days=view.person_days,
        weeks=view.weeks,
        owner=view.owner,
        raises=tuple((step.question.id, step.before, step.after) for step in view.steps),
        gains=tuple(exact_gains(view, context).items()),
        opens=tuple(question.id for question in view.opens),
        requires=tuple(ids[number] for number in view.requires),
        quarter=view.quarter,
    )
