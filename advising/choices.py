"""PURE. What a client report can be made of: its sections, its forms, and whether what was chosen is complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

FORMS = ("ja", "en", "both")
"""Japanese, English, and both side by side in one paper."""
SECTIONS = ("summary", "opinion", "scores", "differences", "findings", "actions", "trace", "method", "sources")
"""In the order that a new report has, with all of them in it. The cover with the signatures is always first; what
changed since the revision before comes right after it by itself."""
TEXT_LIMIT = 20_000
WHY_LIMIT = 1000
MOST_ACTIONS = 15


def chosen_sections(wanted: Iterable[str], order: Mapping[str, int]) -> list[str]:
    """The wanted sections by the numbers that were typed beside them; equal numbers as in SECTIONS."""
    chosen = set(wanted)
    there = [name for name in SECTIONS if name in chosen]
    return sorted(there, key=lambda name: order.get(name, SECTIONS.index(name)))


def needs(forms: Sequence[str], language: str) -> bool:
    """Whether any of the chosen forms shows this language."""
    return language in forms or "both" in forms


def missing_words(
    forms: Sequence[str], texts: Mapping[str, str], actions: Iterable[Mapping[str, Any]], *, with_opinion: bool
) -> list[tuple[str, str]]:
    """What has to be written before the report can be signed, as (what, language): the advisor's text and the reasons
    of recommended actions, in each language that a chosen form shows. A text that stands in no language is not
    missed."""
    found: list[tuple[str, str]] = []
    written = [language for language in ("ja", "en") if texts.get(language, "").strip()]
    for language in ("ja", "en"):
        if not needs(forms, language):
            continue
        if with_opinion and written and language not in written:
            found.append(("opinion", language))
        for action in actions:
            reasons = {one for one in ("ja", "en") if str(action.get(f"why_{one}", "")).strip()}
            if reasons and language not in reasons:
                found.append((str(action["id"]), language))
    return found
