"""Remarks: what an author should look at in a sound catalog, each with its line, by kind; none of them refuses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from guidance import readability
from guidance.readability import MEASURES, outliers, robust_z
from guidance.reading import read
from guidance.remarks import KINDS, LIMITS, Remark, counted, remarks_on, texts_in
from tests.guidance.files import MINIMAL, line_of, load, write

pytestmark = pytest.mark.pure

USED = MINIMAL.replace("ja: 分けていますか", "ja: 集中度を見ていますか")
"""The minimal catalog with its one glossary term in use."""


def remarks(folder: Path, text: str, page_words: str = "") -> tuple[Remark, ...]:
    file = write(folder, text)
    load(file)
    return remarks_on(read(file), page_words)


def only(folder: Path, text: str) -> Remark:
    [remark] = remarks(folder, text)
    return remark


def test_a_complete_catalog_has_none(tmp_path: Path) -> None:
    assert remarks(tmp_path, USED) == ()


def test_missing_english_is_named_with_its_line(tmp_path: Path) -> None:
    text = USED.replace("{ja: 三つ選ぶ, en: Pick three}", "{ja: 三つ選ぶ}")
    remark = only(tmp_path, text)
    assert (remark.kind, remark.line) == ("no_english", line_of(text, "{ja: 三つ選ぶ}"))
    assert remark.where == "actions[ACT-1].first_step"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{ja: 三, en: Third}", "{ja: 二　。, en: Third}", "level 3 says the same as level 2"),
        ("{ja: 四, en: Fours}", "{ja: 四, en: 'NOUGHT!'}", "level 4 says the same as level 0"),
    ],
)
def test_a_level_worded_twice_in_one_question_is_named_whatever_its_signs_and_width(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    text = USED.replace(old, new)
    remark = only(tmp_path, text)
    assert (remark.kind, remark.line) == ("same_level", line_of(text, new))
    assert told in remark.en


def test_the_same_level_in_two_questions_is_no_remark(tmp_path: Path) -> None:
    assert remarks(tmp_path, USED.replace("{ja: 零, en: Nought}", "{ja: 零, en: Zero}")) == ()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_text_is_too_long_from_the_first_sign_over_its_limit(tmp_path: Path, language: str) -> None:
    limit = LIMITS["action.title"][language == "en"]
    sign, old = ("あ", "ja: 書き出す") if language == "ja" else ("a", "en: Write down")
    assert remarks(tmp_path, USED.replace(old, f"{language}: {sign * limit}")) == ()
    text = USED.replace(old, f"{language}: {sign * (limit + 1)}")
    remark = only(tmp_path, text)
    assert (remark.kind, remark.line) == ("too_long", line_of(text, sign * limit))
    assert f"{limit + 1} characters" in remark.en


def test_every_limit_is_of_a_kind_of_text_that_a_catalog_can_have(tmp_path: Path) -> None:
    extra = "    hint: {ja: あ, en: A}\n    evidence: [{ja: あ, en: A}]\n"
    text = USED.replace("            weight: 2\n", "            weight: 2\n" + extra.replace("    ", "            "))
    more = "    how: [{ja: あ, en: A}]\n    this_year: {ja: あ, en: A}\n    assumption: {ja: あ, en: A}\n"
    text = text.replace("    weeks: 1\n", f"    weeks: 1\n{more}")
    kinds = {found.kind for found in texts_in(read(write(tmp_path, text)).data)}
    assert set(LIMITS) == kinds - {"axis.title"}


# --- reading ease -------------------------------------------------------------------------------------------------


def test_a_sentence_much_longer_than_its_kind_stands_out_and_a_slightly_longer_one_does_not() -> None:
    length = MEASURES[0]
    texts = {number: "あ" * (40 + number % 5) + "。" for number in range(20)}
    assert outliers({**texts, 99: "あ" * 60 + "。"}, length) == {}, "under the floor nothing stands out"
    assert outliers({**texts, 99: "あ" * 90 + "。"}, length) == {99: (91, 43)}
    same = dict.fromkeys(range(20), "あ" * 90 + "。")
    assert outliers(same, length) == {}, "what all have alike is the author's style"


def test_in_a_group_too_small_to_compare_only_the_ceiling_counts() -> None:
    length = MEASURES[0]
    assert outliers({1: "あ" * 20, 2: "あ" * 100}, length) == {}
    assert list(outliers({1: "あ" * 20, 2: "あ" * 130}, length)) == [2]


def test_scores_are_robust_and_equal_values_have_none() -> None:
    assert robust_z([5, 5, 5]) == [0, 0, 0]
    assert robust_z([1, 2, 3, 4, 100])[-1] > 10
    assert robust_z([5, 5, 5, 5, 9])[-1] > 0, "where most are equal, the mean deviation is taken"


@pytest.mark.parametrize(
    ("measure", "text", "value"),
    [
        (readability.longest_sentence, "短い文。これは長いほうの文です。", 12),
        (readability.commas, "あ、い、う。え、お。", 2),
        (readability.kanji_run, "この国際経済安全保障室は", 9),
        (readability.kanji_share, "国" * 15 + "の" * 15, 0.5),
        (readability.kanji_share, "国の", None),
        (readability.words_in_sentence, "One two. Three four five.", 3),
        (readability.word_length, "a bb a bb a bb a bb", 1.5),
        (readability.word_length, "internationalisation", None),
    ],
)
def test_the_measures_count_what_they_say(measure: object, text: str, value: float | None) -> None:
    assert callable(measure)
    assert measure(text) == value


def test_a_hard_text_is_named_with_its_figure_and_the_median(tmp_path: Path) -> None:
    text = USED.replace("en: It shows what would stop.", f"en: {'word ' * 70}")
    remark = only(tmp_path, text)
    assert (remark.kind, remark.where) == ("hard_to_read", "axes[autonomy].sections[A.one].questions[Q-1].why.en")
    assert "words in the longest English sentence is 70 (median of its kind: 37)" in remark.en


# --- the glossary -------------------------------------------------------------------------------------------------


def test_a_term_that_neither_the_catalog_nor_a_page_uses_is_named(tmp_path: Path) -> None:
    remark = only(tmp_path, MINIMAL)
    assert (remark.kind, remark.line, remark.where) == ("unused_term", line_of(MINIMAL, "id: hhi"), "glossary[hhi]")
    assert remarks(tmp_path, MINIMAL, "<p>集中度を見ます</p>") == ()


def test_a_term_counts_as_used_in_english_and_by_the_part_in_brackets(tmp_path: Path) -> None:
    assert remarks(tmp_path, MINIMAL.replace("en: Do you split?", "en: Do you know your hhi?")) == ()
    bracketed = MINIMAL.replace("term: {ja: 集中度, en: HHI}", "term: {ja: HHI（集中度）, en: Index}")
    assert remarks(tmp_path, bracketed.replace("ja: 分けていますか", "ja: 集中度を見ていますか")) == ()


def test_a_term_that_stands_only_in_its_own_explanation_is_unused(tmp_path: Path) -> None:
    assert only(tmp_path, MINIMAL.replace("ja: 偏りの目安", "ja: 集中度とは偏りの目安")).kind == "unused_term"


def test_remarks_are_counted_by_kind(tmp_path: Path) -> None:
    text = MINIMAL.replace("profile: imports", "profile: import").replace(", en: First}", "}")
    found = remarks(tmp_path, text)
    assert counted(found) == {"unknown_fact": 1, "no_english": 1, "unused_term": 1}
    assert set(counted(found)) <= set(KINDS)
    assert [remark.line for remark in found] == sorted(remark.line for remark in found)
