"""PURE. A condition of a question or of a support measure as a phrase that a reader understands."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from guidance.catalog import Catalog, Condition, Text
from guidance.profile import FACTS, ProfileValue

EXCEPT = Text("{0}、という場合を除く", "except where {0}")
YES = Text("{0}に当てはまる", "yes to {0}")
NO = Text("{0}に当てはまらない", "no to {0}")
YES_TO_ANY = Text("{0}のどれかに当てはまる", "yes to any of {0}")
YES_TO_ALL = Text("{0}のすべてに当てはまる", "yes to all of {0}")
EQUALS = Text("{0}が{1}", "{0} is {1}")
ONE_OF = Text("{0}が{1}のどれか", "{0} is one of {1}")
AT_MOST = Text("{0}が{1}以下", "{0} is at most {1}")
LEVEL = Text("設問 {0}が段階{1}以上", "question {0} is at level {1} or above")
ASKED = Text("{0}「{1}」", "{0} “{1}”")
QUOTED = Text("「{0}」", "“{0}”")
BRACKETED = Text("（{0}）", "({0})")
AND = Text("{0}、かつ{1}", "{0}, and {1}")
OR = Text("{0}、または{1}", "{0}, or {1}")


def condition_in_words(condition: Condition, catalog: Catalog, language: str) -> str:
    """`condition` as one phrase in `language` (ja or en), without a full stop: 「輸出をしている」に当てはまる.

    Facts are quoted as the company is asked for them, questions by id and wording; a name that neither the facts nor
    `catalog` know stands as it is written.
    """
    if condition.all is not None:
        return _joined(condition.all, AND, YES_TO_ALL, catalog, language)
    if condition.any is not None:
        return _joined(condition.any, OR, YES_TO_ANY, catalog, language)
    if condition.not_ is not None:
        # An unknown fact makes `is: true` false and its `not` true: so this is not worded as the opposite answer.
        return _say(EXCEPT, language, _part(condition.not_, catalog, language))
    if condition.question is not None:
        asked = catalog.questions.get(condition.question)
        name = _say(ASKED, language, condition.question, asked.text.get(language)) if asked else condition.question
        return _say(LEVEL, language, name, condition.at_least or 0)
    return _fact(condition, language)


def _fact(condition: Condition, language: str) -> str:
    key = condition.profile or ""
    name = _fact_name(key, language)
    if condition.at_most is not None:
        return _say(AT_MOST, language, name, f"{condition.at_most:,}")
    if condition.in_ is not None:
        values = [_value(key, option, language) for option in condition.in_]
        return _say(EQUALS if len(values) == 1 else ONE_OF, language, name, _listed(values, language))
    if isinstance(condition.is_, bool):
        return _say(YES if condition.is_ else NO, language, name)
    return _say(EQUALS, language, name, _value(key, condition.is_, language))


def _joined(parts: Sequence[Condition], word: Text, yes: Text, catalog: Catalog, language: str) -> str:
    """The parts with `word` between them; facts that all have to be answered with yes share one phrase."""
    if len(parts) == 1:
        return condition_in_words(parts[0], catalog, language)
    if all(part.is_ is True for part in parts):
        names = [_fact_name(part.profile or "", language) for part in parts]
        return _say(yes, language, _listed(names, language))
    phrases = [_part(part, catalog, language) for part in parts]
    return reduce(lambda first, following: _say(word, language, first, following), phrases)


def _part(condition: Condition, catalog: Catalog, language: str) -> str:
    """A part of a larger condition: in brackets where its own words join several parts."""
    words = condition_in_words(condition, catalog, language)
    several = len(condition.all or condition.any or ()) > 1
    return _say(BRACKETED, language, words) if several else words


def _fact_name(key: str, language: str) -> str:
    return _say(QUOTED, language, FACTS[key].text.get(language) if key in FACTS else key)


def _value(key: str, value: ProfileValue | None, language: str) -> str:
    """A value of a fact as the form words it; a number as digits."""
    fact = FACTS.get(key)
    if isinstance(value, str):
        known = fact.choices.get(value) if fact and fact.choices else None
        return _say(QUOTED, language, known.get(language) if known else value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _listed(words: Sequence[str], language: str) -> str:
    return "".join(words) if language == "ja" else ", ".join(words)


def _say(text: Text, language: str, *values: object) -> str:
    return text.get(language).format(*values)
