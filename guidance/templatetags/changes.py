"""Showing what a new version of the questionnaire changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.translation import gettext, gettext_lazy

from guidance.catalog import Text
from guidance.diffing import Piece, pieces
from guidance.templatetags.words import say

register = template.Library()

KINDS = {
    "unchanged": gettext_lazy("変わらない設問"),
    "reworded": gettext_lazy("問いの文が変わった設問"),
    "levels changed": gettext_lazy("段階の文が変わった設問"),
    "split": gettext_lazy("二つ以上に分かれた設問"),
    "merged": gettext_lazy("一つにまとまった設問"),
    "new": gettext_lazy("新しい設問"),
    "retired": gettext_lazy("なくなった設問"),
}
CARRIES = {
    "copy": gettext_lazy("前の答えをそのまま引き継ぎます。"),
    "confirm": gettext_lazy("前の答えを示し、今も当てはまるかを確認していただきます。確認するまで点数に入りません。"),
    "keep": gettext_lazy("前の答えは、前の版の回答の中に残ります。"),
    "ask": gettext_lazy("新しくお尋ねします。"),
}
PARTS = {
    "text": gettext_lazy("問いの文"),
    "levels": gettext_lazy("段階の文"),
    "why": gettext_lazy("尋ねる理由"),
    "hint": gettext_lazy("答え方の手がかり"),
    "evidence": gettext_lazy("示せる物の例"),
    "clauses": gettext_lazy("よりどころの条項"),
    "basis": gettext_lazy("よりどころの種類"),
    "actions": gettext_lazy("段階を上げる行動"),
    "asked_of": gettext_lazy("答えやすい人"),
    "see": gettext_lazy("参考データ"),
    "explain": gettext_lazy("実施しない理由の欄"),
    "quick": gettext_lazy("簡易診断に入るか"),
    "weight": gettext_lazy("重み"),
    "gate": gettext_lazy("段階の条件"),
    "applies_when": gettext_lazy("当てはまる会社"),
    "section": gettext_lazy("分野"),
}


@register.simple_tag
def compared(old: Text, new: Text) -> tuple[Piece, ...]:
    """Both texts in one row in the language of the reader, with what was taken away and what was added."""
    return pieces(say(old), say(new))


@register.filter
def item(found: Mapping[str, Any], key: str) -> Any:
    """The value of a key, or None."""
    return found.get(key)


@register.filter
def change_kind(kind: str) -> str:
    """The kind of a change as a heading."""
    return str(KINDS[kind])


@register.filter
def carry_words(carry: str) -> str:
    """What happens to an answer, in a sentence."""
    return str(CARRIES[carry])


@register.filter
def part_names(parts: Iterable[str]) -> str:
    """The names of the parts that differ, in one row."""
    return gettext("、").join(str(PARTS[part]) for part in parts)
