"""PURE. Who sits with whom: tables of four to six, with weak and strong companies at each, and competitors apart.

What is known of competition is little: the 大分類 of the industry and the prefecture. Two companies that share both
are taken for competitors; of a company of which one of them is not known, nothing is taken.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from uuid import UUID

FEWEST, USUAL, MOST = 4, 5, 6
Trade = tuple[str, str]
"""Industry and prefecture."""


@dataclass(frozen=True, slots=True)
class Guest:
    """A company at the meeting. `strengths`: by topic whether it is weak, in between or strong, where that is known."""

    id: UUID
    trade: Trade | None = None
    strengths: Mapping[str, str] = field(default_factory=dict)


def trade_of(industry: str, prefecture: str) -> Trade | None:
    """None where one of them is not known."""
    return (industry, prefecture) if industry and prefecture else None


def fewest_tables(guests: int) -> int:
    """With so few tables at most six sit at each."""
    return -(-guests // MOST)


def most_tables(guests: int) -> int:
    """With so many tables at least four sit at each. Seven are the one number that no tables of four to six hold: they
    sit at two."""
    return max(fewest_tables(guests), guests // FEWEST)


def seat(guests: Sequence[Guest], *, together: bool = False) -> tuple[tuple[UUID, ...], ...]:
    """Everybody at exactly one table, and no table with two more than another; the same guests, the same tables.

    Competitors sit apart wherever that is possible at all, and else as few pairs of them together as can be;
    `together`: as it comes. Within that, those who need a topic and those who can tell are spread evenly.
    """
    if not guests:
        return ()
    alike: Counter[Trade | None] = Counter(one.trade for one in guests if one.trade is not None and not together)
    usual = max(1, (2 * len(guests) + USUAL) // (2 * USUAL), max(alike.values(), default=0))
    count = min(max(usual, fewest_tables(len(guests))), most_tables(len(guests)))
    # Those of one trade are dealt one after another, so that they are spread as evenly as can be.
    ordered = sorted(guests, key=lambda one: (-alike[one.trade], one.trade or ("", ""), _signs(one), str(one.id)))
    tables = [ordered[number::count] for number in range(count)]
    _mix(tables, together=together)
    return tuple(tuple(one.id for one in table) for table in tables)


def _signs(guest: Guest) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(guest.strengths.items()))


def _mix(tables: list[list[Guest]], *, together: bool) -> None:
    """Swap two guests of two tables as long as that makes the tables better. Every swap does, so it comes to an end."""
    improved = True
    while improved:
        improved = False
        for one, other in combinations(tables, 2):
            for here in range(len(one)):
                for there in range(len(other)):
                    before = _cost(one, together) + _cost(other, together)
                    one[here], other[there] = other[there], one[here]
                    if _cost(one, together) + _cost(other, together) < before:
                        improved = True
                    else:
                        one[here], other[there] = other[there], one[here]


_PAIR = 10_000
"""What a pair of competitors costs: more than any unevenness of the strengths."""


def _cost(table: Sequence[Guest], together: bool) -> int:
    """Squares, so that two strong companies at two tables cost less than two at one."""
    alike = Counter(one.trade for one in table if one.trade is not None)
    pairs = 0 if together else sum(n * (n - 1) // 2 for n in alike.values())
    signs = Counter(sign for one in table for sign in one.strengths.items())
    return _PAIR * pairs + sum(n * n for n in signs.values())


def competitors(tables: Iterable[Iterable[Guest]]) -> tuple[tuple[Guest, Guest], ...]:
    """The pairs that sit at one table although they are of one trade in one prefecture."""
    return tuple(
        (one, other)
        for table in tables
        for one, other in combinations(table, 2)
        if one.trade and one.trade == other.trade
    )


def fill(guests: Sequence[Guest], fixed: Mapping[UUID, int], *, together: bool = False) -> dict[UUID, int]:
    """A table for everybody, from 1: `fixed` stays as it is, and who is new sits where there is room, no competitor
    sits, and the fewest sit. Where nothing is fixed, as `seat` says."""
    kept = {one.id: fixed[one.id] for one in guests if one.id in fixed}
    if not kept:
        return {name: number for number, table in enumerate(seat(guests, together=together), start=1) for name in table}
    at: dict[int, list[Guest]] = defaultdict(list)
    for one in guests:
        if one.id in kept:
            at[kept[one.id]].append(one)
    count = max(*at, fewest_tables(len(guests)))
    for one in guests:
        if one.id not in kept:
            alike = {
                n: sum(1 for other in at[n] if one.trade and one.trade == other.trade) for n in range(1, count + 1)
            }
            number = min(alike, key=lambda n: (len(at[n]) >= MOST, not together and alike[n], len(at[n]), n))
            kept[one.id] = number
            at[number].append(one)
    return kept
