"""The client report of an advisory office, made from its frozen context and nothing else: the preview, the PDF, the
Word file and the data all read this."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from advising.changes import Changes, changes, verified_entries
from advising.findings import Difference, Quality, differences
from advising.signing import Step
from assessments.answers_file import AnswersFile, Company, read_answers
from assessments.scoring.answers import Answer
from assessments.scoring.scorecard import from_json
from assessments.scoring.verified import change_of
from guidance.catalog import Catalog, Question, Section
from guidance.registry import get_catalog
from organisations.consent import What
from reports.assembly import build
from reports.context import ActionView, AxisView, ReportContext
from reports.shared import shown_to

LANGUAGES = {"ja": ("ja",), "en": ("en",), "both": ("ja", "en")}
"""The languages that a form of the report shows, in their order."""
LONG = 600
"""Signs: about a third of a page in a column."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text that a person wrote, and the language in which it stands: another than the report's where nobody
    translated it."""

    text: str
    language: str

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class FindingView:
    """One question on which an advisor recorded something, beside what the company said. `found` is None where no level
    was judged."""

    question: Question
    axis_id: str
    section: Section
    said: Answer | None
    found: Answer | None
    quality: Quality
    comment: Words
    recommendation: Words
    advisor: str

    @property
    def long(self) -> bool:
        """Whether so much was written that its row may break across pages."""
        return len(self.comment.text) + len(self.recommendation.text) > LONG


@dataclass(frozen=True, slots=True)
class AxisPair:
    """One axis as the company has it, and as it was verified."""

    own: AxisView
    verified: AxisView

    @property
    def change(self) -> str:
        """The difference of the two shown scores with its sign; empty without both."""
        return change_of(self.own.score, self.verified.score)


@dataclass(frozen=True, slots=True)
class Recommended:
    """An action that the advisor recommends, and why. `number` is its place in this report."""

    number: int
    action: ActionView
    why: Words


@dataclass(frozen=True, slots=True)
class Office:
    """The office as it stands on its reports; `logo` is a PNG as base64, empty for none."""

    name: str
    contact: str
    logo: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A step of the chain: by whom and when (local time), None while nobody has signed."""

    step: Step
    name: str
    at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ClientReport:
    """One client report in one language. `digest` is empty for what nobody has signed yet."""

    language: str
    office: Office
    company: str
    sections: tuple[str, ...]
    verified: ReportContext
    pairs: tuple[AxisPair, ...]
    differences: tuple[tuple[Difference, FindingView], ...]
    findings: tuple[FindingView, ...]
    opinion: Words
    actions: tuple[Recommended, ...]
    changes: Changes | None
    number: int
    submitted_on: dt.date
    dated: dt.date
    revision: int
    digest: str
    signatures: tuple[Signed, ...]
    shared: frozenset[What]
    reviewed: int
    asked: int

    @property
    def catalog(self) -> Catalog:
        return self.verified.catalog

    @property
    def findings_by_section(self) -> tuple[tuple[Section, tuple[FindingView, ...]], ...]:
        sections = dict.fromkeys(view.section.id for view in self.findings)
        return tuple(
            (found[0].section, tuple(found))
            for name in sections
            if (found := [view for view in self.findings if view.section.id == name])
        )


def client_report(
    context: Mapping[str, Any],
    language: str,
    *,
    signatures: Sequence[Mapping[str, Any]] = (),
    digest: str = "",
) -> ClientReport:
    """The report of a frozen context (`advising.freezing`) in one language. Reads the released questionnaire and the
    library, no row."""
    catalog = get_catalog(context["catalog"])
    shared = frozenset(What(what) for what in context["shared"])
    dated = dt.date.fromisoformat(context["dated"])
    own_answers = _read(catalog, context["company"]["name"], context["answers"])
    answers = _read(catalog, context["company"]["name"], verified_entries(context))
    own_card, card = from_json(context["own"]), from_json(context["verified"])
    company = Company(context["company"]["name"], "", {})
    told = {"language": language, "dated": dated, "number": context["number"]}
    own = shown_to(build(catalog, own_card, own_answers.answers, company, **told), shared)
    verified = shown_to(build(catalog, card, answers.answers, company, **told), shared)
    findings = _findings(context, catalog, own_answers, verified, language)
    by_question = {view.question.id: view for view in findings}
    found = differences(own_answers.answers, own_card, answers.answers, card)
    judged = {one["question"] for one in context["findings"] if one["answer"] is not None}
    asked = {name for name, one in card.questions().items() if one.state != "hidden"}
    office = context["office"]
    return ClientReport(
        language=language,
        office=Office(office[f"name_{language}"], office[f"contact_{language}"], office["logo"]),
        company=company.name,
        sections=tuple(context["sections"]),
        verified=verified,
        pairs=tuple(AxisPair(*pair) for pair in zip(own.axes, verified.axes, strict=True)),
        differences=tuple((one, by_question[one.question_id]) for one in found if one.question_id in by_question),
        findings=findings,
        opinion=_words(context["text"], language),
        actions=_recommended(context["actions"], verified, language),
        changes=changes(context, catalog),
        number=context["number"],
        submitted_on=dt.date.fromisoformat(context["submitted_on"]),
        dated=dated,
        revision=context["revision"],
        digest=digest,
        signatures=_signatures(signatures),
        shared=shared,
        reviewed=len(judged & asked),
        asked=len(asked),
    )


def _read(catalog: Catalog, name: str, entries: Mapping[str, Any]) -> AnswersFile:
    return read_answers({"company": {"name": name}, "answers": dict(entries)}, catalog, "client report")


def _findings(
    context: Mapping[str, Any], catalog: Catalog, own: AnswersFile, verified: ReportContext, language: str
) -> tuple[FindingView, ...]:
    """In the order of the questionnaire; what is on a question that does not apply any more is left out."""
    by_question = {one["question"]: one for one in context["findings"]}
    judged = {name: one["answer"] for name, one in by_question.items() if one["answer"] is not None}
    found = _read(catalog, "", judged).answers
    views = []
    for line in verified.trace:
        one = by_question.get(line.question.id)
        if one is not None:
            views.append(
                FindingView(
                    line.question,
                    line.axis_id,
                    catalog.section_of[line.question.id],
                    own.answers.get(line.question.id),
                    found.get(line.question.id),
                    Quality(one["quality"]),
                    _words(one["comment"], language),
                    _words(one["recommendation"], language),
                    one["advisor"],
                )
            )
    return tuple(views)


def _words(texts: Mapping[str, str], language: str) -> Words:
    """The text in the language; where there is none, in the other one."""
    other = "ja" if language == "en" else "en"
    return Words(texts[language], language) if texts[language].strip() else Words(texts[other], other)


def _recommended(
    chosen: Sequence[Mapping[str, str]], verified: ReportContext, language: str
) -> tuple[Recommended, ...]:
    """The chosen actions in the order of the plan. One that raises nothing any more is left out."""
    why = {one["id"]: {"ja": one["why_ja"], "en": one["why_en"]} for one in chosen}
    planned = [action for action in verified.actions if action.action.id in why]
    return tuple(
        Recommended(number, action, _words(why[action.action.id], language)) for number, action in enumerate(planned, 1)
    )


def _signatures(made: Sequence[Mapping[str, Any]]) -> tuple[Signed, ...]:
    by_step = {one["step"]: one for one in made}
    return tuple(
        Signed(step, one["name"], timezone.localtime(dt.datetime.fromisoformat(one["at"])))
        if (one := by_step.get(step.value))
        else Signed(step, "", None)
        for step in Step
    )
