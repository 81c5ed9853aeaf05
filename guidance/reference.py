"""PURE. Reference data beside the questionnaires: watch lists, cautions, windows to ask at, and support measures.

Every list says where it comes from and when that was last checked. A match against a list is a prompt to ask, never a
legal finding, and a measure never promises that a company gets it.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, StrictInt, StrictStr, StringConstraints
from pydantic.dataclasses import dataclass

from guidance.catalog import STRICT, Certainty, Condition, Id, Text, Url

# An entry that nobody looked at for longer than this many days says that it needs checking.
FRESH_DAYS = 365

Share = Annotated[float, Field(ge=0, le=1)]
Month = Annotated[StrictStr, StringConstraints(pattern=r"^\d{4}-\d{2}(-\d{2})?$")]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Entry:
    """One line of a list. `checked_on` is given where it differs from the list's."""

    id: Id
    name: Text
    certainty: Certainty
    note: Text | None = None
    checked_on: dt.date | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Material(Entry):
    """A 特定重要物資: ministry in charge, products that the source names, number of approved plans."""

    ministry: Text
    products: tuple[Text, ...] = ()
    support: Text | None = None
    approvals: Annotated[StrictInt, Field(ge=0)] | None = None
    designated: Text | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Technology(Entry):
    """A technology of the dialogue scheme: listed, or proposed when the source was written."""

    status: Literal["listed", "proposed"]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ExportControl(Entry):
    """An export control of another country, by mineral, with its state at the date of the source."""

    country: Text
    minerals: tuple[Text, ...] = ()
    announced: Month
    text: Text
    state: Literal["controlled", "suspended", "unknown"]
    suspended_until: dt.date | None = None
    state_note: Text | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Threshold(Entry):
    """A band of a concentration index on the 0–1 scale: above `above`, up to `up_to`."""

    text: Text
    above: Share | None = None
    up_to: Share | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Designation(Entry):
    """One of the requirements for designating a material, with a question that a company can put to itself."""

    text: Text
    prompt: Text


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Caution(Entry):
    """A case of talk among competitors: what it is about, and what to keep away from. No conclusions."""

    text: Text
    caution: Text


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Window(Entry):
    """A place to ask, and what about."""

    topics: Text
    contact: Text | None = None
    url: Url | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Requirement:
    """A condition of a measure in words, and as a rule over the profile."""

    text: Text
    when: Condition


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Measure(Entry):
    """A support measure: for whom, what it gives, what this app can test, and what it cannot."""

    audience: Text
    benefit: Text
    requirements: tuple[Requirement, ...] = ()
    also_needed: tuple[Text, ...] = ()
    office: Text | None = None
    url: Url | None = None
    status: Literal["open", "planned", "bill", "unknown"]
    as_of: Text


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ReferenceList:
    """What every list has: its name, where it comes from, the state that it shows and when that was checked."""

    schema: Annotated[Literal[1], Field(alias="schema")]
    list: Id
    title: Text
    intro: Text
    source: Text
    as_of: dt.date
    checked_on: dt.date
    items: tuple[Entry, ...]
    url: Url | None = None

    @cached_property
    def by_id(self) -> dict[str, Entry]:
        return {item.id: item for item in self.items}


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Materials(ReferenceList):
    """The specified critical materials."""

    kind: Literal["material"]
    items: tuple[Material, ...]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Technologies(ReferenceList):
    """The technologies of the dialogue scheme."""

    kind: Literal["technology"]
    items: tuple[Technology, ...]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ExportControls(ReferenceList):
    """Export controls of other countries."""

    kind: Literal["export_control"]
    items: tuple[ExportControl, ...]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Thresholds(ReferenceList):
    """Bands of a concentration index."""

    kind: Literal["threshold"]
    items: tuple[Threshold, ...]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Designations(ReferenceList):
    """The requirements for designating a material."""

    kind: Literal["requirement"]
    items: tuple[Designation, ...]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Cautions(ReferenceList):
    """Cases of talk among competitors."""

    kind: Literal["caution"]
    items: tuple[Caution, ...]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Windows(ReferenceList):
    """Places to ask."""

    kind: Literal["window"]
    items: tuple[Window, ...]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Measures(ReferenceList):
    """Support measures."""

    kind: Literal["measure"]
    items: tuple[Measure, ...]


SHAPES: dict[str, type[ReferenceList]] = {
    "material": Materials,
    "technology": Technologies,
    "export_control": ExportControls,
    "threshold": Thresholds,
    "requirement": Designations,
    "caution": Cautions,
    "window": Windows,
    "measure": Measures,
}


def needs_checking(checked_on: dt.date, today: dt.date) -> bool:
    """Whether what was checked on that day is older than a year."""
    return (today - checked_on).days > FRESH_DAYS
