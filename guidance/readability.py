"""PURE. How hard a short text reads: plain, explainable measures, and which texts stand out among their kind.

A morphological analyser would need a dictionary of tens of megabytes and Flesch-like formulas mean nothing for one
sentence, so a text is measured by what a reader trips over: long sentences, many clauses, walls of kanji, long words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import TypeVar

from guidance.catalog import Language, Text

Key = TypeVar("Key")
Z_LIMIT = 3.5
SMALLEST_GROUP = 8

SENTENCE_END = re.compile(r"(?<=[。！？!?])|(?<=\.)\s|\n")
KANJI = re.compile(r"[\u3005\u3400-\u9fff\uf900-\ufaff]+")
WORD = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a text. Below `floor` nothing stands out; from `ceiling` on a text stands out in any company."""

    language: Language
    name: Text
    of: Callable[[str], float | None]
    floor: float
    ceiling: float
    percent: bool = False

    def shown(self, value: float) -> str:
        return f"{value:.0%}" if self.percent else f"{value:g}"


def sentences(text: str) -> list[str]:
    return [part.strip() for part in SENTENCE_END.split(text) if part and part.strip()]


def longest_sentence(text: str) -> float:
    """Characters of the longest sentence."""
    return max(map(len, sentences(text)), default=0)


def commas(text: str) -> float:
    """Most 、 in one sentence."""
    return max((part.count("、") for part in sentences(text)), default=0)


def kanji_run(text: str) -> float:
    """Length of the longest run of kanji."""
    return max(map(len, KANJI.findall(text)), default=0)


def kanji_share(text: str) -> float | None:
    """Share of kanji among the characters; None for a text under 30 characters, where it says nothing."""
    return sum(map(len, KANJI.findall(text))) / len(text) if len(text) >= 30 else None


def words_in_sentence(text: str) -> float:
    """Words of the longest sentence."""
    return max((len(WORD.findall(part)) for part in sentences(text)), default=0)


def word_length(text: str) -> float | None:
    """Mean letters of a word; None for a text under eight words, where it says nothing."""
    words = WORD.findall(text)
    return round(fmean(map(len, words)), 1) if len(words) >= 8 else None


MEASURES = (
    Measure("ja", Text("一文の長さ（文字）", "longest Japanese sentence, in characters"), longest_sentence, 70, 120),
    Measure("ja", Text("一文の読点の数", "Japanese commas in one sentence"), commas, 5, 8),
    Measure("ja", Text("漢字の連なり（文字）", "longest run of kanji"), kanji_run, 9, 14),
    Measure("ja", Text("漢字の割合", "share of kanji"), kanji_share, 0.55, 0.7, percent=True),
    Measure("en", Text("英文の一文の語数", "words in the longest English sentence"), words_in_sentence, 35, 60),
    Measure("en", Text("英単語の平均の長さ（文字）", "mean length of the English words"), word_length, 6.2, 7.5),
)


def robust_z(values: Sequence[float]) -> list[float]:
    """Each value's distance from the median in robust standard deviations (median absolute deviation; where more than
    half of the values are equal, mean absolute deviation). All 0 for equal values."""
    middle = median(values)
    distances = [abs(value - middle) for value in values]
    spread = 1.4826 * median(distances) or 1.2533 * fmean(distances)
    return [(value - middle) / spread if spread else 0.0 for value in values]


def outliers(texts: Mapping[Key, str], measure: Measure) -> dict[Key, tuple[float, float]]:
    """Of texts of one kind, in the measure's language: those that read much harder, with value and median."""
    values = {key: value for key, text in texts.items() if (value := measure.of(text)) is not None}
    if not values:
        return {}
    middle = median(values.values())
    scores = robust_z(list(values.values())) if len(values) >= SMALLEST_GROUP else [0.0] * len(values)
    return {
        key: (value, middle)
        for (key, value), z in zip(values.items(), scores, strict=True)
        if value >= measure.ceiling or (value >= measure.floor and z > Z_LIMIT)
    }
