"""Write OSCAL files: the questionnaire, and the results and plan of an answers file or of a submission."""

from __future__ import annotations

import datetime as dt
import hashlib
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assessments.cli import open_answers, refusing_in
from assessments.models import Submission
from assessments.scoring.engine import score
from guidance.registry import UnknownCatalog, find_catalog, library
from organisations.scoping import scope
from reports.assembly import build
from reports.exports.oscal.catalog_document import catalog_document
from reports.exports.oscal.parts import CATALOG_FILE, Json, to_bytes
from reports.exports.oscal_files import oscal_documents
from reports.submitted import context_of


class Command(BaseCommand):
    help = (
        "設問票を OSCAL（NIST の JSON）で書き出します。回答ファイルか提出を示すと、結果と行動計画も書きます / "
        "writes a questionnaire as OSCAL, and with an answers file or a submission its results and plan too"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "catalog", nargs="?", metavar="REF_OR_PATH", help="省略するといまの版 / without it, the current version"
        )
        parser.add_argument("--out", required=True, metavar="FOLDER")
        parser.add_argument("--lang", choices=["ja", "en"], default="ja")
        parser.add_argument("--answers", metavar="FILE", help="データベースは要りません / needs no database")
        parser.add_argument("--date", type=dt.date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--company", type=UUID, metavar="ID", help="提出のページのアドレスの /o/ のあと")
        parser.add_argument("--submission", type=UUID, metavar="ID", help="同じアドレスの /submissions/ のあと")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(options["out"])
        if not folder.is_dir():
            raise CommandError(f"フォルダーがありません / there is no such folder: {folder}")
        if options["answers"] and options["submission"]:
            raise CommandError("--answers か --submission の一方だけを書いてください / give one of the two")
        if bool(options["submission"]) != bool(options["company"]):
            raise CommandError("--company と --submission は一緒に書いてください / give both of the two")
        for name, document in self._documents(options).items():
            try:
                (folder / name).write_bytes(to_bytes(document))
            except OSError as error:
                raise CommandError(f"書けません / cannot write {folder / name}: {error.strerror}") from None
            self.stdout.write(str(folder / name))

    def _documents(self, options: dict[str, Any]) -> Mapping[str, Json]:
        if options["answers"]:
            return self._of_answers(options)
        if options["submission"]:
            return _of_submission(options["company"], options["submission"], options["lang"])
        try:
            catalog = find_catalog(options["catalog"])
        except UnknownCatalog as error:
            raise CommandError(f"この設問票はありません / there is no such catalog: {error}") from None
        day = options["date"] or timezone.localdate()
        return {CATALOG_FILE: catalog_document(catalog, library().sources, dated=day, language=options["lang"])}

    def _of_answers(self, options: dict[str, Any]) -> Mapping[str, Json]:
        with refusing_in(self, options["lang"]):
            catalog, given = open_answers(options["answers"], options["catalog"])
        context = build(
            catalog,
            score(catalog, given.answers, given.company.profile),
            given.answers,
            given.company,
            language=options["lang"],
            dated=options["date"] or timezone.localdate(),
        )
        # The file has no id: what it says is its name.
        return oscal_documents(context, hashlib.sha256(Path(options["answers"]).read_bytes()).hexdigest())


def _of_submission(company: UUID, submission: UUID, language: str) -> Mapping[str, Json]:
    with scope(company):
        found = Submission.objects.select_related("submitted_by").filter(pk=submission).first()
        if found is None:
            raise CommandError(f"この会社に、この提出はありません / this company has no such submission: {submission}")
        return oscal_documents(context_of(found, language), str(found.pk))
