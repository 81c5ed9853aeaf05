"""Named reads on answers."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import models


class Standing(NamedTuple):
    """Of a saved answer what saving another one needs to know."""

    id: int
    question_id: str
    kind: str
    level: int | None
    reason: str
    note: str
    explanation: str
    revision: int


class AnswerQuerySet(models.QuerySet[Any]):
    """Working answers."""

    def by_question(self) -> dict[str, Any]:
        """The rows by question id, with who wrote each, in one query."""
        return {row.question_id: row for row in self.select_related("updated_by")}

    def standing(self) -> dict[str, Standing]:
        """The rows by question id as plain tuples: a hundred models cost more than the rest of a save."""
        return {columns[1]: Standing(*columns) for columns in self.values_list(*Standing._fields)}
