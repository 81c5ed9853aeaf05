"""Search: Japanese and English at once, whatever somebody types, with what was found marked and everything escaped."""

from __future__ import annotations

import os
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from guidance import findable
from guidance.catalog import Text
from guidance.registry import Library
from guidance.search import LONGEST_QUERY, Document, Hit, Index, Part, read_query
from tests.catalogs import careful


def document(name: str, title: Text, *passages: Text) -> Document:
    return Document("term", name, title, passages)


INDEX = Index(
    [
        document(
            "A-STK-01", Text("過剰在庫品の扱い", "Excess goods"), Text("倉庫を見ます。", "Look at the warehouses.")
        ),
        document("B-2", Text("備え", "Reserves"), Text("在庫を数えます。", "Count the stock in writing.")),
        document("C-3", Text("ＡＩ人材", "AI people"), Text("ﾊﾞｯｸｱｯﾌﾟと素材", "Backups and writing in books")),
        document("D-4", Text("在る。庫", "Apart")),
    ]
)


def found(typed: str, index: Index = INDEX) -> list[str]:
    return [item.id for item in index.find(read_query(typed))]


def shown(typed: str, language: str = "ja", index: Index = INDEX) -> list[Hit]:
    query = read_query(typed)
    return list(index.show(index.find(query), query, "en" if language == "en" else "ja"))


def marked(parts: tuple[Part, ...]) -> list[str]:
    return [part.text for part in parts if part.marked]


@pytest.mark.pure
@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("在庫", ["A-STK-01", "B-2"]),
        ("過剰在庫", ["A-STK-01"]),
        ("在庫品", ["A-STK-01"]),
        ("庫在", []),
        ("在庫 倉庫", ["A-STK-01"]),
        ("在庫　warehouse", ["A-STK-01"]),
        ("stocks", ["B-2"]),
        ("COUNTED", ["B-2"]),
        ("ai人材", ["C-3"]),
        ("ＡＩ", ["C-3"]),
        ("バックアップ", ["C-3"]),
        ("ﾊﾞｯｸｱｯﾌﾟ", ["C-3"]),
        ("a-stk-01", ["A-STK-01"]),
        ('"in writing"', ["B-2"]),
        ("「writing in」", ["C-3"]),
        ("nothing of this", []),
    ],
)
def test_what_is_found(typed: str, ids: list[str]) -> None:
    assert sorted(found(typed)) == ids


@pytest.mark.pure
def test_one_japanese_character_finds_what_begins_with_it_and_what_ends_with_it() -> None:
    assert found("材") == ["C-3"]
    assert sorted(found("庫")) == ["A-STK-01", "B-2", "D-4"]
    assert found("AI人") == ["C-3"]


@pytest.mark.pure
def test_a_word_in_the_title_weighs_more_than_one_in_the_text() -> None:
    assert found("在庫") == ["A-STK-01", "B-2"]


@pytest.mark.pure
def test_an_empty_query_finds_nothing() -> None:
    for typed in ("", "   ", '"', "「」", "…、。!?", "*", "_"):
        assert read_query(typed).match == ""
        assert found(typed) == []


@pytest.mark.pure
@pytest.mark.parametrize(
    "typed",
    [
        "a OR b",
        "NOT",
        "NEAR(a b",
        'x"',
        "title:在庫",
        "a*",
        "^a",
        "a AND",
        "(",
        "a + b",
        "'; DROP TABLE documents",
        "{a}",
    ],
)
def test_the_search_engines_own_syntax_is_only_text(typed: str) -> None:
    found(typed)
    shown(typed)


@pytest.mark.pure
@careful
@given(st.text(max_size=60))
def test_nothing_that_can_be_typed_is_an_error(typed: str) -> None:
    shown(typed, "en")
    assert found("在庫") == ["A-STK-01", "B-2"]


@pytest.mark.pure
@careful
@given(st.text(alphabet="在庫倉材備えカナ々〇", min_size=2, max_size=6), st.text(alphabet="品の中。", max_size=3))
def test_every_run_of_a_japanese_text_is_found_in_it_and_no_other_text_is(run: str, around: str) -> None:
    small = Index([document("1", Text(around + run + around)), document("2", Text("別の言葉です"))])
    assert found(run, small) == ["1"]


@pytest.mark.pure
def test_a_long_query_is_cut_and_says_so() -> None:
    query = read_query("在庫 " * 100)
    assert query.cut
    assert len(query.text) == LONGEST_QUERY
    assert found("在庫 " * 100) == ["A-STK-01", "B-2"]
    assert not read_query("在庫").cut


@pytest.mark.pure
def test_marks_stand_on_the_words_that_were_found_in_any_form_and_width() -> None:
    assert marked(shown("在庫")[0].title) == ["在庫"]
    [hit] = shown("stocks", "en")
    assert marked(hit.snippet) == ["stock"]
    [hit] = shown("バックアップ")
    assert marked(hit.snippet) == ["ﾊﾞｯｸｱｯﾌﾟ"]
    [hit] = shown("ai人材")
    assert marked(hit.title) == ["ＡＩ", "人材"]
    assert "".join(part.text for part in hit.title) == "ＡＩ人材"


@pytest.mark.pure
def test_a_hit_in_the_other_language_is_shown_in_this_one_and_says_so() -> None:
    [hit] = shown("warehouse", "ja")
    assert hit.elsewhere
    assert "".join(part.text for part in hit.snippet) == "倉庫を見ます。"
    assert not shown("warehouse", "en")[0].elsewhere
    assert not shown("A-STK-01", "ja")[0].elsewhere


@pytest.mark.pure
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_long_text_is_shown_around_what_was_found(language: str) -> None:
    long = Text(
        "前の文です。" * 60 + "在庫です。" + "後の文です。" * 60, "before it " * 60 + "stock " + "after it " * 60
    )
    index = Index([document("1", Text("題", "Title"), Text("短い文", "Short"), long)])
    [hit] = shown("在庫" if language == "ja" else "stock", language, index)
    assert marked(hit.snippet) == ["在庫" if language == "ja" else "stock"]
    text = "".join(part.text for part in hit.snippet)
    assert (text[0], text[-1]) == ("…", "…")
    assert len(text) <= 300


@pytest.mark.pure
def test_many_threads_search_one_index() -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(map(tuple, pool.map(lambda _number: found("在庫"), range(200)))) == {("A-STK-01", "B-2")}


# --- the index of this process ----------------------------------------------------------------------------------------


def test_the_index_is_built_once_for_a_library(shelf: Library) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len({id(index) for index in pool.map(lambda _number: findable.index(), range(16))}) == 1
    assert findable.index() is findable.index()


def test_a_forked_process_builds_its_own(shelf: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    first = findable.index()
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert findable.index() is not first


def test_everything_with_an_address_can_be_found(shelf: Library) -> None:
    kinds = {item.kind for item in findable.index().documents}
    assert kinds == {"source", "clause", "question", "action", "measure", "list", "entry", "term"}


# --- the page ---------------------------------------------------------------------------------------------------------


def page(typed: str, browser: Client | None = None, **more: str) -> str:
    response = (browser or Client()).get("/guidance/search", {"q": typed, **more})
    assert response.status_code == 200
    html: str = response.content.decode()
    return html


def links(html: str) -> list[str]:
    return re.findall(r'<p class="hits__title"><a href="([^"]+)"', html)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("在庫の日数", "/guidance/questions/Q-1"),
        ("段階3 見張り", "/guidance/questions/Q-2"),
        ("stock table", "/guidance/actions/ACT-1"),
        ("二社", "/guidance/clauses/C-B"),
        ("document paper", "/guidance/sources/paper"),
        ("偏り", "/guidance/glossary#hhi"),
        ("ネオジム", "/guidance/lists/materials#SM-1"),
        ("価格を話さない", "/guidance/lists/talks#AM-1"),
        ("windowsの一覧", "/guidance/lists/windows"),
        ("賃上げ", "/guidance/support/SUP-1"),
        ("設備の補助金", "/guidance/support/SUP-1"),
    ],
)
def test_every_kind_is_found_with_its_address_and_the_address_answers(shelf: Library, typed: str, address: str) -> None:
    assert address in links(page(typed))
    assert Client().get(address).status_code == 200


def test_what_was_found_is_marked_labelled_and_counted(shelf: Library) -> None:
    html = page("見張り")
    assert "「見張り」：2 件" in html
    assert "<mark>見張り</mark>" in html
    assert {"/guidance/questions/Q-2", "/guidance/actions/ACT-2"} == set(links(html))
    assert "設問 Q-2" in html


def test_texts_are_escaped_and_so_is_what_was_typed(shelf: Library) -> None:
    html = page("記号")
    assert "&lt;b&gt;<mark>記号</mark>&lt;/b&gt;" in html
    assert "<b>記号" not in html
    html = page('"><script>alert(1)</script>')
    assert "<script>alert" not in html


def test_an_empty_search_and_one_without_letters_help_on(shelf: Library) -> None:
    assert "探したい言葉を入れてください" in page("")
    assert "文字や数字が入っていない" in page("！？")
    assert 'value="！？"' in page("！？")


def test_nothing_found_keeps_the_words_and_says_what_to_try(shelf: Library) -> None:
    html = page("存在しない言葉")
    assert "「存在しない言葉」は見つかりませんでした" in html
    assert 'value="存在しない言葉"' in html
    assert "短い言葉で" in html


def test_a_long_input_is_searched_by_its_beginning_and_says_so(shelf: Library) -> None:
    assert "はじめの 200 文字で探しました" in page("在庫" + " " * 10 + "表 " * 200)
    assert "はじめの 200 文字" not in page("在庫")


def test_a_search_can_be_kept_to_one_kind(shelf: Library) -> None:
    html = page("見張り", kind="action")
    assert links(html) == ["/guidance/actions/ACT-2"]
    assert 'name="kind" value="action"' in html
    assert len(links(page("見張り", kind="nonsense"))) == 2


def test_more_than_fifty_hits_are_capped_and_say_so(shelf: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    many = Index([document(f"T-{number}", Text("在庫")) for number in range(60)])
    monkeypatch.setattr("guidance.views.searching.index", lambda: many)
    html = page("在庫")
    assert "「在庫」：60 件" in html
    assert len(links(html)) == 50
    assert "近いものから 50 件" in html


def test_in_english_the_english_texts_are_shown(shelf: Library) -> None:
    browser = Client()
    browser.post("/language", {"language": "en", "next": "/guidance/search"})
    html = page("見張り", browser)
    assert "Do you watch with AI?" in html
    assert "使った見張り" not in html


def test_the_shipped_library_is_searched_quickly() -> None:
    findable.index()
    start = time.perf_counter()
    for typed in ("在庫", "輸出管理", "supplier", "の", "the"):
        query = read_query(typed)
        findable.index().show(findable.index().find(query)[:50], query, "ja")
    assert time.perf_counter() - start < 2
