"""PURE. Which glossary terms a text uses, and in which spellings a term may stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

from guidance.catalog import Question, Term


def spellings(term: Term) -> tuple[str, ...]:
    """The Japanese forms in which a term may stand in a sentence: before and within its brackets."""
    return spelt(term.term.ja)


def spelt(name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[（）()／/、・]", name) if len(part.strip()) > 1)


def terms_used(question: Question, glossary: Iterable[Term]) -> tuple[Term, ...]:
    """The terms that a question's Japanese or English words use, in the order of the glossary."""
    texts = [question.text, question.why, *question.levels, *([question.hint] if question.hint else [])]
    words = "\n".join(f"{text.ja}\n{text.en or ''}" for text in texts)
    return tuple(term for term in glossary if any(name in words for name in spellings(term)))
