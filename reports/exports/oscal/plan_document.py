"""PURE. The plan as an OSCAL plan of action and milestones: an item an action, and a milestone where it is placed.

An item leads to the observations on the questions that it raises (the same UUIDs as in the results), and to what OSCAL
calls a risk: the gap that the action closes. Its planned response has cost and effort, and its milestone the quarter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from assessments.planning.schedule import Quarter
from guidance.catalog import Catalog
from reports.exports.oscal import words
from reports.exports.oscal.parts import JAPAN, Json, filled, metadata, moment, one_line, prop, uuid_of
from reports.exports.oscal.results_document import Subject, observation_uuid, parties


@dataclass(frozen=True, slots=True)
class PlanItem:
    """An action in its place: everything of it that is a figure or an id."""

    number: int
    action: str
    cost_low: int
    cost_high: int
    person_days: int
    weeks: int
    owner: str
    raises: tuple[tuple[str, int, int], ...]
    """Question, from level, to level."""
    gains: tuple[tuple[str, Fraction], ...]
    """Axis and exact points of 100."""
    opens: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    quarter: Quarter | None = None


def plan_document(
    catalog: Catalog, items: Sequence[PlanItem], subject: Subject, *, engine: str, language: str
) -> Json | None:
    """The plan in one language; None where there is no action: OSCAL has no empty plan."""
    if not items:
        return None
    writer = _Writer(catalog, items, subject, language)
    raised = dict.fromkeys(question for item in items for question, _before, _after in item.raises)
    return {
        "plan-of-action-and-milestones": filled(
            uuid=uuid_of("plan", subject.id, language),
            metadata=metadata(
                words.PLAN.get(language),
                version=engine,
                dated=subject.dated,
                language=language,
                notice=words.NOTICE.get(language),
                extra=parties(subject),
            ),
            system_id={"identifier-type": "http://ietf.org/rfc/rfc4122", "id": uuid_of("company", subject.id)},
            observations=[writer.observation(question) for question in raised],
            risks=[writer.risk(item) for item in items],
            poam_items=[writer.item(item) for item in items],
        )
    }


class _Writer:
    """One plan in one language."""

    def __init__(self, catalog: Catalog, items: Sequence[PlanItem], subject: Subject, language: str) -> None:
        self.catalog, self.subject, self.language = catalog, subject, language
        self.before: dict[str, int] = {}
        for item in items:
            for question, before, _after in item.raises:
                self.before.setdefault(question, before)
        self.placed = {item.action for item in items if item.quarter}

    def _uuid(self, kind: str, action: str) -> str:
        return uuid_of(kind, self.subject.id, action)

    def observation(self, question_id: str) -> Json:
        """Where the question stands before the plan begins."""
        question, level = self.catalog.questions[question_id], self.before[question_id]
        return filled(
            uuid=observation_uuid(self.subject, question_id),
            title=one_line(question.text.get(self.language)),
            description=f"{level}: {question.levels[level].get(self.language)}",
            props=[prop("question", question_id), prop("level", level)],
            methods=["INTERVIEW"],
            types=["control-objective"],
            collected=moment(self.subject.dated),
        )

    def item(self, item: PlanItem) -> Json:
        action = self.catalog.actions_by_id[item.action]
        return filled(
            uuid=self._uuid("item", item.action),
            title=one_line(action.title.get(self.language)),
            description=action.why.get(self.language),
            props=list(_figures(item)),
            related_observations=self._observed(item),
            related_risks=[{"risk-uuid": self._uuid("risk", item.action)}],
        )

    def risk(self, item: PlanItem) -> Json:
        action, say = self.catalog.actions_by_id[item.action], self.language
        return filled(
            uuid=self._uuid("risk", item.action),
            title=one_line(action.title.get(say)),
            description=action.why.get(say),
            statement=action.why.get(say),
            status="open",
            deadline=_end(item.quarter.end) if item.quarter else None,
            remediations=[self._response(item)],
            related_observations=self._observed(item),
        )

    def _response(self, item: PlanItem) -> Json:
        action, say = self.catalog.actions_by_id[item.action], self.language
        steps = [action.first_step, *action.how]
        return filled(
            uuid=self._uuid("response", item.action),
            lifecycle="planned" if item.quarter else "recommendation",
            title=one_line(action.title.get(say)),
            description="\n".join(f"- {one_line(step.get(say))}" for step in steps),
            tasks=[self._milestone(item, item.quarter)] if item.quarter else None,
            remarks=words.COST.get(say),
        )

    def _milestone(self, item: PlanItem, quarter: Quarter) -> Json:
        action = self.catalog.actions_by_id[item.action]
        waits = [name for name in item.requires if name in self.placed]
        done = action.this_year or action.title
        return filled(
            uuid=self._uuid("milestone", item.action),
            type="milestone",
            title=one_line(f"{words.MILESTONE.get(self.language)}: {action.title.get(self.language)}"),
            description=done.get(self.language),
            timing={"within-date-range": {"start": moment(quarter.start), "end": _end(quarter.end)}},
            dependencies=[{"task-uuid": self._uuid("milestone", name)} for name in waits],
        )

    def _observed(self, item: PlanItem) -> list[Json]:
        return [
            {"observation-uuid": observation_uuid(self.subject, question)} for question, _before, _after in item.raises
        ]


def _figures(item: PlanItem) -> Iterator[Json]:
    yield prop("action", item.action)
    yield prop("number", item.number)
    yield prop("owner", item.owner)
    yield prop("cost-jpy-low", item.cost_low)
    yield prop("cost-jpy-high", item.cost_high)
    yield prop("person-days", item.person_days)
    yield prop("weeks", item.weeks)
    if item.quarter:
        yield prop("quarter", item.quarter.number)
    for question, before, after in item.raises:
        yield prop("raises", f"{question}/{before}/{after}")
    for axis, points in item.gains:
        yield prop("gain", points, kind=axis)
    for question in item.opens:
        yield prop("opens-gate", question)
    for action in item.requires:
        yield prop("requires", action)


def _end(day: dt.date) -> str:
    """The last second of a day in Japan."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), JAPAN).isoformat()
