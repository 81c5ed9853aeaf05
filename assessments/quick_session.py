"""Answers of the quick check that a visitor chose to keep, on their way into an account.

They rest in the visitor's session from 「保存して続ける」 until a company takes them over, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest

from assessments.answers_file import entry_of, read_answers
from assessments.scoring.answers import Answer
from guidance.problems import InputRefused
from guidance.registry import UnknownCatalog, get_catalog

KEY = "quick_check"


def keep_answers(request: HttpRequest, catalog_ref: str, answers: Mapping[str, Answer]) -> None:
    entries = {name: entry_of(answer) for name, answer in answers.items()}
    request.session[KEY] = {"catalog": catalog_ref, "answers": entries}


def kept_answers(request: HttpRequest) -> dict[str, Answer]:
    """The kept answers; none if there are none, or if their catalog is no longer served."""
    kept = request.session.get(KEY)
    if not kept:
        return {}
    try:
        catalog = get_catalog(kept["catalog"])
        return dict(read_answers(kept, catalog, KEY).answers)
    except (UnknownCatalog, InputRefused):
        return {}


def forget_answers(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
