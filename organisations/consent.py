"""PURE. What a company may share, what one share carries with it, and for how long it may last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import StrEnum

LONGEST_DAYS = 3 * 366
"""A consent that nobody looks at again is no decision any more: three years at most."""


class What(StrEnum):
    """What is shared; each is a consent of its own."""

    STATISTICS = "statistics"  # to be counted in figures of a group, never alone and without a name (networks only)
    SCORES = "scores"  # the three scores, ranges and stages of what was submitted
    ANSWERS = "answers"  # the level chosen for each question
    NOTES = "notes"  # notes, reasons and the evidence files
    REGISTERS = "registers"  # supply and technology registers


NEEDS: Mapping[What, What | None] = {
    What.STATISTICS: None,
    What.SCORES: None,
    What.ANSWERS: What.SCORES,
    What.NOTES: What.ANSWERS,
    What.REGISTERS: None,
}
"""What must be shared for this to be shared: whoever has the answers can work out the scores."""


COUNTED = frozenset({What.STATISTICS, What.SCORES, What.ANSWERS})
"""Any of these lets a network count the company in its figures: what may be seen by name may be counted too."""
NAMED = COUNTED - {What.STATISTICS}
"""Any of these shows the company's results to the people of a network under its name."""


def offered(*, network: bool) -> tuple[What, ...]:
    """What can be shared with a network, or with an office: an office makes no figures of groups."""
    return tuple(what for what in What if network or what is not What.STATISTICS)


def with_needs(chosen: Iterable[What]) -> frozenset[What]:
    """`chosen`, and everything that it carries with it."""
    found: set[What] = set()
    for what in chosen:
        following: What | None = what
        while following is not None:
            found.add(following)
            following = NEEDS[following]
    return frozenset(found)


def with_dependants(revoked: What) -> frozenset[What]:
    """What ends when `revoked` ends: itself, and everything that needs it."""
    return frozenset(what for what in What if revoked in with_needs([what]))


class InvalidTerm(ValueError):
    """The last day of a consent lies in the past or too far away."""


def check_term(until: dt.date, today: dt.date) -> None:
    """Raises InvalidTerm where `until` is before `today` or more than LONGEST_DAYS after it."""
    if not today <= until <= today + dt.timedelta(days=LONGEST_DAYS):
        raise InvalidTerm(until)
