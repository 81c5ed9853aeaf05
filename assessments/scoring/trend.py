"""PURE. What changed between two rounds, on the same companies alone (docs/scoring.md, cohorts)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from assessments.scoring.outline import Values
from assessments.scoring.suppression import Rule, inward


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


def pairs(companies: Iterable[tuple[Values, Values]], measures: Iterable[str], rule: Rule) -> dict[str, Pair]:
    """The sums of companies that are not named, as (before, now); a measure that too few have in both is left out."""
    known = list(companies)
    found = {}
    for measure in measures:
        both = [(before[measure], now[measure]) for before, now in known if measure in before and measure in now]
        # All of them or none: those that lack it would stand out against the blocks.
        if len(both) == len(known) >= rule.run:
            sums = (inward(sum(points, Fraction(0)), len(both)) for points in zip(*both, strict=True))
            found[measure] = Pair(len(both), *sums)
    return found


def changes(
    together: Iterable[Mapping[str, Pair]], alone: Iterable[tuple[Values, Values]], measures: Iterable[str], rule: Rule
) -> dict[str, Change]:
    """The change of each measure: groups of unnamed companies, and companies by name, in both rounds."""
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
