"""The library as documents to search, and the one search index of this process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from threading import Lock

from guidance.catalog import Catalog, Text
from guidance.reference import Measure
from guidance.registry import Library, current_catalog, library
from guidance.search import Document, Index, Kind

_building = Lock()


@dataclass(frozen=True, slots=True)
class _Held:
    process: int
    library: Library
    index: Index

    def fits(self) -> bool:
        """Whether this is the index of the library that this process has now."""
        return self.process == os.getpid() and self.library is library()


_held: _Held | None = None


def index() -> Index:
    """The index of the library and its current catalog, built at the first search of this process.

    A process that was forked builds its own: a connection to SQLite does not survive a fork.
    """
    global _held
    held = _held
    if held is None or not held.fits():
        with _building:
            held = _held
            if held is None or not held.fits():
                _held = held = _Held(os.getpid(), library(), Index(documents_of(library(), current_catalog())))
    return held.index


def documents_of(found: Library, catalog: Catalog) -> Iterator[Document]:
    """Everything that can be found: documents, clauses, questions, actions, measures, lists, their entries, terms."""
    for source in found.sources.values():
        words = (source.issuer, source.edition, *([source.status_note] if source.status_note else []))
        yield Document("source", source.source, source.title, words)
    for clause in found.clauses.values():
        yield Document("clause", clause.id, clause.heading, _texts(clause, clause.heading))
    for question in catalog.questions.values():
        yield Document("question", question.id, question.text, _texts(question, question.text))
    for action in catalog.actions:
        yield Document("action", action.id, action.title, _texts(action, action.title))
    for owner in found.lists.values():
        yield Document("list", owner.list, owner.title, (owner.intro, owner.source))
        for item in owner.items:
            kind: Kind = "measure" if isinstance(item, Measure) else "entry"
            yield Document(kind, item.id, item.name, _texts(item, item.name))
    for term in catalog.glossary:
        yield Document("term", term.id, term.term, (term.text,))


def _texts(value: object, title: Text) -> tuple[Text, ...]:
    """Every text within `value` but its title."""
    return tuple(text for text in _walk(value) if text is not title)


def _walk(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _walk(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _walk(getattr(value, field.name))
