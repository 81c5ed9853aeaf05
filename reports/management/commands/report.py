"""Print the PDF action plan of an answers file. No database."""

from __future__ import annotations

import datetime as dt
import os
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from assessments.cli import open_answers, refusing_in
from assessments.scoring.engine import score
from reports import paper
from reports.assembly import build
from reports.rendering import RenderingError


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r}: YYYY-MM-DD の形で書いてください / write YYYY-MM-DD") from None


class Command(BaseCommand):
    help = "回答ファイルから行動計画書（PDF）を作ります / prints the action plan of an answers file"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--answers", required=True, metavar="FILE")
        parser.add_argument("--out", required=True, metavar="FILE.pdf")
        parser.add_argument("--lang", choices=["ja", "en"], default="ja")
        parser.add_argument("--catalog", metavar="REF_OR_PATH")
        parser.add_argument("--date", type=_date, metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        language, out = options["lang"], Path(options["out"])
        with refusing_in(self, language):
            catalog, given = open_answers(options["answers"], options["catalog"])
        context = build(
            catalog,
            score(catalog, given.answers, given.company.profile),
            given.answers,
            given.company,
            language=language,
            dated=options["date"] or timezone.localdate(),
            final=True,
        )
        with translation.override(language):
            _refuse_unwritable(out)
            try:
                printed = paper.action_plan_printed(context)
            except RenderingError as error:
                raise CommandError(str(error)) from None
            _write(out, printed.pdf)
            sizes = {"path": out, "pages": printed.pages, "bytes": f"{len(printed.pdf):,}"}
            self.stdout.write(_("%(path)s（%(pages)sページ、%(bytes)sバイト）") % sizes)


def _refuse_unwritable(path: Path) -> None:
    """Say so before the work is done, not after."""
    if path.is_dir():
        raise CommandError(_("%(path)s はフォルダーです。ファイルの名前まで書いてください。") % {"path": path})
    if not path.parent.is_dir():
        raise CommandError(_("フォルダー %(path)s がありません。先に作ってください。") % {"path": path.parent})


def _write(path: Path, pdf: bytes) -> None:
    """Whole or not at all: a file that stood there stays until the new one is complete."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(pdf)
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        reason = {"path": path, "reason": error.strerror}
        raise CommandError(
            _("%(path)s に書けません（%(reason)s）。別の場所を --out に書いてください。") % reason
        ) from None
