"""The small library of `shelf.py` in the place of the shipped one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from assessments import cards
from guidance import citations, registry
from guidance.registry import Library
from tests.guidance.shelf import TODAY, write_shelf


def forget() -> None:
    """The next request reads the library again."""
    for cached in (registry.library, registry.current_catalog, registry.difference, citations.cited, cards.terms_in):
        cached.cache_clear()


@pytest.fixture
def shelf(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A library that the test knows by heart, on a day that it knows too."""
    settings.GUIDANCE_LIBRARY = write_shelf(tmp_path)
    monkeypatch.setattr(timezone, "localdate", lambda: TODAY)
    forget()
    assert registry.library().problems == ()
    yield registry.library()
    forget()
