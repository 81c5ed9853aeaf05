"""Reference data for readers: lists with their dates, and measures that say what is missing and promise nothing."""

from __future__ import annotations

import re
from html import unescape
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test import Client

from assessments.cards import saved_card
from guidance.pointers import pointers
from guidance.registry import Library, current_catalog
from guidance.support import match
from tests.guidance.pages import page

NO_PROMISE = "採択や加点を約束するものではありません。最新の公募要領で確かめてください。"
STALE = "確認が必要です"


def row(html: str, name: str) -> str:
    found = re.search(rf'<tr id="{name}">.*?</tr>', html, re.S)
    assert found, name
    return found[0]


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    ("name", "entries"),
    [
        ("materials", ["SM-1"]),
        ("technologies", ["TD-1", "TD-2"]),
        ("controls", ["XC-1", "XC-2"]),
        ("bands", ["TH-1", "TH-2"]),
        ("requirements", ["RQ-1"]),
        ("talks", ["AM-1"]),
        ("windows", ["CW-1"]),
    ],
)
def test_a_list_says_what_it_is_and_each_entry_has_its_own_address(
    shelf: Library, name: str, entries: list[str], language: str
) -> None:
    html = page(f"/guidance/lists/{name}", language=language)
    assert re.findall(r'<tr id="([^"]+)">', html) == entries
    owner = shelf.lists[name]
    for words in (owner.title, owner.intro, owner.source):
        assert words.get(language) in html
    assert owner.as_of.strftime("%Y/%m/%d") in html
    assert owner.checked_on.strftime("%Y/%m/%d") in html
    cells = row(html, entries[0])
    assert cells.count("<td data-label=") == html.count('<th scope="col">') - 1


@pytest.mark.parametrize(
    ("address", "entry", "words"),
    [
        ("materials", "SM-1", ("永久磁石", "経済産業省", "ネオジム磁石", "省レアアース磁石", ">6<", "2024/01/10")),
        ("technologies", "TD-1", ("炭素繊維", "告示済み")),
        ("technologies", "TD-2", ("追加案",)),
        ("controls", "XC-1", ("ある国", "2023/12", "停止の期限（2026/11/10）を過ぎています。いまの扱いは未確認です。")),
        ("controls", "XC-2", ("一時停止中", "停止の期限：2027/11/10", "報道によります。")),
        ("bands", "TH-1", ("0.5を超える", "集中しています。")),
        ("bands", "TH-2", ("0.3を超え、0.5以下",)),
        ("requirements", "RQ-1", ("広く使う", "使うか")),
        ("talks", "AM-1", ("守る技術を話す", "価格を話さない")),
        ("windows", "CW-1", ("輸出の管理", "03-0000-0000", 'href="https://example.org/desk"')),
    ],
)
def test_an_entry_is_shown_as_its_kind_needs(shelf: Library, address: str, entry: str, words: tuple[str, ...]) -> None:
    found = row(page(f"/guidance/lists/{address}"), entry)
    for said in words:
        assert said in found, said


def test_a_suspension_that_has_ended_is_not_shown_as_running(shelf: Library) -> None:
    html = page("/guidance/lists/controls")
    assert "一時停止中" not in row(html, "XC-1")
    assert "過ぎています" not in row(html, "XC-2")


def test_what_nobody_checked_for_a_year_says_so_on_the_list_and_on_the_entry(shelf: Library) -> None:
    old, fresh = page("/guidance/lists/materials"), page("/guidance/lists/technologies")
    assert STALE in old[: old.index("<table")]
    assert STALE in row(old, "SM-1")
    assert STALE not in fresh


def test_an_entry_and_a_list_say_who_points_to_them(shelf: Library) -> None:
    cells = row(page("/guidance/lists/windows"), "CW-1")
    assert 'href="/guidance/questions/Q-1"' in cells
    assert 'href="/guidance/actions/ACT-1"' in cells
    after = page("/guidance/lists/materials").split("この一覧を参照している設問・行動")
    assert len(after) == 2
    assert 'href="/guidance/questions/Q-1"' in after[1]
    assert "この一覧を参照している" not in page("/guidance/lists/bands")


def test_a_list_is_no_legal_finding_and_a_place_to_ask_needs_no_such_word(shelf: Library) -> None:
    assert "法令上の判断ではありません" in page("/guidance/lists/materials")
    assert "法令上の判断" not in page("/guidance/lists/windows")


def test_the_list_of_measures_is_the_page_of_measures(shelf: Library) -> None:
    response = Client().get("/guidance/lists/support-measures")
    assert (response.status_code, response.headers["Location"]) == (301, "/guidance/support")


def test_pointers_are_sorted_by_what_a_reader_does_with_them(shelf: Library) -> None:
    found = pointers(["AM-1", "CW-1", "materials", "SM-1", "talks", "gone"])
    assert [item.address for item in found.cautions] == ["/guidance/lists/talks#AM-1", "/guidance/lists/talks"]
    assert [item.address for item in found.windows] == ["/guidance/lists/windows#CW-1"]
    assert [item.address for item in found.lists] == ["/guidance/lists/materials", "/guidance/lists/materials#SM-1"]
    assert not pointers([])


# --- support measures -------------------------------------------------------------------------------------------------


def block(html: str, name: str) -> str:
    found = re.search(rf'<section class="clause" id="{name}">.*?</section>', html, re.S)
    assert found, name
    return found[0]


def under(html: str, heading: str) -> list[str]:
    """The items below one heading of a measure."""
    found = re.search(rf"<dt>{heading}</dt><dd>(.*?)</dd>", html, re.S)
    return re.findall(r"<li>(.*?)</li>", found[1]) if found else []


def test_without_facts_every_measure_stands_in_its_order_and_nothing_is_judged(shelf: Library) -> None:
    html = page("/guidance/support")
    assert re.findall(r'<section class="clause" id="([^"]+)"', html) == ["SUP-1", "SUP-2"]
    first = block(html, "SUP-1")
    assert under(first, "まだ分からない条件") == ["売上が10億円以上", "2000人以下", "設備に投資する"]
    assert under(first, "当てはまる条件") == under(first, "足りない条件") == []
    assert html.count(NO_PROMISE) == 2


def test_the_form_asks_just_the_facts_that_conditions_use(shelf: Library) -> None:
    form = page("/guidance/support").split('id="facts"')[1]
    names = re.findall(r'name="([a-z_]+)"', form[: form.index("</form>")])
    assert names == ["employees", "sales_band", "plans_overseas", "invests_in_equipment"]


def test_facts_order_the_measures_and_explain_each(shelf: Library) -> None:
    given = "sales_band=1b-4b&employees=%EF%BC%92%EF%BC%90%EF%BC%90%EF%BC%91&plans_overseas=yes"
    html = page(f"/guidance/support?{given}")
    assert re.findall(r'<section class="clause" id="([^"]+)"', html) == ["SUP-2", "SUP-1"]
    first = block(html, "SUP-1")
    assert under(first, "当てはまる条件") == ["売上が10億円以上"]
    assert under(first, "足りない条件") == ["2000人以下"]
    assert under(first, "まだ分からない条件") == ["設備に投資する"]
    assert under(first, "このアプリでは確かめられない条件") == ["賃上げ"]
    assert "当てはまる 1・足りない 1・分からない 1" in first
    for words in ("2次公募", "2025/01/15", "事務局", "https://example.org/sup", "A：一次資料", NO_PROMISE, STALE):
        assert words in first, words
    assert STALE not in block(html, "SUP-2")


def test_no_is_an_answer_and_no_answer_is_not_no(shelf: Library) -> None:
    said_no = block(page("/guidance/support?plans_overseas=no"), "SUP-2")
    silent = block(page("/guidance/support?plans_overseas="), "SUP-2")
    assert under(said_no, "足りない条件") == ["海外を計画している"]
    assert under(silent, "まだ分からない条件") == ["海外を計画している"]


@pytest.mark.parametrize("bad", ["employees=many", "employees=-1", "sales_band=huge", "plans_overseas=perhaps"])
def test_a_fault_is_told_the_rest_is_kept_and_nothing_is_matched(shelf: Library, bad: str) -> None:
    html = page(f"/guidance/support?invests_in_equipment=yes&{bad}", status=422)
    assert "入力に直すところがあります" in html
    assert "is-invalid" in html
    assert '<option value="yes" selected>' in html
    assert under(block(html, "SUP-1"), "当てはまる条件") == []


def test_a_measure_has_an_address_and_takes_facts_from_it(shelf: Library) -> None:
    html = page("/guidance/support/SUP-1?sales_band=under-100m")
    assert under(html, "足りない条件") == ["売上が10億円以上"]
    assert 'href="/guidance/actions/ACT-1"' in html
    assert NO_PROMISE in html
    assert under(page("/guidance/support/SUP-1"), "足りない条件") == []


def test_no_page_of_measures_promises_anything(shelf: Library) -> None:
    for address in ("/guidance/support", "/guidance/support/SUP-1", "/guidance/support?plans_overseas=yes"):
        html = page(address)
        for words in ("採択されます", "受けられます", "加点されます", "対象です"):
            assert words not in html


def test_the_block_of_a_match_stands_on_any_page(shelf: Library) -> None:
    """The result page of a company includes it with its own heading."""
    context = {"match": match(shelf.measures["SUP-2"], {"plans_overseas": True}), "stale": False}
    html = render_to_string("guidance/_measure_match.html", context)
    assert under(html, "当てはまる条件") == ["海外を計画している"]
    assert not re.findall(r"<h[1-6]", html)
    assert NO_PROMISE in html


# --- the question card ------------------------------------------------------------------------------------------------


def card(name: str) -> str:
    """The card of a question as a respondent gets it."""
    catalog = current_catalog()
    found = saved_card(catalog.questions[name], 1, None, catalog.ref)
    place = SimpleNamespace(pk=uuid4())
    context = {"card": found, "organisation": place, "assessment": place, "open": True, "may_answer": True}
    return unescape(render_to_string("assessments/_question.html", context))


def test_a_card_shows_a_caution_as_a_notice_and_the_rest_as_links(shelf: Library) -> None:
    html = card("Q-1")
    notice = html[html.index("notice--warning") : html.index("</div></div>")]
    assert "価格を話さない" in notice
    assert 'href="/guidance/lists/talks#AM-1"' in notice
    assert '相談先：<a href="/guidance/lists/windows#CW-1">相談の窓口</a>' in html
    assert '参照：<a href="/guidance/lists/materials">materialsの一覧</a>' in html


def test_a_card_without_reference_data_carries_nothing_of_it(shelf: Library) -> None:
    html = card("Q-2")
    assert "notice--warning" not in html
    assert 'class="see"' not in html


def test_the_clauses_of_a_card_lead_to_their_own_pages(shelf: Library) -> None:
    assert re.findall(r'href="(/guidance/clauses/[^"]+)"', card("Q-1")) == [
        "/guidance/clauses/C-A",
        "/guidance/clauses/C-C",
    ]
