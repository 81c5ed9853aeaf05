"""PURE. The questionnaire as a workbook to be answered away from the browser: what writing and reading share.

A row is a question; row 2, which is hidden, names the columns. A hidden sheet says what the workbook was made from:
the version, the company, the assessment, and for each answer that stood then its revision and a fingerprint of it. With
these the reader tells what the person changed from what somebody else changed meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from assessments.answers_file import EXPLANATION_LIMIT, NOTE_LIMIT, REASON_LIMIT
from assessments.drafts import Draft
from guidance.catalog import Text

FORMAT = "keian-answers@1"
KEY_ROW, FIRST_ROW = 2, 3
ANSWERS = Text("回答", "Answers")
ABOUT = Text("はじめに", "Read first")
META = "keian"
UNKNOWN, NOT_APPLICABLE = Text("わからない", "Don't know"), Text("該当なし", "Not applicable")
LEVELS = tuple(str(level) for level in range(5))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the sheet of answers. `most`: the signs that fit in, where a person writes there."""

    key: str
    label: Text
    width: int
    most: int = 0


ANSWER, REASON, NOTE, EXPLANATION = "answer", "reason", "note", "explanation"
COLUMNS = (
    Column("section", Text("分野", "Section"), 14),
    Column("id", Text("設問ID", "Question ID"), 12),
    Column("question", Text("設問", "Question"), 36),
    Column("levels", Text("段階（0〜4）", "Levels (0 to 4)"), 64),
    Column(ANSWER, Text("回答", "Answer"), 12, 40),
    Column(REASON, Text("該当なしの理由", "Why it does not apply"), 26, REASON_LIMIT),
    Column(NOTE, Text("メモ", "Note"), 34, NOTE_LIMIT),
    Column(EXPLANATION, Text("実施しない理由・予定", "Why not, and what is planned"), 28, EXPLANATION_LIMIT),
)
WRITTEN = tuple(column.key for column in COLUMNS if column.most)
"""The columns that a person fills in."""
BY_KEY: Mapping[str, Column] = {column.key: column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Origin:
    """What a workbook was made from."""

    catalog: str
    company: str
    assessment: str


@dataclass(frozen=True, slots=True)
class Base:
    """What stood in answer to a question when the workbook was made; revision 0: nothing."""

    revision: int = 0
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that was read: what the person says to a question, and on top of what."""

    question_id: str
    draft: Draft
    base: Base
    row: int = 0
    """Where it stands in the sheet; 0 in another kind of file."""


def plain(text: str) -> str:
    """A text as it comes back from a cell or a form: without space around it, with one sign for the end of a line."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def fingerprint(draft: Draft) -> str:
    """The same for the same answer and words, and for no other."""
    fields = {key: plain(value) if isinstance(value, str) else value for key, value in draft.fields().items()}
    said = json.dumps(fields, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]
