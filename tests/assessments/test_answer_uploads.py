"""Answering in a workbook: taken from the page, handed in, looked at, and saved as it was shown or not at all."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import Settings

from assessments import services
from assessments.models import AnswerUpload, Assessment
from assessments.scoring.answers import Answer
from guidance.registry import current_catalog
from organisations.models import Organisation, User
from organisations.policy import Role
from organisations.scoping import scope
from tests.assessments.filling import ANSWERS, filled, row_of
from tests.builders import (
    FIRST,
    ONLY_MAKERS,
    SECOND,
    THIRD,
    answer,
    contents,
    full_answers,
    make_assessment,
    make_member,
    make_organisation,
    rows_of,
)
from tests.conftest import ClientOf
from tests.reports import samples

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(company: Organisation, owner: User) -> Assessment:
    return make_assessment(company, answers={FIRST: Answer.at(1, "前のメモ"), SECOND: Answer.at(2)}, by=owner)


@pytest.fixture
def browser(client_of: ClientOf, editor: User) -> Client:
    return client_of(editor)


def at(assessment: Assessment, rest: str = "") -> str:
    return f"/o/{assessment.organisation_id}/a/{assessment.pk}/sheet{rest}"


def taken(browser: Client, assessment: Assessment) -> bytes:
    response = browser.get(at(assessment, ".xlsx"))
    assert response.status_code == 200
    return bytes(response.content)


def hand_in(browser: Client, assessment: Assessment, content: bytes, name: str = "回答.xlsx") -> Any:
    return browser.post(at(assessment), {"file": SimpleUploadedFile(name, content)})


def shown(browser: Client, assessment: Assessment) -> str:
    response = browser.get(at(assessment, "/changes"))
    assert response.status_code == 200
    return unescape(response.content.decode())


def seen_in(html: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', html)
    assert found
    return found[1]


def confirm(browser: Client, assessment: Assessment, *settled: str, seen: str = "") -> Any:
    data = {"seen": seen or seen_in(shown(browser, assessment)), "settle": list(settled)}
    return browser.post(at(assessment, "/changes"), data)


def said(assessment: Assessment) -> dict[str, tuple[Any, ...]]:
    return {name: (row.kind, row.level, row.note, row.revision) for name, row in rows_of(assessment).items()}


# --- the way through --------------------------------------------------------------------------------------------------


def test_from_the_workbook_to_the_saved_answers(browser: Client, editor: User, opened: Assessment) -> None:
    content = taken(browser, opened)
    before = said(opened)
    written = {
        FIRST: {"answer": 3, "note": "台帳は購買課"},
        THIRD: {"answer": "該当なし", "reason": "輸入していない"},
    }
    response = hand_in(browser, opened, filled(content, written))
    assert response.status_code == 302
    assert response["Location"] == at(opened, "/changes")
    assert said(opened) == before, "nothing is saved before somebody confirmed"
    html = shown(browser, opened)
    for words in ("台帳は購買課", "前のメモ", "輸入していない", "この内容で保存する"):
        assert words in html
    response = confirm(browser, opened)
    assert response["Location"] == f"/o/{opened.organisation_id}/a/{opened.pk}/"
    rows = rows_of(opened)
    assert (rows[FIRST].level, rows[FIRST].note, rows[FIRST].revision) == (3, "台帳は購買課", 2)
    assert (rows[THIRD].kind, rows[THIRD].reason, rows[THIRD].revision) == ("na", "輸入していない", 1)
    assert {rows[FIRST].updated_by, rows[THIRD].updated_by} == {editor}
    assert said(opened)[SECOND] == before[SECOND]
    assert "2 問の答えを保存しました。" in browser.get(response["Location"]).content.decode()
    assert not AnswerUpload.unscoped.exists()


def test_the_workbook_has_the_questions_that_the_company_is_asked(
    browser: Client, opened: Assessment, client_of: ClientOf
) -> None:
    asked = {cell.value for cell in load_workbook(io.BytesIO(taken(browser, opened)))[ANSWERS]["B"][2:]}
    assert ONLY_MAKERS in asked
    owner = make_member(other := make_organisation(facts={}, name="商い株式会社"), Role.OWNER)
    found = taken(client_of(owner), make_assessment(other))
    assert ONLY_MAKERS not in {cell.value for cell in load_workbook(io.BytesIO(found))[ANSWERS]["B"]}


def test_the_workbook_is_an_attachment_that_rests_nowhere(browser: Client, opened: Assessment) -> None:
    response = browser.get(at(opened, ".xlsx"))
    assert "attachment" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    assert "spreadsheetml" in response["Content-Type"]


def test_an_untouched_workbook_changes_nothing(browser: Client, opened: Assessment) -> None:
    before = said(opened)
    hand_in(browser, opened, taken(browser, opened))
    assert "保存する答えはありません" in shown(browser, opened)
    confirm(browser, opened)
    assert said(opened) == before


def test_a_workbook_in_english_goes_the_same_way(browser: Client, opened: Assessment) -> None:
    browser.cookies.load({"django_language": "en"})
    content = filled(taken(browser, opened), {THIRD: {"answer": "Don't know"}}, "Answers")
    assert hand_in(browser, opened, content).status_code == 302
    confirm(browser, opened)
    assert said(opened)[THIRD][0] == "unknown"


def test_empty_cells_take_nothing_away_and_the_page_says_so(browser: Client, opened: Assessment) -> None:
    before = said(opened)
    hand_in(browser, opened, filled(taken(browser, opened), {FIRST: {"answer": None, "note": None}}))
    html = shown(browser, opened)
    assert "空欄は答えを消さない" in html
    assert FIRST in html
    confirm(browser, opened)
    assert said(opened) == before


def test_an_answers_file_is_taken_too(browser: Client, opened: Assessment) -> None:
    content = json.dumps(samples.answers_file(current_catalog())).encode()
    assert hand_in(browser, opened, content, "answers.json").status_code == 302
    html = shown(browser, opened)
    assert "重なった答え" in html, "FIRST and SECOND stand already, and the file does not know it"
    confirm(browser, opened)
    rows = rows_of(opened)
    assert set(rows) >= set(full_answers())
    assert (rows[SECOND].level, rows[SECOND].revision) == (2, 1)


# --- what others did meanwhile ----------------------------------------------------------------------------------------


def test_what_somebody_changed_online_is_never_overwritten_without_being_asked(
    browser: Client, owner: User, opened: Assessment
) -> None:
    content = filled(taken(browser, opened), {FIRST: {"answer": 3}, SECOND: {"answer": 4}})
    answer(opened, FIRST, 0, by=owner, note="工場で確かめた")
    hand_in(browser, opened, content)
    html = shown(browser, opened)
    assert "重なった答え" in html
    assert "工場で確かめた" in html
    confirm(browser, opened)
    assert said(opened)[FIRST] == ("level", 0, "工場で確かめた", 2)
    assert said(opened)[SECOND][1] == 4


def test_a_conflict_is_settled_for_the_file_where_the_person_says_so(
    browser: Client, owner: User, editor: User, opened: Assessment
) -> None:
    content = filled(taken(browser, opened), {FIRST: {"answer": 3}, SECOND: {"answer": 4}})
    for name in (FIRST, SECOND):
        answer(opened, name, 0, by=owner)
    hand_in(browser, opened, content)
    confirm(browser, opened, FIRST, THIRD)
    assert said(opened)[FIRST] == ("level", 3, "前のメモ", 3)
    assert said(opened)[SECOND][1] == 0
    assert rows_of(opened)[FIRST].updated_by == editor
    assert THIRD not in said(opened), "what is no conflict cannot be slipped in"


def test_what_the_person_did_not_touch_is_left_as_others_changed_it(
    browser: Client, owner: User, opened: Assessment
) -> None:
    content = filled(taken(browser, opened), {THIRD: {"answer": 1}})
    answer(opened, FIRST, 4, by=owner)
    hand_in(browser, opened, content)
    assert "重なった答え</h2>" not in shown(browser, opened)
    confirm(browser, opened)
    assert said(opened)[FIRST][1] == 4


@pytest.mark.parametrize("name", [FIRST, THIRD], ids=["an answer that stood", "one that did not"])
def test_a_change_while_the_person_looks_saves_nothing_and_shows_it_anew(
    browser: Client, owner: User, opened: Assessment, name: str
) -> None:
    hand_in(browser, opened, filled(taken(browser, opened), {FIRST: {"answer": 3}, THIRD: {"answer": 3}}))
    seen = seen_in(shown(browser, opened))
    answer(opened, name, 0, by=owner)
    before = contents()
    response = confirm(browser, opened, seen=seen)
    assert response.status_code == 409
    html = unescape(response.content.decode())
    assert "ほかの人が答えを変えました" in html
    assert "重なった答え</h2>" in html
    assert contents() == before
    confirm(browser, opened, name)
    assert said(opened)[name][1] == 3


def test_marks_that_were_set_stay_set_when_it_is_shown_anew(browser: Client, owner: User, opened: Assessment) -> None:
    content = filled(taken(browser, opened), {FIRST: {"answer": 3}, SECOND: {"answer": 4}})
    answer(opened, FIRST, 0, by=owner)
    hand_in(browser, opened, content)
    seen = seen_in(shown(browser, opened))
    answer(opened, SECOND, 0, by=owner)
    html = confirm(browser, opened, FIRST, seen=seen).content.decode()
    assert re.search(rf'value="{FIRST}"[^>]* checked', html)
    assert not re.search(rf'value="{SECOND}"[^>]* checked', html)


def test_confirming_twice_saves_once(browser: Client, opened: Assessment) -> None:
    hand_in(browser, opened, filled(taken(browser, opened), {FIRST: {"answer": 3}}))
    seen = seen_in(shown(browser, opened))
    confirm(browser, opened, seen=seen)
    response = confirm(browser, opened, seen=seen)
    assert response["Location"] == at(opened)
    assert said(opened)[FIRST][3] == 2


# --- faults -----------------------------------------------------------------------------------------------------------


def test_a_file_with_faults_shows_all_of_them_with_their_cells_and_changes_nothing(
    browser: Client, opened: Assessment
) -> None:
    content = taken(browser, opened)
    before = contents()
    bad = filled(content, {FIRST: {"answer": 7}, SECOND: {"answer": "該当なし"}, THIRD: {"answer": 2}})
    response = hand_in(browser, opened, bad)
    assert response.status_code == 422
    html = unescape(response.content.decode())
    assert "直すところが 2 件あります" in html
    assert f"「回答」シートの E{row_of(content, FIRST)}" in html
    assert f"「回答」シートの F{row_of(content, SECOND)}" in html
    assert "「7」は選べません" in html
    assert contents() == before


def test_a_file_with_faults_does_not_push_out_the_one_that_waits(browser: Client, opened: Assessment) -> None:
    content = taken(browser, opened)
    hand_in(browser, opened, filled(content, {FIRST: {"answer": 3}}))
    hand_in(browser, opened, filled(content, {FIRST: {"answer": 7}}))
    assert "この内容で保存する" in shown(browser, opened)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.xlsx", "ファイルが空です"),
        (b"hello", "a.xlsx", "Excel のファイル（xlsx）ではありません"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, "a.xlsx", "パスワード"),
        (b"0" * 2_000_001, "a.xlsx", "ファイルが大きすぎます"),
        (b"{", "a.json", "JSON として読めません"),
    ],
    ids=["empty", "text", "encrypted", "too large", "broken JSON"],
)
def test_what_cannot_be_read_is_refused_in_words(
    browser: Client, opened: Assessment, content: bytes, name: str, words: str
) -> None:
    before = contents()
    response = hand_in(browser, opened, content, name)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert contents() == before


def test_no_file_at_all_is_told(browser: Client, opened: Assessment) -> None:
    response = browser.post(at(opened))
    assert response.status_code == 422
    assert "ファイルを選んでください" in response.content.decode()


def test_the_workbook_of_another_company_is_refused(
    browser: Client, opened: Assessment, elsewhere: Organisation, stranger: User, client_of: ClientOf
) -> None:
    theirs = make_assessment(elsewhere)
    content = taken(client_of(stranger), theirs)
    response = hand_in(browser, opened, content)
    assert response.status_code == 422
    assert "別の会社" in response.content.decode()


def test_what_is_named_in_a_fault_cannot_be_markup(browser: Client, opened: Assessment) -> None:
    content = filled(taken(browser, opened), {FIRST: {"answer": "<script>x</script>"}})
    html = hand_in(browser, opened, content, "<b>.xlsx").content.decode()
    assert "<script>x" not in html
    assert "<b>.xlsx" not in html


# --- who, and when not ------------------------------------------------------------------------------------------------


def test_an_upload_is_seen_and_confirmed_by_nobody_else(
    browser: Client, owner: User, client_of: ClientOf, opened: Assessment
) -> None:
    hand_in(browser, opened, filled(taken(browser, opened), {FIRST: {"answer": 3}}))
    seen = seen_in(shown(browser, opened))
    other = client_of(owner)
    assert other.get(at(opened, "/changes")).status_code == 302
    assert confirm(other, opened, seen=seen).status_code == 302
    assert said(opened)[FIRST][1] == 1


def test_a_second_file_takes_the_place_of_the_first(browser: Client, opened: Assessment) -> None:
    content = taken(browser, opened)
    hand_in(browser, opened, filled(content, {FIRST: {"answer": 3}}))
    hand_in(browser, opened, filled(content, {SECOND: {"answer": 3}}))
    assert AnswerUpload.unscoped.count() == 1
    confirm(browser, opened)
    assert (said(opened)[FIRST][1], said(opened)[SECOND][1]) == (1, 3)


def test_thrown_away_it_is_gone_and_nothing_changed(browser: Client, opened: Assessment) -> None:
    before = said(opened)
    hand_in(browser, opened, filled(taken(browser, opened), {FIRST: {"answer": 3}}))
    browser.post(at(opened, "/changes"), {"do": "discard"})
    assert not AnswerUpload.unscoped.exists()
    assert said(opened) == before


def test_after_a_week_it_is_gone(browser: Client, opened: Assessment) -> None:
    hand_in(browser, opened, filled(taken(browser, opened), {FIRST: {"answer": 3}}))
    AnswerUpload.unscoped.update(uploaded_at=timezone.now() - dt.timedelta(days=8))
    assert browser.get(at(opened, "/changes")).status_code == 302
    assert "確かめを待つ表があります" not in browser.get(at(opened)).content.decode()


def test_a_submitted_assessment_gives_no_workbook_and_takes_none(
    browser: Client, company: Organisation, owner: User, opened: Assessment
) -> None:
    content = filled(taken(browser, opened), {FIRST: {"answer": 3}})
    hand_in(browser, opened, content)
    seen = seen_in(shown(browser, opened))
    with scope(company.pk):
        services.submit(company, opened.pk, by=owner)
    before = said(opened)
    assert "表は受け取れず、取り込めません" in browser.get(at(opened)).content.decode()
    for response in (
        browser.get(at(opened, ".xlsx")),
        hand_in(browser, opened, content),
        browser.get(at(opened, "/changes")),
        confirm(browser, opened, seen=seen),
    ):
        assert response.status_code == 302
    assert said(opened) == before


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RESPONDENT])
def test_who_does_not_answer_everything_neither_takes_nor_hands_in(
    company: Organisation, client_of: ClientOf, opened: Assessment, role: Role
) -> None:
    client = client_of(make_member(company, role))
    for rest in ("", ".xlsx", "/changes"):
        assert client.get(at(opened, rest)).status_code == 403
    assert hand_in(client, opened, b"x").status_code == 403


def test_the_contents_page_leads_there_for_who_answers(
    browser: Client, viewer: User, client_of: ClientOf, opened: Assessment
) -> None:
    address = f"/o/{opened.organisation_id}/a/{opened.pk}/"
    assert f'href="{at(opened)}"' in browser.get(address).content.decode()
    assert f'href="{at(opened)}"' not in client_of(viewer).get(address).content.decode()


def test_too_many_uploads_are_told_to_wait(browser: Client, opened: Assessment, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "upload": "1/1h/key"}
    assert hand_in(browser, opened, b"x").status_code == 422
    assert hand_in(browser, opened, b"x").status_code == 429


# --- what it costs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [False, True], ids=["two answers", "all of them"])
def test_the_statements_do_not_grow_with_the_answers(browser: Client, opened: Assessment, many: bool) -> None:
    content = taken(browser, opened)
    names = [cell.value for cell in load_workbook(io.BytesIO(content))[ANSWERS]["B"][2:]]
    hand_in(browser, opened, filled(content, {name: {"answer": 4} for name in (names if many else [FIRST, THIRD])}))
    seen = seen_in(shown(browser, opened))
    with CaptureQueriesContext(connection) as found:
        confirm(browser, opened, seen=seen)
    assert len(found) <= 22, [query["sql"][:120] for query in found]
    assert len(rows_of(opened)) == (len(names) if many else 3)
