"""What a dashboard's address asks for: which companies, sorted by what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from assessments.scoring.cohort import Filter
from cohorts.figures import Figures
from guidance.catalog import AXIS_IDS
from reports.cohort_context import CHOICES, dimension_name, value_name
from reports.cohort_kept import shown_values

BY = "industry"


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter, the dimension that groups are made by, and the axis that companies are sorted by.

    `unknown`: whether the address asked for something that there is not; it is left out, and the page says so.
    """

    chosen: Filter
    by: str
    axis: str
    unknown: bool

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The filter as an address or a form carries it."""
        return [(name, value) for name, values in sorted(self.chosen.items()) for value in sorted(values)]

    @property
    def query(self) -> str:
        """The same as the end of an address; empty without a filter."""
        return f"?{urlencode(self.pairs)}" if self.chosen else ""

    def query_by(self, dimension: str) -> str:
        """With the dimension that groups are made by."""
        return f"?{urlencode([*self.pairs, ('by', dimension)])}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be asked for."""

    value: str
    name: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A dimension with its values, for the form."""

    dimension: str
    name: str
    choices: tuple[Choice, ...]
    query: str
    """The end of the address that makes groups by it."""

    @property
    def asked(self) -> int:
        """How many values are asked for."""
        return sum(choice.checked for choice in self.choices)


def asked(query: QueryDict) -> Asked:
    """What an address asks for. What cannot be read is left out."""
    chosen: dict[str, frozenset[str]] = {}
    unknown = False
    for dimension, known in CHOICES.items():
        given = set(query.getlist(dimension))
        values = frozenset(value for value in given if value in known or not value)
        unknown = unknown or values != given
        if values:
            chosen[dimension] = values
    by, axis = query.get("by", BY), query.get("axis", AXIS_IDS[0])
    unknown = unknown or by not in CHOICES or axis not in AXIS_IDS
    return Asked(chosen, by if by in CHOICES else BY, axis if axis in AXIS_IDS else AXIS_IDS[0], unknown)


def questions(figures: Figures, wanted: Asked, language: str) -> list[Question]:
    """The form's choices: values of companies that are counted, and those that are asked for."""
    return [
        Question(
            dimension,
            dimension_name(dimension),
            tuple(
                Choice(value, value_name(dimension, value, language), value in wanted.chosen.get(dimension, ()))
                for value in _values(figures, dimension, wanted.chosen)
            ),
            wanted.query_by(dimension),
        )
        for dimension in CHOICES
    ]


def _values(figures: Figures, dimension: str, chosen: Mapping[str, frozenset[str]]) -> list[str]:
    known = shown_values(figures, dimension)
    return [*known, *sorted(chosen.get(dimension, frozenset()) - set(known))]
