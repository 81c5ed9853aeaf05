"""PURE. YAML -> Catalog, Source and reference lists, or every problem at once with file and line.

Rules: contracts §1.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from guidance import faults, structure
from guidance.catalog import Catalog, Source
from guidance.problems import InputRefused, Problem
from guidance.reading import Document, read
from guidance.reference import SHAPES, ReferenceList
from guidance.remarks import unknown_facts
from guidance.structure import References

LIBRARY = Path(__file__).resolve().parent / "library"
LOCK_NAME = "catalogs.lock"


@dataclass(frozen=True, slots=True)
class LoadedCatalog:
    """A catalog that loaded, with remarks that do not refuse it."""

    catalog: Catalog
    file: Path
    digest: str
    remarks: tuple[Problem, ...] = ()

    @property
    def folder(self) -> Path:
        return self.file.parent


def load_catalog(path: Path, references: References, *, base: Path | None = None, locked: bool = True) -> LoadedCatalog:
    """Read the catalog in folder `path` (its `catalog.yaml`) or in the single file `path`.

    Raises InputRefused with every fault: of YAML, of structure, of references between the parts, of the lock
    (with `locked=False` the lock is not asked).
    """
    file = path / "catalog.yaml" if path.is_dir() else path
    document = read(file, shown_as=shown(file, base))
    if document.data is None and not document.problems:
        document.problem((), "中身が空です", "the file is empty")
    catalog = structure.catalog_from(document, references) if document.data is not None else None
    digest = digest_of(document.files)
    if catalog is not None and catalog.released is not None and locked:
        _check_lock(document, catalog, digest, lock_beside(file))
    if document.problems or catalog is None:
        raise InputRefused(_unique(document.problems))
    return LoadedCatalog(catalog, file, digest, tuple(unknown_facts(document)))


def load_source(path: Path, *, base: Path | None = None) -> Source:
    """Read one file of `sources/`. Raises InputRefused with every fault."""
    document = read(path, shown_as=shown(path, base))
    if document.data is None and not document.problems:
        document.problem((), "中身が空です", "the file is empty")
    source = structure.build(Source, document) if document.data is not None else None
    if source is not None:
        seen: set[str] = set()
        for index, clause in enumerate(source.clauses):
            if clause.id in seen:
                document.problem(("clauses", index), *faults.repeated("clause", clause.id))
            seen.add(clause.id)
            if clause.certainty == "B" and clause.reported_by is None:
                document.problem(
                    ("clauses", index),
                    "確度 B の条項には、何が報告しているか（reported_by）を書いてください",
                    "a clause of certainty B needs reported_by: what kind of source reports it",
                )
        if source.source != path.stem:
            document.problem(
                ("source",),
                f"source「{source.source}」はファイル名「{path.stem}」と同じにしてください",
                f"source {source.source!r} must equal the file name {path.stem!r}",
            )
    if document.problems or source is None:
        raise InputRefused(_unique(document.problems))
    return source


def load_reference(path: Path, *, base: Path | None = None) -> ReferenceList:
    """Read one list of `watchlists/` or `support/`. Raises InputRefused with every fault."""
    document = read(path, shown_as=shown(path, base))
    if document.data is None and not document.problems:
        document.problem((), "中身が空です", "the file is empty")
    found: ReferenceList | None = None
    if isinstance(document.data, dict):
        kind = document.data.get("kind")
        if isinstance(kind, str) and kind in SHAPES:
            found = structure.build(SHAPES[kind], document)
            structure.check_entries(document)
        else:
            known = ", ".join(SHAPES)
            document.problem(("kind",), f"kind は {known} のどれかにしてください", f"kind must be one of {known}")
    elif document.data is not None:
        document.problem((), "ここは項目の組（名前: 値）で書いてください", "a mapping belongs here")
    if document.problems or found is None:
        raise InputRefused(_unique(document.problems))
    return found


# --- the lock -----------------------------------------------------------------------------------------------------


def digest_of(files: list[Path]) -> str:
    """SHA-256 over the names and bytes of a catalog's files, in order of name."""
    total = hashlib.sha256()
    for file in sorted(set(files)):
        if file.is_file():
            total.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def lock_beside(file: Path) -> Path | None:
    """The `catalogs.lock` that governs a catalog file: in its folder or in the one above."""
    for folder in (file.parent, file.parent.parent):
        if (folder / LOCK_NAME).is_file():
            return folder / LOCK_NAME
    return None


def read_lock(path: Path) -> dict[str, str]:
    """`catalog@version` -> digest; one a line, `#` starts a remark. Raises ValueError with a bad line."""
    locked: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if words := line.split("#", 1)[0].split():
            if len(words) != 2:
                raise ValueError(line.strip())
            locked[words[0]] = words[1]
    return locked


def write_lock(path: Path, ref: str, digest: str) -> None:
    """Add a released version. Raises ValueError if it is locked with other bytes: a release never changes."""
    locked = read_lock(path)
    if locked.get(ref, digest) != digest:
        raise ValueError(ref)
    if ref not in locked:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{ref} {digest}\n")


def _check_lock(document: Document, catalog: Catalog, digest: str, lock: Path | None) -> None:
    if lock is None:
        return
    try:
        locked = read_lock(lock).get(catalog.ref)
    except ValueError as error:
        document.problem(
            ("released",),
            f"{LOCK_NAME} の行「{error}」を読めません。「名前@版 ハッシュ」の形に戻してください",
            f"{LOCK_NAME}: cannot read the line {str(error)!r}; restore the form 'name@version digest'",
        )
        return
    if locked is None:
        document.problem(
            ("released",),
            f"{catalog.ref} は公開済みとありますが {LOCK_NAME} にありません。"
            f"`python manage.py check_catalogs --lock {catalog.ref}` で固定してください",
            f"{catalog.ref} is marked as released but is not in {LOCK_NAME};"
            f" lock it with `python manage.py check_catalogs --lock {catalog.ref}`",
        )
    elif locked != digest:
        document.problem(
            ("released",),
            f"公開済みの {catalog.ref} の中身が {LOCK_NAME} と違います。元に戻し、変更は新しい版として作ってください",
            f"the released {catalog.ref} differs from {LOCK_NAME}: restore it and make the change in a new version",
        )


# --- helpers ------------------------------------------------------------------------------------------------------


def shown(file: Path, base: Path | None) -> str:
    """The file's name in messages: relative to `base` where it stands under it."""
    if base is not None and file.resolve().is_relative_to(base.resolve()):
        return str(file.resolve().relative_to(base.resolve()))
    return str(file)


def _unique(problems: list[Problem]) -> list[Problem]:
    return sorted(set(problems))


def json_schema() -> dict[str, Any]:
    """JSON Schema of `catalog.yaml` for editors, written from the model that the loader uses.

    A list may also hold `{include: file}` where sections, actions or glossary entries stand.
    """
    schema = TypeAdapter(Catalog).json_schema(by_alias=True)
    include = {
        "type": "object",
        "properties": {"include": {"type": "string"}},
        "required": ["include"],
        "additionalProperties": False,
    }
    spliced = [
        (schema["$defs"]["Axis"], "sections"),
        (schema["$defs"]["Section"], "questions"),
        (schema, "actions"),
        (schema, "glossary"),
    ]
    for owner, name in spliced:
        items = owner["properties"][name]["items"]
        owner["properties"][name]["items"] = {"anyOf": [items, include]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Keian Karte catalog"}
