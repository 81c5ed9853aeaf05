"""PURE. A catalog as a respondent with some profile would see it: what is asked, and what is left out and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guidance.catalog import Axis, Catalog, Question, Section
from guidance.conditions import applicable
from guidance.conditions_in_words import condition_in_words
from guidance.profile import Profile


@dataclass(frozen=True, slots=True)
class PreviewSection:
    """One section: its questions with their numbers, and those that are left out with their condition in words."""

    axis: Axis
    section: Section
    asked: tuple[tuple[int, Question], ...]
    hidden: tuple[tuple[Question, str], ...]


def preview(catalog: Catalog, profile: Profile, language: str) -> tuple[PreviewSection, ...]:
    """Every section in order, before any answer is given: a condition on an answer does not hold yet."""
    return tuple(_sections(catalog, applicable(catalog, profile, {}), language))


def _sections(catalog: Catalog, shown: frozenset[str], language: str) -> Iterator[PreviewSection]:
    number = 0
    for axis in catalog.axes:
        for section in axis.sections:
            asked, hidden = [], []
            for question in section.questions:
                if question.id in shown:
                    number += 1
                    asked.append((number, question))
                elif question.applies_when is not None:
                    hidden.append((question, condition_in_words(question.applies_when, catalog, language)))
            yield PreviewSection(axis, section, tuple(asked), tuple(hidden))
