"""PURE. What a person typed for one question, answer or not."""

from __future__ import annotations

from dataclasses import dataclass

from assessments.scoring.answers import Answer


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person typed for one question. `answer` is None while only words stand and nothing is chosen."""

    answer: Answer | None
    note: str = ""
    explanation: str = ""

    @classmethod
    def of(cls, answer: Answer) -> Draft:
        """The draft that says the same as `answer`."""
        return cls(answer, answer.note, answer.explanation)

    @classmethod
    def from_fields(cls, kind: str, level: int | None, reason: str, note: str, explanation: str) -> Draft:
        """The inverse of `fields`."""
        answer: Answer | None = None
        if kind == "level" and level is not None:
            answer = Answer.at(level, note, explanation)
        elif kind == "unknown":
            answer = Answer.unknown(note, explanation)
        elif kind == "na":
            answer = Answer.not_applicable(reason, note, explanation)
        return cls(answer, note, explanation)

    @property
    def kind(self) -> str:
        return self.answer.kind if self.answer else "none"

    @property
    def empty(self) -> bool:
        return self.answer is None and not self.note and not self.explanation

    def fields(self) -> dict[str, str | int | None]:
        answer = self.answer
        return {
            "kind": self.kind,
            "level": answer.level if answer else None,
            "reason": answer.reason if answer else "",
            "note": self.note,
            "explanation": self.explanation,
        }

    def equals(self, row: object) -> bool:
        return all(getattr(row, name) == value for name, value in self.fields().items())
