"""PURE. The way of a client report from the advisor's signature to its release, and what each may do when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """Who signs, in this order."""

    ADVISOR = "advisor"
    SUPERVISOR = "supervisor"
    CLIENT = "client"  # the company's head: with this the report is released


class State(StrEnum):
    """Where a revision stands."""

    SIGNED = "signed"  # by the advisor; the supervisor is next
    APPROVED = "approved"  # by the office; the client's head is next
    RELEASED = "released"  # by all three: frozen for good
    RETURNED = "returned"  # sent back before it was released: a new revision follows


class NotNow(Exception):
    """The act does not fit where the report stands."""


class NothingToSign(NotNow):
    """No revision waits for this signature."""


class UnderWay(NotNow):
    """A revision waits for signatures already."""


class NothingNew(NotNow):
    """The released report says the same already: another signature would make the same revision again."""


class SamePerson(NotNow):
    """Who signed as advisor cannot sign as supervisor: two pairs of eyes."""


class OtherText(NotNow):
    """What was signed is not what the person saw: the revision is another one by now."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A step that was made: by whom, as they were called then, and when (ISO 8601 with zone)."""

    step: Step
    name: str
    at: str
    person: int | None = None

    def stored(self) -> dict[str, object]:
        return {"step": self.step.value, "name": self.name, "at": self.at, "person": self.person}


NEXT: dict[State, Step] = {State.SIGNED: Step.SUPERVISOR, State.APPROVED: Step.CLIENT}
AFTER: dict[Step, State] = {
    Step.ADVISOR: State.SIGNED,
    Step.SUPERVISOR: State.APPROVED,
    Step.CLIENT: State.RELEASED,
}
LIVE = (State.SIGNED, State.APPROVED)
"""A revision that waits for somebody."""


def require(state: State | None, step: Step, *, signed_by: int | None, person: int) -> None:
    """Whether `person` may make `step` now. `state`: of the latest revision, None where there is none; `signed_by`: who
    signed it as advisor. Raises NotNow."""
    if step is Step.ADVISOR:
        if state in LIVE:
            raise UnderWay
        return
    if state is None or NEXT.get(state) is not step:
        raise NothingToSign
    if step is Step.SUPERVISOR and person == signed_by:
        raise SamePerson
