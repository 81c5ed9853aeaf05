"""PURE. Our OSCAL documents read back: the questionnaire's weights and levels, the scorecard and answers, the plan.

Whatever is not as we write it is refused with its place in the file.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from assessments.planning.schedule import Quarter
from assessments.scoring.answers import Answer
from assessments.scoring.scorecard import AxisScore, HeldGate, QuestionScore, Scorecard, SectionScore
from guidance.problems import InputRefused, Problem
from reports.exports.oscal.parts import CATALOG_FILE, PLAN_FILE, RESULTS_FILE, Json, values_of
from reports.exports.oscal.plan_document import PlanItem
from reports.exports.oscal.results_document import FIGURES


@dataclass(frozen=True, slots=True)
class ReadQuestion:
    """Of a question what scoring and answering rest on."""

    id: str
    text: str
    weight: int
    levels: tuple[str, ...]
    clauses: tuple[str, ...]
    gate: tuple[int, int] | None
    """Stage, and the least level."""


@dataclass(frozen=True, slots=True)
class ReadSection:
    """A section with its weight."""

    id: str
    title: str
    weight: int
    questions: tuple[ReadQuestion, ...]


@dataclass(frozen=True, slots=True)
class ReadCatalog:
    """A questionnaire in one language: `catalog@version`, and sections by axis."""

    ref: str
    axes: tuple[tuple[str, tuple[ReadSection, ...]], ...]


@dataclass(frozen=True, slots=True)
class ReadResults:
    """A scorecard and the answers behind it."""

    card: Scorecard
    answers: Mapping[str, Answer]


def load(content: bytes, file: str) -> Json:
    """The JSON of a document. Raises InputRefused."""
    try:
        found = json.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise _refused(file, f"JSON として読めません（{error}）", f"not valid JSON ({error})") from None
    if not isinstance(found, dict):
        raise _refused(file, "OSCAL の文書ではありません", "not an OSCAL document")
    return found


def read_catalog(document: Json, file: str = CATALOG_FILE) -> ReadCatalog:
    """Raises InputRefused."""
    with _reading(file):
        found = document["catalog"]
        axes = tuple((axis["id"], tuple(map(_section_of_catalog, axis["groups"]))) for axis in found["groups"])
        return ReadCatalog(_one(found["metadata"]["props"], "catalog"), axes)


def read_results(document: Json, file: str = RESULTS_FILE) -> ReadResults:
    """The first result of the document. Raises InputRefused."""
    with _reading(file):
        result = document["assessment-results"]["results"][0]
        props = result["props"]
        observed = {_one(one["props"], "question"): one["props"] for one in result.get("observations", ())}
        axes = tuple(_axis(one["value"], props, observed) for one in values_of(props, "axis"))
        card = Scorecard(_one(props, "catalog"), _one(props, "engine"), axes)
        answers = {name: answer for name, given in observed.items() if (answer := _answer(given)) is not None}
        return ReadResults(card, answers)


def read_plan(document: Json, file: str = PLAN_FILE) -> tuple[PlanItem, ...]:
    """The actions in their order. Raises InputRefused."""
    with _reading(file):
        plan = document["plan-of-action-and-milestones"]
        risks = {risk["uuid"]: risk for risk in plan["risks"]}
        return tuple(_item(item, risks[item["related-risks"][0]["risk-uuid"]]) for item in plan["poam-items"])


# --- the questionnaire ------------------------------------------------------------------------------------------------


def _section_of_catalog(group: Json) -> ReadSection:
    questions = tuple(map(_question_of_catalog, group["controls"]))
    return ReadSection(group["id"], group["title"], int(_one(group["props"], "weight")), questions)


def _question_of_catalog(control: Json) -> ReadQuestion:
    props = control["props"]
    parts = {part["name"]: part for part in control["parts"]}
    levels = [part for part in control["parts"] if part["name"] == "level"]
    if [_one(part["props"], "level") for part in levels] != ["0", "1", "2", "3", "4"]:
        raise ValueError(f"{control['id']}: levels 0 to 4")
    stage = _any(props, "gate-stage")
    return ReadQuestion(
        control["id"],
        parts["statement"]["prose"],
        int(_one(props, "weight")),
        tuple(part["prose"] for part in levels),
        tuple(one["value"] for one in values_of(props, "clause")),
        (int(stage), int(_one(props, "gate-min-level"))) if stage is not None else None,
    )


# --- the scorecard ----------------------------------------------------------------------------------------------------


def _axis(axis_id: str, props: list[Json], observed: Mapping[str, list[Json]]) -> AxisScore:
    own = [one for one in props if one.get("class") == axis_id]
    stage, by_points = _any(own, "stage"), _any(own, "stage-by-points")
    held = [one["value"].rsplit("/", 2) for one in values_of(own, "held-by")]
    return AxisScore(
        axis_id,
        *_figures(own),
        int(stage) if stage else None,
        int(by_points) if by_points else None,
        tuple(HeldGate(name, int(at), int(level)) for name, at, level in held),
        tuple(_section(one["value"], props, observed) for one in values_of(own, "section")),
    )


def _section(section_id: str, props: list[Json], observed: Mapping[str, list[Json]]) -> SectionScore:
    own = [one for one in props if one.get("group") == section_id]
    score, low, high, coverage = _figures(own)
    questions = tuple(_question(one["value"], observed) for one in values_of(own, "question"))
    return SectionScore(section_id, int(_one(own, "weight")), score, low, high, coverage, questions)


def _figures(own: list[Json]) -> tuple[Fraction | None, Fraction | None, Fraction | None, Fraction | None]:
    score, low, high, coverage = (None if (v := _any(own, name)) is None else Fraction(v) for name in FIGURES)
    return score, low, high, coverage


def _question(value: str, observed: Mapping[str, list[Json]]) -> QuestionScore:
    name, weight, state = value.rsplit("/", 2)
    if state == "hidden":
        return QuestionScore(name, "hidden", None, int(weight), Fraction(0), Fraction(0), Fraction(0))
    props = observed[name]
    if state not in ("level", "unknown", "na", "none") or _one(props, "state") != state:
        raise ValueError(f"{name}: state {state!r}")
    level = _any(props, "level")
    return QuestionScore(
        name,
        state,  # type: ignore[arg-type]  # one of the four, by the test above
        int(level) if level is not None else None,
        int(_one(props, "weight")),
        Fraction(_one(props, "contribution")),
        Fraction(_one(props, "possible")),
        Fraction(_one(props, "bound-share")),
    )


def _answer(props: list[Json]) -> Answer | None:
    def written(name: str) -> str:
        found = values_of(props, name)
        return str(found[0]["remarks"]) if found else ""

    state = _one(props, "state")
    beside = (written("note"), written("explanation"))
    if state == "level":
        return Answer.at(int(_one(props, "level")), *beside)
    if state == "unknown":
        return Answer.unknown(*beside)
    return Answer.not_applicable(written("reason"), *beside) if state == "na" else None


# --- the plan ---------------------------------------------------------------------------------------------------------


def _item(item: Json, risk: Json) -> PlanItem:
    props = item["props"]
    raised = [one["value"].rsplit("/", 2) for one in values_of(props, "raises")]
    number = _any(props, "quarter")
    return PlanItem(
        number=int(_one(props, "number")),
        action=_one(props, "action"),
        cost_low=int(_one(props, "cost-jpy-low")),
        cost_high=int(_one(props, "cost-jpy-high")),
        person_days=int(_one(props, "person-days")),
        weeks=int(_one(props, "weeks")),
        owner=_one(props, "owner"),
        raises=tuple((question, int(before), int(after)) for question, before, after in raised),
        gains=tuple((one["class"], Fraction(one["value"])) for one in values_of(props, "gain")),
        opens=tuple(one["value"] for one in values_of(props, "opens-gate")),
        requires=tuple(one["value"] for one in values_of(props, "requires")),
        quarter=_quarter(int(number), risk["remediations"][0]["tasks"][0]) if number is not None else None,
    )


def _quarter(number: int, task: Json) -> Quarter:
    within = task["timing"]["within-date-range"]
    start, end = (dt.datetime.fromisoformat(within[name]).date() for name in ("start", "end"))
    return Quarter(number, start, end)


# --- parts ------------------------------------------------------------------------------------------------------------


@contextmanager
def _reading(file: str) -> Iterator[None]:
    try:
        yield
    except KeyError as error:
        raise _refused(file, f"{error} がありません", f"{error} is missing") from None
    except (ValueError, TypeError, IndexError, AttributeError, ZeroDivisionError) as error:
        raise _refused(file, f"書いた形になっていません（{error}）", f"not as we write it ({error})") from None


def _refused(file: str, ja: str, en: str) -> InputRefused:
    return InputRefused([Problem(file, 0, "", ja, en)])


def _any(props: list[Json], name: str) -> str | None:
    found = values_of(props, name)
    if len(found) > 1:
        raise ValueError(f"{name} stands {len(found)} times")
    return str(found[0]["value"]) if found else None


def _one(props: Any, name: str) -> str:
    if (found := _any(props, name)) is None:
        raise ValueError(f"no property {name}")
    return found
