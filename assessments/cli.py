"""What the commands on answers files share: opening them, and saying every fault in the caller's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.answers_file import AnswersFile, catalog_ref, parse_json, read_answers
from guidance.catalog import Catalog
from guidance.problems import InputRefused, Problem
from guidance.registry import UnknownCatalog, current_catalog, find_catalog, get_catalog


def open_answers(file: str, ref_or_path: str | None) -> tuple[Catalog, AnswersFile]:
    """The catalog and the checked answers of `file`. Raises InputRefused with every fault."""
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputRefused(
            [Problem(file, 0, "", f"開けません（{error.strerror}）", f"cannot open ({error.strerror})")]
        ) from None
    except UnicodeDecodeError:
        raise InputRefused([Problem(file, 0, "", "UTF-8 で保存し直してください", "save it as UTF-8")]) from None
    data = parse_json(text, file)
    try:
        catalog = find_catalog(ref_or_path) if ref_or_path else _named(data)
    except UnknownCatalog as error:
        raise InputRefused(
            [Problem(file, 0, "catalog", f"この設問票はありません: {error}", f"there is no such catalog: {error}")]
        ) from None
    return catalog, read_answers(data, catalog, file)


def _named(data: Mapping[str, Any]) -> Catalog:
    """The catalog that an answers file names. It names a version; only the command line may name a path."""
    ref = catalog_ref(data)
    return current_catalog() if ref is None else get_catalog(ref)


@contextmanager
def refusing_in(command: BaseCommand, language: str) -> Iterator[None]:
    """Turn refused input into one message a line on stderr and exit status 1."""
    try:
        yield
    except InputRefused as refused:
        for problem in refused.problems:
            command.stderr.write(problem.message(language), command.style.ERROR)
        count = len(refused.problems)
        raise CommandError(
            f"{count} 件の誤りがあり、何も行いませんでした"
            if language == "ja"
            else f"{count} problems; nothing was done"
        ) from None
