"""Registering a company, changing it, its page, and where somebody who signs in is led."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from assessments.models import Assessment
from assessments.scoring.answers import Answer
from guidance.profile import FLAGS
from organisations.models import Membership, Organisation, User
from organisations.policy import Role
from tests.builders import FIRST, contents, make_assessment, make_organisation, make_submission, make_user, rows_of
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

TYPED: dict[str, Any] = {
    "name": "株式会社 はまかぜ",
    "corporate_number": "4234567890128",
    "industry": "E",
    "prefecture": "14",
    "employees": "42",
    "sales_band": "100m-1b",
    "imports": "on",
}


@pytest.fixture
def person(db: None) -> User:
    """Somebody without a company."""
    return make_user()


def register(client: Client, **changes: Any) -> Any:
    return client.post("/company/new", {**TYPED, **changes})


def test_a_new_company_opens_its_questionnaire_with_its_founder_as_owner(client_of: ClientOf, person: User) -> None:
    browser = client_of(person)
    response = register(browser)
    organisation = Organisation.objects.get()
    assessment = Assessment.unscoped.get()
    assert response.headers["Location"] == f"/o/{organisation.pk}/a/{assessment.pk}/"
    assert browser.get(response.headers["Location"]).status_code == 200
    assert (organisation.name, organisation.prefecture, organisation.employees) == ("株式会社 はまかぜ", "14", 42)
    assert {key for key, value in organisation.facts.items() if value} == {"imports"}
    assert set(organisation.facts) == {*(fact.key for fact in FLAGS), "investment_size"}
    membership = Membership.objects.get()
    assert (membership.user, membership.role) == (person, Role.OWNER)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("４２３４５６７８９０１２８", "4234567890128"),
        ("4-2345-6789-0128", "4234567890128"),
        (" T4234567890128 ", "4234567890128"),
        ("", ""),
    ],
    ids=["full-width", "hyphens", "T", "none"],
)
def test_a_corporate_number_is_taken_as_people_write_it(
    client_of: ClientOf, person: User, typed: str, stored: str
) -> None:
    assert register(client_of(person), corporate_number=typed).status_code == 302
    assert Organisation.objects.get().corporate_number == stored


@pytest.mark.parametrize(
    ("number", "message"),
    [("5234567890128", "検査数字が合いません"), ("１２３４", "13桁の数字です"), ("abc", "13桁の数字です")],
    ids=["wrong check digit", "too short", "letters"],
)
def test_a_wrong_corporate_number_is_refused_with_a_message_and_everything_typed_is_kept(
    client_of: ClientOf, person: User, number: str, message: str
) -> None:
    response = register(client_of(person), corporate_number=number, does_rd="on")
    assert response.status_code == 422
    html = response.content.decode()
    assert message in html
    assert f'value="{number}"' in html
    assert 'value="株式会社 はまかぜ"' in html
    assert 'value="42"' in html
    assert re.search(r'<option value="14" selected', html)
    assert re.search(r'<option value="100m-1b" selected', html)
    assert set(re.findall(r'type="checkbox" name="(\w+)"[^>]* checked', html)) == {"imports", "does_rd"}
    assert Organisation.objects.count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "  "},
        {"name": "長" * 121},
        {"industry": "ZZ"},
        {"industry": ""},
        {"prefecture": "48"},
        {"employees": "0"},
        {"employees": "たくさん"},
        {"employees": "1000001"},
        {"sales_band": "huge"},
    ],
    ids=lambda changes: "-".join(f"{key}={value[:8]}" for key, value in changes.items()),
)
def test_a_company_that_cannot_be_is_refused_and_nothing_is_made(
    client_of: ClientOf, person: User, changes: dict[str, str]
) -> None:
    response = register(client_of(person), **changes)
    assert response.status_code == 422
    assert 'class="invalid-feedback"' in response.content.decode()
    assert (Organisation.objects.count(), Membership.objects.count(), Assessment.unscoped.count()) == (0, 0, 0)


def test_employees_are_counted_as_people_write_them(client_of: ClientOf, person: User) -> None:
    assert register(client_of(person), employees="１，２００人").status_code == 302
    assert Organisation.objects.get().employees == 1200


def test_several_faults_are_told_at_once(client_of: ClientOf, person: User) -> None:
    response = register(client_of(person), name="", corporate_number="5234567890128", employees="0")
    assert response.content.decode().count('class="invalid-feedback"') == 3


# --- changing it -----------------------------------------------------------------------------------------------------


def test_an_owner_changes_the_company_and_other_questions_apply(
    client_of: ClientOf, owner: User, company: Organisation
) -> None:
    assessment = make_assessment(company)
    browser = client_of(owner)
    before = browser.get(f"/o/{company.pk}/a/{assessment.pk}/").context["progress"].overall.total
    response = browser.post(f"/o/{company.pk}/company", TYPED)
    assert response.headers["Location"] == f"/o/{company.pk}/"
    company.refresh_from_db()
    assert (company.name, company.employees, company.facts["makes_products"]) == ("株式会社 はまかぜ", 42, False)
    after = browser.get(f"/o/{company.pk}/a/{assessment.pk}/").context["progress"].overall.total
    assert after < before


def test_an_editor_may_not_change_the_company(client_of: ClientOf, editor: User, company: Organisation) -> None:
    assert client_of(editor).post(f"/o/{company.pk}/company", TYPED).status_code == 403
    company.refresh_from_db()
    assert company.name == "株式会社みなと精密加工"


def test_the_form_shows_what_is_stored_and_keeps_what_was_typed(
    client_of: ClientOf, owner: User, company: Organisation
) -> None:
    browser = client_of(owner)
    html = browser.get(f"/o/{company.pk}/company").content.decode()
    assert 'value="株式会社みなと精密加工"' in html
    assert 'value="86"' in html
    assert set(re.findall(r'type="checkbox" name="(\w+)"[^>]* checked', html)) == {"makes_products", "imports"}
    refused = browser.post(f"/o/{company.pk}/company", {**TYPED, "corporate_number": "5234567890128"})
    assert refused.status_code == 422
    assert 'value="株式会社 はまかぜ"' in refused.content.decode()
    company.refresh_from_db()
    assert company.name == "株式会社みなと精密加工"


# --- its page, and the way there -------------------------------------------------------------------------------------


def test_somebody_without_a_company_is_led_to_the_form(client_of: ClientOf, person: User) -> None:
    assert client_of(person).get("/home").headers["Location"] == "/company/new"


def test_somebody_with_one_company_is_led_to_it(client_of: ClientOf, viewer: User, company: Organisation) -> None:
    assert client_of(viewer).get("/home").headers["Location"] == f"/o/{company.pk}/"


def test_somebody_with_two_companies_chooses_between_those_and_no_other(
    client_of: ClientOf, owner: User, company: Organisation, elsewhere: Organisation
) -> None:
    second = make_organisation(owner=owner, name="みなと運輸株式会社")
    html = client_of(owner).get("/home").content.decode()
    assert f"/o/{company.pk}/" in html
    assert f"/o/{second.pk}/" in html
    assert f"/o/{elsewhere.pk}/" not in html
    assert elsewhere.name not in html


def test_the_company_page_shows_what_is_open_and_how_far_it_is(
    client_of: ClientOf, owner: User, company: Organisation
) -> None:
    assessment = make_assessment(company, answers={FIRST: Answer.at(3)})
    html = client_of(owner).get(f"/o/{company.pk}/").content.decode()
    assert f"/o/{company.pk}/a/{assessment.pk}/" in html
    assert "回答中の診断" in html
    assert "診断をはじめる" not in html


def test_the_company_page_lists_submissions_and_offers_to_reopen_to_the_owner_alone(
    client_of: ClientOf, owner: User, viewer: User, company: Organisation
) -> None:
    submission = make_submission(company, by=owner)
    pages = {user: client_of(user).get(f"/o/{company.pk}/").content.decode() for user in (owner, viewer)}
    for html in pages.values():
        assert f"/o/{company.pk}/submissions/{submission.pk}/" in html
        assert str(owner) in html
    assert "回答を開いて直す" in pages[owner]
    assert "回答を開いて直す" not in pages[viewer]
    assert f"/o/{company.pk}/company" in pages[owner]
    assert f"/o/{company.pk}/company" not in pages[viewer]


def test_a_company_without_an_assessment_starts_one_and_a_second_start_continues_it(
    client_of: ClientOf, editor: User, company: Organisation
) -> None:
    browser = client_of(editor)
    assert "診断をはじめる" in browser.get(f"/o/{company.pk}/").content.decode()
    first = browser.post(f"/o/{company.pk}/assessments")
    second = browser.post(f"/o/{company.pk}/assessments")
    assessment = Assessment.unscoped.get()
    assert first.headers["Location"] == second.headers["Location"] == f"/o/{company.pk}/a/{assessment.pk}/"
    assert rows_of(assessment) == {}


def test_a_viewer_is_not_offered_what_a_viewer_may_not_do(
    client_of: ClientOf, viewer: User, company: Organisation
) -> None:
    before = contents()
    browser = client_of(viewer)
    assert browser.post(f"/o/{company.pk}/assessments").status_code == 403
    assert contents()["assessments.Assessment"] == before["assessments.Assessment"]
    assert f'action="/o/{company.pk}/assessments"' not in browser.get(f"/o/{company.pk}/").content.decode()


def test_somebody_without_a_name_may_give_it_with_the_company(client_of: ClientOf) -> None:
    nameless = make_user(name="")
    assert 'name="your_name"' in client_of(nameless).get("/company/new").content.decode()
    client_of(nameless).post("/company/new", {**TYPED, "your_name": "浜風 一郎"})
    nameless.refresh_from_db()
    assert nameless.name == "浜風 一郎"
    assert 'name="your_name"' not in client_of(nameless).get("/company/new").content.decode()
