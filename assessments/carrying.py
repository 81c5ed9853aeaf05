"""PURE. Answers to one version of a questionnaire carried over to another: copied, put before a person, or kept.

Nothing is lost: every answer is in exactly one of the three, and what is kept stays readable in the old assessment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessments.answers_file import EXPLANATION_LIMIT, NOTE_LIMIT, REASON_LIMIT
from assessments.drafts import Draft
from assessments.scoring.answers import Answer
from guidance.catalog import Question
from guidance.diffing import Diff, Kind


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question of the new version, the old answers that bear on it, and the answer that a person may confirm."""

    question: str
    kind: Kind
    old: tuple[Question, ...]
    answers: Mapping[str, Draft]
    """By the ids of `old`."""
    proposed: Draft


@dataclass(frozen=True, slots=True)
class Carried:
    """What becomes of every answer, and the questions of the new version that nobody was asked before."""

    copied: Mapping[str, Draft]
    """By the id of the new question."""
    queued: tuple[Proposal, ...]
    kept: Mapping[str, Draft]
    """By the id of the old question, which the new version does not have."""
    fresh: tuple[str, ...]

    @property
    def queued_from(self) -> frozenset[str]:
        """The old questions whose answers wait for a person."""
        return frozenset(name for proposal in self.queued for name in proposal.answers)


def carry(diff: Diff, given: Mapping[str, Draft]) -> Carried:
    """Carry `given` (by the ids of the old version) over. Ids that the old version does not have are kept."""
    copied: dict[str, Draft] = {}
    queued: list[Proposal] = []
    kept = {name: draft for name, draft in given.items() if name not in diff.of_old}
    for change in diff.changes:
        answers = {question.id: given[question.id] for question in change.old if question.id in given}
        if not answers:
            continue
        if change.carry == "keep":
            kept.update(answers)
        elif change.carry == "copy":
            copied[change.new[0].id] = next(iter(answers.values()))
        else:
            proposed = together(list(answers.values()))
            queued.extend(Proposal(question.id, change.kind, change.old, answers, proposed) for question in change.new)
    fresh = tuple(question.id for change in diff.of_kind("new") for question in change.new)
    return Carried(copied, tuple(queued), kept, fresh)


def together(drafts: Sequence[Draft]) -> Draft:
    """One answer that claims no more than any of several: unknown if one is, else the lowest level; words joined."""
    note = _joined([draft.note for draft in drafts], "\n", NOTE_LIMIT)
    explanation = _joined([draft.explanation for draft in drafts], "\n", EXPLANATION_LIMIT)
    answers = [draft.answer for draft in drafts if draft.answer is not None]
    known = [answer.level for answer in answers if answer.level is not None]
    if any(answer.kind == "unknown" for answer in answers):
        answer: Answer | None = Answer.unknown(note, explanation)
    elif known:
        answer = Answer.at(min(known), note, explanation)
    elif answers:
        reason = _joined([answer.reason for answer in answers], " / ", REASON_LIMIT)
        answer = Answer.not_applicable(reason, note, explanation)
    else:
        answer = None
    return Draft(answer, note, explanation)


def _joined(texts: Sequence[str], between: str, limit: int) -> str:
    """The texts in one, each once, cut to what the form takes; the whole words stay with the old answers."""
    joined = between.join(dict.fromkeys(text for text in texts if text))
    return joined if len(joined) <= limit else joined[: limit - 1] + "…"
