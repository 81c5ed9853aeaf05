"""Showing catalog texts in the language of the moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import get_language, pgettext_lazy

from guidance.catalog import Text

register = template.Library()

DEPARTMENTS = {
    "management": pgettext_lazy("department", "経営者"),
    "purchasing": pgettext_lazy("department", "購買"),
    "sales": pgettext_lazy("department", "営業"),
    "rd": pgettext_lazy("department", "開発・技術"),
    "production": pgettext_lazy("department", "製造"),
    "hr": pgettext_lazy("department", "人事・総務"),
    "legal": pgettext_lazy("department", "法務・総務"),
    "it": pgettext_lazy("department", "情報システム"),
}


@register.filter
def say(text: Text | None) -> str:
    """The text in the active language; Japanese where there is no translation."""
    return text.get(get_language() or "ja") if text else ""


@register.filter
def department(key: str) -> str:
    """The name of a department key of the catalog."""
    return str(DEPARTMENTS.get(key, key))


@register.filter
def of(mapping: Mapping[str, Any], key: str) -> Any:
    """`mapping[key]`, or None."""
    return mapping.get(key)
