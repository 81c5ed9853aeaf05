"""Delete what is due: companies whose day has come, and what is kept no longer. The worker does the same once a day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from reports.retention import tidy


class Command(BaseCommand):
    help = "期限の来た削除と片付けを行います / carries out the deletions that are due and clears what is kept no longer"

    def handle(self, *args: Any, **options: Any) -> None:
        done = tidy()
        self.stdout.write(f"削除した会社 / companies deleted: {done.companies}")
        self.stdout.write(f"忘れた招待 / invitations forgotten: {done.invitations}")
        self.stdout.write(f"忘れた名簿のアドレス / addresses on lists of rounds forgotten: {done.participants}")
        self.stdout.write(f"忘れたサインインの記録 / sign-in records forgotten: {done.sign_ins}")
        self.stdout.write(f"消したPDF / PDFs removed: {done.reports}")
        self.stdout.write(f"消した持ち主のないファイル / files without an owner removed: {done.files}")
