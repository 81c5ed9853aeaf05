"""PURE. What a company can say to a question (scoring §1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

AnswerKind = Literal["level", "unknown", "na"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A level 0–4, わからない (`unknown`), or 該当なし (`na`) with its reason.

    With any of them may stand a note, and for questions from a comply-or-explain code an explanation: why the company
    does not do it, and what it plans. Neither changes a score.

    Raises ValueError for a level outside 0–4, an `na` without a reason, or two kinds at once.
    """

    kind: AnswerKind
    level: int | None = None
    reason: str = ""
    note: str = ""
    explanation: str = ""

    def __post_init__(self) -> None:
        if self.kind == "level" and (not isinstance(self.level, int) or not 0 <= self.level <= 4):
            raise ValueError("level must be 0 to 4")
        if self.kind != "level" and self.level is not None:
            raise ValueError("only the kind 'level' carries a level")
        if self.kind == "na" and not self.reason.strip():
            raise ValueError("na needs a reason")

    @classmethod
    def at(cls, level: int, note: str = "", explanation: str = "") -> Answer:
        return cls("level", level, note=note, explanation=explanation)

    @classmethod
    def unknown(cls, note: str = "", explanation: str = "") -> Answer:
        return cls("unknown", note=note, explanation=explanation)

    @classmethod
    def not_applicable(cls, reason: str, note: str = "", explanation: str = "") -> Answer:
        return cls("na", reason=reason, note=note, explanation=explanation)


Answers = Mapping[str, Answer]


def levels_of(answers: Answers) -> dict[str, int]:
    """The known answers alone: question id -> level."""
    return {name: answer.level for name, answer in answers.items() if answer.level is not None}
