"""Where a question or an action points to in the reference data (`see`): cautions, places to ask, other lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from guidance.catalog import Text
from guidance.reference import Caution, Cautions, Entry, ReferenceList, Windows
from guidance.registry import library


@dataclass(frozen=True, slots=True)
class Pointer:
    """A list of the reference data, or one entry of it."""

    owner: ReferenceList
    entry: Entry | None = None

    @property
    def title(self) -> Text:
        return self.entry.name if self.entry else self.owner.title

    @property
    def caution(self) -> Text | None:
        """What to keep away from, where this is one case of a list of cautions."""
        return self.entry.caution if isinstance(self.entry, Caution) else None

    @property
    def address(self) -> str:
        page = reverse("guidance:list", args=[self.owner.list])
        return f"{page}#{self.entry.id}" if self.entry else page


@dataclass(frozen=True, slots=True)
class Pointers:
    """The pointers of one question or action, by what a reader does with them."""

    cautions: tuple[Pointer, ...]
    windows: tuple[Pointer, ...]
    lists: tuple[Pointer, ...]

    def __bool__(self) -> bool:
        return bool(self.cautions or self.windows or self.lists)


def pointers(names: Iterable[str]) -> Pointers:
    """The lists and entries of these ids; one that no list has is left out (the loader refuses it)."""
    found: list[Pointer] = []
    for name in names:
        if owner := library().lists.get(name):
            found.append(Pointer(owner))
        elif pair := library().entries.get(name):
            found.append(Pointer(*pair))
    return Pointers(
        tuple(item for item in found if isinstance(item.owner, Cautions)),
        tuple(item for item in found if isinstance(item.owner, Windows)),
        tuple(item for item in found if not isinstance(item.owner, Cautions | Windows)),
    )
