"""Which of a body's companies submitted, or are at it: the one question that is asked across companies.

The answer is yes or no. Without a company's consent nobody outside learns more of what it answered, not even the day.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When
from django.utils import timezone

from assessments.models import Assessment, Submission
from organisations.models import Round

Companies = QuerySet[Any]
"""Rows that name a company in `organisation_id`."""


def within_round(submissions: QuerySet[Any], within: Round) -> QuerySet[Any]:
    """`submissions` of a round: of its version, on one of its days (the first and the last are among them)."""
    first = timezone.make_aware(dt.datetime.combine(within.opens_on, dt.time.min))
    after = timezone.make_aware(dt.datetime.combine(within.closes_on + dt.timedelta(days=1), dt.time.min))
    return submissions.filter(catalog_ref=within.catalog_ref, submitted_at__gte=first, submitted_at__lt=after)


def with_submitted(companies: Companies, within: Round | None = None, *, only: bool | None = None) -> Companies:
    """`companies`, each with `submitted`: whether it ever submitted, or did so within a round: the round's version, on
    one of its days (the first and the last are among them). `only` leaves those that did, or those that did not.
    """
    everything = Submission.unscoped.all()
    if within is None:
        submitted: Any = Exists(everything.filter(organisation_id=OuterRef("organisation_id")))
    else:
        submitted = _among(within_round(everything, within))
    found: Companies = companies.annotate(submitted=submitted)
    return found if only is None else found.filter(submitted=only)


def with_started(companies: Companies, within: Round) -> Companies:
    """`companies`, each with `started`: whether it has answers under way on the round's version."""
    opened = Assessment.unscoped.filter(catalog_ref=within.catalog_ref, status=Assessment.Status.OPEN)
    found: Companies = companies.annotate(started=_among(opened))
    return found


def _among(rows: QuerySet[Any]) -> Case:
    """Whether the company is among those of `rows`, read once as a set: of thousands of companies each asked by itself
    PostgreSQL expects so much work that it compiles the statement first, which takes longer than the answer."""
    there = When(organisation_id__in=rows.values("organisation_id"), then=Value(True))
    return Case(there, default=Value(False))
