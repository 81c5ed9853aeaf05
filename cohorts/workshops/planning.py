"""PURE. What a meeting should be about, and which companies could learn from each other there.

A topic is a section of the questionnaire. Points of 100, exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, islice
from typing import Literal
from uuid import UUID

from assessments.scoring.cohort import Group, Mean
from assessments.scoring.engine import STAGE_STARTS
from cohorts.workshops.tables import Trade, most_tables
from guidance.catalog import Catalog, Section

WEAK_BELOW, STRONG_FROM = Fraction(STAGE_STARTS[1]), Fraction(STAGE_STARTS[2])
"""Where stage 3 and stage 4 begin: below the one a company is weak in a topic, from the other on it is strong."""
Strength = Literal["weak", "middle", "strong"]
_PATTERN: tuple[Strength, ...] = ("strong", "weak", "weak")
"""Who is asked next: one that can tell for two that need it."""


def strength(points: Fraction) -> Strength:
    return "weak" if points < WEAK_BELOW else "strong" if points >= STRONG_FROM else "middle"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A company that could be invited. `points`: by section, of one that shares its answers by name; else empty."""

    id: UUID
    name: str
    trade: Trade | None
    points: Mapping[str, Fraction]

    def strength(self, topic: str) -> Strength | None:
        """None where the company does not share its answers, or nothing of the topic is known."""
        return strength(self.points[topic]) if topic in self.points else None


# --- topics -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Need:
    """How a section stands in the group. `mean` None: too few companies for a figure.

    `gain`: how many points the axis would gain if everybody reached 100 here. The three counts are of companies that
    share their answers by name.
    """

    section: Section
    axis_id: str
    mean: Mean | None
    gain: Fraction
    weak: int
    middle: int
    strong: int

    @property
    def mixed(self) -> bool:
        """Whether there are companies that need it and companies that can tell."""
        return bool(self.weak and self.strong)


def needs(catalog: Catalog, group: Group, companies: Sequence[Candidate]) -> tuple[Need, ...]:
    """Every section: those of mixed strength first, then by what could be gained; those without a figure last."""
    found = []
    for axis in catalog.axes:
        whole = sum(section.weight for section in axis.sections)
        for section in axis.sections:
            mean = group.mean(section.id)
            gain = (100 - mean.points) * Fraction(section.weight, whole) if mean else Fraction(0)
            counts = Counter(one.strength(section.id) for one in companies)
            found.append(Need(section, axis.id, mean, gain, counts["weak"], counts["middle"], counts["strong"]))
    return tuple(sorted(found, key=lambda one: (one.mean is None, not one.mixed, -one.gain)))


def topics_by_need(found: Iterable[Need], count: int) -> tuple[str, ...]:
    """The `count` sections to talk about; fewer where fewer can be shown."""
    return tuple(islice((need.section.id for need in found if need.mean is not None), count))


# --- companies --------------------------------------------------------------------------------------------------------


def invitations(
    candidates: Iterable[Candidate], topics: Sequence[str], seats: int, *, together: bool = False
) -> tuple[UUID, ...]:
    """Companies to invite, at most `seats`, in the order in which they were chosen: for each topic in turn the
    strongest and the two weakest that are left, and at last those in between. Companies that share nothing are not
    among them.

    Of one trade in one prefecture no more than there can be tables, so that none needs to sit with another of them;
    `together`: as many as there are.
    """
    known = sorted((one for one in candidates if any(topic in one.points for topic in topics)), key=_by_name)
    size = seats
    while True:
        chosen = _choose(known, topics, seats, seats if together else most_tables(size))
        if len(chosen) >= size:
            return tuple(one.id for one in chosen)
        size = len(chosen)  # with fewer companies there are fewer tables


def _choose(known: Sequence[Candidate], topics: Sequence[str], seats: int, most_alike: int) -> list[Candidate]:
    queues = {(topic, wanted): _queue(known, topic, wanted) for topic in topics for wanted in _PATTERN}
    turns = [(topic, wanted) for wanted in _PATTERN for topic in topics]
    chosen: dict[UUID, Candidate] = {}
    alike: Counter[Trade] = Counter()

    def take(queue: list[Candidate]) -> bool:
        while queue and len(chosen) < seats:
            one = queue.pop(0)
            if one.id in chosen or (one.trade is not None and alike[one.trade] >= most_alike):
                continue
            chosen[one.id] = one
            if one.trade is not None:
                alike[one.trade] += 1
            return True
        return False

    idle = 0
    for turn in cycle(turns):
        idle = 0 if take(queues[turn]) else idle + 1
        if idle >= len(turns):
            break
    rest = sorted(known, key=lambda one: (min(one.points[topic] for topic in topics if topic in one.points), one.name))
    while take(rest):
        pass
    return list(chosen.values())


def _queue(known: Sequence[Candidate], topic: str, wanted: Strength) -> list[Candidate]:
    """Those of one strength, the most pronounced first."""
    sign = -1 if wanted == "strong" else 1
    return sorted((one for one in known if one.strength(topic) == wanted), key=lambda one: sign * one.points[topic])


def _by_name(one: Candidate) -> tuple[str, str]:
    return one.name, str(one.id)
