"""Make the demonstration companies and print how to sign in. Safe to run twice."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from advising.demonstration import CLIENTS, seed_office
from advising.models import Revision
from advising.signing import State
from assessments.demonstration import FINISHED, seed
from cohorts.plausible import MOST_COMPANIES
from cohorts.seeding import seed_into
from guidance.registry import current_catalog
from organisations.demonstration import NETWORK_NAME
from organisations.models import Affiliation, Body, Organisation, User
from organisations.scoping import body_scope, scope
from reports import jobs

SEED = 20261126


class Command(BaseCommand):
    help = "見本の会社を入れ、ログインの方法を表示します / seeds the demonstration companies"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--companies", type=int, default=300, metavar="N", help="見本のネットワークの会社 / of the network"
        )

    def handle(self, *args: Any, companies: int, **options: Any) -> None:
        if settings.SECURE_SSL_REDIRECT:
            raise CommandError(
                "見本の会社は、誰でも知っているパスワードで入ります。SECURE=0 の手元の環境でだけ使ってください"
                " / the demonstration uses a password that everybody knows; only with SECURE=0, on your own machine"
            )
        if not 0 <= companies <= MOST_COMPANIES:
            raise CommandError(f"--companies は 0〜{MOST_COMPANIES} です / 0 to {MOST_COMPANIES}", returncode=2)
        sign_ins = seed()
        if companies:
            network = Body.objects.get(name=NETWORK_NAME)
            seed_into(network, companies, SEED, rounds=2, catalog_ref=current_catalog().ref)
        owner = User.objects.get(email=FINISHED)
        company = Organisation.objects.filter(memberships__user=owner).order_by("created_at")[0]
        seed_office(owner, company, _further(network) if companies else ())
        _papers(company)
        for sign_in in sign_ins:
            second = sign_in.password or "（パスワードなし：メールで届くコード / no password: a code by mail）"
            self.stdout.write(f"{sign_in.place}\n  {sign_in.shows}\n  {sign_in.email} / {second}")
            if sign_in.second_factor:
                self.stdout.write("  2段階目の6桁 / second step: .venv/bin/python manage.py demo_code")


def _papers(company: Organisation) -> None:
    """The signed papers of what is released: the worker takes them up as soon as it runs."""
    with scope(company.pk):
        for revision in Revision.objects.filter(state=State.RELEASED):
            jobs.order_of_client(revision, by=None, ring=lambda _job: None)


def _further(network: Body) -> list[Organisation]:
    """Companies of the demonstration's network that become clients of its office too: those of the seed, by name."""
    with body_scope(network.pk):
        theirs = Affiliation.objects.present().filter(organisation__memberships__isnull=True)
        found = theirs.select_related("organisation").order_by("organisation__name", "pk")[:CLIENTS]
        return [one.organisation for one in found]
