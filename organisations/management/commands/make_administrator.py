"""Make an existing account an administrator of the service. Safe to run twice."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from organisations.platform import NoSuchAccount, give_role
from organisations.policy import PlatformRole


class Command(BaseCommand):
    help = "登録済みのアカウントを運営管理者にします / makes an existing account an administrator"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="確認済みのメールアドレス / a verified address")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"]
        try:
            new = give_role(email, PlatformRole.ADMINISTRATOR, by=None)
        except NoSuchAccount:
            raise CommandError(
                f"{email}：このアドレスを確認したアカウントがありません。先に登録し、届いたコードを入力してください"
                f" / no account has verified {email}; sign up first and enter the code from the mail"
            ) from None
        if not new:
            self.stdout.write(f"{email}：すでに運営管理者です / is an administrator already")
            return
        self.stdout.write(
            f"{email}：運営管理者にしました。管理のページは、2段階の本人確認を設定すると開けます"
            f" / is an administrator now; the pages open once a second factor is set up"
        )
