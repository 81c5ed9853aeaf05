"""Make the demonstration companies and print how to sign in. Safe to run twice."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assessments.demonstration import seed
from cohorts.plausible import MOST_COMPANIES
from cohorts.seeding import seed_into
from guidance.registry import current_catalog
from organisations.demonstration import NETWORK_NAME
from organisations.models import Body

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
        for sign_in in sign_ins:
            second = sign_in.password or "（パスワードなし：メールで届くコード / no password: a code by mail）"
            self.stdout.write(f"{sign_in.place}\n  {sign_in.shows}\n  {sign_in.email} / {second}")
            if sign_in.second_factor:
                self.stdout.write("  2段階目の6桁 / second step: .venv/bin/python manage.py demo_code")
