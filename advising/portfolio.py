"""An office's clients, each with where the work stands. Within the office's scope alone; a constant number of
statements. What a company does not share is not looked at: without its consent its review does not exist here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from advising.models import Enquiry, Review, Revision
from advising.signing import State
from advising.stages import OURS, Facts, Stage, stage_of
from assessments.consented import latest_shared
from assessments.submitted_by import with_submitted
from organisations.bodies import companies
from organisations.consent import What
from organisations.received import consents


@dataclass(frozen=True, slots=True)
class Client:
    """One line of the portfolio. `submission`: the latest one that is shared; `until`: the last day of the consent for
    the answers; `lead`: who leads the review."""

    company_id: UUID
    name: str
    stage: Stage
    submission_id: UUID | None = None
    submitted_at: dt.datetime | None = None
    number: int | None = None
    reviewed: int = 0
    asked: int = 0
    lead_id: int | None = None
    lead: str = ""
    until: dt.date | None = None
    moved_at: dt.datetime | None = None

    @property
    def ours(self) -> bool:
        """Whether the next step is the office's."""
        return self.stage in OURS

    @property
    def percent(self) -> int:
        return round(100 * self.reviewed / self.asked) if self.asked else 0


def clients(body_id: UUID) -> list[Client]:
    """Every client by name."""
    present = list(with_submitted(companies(body_id)))
    given = consents(present)
    submissions = {found.organisation_id: found for found in latest_shared()}
    theirs = Review.objects.filter(submission__in=[one.pk for one in submissions.values()]).select_related("lead")
    reviews = {found.submission_id: found for found in theirs}
    waiting = _waiting(reviews.values())
    revisions = _latest_revisions(reviews.values())
    found = []
    for company in present:
        until = next(
            (one.until for one in given.get(company.organisation_id, []) if one.what == What.ANSWERS.value), None
        )
        submission = submissions.get(company.organisation_id)
        review = reviews.get(submission.pk) if submission else None
        asked, replied = waiting.get(review.pk, (0, 0)) if review else (0, 0)
        revision = revisions.get(review.pk) if review else None
        facts = Facts(
            shares=until is not None,
            submitted=company.submitted,
            reviewed=review is not None,
            finished=review is not None and not review.open,
            asked=asked,
            replied=replied,
            revision=State(revision.state) if revision else None,
        )
        found.append(
            Client(
                company.organisation_id,
                company.organisation.name,
                stage_of(facts),
                submission_id=submission.pk if submission else None,
                submitted_at=submission.submitted_at if submission else None,
                number=submission.number if submission else None,
                reviewed=review.reviewed if review else 0,
                asked=review.asked if review else 0,
                lead_id=review.lead_id if review else None,
                lead=str(review.lead) if review and review.lead else "",
                until=until,
                moved_at=revision.made_at if revision else None,
            )
        )
    return found


def narrowed(
    listed: Iterable[Client], *, name: str = "", stage: str = "", lead: int | None = None, ours: bool = False
) -> list[Client]:
    """Those of `listed` that every given filter lets through."""
    wanted = name.casefold()
    return [
        one
        for one in listed
        if (not wanted or wanted in one.name.casefold())
        and (not stage or one.stage == stage)
        and (lead is None or one.lead_id == lead)
        and (not ours or one.ours)
    ]


def _waiting(reviews: Iterable[Review]) -> dict[UUID, tuple[int, int]]:
    """Enquiries without a reply, and with one that nobody settled, by review."""
    ids = [one.pk for one in reviews]
    counted = (
        Enquiry.objects.filter(review__in=ids, settled_at__isnull=True)
        .order_by()
        .values("review")
        .annotate(
            asked=Count("pk", filter=Q(replied_at__isnull=True)),
            replied=Count("pk", filter=Q(replied_at__isnull=False)),
        )
    )
    return {one["review"]: (one["asked"], one["replied"]) for one in counted}


def _latest_revisions(reviews: Iterable[Review]) -> dict[UUID, Any]:
    ids = [one.pk for one in reviews]
    found = Revision.objects.filter(report__review__in=ids).select_related("report").defer("context").order_by("number")
    return {one.report.review_id: one for one in found}
