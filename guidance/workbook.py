"""PURE. A catalog as a workbook: the sheets and columns that writing and reading share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from guidance.catalog import AXIS_IDS
from guidance.reading import Loc

Kind = Literal["id", "ids", "text", "texts", "number", "flag", "choice", "condition", "raises", "date", "remark"]

# Row 1 is for people, row 2 names the field, so that columns can be moved; what people fill in starts in row 3.
KEY_ROW, FIRST_ROW = 2, 3
IGNORED = "#"
"""A column whose key starts with this is for people and is not taken."""

YES = "はい"
DEPARTMENTS = {
    "management": "経営者",
    "purchasing": "購買",
    "sales": "営業",
    "rd": "開発・技術",
    "production": "製造",
    "hr": "人事・総務",
    "legal": "法務・総務",
    "it": "情報システム",
}
BASES = {"clause": "文書の条項", "reported": "報じられている", "own": "本アプリの設問"}
AXES = dict(zip(AXIS_IDS, ("自律性", "不可欠性", "ガバナンス成熟度"), strict=True))


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a row. `key` is its path in the row's item, with dots; `choices` are keys with their words."""

    key: str
    label: str
    kind: Kind
    width: int = 12
    choices: Mapping[str, str] | None = None
    numbers: tuple[int, int] | None = None
    """From and to, where a drop-down offers whole numbers."""

    @property
    def taken(self) -> bool:
        return not self.key.startswith(IGNORED)

    @property
    def path(self) -> Loc:
        return tuple(int(step) if step.isdigit() else step for step in self.key.split("."))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: a header, and a row for each item."""

    name: str
    columns: tuple[Column, ...]

    @property
    def by_key(self) -> Mapping[str, Column]:
        return {column.key: column for column in self.columns if column.taken}


def _both(key: str, label: str, kind: Kind = "text", width: int = 40) -> tuple[Column, Column]:
    """A text in Japanese and in English."""
    return (
        Column(f"{key}.ja", f"{label}（日本語）", kind, width),
        Column(f"{key}.en", f"{label}（英語）", kind, width),
    )


NOTE = Column("#note", "メモ（取り込みません）", "remark", 30)

FIELDS: tuple[Column, ...] = (
    Column("schema", "形式の番号。変えないでください / format number: leave it", "number"),
    Column("catalog", "設問票の名前 / name of the questionnaire", "id"),
    Column("version", "版。新しい版にするときはここを変えます / version: change it for a new one", "id"),
    Column("released", "公開日（下書きでは空欄） / day of release, empty in a draft", "date"),
)
"""What stands in the first sheet, one a row."""

ABOUT = Sheet(
    "はじめに",
    (Column("key", "項目", "id", 14), Column("value", "内容", "text", 24), Column("#help", "説明", "remark", 100)),
)
SECTIONS = Sheet(
    "軸と分野",
    (
        Column("axis", "軸", "choice", 24, AXES),
        Column("id", "分野のid（空欄なら軸そのもの）", "id", 20),
        *_both("title", "名前", width=30),
        Column("weight", "重み", "number", 8, numbers=(1, 10)),
        NOTE,
    ),
)
QUESTIONS = Sheet(
    "設問",
    (
        Column("section", "分野のid", "id", 16),
        Column("id", "設問のid", "id", 14),
        *_both("text", "問い"),
        *_both("why", "なぜ大切か", width=50),
        *_both("hint", "ヒント"),
        *(column for level in range(5) for column in _both(f"levels.{level}", f"段階{level}", width=32)),
        Column("weight", "重み", "number", 8, numbers=(1, 3)),
        Column("quick", "簡易診断", "flag", 10),
        Column("gate.stage", "関門の段階", "number", 10, numbers=(2, 5)),
        Column("gate.min_level", "関門に要る段階", "number", 10, numbers=(1, 4)),
        Column("applies_when", "当てはまる条件", "condition", 40),
        Column("#applies_when", "条件を言葉で（取り込みません）", "remark", 40),
        *_both("evidence", "示せる物の例（1行に1つ）", "texts"),
        Column("asked_of", "答えやすい人", "choice", 24, DEPARTMENTS),
        Column("explain", "実施しない理由も尋ねる", "flag", 12),
        Column("basis", "もとにしたもの", "choice", 24, BASES),
        Column("clauses", "条項のid", "ids", 18),
        Column("actions", "施策のid", "ids", 18),
        Column("see", "参照データのid", "ids", 18),
        NOTE,
    ),
)
ACTIONS = Sheet(
    "施策",
    (
        Column("id", "施策のid", "id", 14),
        *_both("title", "名前", width=30),
        *_both("why", "なぜ効くか", width=50),
        *_both("first_step", "今週すること"),
        *_both("this_year", "1年で整えること"),
        *_both("how", "進め方（1行に1つ）", "texts", 60),
        Column("raises", "上げる設問: 段階（1行に1つ）", "raises", 20),
        Column("requires", "先に要る施策のid", "ids", 18),
        Column("cost_jpy.low", "費用 低（円）", "number", 12),
        Column("cost_jpy.high", "費用 高（円）", "number", 12),
        Column("person_days", "人日", "number", 8),
        Column("weeks", "週", "number", 8),
        *_both("assumption", "見積りの前提"),
        Column("owner", "担当", "choice", 24, DEPARTMENTS),
        Column("support", "支援策のid", "ids", 18),
        Column("see", "参照データのid", "ids", 18),
        NOTE,
    ),
)
GLOSSARY = Sheet(
    "用語",
    (Column("id", "用語のid", "id", 24), *_both("term", "用語", width=30), *_both("text", "説明", width=70), NOTE),
)
SHEETS = (ABOUT, SECTIONS, QUESTIONS, ACTIONS, GLOSSARY)
