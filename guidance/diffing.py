"""PURE. Two versions of a questionnaire, question by question: what changes, and which answers carry over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from guidance.catalog import Catalog, Question, Text
from guidance.migration import Migration

Kind = Literal["unchanged", "reworded", "levels changed", "split", "merged", "new", "retired"]
Carry = Literal["copy", "confirm", "keep", "ask"]
KINDS: tuple[Kind, ...] = ("split", "merged", "levels changed", "reworded", "new", "retired", "unchanged")
"""In the order of what a reader should look at first."""

BESIDE = ("why", "hint", "evidence", "clauses", "basis", "actions", "asked_of", "see", "explain", "quick")
"""Parts of a question that an answer does not depend on."""
COUNTED = ("weight", "gate", "applies_when")
"""Parts that change the score of the same answer, but not the answer."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one question, or of the questions that one was split into or merged from.

    `parts` names what differs: text, levels, section and the fields of a question. `same_meaning` and `reason` are
    declared by people in the migration file.
    """

    kind: Kind
    old: tuple[Question, ...]
    new: tuple[Question, ...]
    parts: tuple[str, ...] = ()
    same_meaning: bool = False
    reason: Text | None = None

    @property
    def carry(self) -> Carry:
        """What happens to an answer: copied, put before a person, kept with the old version, or asked anew."""
        if self.kind == "new":
            return "ask"
        if self.kind == "retired":
            return "keep"
        return "copy" if self.kind == "unchanged" or self.same_meaning else "confirm"

    @property
    def one_language(self) -> bool:
        """The wording differs in one of the two languages only."""
        pairs = [
            (before, after)
            for old, new in zip(self.old, self.new, strict=False)
            for before, after in zip((old.text, *old.levels), (new.text, *new.levels), strict=False)
            if before != after
        ]
        return any((before.ja == after.ja) != (before.en == after.en) for before, after in pairs)

    @property
    def renamed(self) -> bool:
        return len(self.old) == len(self.new) == 1 and self.old[0].id != self.new[0].id

    @property
    def counted(self) -> tuple[str, ...]:
        """The differing parts that change the score of the same answer."""
        return tuple(part for part in self.parts if part in (*COUNTED, "section"))


@dataclass(frozen=True, slots=True)
class WeightChange:
    """A section whose weight differs."""

    title: Text
    old: int
    new: int


@dataclass(frozen=True)
class Diff:
    """Every question of either version in exactly one change."""

    old: Catalog
    new: Catalog
    changes: tuple[Change, ...]
    sections: tuple[WeightChange, ...]
    actions_added: tuple[str, ...]
    actions_removed: tuple[str, ...]
    actions_changed: tuple[str, ...]
    terms: int
    """How many glossary entries differ, came or went."""

    @cached_property
    def of_old(self) -> Mapping[str, Change]:
        """The change of each question of the old version, by its id."""
        return MappingProxyType({question.id: change for change in self.changes for question in change.old})

    @cached_property
    def of_new(self) -> Mapping[str, Change]:
        """The change of each question of the new version, by its id."""
        return MappingProxyType({question.id: change for change in self.changes for question in change.new})

    def of_kind(self, kind: Kind) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.kind == kind)

    @property
    def by_kind(self) -> tuple[tuple[Kind, tuple[Change, ...]], ...]:
        """The kinds that occur, each with its changes."""
        return tuple((kind, found) for kind in KINDS if (found := self.of_kind(kind)))


def compare(old: Catalog, new: Catalog, migration: Migration | None = None) -> Diff:
    """What `new` changes of `old`. Without a declaration a missing id is retired and a fresh one is new."""
    return Diff(
        old,
        new,
        tuple(_changes(old, new, migration)),
        tuple(_section_weights(old, new)),
        tuple(name for name in new.actions_by_id if name not in old.actions_by_id),
        tuple(name for name in old.actions_by_id if name not in new.actions_by_id),
        tuple(
            name
            for name, action in new.actions_by_id.items()
            if name in old.actions_by_id and old.actions_by_id[name] != action
        ),
        len({term.id for term in set(old.glossary) ^ set(new.glossary)}),
    )


def _changes(old: Catalog, new: Catalog, migration: Migration | None) -> Iterator[Change]:
    declared = migration.changes if migration else ()
    by_new = {name: found for found in declared for name in found.new}
    gone = {name: found for found in declared for name in found.old}
    told: set[int] = set()
    for name, question in new.questions.items():
        found = by_new.get(name)
        if found is None:
            before = None if name in gone else old.questions.get(name)
            yield Change("new", (), (question,)) if before is None else _pair(old, new, before, question)
        elif found.kind in {"split", "merged"}:
            if id(found) not in told:
                told.add(id(found))
                olds = tuple(old.questions[part] for part in found.old)
                news = tuple(new.questions[part] for part in found.new)
                yield Change("split" if found.kind == "split" else "merged", olds, news, reason=found.reason)
        else:
            same = found.kind == "same_meaning"
            before = old.questions[found.old[0]]
            yield _pair(old, new, before, question, same_meaning=same, reason=found.reason)
    for name, question in old.questions.items():
        found = gone.get(name)
        if (found is None and name not in new.questions) or (found is not None and not found.new):
            yield Change("retired", (question,), (), reason=found.reason if found else None)
        elif found is None and name in by_new and name not in by_new[name].old:
            yield Change("retired", (question,), ())


def _pair(
    old: Catalog,
    new: Catalog,
    before: Question,
    after: Question,
    *,
    same_meaning: bool = False,
    reason: Text | None = None,
) -> Change:
    parts = [part for part in (*BESIDE, *COUNTED) if getattr(before, part) != getattr(after, part)]
    if old.section_of[before.id].id != new.section_of[after.id].id:
        parts.append("section")
    kind: Kind = "unchanged"
    if before.text != after.text:
        kind = "reworded"
        parts.insert(0, "text")
    if before.levels != after.levels:
        kind = "levels changed"
        parts.insert(0, "levels")
    return Change(kind, (before,), (after,), tuple(parts), same_meaning and kind != "unchanged", reason)


def _section_weights(old: Catalog, new: Catalog) -> Iterator[WeightChange]:
    for section in new.sections():
        before = old.section(section.id)
        if before is not None and before.weight != section.weight:
            yield WeightChange(section.title, before.weight, section.weight)


# --- in words -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that both versions have, or only the old or the new one."""

    kind: Literal["same", "removed", "added"]
    text: str


# Words of letters, runs of kanji and of katakana, and every other sign by itself: what a reader sees as one thing.
_TOKENS = re.compile(r"[A-Za-z0-9'’]+|[一-龥々〆ヶ]+|[ァ-ヴー]+|.", re.DOTALL)


def pieces(old: str, new: str) -> tuple[Piece, ...]:
    """Both texts in one row, with what was taken away and what was added."""
    before, after = _TOKENS.findall(old), _TOKENS.findall(new)
    found: list[Piece] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(before[start:end])))
            continue
        if end > start:
            found.append(Piece("removed", "".join(before[start:end])))
        if new_end > new_start:
            found.append(Piece("added", "".join(after[new_start:new_end])))
    return tuple(found)
