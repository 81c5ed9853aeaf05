"""PURE. How far a questionnaire is: per section and in all, with the time that is left."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from assessments.scoring.answers import Answers, levels_of
from guidance.catalog import Catalog
from guidance.conditions import applicable
from guidance.profile import Profile

SECONDS_PER_QUESTION = 45


@dataclass(frozen=True, slots=True)
class Count:
    """Answered questions (わからない and 該当なし count) out of those that apply."""

    done: int
    total: int

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def complete(self) -> bool:
        return self.left == 0

    @property
    def minutes_left(self) -> int:
        """Whole minutes for what is left, rounded up."""
        return -(-self.left * SECONDS_PER_QUESTION // 60)


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts in all and by section id, and the ids of the questions that apply."""

    overall: Count
    sections: Mapping[str, Count]
    asked: frozenset[str]


def progress(catalog: Catalog, answers: Answers, profile: Profile) -> Progress:
    """The progress of an answer set."""
    return progress_of(catalog, answers.keys(), levels_of(answers), profile)


def progress_of(catalog: Catalog, answered: Collection[str], levels: Mapping[str, int], profile: Profile) -> Progress:
    """The same from the ids of the answered questions and the known levels alone."""
    asked = applicable(catalog, profile, levels)
    sections = {}
    for section in catalog.sections():
        names = [question.id for question in section.questions if question.id in asked]
        sections[section.id] = Count(sum(name in answered for name in names), len(names))
    done = sum(count.done for count in sections.values())
    return Progress(Count(done, len(asked)), sections, asked)
