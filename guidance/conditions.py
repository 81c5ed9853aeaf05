"""PURE. `applies_when`: does a question apply to this profile, and can any profile reach it at all?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from guidance.catalog import Catalog, Condition, Question
from guidance.profile import FACTS, Profile, ProfileValue

# More combinations than this are not searched: such a condition counts as reachable.
SEARCH_LIMIT = 200_000


def holds(condition: Condition, profile: Profile, levels: Mapping[str, int]) -> bool:
    """Whether `condition` is true. `levels` holds known answers only; an unanswered question makes its test false."""
    if condition.all is not None:
        return all(holds(part, profile, levels) for part in condition.all)
    if condition.any is not None:
        return any(holds(part, profile, levels) for part in condition.any)
    if condition.not_ is not None:
        return not holds(condition.not_, profile, levels)
    if condition.question is not None:
        return levels.get(condition.question, -1) >= (condition.at_least or 0)
    value = profile.get(condition.profile or "")
    if value is None:
        return False
    if condition.at_most is not None:
        return isinstance(value, int) and not isinstance(value, bool) and value <= condition.at_most
    if condition.in_ is not None:
        return any(_same(value, option) for option in condition.in_)
    return condition.is_ is not None and _same(value, condition.is_)


def _same(value: ProfileValue, option: ProfileValue) -> bool:
    # In Python True == 1; in a profile "exports: 1" is not "exports: true".
    return type(value) is type(option) and value == option


def applicable(catalog: Catalog, profile: Profile, levels: Mapping[str, int]) -> frozenset[str]:
    """The ids of the questions that apply. An answer to a question that is itself hidden counts as unanswered."""
    decided: dict[str, bool] = {}

    def applies(question: Question) -> bool:
        if question.id not in decided:
            if question.applies_when is None:
                decided[question.id] = True
            else:
                seen = {
                    name: levels[name]
                    for name in questions_in(question.applies_when)
                    if name in levels and name in catalog.questions and applies(catalog.questions[name])
                }
                decided[question.id] = holds(question.applies_when, profile, seen)
        return decided[question.id]

    return frozenset(question.id for question in catalog.questions.values() if applies(question))


def leaves(condition: Condition) -> Iterator[Condition]:
    """The tests on one fact or one answer that `condition` is built from."""
    parts = [*(condition.all or ()), *(condition.any or ())]
    if condition.not_ is not None:
        parts.append(condition.not_)
    if not parts and condition.all is None and condition.any is None:
        yield condition
    for part in parts:
        yield from leaves(part)


def questions_in(condition: Condition) -> frozenset[str]:
    return frozenset(leaf.question for leaf in leaves(condition) if leaf.question is not None)


def reachable(conditions: Mapping[str, Condition], name: str) -> bool:
    """Whether some profile, with some answers, makes question `name` apply.

    `conditions` maps question ids to their conditions (none for the unconditional), without circles.
    """
    needed = _closure(conditions, name)
    facts = _domains(conditions[other] for other in needed if other in conditions)
    asked = sorted({q for other in needed if other in conditions for q in questions_in(conditions[other])})
    size = 6 ** len(asked)
    for values in facts.values():
        size *= len(values)
    if size > SEARCH_LIMIT:
        return True
    for picked in product(*facts.values()):
        profile = {key: value for key, value in zip(facts, picked, strict=True) if value is not None}
        for given in product((None, 0, 1, 2, 3, 4), repeat=len(asked)):
            levels = {q: level for q, level in zip(asked, given, strict=True) if level is not None}
            if _applies(conditions, name, profile, levels):
                return True
    return False


def _applies(conditions: Mapping[str, Condition], name: str, profile: Profile, levels: Mapping[str, int]) -> bool:
    if name not in conditions:
        return True
    seen = {
        other: levels[other]
        for other in questions_in(conditions[name])
        if other in levels and _applies(conditions, other, profile, levels)
    }
    return holds(conditions[name], profile, seen)


def _closure(conditions: Mapping[str, Condition], name: str) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            if current in conditions:
                waiting.extend(questions_in(conditions[current]))
    return found


def _domains(conditions: Iterator[Condition]) -> dict[str, tuple[ProfileValue | None, ...]]:
    """Per fact the values worth trying: those that a condition names and the fact can take, and none of them."""
    named: dict[str, list[ProfileValue | None]] = {}
    for condition in conditions:
        for leaf in leaves(condition):
            if leaf.profile is None:
                continue
            values = named.setdefault(leaf.profile, [None])
            limits = () if leaf.at_most is None else (leaf.at_most, leaf.at_most + 1)
            for option in (*(leaf.in_ or ()), *(() if leaf.is_ is None else (leaf.is_,)), *limits):
                fact = FACTS.get(leaf.profile)
                if (fact is None or fact.accepts(option)) and option not in values:
                    values.append(option)
    return {key: tuple(values) for key, values in named.items()}
