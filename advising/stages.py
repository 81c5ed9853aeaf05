"""PURE. Where an office's work with a client stands, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from advising.signing import State


class Stage(StrEnum):
    """In the order of the work."""

    NOT_SHARED = "not-shared"  # the company does not share its answers
    NOT_SUBMITTED = "not-submitted"
    TO_REVIEW = "to-review"
    IN_REVIEW = "in-review"
    ASKED = "asked"  # the company was asked back, and has not replied
    REPLIED = "replied"  # it has: the advisor reads it
    TO_SIGN = "to-sign"
    WITH_SUPERVISOR = "with-supervisor"
    WITH_CLIENT = "with-client"
    RELEASED = "released"


OURS = frozenset(
    {Stage.TO_REVIEW, Stage.IN_REVIEW, Stage.REPLIED, Stage.TO_SIGN, Stage.WITH_SUPERVISOR},
)
"""Where the next step is the office's."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a stage is decided from. `asked`: enquiries without a reply; `replied`: with one, not settled. `revision`:
    the state of the latest revision of the report on the latest submission."""

    shares: bool
    submitted: bool
    reviewed: bool = False
    finished: bool = False
    asked: int = 0
    replied: int = 0
    revision: State | None = None


def stage_of(facts: Facts) -> Stage:
    """The stage that the facts make."""
    if not facts.shares:
        return Stage.NOT_SHARED
    if not facts.submitted:
        return Stage.NOT_SUBMITTED
    if not facts.reviewed:
        return Stage.TO_REVIEW
    if not facts.finished:
        if facts.replied:
            return Stage.REPLIED
        return Stage.ASKED if facts.asked else Stage.IN_REVIEW
    match facts.revision:
        case State.SIGNED:
            return Stage.WITH_SUPERVISOR
        case State.APPROVED:
            return Stage.WITH_CLIENT
        case State.RELEASED:
            return Stage.RELEASED
        case _:
            return Stage.TO_SIGN
