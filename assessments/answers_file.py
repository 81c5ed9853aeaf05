"""PURE. The answers file (contracts §2): JSON -> company, profile and answers, or every fault at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from assessments.scoring.answers import Answer
from guidance.catalog import Catalog
from guidance.problems import InputRefused, Problem
from guidance.profile import FACTS, ProfileValue
from organisations.corporate_number import InvalidCorporateNumber, normalise

KINDS = ("level", "unknown", "na")
ENTRY_KEYS = frozenset({*KINDS, "note", "explanation"})
NOTE_LIMIT = 2000
EXPLANATION_LIMIT = 1000
REASON_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Company:
    """Who answers: name, 法人番号 (13 digits or empty) and profile facts."""

    name: str = ""
    corporate_number: str = ""
    profile: Mapping[str, ProfileValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswersFile:
    """What an answers file holds."""

    catalog: str
    company: Company
    answers: Mapping[str, Answer]


def parse_json(text: str, file: str) -> dict[str, Any]:
    """The file's JSON object. Raises InputRefused for broken JSON, repeated keys or another shape."""
    repeated: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            if key in found:
                repeated.append(key)
            found[key] = value
        return found

    try:
        data = json.loads(text, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:  # ValueError also: a number of thousands of digits
        line = getattr(error, "lineno", 0)
        raise InputRefused(
            [Problem(file, line, "", f"JSON として読めません（{error}）", f"not valid JSON ({error})")]
        ) from None
    if not isinstance(data, dict):
        raise InputRefused(
            [Problem(file, 1, "", "全体を { } で囲んだ形で書いてください", "the whole must be one JSON object")]
        )
    if repeated:
        raise InputRefused(
            [
                Problem(file, 0, key, "同じ名前が二度あります。一つにしてください", "this key stands twice; keep one")
                for key in repeated
            ]
        )
    return data


def catalog_ref(data: Mapping[str, Any]) -> str | None:
    """The `catalog@version` that the file names, if it names one."""
    ref = data.get("catalog")
    return ref if isinstance(ref, str) else None


def read_answers(data: Mapping[str, Any], catalog: Catalog, file: str) -> AnswersFile:
    """Check a file's data against a catalog. Raises InputRefused with every fault; then nothing of it is taken."""
    problems = [
        *_unknown_keys(data, {"catalog", "company", "answers"}, file, ""),
        *_head_problems(data, file),
    ]
    company, company_problems = _company(data.get("company"), file)
    problems.extend(company_problems)
    answers: dict[str, Answer] = {}
    entries = data.get("answers")
    if not isinstance(entries, dict):
        problems.append(
            Problem(file, 0, "answers", "設問idと回答の組を { } で書いてください", "write an object of question ids")
        )
        entries = {}
    for name, entry in entries.items():
        if name not in catalog.questions:
            near = get_close_matches(name, catalog.questions, n=1)
            ja = f"（{near[0]} のことですか）" if near else ""
            en = f" (did you mean {near[0]}?)" if near else ""
            problems.append(
                Problem(
                    file,
                    0,
                    f"answers.{name}",
                    f"{catalog.ref} にこの設問はありません{ja}",
                    f"{catalog.ref} has no such question{en}",
                )
            )
        found = list(_entry_problems(entry, file, f"answers.{name}"))
        problems.extend(found)
        if not found:
            answers[name] = _answer(entry)
    if problems:
        raise InputRefused(problems)
    return AnswersFile(catalog.ref, company, answers)


def _head_problems(data: Mapping[str, Any], file: str) -> Iterator[Problem]:
    if "catalog" in data and catalog_ref(data) is None:
        yield Problem(file, 0, "catalog", "「名前@版」の形で書いてください", "write name@version")


def _unknown_keys(data: Mapping[str, Any], known: set[str] | frozenset[str], file: str, where: str) -> list[Problem]:
    return [
        Problem(file, 0, f"{where}.{key}" if where else key, "知らない項目です", "unknown key")
        for key in data
        if key not in known
    ]


def _company(data: Any, file: str) -> tuple[Company, list[Problem]]:
    if data is None:
        return Company(), []
    if not isinstance(data, dict):
        return Company(), [Problem(file, 0, "company", "項目の組を { } で書いてください", "write an object")]
    problems = _unknown_keys(data, {"name", "corporate_number", "profile"}, file, "company")
    name = data.get("name", "")
    if not isinstance(name, str):
        problems.append(Problem(file, 0, "company.name", "会社名を文字で書いてください", "write the name as text"))
        name = ""
    number = data.get("corporate_number")
    if number is None or number == "":
        number = ""
    else:
        try:
            number = normalise(str(number))
        except InvalidCorporateNumber as error:
            problems.append(Problem(file, 0, "company.corporate_number", error.ja, error.en))
    profile = data.get("profile", {})
    if profile is None:
        profile = {}
    if not isinstance(profile, dict):
        problems.append(Problem(file, 0, "company.profile", "項目の組を { } で書いてください", "write an object"))
        profile = {}
    for key, value in profile.items():
        fact = FACTS.get(key)
        ok = fact.accepts(value) if fact else isinstance(value, bool | int | str)
        if not ok:
            kinds = {
                "flag": ("true か false", "true or false"),
                "number": ("0以上の整数", "a whole number of at least 0"),
                "choice": ("決められた符号", "one of the fixed codes"),
            }
            ja, en = kinds[fact.kind] if fact else ("文字・数・true/false", "text, a number or true/false")
            if fact and fact.choices:
                listed = ", ".join(fact.choices)
                ja, en = f"{ja}（{listed}）", f"{en} ({listed})"
            problems.append(
                Problem(
                    file,
                    0,
                    f"company.profile.{key}",
                    f"{value!r} は使えません。{ja}で書いてください",
                    f"{value!r}: write {en}",
                )
            )
    return Company(name, number, profile), problems


def _entry_problems(entry: Any, file: str, where: str) -> Iterator[Problem]:
    if not isinstance(entry, dict):
        yield Problem(
            file, 0, where, '{"level": 0〜4} のような形で書いてください', 'write an object such as {"level": 3}'
        )
        return
    yield from _unknown_keys(entry, ENTRY_KEYS, file, where)
    given = [kind for kind in KINDS if kind in entry]
    if len(given) != 1:
        ja = "level・unknown・na のうち一つだけを書いてください"
        yield Problem(file, 0, where, ja, "write exactly one of level, unknown, na")
    level = entry.get("level")
    if "level" in entry and (not isinstance(level, int) or isinstance(level, bool) or not 0 <= level <= 4):
        yield Problem(
            file,
            0,
            f"{where}.level",
            f"{level!r} は段階ではありません。0〜4の整数です",
            f"{level!r}: a level is 0 to 4",
        )
    if "unknown" in entry and entry["unknown"] is not True:
        yield Problem(file, 0, f"{where}.unknown", "true とだけ書けます", "only true may stand here")
    reason = entry.get("na")
    if "na" in entry and (not isinstance(reason, str) or not reason.strip()):
        yield Problem(
            file, 0, f"{where}.na", "該当しない理由を書いてください", "write the reason why it does not apply"
        )
    for name, limit in (("note", NOTE_LIMIT), ("explanation", EXPLANATION_LIMIT)):
        text = entry.get(name, "")
        if not isinstance(text, str) or len(text) > limit:
            yield Problem(
                file,
                0,
                f"{where}.{name}",
                f"{limit}文字までの文で書いてください",
                f"write text of at most {limit} characters",
            )


def _answer(entry: Mapping[str, Any]) -> Answer:
    note, explanation = entry.get("note", ""), entry.get("explanation", "")
    if "level" in entry:
        return Answer.at(entry["level"], note, explanation)
    if "unknown" in entry:
        return Answer.unknown(note, explanation)
    return Answer.not_applicable(entry["na"].strip(), note, explanation)


def entry_of(answer: Answer) -> dict[str, Any]:
    """The JSON form of one answer; the inverse of reading it."""
    entry: dict[str, Any]
    if answer.kind == "level":
        entry = {"level": answer.level}
    elif answer.kind == "unknown":
        entry = {"unknown": True}
    else:
        entry = {"na": answer.reason}
    words = {"note": answer.note, "explanation": answer.explanation}
    return {**entry, **{name: text for name, text in words.items() if text}}
