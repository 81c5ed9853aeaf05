"""PURE. What people declare about a new version where a machine cannot know: split, merged, renamed and so on.

A file `migration*.yaml` beside the new version's `catalog.yaml`, one for each older version that answers come from. It
is not part of the released bytes: better advice on carrying answers over changes no score.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic.dataclasses import dataclass

from guidance import faults, structure
from guidance.catalog import STRICT, Catalog, Id, Text, Words
from guidance.problems import InputRefused
from guidance.reading import Document, read

DeclaredKind = Literal["split", "merged", "renamed", "same_meaning", "retired"]
# How many questions stand on either side: at least, at most (None: any number).
SIDES: dict[str, tuple[tuple[int, int | None], tuple[int, int | None]]] = {
    "split": ((1, 1), (2, None)),
    "merged": ((2, None), (1, 1)),
    "renamed": ((1, 1), (1, 1)),
    "same_meaning": ((1, 1), (1, 1)),
    "retired": ((1, 1), (0, 0)),
}


@dataclass(frozen=True, config=STRICT)
class Declared:
    """One declaration: `from` questions of the old version, `to` questions of the new one."""

    kind: DeclaredKind
    old: Annotated[tuple[Id, ...], Field(alias="from")]
    new: Annotated[tuple[Id, ...], Field(alias="to")] = ()
    reason: Text | None = None


@dataclass(frozen=True, config=STRICT)
class Migration:
    """The declarations between two versions, named `catalog@version`."""

    schema: Annotated[Literal[1], Field(alias="schema")]
    old: Annotated[Words, Field(alias="from")]
    new: Annotated[Words, Field(alias="to")]
    changes: tuple[Declared, ...] = ()


def load_migration(path: Path, catalogs: Mapping[str, Catalog], *, shown_as: str | None = None) -> Migration:
    """Read a migration file between two of `catalogs` (by name). Raises InputRefused with every fault."""
    document = read(path, shown_as=shown_as)
    if document.data is None and not document.problems:
        document.problem((), "中身が空です", "the file is empty")
    migration = structure.build(Migration, document) if document.data is not None else None
    if isinstance(document.data, dict):
        old = _side(document, "from", catalogs)
        new = _side(document, "to", catalogs)
        if old is not None and old is new:
            document.problem(("to",), "from と to は別の版にしてください", "from and to must be two versions")
        elif old is not None and new is not None:
            _check(document, old, new)
    if document.problems or migration is None:
        raise InputRefused(sorted(set(document.problems)))
    return migration


def _side(document: Document, key: str, catalogs: Mapping[str, Catalog]) -> Catalog | None:
    ref = document.data.get(key)
    if isinstance(ref, str) and ref not in catalogs:
        known = sorted(catalogs)
        document.problem(
            (key,),
            f"設問票「{ref}」は読み込まれていません（あるもの: {'・'.join(known)}）",
            f"no questionnaire {ref!r} is loaded (known: {', '.join(known)})",
        )
    return catalogs.get(ref) if isinstance(ref, str) else None


def _declared(document: Document) -> Iterator[tuple[int, Declared]]:
    """The declarations whose shape is sound; the faults of the others are told already."""
    found = document.data.get("changes")
    for index, item in enumerate(found if isinstance(found, list) else ()):
        try:
            yield index, structure.adapter(Declared).validate_python(item)
        except ValidationError:
            continue


def _check(document: Document, old: Catalog, new: Catalog) -> None:
    taken: dict[str, set[str]] = {"from": set(), "to": set()}
    for index, declared in _declared(document):
        loc = ("changes", index)
        before, after = SIDES[declared.kind]
        for key, names, catalog, bounds in (
            ("from", declared.old, old, before),
            ("to", declared.new, new, after),
        ):
            _check_side(document, (*loc, key), key, names, catalog, bounds, taken[key])
        _check_meaning(document, loc, declared, old, new)


def _check_side(
    document: Document,
    loc: tuple[str | int, ...],
    key: str,
    names: tuple[str, ...],
    catalog: Catalog,
    bounds: tuple[int, int | None],
    taken: set[str],
) -> None:
    least, most = bounds
    if len(names) < least or (most is not None and len(names) > most):
        want = str(least) if most == least else f"{least}+"
        document.problem(
            loc, f"{key} には設問を {want} 件書いてください（いま {len(names)} 件）", f"{key} needs {want} questions"
        )
    for position, name in enumerate(names):
        if name not in catalog.questions:
            near = get_close_matches(name, catalog.questions, n=1)
            document.problem((*loc, position), *faults.no_such("question", name, near))
        elif name in taken:
            document.problem(
                (*loc, position),
                f"設問「{name}」は別の宣言にもあります。一つにまとめてください",
                f"the question {name!r} stands in another declaration too; keep one",
            )
        taken.add(name)


def _check_meaning(
    document: Document, loc: tuple[str | int, ...], declared: Declared, old: Catalog, new: Catalog
) -> None:
    if declared.kind == "same_meaning" and len(declared.old) == len(declared.new) == 1:
        before, after = old.questions.get(declared.old[0]), new.questions.get(declared.new[0])
        if declared.old != declared.new:
            words = ("same_meaning の from と to は同じ設問です", "same_meaning: from and to are the same question")
            document.problem((*loc, "to"), *words)
        elif before and after and (before.text, before.levels) == (after.text, after.levels):
            document.problem(
                loc,
                "文も段階も変わっていないので、same_meaning は要りません。消してください",
                "neither text nor levels changed, so same_meaning is not needed; remove it",
            )
    if declared.kind == "renamed" and declared.old == declared.new:
        document.problem((*loc, "to"), "renamed の to には新しい id を書いてください", "renamed: to needs the new id")
    if declared.kind in {"renamed", "split", "merged"}:
        for position, name in enumerate(declared.new):
            if name in old.questions and name not in declared.old:
                document.problem(
                    (*loc, "to", position),
                    f"設問「{name}」は前の版にもあります。id は使い回せません",
                    f"the question {name!r} is in the old version already; an id is never used again",
                )
    if declared.kind != "same_meaning":
        for position, name in enumerate(declared.old):
            if name in new.questions and name not in declared.new:
                document.problem(
                    (*loc, "from", position),
                    f"設問「{name}」は新しい版に残っています",
                    f"the question {name!r} is still in the new version",
                )
