"""A small library on disk with one of everything, for tests that must not depend on what the authors write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

TODAY = dt.date(2026, 11, 24)


def words(ja: str, en: str) -> dict[str, str]:
    return {"ja": ja, "en": en}


def _clause(name: str, ja: str, en: str, certainty: str, **more: Any) -> dict[str, Any]:
    text = words(f"{ja}を勧めています。", f"It recommends {en}.")
    place = words("本文3ページ", "Page 3")
    return {"id": name, "heading": words(ja, en), "text": text, "place": place, "certainty": certainty, **more}


def _source(name: str, checked_on: str, *clauses: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "schema": 1,
        "source": name,
        "title": words(f"{name} の文書", f"Document {name}"),
        "issuer": words("ある省", "A ministry"),
        "edition": words("第2版", "Second edition"),
        "date": "2026-01-23",
        "url": "https://example.org/",
        "status": "draft",
        "checked_on": checked_on,
        "clauses": list(clauses),
        **more,
    }


def _question(name: str, ja: str, en: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "clauses": [],
        "basis": "own",
        "text": words(ja, en),
        "why": words("止まる製品が分かります。", "It shows which products would stop."),
        "levels": [words(f"{ja}：段階{level}", f"{en}: level {level}") for level in range(5)],
        "weight": 1,
        "asked_of": "purchasing",
        **more,
    }


def _action(name: str, ja: str, en: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "title": words(ja, en),
        "why": words("見えるからです。", "To see."),
        "first_step": words("三つ選びます。", "Pick three."),
        "cost_jpy": {"low": 0, "high": 300000},
        "person_days": 5,
        "weeks": 6,
        "owner": "purchasing",
        **more,
    }


QUESTIONS = [
    _question(
        "Q-1",
        "在庫の日数を決めていますか。",
        "Have you set how many days of stock to hold?",
        clauses=["C-A", "C-C"],
        basis="clause",
        weight=3,
        hint=words("材料ごとに考えます。", "Think of each material."),
        gate={"stage": 3, "min_level": 2},
        applies_when={"any": [{"profile": "imports", "is": True}, {"profile": "exports", "is": True}]},
        evidence=[words("在庫表", "A stock table")],
        actions=["ACT-1"],
        see=["AM-1", "CW-1", "materials"],
    ),
    _question("Q-2", "ＡＩを使った見張りがありますか。", "Do you watch with AI?", actions=["ACT-2"]),
]
ACTIONS = [
    _action(
        "ACT-1",
        "在庫の表を作る",
        "Make a stock table",
        raises=[{"question": "Q-1", "to": 3}],
        this_year=words("表がそろいます。", "The table is complete."),
        how=[words("部品を書き出す", "List the parts")],
        assumption=words("部品50点", "Fifty parts"),
        support=["SUP-1"],
        see=["CW-1"],
    ),
    _action("ACT-2", "見張りを置く", "Set up a watch", raises=[{"question": "Q-2", "to": 4}], requires=["ACT-1"]),
]
TERMS = [
    {"id": "hhi", "term": words("集中度（HHI）", "HHI"), "text": words("偏りの目安です。", "How much rests on few.")},
    {"id": "script", "term": words("<b>記号</b>", "<b>Signs</b>"), "text": words("a & b", "a & b")},
]


def _catalog(version: str, *more: dict[str, Any]) -> dict[str, Any]:
    section = {"id": "A.one", "title": words("在庫と備え", "Stock"), "weight": 2, "questions": [*QUESTIONS, *more]}
    return {
        "schema": 1,
        "catalog": "shelf",
        "version": version,
        "axes": [{"id": "autonomy", "title": words("自律性", "Autonomy"), "sections": [section]}],
        "actions": ACTIONS,
        "glossary": TERMS,
    }


def _list(name: str, kind: str, *items: dict[str, Any], checked_on: str = "2026-11-23", **more: Any) -> dict[str, Any]:
    return {
        "schema": 1,
        "list": name,
        "kind": kind,
        "title": words(f"{name}の一覧", f"List of {name}"),
        "intro": words("確かめるための一覧です。", "A list to check against."),
        "source": words("ある資料", "Some paper"),
        "as_of": "2026-04-15",
        "checked_on": checked_on,
        "items": list(items),
        **more,
    }


def _entry(name: str, ja: str, en: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "name": words(ja, en), "certainty": "A", **more}


MEASURES = _list(
    "support-measures",
    "measure",
    _entry(
        "SUP-1",
        "設備の補助金",
        "Equipment subsidy",
        audience=words("中小企業", "SMEs"),
        benefit=words("上限5億円", "Up to ¥500 million"),
        requirements=[
            {"text": words("売上が10億円以上", "Sales of ¥1 billion or more"),
             "when": {"profile": "sales_band", "in": ["1b-4b", "4b-10b"]}},
            {"text": words("2000人以下", "At most 2000 people"), "when": {"profile": "employees", "at_most": 2000}},
            {"text": words("設備に投資する", "Invests in equipment"),
             "when": {"profile": "invests_in_equipment", "is": True}},
        ],
        also_needed=[words("賃上げ", "Higher wages")],
        office=words("事務局", "The office"),
        url="https://example.org/sup",
        status="unknown",
        as_of=words("2次公募", "Second call"),
        checked_on="2025-01-15",
    ),
    _entry(
        "SUP-2",
        "輸出の相談",
        "Export advice",
        audience=words("だれでも", "Anybody"),
        benefit=words("無料", "Free"),
        requirements=[
            {"text": words("海外を計画している", "Plans abroad"), "when": {"profile": "plans_overseas", "is": True}}
        ],
        status="open",
        as_of=words("2026年度", "2026"),
    ),
)  # fmt: skip
SHELF: Mapping[str, Any] = {
    "sources/paper.yaml": _source(
        "paper",
        "2026-11-23",
        _clause("C-A", "備えを持つこと", "holding stock", "A"),
        _clause(
            "C-B",
            "二社から買うこと",
            "two suppliers",
            "B",
            reported_by=words("業界の新聞", "A trade paper"),
            url="https://example.org/line",
            note=words("本文は未確認です。", "The text was not seen."),
        ),
        _clause("C-C", "表にすること", "making a table", "C"),
    ),
    "sources/old.yaml": _source("old", "2025-06-01", _clause("O-1", "古い項目", "an old line", "A")),
    "shelf-1/catalog.yaml": _catalog("1", _question("Q-OLD", "台帳はありますか。", "Is there a ledger?")),
    "shelf-2/catalog.yaml": _catalog("2"),
    "watchlists/materials.yaml": _list(
        "materials",
        "material",
        _entry(
            "SM-1",
            "永久磁石",
            "Permanent magnets",
            ministry=words("経済産業省", "METI"),
            products=[words("ネオジム磁石", "Neodymium magnets"), words("省レアアース磁石", "Lean magnets")],
            approvals=6,
            checked_on="2024-01-10",
        ),
        checked_on="2025-05-01",
    ),
    "watchlists/technologies.yaml": _list(
        "technologies",
        "technology",
        _entry("TD-1", "炭素繊維", "Carbon fibre", status="listed"),
        _entry("TD-2", "追加の技術", "An added one", status="proposed"),
    ),
    "watchlists/controls.yaml": _list(
        "controls",
        "export_control",
        _entry(
            "XC-1",
            "黒鉛",
            "Graphite",
            country=words("ある国", "A country"),
            minerals=[words("黒鉛", "Graphite")],
            announced="2023-12",
            text=words("許可が要ります。", "Needs a licence."),
            state="suspended",
            suspended_until="2026-11-10",
        ),
        _entry(
            "XC-2",
            "銀",
            "Silver",
            country=words("ある国", "A country"),
            announced="2026-01",
            text=words("許可が要ります。", "Needs a licence."),
            state="suspended",
            suspended_until="2027-11-10",
            state_note=words("報道によります。", "From the press."),
        ),
    ),
    "watchlists/bands.yaml": _list(
        "bands",
        "threshold",
        _entry("TH-1", "高い", "High", above=0.5, text=words("集中しています。", "Concentrated.")),
        _entry("TH-2", "中くらい", "Middle", above=0.3, up_to=0.5, text=words("注意です。", "Mind.")),
    ),
    "watchlists/requirements.yaml": _list(
        "requirements",
        "requirement",
        _entry("RQ-1", "重要性", "Importance", text=words("広く使う", "Widely used"), prompt=words("使うか", "Used?")),
    ),
    "watchlists/talks.yaml": _list(
        "talks",
        "caution",
        _entry(
            "AM-1",
            "技術の範囲",
            "The scope of technology",
            text=words("守る技術を話す", "Talk about what to protect"),
            caution=words("価格を話さない", "Do not talk about prices"),
        ),
    ),
    "watchlists/windows.yaml": _list(
        "windows",
        "window",
        _entry(
            "CW-1",
            "相談の窓口",
            "Consultation desk",
            topics=words("輸出の管理", "Export control"),
            contact=words("03-0000-0000", "03-0000-0000"),
            url="https://example.org/desk",
        ),
    ),
    "support/measures.yaml": MEASURES,
}  # fmt: skip


def write_shelf(folder: Path, changes: Mapping[str, Any] | None = None) -> Path:
    """The library as files under `folder`; `changes` replaces or adds files."""
    for name, content in {**SHELF, **(changes or {})}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        # An author writes a date without quotes; a string of its form would be refused.
        for key in ("date", "checked_on", "as_of", "suspended_until"):
            text = _unquoted(text, key)
        file.write_text(text, encoding="utf-8")
    return folder


def _unquoted(text: str, key: str) -> str:
    lines = [line.replace("'", "") if line.strip().startswith(f"{key}: '") else line for line in text.splitlines()]
    return "\n".join(lines) + "\n"
