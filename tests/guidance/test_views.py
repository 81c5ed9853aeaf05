"""The library for readers: documents, clauses, questions, actions, glossary. Open to all, without the database."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from guidance.registry import Library, current_catalog, library


def page(address: str, language: str = "ja", status: int = 200) -> str:
    """The page as an anonymous reader gets it. Without the mark `django_db`, a query would fail the test."""
    browser = Client()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    response = browser.get(address)
    assert response.status_code == status, address
    return unescape(response.content.decode())


def links(html: str) -> set[str]:
    main = html[html.index("<main") : html.index("</main>")]
    return set(re.findall(r'href="([^"]+)"', main))


ADDRESSES = (
    "",
    "sources/paper",
    "clauses/C-A",
    "clauses/C-B",
    "clauses/C-C",
    "questions",
    "questions/Q-1",
    "questions/Q-2",
    "questions/Q-OLD",
    "actions",
    "actions/ACT-1",
    "actions/ACT-2",
    "glossary",
)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_has_a_title_one_heading_and_headings_in_order(shelf: Library, address: str, language: str) -> None:
    html = page(f"/guidance/{address}", language)
    title = re.search(r"<title>(.*?)</title>", html, re.S)
    assert title
    assert title[1].split("|")[0].strip()
    depths = [int(depth) for depth in re.findall(r"<h([1-6])", html)]
    assert depths.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(depths))
    if address:
        assert '<nav class="breadcrumb-line"' in html
        assert 'href="/guidance/"' in html


@pytest.mark.parametrize("kind", ["sources", "clauses", "questions", "actions", "lists", "support"])
def test_what_does_not_exist_is_not_found(shelf: Library, kind: str) -> None:
    for name in ("nothing", "paper.yaml", "..", "Q-1%00", "q-1"):
        assert Client().get(f"/guidance/{kind}/{name}").status_code == 404


# --- the first page ---------------------------------------------------------------------------------------------------


def test_the_first_page_leads_to_everything(shelf: Library) -> None:
    html = page("/guidance/")
    expected = {
        *(f"/guidance/sources/{name}" for name in shelf.sources),
        *(f"/guidance/questions/{name}" for name in current_catalog().questions),
        *(f"/guidance/lists/{name}" for name in shelf.lists if name != "support-measures"),
        *("/guidance/questions", "/guidance/actions", "/guidance/support", "/guidance/glossary"),
    }
    assert expected <= links(html)
    assert 'action="/guidance/search"' in html


def test_documents_say_their_edition_status_date_and_count_and_what_is_old_needs_checking(shelf: Library) -> None:
    html = page("/guidance/")
    old, paper = html[html.index("old の文書") : html.index("paper の文書")], html[html.index("paper の文書") :]
    for words in ("第2版（2026/01/23）", "案の段階"):
        assert words in paper
    assert "条項 3 件" in paper
    assert "条項 1 件" in old
    assert "2025/06/01" in old
    assert "確認が必要です" in old
    assert "確認が必要です" not in paper[: paper.index("設問票")]


def test_lists_say_how_many_of_what_date_and_when_checked(shelf: Library) -> None:
    assert "1 件・2026/04/15 時点・2025/05/01 に確かめました" in page("/guidance/")


# --- documents and clauses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source_id", ["old", "paper"])
def test_a_document_shows_every_clause_with_its_certainty_and_the_questions_that_ask_it(
    shelf: Library, source_id: str
) -> None:
    html = page(f"/guidance/sources/{source_id}")
    for clause in shelf.sources[source_id].clauses:
        found = re.search(rf'<section class="clause" id="{re.escape(clause.id)}">.*?</section>', html, re.S)
        assert found, clause.id
        assert f'href="/guidance/clauses/{clause.id}"' in found[0]
        asked = {question.id for question in current_catalog().questions.values() if clause.id in question.clauses}
        assert set(re.findall(r'href="/guidance/questions/([^"]+)"', found[0])) == asked
        own = "文書の言葉ではありません" in found[0]
        assert own == (clause.certainty == "C"), f"{clause.id}: only A and B lines are what the document says"
    assert ("確認が必要です" in html) == (source_id == "old")


def test_a_clause_shows_what_is_known_of_it(shelf: Library) -> None:
    html = page("/guidance/clauses/C-B")
    for words in (
        "二社から買うことを勧めています。",
        "本文3ページ",
        "B：信頼できる二次資料が報じているもの",
        "業界の新聞",
        'href="https://example.org/line"',
        "本文は未確認です。",
        "第2版（2026/01/23）",
        "案の段階",
        "この条項を尋ねる設問はありません",
    ):
        assert words in html, words


def test_a_clause_leads_to_its_questions_their_actions_its_document_and_its_neighbours(shelf: Library) -> None:
    found = links(page("/guidance/clauses/C-A"))
    assert {"/guidance/questions/Q-1", "/guidance/actions/ACT-1", "/guidance/sources/paper#C-A"} <= found
    assert "/guidance/actions/ACT-2" not in found
    turns = {
        name: re.findall(r'rel="(prev|next)"', page(f"/guidance/clauses/{name}")) for name in ("C-A", "C-B", "C-C")
    }
    assert turns == {"C-A": ["next"], "C-B": ["prev", "next"], "C-C": ["prev"]}


@pytest.mark.parametrize(("name", "own"), [("C-A", False), ("C-B", False), ("C-C", True)])
def test_only_our_own_reading_is_shown_as_ours(shelf: Library, name: str, own: bool) -> None:
    assert ("本アプリの読み方です。文書の言葉ではありません。" in page(f"/guidance/clauses/{name}")) == own


# --- questions and actions --------------------------------------------------------------------------------------------


def test_a_question_says_all_that_the_questionnaire_knows_of_it(shelf: Library) -> None:
    html = page("/guidance/questions/Q-1")
    for words in (
        "在庫の日数を決めていますか。",
        "止まる製品が分かります。",
        "材料ごとに考えます。",
        *(f"段階{level}</li>" for level in range(5)),
        "購買",
        "「輸出をしている（商社経由を含む）」のどれかに当てはまる",
        "3。「在庫と備え」の全設問の重みの合計 4 のうち、75％",
        "この設問が段階2以上になるまで、自律性全体は段階3に届きません。",
        "在庫表",
        "設問票 shelf@2 の内容です。",
        "段階3へ：在庫の日数を決めていますか。：段階3",
    ):
        assert words in html, words
    assert "本アプリの読み方：" in html[: html.index("C-C 表にすること")]


def test_a_question_without_conditions_is_asked_of_all_and_names_no_gate(shelf: Library) -> None:
    html = page("/guidance/questions/Q-2")
    assert "すべての会社に尋ねます。" in html
    assert "段階の条件" not in html
    assert "本アプリの設問です" in html


def test_a_question_leads_to_clauses_actions_and_reference_data(shelf: Library) -> None:
    html = page("/guidance/questions/Q-1")
    assert {
        "/guidance/clauses/C-A",
        "/guidance/clauses/C-C",
        "/guidance/actions/ACT-1",
        "/guidance/lists/talks#AM-1",
        "/guidance/lists/windows#CW-1",
        "/guidance/lists/materials",
    } <= links(html)
    notice = html[html.index("notice--warning") :]
    assert "価格を話さない" in notice[: notice.index("</div>")]
    assert "相談先：" in html
    assert "相談先：" not in page("/guidance/questions/Q-2")


def test_a_question_of_an_older_version_alone_is_shown_from_there(shelf: Library) -> None:
    html = page("/guidance/questions/Q-OLD")
    assert "台帳はありますか。" in html
    assert "いまの設問票（shelf@2）にはありません。これは shelf@1 の内容です。" in html
    assert "/guidance/questions/Q-OLD" not in links(page("/guidance/questions"))


def test_actions_stand_under_the_section_that_they_raise(shelf: Library) -> None:
    html = page("/guidance/actions")
    assert html.index("自律性</h2>") < html.index("在庫と備え</h3>") < html.index("/guidance/actions/ACT-1")
    assert "購買・0円〜30万円・5人日" in html


def test_an_action_says_how_what_for_and_at_what_cost(shelf: Library) -> None:
    html = page("/guidance/actions/ACT-1")
    for words in (
        "三つ選びます。",
        "表がそろいます。",
        "部品を書き出す",
        "0円〜30万円",
        "5人日",
        "6週",
        "目安の前提：部品50点",
        "段階3へ：在庫の日数を決めていますか。：段階3",
        "採択や加点を約束するものではありません。最新の公募要領で確かめてください。",
    ):
        assert words in html, words
    assert {"/guidance/questions/Q-1", "/guidance/actions/ACT-2", "/guidance/support/SUP-1"} <= links(html)
    assert "先に済ませる行動" not in html
    assert "先に済ませる行動" in page("/guidance/actions/ACT-2")


# --- glossary and languages -------------------------------------------------------------------------------------------


def test_the_glossary_explains_every_term_under_its_own_address_in_the_order_of_the_file(shelf: Library) -> None:
    html = page("/guidance/glossary")
    assert re.findall(r'<dt id="([^"]+)"', html) == ["hhi", "script"]
    assert {"#hhi", "#script"} <= links(html)
    assert 'name="kind" value="term"' in html


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "Document paper"),
        ("clauses/C-A", "It recommends holding stock."),
        ("questions/Q-1", "yes to any of “Buys parts or materials from abroad (also through traders)”"),
        ("actions/ACT-1", "Make a stock table"),
        ("actions", "¥0–¥300,000"),
        ("glossary", "How much rests on few."),
    ],
)
def test_in_english_the_english_texts_are_shown(shelf: Library, address: str, said: str) -> None:
    html = page(f"/guidance/{address}", "en")
    assert '<html lang="en">' in html
    assert said in html


# --- the shipped library ----------------------------------------------------------------------------------------------


def test_every_address_of_the_shipped_library_answers() -> None:
    catalog, found = current_catalog(), library()
    addresses = [
        *(reverse("guidance:source", args=[name]) for name in found.sources),
        *(reverse("guidance:clause", args=[name]) for name in found.clauses),
        *(reverse("guidance:question", args=[name]) for name in catalog.questions),
        *(reverse("guidance:action", args=[name]) for name in catalog.actions_by_id),
    ]
    for address in addresses:
        page(address)
