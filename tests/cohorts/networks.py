"""A network in the database whose companies submit what a test wants and share, leave and go by the real services."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from assessments.models import Assessment, Outline, Submission
from assessments.scoring.answers import Answer
from assessments.services import frozen
from cohorts.counting import Outcome, count_companies
from cohorts.figures import Figures, figures_of
from guidance.registry import current_catalog
from organisations import sharing
from organisations.consent import What
from organisations.models import Affiliation, Body, Grant, Organisation, Round, User
from organisations.scoping import body_scope, scope
from tests.builders import make_affiliation, make_round, make_user
from tests.cohorts.paper_network import Habit, some_answers

PLACE: Mapping[str, Any] = {"industry": "E", "prefecture": "22", "sales_band": "1b-4b", "employees": 86}
SMALL = {"COHORT_K": 3, "COHORT_WAIT_FOR": 4}
"""Settings of a small network: runs of four, blocks of eight."""


class Network:
    """A network, one person who acts for all of its companies, and dice for their answers."""

    def __init__(self, body: Body, seed: int = 1) -> None:
        self.body, self.dice = body, random.Random(seed)
        self.by: User = make_user()
        self.catalog = current_catalog()

    def round(self, **fields: Any) -> Round:
        return make_round(self.body, **fields)

    def company(
        self,
        *shares: What,
        answers: Mapping[str, Answer] | int | None = None,
        at: dt.datetime | None = None,
        **facts: Any,
    ) -> Organisation:
        """A company of the network that submitted: these answers, or this level everywhere, or as the dice fall."""
        made = Organisation(id=UUID(int=self.dice.getrandbits(128)), **{**PLACE, **facts})
        made.name = f"会社{made.pk}"
        made.save(force_insert=True)
        make_affiliation(made, self.body)
        self.submit(made, answers, at)
        if shares:
            self.share(made, *shares)
        return made

    def companies(self, count: int, *shares: What, **given: Any) -> list[Organisation]:
        return [self.company(*shares, **given) for _one in range(count)]

    def submit(
        self,
        company: Organisation,
        answers: Mapping[str, Answer] | int | None = None,
        at: dt.datetime | None = None,
        *,
        habit: Habit = "mixed",
    ) -> Submission:
        if answers is None:
            answers = some_answers(self.dice, habit, self.catalog)
        elif isinstance(answers, int):
            answers = dict.fromkeys(self.catalog.questions, Answer.at(answers))
        given = {"organisation": company, "catalog_ref": self.catalog.ref, "status": Assessment.Status.SUBMITTED}
        assessment = Assessment.unscoped.create(**given)
        made = frozen(company, assessment, answers, number=1, at=at or timezone.now(), approvals=[], by=None)
        made.save(force_insert=True)
        Outline.of(made).save(force_insert=True)
        return made

    # --- what companies decide ----------------------------------------------------------------------------------------

    def share(self, company: Organisation, *whats: What, until: dt.date | None = None) -> None:
        """What it shared before ends, as on its page."""
        until = until or timezone.localdate() + dt.timedelta(days=90)
        with scope(company.pk):
            sharing.grant(company, self.body.pk, whats, purpose="集計のため", until=until, by=self.by)

    def revoke(self, company: Organisation, what: What) -> None:
        with scope(company.pk):
            grant = Grant.objects.get(body=self.body, what=what, revoked_at__isnull=True)
            assert sharing.revoke(company, grant.pk, by=self.by)

    def lapse(self, company: Organisation) -> None:
        """Its consents ended yesterday."""
        yesterday = timezone.localdate() - dt.timedelta(days=1)
        Grant.unscoped.filter(organisation=company, body=self.body, revoked_at__isnull=True).update(until=yesterday)

    def leave(self, company: Organisation) -> None:
        with scope(company.pk):
            assert sharing.end_affiliation(Affiliation.objects.present().get(body=self.body), by=self.by)

    # --- what the network does ----------------------------------------------------------------------------------------

    def count(self, within: Round, *, at_once: bool = False) -> Outcome:
        return count_companies(within.pk, at_once=at_once)

    def figures(self, within: Round) -> Figures:
        with body_scope(self.body.pk):
            return figures_of(within)
