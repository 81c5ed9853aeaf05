"""PURE. One scorecard with its answers as OSCAL assessment results: an observation a question, a finding a known level.

All figures are exact fractions in points of 100. What the engine worked out for an axis, a section and a question
stands in properties, so that `reading.read_results` gives the same scorecard back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from assessments.answers_file import Company
from assessments.scoring.answers import Answer, Answers
from assessments.scoring.scorecard import AxisScore, QuestionScore, Scorecard, SectionScore, exact, shown
from guidance.catalog import Catalog
from reports.exports.oscal import words
from reports.exports.oscal.catalog_document import OBJECTIVE_LEVEL, objective_id
from reports.exports.oscal.parts import CATALOG_FILE, Json, filled, metadata, moment, one_line, prop, uuid_of

FIGURES = ("score", "low", "high", "coverage")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose results, which ones, and when. `id` names the submission (or the file) and so makes the UUIDs."""

    id: str
    company: Company
    dated: dt.date
    started_on: dt.date | None = None
    number: int | None = None


def results_document(catalog: Catalog, card: Scorecard, answers: Answers, subject: Subject, *, language: str) -> Json:
    """The results in one language."""
    return {"assessment-results": _Writer(catalog, card, answers, subject, language).document()}


def observation_uuid(subject: Subject, question_id: str) -> str:
    """The observation on a question: results and plan of one submission speak of the same."""
    return uuid_of("observation", subject.id, question_id)


def parties(subject: Subject) -> Json:
    """The company, in the form of a document's head."""
    company = subject.company
    if not company.name:
        return {}
    number = [prop("corporate-number", company.corporate_number)] if company.corporate_number else []
    party = filled(uuid=uuid_of("company", subject.id), type="organization", name=one_line(company.name), props=number)
    return {"parties": [party]}


class _Writer:
    """One scorecard in one language."""

    def __init__(self, catalog: Catalog, card: Scorecard, answers: Answers, subject: Subject, language: str) -> None:
        self.catalog, self.card, self.answers, self.subject = catalog, card, answers, subject
        self.language = language

    def document(self) -> Json:
        subject, say = self.subject, self.language
        plan, source = uuid_of("no assessment plan"), uuid_of("catalog file", self.catalog.ref, say)
        return filled(
            uuid=uuid_of("assessment-results", subject.id, say),
            metadata=metadata(
                words.RESULTS.get(say),
                version=self.card.engine,
                dated=subject.dated,
                language=say,
                notice=words.NOTICE.get(say),
                extra=parties(subject),
            ),
            import_ap={"href": f"#{plan}"},
            results=[self._result(source)],
            back_matter=filled(
                resources=[
                    {
                        "uuid": plan,
                        "title": words.NO_PLAN.get(say),
                        "description": words.NO_PLAN_WHY.get(say),
                    },
                    {
                        "uuid": source,
                        "title": f"{words.CATALOG.get(say)} {self.catalog.ref}",
                        "rlinks": [{"href": CATALOG_FILE, "media-type": "application/json"}],
                    },
                ]
            ),
        )

    def _result(self, source: str) -> Json:
        subject, say = self.subject, self.language
        asked = [scored for axis in self.card.axes for scored in axis.questions() if scored.state != "hidden"]
        number = [prop("submission-number", subject.number)] if subject.number is not None else []
        return filled(
            uuid=uuid_of("result", subject.id),
            title=words.RESULTS.get(say),
            description=words.NOTICE.get(say),
            start=moment(subject.started_on or subject.dated),
            end=moment(subject.dated),
            props=[
                prop("catalog", self.card.catalog),
                prop("engine", self.card.engine),
                *number,
                *(found for axis in self.card.axes for found in self._axis(axis)),
            ],
            links=[{"href": f"#{source}", "rel": "reference"}],
            reviewed_controls={
                "control-selections": [
                    {"include-controls": [{"control-id": scored.id} for scored in asked]}
                    if asked
                    else {"include-all": {}}
                ]
            },
            observations=[self._observation(scored) for scored in asked],
            findings=[self._finding(scored) for scored in asked if scored.level is not None],
            remarks=words.SATISFIED.get(say),
        )

    # --- figures ---

    def _axis(self, axis: AxisScore) -> Iterator[Json]:
        yield prop("axis", axis.id)
        for name in FIGURES:
            if (value := exact(getattr(axis, name))) is not None:
                yield prop(name, value, kind=axis.id)
        if axis.score is not None:
            yield prop("score-shown", shown(axis.score), kind=axis.id)
        if axis.stage is not None:
            yield prop("stage", axis.stage, kind=axis.id)
        if axis.stage_by_points is not None:
            yield prop("stage-by-points", axis.stage_by_points, kind=axis.id)
        for gate in axis.held_by:
            yield prop("held-by", f"{gate.id}/{gate.stage}/{gate.min_level}", kind=axis.id)
        for section in axis.sections:
            yield from self._section(axis, section)

    def _section(self, axis: AxisScore, section: SectionScore) -> Iterator[Json]:
        yield prop("section", section.id, kind=axis.id)
        yield prop("weight", section.weight, group=section.id)
        for name in FIGURES:
            if (value := exact(getattr(section, name))) is not None:
                yield prop(name, value, group=section.id)
        for scored in section.questions:
            yield prop("question", f"{scored.id}/{scored.weight}/{scored.state}", group=section.id)

    # --- questions ---

    def _observation(self, scored: QuestionScore) -> Json:
        question, say = self.catalog.questions[scored.id], self.language
        answer = self.answers.get(scored.id)
        props = [
            prop("question", scored.id),
            prop("state", scored.state),
            prop("weight", scored.weight),
            prop("contribution", exact(scored.contribution)),
            prop("possible", exact(scored.possible)),
            prop("bound-share", exact(scored.bound_share)),
        ]
        if scored.level is not None:
            props.append(prop("level", scored.level))
            told = f"{scored.level}: {question.levels[scored.level].get(say)}"
        else:
            told = words.STATES[scored.state].get(say)
        return filled(
            uuid=observation_uuid(self.subject, scored.id),
            title=one_line(question.text.get(say)),
            description=told,
            props=[*props, *(_words_of(answer) if answer else ())],
            methods=["INTERVIEW"],
            types=["control-objective"],
            collected=moment(self.subject.dated),
        )

    def _finding(self, scored: QuestionScore) -> Json:
        question, say = self.catalog.questions[scored.id], self.language
        level = scored.level or 0
        satisfied = level >= OBJECTIVE_LEVEL
        return filled(
            uuid=uuid_of("finding", self.subject.id, scored.id),
            title=one_line(question.text.get(say)),
            description=question.levels[level].get(say),
            target={
                "type": "objective-id",
                "target-id": objective_id(scored.id),
                "status": {
                    "state": "satisfied" if satisfied else "not-satisfied",
                    "remarks": words.SATISFIED.get(say),
                },
            },
            related_observations=[{"observation-uuid": observation_uuid(self.subject, scored.id)}],
        )


def _words_of(answer: Answer) -> Iterator[Json]:
    """What the company wrote beside an answer, as it was typed."""
    for name, text in (("reason", answer.reason), ("note", answer.note), ("explanation", answer.explanation)):
        if text:
            yield prop(name, "written", remarks=text)
