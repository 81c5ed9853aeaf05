"""PURE. The shape of a catalog file and the references between its parts, checked so that all faults come at once.

References are checked on the plain data, because one misspelt key must not hide nine other faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from guidance import faults
from guidance.catalog import Catalog, Clause, Condition
from guidance.conditions import questions_in, reachable
from guidance.profile import FACTS
from guidance.reading import Document, Loc

Shape = TypeVar("Shape")
CONDITION_KINDS = ("all", "any", "not", "profile", "question")


adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)
"""Pydantic's validator of a shape, made once."""


@dataclass(frozen=True, slots=True)
class References:
    """What a catalog may point to: clauses by id, support measures, and lists and entries of the reference data.

    With `unread`, a file of them could not be read, so an id that seems to be missing is not told again.
    """

    clauses: Mapping[str, Clause]
    support: frozenset[str]
    see: frozenset[str] = frozenset()
    unread: bool = False


def build(shape: type[Shape], document: Document) -> Shape | None:
    """`shape` made from the document, or None with a problem for every fault of shape."""
    try:
        built: Shape = adapter(shape).validate_python(document.data)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            if _follows_from_another(fault) or (document.unread and fault["type"] == "too_short"):
                continue
            document.problem(_loc(document, fault["loc"], fault["type"]), *faults.of_shape(fault))
        return None
    return built


def catalog_from(document: Document, references: References) -> Catalog | None:
    """The catalog that the document describes, or None; adds a problem for every fault."""
    catalog = build(Catalog, document)
    check(document, references)
    if catalog is not None and catalog.released is not None:
        check_translated(document)
    return catalog


def _follows_from_another(fault: Any) -> bool:
    """Pydantic counts only the sound items of a list: one faulty item must not be told as a list that is too short."""
    given = fault.get("input")
    least = (fault.get("ctx") or {}).get("min_length")
    return fault["type"] == "too_short" and isinstance(given, list) and least is not None and len(given) >= least


def _loc(document: Document, loc: Sequence[str | int], kind: str) -> Loc:
    """Pydantic's place without the names of union members that it adds at the end."""
    steps = tuple(loc)
    if kind.startswith("missing"):
        return steps
    while steps and steps not in document.lines:
        steps = steps[:-1]
    return steps


def check(document: Document, references: References) -> None:
    """Ids, references, circles and reachability; adds a problem for each fault.

    Where an included file could not be read, ids that seem to be missing are not told: they may stand in it.
    """
    questions = dict(_by_id(document, "question", _questions(document.data)))
    actions = dict(_by_id(document, "action", _items(document.data, "actions")))
    for _ in _by_id(document, "axis", _items(document.data, "axes")):
        pass
    for _ in _by_id(document, "section", _sections(document.data)):
        pass
    for _ in _by_id(document, "term", _items(document.data, "glossary")):
        pass
    for loc, question in questions.values():
        _check_question(document, loc, question, references, actions)
    for loc, action in actions.values():
        _check_action(document, loc, action, questions, actions, references)
    _check_circles(document, "requires", {n: _names(a, "requires") for n, (_, a) in actions.items()}, actions)
    _check_conditions(document, questions)


def check_entries(document: Document) -> None:
    """Ids of a reference list, and the rules of its measures: facts that the app asks, values that they can take."""
    for loc, item in dict(_by_id(document, "entry", _items(document.data, "items"))).values():
        for found, requirement in _items(item, "requirements", loc):
            for place, part in walk((*found, "when"), requirement.get("when")):
                check_condition(document, place, part, {})
                _check_fact(document, place, part)


def _check_fact(document: Document, loc: Loc, part: dict[str, Any]) -> None:
    key = part.get("profile")
    if not isinstance(key, str):
        return
    fact = FACTS.get(key)
    if fact is None:
        document.problem((*loc, "profile"), *faults.no_such("fact", key, get_close_matches(key, FACTS, n=1)))
        return
    options = [part[name] for name in ("is", "at_most") if name in part]
    options += part["in"] if isinstance(part.get("in"), list) else []
    for option in options:
        if not fact.accepts(option):
            document.problem(
                loc,
                f"「{key}」は {option!r} という値をとりません",
                f"{key!r} cannot have the value {option!r}",
            )


def named_facts(data: Any) -> Iterator[tuple[Loc, str]]:
    """Every profile fact that a condition names, with its place."""
    for loc, question in _questions(data):
        for found, condition in walk((*loc, "applies_when"), question.get("applies_when")):
            if isinstance(condition.get("profile"), str):
                yield found, condition["profile"]


# --- walking over data that may have any shape --------------------------------------------------------------------


def _items(owner: Any, name: str, loc: Loc = ()) -> Iterator[tuple[Loc, dict[str, Any]]]:
    found = owner.get(name) if isinstance(owner, dict) else None
    for index, item in enumerate(found if isinstance(found, list) else ()):
        if isinstance(item, dict):
            yield (*loc, name, index), item


def _sections(data: Any) -> Iterator[tuple[Loc, dict[str, Any]]]:
    for loc, axis in _items(data, "axes"):
        yield from _items(axis, "sections", loc)


def _questions(data: Any) -> Iterator[tuple[Loc, dict[str, Any]]]:
    for loc, section in _sections(data):
        yield from _items(section, "questions", loc)


def _names(owner: Mapping[str, Any], name: str) -> list[str]:
    found = owner.get(name)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def walk(loc: Loc, condition: Any) -> Iterator[tuple[Loc, dict[str, Any]]]:
    """A condition and every part within it, with their places."""
    if not isinstance(condition, dict):
        return
    yield loc, condition
    for name in ("all", "any"):
        for found, part in _items(condition, name, loc):
            yield from walk(found, part)
    yield from walk((*loc, "not"), condition.get("not"))


def _by_id(
    document: Document, kind: str, items: Iterable[tuple[Loc, dict[str, Any]]]
) -> Iterator[tuple[str, tuple[Loc, dict[str, Any]]]]:
    seen: set[str] = set()
    for loc, item in items:
        name = item.get("id")
        if not isinstance(name, str):
            continue
        if name in seen:
            document.problem((*loc, "id"), *faults.repeated(kind, name))
            continue
        seen.add(name)
        yield name, (loc, item)


# --- the rules ----------------------------------------------------------------------------------------------------


def _check_question(
    document: Document, loc: Loc, question: dict[str, Any], references: References, actions: Mapping[str, Any]
) -> None:
    cited, clauses = _names(question, "clauses"), references.clauses
    if not references.unread:
        _check_names(document, (*loc, "clauses"), "clause", cited, clauses)
        _check_names(document, (*loc, "see"), "entry", _names(question, "see"), references.see)
    _check_names(document, (*loc, "actions"), "action", _names(question, "actions"), actions)
    certainties = {clauses[name].certainty for name in cited if name in clauses}
    basis = question.get("basis")
    if basis == "clause" and "A" not in certainties and all(name in clauses for name in cited):
        document.problem(
            (*loc, "basis"),
            "basis: clause には確度 A の条項が一つは要ります。B だけなら reported、どちらもなければ own にしてください",
            "basis: clause needs a clause of certainty A; with B only write reported, with neither write own",
        )
    if basis == "reported" and not certainties & {"A", "B"} and all(name in clauses for name in cited):
        document.problem(
            (*loc, "basis"),
            "basis: reported には、確度 A か B の条項が一つは要ります。なければ own にしてください",
            "basis: reported needs a clause of certainty A or B; without one write own",
        )


def _check_action(
    document: Document,
    loc: Loc,
    action: dict[str, Any],
    questions: Mapping[str, Any],
    actions: Mapping[str, Any],
    references: References,
) -> None:
    raises = list(_items(action, "raises", loc))
    if not raises:
        document.problem(
            (*loc, "raises") if "raises" in action else loc,
            "どの設問の段階も上げない施策です。raises を書いてください",
            "this action raises nothing; write raises",
        )
    seen: set[str] = set()
    for found, item in raises:
        if isinstance(item.get("question"), str):
            if item["question"] in seen:
                document.problem(
                    (*found, "question"),
                    "同じ設問が二度あります。高いほうの段階だけを残してください",
                    "this question stands twice; keep the higher level",
                )
            seen.add(item["question"])
            _check_names(document, (*found, "question"), "question", [item["question"]], questions, single=True)
    _check_names(document, (*loc, "requires"), "action", _names(action, "requires"), actions)
    if not references.unread:
        _check_names(document, (*loc, "support"), "support", _names(action, "support"), references.support)
        _check_names(document, (*loc, "see"), "entry", _names(action, "see"), references.see)
    cost = action.get("cost_jpy")
    low, high = (cost.get("low"), cost.get("high")) if isinstance(cost, dict) else (None, None)
    if isinstance(low, int) and isinstance(high, int) and low > high:
        words = ("費用の low が high より大きくなっています", "cost: low is more than high")
        document.problem((*loc, "cost_jpy"), *words)


def _check_names(
    document: Document,
    loc: Loc,
    kind: str,
    names: Sequence[str],
    known: Iterable[str],
    *,
    single: bool = False,
) -> None:
    if document.unread and kind in {"question", "action"}:
        return
    known_names = list(known)
    lookup = set(known_names)
    for index, name in enumerate(names):
        if name not in lookup:
            near = get_close_matches(name, known_names, n=1)
            document.problem(loc if single else (*loc, index), *faults.no_such(kind, name, near))


def _check_circles(
    document: Document, kind: str, edges: Mapping[str, Iterable[str]], owners: Mapping[str, Any]
) -> None:
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            loop = [*path[path.index(name) :], name]
            document.problem((*owners[name][0], kind), *faults.circle(kind, loop))
        elif name in edges and name not in done:
            for other in edges[name]:
                visit(other, [*path, name])
            done.add(name)

    for name in edges:
        visit(name, [])


def _check_conditions(document: Document, questions: Mapping[str, tuple[Loc, dict[str, Any]]]) -> None:
    conditions: dict[str, Condition] = {}
    before = len(document.problems)
    for name, (loc, question) in questions.items():
        if "applies_when" not in question:
            continue
        for found, part in walk((*loc, "applies_when"), question["applies_when"]):
            check_condition(document, found, part, questions)
        try:
            conditions[name] = adapter(Condition).validate_python(question["applies_when"])
        except ValidationError:
            continue
    edges = {name: sorted(questions_in(condition)) for name, condition in conditions.items()}
    _check_circles(document, "applies_when", edges, questions)
    if len(document.problems) > before:
        return
    for name in conditions:
        if not reachable(conditions, name):
            document.problem(
                (*questions[name][0], "applies_when"),
                "どんな会社にも当てはまらない条件です。この設問は誰にも尋ねられません",
                "no profile can reach this question",
            )


def check_condition(document: Document, loc: Loc, part: dict[str, Any], questions: Mapping[str, Any]) -> None:
    """The faults of one part of a condition: which tests stand in it, and whether they can stand together."""
    kinds = [kind for kind in CONDITION_KINDS if kind in part]
    if len(kinds) != 1:
        document.problem(
            loc,
            "条件には all・any・not・profile・question のうち一つだけを書いてください",
            "a condition holds exactly one of all, any, not, profile, question",
        )
        return
    companions = {"profile": {"is", "in", "at_most"}, "question": {"at_least"}}.get(kinds[0], set())
    given = companions & set(part)
    strays = set(part) & {"is", "in", "at_least", "at_most"} - companions
    if strays:
        names = "・".join(sorted(strays))
        document.problem(
            loc,
            f"{kinds[0]} に {names} は添えられません",
            f"{names.replace('・', ', ')} cannot stand beside {kinds[0]}",
        )
    if any(part[name] is None for name in given):
        document.problem(loc, "条件の値が空です", "the condition has no value")
    if companions and len(given) != 1:
        need = " か ".join(sorted(companions, reverse=True))
        document.problem(
            loc, f"{kinds[0]} には {need} を添えてください", f"{kinds[0]} needs {need.replace(' か ', ' or ')}"
        )
    if kinds[0] == "question" and isinstance(part["question"], str):
        _check_names(document, (*loc, "question"), "question", [part["question"]], questions, single=True)
    if kinds[0] in {"all", "any"} and part[kinds[0]] == []:
        document.problem((*loc, kinds[0]), "条件が空です", "the condition is empty")


def check_translated(document: Document) -> None:
    """A release is complete in both languages: a problem for every text without English."""

    def visit(loc: Loc, value: Any) -> None:
        if isinstance(value, dict):
            if "ja" in value and not value.get("en"):
                document.problem(loc, "公開する版には英語（en）も要ります", "a release needs English (en) too")
            for name, part in value.items():
                visit((*loc, name), part)
        elif isinstance(value, list):
            for index, part in enumerate(value):
                visit((*loc, index), part)

    visit((), document.data)
