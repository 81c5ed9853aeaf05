"""Believable answers over the whole catalog: a machining firm, ahead in purchasing and behind in technology."""

from __future__ import annotations

import datetime as dt
from typing import Any

from assessments.answers_file import Company
from assessments.scoring.answers import Answer
from assessments.scoring.engine import score
from guidance.catalog import Catalog
from guidance.registry import get_catalog
from reports.assembly import build
from reports.context import ReportContext

REF = "keian@2026.1"
DATED = dt.date(2026, 11, 23)
STARTED = dt.date(2026, 11, 2)
COMPANY = Company(
    "株式会社みなと精密加工",
    "4234567890128",
    {
        "industry": "E",
        "prefecture": "22",
        "employees": 86,
        "sales_band": "1b-4b",
        "makes_products": True,
        "imports": True,
        "exports": True,
        "does_rd": True,
        "joint_research": True,
        "codesign": True,
        "entrusted_information": True,
        "growth_declaration": True,
        "invests_in_equipment": True,
        "investment_size": "100m-500m",
    },
)
# Levels in turn over the questions of a section; "?" is わからない, "-" not yet answered, "n" does not apply.
PATTERNS = {
    "A.visibility": "1332",
    "A.scenario": "210?",
    "A.sourcing": "32110",
    "A.stock": "32",
    "A.logistics": "2?",
    "A.dialogue": "3120n",
    "I.value": "21",
    "I.core": "2110?0",
    "I.protect": "2210",
    "I.people": "3112",
    "I.joint": "321011",
    "I.codesign": "2-01",
    "I.market": "32",
    "I.company": "1n0",
    "G.leadership": "3210",
    "G.organisation": "211",
    "G.risk": "22101?",
    "G.information": "32",
    "G.cyber": "2101",
    "G.explanation": "10",
}
REASON = "海外の取引先がなく、商社も使っていないため"
NOTE = "購買課の共有フォルダーに一覧があります。"


def answers(catalog: Catalog) -> dict[str, Answer]:
    """An answer for nearly every question of the catalog."""
    found: dict[str, Answer] = {}
    for section in catalog.sections():
        pattern = PATTERNS.get(section.id, "2")
        for index, question in enumerate(section.questions):
            sign = pattern[index % len(pattern)]
            if sign == "?":
                found[question.id] = Answer.unknown()
            elif sign == "n":
                found[question.id] = Answer.not_applicable(REASON)
            elif sign != "-":
                found[question.id] = Answer.at(int(sign), NOTE if sign == "3" else "")
    return found


def full_context(**changes: Any) -> ReportContext:
    """The report of the sample company over the whole catalog; `changes` go to `assembly.build`."""
    catalog = get_catalog(REF)
    return _context(catalog, **changes)


def quick_context(**changes: Any) -> ReportContext:
    """The same company's quick check."""
    return _context(get_catalog(REF).quick(), quick=True, **changes)


def _context(catalog: Catalog, **changes: Any) -> ReportContext:
    company = changes.pop("company", COMPANY)
    given = changes.pop("given", None)
    given = answers(catalog) if given is None else given
    card = score(catalog, given, company.profile)
    options = {"language": "ja", "dated": DATED, "started_on": STARTED, "number": 1, "signer": "山﨑 由紀", **changes}
    return build(catalog, card, given, company, **options)


def answers_file(catalog: Catalog, company: Company = COMPANY) -> dict[str, Any]:
    """The sample as the data of an answers file (contracts §2)."""
    entries: dict[str, Any] = {}
    for name, answer in answers(catalog).items():
        if answer.kind == "level":
            entries[name] = {"level": answer.level}
        elif answer.kind == "unknown":
            entries[name] = {"unknown": True}
        else:
            entries[name] = {"na": answer.reason}
        if answer.note:
            entries[name]["note"] = answer.note
    return {
        "catalog": catalog.ref,
        "company": {
            "name": company.name,
            "corporate_number": company.corporate_number,
            "profile": dict(company.profile),
        },
        "answers": entries,
    }
