"""The list of a body's companies and the page of one: without consent a name, and whether it submitted."""

from __future__ import annotations

import datetime as dt
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.models import Submission
from assessments.scoring.answers import Answer
from organisations.consent import What
from organisations.models import Affiliation, Body, Grant, Organisation, User
from tests.builders import (
    FIRST,
    full_answers,
    make_affiliation,
    make_body,
    make_grant,
    make_organisation,
    make_round,
    make_submission,
)
from tests.conftest import ClientOf
from tests.reports import samples

pytestmark = pytest.mark.django_db


def b(body: Body, rest: str = "") -> str:
    return f"/b/{body.pk}/{rest}"


@pytest.fixture
def browser(coordinator: User, client_of: ClientOf) -> Client:
    return client_of(coordinator)


# --- the list of companies -------------------------------------------------------------------------------------------


def listed(browser: Client, body: Body, query: str = "") -> list[str]:
    response = browser.get(b(body, query))
    assert response.status_code == 200
    return [company.organisation.name for company, _grants, _printable in response.context["rows"]]


def told_of(html: str, company: Organisation) -> str:
    """The row of a company, without markup."""
    row = html[html.index(f"c/{company.pk}/") :]
    return row[: row.index("</tr>")]


def test_an_empty_list_says_what_to_do_first(browser: Client, network: Body) -> None:
    html = browser.get(b(network)).content.decode()
    assert "まだ会社がありません。まず、会社の責任者のメールアドレスに案内を送ってください" in html


def test_the_list_says_who_belongs_and_whether_they_submitted_and_no_more(
    browser: Client, network: Body, company: Organisation, elsewhere: Organisation
) -> None:
    make_affiliation(company, network)
    make_submission(company)
    Submission.unscoped.update(submitted_at=timezone.now() - dt.timedelta(days=40))
    not_a_member = make_organisation(name="よその会社")
    make_affiliation(elsewhere, network)
    html = browser.get(b(network)).content.decode()
    assert "2 社のうち 1 社が提出しました" in html
    assert "提出した" in told_of(html, company)
    assert "まだ" in told_of(html, elsewhere)
    assert not_a_member.name not in html
    day = timezone.localdate() - dt.timedelta(days=40)
    for secret in (f"{day:%Y/%m/%d}", "4234567890128", "港 一郎", "86人", "静岡"):
        assert secret not in html


def test_a_company_that_left_is_not_listed(browser: Client, network: Body, company: Organisation) -> None:
    affiliation = make_affiliation(company, network)
    assert listed(browser, network) == [company.name]
    affiliation.ended_at = timezone.now()
    affiliation.save()
    assert listed(browser, network) == []


def test_companies_of_another_body_are_not_listed(
    browser: Client, network: Body, office: Body, company: Organisation
) -> None:
    make_affiliation(company, office)
    assert listed(browser, network) == []
    assert browser.get(b(office)).status_code == 404


def test_consents_are_listed_for_who_may_use_them(
    browser: Client, network: Body, office: Body, company: Organisation, assistant: User, client_of: ClientOf
) -> None:
    make_grant(company, network, What.ANSWERS, until=timezone.localdate() + dt.timedelta(days=10))
    make_grant(company, office, What.NOTES)
    row = told_of(browser.get(b(network)).content.decode(), company)
    until = f"{timezone.localdate() + dt.timedelta(days=10):%Y/%m/%d}"
    assert f"点数（{until} まで）" in row
    assert f"回答（{until} まで）" in row
    assert "メモ" not in row, "what was shared with another body"
    theirs = client_of(assistant).get(b(network)).content.decode()
    assert company.name in theirs
    assert "共有されているもの" not in theirs
    assert until not in theirs


def test_companies_are_found_by_name_and_by_whether_they_submitted(browser: Client, network: Body) -> None:
    names = ("株式会社あおい", "株式会社みどり", "みどり商会")
    for name in names:
        made = make_organisation(name=name)
        make_affiliation(made, network)
        if name == "みどり商会":
            make_submission(made, answers={FIRST: Answer.at(2)})
    assert listed(browser, network, "?q=みどり") == ["みどり商会", "株式会社みどり"]
    assert listed(browser, network, "?submitted=yes") == ["みどり商会"]
    assert listed(browser, network, "?submitted=no") == ["株式会社あおい", "株式会社みどり"]
    assert listed(browser, network, "?q=株式会社&submitted=yes") == []
    assert listed(browser, network, "?q=%25") == []
    response = browser.get(b(network, "?submitted=perhaps"))
    assert response.status_code == 422
    assert len(response.context["rows"]) == 3


def test_the_latest_rounds_lead_to_their_status(
    browser: Client, network: Body, company: Organisation, assistant: User, client_of: ClientOf
) -> None:
    make_affiliation(company, network)
    theirs, own = make_round(make_body()), make_round(network)
    for somebody in (browser, client_of(assistant)):
        html = somebody.get(b(network)).content.decode()
        assert b(network, f"rounds/{own.pk}/board") in html
        assert str(theirs.pk) not in html


def many(network: Body, number: int) -> None:
    """Companies that belong to the network, a third of which shares its scores."""
    details = {"industry": "E", "prefecture": "22", "employees": 9, "sales_band": "1b-4b"}
    made = Organisation.objects.bulk_create(Organisation(name=f"会社{place:04}", **details) for place in range(number))
    Affiliation.unscoped.bulk_create(Affiliation(organisation=one, body=network) for one in made)
    until = timezone.localdate()
    Grant.unscoped.bulk_create(
        Grant(organisation=one, body=network, what="scores", purpose="面談", until=until) for one in made[::3]
    )


def test_a_long_list_is_paged_and_costs_no_more_than_a_short_one(
    browser: Client, network: Body, company: Organisation
) -> None:
    make_grant(company, network)

    def cost(query: str) -> int:
        with CaptureQueriesContext(connection) as statements:
            assert browser.get(b(network, query)).status_code == 200
        return len(statements)

    queries = ("", "?q=会社", "?submitted=no&page=2")
    browser.get(b(network))
    before = [cost(query) for query in queries]
    many(network, 400)
    assert [cost(query) for query in queries] == before
    assert max(before) <= 12
    response = browser.get(b(network, "?page=8"))
    assert len(response.context["rows"]) == 50
    assert "8 / 9 ページ" in response.content.decode()
    assert browser.get(b(network, "?page=x")).status_code == 200


# --- one company -----------------------------------------------------------------------------------------------------


def test_without_a_grant_a_company_is_a_name_a_day_and_whether_it_submitted(
    browser: Client, network: Body, company: Organisation, owner: User
) -> None:
    make_affiliation(company, network)
    submission = make_submission(company, answers=full_answers(), by=owner)
    Submission.unscoped.update(submitted_at=timezone.now() - dt.timedelta(days=40))
    html = unescape(browser.get(b(network, f"c/{company.pk}/")).content.decode())
    assert company.name in html
    assert "提出した" in html
    assert "いまは何も共有していません" in html
    day = f"{timezone.localdate() - dt.timedelta(days=40):%Y/%m/%d}"
    for secret in (
        str(submission.pk),
        day,
        "4234567890128",
        "港 一郎",
        "86人",
        "静岡",
        samples.NOTE,
        submission.catalog_ref,
    ):
        assert secret not in html


def test_with_a_grant_the_page_says_what_until_when_and_what_for_and_leads_there(
    browser: Client, network: Body, company: Organisation, assistant: User, client_of: ClientOf
) -> None:
    submission = make_submission(company)
    make_grant(company, network, What.SCORES, purpose="次の勉強会を決めるため")
    path = b(network, f"c/{company.pk}/")
    html = browser.get(path).content.decode()
    assert "次の勉強会を決めるため" in html
    assert f"{path}s/{submission.pk}/" in html
    theirs = client_of(assistant).get(path).content.decode()
    assert company.name in theirs
    assert "次の勉強会を決めるため" not in theirs
    assert str(submission.pk) not in theirs


def test_a_company_that_does_not_belong_looks_like_one_that_does_not_exist(
    browser: Client, network: Body, office: Body, company: Organisation
) -> None:
    make_grant(company, office)
    for rest in (f"c/{company.pk}/", f"c/{make_submission(company).pk}/"):
        response = browser.get(b(network, rest))
        assert response.status_code == 404
        assert company.name not in response.content.decode()


def test_a_company_that_is_only_counted_stands_in_the_list_with_that_and_its_page_leads_to_no_submission(
    browser: Client, network: Body, company: Organisation
) -> None:
    submission = make_submission(company)
    make_grant(company, network, What.STATISTICS, until=timezone.localdate() + dt.timedelta(days=10))
    until = f"{timezone.localdate() + dt.timedelta(days=10):%Y/%m/%d}"
    assert f"会社名の出ない集計（{until} まで）" in told_of(browser.get(b(network)).content.decode(), company)
    html = browser.get(b(network, f"c/{company.pk}/")).content.decode()
    assert "会社名の出ない集計に数えることだけを認めています" in html
    assert str(submission.pk) not in html
    assert "提出された診断" not in html
    make_grant(company, network, What.SCORES, What.STATISTICS)
    html = browser.get(b(network, f"c/{company.pk}/")).content.decode()
    assert "会社名の出ない集計に数えることだけを認めています" not in html
    assert str(submission.pk) in html
