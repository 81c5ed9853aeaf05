"""A minimal catalog as the text of one YAML file, and what it may point to."""

from __future__ import annotations

from pathlib import Path

from guidance.catalog import Certainty, Clause, Text
from guidance.loading import LoadedCatalog, load_catalog
from guidance.structure import References

MINIMAL = """\
schema: 1
catalog: tiny
version: "1"
axes:
  - id: autonomy
    title: {ja: 自律性, en: Autonomy}
    sections:
      - id: A.one
        title: {ja: 一つめ, en: One}
        weight: 3
        questions:
          - id: Q-1
            clauses: [C-A]
            basis: clause
            text: {ja: 一覧にしていますか, en: Do you keep a list?}
            why: {ja: 止まる製品が分かります, en: It shows what would stop.}
            levels:  # of Q-1
              - {ja: 零, en: Zero}
              - {ja: 一, en: First}
              - {ja: 二, en: Second}
              - {ja: 三, en: Third}
              - {ja: 四, en: Fourth}
            weight: 2
            asked_of: purchasing
            actions: [ACT-1]
          - id: Q-2
            clauses: []
            basis: own
            text: {ja: 分けていますか, en: Do you split?}
            why: {ja: 一社では止まります, en: One supplier may stop.}
            levels:  # of Q-2
              - {ja: 零, en: Nought}
              - {ja: 一, en: Ones}
              - {ja: 二, en: Twos}
              - {ja: 三, en: Threes}
              - {ja: 四, en: Fours}
            weight: 1
            gate: {stage: 3, min_level: 2}
            applies_when: {profile: imports, is: true}
            asked_of: purchasing
            actions: [ACT-2]
actions:
  - id: ACT-1
    title: {ja: 書き出す, en: Write down}
    why: {ja: 見えるから, en: To see}
    first_step: {ja: 三つ選ぶ, en: Pick three}
    raises: [{question: Q-1, to: 3}]
    cost_jpy: {low: 0, high: 1000}
    person_days: 2
    weeks: 1
    owner: purchasing
    support: [SUP-1]
  - id: ACT-2
    title: {ja: 探す, en: Search}
    why: {ja: 二社目, en: A second one}
    first_step: {ja: 電話する, en: Call}
    raises: [{question: Q-2, to: 3}]
    requires: [ACT-1]
    cost_jpy: {low: 0, high: 0}
    person_days: 5
    weeks: 4
    owner: purchasing
glossary:
  - {id: hhi, term: {ja: 集中度, en: HHI}, text: {ja: 偏りの目安, en: A measure}}
"""


def clause(name: str, certainty: Certainty) -> Clause:
    words = Text("言葉", "Words")
    return Clause(id=name, heading=words, text=words, place=words, certainty=certainty)


REFERENCES = References(
    {f"C-{c}": clause(f"C-{c}", c) for c in "ABC"}, frozenset({"SUP-1"}), frozenset({"materials", "AM-01"})
)


def write(folder: Path, text: str = MINIMAL, name: str = "catalog.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def load(path: Path) -> LoadedCatalog:
    return load_catalog(path, REFERENCES, base=path if path.is_dir() else path.parent)


def line_of(text: str, needle: str) -> int:
    """The 1-based line of the only line that holds `needle`."""
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if needle in line]
    assert len(lines) == 1, f"{needle!r} stands on {lines}"
    return lines[0]
