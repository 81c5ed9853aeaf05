"""Make the demonstration companies and print how to sign in. Safe to run twice."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assessments.demonstration import seed


class Command(BaseCommand):
    help = "見本の会社を入れ、ログインの方法を表示します / seeds the demonstration companies"

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SECURE_SSL_REDIRECT:
            raise CommandError(
                "見本の会社は、誰でも知っているパスワードで入ります。SECURE=0 の手元の環境でだけ使ってください"
                " / the demonstration uses a password that everybody knows; only with SECURE=0, on your own machine"
            )
        for sign_in in seed():
            second = sign_in.password or "（パスワードなし：メールで届くコード / no password: a code by mail）"
            self.stdout.write(f"{sign_in.place}\n  {sign_in.shows}\n  {sign_in.email} / {second}")
            if sign_in.second_factor:
                self.stdout.write("  2段階目の6桁 / second step: .venv/bin/python manage.py demo_code")
