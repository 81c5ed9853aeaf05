"""Take a workbook that reviewers filled in, as a folder of YAML. Exit 1 with every fault, and nothing written."""

from __future__ import annotations

import shutil
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guidance.catalog import Catalog
from guidance.catalog_files import MAIN, files_of
from guidance.loading import load_catalog, lock_beside, read_lock
from guidance.problems import InputRefused
from guidance.reading import Document, read
from guidance.registry import library
from guidance.workbook_reading import read_workbook


class Command(BaseCommand):
    help = "XLSX の設問票を YAML のフォルダーにします / turns a workbook into a folder of YAML"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.xlsx")
        parser.add_argument("--out", required=True, metavar="FOLDER")
        parser.add_argument("--replace", action="store_true", help="下書きを置き換えます / replaces a draft")
        parser.add_argument("--lang", choices=["ja", "en"], default="ja")

    def handle(self, *args: Any, **options: Any) -> None:
        file, folder = Path(options["file"]), Path(options["out"])
        old = self._standing(folder, replace=options["replace"])
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"開けません / cannot open {file}: {error.strerror}") from None
        try:
            catalog = read_workbook(content, str(file), library().references).catalog
        except InputRefused as refused:
            for problem in refused.problems:
                self.stderr.write(problem.message(options["lang"]), self.style.ERROR)
            count = len(refused.problems)
            raise CommandError(
                f"{count} 件の誤りがあります。何も書いていません / {count} problems, nothing written"
            ) from None
        try:
            _write(catalog, folder, old)
        except OSError as error:
            raise CommandError(f"書けません / cannot write {folder}: {error.strerror}") from None
        count = len(catalog.questions)
        self.stdout.write(f"{folder}: {catalog.ref}・設問 {count} / {count} questions")

    @staticmethod
    def _standing(folder: Path, *, replace: bool) -> Document | None:
        """The draft that stands in the folder and may be replaced. Raises CommandError for what must not be."""
        if not (folder / MAIN).exists():
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                raise CommandError(
                    f"{folder} には別のものがあります。空のフォルダーか新しい名前を指定してください"
                    " / holds something else: name an empty or a new folder"
                )
            return None
        document = read(folder / MAIN)
        data = document.data if isinstance(document.data, dict) else {}
        lock = lock_beside(folder / MAIN)
        ref = f"{data.get('catalog')}@{data.get('version')}"
        if document.problems or data.get("released") is not None or (lock and ref in read_lock(lock)):
            raise CommandError(
                f"{folder} の {ref} は公開済みか、読めません。上書きしません。新しい版を別のフォルダーに作ってください"
                f" / {ref} is released or unreadable and is not overwritten: make a new version in another folder"
            )
        if not replace:
            raise CommandError(
                f"{folder} には下書き {ref} があります。置き換えるなら --replace を付けてください"
                f" / the draft {ref} stands there: add --replace to replace it"
            )
        return document


def _write(catalog: Catalog, folder: Path, old: Document | None) -> None:
    """All files or none: they are written beside the folder, loaded back, and only then put in place. Of a draft that
    is replaced only its own files go; a declared migration and the like stay."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as name:
        fresh = Path(name) / folder.name
        fresh.mkdir()
        files = files_of(catalog)
        for file_name, text in files.items():
            (fresh / file_name).write_text(text, encoding="utf-8")
        if load_catalog(fresh, library().references, locked=False).catalog != catalog:
            raise CommandError("書いたものを読み直すと違っています / what was written does not read back")
        folder.mkdir(exist_ok=True)
        for file in sorted(fresh.iterdir(), key=lambda found: found.name == MAIN):
            shutil.move(file, folder / file.name)
        for gone in old.files if old else ():
            if gone.name not in files:
                gone.unlink(missing_ok=True)
