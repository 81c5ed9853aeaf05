"""The quick check without an account: nothing is stored unless it is kept, and what is kept arrives in the account."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from assessments.models import Assessment, Submission
from guidance.registry import current_catalog
from organisations.models import Organisation, User
from reports import paper
from reports.rendering import FontMissing, RenderingError
from tests.assessments.test_company import TYPED
from tests.builders import (
    FAKE_PDF,
    PASSWORD,
    answer,
    contents,
    make_assessment,
    make_submission,
    make_user,
    row_counts,
    rows_of,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

QUICK = tuple(current_catalog().quick().questions)
GIVEN = {name: str(place % 5) for place, name in enumerate(QUICK[:-2])} | {QUICK[-2]: "unknown"}
"""An answer to every quick question but the last."""


def chosen(html: str) -> dict[str, str]:
    return dict(re.findall(r'type="radio" name="([\w-]+)" value="(\w+)" checked', html))


def carried(html: str) -> dict[str, str]:
    """What the forms of the result page hold: question -> choice."""
    return dict(re.findall(r'type="hidden" name="([AIG]-[\w-]+)" value="(\w+)"', html))


@pytest.fixture
def sheets(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The contexts of which a sheet was printed, with fake paper."""
    printed: list[Any] = []
    monkeypatch.setattr(paper, "quick_sheet", lambda context: printed.append(context) or FAKE_PDF)
    return printed


def test_the_quick_check_asks_twelve_questions_and_nothing_else() -> None:
    html = Client().get("/quick/").content.decode()
    assert re.findall(r'<section class="question" id="([^"]+)"', html) == list(QUICK)
    assert len(QUICK) == 12
    assert chosen(html) == {}


def test_the_result_comes_at_once_with_scores_range_weakest_points_and_three_actions() -> None:
    response = Client().post("/quick/result", GIVEN)
    assert response.status_code == 200
    report = response.context["report"]
    html = response.content.decode()
    assert len(report.axes) == 3
    for axis in report.axes:
        assert axis.title in html
        assert f"<strong>{axis.score}</strong>" in html
        assert f"{axis.low}〜{axis.high}" in html
    assert report.weakest
    for line in report.weakest:
        assert line.level_text in html
    assert len(report.first_actions) == html.count('<li class="action">') == 3
    assert carried(html) == GIVEN


def test_an_answer_that_is_not_known_widens_the_range() -> None:
    known = Client().post("/quick/result", {**GIVEN, QUICK[-2]: "2", QUICK[-1]: "2"}).context["report"]
    unknown = Client().post("/quick/result", GIVEN).context["report"]
    assert all(axis.low == axis.high for axis in known.axes)
    assert any(axis.low != axis.high for axis in unknown.axes)
    assert [question.id for question in unknown.find_out] == [QUICK[-2]]


def test_nothing_is_stored_for_a_visitor_who_keeps_nothing() -> None:
    """From the first page to a real sheet of paper."""
    before = row_counts()
    visitor = Client()
    visitor.get("/")
    visitor.get("/quick/")
    page = visitor.post("/quick/result", GIVEN)
    pdf = visitor.post("/quick/result.pdf", carried(page.content.decode()))
    assert pdf.status_code == 200
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert row_counts() == before
    assert set(visitor.cookies) <= {"csrftoken"}
    assert len(mail.outbox) == 0


def test_the_pages_with_answers_are_not_kept_by_any_cache(sheets: list[Any]) -> None:
    for address in ("/quick/result", "/quick/result.pdf"):
        assert "no-store" in Client().post(address, GIVEN).headers["Cache-Control"]


def test_a_reloaded_result_leads_back_to_the_questions() -> None:
    assert Client().get("/quick/result").headers["Location"] == "/quick/"


@pytest.mark.parametrize("address", ["/quick/result", "/quick/result.pdf", "/quick/keep"])
@pytest.mark.parametrize("bad", ["5", "-1", "na", "<script>", "３"])
def test_a_bad_choice_is_refused_and_the_other_choices_are_kept(address: str, bad: str) -> None:
    before = row_counts()
    response = Client().post(address, {**GIVEN, QUICK[3]: bad})
    assert response.status_code == 422
    html = response.content.decode()
    assert "選べるのは" in html
    assert "選び直してください" in html
    assert chosen(html) == {name: choice for name, choice in GIVEN.items() if name != QUICK[3]}
    assert "<script>" not in html
    assert row_counts() == before


@pytest.mark.parametrize("address", ["/quick/result", "/quick/result.pdf", "/quick/keep"])
def test_no_choice_at_all_is_refused_with_a_reason(address: str) -> None:
    before = row_counts()
    response = Client().post(address, {"A-XXX-01": "3"})
    assert response.status_code == 422
    assert "まだ一つも選ばれていません" in response.content.decode()
    assert row_counts() == before


def test_one_choice_is_enough() -> None:
    assert Client().post("/quick/result", {QUICK[0]: "unknown"}).status_code == 200


def test_the_sheet_shows_the_figures_of_the_page(sheets: list[Any]) -> None:
    page = Client().post("/quick/result", GIVEN)
    Client().post("/quick/result.pdf", GIVEN)
    assert [axis.score for axis in sheets[0].axes] == [axis.score for axis in page.context["report"].axes]
    assert (sheets[0].quick, sheets[0].final) == (True, False)


@pytest.mark.parametrize("error", [RenderingError("文字がありません"), FontMissing("書体がありません")])
def test_a_sheet_that_cannot_be_made_gives_the_result_page_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, error: RenderingError
) -> None:
    def refuse(context: object) -> bytes:
        raise error

    monkeypatch.setattr(paper, "quick_sheet", refuse)
    response = Client().post("/quick/result.pdf", GIVEN)
    assert response.status_code == 503
    html = response.content.decode()
    assert str(error) in html
    assert carried(html) == GIVEN


# --- keeping them ----------------------------------------------------------------------------------------------------


def sign_up(browser: Client, email: str) -> Any:
    """Through allauth's own pages, with the code of the mail."""
    browser.get("/account/signup/")
    response = browser.post(
        "/account/signup/", {"email": email, "password1": PASSWORD, "password2": PASSWORD}, follow=True
    )
    assert "確認コード" in response.content.decode()
    assert mail.outbox[-1].to == [email]
    code = re.search(r"^([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})$", mail.outbox[-1].body, re.M)
    assert code, mail.outbox[-1].body
    return browser.post("/account/confirm-email/", {"code": code[1]}, follow=True)


def test_kept_answers_travel_through_sign_up_and_the_company_into_the_questionnaire() -> None:
    browser = Client()
    response = browser.post("/quick/keep", GIVEN)
    assert response.headers["Location"] == "/account/signup/"
    arrived = sign_up(browser, "new@hamakaze.example")
    assert arrived.redirect_chain[-1][0] == "/company/new"
    assert f"簡易診断の回答 {len(GIVEN)} 問を預かっています" in arrived.content.decode()
    page = browser.post("/company/new", TYPED, follow=True)
    assert f"簡易診断の回答 {len(GIVEN)} 問を引き継ぎました" in page.content.decode()
    rows = rows_of(Assessment.unscoped.get())
    assert {name: str(row.level) if row.kind == "level" else row.kind for name, row in rows.items()} == GIVEN
    assert {str(row.updated_by) for row in rows.values()} == {"new@hamakaze.example"}
    assert page.context["progress"].overall.done > 0


def test_kept_answers_are_handed_over_once(client_of: ClientOf) -> None:
    browser = client_of(make_user())
    browser.post("/quick/keep", GIVEN)
    browser.post("/company/new", TYPED)
    browser.post("/company/new", TYPED)
    held = [len(rows_of(assessment)) for assessment in Assessment.unscoped.order_by("created_at")]
    assert held == [len(GIVEN), 0]


def test_a_wrong_code_lets_nobody_in_and_keeps_the_answers() -> None:
    browser = Client()
    browser.post("/quick/keep", GIVEN)
    browser.post("/account/signup/", {"email": "new@x.example", "password1": PASSWORD, "password2": PASSWORD})
    refused = browser.post("/account/confirm-email/", {"code": "AAAAAA"})
    assert refused.status_code == 200
    assert browser.get("/home").status_code == 302
    assert "/login/" in browser.get("/home").headers["Location"]
    assert set(browser.session["quick_check"]["answers"]) == set(GIVEN)


def test_kept_answers_travel_through_sign_in_of_somebody_with_an_empty_company(
    owner: User, company: Organisation
) -> None:
    browser = Client()
    browser.post("/quick/keep", GIVEN)
    browser.post("/account/login/", {"login": owner.email, "password": PASSWORD})
    browser.post(f"/o/{company.pk}/assessments")
    assert set(rows_of(Assessment.unscoped.get())) == set(GIVEN)
    assert "quick_check" not in browser.session


def test_kept_answers_never_overwrite_what_a_company_has_answered(
    client_of: ClientOf, owner: User, company: Organisation
) -> None:
    assessment = make_assessment(company)
    browser = client_of(owner)
    browser.post("/quick/keep", GIVEN)
    browser.post(f"/o/{company.pk}/assessments")
    assert rows_of(assessment) == {}
    assert Assessment.unscoped.count() == 1


def test_a_company_that_has_answered_is_asked_and_takes_only_what_is_not_answered_yet(
    client_of: ClientOf, owner: User, company: Organisation
) -> None:
    assessment = make_assessment(company)
    answer(assessment, QUICK[0], 4, note="会社の答え")
    browser = client_of(owner)
    page = browser.post("/quick/keep", GIVEN, follow=True)
    assert page.redirect_chain[-1][0] == f"/o/{company.pk}/"
    assert f"{len(GIVEN)} 問あります" in page.content.decode()
    taken = browser.post(f"/o/{company.pk}/kept", {"do": "take"}, follow=True)
    assert f"簡易診断の回答 {len(GIVEN) - 1} 問を引き継ぎました" in taken.content.decode()
    rows = rows_of(assessment)
    assert set(rows) == set(GIVEN)
    assert (rows[QUICK[0]].level, rows[QUICK[0]].note, rows[QUICK[0]].revision) == (4, "会社の答え", 1)
    assert "quick_check" not in browser.session
    assert Assessment.unscoped.count() == 1


def test_a_company_that_does_not_want_the_kept_answers_stays_as_it_is(
    client_of: ClientOf, owner: User, company: Organisation
) -> None:
    make_assessment(company)
    browser = client_of(owner)
    browser.post("/quick/keep", GIVEN)
    before = contents()
    page = browser.post(f"/o/{company.pk}/kept", {"do": "discard"}, follow=True)
    assert "引き継ぎませんでした" in page.content.decode()
    assert contents() == before
    assert "quick_check" not in browser.session


def test_a_viewer_is_not_offered_to_take_them(client_of: ClientOf, viewer: User, company: Organisation) -> None:
    make_assessment(company)
    browser = client_of(viewer)
    page = browser.post("/quick/keep", GIVEN, follow=True)
    assert "引き継ぐ" not in page.content.decode()
    before = contents()
    assert browser.post(f"/o/{company.pk}/kept", {"do": "take"}).status_code == 403
    assert contents() == before


def test_a_submission_is_not_changed_by_kept_answers(client_of: ClientOf, owner: User, company: Organisation) -> None:
    submission = make_submission(company)
    before = rows_of(submission.assessment)
    browser = client_of(owner)
    browser.post("/quick/keep", GIVEN)
    browser.post(f"/o/{company.pk}/kept", {"do": "take"})
    assert rows_of(submission.assessment) == before
    opened = Assessment.unscoped.get(status="open")
    assert set(rows_of(opened)) == set(GIVEN)


def test_kept_answers_of_a_catalog_that_is_gone_are_left_behind(client_of: ClientOf) -> None:
    browser = client_of(make_user())
    browser.post("/quick/keep", GIVEN)
    session = browser.session
    session["quick_check"] = {**session["quick_check"], "catalog": "keian@1999.1"}
    session.save()
    assert browser.get("/company/new").status_code == 200
    assert browser.post("/company/new", TYPED).status_code == 302
    assert rows_of(Assessment.unscoped.get()) == {}


def test_the_front_page_leads_to_the_check_and_to_an_account(client_of: ClientOf, owner: User) -> None:
    html = Client().get("/").content.decode()
    assert 'href="/quick/"' in html
    assert 'href="/account/signup/"' in html
    assert 'href="/home"' in client_of(owner).get("/").content.decode()
    assert Submission.unscoped.count() == 0
