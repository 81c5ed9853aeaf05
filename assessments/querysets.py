"""Named reads on answers, and on who was asked for them."""

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


class AssignmentQuerySet(models.QuerySet[Any]):
    """Who was asked to answer what."""

    def of(self, user_id: int) -> AssignmentQuerySet:
        """Those of one person, as a colleague or by the invitation that the person accepted."""
        return self.filter(models.Q(assignee_id=user_id) | models.Q(invitation__accepted_by_id=user_id))
