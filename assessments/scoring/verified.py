"""PURE. The verified answer set: what an advisor found, and where nothing was recorded the company's own answer
(scoring §2, self and verified)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assessments.scoring.answers import Answer, Answers
from assessments.scoring.engine import score
from assessments.scoring.scorecard import Scorecard
from guidance.catalog import Catalog
from guidance.profile import Profile


@dataclass(frozen=True, slots=True)
class Verified:
    """An answer set and its scorecard, with the questions on which an advisor recorded what they found.

    `asked`: the questions that apply, under these answers.
    """

    answers: Answers
    card: Scorecard
    reviewed: frozenset[str]
    asked: frozenset[str]

    @property
    def reviewed_of_asked(self) -> int:
        return len(self.reviewed & self.asked)


def verify(catalog: Catalog, own: Answers, found: Mapping[str, Answer], profile: Profile) -> Verified:
    """`own` with `found` over it, scored by the same rules. A finding on a question that the version does not have
    counts as nothing."""
    known = {name: answer for name, answer in found.items() if name in catalog.questions}
    answers = {**own, **{name: _with_words_of(own.get(name), answer) for name, answer in known.items()}}
    card = score(catalog, answers, profile)
    asked = frozenset(name for name, question in card.questions().items() if question.state != "hidden")
    return Verified(answers, card, frozenset(known), asked)


def change_of(own: str | None, verified: str | None) -> str:
    """The difference of two shown scores with its sign, so that it can be checked by eye: +1.2, −3.0, ±0.0. Empty
    where one of them is not known."""
    if own is None or verified is None:
        return ""
    tenths = round(float(verified) * 10) - round(float(own) * 10)
    sign = "+" if tenths > 0 else "−" if tenths < 0 else "±"
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}"


def _with_words_of(own: Answer | None, found: Answer) -> Answer:
    """The company's note and explanation stay beside what was found: its own words, and neither changes a score."""
    if own is None:
        return found
    return Answer(found.kind, found.level, found.reason, note=own.note, explanation=own.explanation)
