"""Score an answers file: the scorecard as JSON on stdout. No database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from assessments.cli import open_answers, refusing_in
from assessments.scoring.engine import score
from assessments.scoring.scorecard import to_json


class Command(BaseCommand):
    help = "回答ファイルを採点し、結果を JSON で標準出力に書きます / scores an answers file"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--answers", required=True, metavar="FILE")
        parser.add_argument("--catalog", metavar="REF_OR_PATH")
        parser.add_argument("--lang", choices=["ja", "en"], default="ja")

    def handle(self, *args: Any, **options: Any) -> None:
        with refusing_in(self, options["lang"]):
            catalog, given = open_answers(options["answers"], options["catalog"])
        card = score(catalog, given.answers, given.company.profile)
        self.stdout.write(json.dumps(to_json(card), ensure_ascii=False, indent=2))
