"""A frozen context of a client report as `advising.freezing` makes it, of the sample company, without a database: the
findings are those of the demonstration, most as the company said, every fourth one level lower."""

from __future__ import annotations

import json
import random
from base64 import b64encode
from typing import Any

from advising.choices import FORMS, SECTIONS
from advising.demonstration import COMMENTS, JUDGED, RECOMMENDATIONS, TEXT_EN, TEXT_JA, WHY_EN, WHY_JA
from advising.findings import Quality
from advising.freezing import SCHEMA, TEMPLATE_VERSION, digest_of
from assessments.answers_file import entry_of
from assessments.planning.ordering import rank
from assessments.scoring.answers import Answer
from assessments.scoring.engine import score
from assessments.scoring.scorecard import to_json
from assessments.scoring.verified import verify
from guidance.registry import get_catalog
from reports.client import paper
from reports.client.report import ClientReport
from tests.assessments.papers import picture
from tests.reports import samples

SIGNATURES = [
    {"step": "advisor", "name": "助 言太", "at": "2026-11-24T01:15:00+00:00", "person": 900001},
    {"step": "supervisor", "name": "監 督子", "at": "2026-11-24T23:30:00+00:00", "person": 900002},
    {"step": "client", "name": "山﨑 由紀", "at": "2026-11-25T03:00:00+00:00", "person": 900003},
]


def finding(question: str, said: Answer | None, place: int = 0, **words: str) -> dict[str, Any]:
    """What stands on a question, with the demonstration's words of that place, or those that are given."""
    comment = COMMENTS[place % len(COMMENTS)] if place % 3 == 0 else ("", "")
    recommendation = RECOMMENDATIONS[place % len(RECOMMENDATIONS)] if place % 5 == 0 else ("", "")
    return {
        "question": question,
        "advisor": "助 言太",
        "answer": entry_of(said) if said else None,
        "quality": list(Quality)[3 - place % 4].value,
        "comment": {"ja": words.get("comment", comment[0]), "en": words.get("comment_en", comment[1])},
        "recommendation": {
            "ja": words.get("recommendation", recommendation[0]),
            "en": words.get("recommendation_en", recommendation[1]),
        },
    }


def frozen(*, findings: list[dict[str, Any]] | None = None, actions: int = 5, **changes: Any) -> dict[str, Any]:
    """The context of a report with every section, in both languages; `changes` replace its entries."""
    catalog = get_catalog(samples.REF)
    own = samples.answers(catalog)
    levels = [(name, said.level) for name, said in own.items() if said.level is not None]
    if findings is None:
        findings = [
            finding(name, Answer.at(max(level - 1, 0) if place % 4 == 1 else level), place)
            for place, (name, level) in enumerate(levels[:JUDGED])
        ]
    profile = samples.COMPANY.profile
    judged = {one["question"]: answer_of(one["answer"]) for one in findings if one["answer"] is not None}
    verified = verify(catalog, own, judged, profile).card
    chosen = [one.action.id for one in rank(catalog, verified)[:actions]]
    context = {
        "schema": SCHEMA,
        "template": TEMPLATE_VERSION,
        "catalog": catalog.ref,
        "engine": "1",
        "number": 2,
        "submitted_on": "2026-11-20",
        "dated": "2026-11-24",
        "company": {"name": samples.COMPANY.name},
        "shared": ["scores", "answers", "notes"],
        "answers": {name: entry_of(answer) for name, answer in own.items()},
        "own": to_json(score(catalog, own, profile)),
        "verified": to_json(verified),
        "findings": findings,
        "office": {
            "name_ja": "見本 貿易相談窓口",
            "name_en": "Sample Trade Advisory Office",
            "contact_ja": "電話は代表まで",
            "contact_en": "Call the front desk",
            "logo": b64encode(picture("PNG", (120, 40))).decode(),
        },
        "sections": list(SECTIONS),
        "languages": list(FORMS),
        "text": {"ja": TEXT_JA, "en": TEXT_EN},
        "actions": [{"id": name, "why_ja": WHY_JA, "why_en": WHY_EN} for name in chosen],
        "revision": 1,
        "before": None,
    }
    return json.loads(json.dumps({**context, **changes}))


def answer_of(entry: dict[str, Any]) -> Answer:
    if "level" in entry:
        return Answer.at(entry["level"])
    return Answer.unknown() if "unknown" in entry else Answer.not_applicable(entry["na"])


def reordered(value: Any, seed: int = 1) -> Any:
    """The same data as a database might give it back: the keys of every object in another order."""
    dice = random.Random(seed)

    def other(found: Any) -> Any:
        if isinstance(found, dict):
            names = list(found)
            dice.shuffle(names)
            return {name: other(found[name]) for name in names}
        return [other(one) for one in found] if isinstance(found, list) else found

    return json.loads(json.dumps(other(value)))


def reports(context: dict[str, Any], form: str = "ja") -> tuple[ClientReport, ...]:
    """The signed report in one of its forms."""
    return paper.reports_of(context, form, signatures=SIGNATURES, digest=digest_of(context))


def html(context: dict[str, Any], form: str = "ja") -> str:
    """What is printed of it."""
    return paper.html_of(reports(context, form))
