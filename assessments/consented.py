"""What companies let a network count: the one door through which their scores are read together.

It opens for companies that belong to the network at this moment and share one of the wanted kinds with it today; who
asks cannot forget the consent. Within `organisations.scoping.body_scope` only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from assessments.models import Outline, Submission
from assessments.submitted_by import within_round
from organisations.consent import COUNTED, What
from organisations.models import Affiliation, Grant, Round


@dataclass(frozen=True, slots=True)
class State:
    """What figures of a round depend on, in a few numbers: they are the same as long as this is."""

    grants: tuple[Any, ...]
    affiliations: tuple[Any, ...]
    submissions: tuple[Any, ...]


def state_of(within: Round, today: dt.date) -> State:
    """Read from the rows themselves, so that nothing can be forgotten to be counted. Three queries, each from an index
    alone: what is counted is a column of it."""
    held = Q(revoked_at__isnull=True, until__gte=today)
    grants = Grant.objects.aggregate(
        n=Count("body"), held=Count("body", filter=held), given=Max("granted_at"), taken=Max("revoked_at")
    )
    present = Q(ended_at__isnull=True)
    companies = Affiliation.objects.aggregate(
        n=Count("body"), here=Count("body", filter=present), came=Max("since"), went=Max("ended_at")
    )
    theirs = within_round(Submission.unscoped.all(), within).filter(
        organisation_id__in=Affiliation.objects.present().values("organisation_id")
    )
    submissions = theirs.aggregate(n=Count("pk"), latest=Max("submitted_at"))
    return State(tuple(grants.values()), tuple(companies.values()), tuple(submissions.values()))


def outlines(within: Round, what: Collection[What] = COUNTED) -> QuerySet[Outline]:
    """The latest submission of a round, in short, of each company that shares one of `what` with the network."""
    latest = within_round(Submission.unscoped.all(), within).filter(organisation_id=OuterRef("organisation_id"))
    return Outline.unscoped.filter(
        granted(what),
        organisation_id__in=Affiliation.objects.present().values("organisation_id"),
        submission_id=Subquery(latest.order_by("-submitted_at").values("pk")[:1]),
    )


def latest_shared() -> QuerySet[Submission]:
    """The latest submission, without what it holds, of each company that shares its answers with the body in scope."""
    latest = Submission.unscoped.filter(organisation_id=OuterRef("organisation_id")).order_by("-submitted_at")
    return (
        Submission.unscoped.filter(
            granted([What.ANSWERS]),
            organisation_id__in=Affiliation.objects.present().values("organisation_id"),
            pk=Subquery(latest.values("pk")[:1]),
        )
        .order_by("organisation_id")
        .only("pk", "organisation_id", "number", "submitted_at", "catalog_ref")
    )


def sealed(submissions: Iterable[UUID]) -> QuerySet[Outline]:
    """These submissions in short, of companies that are still counted."""
    return Outline.unscoped.filter(
        granted(COUNTED),
        organisation_id__in=Affiliation.objects.present().values("organisation_id"),
        submission_id__in=list(submissions),
    )


def granted(what: Collection[What]) -> Q:
    """Whether the company of a row shares one of `what` today. A set that is read once, not a question for each row:
    SQLite would go through all consents of the network for each company."""
    theirs = Grant.objects.active().filter(what__in=[one.value for one in what])
    return Q(organisation_id__in=theirs.values("organisation_id"))


def was_named(what: Collection[What], submitted: str = "submission__submitted_at") -> Exists:
    """Whether the body could ever see the submission of a row by name: it cannot be hidden among others afterwards."""
    theirs = Grant.objects.filter(organisation_id=OuterRef("organisation_id"), what__in=[one.value for one in what])
    return Exists(
        theirs.filter(
            Q(revoked_at__isnull=True) & Q(until__gte=OuterRef(f"{submitted}__date"))
            | Q(revoked_at__gte=OuterRef(submitted))
        )
    )
