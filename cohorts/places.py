"""A company's place beside its peers: in which rounds it takes part, whether it is counted there, and where it stands.

Of other companies a company sees what is sealed in blocks and nothing else. Those that show their results to the
network by name show them to the network's people alone: here they count in no figure, so that nobody works them out
from what a member sees today and saw yesterday.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from assessments.consented import was_named
from assessments.models import Submission
from assessments.scoring.cohort import Distribution, Group, Mean, Place, place
from assessments.scoring.outline import Values, values_of
from assessments.submitted_by import within_round
from cohorts.figures import Figures, figures_of
from cohorts.models import BlockMember, Participant
from guidance.catalog import AXIS_IDS, Catalog
from guidance.registry import get_catalog
from organisations.consent import COUNTED, NAMED, What
from organisations.models import Affiliation, Grant, Round
from organisations.scoping import as_body, body_scope

WEAKEST = 5
"""Sections in which the peers are weakest: so many are shown."""


class Standing(StrEnum):
    """Whether a company is counted in a round's figures, and if not, why."""

    COUNTED = "counted"  # in a block that stands
    NAMED = "named"  # the network's people see its results by name
    NOTHING_SHARED = "nothing-shared"
    NOT_SUBMITTED = "not-submitted"
    ENDED = "ended"  # its block ended because another company left it
    ELSEWHERE = "elsewhere"  # the same submission is counted in another round of the network
    SEEN = "seen"  # the network saw this submission by name: it cannot be hidden among others any more
    WAITING = "waiting"  # for others, to be counted together with


@dataclass(frozen=True, slots=True)
class AxisPlace:
    """One axis: the company's own points (None where nothing is known), how its peers spread, and where it lies there.

    `spread` None: too few can be shown.
    """

    id: str
    own: Fraction | None
    spread: Distribution | None
    place: Place | None


@dataclass(frozen=True, slots=True)
class SectionPlace:
    """One section: the mean of the peers, and the company's own points (None where nothing is known)."""

    id: str
    peers: Mean
    own: Fraction | None


@dataclass(frozen=True, slots=True)
class Peers:
    """Figures of a group beside the company's own. `industry`: the group has this industry; None: the whole network.

    `sections`: those in which the group is weakest, the weakest first.
    """

    industry: str | None
    n: int
    axes: tuple[AxisPlace, ...]
    sections: tuple[SectionPlace, ...]


@dataclass(frozen=True, slots=True)
class CompanyPlace:
    """The company in a round: whether it is counted, with which submission, and beside whom.

    `peers` None: it is not counted, or too few others can be shown.
    """

    standing: Standing
    submission: Submission | None = None
    peers: Peers | None = None


def rounds_of_company() -> QuerySet[Round]:
    """The opened rounds in which the company in scope takes part: it stands on the list, or submitted on its days. Of
    networks that it belongs to now, the latest first."""
    listed = Participant.objects.filter(round=OuterRef("pk"))
    submitted = Submission.objects.filter(
        catalog_ref=OuterRef("catalog_ref"),
        submitted_at__date__gte=OuterRef("opens_on"),
        submitted_at__date__lte=OuterRef("closes_on"),
    )
    return Round.objects.filter(
        Exists(listed) | Exists(submitted),
        opened_at__isnull=False,
        body__in=Affiliation.objects.present().values("body"),
    ).select_related("body")


def place_in(within: Round) -> CompanyPlace:
    """The company in scope in a round of its network. Three queries of its own, and those of `figures_of`.

    Opens the network's side by itself, and hands back figures of groups only.
    """
    with body_scope(within.body_id):
        shared = frozenset(What(what) for what in Grant.objects.active().values_list("what", flat=True))
        if not shared & COUNTED:
            return CompanyPlace(Standing.NOTHING_SHARED)
        sealed = BlockMember.objects.filter(round=within).values_list("submission_id", "block__serial").first()
        found = _counted_with(within, sealed[0] if sealed and not shared & NAMED else None)
    if found is None:
        return CompanyPlace(Standing.NOT_SUBMITTED)
    with as_body(within.body_id):
        figures = figures_of(within)
    standing = _standing(found, figures, named=bool(shared & NAMED), serial=sealed[1] if sealed else None)
    counts = standing in {Standing.COUNTED, Standing.NAMED}
    return CompanyPlace(standing, found, _peers(within, figures, found) if counts else None)


def _counted_with(within: Round, sealed: UUID | None) -> Any:
    """The submission that was sealed, or else the latest of the round: with its outline, and with whether the network
    ever saw it by name (`seen`) and counts it in another round (`elsewhere`)."""
    theirs = Submission.objects.select_related("outline").defer("answers", "scorecard", "company", "approvals")
    theirs = theirs.annotate(
        seen=was_named(NAMED, "submitted_at"),
        elsewhere=Exists(BlockMember.objects.filter(submission=OuterRef("pk")).exclude(round=within)),
    )
    if sealed is not None:
        return theirs.get(pk=sealed)
    return within_round(theirs, within).order_by("-submitted_at").first()


def _standing(found: Any, figures: Figures, *, named: bool, serial: int | None) -> Standing:
    if named:
        return Standing.NAMED
    if serial is not None:
        stands = any(block.live for block in figures.cohort.blocks if block.serial == serial)
        return Standing.COUNTED if stands else Standing.ENDED
    if found.elsewhere:
        return Standing.ELSEWHERE
    return Standing.SEEN if found.seen else Standing.WAITING


# --- figures of the group ---------------------------------------------------------------------------------------------


def _peers(within: Round, figures: Figures, own: Submission) -> Peers | None:
    """Companies of its industry where they are enough for two runs, else the whole network; None where no spread can
    be shown of either."""
    catalog = get_catalog(within.catalog_ref)
    values = values_of(own.outline.scores, catalog.axes)
    industry: str | None = own.outline.industry
    group = figures.beside(industry)
    if group.n < figures.cohort.rule.block:
        industry, group = None, figures.beside(None)
    axes = tuple(_axis(group, axis, values) for axis in AXIS_IDS)
    if not any(axis.spread for axis in axes):
        return None
    return Peers(industry, group.n, axes, _sections(group, catalog, values))


def _axis(group: Group, axis: str, values: Values) -> AxisPlace:
    own = values.get(axis)
    return AxisPlace(axis, own, group.distribution(axis), place(group, axis, own) if own is not None else None)


def _sections(group: Group, catalog: Catalog, values: Values) -> tuple[SectionPlace, ...]:
    means = [(section.id, mean) for section in catalog.sections() if (mean := group.mean(section.id)) is not None]
    means.sort(key=lambda one: one[1].points)
    return tuple(SectionPlace(name, mean, values.get(name)) for name, mean in means[:WEAKEST])
