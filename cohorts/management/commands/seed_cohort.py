"""Fill a network with fictional companies. Safe to run twice: the same seed gives the same companies, once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assessments.submitted_by import with_submitted
from cohorts.models import Participant
from cohorts.plausible import MOST_COMPANIES
from cohorts.seeding import MOST_ROUNDS, SeedTaken, seed_into
from guidance.registry import current_catalog
from organisations.bodies import found_body
from organisations.demonstration import NETWORK_NAME
from organisations.models import Body
from organisations.policy import BodyKind
from organisations.scoping import body_scope


class Command(BaseCommand):
    help = "架空の会社を N 社入れます / seeds N fictional companies into a network"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--companies", type=int, required=True, metavar="N", help=f"1–{MOST_COMPANIES}")
        parser.add_argument("--seed", type=int, required=True, metavar="S", help="同じ数なら同じ会社 / same, same")
        parser.add_argument("--rounds", type=int, default=2, metavar="R", help=f"1–{MOST_ROUNDS}")
        parser.add_argument("--network", default=NETWORK_NAME, metavar="NAME", help="なければつくる / made if missing")

    def handle(self, *args: Any, companies: int, seed: int, rounds: int, network: str, **options: Any) -> None:
        if settings.SECURE_SSL_REDIRECT:
            raise CommandError(
                "架空の会社は、本物のサイトには入れられません。SECURE=0 の手元の環境でだけ使ってください"
                " / fictional companies have no place on a real site; only with SECURE=0, on your own machine"
            )
        if not 1 <= companies <= MOST_COMPANIES:
            raise CommandError(f"--companies は 1〜{MOST_COMPANIES} です / 1 to {MOST_COMPANIES}", returncode=2)
        if not 1 <= rounds <= MOST_ROUNDS:
            raise CommandError(f"--rounds は 1〜{MOST_ROUNDS} です / 1 to {MOST_ROUNDS}", returncode=2)
        body = Body.objects.filter(name=network).first() or found_body(kind=BodyKind.NETWORK, name=network, by=None)
        if not body.is_network:
            raise CommandError(f"「{network}」は相談窓口です。ネットワークの名前を指定してください / not a network")
        try:
            done = seed_into(body, companies, seed, rounds, current_catalog().ref)
        except SeedTaken:
            raise CommandError(
                f"「{network}」には、同じ番号になる別の種の会社があります。--seed を変えてください"
                " / companies of another seed have the same numbers here; choose another --seed"
            ) from None
        if done.made:
            self.stdout.write(f"「{network}」に {done.made} 社を入れました / seeded {done.made} companies")
        else:
            self.stdout.write(f"{done.standing} 社は、もう入っています。何も変えていません / nothing to do")
        with body_scope(body.pk):
            for one in done.rounds:
                everybody = Participant.objects.filter(round=one)
                submitted = with_submitted(everybody, one, only=True).count()
                counts = f"参加 {everybody.count()}・提出 {submitted}"
                self.stdout.write(f"  {one.name} {one.opens_on:%Y/%m/%d}–{one.closes_on:%Y/%m/%d}：{counts}")
