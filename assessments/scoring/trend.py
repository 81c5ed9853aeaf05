"""PURE. What changed between two rounds, on the same companies alone (docs/scoring.md, cohorts).

Of companies that are not named the axes only: `suppression.may_show` says of which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from assessments.scoring.outline import Values
from assessments.scoring.suppression import SCORE_STEP, Rule, inward


@dataclass(frozen=True, slots=True)
class Pair:
    """What `n` companies had in the earlier round and have now, as sums of points of 100."""

    n: int
    before: Fraction
    now: Fraction


@dataclass(frozen=True, slots=True)
class Change:
    """The means of the same `n` companies in two rounds, in points of 100."""

    n: int
    before: Fraction
    now: Fraction

    @property
    def difference(self) -> Fraction:
        return self.now - self.before


def pair(scores: Iterable[tuple[Fraction, Fraction]]) -> Pair:
    """The sums of companies that are not named, from their scores (before, now): means in tenths of a point, kept away
    from the ends of the scale."""
    before, now = zip(*scores, strict=True)
    return Pair(len(now), _sum(before), _sum(now))


def _sum(scores: Sequence[Fraction]) -> Fraction:
    n = len(scores)
    total = inward(sum(scores, Fraction(0)), n, max(scores), min(scores), SCORE_STEP)
    return n * Fraction((20 * total + n) // (2 * n), 10)  # tenths, half up


def changes(
    together: Iterable[Mapping[str, Pair]], alone: Iterable[tuple[Values, Values]], measures: Iterable[str], rule: Rule
) -> dict[str, Change]:
    """The change of each measure: groups of unnamed companies, and companies by name, in both rounds. None of a
    measure that fewer than k have."""
    groups, named = list(together), list(alone)
    found = {}
    for measure in measures:
        parts = [group[measure] for group in groups if measure in group]
        parts += [
            Pair(1, before[measure], now[measure]) for before, now in named if measure in before and measure in now
        ]
        n = sum(part.n for part in parts)
        if n >= rule.k:
            found[measure] = Change(n, sum(p.before for p in parts) / n, sum(p.now for p in parts) / n)  # type: ignore[arg-type]
    return found
