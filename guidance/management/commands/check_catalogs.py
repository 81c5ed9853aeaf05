"""Validate catalogs and sources. Exit 1 with every problem, each with file and line."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from guidance.catalog import Catalog
from guidance.loading import LOCK_NAME, json_schema, load_catalog, write_lock
from guidance.problems import InputRefused, Problem
from guidance.registry import library


class Command(BaseCommand):
    help = "設問票と文書の台帳を検査します / validates catalogs and sources"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", metavar="PATH", help="フォルダーかファイル / a folder or a file")
        parser.add_argument("--lang", choices=["ja", "en"], default="ja")
        parser.add_argument("--lock", metavar="REF", help="公開済みの版を固定します / lock a released version")
        parser.add_argument("--write-schema", metavar="FILE", help="JSON Schema を書き出します / write the JSON Schema")

    def handle(self, *args: Any, **options: Any) -> None:
        language: str = options["lang"]
        if options["write_schema"]:
            text = json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
            Path(options["write_schema"]).write_text(text, encoding="utf-8")
        if options["lock"]:
            self._lock(options["lock"])
        problems: list[Problem] = []
        remarks: list[Problem] = []
        checked: list[Catalog] = []
        if options["paths"]:
            problems.extend(library().problems if not library().clauses else [])
            for path in options["paths"]:
                try:
                    loaded = load_catalog(Path(path), library().references)
                except InputRefused as refused:
                    problems.extend(refused.problems)
                else:
                    checked.append(loaded.catalog)
                    remarks.extend(loaded.remarks)
        else:
            problems.extend(library().problems)
            checked.extend(loaded.catalog for loaded in library().catalogs.values())
            remarks.extend(remark for loaded in library().catalogs.values() for remark in loaded.remarks)
        for remark in remarks:
            self.stderr.write(remark.message(language), self.style.WARNING)
        for problem in problems:
            self.stderr.write(problem.message(language), self.style.ERROR)
        if problems:
            count = len(problems)
            raise CommandError(f"{count} 件の誤りがあります / {count} problems")
        for catalog in checked:
            count, actions = len(catalog.questions), len(catalog.actions)
            self.stdout.write(
                f"{catalog.ref}: 設問 {count}・施策 {actions} 問題なし / {count} questions, {actions} actions, ok"
            )

    def _lock(self, ref: str) -> None:
        # The library refuses a released catalog that is not locked yet, so look at the folders themselves.
        for file in sorted(settings.GUIDANCE_LIBRARY.glob("*/catalog.yaml")):
            (settings.GUIDANCE_LIBRARY / LOCK_NAME).touch()
            try:
                loaded = load_catalog(file.parent, library().references, base=settings.GUIDANCE_LIBRARY, locked=False)
            except InputRefused:
                continue
            if loaded.catalog.ref != ref:
                continue
            if loaded.catalog.released is None:
                raise CommandError(
                    f"{ref} は下書きです。released の日付を書いてから固定してください / {ref} is a draft"
                )
            try:
                write_lock(settings.GUIDANCE_LIBRARY / LOCK_NAME, ref, loaded.digest)
            except ValueError:
                raise CommandError(
                    f"{ref} は別の中身で固定済みです。新しい版を作ってください / {ref} is locked with other bytes"
                ) from None
            return
        raise CommandError(f"{ref} という設問票はありません / there is no {ref}")
