"""Companies of a round by the dozen, as rows: what they answered is said in one number each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from django.utils import timezone

from assessments.models import Assessment, Outline, Submission
from guidance.catalog import AXIS_IDS, Catalog
from guidance.registry import get_catalog
from organisations.consent import What
from organisations.models import Affiliation, Grant, Organisation, Round

FACTS = {"industry": "E", "prefecture": "22", "sales_band": "1b-4b", "size": "51-100"}


@dataclass(frozen=True)
class Firm:
    """A company that stands at `points` everywhere, and answered every question with `level`, others with `answers`."""

    name: str
    points: Fraction | int = 50
    level: int = 2
    whats: Sequence[What] = (What.STATISTICS,)
    answers: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)


def unnamed(count: int, *, first: int = 40, **facts: str) -> list[Firm]:
    """Companies that let themselves be counted and nothing else, from `first` points up by one each."""
    return [Firm(f"無名{facts.get('industry', '')}{place:03}", first + place, facts=facts) for place in range(count)]


def make_firms(within: Round, firms: Sequence[Firm], *, submitted_at: dt.datetime | None = None) -> list[Organisation]:
    """They belong to the round's network, share what they share, and submitted within the round."""
    facts = [{**FACTS, **firm.facts} for firm in firms]
    known = ("industry", "prefecture", "sales_band")
    made = Organisation.objects.bulk_create(
        Organisation(name=firm.name, employees=86, **{name: one[name] for name in known})
        for firm, one in zip(firms, facts, strict=True)
    )
    Affiliation.unscoped.bulk_create(Affiliation(organisation=one, body=within.body) for one in made)
    until = timezone.localdate() + dt.timedelta(days=30)
    Grant.unscoped.bulk_create(
        Grant(organisation=one, body=within.body, what=what.value, purpose="x", until=until)
        for one, firm in zip(made, firms, strict=True)
        for what in firm.whats
    )
    submit(within, made, firms, submitted_at=submitted_at)
    return made


def submit(
    within: Round, companies: Sequence[Organisation], firms: Sequence[Firm], *, submitted_at: dt.datetime | None = None
) -> None:
    """These companies submit within a round, as `firms` say."""
    catalog = get_catalog(within.catalog_ref)
    assessments = Assessment.unscoped.bulk_create(
        Assessment(organisation=one, catalog_ref=within.catalog_ref, status="submitted") for one in companies
    )
    at = submitted_at or timezone.now()
    frozen = {"catalog_ref": within.catalog_ref, "engine": "1", "started_at": at, "submitted_at": at}
    submissions = Submission.unscoped.bulk_create(
        Submission(organisation=one, assessment=assessment, number=1, company={}, answers={}, scorecard={}, **frozen)
        for one, assessment in zip(companies, assessments, strict=True)
    )
    Outline.unscoped.bulk_create(
        Outline(
            submission=submission,
            organisation_id=submission.organisation_id,
            scores=scores(catalog, firm),
            **{**FACTS, **firm.facts},
        )
        for submission, firm in zip(submissions, firms, strict=True)
    )


def scores(catalog: Catalog, firm: Firm) -> dict[str, object]:
    """What `assessments.scoring.outline.packed` makes of a scorecard like this."""
    return {
        "axes": dict.fromkeys(AXIS_IDS, str(firm.points)),
        "sections": {section.id: str(firm.points) for section in catalog.sections()},
        "levels": {
            axis.id: "".join(str(firm.answers.get(one.id, firm.level)) for one in axis.questions())
            for axis in catalog.axes
        },
    }
