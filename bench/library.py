"""A library folder whose questionnaire has 100 questions: the shipped one, with questions repeated under new ids."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import yaml

from guidance.loading import LIBRARY, LOCK_NAME
from guidance.reading import read

QUESTIONS = 100
SUFFIX = "-B"


def make_library(folder: Path, questions: int = QUESTIONS) -> Path:
    """Write the folder and return it; for the setting GUIDANCE_LIBRARY. All but the catalog is the shipped one."""
    for name in ("sources", "watchlists", "support"):
        shutil.copytree(LIBRARY / name, folder / name)
    shutil.copy(LIBRARY / LOCK_NAME, folder / LOCK_NAME)
    data = _grown(read(sorted(LIBRARY.glob("*/catalog.yaml"))[-1]).data, questions)
    (folder / "bench").mkdir()
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    (folder / "bench" / "catalog.yaml").write_text(text, encoding="utf-8")
    return folder


def _grown(data: dict[str, Any], questions: int) -> dict[str, Any]:
    """The catalog with evenly chosen questions doubled in their sections, and so the actions that raise them."""
    sections = [section for axis in data["axes"] for section in axis["sections"]]
    ids = [question["id"] for section in sections for question in section["questions"]]
    missing = max(questions - len(ids), 0)
    if missing > len(ids):
        raise ValueError(f"{len(ids)} shipped questions are too few to make {questions} of them")
    doubled = {ids[place * len(ids) // missing] for place in range(missing)}
    raised = [a for a in data["actions"] if any(step["question"] in doubled for step in a["raises"])]
    twins = {action["id"]: action["id"] + SUFFIX for action in raised}
    for section in sections:
        section["questions"] += [_question_twin(q, twins) for q in section["questions"] if q["id"] in doubled]
    data["actions"] += [_action_twin(action, doubled, twins) for action in raised]
    data.pop("released", None)
    data["catalog"], data["version"] = "bench", str(questions)
    return data


def _question_twin(question: dict[str, Any], twins: dict[str, str]) -> dict[str, Any]:
    twin = copy.deepcopy(question)
    twin["id"] += SUFFIX
    twin["quick"] = False
    twin["actions"] = [twins.get(name, name) for name in question.get("actions", [])]
    return twin


def _action_twin(action: dict[str, Any], doubled: set[str], twins: dict[str, str]) -> dict[str, Any]:
    twin = copy.deepcopy(action)
    twin["id"] += SUFFIX
    steps = [step for step in twin["raises"] if step["question"] in doubled]
    twin["raises"] = [{**step, "question": step["question"] + SUFFIX} for step in steps]
    twin["requires"] = [twins.get(name, name) for name in action.get("requires", [])]
    return twin
