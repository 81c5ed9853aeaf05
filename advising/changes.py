"""PURE. What changed between a revision of a client report and the one that was released before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assessments.answers_file import read_answers
from assessments.scoring.answers import Answer
from assessments.scoring.scorecard import axes_of
from guidance.catalog import Catalog, Question, Text


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """The verified score of an axis: shown points and stages, before and now."""

    title: Text
    before: str | None
    now: str | None
    stage_before: int | None
    stage_now: int | None


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """A question whose verified answer is another one. `by_company`: the company itself answered anew."""

    question: Question
    before: Answer | None
    now: Answer | None
    by_company: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that differs. `words`: questions whose comment or recommendation was rewritten alone; `parts`: what
    else is different, as code words: opinion, sections, languages, office, submission, reasons, quality."""

    since: int
    scores: tuple[ScoreChange, ...]
    answers: tuple[AnswerChange, ...]
    words: tuple[Question, ...]
    added: tuple[Text, ...]
    removed: tuple[Text, ...]
    parts: tuple[str, ...]

    @property
    def any(self) -> bool:
        return bool(self.scores or self.answers or self.words or self.added or self.removed or self.parts)


def changes(context: Mapping[str, Any], catalog: Catalog) -> Changes | None:
    """Against the revision that `context` carries as the one before; None for a first one. `catalog`: of `context`.

    What belongs to questions that this version does not have is left out: the move between versions says it."""
    before = context.get("before")
    if not before:
        return None
    return Changes(
        since=before["revision"],
        scores=_scores(before, context, catalog),
        answers=_answers(before, context, catalog),
        words=_words(before, context, catalog),
        added=_actions(context, before, catalog),
        removed=_actions(before, context, catalog),
        parts=_parts(before, context),
    )


def _scores(before: Mapping[str, Any], now: Mapping[str, Any], catalog: Catalog) -> tuple[ScoreChange, ...]:
    old, new = dict(axes_of(before["verified"])), dict(axes_of(now["verified"]))
    return tuple(
        ScoreChange(
            axis.title,
            old[axis.id]["score"],
            new[axis.id]["score"],
            old[axis.id]["stage"],
            new[axis.id]["stage"],
        )
        for axis in catalog.axes
        if axis.id in old
        and (old[axis.id]["score_exact"], old[axis.id]["stage"]) != (new[axis.id]["score_exact"], new[axis.id]["stage"])
    )


def verified_entries(context: Mapping[str, Any]) -> dict[str, Any]:
    """The verified answers of a context, in the form of contracts §2."""
    found = {one["question"]: one["answer"] for one in context["findings"] if one["answer"] is not None}
    return {**context["answers"], **found}


def _answers(before: Mapping[str, Any], now: Mapping[str, Any], catalog: Catalog) -> tuple[AnswerChange, ...]:
    old, new = _read(verified_entries(before), catalog), _read(verified_entries(now), catalog)
    return tuple(
        AnswerChange(
            question,
            old.get(name),
            new.get(name),
            _bare(before["answers"].get(name)) != _bare(now["answers"].get(name)),
        )
        for name, question in catalog.questions.items()
        if _kind(old.get(name)) != _kind(new.get(name))
    )


def _read(entries: Mapping[str, Any], catalog: Catalog) -> Mapping[str, Answer]:
    known = {name: entry for name, entry in entries.items() if name in catalog.questions}
    return read_answers({"answers": known}, catalog, "revision").answers


def _kind(answer: Answer | None) -> tuple[str, int | None]:
    return ("none", None) if answer is None else (answer.kind, answer.level)


def _bare(entry: Mapping[str, Any] | None) -> dict[str, Any]:
    """What was chosen, without the words beside it."""
    return {name: value for name, value in (entry or {}).items() if name in {"level", "unknown", "na"}}


def _words(before: Mapping[str, Any], now: Mapping[str, Any], catalog: Catalog) -> tuple[Question, ...]:
    old, new = _texts(before), _texts(now)
    return tuple(question for name, question in catalog.questions.items() if old.get(name) != new.get(name))


def _texts(context: Mapping[str, Any]) -> dict[str, Any]:
    told = {one["question"]: (one["comment"], one["recommendation"]) for one in context["findings"]}
    return {name: texts for name, texts in told.items() if any(any(text.values()) for text in texts)}


def _actions(one: Mapping[str, Any], other: Mapping[str, Any], catalog: Catalog) -> tuple[Text, ...]:
    """Titles of the actions that `one` recommends and `other` does not."""
    there = {action["id"] for action in other["actions"]}
    known = catalog.actions_by_id
    return tuple(known[a["id"]].title for a in one["actions"] if a["id"] not in there and a["id"] in known)


def _parts(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    compared = {
        "opinion": "text",
        "sections": "sections",
        "languages": "languages",
        "office": "office",
        "submission": "number",
    }
    changed = [part for part, key in compared.items() if before[key] != now[key]]
    if _kept(_reasons(before), _reasons(now)) != _kept(_reasons(now), _reasons(before)):
        changed.append("reasons")
    if _kept(_seen(before), _seen(now)) != _kept(_seen(now), _seen(before)):
        changed.append("quality")
    return tuple(changed)


def _kept(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Of `one` what both have, in its order; what came or went is told by itself."""
    return [(name, value) for name, value in one.items() if name in other]


def _reasons(context: Mapping[str, Any]) -> dict[str, Any]:
    """Why each action is recommended, the first first."""
    return {one["id"]: (one["why_ja"], one["why_en"]) for one in context["actions"]}


def _seen(context: Mapping[str, Any]) -> dict[str, str]:
    """How well what was said could be seen, in the order of the ids: findings come as they were made."""
    return dict(sorted((one["question"], one["quality"]) for one in context["findings"]))
