"""Everything that the result page, the PDF action plan and the exports show, decided once and frozen.

No database and no request: a context is made from a catalog, a scorecard and the answers behind it, so that the same
figures come out wherever they are read. Points are strings with one decimal; money is whole yen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from assessments.answers_file import Company
from assessments.planning.ordering import find_out, rank
from assessments.planning.schedule import PERSON_DAYS_PER_QUARTER, PlannedAction, Quarter, place, quarters
from assessments.scoring.answers import Answer
from assessments.scoring.scorecard import AnswerState, AxisScore, QuestionScore, Scorecard, SectionScore, shown
from guidance.catalog import Action, Catalog, Clause, Question, Source
from guidance.profile import FACTS, INDUSTRIES, PREFECTURES, SALES_BANDS
from guidance.registry import library

WEAKEST = 5
STRONGEST = 3
STRONG_LEVEL = 3
LEADING = 5


@dataclass(frozen=True, slots=True)
class GateView:
    """A gate that holds the axis: which question, where it stands, what it must reach."""

    question: Question
    stage: int
    min_level: int
    needed: str
    binding: bool
    """True where it stands between this stage and the next."""


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section's own score, with its share of the axis."""

    id: str
    title: str
    weight: int
    score: str | None
    points: float | None
    answered: int
    total: int


@dataclass(frozen=True, slots=True)
class AxisView:
    """One of the three scores as it is shown."""

    id: str
    title: str
    score: str | None
    low: str | None
    high: str | None
    coverage: str | None
    stage: int | None
    stage_by_points: int | None
    points: float | None
    low_points: float
    high_points: float
    gates: tuple[GateView, ...]
    sections: tuple[SectionView, ...]

    @property
    def binding(self) -> tuple[GateView, ...]:
        return tuple(gate for gate in self.gates if gate.binding)


@dataclass(frozen=True, slots=True)
class Citation:
    """A clause with its document. `ours` where the line is this app's own reading."""

    clause: Clause
    source: Source
    ours: bool


@dataclass(frozen=True, slots=True)
class TraceLine:
    """Answer -> level -> weight -> contribution -> clause."""

    question: Question
    axis_id: str
    section_title: str
    state: AnswerState
    level: int | None
    level_text: str
    weight: int
    contribution: str
    possible: str
    loss: Fraction
    reason: str
    note: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class StepView:
    """A question that an action raises, with both levels in words."""

    question: Question
    before: int
    after: int
    after_text: str


@dataclass(frozen=True, slots=True)
class ActionView:
    """An action in its place in the plan."""

    number: int
    action: Action
    title: str
    why: str
    first_step: str
    how: tuple[str, ...]
    cost_low: int
    cost_high: int
    person_days: int
    weeks: int
    owner: str
    gains: tuple[tuple[str, str], ...]
    """Axis title and points of 100."""
    opens: tuple[Question, ...]
    steps: tuple[StepView, ...]
    requires: tuple[int, ...]
    quarter: Quarter | None


@dataclass(frozen=True, slots=True)
class SourceView:
    """A document that the questions rest on, with the clauses that were cited."""

    source: Source
    clause_ids: tuple[str, ...]

    @property
    def citations(self) -> tuple[Citation, ...]:
        found = (self.source.clauses_by_id[name] for name in self.clause_ids)
        return tuple(Citation(clause, self.source, clause.certainty == "C") for clause in found)


@dataclass(frozen=True, slots=True)
class CompanyView:
    """The company as the cover names it; empty where not given."""

    name: str
    corporate_number: str
    industry: str
    prefecture: str
    employees: int | None
    sales_band: str


@dataclass(frozen=True, slots=True)
class ReportContext:
    """One assessment, ready to be shown."""

    language: str
    company: CompanyView
    catalog: Catalog
    engine: str
    number: int | None
    started_on: dt.date | None
    dated: dt.date
    signer: str
    final: bool
    quick: bool
    axes: tuple[AxisView, ...]
    trace: tuple[TraceLine, ...]
    strengths: tuple[TraceLine, ...]
    weakest: tuple[TraceLine, ...]
    find_out: tuple[Question, ...]
    unanswered: int
    actions: tuple[ActionView, ...]
    quarters: tuple[Quarter, ...]
    person_days_per_quarter: int
    sources: tuple[SourceView, ...]

    @property
    def draft_catalog(self) -> bool:
        return self.catalog.released is None

    @property
    def planned(self) -> tuple[ActionView, ...]:
        """The actions that fit into the year."""
        return tuple(action for action in self.actions if action.quarter is not None)

    @property
    def later(self) -> tuple[ActionView, ...]:
        return tuple(action for action in self.actions if action.quarter is None)

    @property
    def leading(self) -> tuple[ActionView, ...]:
        """The few that matter most of those that fit into the year."""
        return self.planned[:LEADING]

    @property
    def following(self) -> tuple[ActionView, ...]:
        return self.planned[LEADING:]

    @property
    def first_actions(self) -> tuple[ActionView, ...]:
        return self.actions[:3]

    @property
    def cost_low(self) -> int:
        return sum(action.cost_low for action in self.planned)

    @property
    def cost_high(self) -> int:
        return sum(action.cost_high for action in self.planned)

    @property
    def person_days(self) -> int:
        return sum(action.person_days for action in self.planned)

    def trace_of(self, axis_id: str) -> tuple[TraceLine, ...]:
        return tuple(line for line in self.trace if line.axis_id == axis_id)

    @property
    def trace_by_axis(self) -> tuple[tuple[AxisView, tuple[TraceLine, ...]], ...]:
        return tuple((axis, self.trace_of(axis.id)) for axis in self.axes)


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
        sources=_sources(catalog),
    )


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
        citations=_citations(question),
    )


def _citations(question: Question) -> tuple[Citation, ...]:
    found = library()
    return tuple(
        Citation(found.clauses[name], found.clause_sources[name], found.clauses[name].certainty == "C")
        for name in question.clauses
        if name in found.clauses
    )


def _strengths(trace: tuple[TraceLine, ...]) -> tuple[TraceLine, ...]:
    strong = [line for line in trace if line.level is not None and line.level >= STRONG_LEVEL]
    return tuple(sorted(strong, key=lambda line: (-(line.level or 0), -line.weight))[:STRONGEST])


def _weakest(trace: tuple[TraceLine, ...]) -> tuple[TraceLine, ...]:
    weak = [line for line in trace if line.level is not None and line.level < STRONG_LEVEL]
    return tuple(sorted(weak, key=lambda line: -line.loss)[:WEAKEST])


def _actions(catalog: Catalog, planned: tuple[PlannedAction, ...], language: str) -> tuple[ActionView, ...]:
    titles: dict[str, str] = {axis.id: axis.title.get(language) for axis in catalog.axes}
    numbers = {item.ranked.action.id: number for number, item in enumerate(planned, start=1)}
    views = []
    for number, item in enumerate(planned, start=1):
        action = item.ranked.action
        views.append(
            ActionView(
                number=number,
                action=action,
                title=action.title.get(language),
                why=action.why.get(language),
                first_step=action.first_step.get(language),
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
                quarter=item.quarter,
            )
        )
    return tuple(views)


def _sources(catalog: Catalog) -> tuple[SourceView, ...]:
    found = library()
    cited = sorted({name for question in catalog.questions.values() for name in question.clauses})
    views = []
    for source in found.sources.values():
        ids = tuple(name for name in cited if name in source.clauses_by_id)
        if ids:
            views.append(SourceView(source, ids))
    return tuple(views)
