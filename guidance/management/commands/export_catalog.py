"""Write a catalog as a workbook for reviewers."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guidance.problems import InputRefused
from guidance.registry import UnknownCatalog, find_catalog
from guidance.workbook_writing import write_workbook


class Command(BaseCommand):
    help = "設問票を XLSX に書き出します / writes a questionnaire as XLSX"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "catalog", nargs="?", metavar="REF_OR_PATH", help="省略するといまの版 / without it, the current version"
        )
        parser.add_argument("--out", required=True, metavar="FILE.xlsx")
        parser.add_argument("--lang", choices=["ja", "en"], default="ja")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            catalog = find_catalog(options["catalog"])
            content = write_workbook(catalog)
        except UnknownCatalog as error:
            raise CommandError(f"この設問票はありません / there is no such catalog: {error}") from None
        except InputRefused as refused:
            for problem in refused.problems:
                self.stderr.write(problem.message(options["lang"]), self.style.ERROR)
            count = len(refused.problems)
            raise CommandError(f"{count} 件の誤りがあります / {count} problems") from None
        try:
            Path(options["out"]).write_bytes(content)
        except OSError as error:
            raise CommandError(f"書けません / cannot write {options['out']}: {error.strerror}") from None
        self.stdout.write(f"{options['out']}: {catalog.ref}")
