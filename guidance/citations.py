"""The clauses behind a question, each with its document, and whether the line is the document's or ours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from guidance.catalog import Clause, Question, Source
from guidance.registry import library


@dataclass(frozen=True, slots=True)
class Citation:
    """A clause that a question comes from."""

    clause: Clause
    source: Source

    @property
    def ours(self) -> bool:
        """Certainty C: this app's own reading, never to be shown as what the document says."""
        return self.clause.certainty == "C"


def citations(question: Question) -> tuple[Citation, ...]:
    """The clauses of a question, in its order."""
    return cited(question.clauses)


@cache
def cited(names: tuple[str, ...]) -> tuple[Citation, ...]:
    """The clauses of these names; one that no source has is left out (the loader refuses it)."""
    found = library()
    return tuple(Citation(found.clauses[name], found.clause_sources[name]) for name in names if name in found.clauses)
