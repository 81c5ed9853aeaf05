"""Showing catalog texts in the language of the moment."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language, gettext_lazy

from guidance.catalog import Question, Text

register = template.Library()

DEPARTMENTS = {
    "management": gettext_lazy("経営者"),
    "purchasing": gettext_lazy("購買"),
    "sales": gettext_lazy("営業"),
    "rd": gettext_lazy("開発・技術"),
    "production": gettext_lazy("製造"),
    "hr": gettext_lazy("人事・総務"),
    "legal": gettext_lazy("法務・総務"),
    "it": gettext_lazy("情報システム"),
}


@register.filter
def say(text: Text | None) -> str:
    """The text in the active language; Japanese where there is no translation."""
    return text.get(get_language() or "ja") if text else ""


@register.filter
def level_text(question: Question, choice: str) -> str:
    """The words of a chosen level (a digit); nothing for any other choice."""
    known = len(choice) == 1 and choice in "01234"
    return say(question.levels[int(choice)]) if known else ""


@register.filter
def department(key: str) -> str:
    """The name of a department key of the catalog."""
    return str(DEPARTMENTS.get(key, key))
