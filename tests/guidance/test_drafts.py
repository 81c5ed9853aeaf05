"""The pages for authors: a version as a respondent would see it, its workbook, and a workbook checked."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from html import unescape
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from guidance.conditions_in_words import condition_in_words
from guidance.forms import LARGEST_WORKBOOK
from guidance.loading import load_catalog
from guidance.preview import preview
from guidance.registry import Library
from guidance.workbook import QUESTIONS
from guidance.workbook_reading import read_workbook
from organisations.models import User
from organisations.policy import PlatformRole
from tests.builders import give_second_factor, make_platform_member
from tests.catalogs import make_question, one_axis
from tests.conftest import ClientOf
from tests.guidance.conftest import forget
from tests.guidance.pages import page

DRAFT = "/guidance/drafts/shelf@2"
CHECK = "/guidance/drafts/check"


def asked(html: str) -> list[str]:
    return re.findall(r'<section class="question" id="([^"]+)"', html)


# --- the preview --------------------------------------------------------------------------------------------------


def test_questions_are_numbered_as_asked_and_the_others_have_their_reason() -> None:
    condition = {"profile": "exports", "is": True}
    catalog = one_axis(make_question("Q-1", applies_when=condition), make_question("Q-2"), make_question("Q-3"))
    hidden = catalog.questions["Q-1"]
    [section] = preview(catalog, {}, "ja")
    assert [(number, question.id) for number, question in section.asked] == [(1, "Q-2"), (2, "Q-3")]
    assert hidden.applies_when is not None
    assert section.hidden == ((hidden, condition_in_words(hidden.applies_when, catalog, "ja")),)
    [section] = preview(catalog, {"exports": True}, "ja")
    assert [question.id for _, question in section.asked] == ["Q-1", "Q-2", "Q-3"]
    assert section.hidden == ()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_draft_is_shown_as_the_company_in_the_address_would_see_it(shelf: Library, language: str) -> None:
    catalog = shelf.catalogs["shelf@2"].catalog
    question = catalog.questions["Q-1"]
    assert question.applies_when is not None
    reason = condition_in_words(question.applies_when, catalog, language)
    html = page(DRAFT, language=language)
    assert asked(html) == ["Q-2"]
    assert reason in html
    html = page(f"{DRAFT}?imports=yes&employees=80", language=language)
    assert asked(html) == ["Q-1", "Q-2"]
    assert reason not in html
    for text in (question.text, question.why, question.hint, *question.levels, *question.evidence):
        assert text is not None
        assert text.get(language) in html
    assert 'href="/guidance/clauses/C-A"' in html
    assert html.count('type="radio"') == 10
    assert len(re.findall(r'<input type="radio"[^>]* disabled', html)) == 10


def test_the_page_says_that_it_is_a_draft_and_what_authors_should_look_at(shelf: Library) -> None:
    html = page(DRAFT)
    assert "shelf@2" in html
    assert "下書き" in html
    assert "用語「<b>記号</b>」" in html
    assert "<b>記号" not in Client().get(DRAFT).content.decode(), "what a catalog says is never markup"


def test_a_released_version_is_called_so(shelf: Library) -> None:
    assert "公開済み" not in page("/guidance/drafts/shelf@1")
    file = shelf.catalogs["shelf@1"].file
    file.write_text(file.read_text(encoding="utf-8") + "released: 2026-12-01\n", encoding="utf-8")
    call_command("check_catalogs", lock="shelf@1", stdout=StringIO(), stderr=StringIO())
    forget()
    html = page("/guidance/drafts/shelf@1")
    assert "公開済み" in html
    assert "2026/12/01 公開" in html


def test_every_yes_shows_every_question_that_hangs_on_a_flag(shelf: Library) -> None:
    [address] = re.findall(r'href="(\?industry[^"]*|\?makes_products=yes[^"]*)"', page(DRAFT))
    assert asked(page(DRAFT + address)) == ["Q-1", "Q-2"]


def test_what_cannot_be_read_in_the_address_is_told_and_the_form_is_kept(shelf: Library) -> None:
    html = page(f"{DRAFT}?employees=abc&industry=ZZ&imports=yes", status=422)
    assert 'value="abc"' in html
    assert html.count("is-invalid") == 2
    assert "直すまでは、何も分からない会社として並べています" in html
    assert asked(html) == ["Q-2"]


def test_a_version_that_does_not_exist_is_not_found(shelf: Library) -> None:
    page("/guidance/drafts/shelf@9", status=404)
    page("/guidance/drafts/shelf@9/catalog.xlsx", status=404)


def test_the_workbook_of_a_version_holds_it_whole(shelf: Library) -> None:
    response = Client().get(f"{DRAFT}/catalog.xlsx")
    assert response.headers["Content-Disposition"] == 'attachment; filename="shelf-2.xlsx"'
    found = read_workbook(response.content, "shelf-2.xlsx", shelf.references)
    assert found.catalog == shelf.catalogs["shelf@2"].catalog


# --- a workbook checked -------------------------------------------------------------------------------------------


def workbook(**cells: object) -> bytes:
    """The workbook of shelf@2 with these cells of its questions changed: C3="…"."""
    book = openpyxl.load_workbook(io.BytesIO(Client().get(f"{DRAFT}/catalog.xlsx").content))
    for place, value in cells.items():
        book[QUESTIONS.name][place] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def checked(browser: Client, content: bytes, status: int = 200) -> str:
    response = browser.post(CHECK, {"file": SimpleUploadedFile("版.xlsx", content)})
    assert response.status_code == status
    assert "no-store" in response.headers["Cache-Control"]
    return unescape(response.content.decode())


@pytest.fixture
def browser(author: User, client_of: ClientOf) -> Client:
    return client_of(author)


@pytest.mark.django_db
def test_every_fault_of_a_workbook_is_listed_with_sheet_row_and_column(shelf: Library, browser: Client) -> None:
    html = checked(browser, workbook(C3=None, D4=5), status=422)
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr><td.*?</tr>", html)]
    assert [row[:3] for row in rows] == [["設問", "3", "C"], ["設問", "4", "D"]]
    assert "直すところが 2 件あります" in html
    assert "data:application/zip" not in html


@pytest.mark.django_db
def test_a_sound_workbook_says_what_differs_and_gives_its_yaml(shelf: Library, browser: Client, tmp_path: Path) -> None:
    html = checked(browser, workbook(C3="在庫の日数を、材料ごとに決めていますか。"))
    assert "shelf@2 との違い" in html
    assert "<ins>" in html
    [packed] = re.findall(r'href="data:application/zip;base64,([^"]+)" download="shelf-2.zip"', html)
    zipfile.ZipFile(io.BytesIO(base64.b64decode(packed))).extractall(tmp_path / "got")
    catalog = load_catalog(tmp_path / "got" / "shelf-2", shelf.references).catalog
    assert catalog.questions["Q-1"].text.ja == "在庫の日数を、材料ごとに決めていますか。"


@pytest.mark.django_db
def test_an_unchanged_workbook_has_no_difference(shelf: Library, browser: Client) -> None:
    assert "違いはありません。" in checked(browser, workbook())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "ファイルが空です"),
        (b"x" * (LARGEST_WORKBOOK + 1), "ファイルが大きすぎます"),
        (b"id,text", "Excel のファイル（xlsx）ではありません"),
    ],
)
def test_a_file_that_is_no_workbook_is_told_in_words(
    shelf: Library, browser: Client, content: bytes, said: str
) -> None:
    assert said in checked(browser, content, status=422)


@pytest.mark.django_db
def test_a_file_has_to_be_chosen(shelf: Library, browser: Client) -> None:
    response = browser.post(CHECK)
    assert response.status_code == 422
    assert "ファイルを選んでください" in response.content.decode()


@pytest.mark.django_db
def test_who_has_not_signed_in_is_led_to_the_form(shelf: Library) -> None:
    assert "/login/" in Client().get(CHECK).headers["Location"]
    assert "/login/" in Client().post(CHECK).headers["Location"]


@pytest.mark.django_db
def test_only_authors_may_check_a_workbook_and_others_are_told_whom_to_ask(
    shelf: Library, viewer: User, administrator: User, author: User, client_of: ClientOf
) -> None:
    assert client_of(author).get(CHECK).status_code == 200
    for person in (viewer, administrator):
        browser = client_of(person)
        for response in (browser.get(CHECK), browser.post(CHECK, {"file": SimpleUploadedFile("版.xlsx", workbook())})):
            assert response.status_code == 403
            assert "設問票の下書きの表を確かめるページ：サービスの運営管理者" in response.content.decode()


@pytest.mark.django_db
def test_an_author_without_a_second_factor_may_not_check_a_workbook(shelf: Library, client_of: ClientOf) -> None:
    bare = make_platform_member(PlatformRole.AUTHOR, second_factor=False)
    assert client_of(bare).get(CHECK).status_code == 403
    give_second_factor(bare)
    assert client_of(bare).get(CHECK).status_code == 200


@pytest.mark.django_db
def test_only_authors_are_led_to_the_check(shelf: Library, viewer: User, author: User, client_of: ClientOf) -> None:
    assert CHECK in client_of(author).get(DRAFT).content.decode()
    for person in (None, viewer):
        assert CHECK not in client_of(person).get(DRAFT).content.decode()
