"""Named reads on answers."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import models

from assessments.scoring.answers import Answer


def answer_of(kind: str, level: int | None, reason: str, note: str) -> Answer | None:
    """The engine's answer in the columns of a row; None where the row holds only a note."""
    if kind == "level":
        return Answer("level", level, note=note)
    if kind == "unknown":
        return Answer("unknown", note=note)
    return Answer("na", reason=reason, note=note) if kind == "na" else None


class Brief(NamedTuple):
    """The columns of an answer that saving another one needs; no model is built for it."""

    id: int
    question_id: str
    kind: str
    level: int | None
    reason: str
    note: str
    revision: int
    updated_by_id: int | None
    updated_at: Any
    model: Any

    @property
    def answer(self) -> Answer | None:
        return answer_of(self.kind, self.level, self.reason, self.note)

    def row(self, assessment: Any) -> Any:
        """The model instance of this row."""
        row = self.model.from_db(assessment._state.db, BRIEF_COLUMNS, self[: len(BRIEF_COLUMNS)])
        row.organisation_id, row.assessment = assessment.organisation_id, assessment
        return row


BRIEF_COLUMNS = Brief._fields[:-1]


class AnswerQuerySet(models.QuerySet[Any]):
    """Working answers."""

    def by_question(self) -> dict[str, Any]:
        """The rows by question id, with who wrote each, in one query."""
        return {row.question_id: row for row in self.select_related("updated_by")}

    def brief(self) -> dict[str, Brief]:
        """The rows by question id as plain tuples: a hundred models cost more than the rest of a save."""
        return {columns[1]: Brief._make((*columns, self.model)) for columns in self.values_list(*BRIEF_COLUMNS)}
