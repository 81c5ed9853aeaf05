"""What a network prints, of believable rows: for every test that looks at its papers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from fractions import Fraction

from django.utils import timezone

from cohorts.counting import count_companies
from cohorts.figures import figures_of
from cohorts.models import WorkshopPlan
from organisations.consent import What
from organisations.models import Round
from organisations.scoping import body_scope
from reports.cohort_report import CohortReport, cohort_report
from reports.workshop_context import WorkshopContext
from reports.workshop_context import context_of as workshop_of
from tests.builders import make_body, make_participant, make_round
from tests.reports.crowds import Firm, make_firms, submit, unnamed

NAMED = [f"名出工業{number}" for number in range(7)]
FAR = "突出精機"
LANGUAGES = ("ja", "en")
TOPICS = ["A.sourcing", "I.core", "G.cyber"]


@dataclass(frozen=True)
class Papers:
    """What a network with 66 companies in its second round prints, by language and by whether names are wanted."""

    reports: dict[tuple[str, bool], CohortReport]
    handouts: dict[str, WorkshopContext]
    empty: CohortReport


def network_papers() -> Papers:
    """Made of rows, which the caller rolls back."""
    network = make_body(name="東海 経営者ネットワーク")
    today = timezone.localdate()
    before = make_round(
        network, name="春の回", opens_on=today - dt.timedelta(days=90), closes_on=today - dt.timedelta(days=40)
    )
    within = make_round(network, name="秋の回")
    crowd = [
        *unnamed(20, industry="E", prefecture="22"),
        *unnamed(20, first=30, industry="I", prefecture="23", sales_band="4b-10b"),
        *unnamed(18, first=35, industry="H", size="101-300"),
        *(Firm(name, 40 + 3 * place, whats=(What.SCORES, What.ANSWERS)) for place, name in enumerate(NAMED)),
        Firm(FAR, Fraction(995, 10), level=4, whats=(What.SCORES, What.ANSWERS), facts={"prefecture": "47"}),
    ]
    first = timezone.now() - dt.timedelta(days=60)
    made = make_firms(before, [replace(one, points=one.points - 5) for one in crowd[:62]], submitted_at=first)
    submit(within, made, crowd[:62])
    made += make_firms(within, crowd[62:])
    for one in (before, within):
        count_companies(one.pk, at_once=True)
    for one in made:
        make_participant(within, one)
    make_participant(within)
    plan = WorkshopPlan.objects.create(
        body=network,
        round=within,
        title="一か所頼みに備える会",
        held_on=dt.date(2027, 2, 18),
        starts_at=dt.time(13, 0),
        venue="県産業会館",
        minutes=180,
        topics=TOPICS,
    )
    with body_scope(network.pk):
        figures = figures_of(within)
        reports = {
            (language, named): cohort_report(within, figures, language, named=named)
            for language in LANGUAGES
            for named in (False, True)
        }
        handouts = {language: workshop_of(plan, language) for language in LANGUAGES}
        later = today + dt.timedelta(days=50)
        empty = make_round(network, name="冬の回", opens_on=later, closes_on=later)
        return Papers(reports, handouts, _of(empty))


def _of(within: Round) -> CohortReport:
    return cohort_report(within, figures_of(within), "ja", named=False)
