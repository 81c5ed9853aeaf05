"""Assembling a report context: catalog, scorecard and answers -> the frozen values of `reports.context`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction

from assessments.answers_file import Company
from assessments.planning.ordering import find_out, rank
from assessments.planning.schedule import PERSON_DAYS_PER_QUARTER, PlannedAction, place, quarters
from assessments.scoring.answers import Answer
from assessments.scoring.scorecard import AxisScore, QuestionScore, Scorecard, SectionScore, shown
from guidance.catalog import Action, Catalog
from guidance.citations import citations
from guidance.profile import FACTS, INDUSTRIES, PREFECTURES, SALES_BANDS
from guidance.reference import Window, needs_checking
from guidance.registry import library
from guidance.support import match_all
from reports.context import (
    ActionView,
    Approval,
    AxisView,
    CompanyView,
    GateView,
    Record,
    ReportContext,
    SectionView,
    SourceView,
    StepView,
    SupportView,
    TraceLine,
)

WEAKEST = 5
STRONGEST = 3
STRONG_LEVEL = 3
SUPPORT = 6


def build(
    catalog: Catalog,
    card: Scorecard,
    answers: Mapping[str, Answer],
    company: Company,
    *,
    language: str,
    dated: dt.date,
    started_on: dt.date | None = None,
    number: int | None = None,
    signer: str = "",
    approvals: tuple[Approval, ...] = (),
    final: bool = True,
    quick: bool = False,
) -> ReportContext:
    """The context of one scorecard.

    `dated` is the day of submission (or today for a running one); the plan begins in the month after it. `number`
    counts the submissions of the assessment.
    """
    trace = tuple(
        _line(catalog, axis, section, question, answers, language)
        for axis in card.axes
        for section in axis.sections
        for question in section.questions
        if question.state != "hidden"
    )
    planned = place(rank(catalog, card), dated)
    return ReportContext(
        language=language,
        company=_company(company, language),
        catalog=catalog,
        engine=card.engine,
        number=number,
        started_on=started_on,
        dated=dated,
        signer=signer,
        approvals=approvals,
        final=final,
        quick=quick,
        axes=tuple(_axis(catalog, axis, language) for axis in card.axes),
        trace=trace,
        strengths=_strengths(trace),
        weakest=_weakest(trace),
        find_out=tuple(catalog.questions[name] for name in find_out(card)),
        unanswered=sum(line.state == "none" for line in trace),
        actions=_actions(catalog, planned, language),
        quarters=quarters(dated),
        person_days_per_quarter=PERSON_DAYS_PER_QUARTER,
        sources=sources_of(catalog),
        support=() if quick else _support(planned, company, dated, language),
        record=Record(company, answers, card),
    )


def _support(
    planned: tuple[PlannedAction, ...], company: Company, dated: dt.date, language: str
) -> tuple[SupportView, ...]:
    """The measures that go with an action of the year, and those whose testable conditions are all met."""
    helped: dict[str, list[str]] = {}
    for item in planned:
        if item.quarter is not None:
            for name in item.ranked.action.support:
                helped.setdefault(name, []).append(item.ranked.action.title.get(language))
    views = []
    for match in match_all(library().measures.values(), company.profile):
        if match.fits or match.measure.id in helped:
            owner, _entry = library().entries[match.measure.id]
            checked = match.measure.checked_on or owner.checked_on
            views.append(
                SupportView(match, tuple(helped.get(match.measure.id, ())), checked, needs_checking(checked, dated))
            )
    return tuple(views[:SUPPORT])


def _company(company: Company, language: str) -> CompanyView:
    profile = company.profile

    def named(key: str) -> str:
        choices = {"industry": INDUSTRIES, "prefecture": PREFECTURES, "sales_band": SALES_BANDS}[key]
        text = choices.get(str(profile.get(key, "")))
        return text.get(language) if text else ""

    employees = profile.get("employees")
    return CompanyView(
        company.name,
        company.corporate_number,
        named("industry"),
        named("prefecture"),
        employees if FACTS["employees"].accepts(employees) and isinstance(employees, int) else None,
        named("sales_band"),
    )


def _axis(catalog: Catalog, axis: AxisScore, language: str) -> AxisView:
    own = next(found for found in catalog.axes if found.id == axis.id)
    titles = {section.id: section.title.get(language) for section in own.sections}
    binding = {gate.id for gate in axis.blocking()}
    gates = tuple(
        GateView(
            catalog.questions[gate.id],
            gate.stage,
            gate.min_level,
            catalog.questions[gate.id].levels[gate.min_level].get(language),
            gate.id in binding,
        )
        for gate in axis.held_by
    )
    sections = tuple(
        SectionView(
            section.id,
            titles[section.id],
            section.weight,
            shown(section.score),
            None if section.score is None else float(section.score),
            sum(question.state in {"level", "unknown", "na"} for question in section.questions),
            sum(question.state != "hidden" for question in section.questions),
        )
        for section in axis.sections
        if any(question.state != "hidden" for question in section.questions)
    )
    return AxisView(
        id=axis.id,
        title=own.title.get(language),
        score=shown(axis.score),
        low=shown(axis.low),
        high=shown(axis.high),
        coverage=shown(axis.coverage),
        stage=axis.stage,
        stage_by_points=axis.stage_by_points,
        points=None if axis.score is None else float(axis.score),
        low_points=float(axis.low or 0),
        high_points=float(axis.high or 0),
        gates=gates,
        sections=sections,
    )


def _line(
    catalog: Catalog,
    axis: AxisScore,
    section: SectionScore,
    scored: QuestionScore,
    answers: Mapping[str, Answer],
    language: str,
) -> TraceLine:
    question = catalog.questions[scored.id]
    answer = answers.get(scored.id)
    found = catalog.section(section.id)
    loss = Fraction(0) if scored.level is None else scored.bound_share * Fraction(4 - scored.level, 4)
    return TraceLine(
        question=question,
        axis_id=axis.id,
        section_title=found.title.get(language) if found else section.id,
        state=scored.state,
        level=scored.level,
        level_text="" if scored.level is None else question.levels[scored.level].get(language),
        weight=scored.weight,
        contribution=shown(scored.contribution) or "",
        possible=shown(scored.possible) or "",
        loss=loss,
        reason=answer.reason if answer else "",
        note=answer.note if answer else "",
        explanation=answer.explanation if answer else "",
        citations=citations(question),
    )


def _windows(action: Action, language: str) -> tuple[str, ...]:
    found = [library().entries[name][1] for name in action.see if name in library().entries]
    return tuple(entry.name.get(language) for entry in found if isinstance(entry, Window))


def _strengths(trace: tuple[TraceLine, ...]) -> tuple[TraceLine, ...]:
    strong = [line for line in trace if line.level is not None and line.level >= STRONG_LEVEL]
    return tuple(sorted(strong, key=lambda line: (-(line.level or 0), -line.weight))[:STRONGEST])


def _weakest(trace: tuple[TraceLine, ...]) -> tuple[TraceLine, ...]:
    weak = [line for line in trace if line.level is not None and line.level < STRONG_LEVEL]
    return tuple(sorted(weak, key=lambda line: -line.loss)[:WEAKEST])


def _actions(catalog: Catalog, planned: tuple[PlannedAction, ...], language: str) -> tuple[ActionView, ...]:
    titles: dict[str, str] = {axis.id: axis.title.get(language) for axis in catalog.axes}
    in_order = sorted(planned, key=lambda item: item.quarter is None)  # what fits into the year comes first
    numbers = {item.ranked.action.id: number for number, item in enumerate(in_order, start=1)}
    views = []
    for number, item in enumerate(in_order, start=1):
        action = item.ranked.action
        views.append(
            ActionView(
                number=number,
                action=action,
                title=action.title.get(language),
                why=action.why.get(language),
                first_step=action.first_step.get(language),
                this_year=action.this_year.get(language) if action.this_year else "",
                assumption=action.assumption.get(language) if action.assumption else "",
                how=tuple(step.get(language) for step in action.how),
                cost_low=action.cost_jpy.low,
                cost_high=action.cost_jpy.high,
                person_days=action.person_days,
                weeks=action.weeks,
                owner=action.owner,
                gains=tuple((titles[axis], shown(points) or "") for axis, points in item.ranked.gains.items()),
                opens=tuple(catalog.questions[name] for name in item.ranked.opens),
                steps=tuple(
                    StepView(
                        catalog.questions[step.question],
                        step.before,
                        step.after,
                        catalog.questions[step.question].levels[step.after].get(language),
                    )
                    for step in item.ranked.steps
                ),
                requires=tuple(numbers[name] for name in action.requires if name in numbers),
                windows=_windows(action, language),
                quarter=item.quarter,
            )
        )
    return tuple(views)


def sources_of(catalog: Catalog) -> tuple[SourceView, ...]:
    """The documents that the questions of a catalog rest on."""
    found = library()
    cited = sorted({name for question in catalog.questions.values() for name in question.clauses})
    views = []
    for source in found.sources.values():
        ids = tuple(name for name in cited if name in source.clauses_by_id)
        if ids:
            views.append(SourceView(source, ids))
    return tuple(views)
