"""Named reads on answers."""

from __future__ import annotations

from typing import Any

from django.db import models


class AnswerQuerySet(models.QuerySet[Any]):
    """Working answers."""

    def by_question(self) -> dict[str, Any]:
        """The rows by question id, with who wrote each, in one query."""
        return {row.question_id: row for row in self.select_related("updated_by")}
