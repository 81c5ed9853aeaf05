"""What every page of the library has: its name in the language of the reader, and the pages above it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guidance.catalog import Language, Text

Step = tuple[str, str]


def language() -> Language:
    """The language of this request, of the two that the library has."""
    return "en" if get_language() == "en" else "ja"


def say(text: Text) -> str:
    return text.get(language())


def step(label: str, name: str, *args: str) -> Step:
    """One page of the trail: its label and its address."""
    return label, reverse(f"guidance:{name}", args=args)


def frame(heading: str, *above: Step) -> dict[str, Any]:
    """The context that `guidance/page.html` needs: the page's heading and the trail from the library's first page."""
    return {"heading": heading, "parents": [step(_("資料室"), "library"), *above]}
