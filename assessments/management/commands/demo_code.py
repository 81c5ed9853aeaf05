"""What the authenticator apps of the demonstration's people show just now."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from organisations.demonstration import SECRETS, code_of


class Command(BaseCommand):
    help = "見本の人の、2段階目の6桁を表示します / prints the second step of the demonstration's sign-ins"
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SECURE_SSL_REDIRECT:
            raise CommandError("見本の環境（SECURE=0）でだけ使えます / only in the demonstration (SECURE=0)")
        for email in SECRETS:
            self.stdout.write(f"{code_of(email)}  {email}")
