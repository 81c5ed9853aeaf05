"""PURE. Full-text search in Japanese and English at once: documents in SQLite's FTS5 in memory, queries, snippets.

FTS5 knows words between spaces. Latin words are stemmed (Porter); a run of Japanese is cut into overlapping pairs of
characters, so that a phrase of pairs is exactly a run of characters and 在庫 is found within 過剰在庫品.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Literal
from unicodedata import is_normalized, normalize

from guidance.catalog import Language, Text

Kind = Literal["source", "clause", "question", "action", "measure", "list", "entry", "term"]
LONGEST_QUERY = 200
TITLE_WEIGHT, BODY_WEIGHT = 8.0, 1.0
SNIPPET_BEFORE, SNIPPET_LENGTH = {"ja": 30, "en": 60}, {"ja": 110, "en": 220}

JAPANESE = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"  # 々〆〇, kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # kanji
)
SEGMENT = re.compile(rf"([{JAPANESE}]+)|((?:(?![{JAPANESE}])[^\W_])+)")
TERM = re.compile(r'"([^"]*)"?|「([^」]*)」?|“([^”]*)”?|([^\s"「“]+)')
# A character with the marks that join it when it is normalised: half-width ﾊﾞ becomes バ.
CLUSTER = re.compile(r".[\u0300-\u036f\u3099\u309a\uff9e\uff9f]*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Document:
    """One thing with an address: its title, and all other texts in which it may be found."""

    kind: Kind
    id: str
    title: Text
    passages: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text, marked where it is what was searched for."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found. `elsewhere`: the words stand in its other language only."""

    document: Document
    title: tuple[Part, ...]
    snippet: tuple[Part, ...]
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody typed, read: every term has to be found. `cut` says that it was longer than LONGEST_QUERY."""

    text: str
    cut: bool
    match: str
    """The query for FTS5: quoted phrases of letters and digits, so nothing typed can be its syntax."""
    runs: tuple[str, ...]
    """Runs of Japanese to mark."""
    words: tuple[str, ...]
    """Latin words to mark, in each form that has their stem."""


def read_query(typed: str) -> Query:
    """`typed` as terms: words, runs of Japanese, and phrases in quotes. Without any letter, `match` is empty."""
    text = typed.strip()
    cut = len(text) > LONGEST_QUERY
    text = text[:LONGEST_QUERY]
    phrases: list[str] = []
    runs: list[str] = []
    words: list[str] = []
    for groups in TERM.findall(normalize("NFKC", text).lower()):
        segments = SEGMENT.findall(next((group for group in groups if group), ""))
        if not segments:
            continue
        runs += [run for run, _word in segments if run]
        words += [word for _run, word in segments if word]
        phrases.append(_phrase(segments))
    return Query(text, cut, " AND ".join(dict.fromkeys(phrases)), tuple(runs), tuple(words))


def _phrase(segments: Sequence[tuple[str, str]]) -> str:
    """One term as a phrase; a single last Japanese character is the beginning of whatever stands there."""
    tokens: list[str] = []
    for run, word in segments:
        tokens += _pairs(run) if run else [word]
    last, _word = segments[-1]
    if len(last) > 1:
        tokens.pop()  # its last character alone: in a text the run may go on
    return f'"{" ".join(tokens)}"{"*" if len(last) == 1 else ""}'


def _pairs(run: str) -> list[str]:
    """在庫品 is 在庫, 庫品, 品: each character begins one token."""
    return [run[place : place + 2] for place in range(len(run))]


def _tokens(text: str) -> Iterator[str]:
    for run, word in SEGMENT.findall(normalize("NFKC", text).lower()):
        yield from _pairs(run) if run else [word]


class Index:
    """The documents, ready to be searched by many threads. It holds their tokens, not a second copy of their texts."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents = tuple(documents)
        self._lock = Lock()
        self._tables = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        make = "CREATE VIRTUAL TABLE {} USING fts5({}, tokenize='porter unicode61')"
        self._tables.execute(make.format("documents", "title, body, content=''"))
        self._tables.execute(make.format("forms", "word"))
        forms: set[str] = set()
        for number, document in enumerate(self.documents):
            title = list(_tokens(" ".join([document.id, *_both([document.title])])))
            body = [token for text in _both(document.passages) for token in _tokens(text)]
            forms.update(token for token in (*title, *body) if token.isascii())
            row = (number, " ".join(title), " ".join(body))
            self._tables.execute("INSERT INTO documents (rowid, title, body) VALUES (?, ?, ?)", row)
        self._tables.executemany("INSERT INTO forms (word) VALUES (?)", [(word,) for word in sorted(forms)])
        self._tables.execute("INSERT INTO documents (documents) VALUES ('optimize')")

    def find(self, query: Query) -> tuple[Document, ...]:
        """Every document that has all terms in its texts of either language, the best first."""
        if not query.match:
            return ()
        with self._lock:
            rows = self._tables.execute(
                "SELECT rowid FROM documents WHERE documents MATCH ? ORDER BY bm25(documents, ?, ?), rowid",
                (query.match, TITLE_WEIGHT, BODY_WEIGHT),
            ).fetchall()
        return tuple(self.documents[number] for (number,) in rows)

    def show(self, found: Iterable[Document], query: Query, language: Language) -> tuple[Hit, ...]:
        """The documents as a page shows them in `language`, with what was searched for marked."""
        marks = self._marks(query)
        return tuple(_hit(document, marks, language) for document in found)

    def _marks(self, query: Query) -> re.Pattern[str] | None:
        """What to mark in a normalised text: the runs, and the forms of the Latin words."""
        latin = " OR ".join(f'"{word}"' for word in query.words)
        forms = list(query.words)
        if latin:
            with self._lock:
                rows = self._tables.execute("SELECT word FROM forms WHERE forms MATCH ?", (latin,)).fetchall()
            forms += [word for (word,) in rows]
        longest_first = sorted(query.runs, key=len, reverse=True)
        patterns = [re.escape(run) for run in longest_first]
        if forms:
            either = "|".join(re.escape(word) for word in sorted(forms, key=len, reverse=True))
            patterns.append(rf"(?<![^\W{JAPANESE}])(?:{either})(?![^\W{JAPANESE}])")
        return re.compile("|".join(patterns)) if patterns else None


def _both(texts: Iterable[Text]) -> list[str]:
    return [words for text in texts for words in (text.ja, text.en) if words]


def _hit(document: Document, marks: re.Pattern[str] | None, language: Language) -> Hit:
    title = document.title.get(language)
    in_title = _places(title, marks)
    passages = [(words, _places(words, marks)) for words in (text.get(language) for text in document.passages)]
    body, in_body = max(passages, key=lambda passage: len({*_said(*passage)}), default=("", []))
    return Hit(
        document,
        _parts(title, in_title, 0, len(title)),
        _snippet(body, in_body, language),
        elsewhere=not (in_title or in_body or _places(document.id, marks)),
    )


def _said(text: str, places: Sequence[tuple[int, int]]) -> list[str]:
    return [normalize("NFKC", text[start:end]).lower() for start, end in places]


def _places(text: str, marks: re.Pattern[str] | None) -> list[tuple[int, int]]:
    """From where to where in `text` the marks stand."""
    if marks is None:
        return []
    folded = text.lower()
    if is_normalized("NFKC", text) and len(folded) == len(text):
        return [match.span() for match in marks.finditer(folded)]
    letters: list[str] = []
    origin: list[tuple[int, int]] = []
    for cluster in CLUSTER.finditer(text):
        letters.append(normalize("NFKC", cluster[0]).lower())
        origin += [cluster.span()] * len(letters[-1])
    found = (match.span() for match in marks.finditer("".join(letters)))
    return [(origin[start][0], origin[end - 1][1]) for start, end in found]


def _snippet(text: str, places: Sequence[tuple[int, int]], language: Language) -> tuple[Part, ...]:
    """A piece of `text` around the first mark, with … where it was cut."""
    length = SNIPPET_LENGTH[language]
    start = max(0, places[0][0] - SNIPPET_BEFORE[language]) if places and len(text) > length else 0
    start = max(0, min(start, len(text) - length))
    end = min(len(text), start + length)
    if language == "en":
        start = text.rfind(" ", 0, start) + 1 if start else 0
        end = end if end == len(text) else max(text.rfind(" ", start, end), start + 1)
    parts = _parts(text, places, start, end)
    before = (Part("…"),) if start else ()
    return (*before, *parts, *((Part("…"),) if end < len(text) else ()))


def _parts(text: str, places: Sequence[tuple[int, int]], start: int, end: int) -> tuple[Part, ...]:
    parts: list[Part] = []
    here = start
    for first, last in places:
        if first < here or last > end:
            continue
        parts += [Part(text[here:first]), Part(text[first:last], marked=True)]
        here = last
    parts.append(Part(text[here:end]))
    return tuple(part for part in parts if part.text)
