"""Everything that the result page, the PDF action plan and the exports show, decided once and frozen.

No database and no request: a context is made from a catalog, a scorecard and the answers behind it, so that the same
figures come out wherever they are read. Points are strings with one decimal; money is whole yen.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from assessments.answers_file import Company
from assessments.approval import Step
from assessments.planning.schedule import Quarter
from assessments.scoring.answers import Answers
from assessments.scoring.scorecard import AnswerState, Scorecard
from guidance.catalog import Action, Catalog, Question, Source
from guidance.citations import Citation, cited
from guidance.support import Match

LEADING = 5
FIRST = 3
CANDIDATES = 15


def short_title(title: str) -> str:
    """A section's name without what stands in brackets; the tables have it whole."""
    return title.partition(" (")[0].partition("（")[0]


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
    explanation: str
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
    this_year: str
    assumption: str
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
    windows: tuple[str, ...]
    """Names of places to ask about it."""
    quarter: Quarter | None


@dataclass(frozen=True, slots=True)
class SourceView:
    """A document that the questions rest on, with the clauses that were cited."""

    source: Source
    clause_ids: tuple[str, ...]

    @property
    def citations(self) -> tuple[Citation, ...]:
        return cited(self.clause_ids)


@dataclass(frozen=True, slots=True)
class SupportView:
    """A support measure that may concern the company: which actions of the plan it goes with, and how it matches."""

    match: Match
    actions: tuple[str, ...]
    """Titles of the actions."""
    checked_on: dt.date
    stale: bool
    """True where nobody has checked the measure for a year."""


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
class Approval:
    """A step of 申請 → 確認 → 承認 that was made. `at` is local time."""

    step: Step
    name: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Record:
    """What a report was made of, exactly: for the files that hand it over as data."""

    company: Company
    answers: Answers
    card: Scorecard


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
    approvals: tuple[Approval, ...]
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
    support: tuple[SupportView, ...]
    record: Record | None = None
    """None for readers outside: they get what is shown and nothing behind it."""
    as_shared: bool = False
    """Whether it is what another body sees: the paper says so, and nothing is left to be filled in."""

    @property
    def approval_boxes(self) -> tuple[tuple[Step, Approval | None], ...]:
        """The three steps in order, each with who made it; None where nobody did."""
        made = {approval.step: approval for approval in self.approvals}
        return tuple((step, made.get(step)) for step in Step)

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
    def candidates(self) -> tuple[ActionView, ...]:
        """Of the later actions those that the paper lists; the page lists all."""
        return self.later[:CANDIDATES]

    @property
    def leading(self) -> tuple[ActionView, ...]:
        """The few that matter most of those that fit into the year."""
        return self.planned[:LEADING]

    @property
    def following(self) -> tuple[ActionView, ...]:
        return self.planned[LEADING:]

    @property
    def first_actions(self) -> tuple[ActionView, ...]:
        """The three to begin with: the first in order that wait for no other action."""
        return tuple(action for action in self.actions if not action.requires)[:FIRST]

    @property
    def cost_low(self) -> int:
        return sum(action.cost_low for action in self.planned)

    @property
    def cost_high(self) -> int:
        return sum(action.cost_high for action in self.planned)

    @property
    def person_days(self) -> int:
        return sum(action.person_days for action in self.planned)

    @property
    def explained(self) -> tuple[TraceLine, ...]:
        """The questions from a comply-or-explain code for which the company explained itself."""
        return tuple(line for line in self.trace if line.explanation)

    def trace_of(self, axis_id: str) -> tuple[TraceLine, ...]:
        return tuple(line for line in self.trace if line.axis_id == axis_id)

    @property
    def trace_by_axis(self) -> tuple[tuple[AxisView, tuple[TraceLine, ...]], ...]:
        return tuple((axis, self.trace_of(axis.id)) for axis in self.axes)
