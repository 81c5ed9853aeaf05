"""Showing what the library holds in the language of the moment: texts, departments, certainties, money."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.translation import get_language, gettext_lazy

from guidance.catalog import Question, Text
from guidance.pointers import Pointers
from guidance.pointers import pointers as pointers_of

register = template.Library()

OKU, MAN = 100_000_000, 10_000

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
CERTAINTIES = {
    "A": gettext_lazy("A：一次資料で確かめたもの"),
    "B": gettext_lazy("B：信頼できる二次資料が報じているもの"),
    "C": gettext_lazy("C：本アプリの読み方で、文書の言葉ではないもの"),
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


@register.filter
def certainty(key: str) -> str:
    """How sure a line is, in words."""
    return str(CERTAINTIES.get(key, key))


@register.filter
def pointers(names: Iterable[str]) -> Pointers:
    """The lists and entries of the reference data with these ids."""
    return pointers_of(names)


@register.filter
def yen(amount: int) -> str:
    """「0円」「30万円」「1億2,000万円」; in English ¥300,000."""
    if get_language() == "en":
        return f"¥{amount:,}"
    oku, rest = divmod(amount, OKU)
    man, ones = divmod(rest, MAN)
    parts = [f"{oku:,}億"] * bool(oku) + [f"{man:,}万"] * bool(man) + [f"{ones:,}"] * bool(ones or not amount)
    return "".join(parts) + "円"


@register.filter
def yen_to(low: int, high: int) -> str:
    """A range of money, or the one amount where both ends agree."""
    if low == high:
        return yen(low)
    return f"{yen(low)}{'–' if get_language() == 'en' else '〜'}{yen(high)}"
