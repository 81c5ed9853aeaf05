"""PURE. What an author should look at in a sound catalog: nothing here refuses it."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import product
from typing import Any, Literal

from guidance import readability
from guidance.catalog import Language, Text
from guidance.problems import Problem
from guidance.profile import FACTS
from guidance.reading import Document, Loc
from guidance.structure import named_facts
from guidance.terms import spelt

RemarkKind = Literal["unknown_fact", "no_english", "same_level", "too_long", "hard_to_read", "unused_term"]
KINDS: dict[RemarkKind, Text] = {
    "unknown_fact": Text("画面で尋ねない項目", "facts that no form asks"),
    "no_english": Text("英語なし", "no English"),
    "same_level": Text("段階の文の重なり", "repeated level wording"),
    "too_long": Text("長すぎる文", "too long"),
    "hard_to_read": Text("読みにくい文", "hard to read"),
    "unused_term": Text("使われない用語", "unused terms"),
}

LANGUAGES: tuple[Language, ...] = ("ja", "en")

# The longest text of each kind, in characters of Japanese and of English: set above what most texts need, so that
# outliers are named and not style.
LIMITS: dict[str, tuple[int, int]] = {
    "section.title": (20, 60),
    "question.text": (60, 220),
    "question.why": (160, 400),
    "question.hint": (80, 200),
    "question.level": (75, 220),
    "question.evidence": (60, 180),
    "action.title": (30, 90),
    "action.why": (160, 400),
    "action.first_step": (80, 220),
    "action.this_year": (120, 320),
    "action.assumption": (100, 280),
    "action.how": (90, 260),
    "glossary.term": (30, 80),
    "glossary.text": (140, 420),
}


@dataclass(frozen=True, slots=True, order=True)
class Remark(Problem):
    """A place worth a second look, by kind."""

    kind: RemarkKind = "unknown_fact"


@dataclass(frozen=True, slots=True)
class Found:
    """One text of a catalog: where it stands, of what kind it is, its languages."""

    loc: Loc
    kind: str
    words: dict[str, str]


def remarks_on(document: Document, page_words: str = "") -> tuple[Remark, ...]:
    """Every remark on a sound catalog's document, by place. `page_words`: what pages say outside the catalog, where a
    glossary term may be used too."""
    texts = list(texts_in(document.data))
    remarks = [
        *unknown_facts(document),
        *_without_english(document, texts),
        *_same_levels(document),
        *_too_long(document, texts),
        *_hard_to_read(document, texts),
        *_unused_terms(document, texts, page_words),
    ]
    return tuple(sorted(remarks, key=lambda remark: (remark.file, remark.sheet, remark.line, remark.where, remark.en)))


def counted(remarks: tuple[Remark, ...]) -> dict[RemarkKind, int]:
    """How many there are of each kind that occurs."""
    numbers = {kind: sum(remark.kind == kind for remark in remarks) for kind in KINDS}
    return {kind: number for kind, number in numbers.items() if number}


def unknown_facts(document: Document) -> list[Remark]:
    """A condition on a fact that no form of ours asks is legal, but most often a slip of the pen."""
    remarks = []
    for loc, key in named_facts(document.data):
        if key not in FACTS:
            near = get_close_matches(key, FACTS, n=1)
            ja = f"（{near[0]} のことですか）" if near else ""
            en = f" (did you mean {near[0]}?)" if near else ""
            remarks.append(
                _remark(
                    document,
                    loc,
                    "unknown_fact",
                    f"プロフィール項目「{key}」はこのアプリの画面では尋ねません{ja}",
                    f"no form of this app asks the profile fact {key!r}{en}",
                )
            )
    return remarks


def texts_in(data: Any) -> Iterator[Found]:
    """Every text of a catalog with its kind, in the order of the file."""

    def visit(loc: Loc, value: Any) -> Iterator[Found]:
        if isinstance(value, dict):
            if isinstance(value.get("ja"), str):
                yield Found(loc, _kind(loc), {key: text for key, text in value.items() if isinstance(text, str)})
                return
            for name, part in value.items():
                yield from visit((*loc, name), part)
        elif isinstance(value, list):
            for index, part in enumerate(value):
                yield from visit((*loc, index), part)

    yield from visit((), data)


def _kind(loc: Loc) -> str:
    """`question.level` and the like: the thing that holds the text, and the text's name in it."""
    names = [step for step in loc if isinstance(step, str)]
    owners = {"axes": "axis", "sections": "section", "questions": "question", "actions": "action"}
    owner, name = ("catalog", *names)[-2:]
    return f"{owners.get(owner, owner)}.{'level' if name == 'levels' else name}"


# --- the kinds ----------------------------------------------------------------------------------------------------


def _without_english(document: Document, texts: list[Found]) -> Iterator[Remark]:
    for text in texts:
        if not text.words.get("en", "").strip():
            yield _remark(document, text.loc, "no_english", "英語（en）がありません", "there is no English (en)")


def _same_levels(document: Document) -> Iterator[Remark]:
    levels: dict[Loc, list[Found]] = defaultdict(list)
    for text in texts_in(document.data):
        if text.kind == "question.level":
            levels[text.loc[:-1]].append(text)
    for found, language in product(levels.values(), LANGUAGES):
        first: dict[str, Any] = {}
        for text in found:
            level, wording = text.loc[-1], _bare(text.words.get(language, ""))
            if wording and first.setdefault(wording, level) != level:
                yield _remark(
                    document,
                    (*text.loc, language),
                    "same_level",
                    f"段階{level}の文が段階{first[wording]}と同じです。違いが読み取れるように書き分けてください",
                    f"level {level} says the same as level {first[wording]}; make the difference readable",
                )


def _bare(text: str) -> str:
    """The letters and digits of a text, so that spaces, signs and width make no difference."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def _too_long(document: Document, texts: list[Found]) -> Iterator[Remark]:
    for text in texts:
        for language, limit in zip(LANGUAGES, LIMITS.get(text.kind, ()), strict=False):
            length = len(text.words.get(language, "").strip())
            if length > limit:
                yield _remark(
                    document,
                    (*text.loc, language),
                    "too_long",
                    f"{length}文字あります。{limit}文字までを目安に縮めてください",
                    f"{length} characters; aim at {limit} at most",
                )


def _hard_to_read(document: Document, texts: list[Found]) -> Iterator[Remark]:
    kinds: dict[str, list[Found]] = defaultdict(list)
    for text in texts:
        kinds[text.kind].append(text)
    for found in kinds.values():
        for measure in readability.MEASURES:
            words = {text.loc: text.words[measure.language] for text in found if text.words.get(measure.language)}
            for loc, (value, middle) in readability.outliers(words, measure).items():
                name, shown, usual = measure.name, measure.shown(value), measure.shown(middle)
                yield _remark(
                    document,
                    (*loc, measure.language),
                    "hard_to_read",
                    f"読みにくいかもしれません。{name.ja}が {shown}（同じ種類の文の中央値は {usual}）",
                    f"may be hard to read: {name.en} is {shown} (median of its kind: {usual})",
                )


def _unused_terms(document: Document, texts: list[Found], page_words: str) -> Iterator[Remark]:
    japanese, english = page_words, page_words.casefold()
    entries: dict[Loc, tuple[str, str]] = defaultdict(lambda: ("", ""))
    for text in texts:
        ja, en = text.words.get("ja", ""), text.words.get("en", "").casefold()
        owner: Loc = text.loc[:2] if text.loc[:1] == ("glossary",) else ()
        entries[owner] = (f"{entries[owner][0]}\n{ja}", f"{entries[owner][1]}\n{en}")
    for text in texts:
        if text.kind != "glossary.term":
            continue
        # A term that stands only in its own entry explains nothing.
        others = [words for owner, words in entries.items() if owner != text.loc[:2]]
        in_japanese = "\n".join([japanese, *(words[0] for words in others)])
        in_english = "\n".join([english, *(words[1] for words in others)])
        used = any(name in in_japanese for name in spelt(text.words["ja"])) or any(
            name.casefold() in in_english for name in spelt(text.words.get("en", ""))
        )
        if not used:
            name = text.words["ja"]
            yield _remark(
                document,
                text.loc[:2],
                "unused_term",
                f"用語「{name}」はどの文でも使われていません。消すか、使ってください",
                f"no text uses the term {name!r}; remove it or use it",
            )


def _remark(document: Document, loc: Loc, kind: RemarkKind, ja: str, en: str) -> Remark:
    told = document.told(loc, ja, en)
    return Remark(told.file, told.line, told.where, told.ja, told.en, told.sheet, told.column, kind)
