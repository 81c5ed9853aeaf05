"""Validate catalogs and sources. Exit 1 with every problem, each with file and line; remarks refuse nothing."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from guidance.catalog import Catalog
from guidance.checking import remarks_of
from guidance.loading import LOCK_NAME, LoadedCatalog, json_schema, load_catalog, write_lock
from guidance.migration import load_migration
from guidance.problems import InputRefused, Problem
from guidance.registry import library
from guidance.remarks import KINDS, Remark, counted


class Command(BaseCommand):
    help = "設問票と文書の台帳を検査します / validates catalogs and sources"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", metavar="PATH", help="フォルダーかファイル / a folder or a file")
        parser.add_argument("--lang", choices=["ja", "en"], default="ja")
        parser.add_argument("--strict", action="store_true", help="指摘があれば終了コード1 / exit 1 on remarks too")
        parser.add_argument("--lock", metavar="REF", help="公開済みの版を固定します / lock a released version")
        parser.add_argument("--write-schema", metavar="FILE", help="JSON Schema を書き出します / write the JSON Schema")

    def handle(self, *args: Any, **options: Any) -> None:
        language: str = options["lang"]
        if options["write_schema"]:
            text = json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
            Path(options["write_schema"]).write_text(text, encoding="utf-8")
        if options["lock"]:
            self._lock(options["lock"])
            self.stdout.write(f"{options['lock']} を固定しました / locked")
            return
        problems: list[Problem] = []
        remarks: dict[str, tuple[Remark, ...]] = {}
        checked: list[Catalog] = []
        for loaded, base in self._loaded(options["paths"], problems):
            checked.append(loaded.catalog)
            remarks[loaded.catalog.ref] = remarks_of(loaded, base=base)
            for remark in remarks[loaded.catalog.ref]:
                self.stderr.write(remark.message(language), self.style.WARNING)
        for problem in problems:
            self.stderr.write(problem.message(language), self.style.ERROR)
        if problems:
            count = len(problems)
            raise CommandError(f"{count} 件の誤りがあります / {count} problems")
        for catalog in checked:
            count, actions = len(catalog.questions), len(catalog.actions)
            ja, en = _counts(remarks[catalog.ref])
            self.stdout.write(
                f"{catalog.ref}: 設問 {count}・施策 {actions} 問題なし{ja}"
                f" / {count} questions, {actions} actions, ok{en}"
            )
        if options["strict"] and (count := sum(map(len, remarks.values()))):
            raise CommandError(f"{count} 件の指摘があります / {count} remarks")

    @staticmethod
    def _loaded(paths: list[str], problems: list[Problem]) -> Iterator[tuple[LoadedCatalog, Path | None]]:
        """The catalogs at these paths, or all of the library, with the folder that their places are told from; adds to
        `problems` what does not load."""
        if not paths:
            problems.extend(library().problems)
            yield from ((loaded, settings.GUIDANCE_LIBRARY) for loaded in library().catalogs.values())
            return
        problems.extend(library().problems if not library().clauses else [])
        for path in paths:
            try:
                loaded = load_catalog(Path(path), library().references)
            except InputRefused as refused:
                problems.extend(refused.problems)
                continue
            yield loaded, None
            known = {ref: found.catalog for ref, found in library().catalogs.items()}
            for file in sorted(loaded.folder.glob("migration*.yaml")) if Path(path).is_dir() else ():
                try:
                    load_migration(file, {**known, loaded.catalog.ref: loaded.catalog}, shown_as=str(file))
                except InputRefused as refused:
                    problems.extend(refused.problems)

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


def _counts(remarks: tuple[Remark, ...]) -> tuple[str, str]:
    """How many remarks of each kind, in Japanese and English; nothing where there are none."""
    found = counted(remarks)
    if not found:
        return "", ""
    ja = "、".join(f"{KINDS[kind].ja} {number}" for kind, number in found.items())
    en = ", ".join(f"{KINDS[kind].get('en')} {number}" for kind, number in found.items())
    return f"・指摘 {len(remarks)}（{ja}）", f", {len(remarks)} remarks ({en})"
