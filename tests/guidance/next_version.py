"""A draft `keian@2026.2`, not shipped: the present questionnaire with one edit of every kind, in its own library."""

from __future__ import annotations

import datetime as dt
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from guidance.catalog_files import plain
from guidance.loading import LIBRARY, LOCK_NAME, digest_of, write_lock
from guidance.registry import current_catalog

OLD, NEW = "keian@2026.1", "keian@2026.2"
REWORDED, SAME_MEANING, LEVELS = "A-VIS-02", "A-VIS-03", "A-SCN-01"
SPLIT, PARTS = "A-STK-03", ("A-STK-11", "A-STK-12")
MERGED, WHOLE = ("A-SCN-03", "A-SCN-04"), "A-SCN-11"
RETIRED, RENAMED, RENAMED_TO, FRESH = "A-DLG-03", "A-LOG-02", "A-LOG-12", "A-VIS-99"
HEAVIER = "A-SRC-02"

MIGRATION = f"""\
schema: 1
from: {OLD}
to: {NEW}
changes:
  - kind: same_meaning
    from: [{SAME_MEANING}]
    to: [{SAME_MEANING}]
    reason: {{ja: 読点だけを直しました。, en: Only a comma was moved.}}
  - {{kind: split, from: [{SPLIT}], to: [{", ".join(PARTS)}]}}
  - {{kind: merged, from: [{", ".join(MERGED)}], to: [{WHOLE}]}}
  - {{kind: renamed, from: [{RENAMED}], to: [{RENAMED_TO}]}}
  - kind: retired
    from: [{RETIRED}]
    reason: {{ja: 文書の改訂でなくなりました。, en: The revised document no longer has it.}}
"""


def edited() -> dict[str, Any]:
    """The present catalog as plain data, with the edits."""
    data = plain(current_catalog())
    data["version"] = "2026.2"
    data.pop("released", None)
    for axis in data["axes"]:
        for section in axis["sections"]:
            section["questions"] = [new for question in section["questions"] for new in _successors(question)]
    successors = {SPLIT: PARTS, MERGED[0]: (WHOLE,), MERGED[1]: (WHOLE,), RETIRED: (), RENAMED: (RENAMED_TO,)}
    for action in data["actions"]:
        raised: dict[str, int] = {}
        for item in action["raises"]:
            for name in successors.get(item["question"], (item["question"],)):
                raised[name] = max(item["to"], raised.get(name, 0))
        action["raises"] = [{"question": name, "to": to} for name, to in raised.items()]
    assert all(action["raises"] for action in data["actions"]), "an action raises only the retired question"
    return data


def _successors(question: dict[str, Any]) -> list[dict[str, Any]]:
    name = question["id"]
    if name == REWORDED:
        question["text"]["ja"] = "仕入れの金額が、1つの国や1つの会社に偏っていないかを確かめていますか。"
    elif name == SAME_MEANING:
        question["text"]["ja"] = question["text"]["ja"].replace("、割合で", "割合で")
    elif name == LEVELS:
        question["levels"][3]["ja"] = "主な品目すべての影響を書面にし、社長が年2回確かめています。"
    elif name == HEAVIER:
        question["weight"] = 3
    elif name == SPLIT:
        return [
            {**question, "id": part, "text": {"ja": f"{part}：{question['text']['ja']}", "en": f"{part}?"}}
            for part in PARTS
        ]
    elif name == MERGED[0]:
        return [
            {
                **question,
                "id": WHOLE,
                "text": {"ja": "備えの順番を決め、見直していますか。", "en": "Ranked and reviewed?"},
            }
        ]
    elif name in {MERGED[1], RETIRED}:
        return []
    elif name == RENAMED:
        return [{**question, "id": RENAMED_TO}]
    elif name == "A-VIS-01":
        return [question, {**question, "id": FRESH, "gate": None, "quick": False, "actions": [], "weight": 1}]
    return [question]


@cache
def written(released: bool) -> str:
    """The draft, or its release, as YAML. Of the shipped catalog, so the same for every test."""
    data = edited() | ({"released": dt.date(2027, 4, 1)} if released else {})
    text: str = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000)
    return text


def library_with_draft(folder: Path, *, migration: str = MIGRATION, released: bool = False) -> Path:
    """A copy of the shipped library with the draft (or its release) and its migration file beside it."""
    shutil.copytree(LIBRARY, folder / "library")
    draft = folder / "library" / "keian-2026.2"
    draft.mkdir()
    (draft / "catalog.yaml").write_text(written(released), encoding="utf-8")
    if released:
        write_lock(folder / "library" / LOCK_NAME, NEW, digest_of([draft / "catalog.yaml"]))
    (draft / "migration-from-2026.1.yaml").write_text(migration, encoding="utf-8")
    return folder / "library"
