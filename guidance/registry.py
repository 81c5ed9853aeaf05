"""The catalogs and sources of this process: loaded once, frozen, shared by every request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType

from django.conf import settings

from guidance import faults
from guidance.catalog import Catalog, Clause, Source
from guidance.diffing import Diff, compare
from guidance.loading import LIBRARY, LoadedCatalog, load_catalog, load_reference, load_source, shown
from guidance.migration import Migration, load_migration
from guidance.problems import InputRefused, Problem
from guidance.reference import Entry, Measure, ReferenceList
from guidance.structure import References


class UnknownCatalog(LookupError):
    """No catalog of this name was loaded."""


@dataclass(frozen=True)
class Library:
    """Everything under `guidance/library` that loaded, and the faults of what did not."""

    sources: Mapping[str, Source]
    clauses: Mapping[str, Clause]
    clause_sources: Mapping[str, Source]
    lists: Mapping[str, ReferenceList]
    references: References
    catalogs: Mapping[str, LoadedCatalog]
    migrations: Mapping[tuple[str, str], Migration]
    """What people declared between two versions, by the names of both."""
    problems: tuple[Problem, ...]

    @cached_property
    def entries(self) -> Mapping[str, tuple[ReferenceList, Entry]]:
        """Every entry of the reference data by its id, with the list that it stands in."""
        return MappingProxyType({item.id: (found, item) for found in self.lists.values() for item in found.items})

    @cached_property
    def measures(self) -> Mapping[str, Measure]:
        """The support measures by id, in their order."""
        found = [item for owner in self.lists.values() for item in owner.items]
        return MappingProxyType({item.id: item for item in found if isinstance(item, Measure)})


def open_library(folder: Path = LIBRARY) -> Library:
    """Read a library folder. A faulty catalog is left out and its faults are listed; the others stay usable."""
    problems: list[Problem] = []
    sources: dict[str, Source] = {}
    for file in sorted((folder / "sources").glob("*.yaml")):
        try:
            source = load_source(file, base=folder)
        except InputRefused as refused:
            problems.extend(refused.problems)
        else:
            sources[source.source] = source
    clauses: dict[str, Clause] = {}
    owners: dict[str, Source] = {}
    for source in sources.values():
        for clause in source.clauses:
            clauses[clause.id] = clause
            owners[clause.id] = source
    lists: dict[str, ReferenceList] = {}
    for file in sorted([*(folder / "watchlists").glob("*.yaml"), *(folder / "support").glob("*.yaml")]):
        try:
            found = load_reference(file, base=folder)
        except InputRefused as refused:
            problems.extend(refused.problems)
        else:
            problems.extend(_taken(found, file, lists))
            lists[found.list] = found
    references = _references(clauses, lists, unread=bool(problems))
    catalogs: dict[str, LoadedCatalog] = {}
    for file in sorted(folder.glob("*/catalog.yaml")):
        try:
            loaded = load_catalog(file.parent, references, base=folder)
        except InputRefused as refused:
            problems.extend(refused.problems)
        else:
            catalogs[loaded.catalog.ref] = loaded
    migrations, faulty = _migrations(folder, catalogs)
    problems.extend(faulty)
    return Library(
        MappingProxyType(sources),
        references.clauses,
        MappingProxyType(owners),
        MappingProxyType(lists),
        references,
        MappingProxyType(catalogs),
        MappingProxyType(migrations),
        tuple(problems),
    )


def _migrations(
    folder: Path, catalogs: Mapping[str, LoadedCatalog]
) -> tuple[dict[tuple[str, str], Migration], list[Problem]]:
    """The migration files beside the catalogs that loaded, and the faults of those that did not load."""
    found: dict[tuple[str, str], Migration] = {}
    problems: list[Problem] = []
    known = {ref: loaded.catalog for ref, loaded in catalogs.items()}
    for beside in sorted({loaded.folder for loaded in catalogs.values()}):
        for file in sorted(beside.glob("migration*.yaml")):
            try:
                migration = load_migration(file, known, shown_as=shown(file, folder))
            except InputRefused as refused:
                problems.extend(refused.problems)
                continue
            pair = (migration.old, migration.new)
            if pair in found or catalogs[migration.new].folder != beside:
                ja = "同じ二つの版の宣言が別にあるか、新しい版のフォルダーの外にあります。一つにまとめてください"
                en = "these two versions are declared elsewhere too, or outside the new version's folder; keep one file"
                problems.append(Problem(shown(file, folder), 1, "", ja, en))
            else:
                found[pair] = migration
    return found, problems


def _taken(found: ReferenceList, file: Path, lists: Mapping[str, ReferenceList]) -> list[Problem]:
    """Ids that another list uses already: an id is one address."""
    used = {name for owner in lists.values() for name in (owner.list, *owner.by_id)}
    return [
        Problem(file.name, 0, name, *faults.repeated("entry", name))
        for name in (found.list, *found.by_id)
        if name in used
    ]


def _references(clauses: Mapping[str, Clause], lists: Mapping[str, ReferenceList], *, unread: bool) -> References:
    items = [item for owner in lists.values() for item in owner.items]
    support = frozenset(item.id for item in items if isinstance(item, Measure))
    see = frozenset([*lists, *(item.id for item in items)]) - support
    return References(MappingProxyType(dict(clauses)), support, see, unread)


@cache
def library() -> Library:
    """The library of this installation."""
    return open_library(settings.GUIDANCE_LIBRARY)


def get_catalog(ref: str) -> Catalog:
    """The catalog named `catalog@version`. Raises UnknownCatalog, which lists the names that exist."""
    try:
        return library().catalogs[ref].catalog
    except KeyError:
        known = ", ".join(sorted(library().catalogs)) or "-"
        raise UnknownCatalog(f"{ref}（あるもの / known: {known}）") from None


def find_catalog(ref_or_path: str | None) -> Catalog:
    """A catalog by name or by path; without either, the current one. Raises UnknownCatalog or InputRefused."""
    if ref_or_path is None:
        return current_catalog()
    if _exists(path := Path(ref_or_path)):
        return load_catalog(path, library().references).catalog
    return get_catalog(ref_or_path)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


@cache
def difference(old: str, new: str) -> Diff:
    """What the version named `new` changes of the one named `old`. Raises UnknownCatalog."""
    return compare(get_catalog(old), get_catalog(new), library().migrations.get((old, new)))


@cache
def current_catalog() -> Catalog:
    """The version that new assessments use: the latest release, or the latest draft while nothing is released."""
    catalogs = [loaded.catalog for loaded in library().catalogs.values()]
    if not catalogs:
        faults = "\n".join(str(problem) for problem in library().problems)
        raise UnknownCatalog(f"使える設問票がありません / no usable catalog\n{faults}")
    released = [catalog for catalog in catalogs if catalog.released is not None]
    return max(released or catalogs, key=lambda catalog: (str(catalog.released), version_order(catalog)))


def released_catalogs() -> tuple[Catalog, ...]:
    """Every released version, the latest release first."""
    catalogs = [loaded.catalog for loaded in library().catalogs.values() if loaded.catalog.released is not None]
    return tuple(sorted(catalogs, key=lambda one: (str(one.released), version_order(one)), reverse=True))


def is_newer(one: Catalog, other: Catalog) -> bool:
    """Whether `one` is a later version of the same questionnaire than `other`: 2026.10 comes after 2026.2."""
    return one.catalog == other.catalog and version_order(one) > version_order(other)


def version_order(catalog: Catalog) -> list[tuple[int, str]]:
    """A key that sorts the versions of a questionnaire from the oldest to the newest."""
    return [(int(part) if part.isdecimal() else 0, part) for part in catalog.version.split(".")]
