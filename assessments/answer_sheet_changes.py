"""PURE. What a filled-in file would change: file, what it was made from, and what stands now, compared three ways.

What the person did not touch is never a change, whatever happened online meanwhile. What both sides changed is a
conflict, and a person decides. An empty answer takes nothing away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from assessments.answer_sheet import Entry, fingerprint
from assessments.drafts import Draft

Kind = Literal["new", "changed", "same", "untouched", "emptied", "conflict"]
WRITES: frozenset[Kind] = frozenset({"new", "changed"})
"""What is saved without anybody being asked about it one by one."""


@dataclass(frozen=True, slots=True)
class Change:
    """One question: what the file says, what stands now (None and revision 0 where nothing does), and what follows.

    new, changed: to be saved. same: it stands so already. untouched: changed online since, and not in the file.
    emptied: the file says nothing where an answer stands, which stays. conflict: changed in the file and online.
    """

    question_id: str
    kind: Kind
    mine: Draft
    theirs: Draft | None
    revision: int


@dataclass(frozen=True, slots=True)
class Changes:
    """All questions of a file, in its order."""

    changes: tuple[Change, ...]

    def of(self, kind: Kind) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.kind == kind)

    @property
    def to_save(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.kind in WRITES)

    @property
    def digest(self) -> str:
        """The same as long as the same would be saved on top of the same answers."""
        seen = "\n".join(
            f"{one.question_id} {one.kind} {one.revision} {fingerprint(one.mine)}"
            for one in self.changes
            if one.kind in WRITES or one.kind == "conflict"
        )
        return hashlib.sha256(seen.encode()).hexdigest()[:32]


def compare(entries: Iterable[Entry], standing: Mapping[str, tuple[Draft, int]]) -> Changes:
    """What `entries` would change of what stands (draft and revision by question id)."""
    found = []
    for entry in entries:
        theirs, revision = standing.get(entry.question_id, (None, 0))
        kind = _kind(entry, theirs, revision)
        found.append(Change(entry.question_id, kind, entry.draft, theirs, revision))
    return Changes(tuple(found))


def _kind(entry: Entry, theirs: Draft | None, revision: int) -> Kind:
    mine = entry.draft
    if mine == (theirs or Draft(None)):
        return "same"
    if entry.base.fingerprint and fingerprint(mine) == entry.base.fingerprint:
        return "untouched"
    if theirs is not None and (mine.empty or (mine.answer is None and theirs.answer is not None)):
        return "emptied"
    if revision != entry.base.revision:
        return "conflict"
    return "new" if theirs is None or theirs.answer is None else "changed"
