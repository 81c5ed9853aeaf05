"""Remarks on the catalogs of this installation: a glossary term may also be used by a page."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings

from guidance.loading import LoadedCatalog, shown
from guidance.reading import read
from guidance.remarks import Remark, remarks_on


def remarks_of(loaded: LoadedCatalog, *, base: Path | None = None) -> tuple[Remark, ...]:
    """Every remark on a catalog that loaded, with places relative to `base`. Read again from its file, because a worker
    that only serves pages needs no places."""
    return _remarks(loaded.file, loaded.digest, base)


@lru_cache(maxsize=8)
def _remarks(file: Path, digest: str, base: Path | None) -> tuple[Remark, ...]:
    return remarks_on(read(file, shown_as=shown(file, base)), page_words())


@cache
def page_words() -> str:
    """What the templates and the messages of this app say, as one text."""
    pages = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
    messages = [file for folder in settings.LOCALE_PATHS for file in sorted(Path(folder).rglob("*.po"))]
    return "\n".join(file.read_text(encoding="utf-8") for file in pages + messages)
