"""PURE. A catalog read backwards: what asks a clause, raises a question, or points to an entry of reference data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from guidance.catalog import Action, Catalog, Question


@dataclass(frozen=True, slots=True)
class Raising:
    """An action that lifts a question to `level` (1–4)."""

    action: Action
    level: int


@dataclass(frozen=True, slots=True)
class Connections:
    """From an id to what names it, in the order of the catalog; an id that nothing names is missing."""

    asked_by: Mapping[str, tuple[Question, ...]]
    """Clause -> questions."""
    raised_by: Mapping[str, tuple[Raising, ...]]
    """Question -> actions."""
    needed_by: Mapping[str, tuple[Action, ...]]
    """Action -> actions that require it."""
    helped: Mapping[str, tuple[Action, ...]]
    """Support measure -> actions."""
    questions_at: Mapping[str, tuple[Question, ...]]
    """List or entry of the reference data -> questions that point to it."""
    actions_at: Mapping[str, tuple[Action, ...]]
    """List or entry of the reference data -> actions that point to it."""

    def actions_for(self, questions: Iterable[Question]) -> tuple[Action, ...]:
        """The actions that raise any of these questions, each once."""
        found = {item.action.id: item.action for asked in questions for item in self.raised_by.get(asked.id, ())}
        return tuple(found.values())


def connect(catalog: Catalog) -> Connections:
    """The connections of one catalog."""
    asked_by: dict[str, list[Question]] = defaultdict(list)
    raised_by: dict[str, list[Raising]] = defaultdict(list)
    needed_by: dict[str, list[Action]] = defaultdict(list)
    helped: dict[str, list[Action]] = defaultdict(list)
    questions_at: dict[str, list[Question]] = defaultdict(list)
    actions_at: dict[str, list[Action]] = defaultdict(list)
    for question in catalog.questions.values():
        for name in question.clauses:
            asked_by[name].append(question)
        for name in question.see:
            questions_at[name].append(question)
    for action in catalog.actions:
        for item in action.raises:
            raised_by[item.question].append(Raising(action, item.to))
        for name in action.requires:
            needed_by[name].append(action)
        for name in action.support:
            helped[name].append(action)
        for name in action.see:
            actions_at[name].append(action)
    return Connections(
        {name: tuple(found) for name, found in asked_by.items()},
        {name: tuple(found) for name, found in raised_by.items()},
        {name: tuple(found) for name, found in needed_by.items()},
        {name: tuple(found) for name, found in helped.items()},
        {name: tuple(found) for name, found in questions_at.items()},
        {name: tuple(found) for name, found in actions_at.items()},
    )
