"""PURE. Which support measures may concern a company: why each appears, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from guidance.catalog import Condition
from guidance.conditions import holds, leaves
from guidance.profile import Profile
from guidance.reference import Measure, Requirement


@dataclass(frozen=True, slots=True)
class Finding:
    """One requirement against one profile: met, not met, or None where the profile does not say."""

    requirement: Requirement
    met: bool | None


@dataclass(frozen=True, slots=True)
class Match:
    """A measure against one profile. What the app cannot test stands in `measure.also_needed`."""

    measure: Measure
    findings: tuple[Finding, ...]

    @property
    def met(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.met)

    @property
    def missing(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.met is False)

    @property
    def unknown(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.met is None)

    @property
    def fits(self) -> bool:
        """Everything that the app can test is met. It says nothing about the rest."""
        return bool(self.findings) and len(self.met) == len(self.findings)


def match(measure: Measure, profile: Profile) -> Match:
    """`measure` tested on `profile`."""
    return Match(measure, tuple(Finding(item, judge(item.when, profile)) for item in measure.requirements))


def match_all(measures: Iterable[Measure], profile: Profile) -> tuple[Match, ...]:
    """Every measure tested, the nearest first: fewest missing, then fewest unknown, then the order of the list."""
    found = [match(measure, profile) for measure in measures]
    return tuple(sorted(found, key=lambda item: (len(item.missing), len(item.unknown))))


def judge(condition: Condition, profile: Profile) -> bool | None:
    """Whether `condition` holds; None where that depends on a fact that the profile does not give."""
    if condition.all is not None:
        return _all(judge(part, profile) for part in condition.all)
    if condition.any is not None:
        return _not(_all(_not(judge(part, profile)) for part in condition.any))
    if condition.not_ is not None:
        return _not(judge(condition.not_, profile))
    if any(leaf.profile not in profile for leaf in leaves(condition)):
        return None
    return holds(condition, profile, {})


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _all(values: Iterable[bool | None]) -> bool | None:
    found = list(values)
    return False if False in found else None if None in found else True
