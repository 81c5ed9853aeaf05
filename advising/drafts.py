"""PURE. What an advisor typed about one question, before it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from advising.findings import Quality


@dataclass(frozen=True, slots=True)
class FindingDraft:
    """A finding as typed. `kind`: level, unknown, na, or none where no level is judged."""

    kind: str = "none"
    level: int | None = None
    reason: str = ""
    quality: str = Quality.NOT_SEEN.value
    comment: str = ""
    recommendation: str = ""
    comment_en: str = ""
    recommendation_en: str = ""

    @property
    def empty(self) -> bool:
        """Nothing judged and nothing written: the finding is taken back."""
        words = (self.comment, self.recommendation, self.comment_en, self.recommendation_en)
        return self.kind == "none" and not any(words)

    def fields(self) -> dict[str, Any]:
        """The columns of a finding."""
        return {
            "kind": self.kind,
            "level": self.level,
            "reason": self.reason,
            "quality": self.quality,
            "comment": self.comment,
            "recommendation": self.recommendation,
            "comment_en": self.comment_en,
            "recommendation_en": self.recommendation_en,
        }
