"""The rounds of a network: making one, its own page, its last day, its code."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from assessments.submitted_by import with_submitted
from cohorts.models import Participant
from cohorts.rounds import Stage, counts_of, stage_of
from cohorts.views.rounds import next_step
from guidance.registry import current_catalog
from organisations.access import shared_now
from organisations.audit import Verb
from organisations.models import Affiliation, AuditLine, Body, Organisation, Round, User
from organisations.scoping import body_scope
from tests.builders import (
    full_answers,
    make_affiliation,
    make_assessment,
    make_body,
    make_body_member,
    make_organisation,
    make_participant,
    make_round,
    make_submission,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

ROUND = {
    "name": "2026年度 第1回",
    "catalog_ref": "keian@2026.1",
    "opens_on": "2026-04-01",
    "closes_on": "2026-06-30",
    "hour_from": "9",
    "hour_until": "17",
    "weekdays_only": "on",
}
TODAY = timezone.localdate


def b(body: Body, rest: str = "") -> str:
    return f"/b/{body.pk}/{rest}"


def r(one: Round, rest: str = "") -> str:
    return f"/b/{one.body_id}/rounds/{one.pk}/{rest}"


@pytest.fixture
def browser(coordinator: User, client_of: ClientOf) -> Client:
    return client_of(coordinator)


# --- the door --------------------------------------------------------------------------------------------------------


def test_only_who_directs_a_network_makes_rounds(
    network: Body, coordinator: User, assistant: User, supervisor: User, owner: User, client_of: ClientOf
) -> None:
    path = b(network, "rounds")
    assert client_of(coordinator).get(path).status_code == 200
    assert client_of(assistant).get(path).status_code == 403
    assert client_of(assistant).post(path, ROUND).status_code == 403
    for person in (supervisor, owner):
        assert client_of(person).get(path).status_code == 404
    assert "/login/" in client_of(None).get(path).headers["Location"]
    assert not Round.objects.exists()


def test_without_a_second_factor_rounds_lead_to_setting_one_up(network: Body, client_of: ClientOf) -> None:
    bare = client_of(make_body_member(network, second_factor=False))
    for path in (b(network, "rounds"), r(make_round(network))):
        assert bare.get(path).headers["Location"] == "/account/2fa/"


def test_an_office_has_no_rounds(office: Body, supervisor: User, client_of: ClientOf) -> None:
    browser = client_of(supervisor)
    assert browser.get(b(office, "rounds")).status_code == 404
    assert browser.post(b(office, "rounds"), ROUND).status_code == 404
    assert browser.get(b(office, f"rounds/{uuid4()}/")).status_code == 404
    assert not Round.objects.exists()


ACTS = ("open", "change", "code", "list", "list/remove")


@pytest.mark.parametrize("rest", ["", *ACTS])
def test_a_round_of_another_network_does_not_exist(rest: str, browser: Client, network: Body) -> None:
    foreign = make_round(make_body())
    path = b(network, f"rounds/{foreign.pk}/{rest}")
    response = browser.get(path) if not rest else browser.post(path, {"closes_on": "2030-01-01", "do": "all"})
    assert response.status_code == 404
    foreign.refresh_from_db()
    assert foreign.join_code in Round.objects.values_list("join_code", flat=True)


def test_an_assistant_looks_at_a_round_and_changes_nothing(network: Body, assistant: User, client_of: ClientOf) -> None:
    found, browser = make_round(network), client_of(assistant)
    html = browser.get(r(found)).content.decode()
    assert found.name in html
    assert 'method="post" action="/b/' not in html
    for rest in ACTS:
        assert browser.post(r(found, rest)).status_code == 403


# --- making ----------------------------------------------------------------------------------------------------------


def test_a_round_is_made_and_nobody_is_invited(browser: Client, network: Body, coordinator: User) -> None:
    response = browser.post(b(network, "rounds"), ROUND, follow=True)
    found = Round.objects.get()
    assert response.request["PATH_INFO"] == r(found)
    assert (found.body, found.name, found.catalog_ref) == (network, ROUND["name"], current_catalog().ref)
    assert (found.opens_on, found.closes_on) == (dt.date(2026, 4, 1), dt.date(2026, 6, 30))
    assert (found.hour_from, found.hour_until, found.weekdays_only) == (9, 17, True)
    assert (found.opening_at, found.opened_at) == (None, None)
    assert "2026/04/01〜2026/06/30" in response.content.decode()
    line = AuditLine.objects.get(verb=Verb.ROUND_MADE)
    assert (line.actor, line.target) == (str(coordinator.pk), str(found.pk))


def test_the_usual_hours_stand_in_the_form(browser: Client, network: Body) -> None:
    form = browser.get(b(network, "rounds")).context["form"]
    assert [form[name].value() for name in ("hour_from", "hour_until", "weekdays_only")] == [9, 17, True]


def test_days_may_be_typed_by_hand(browser: Client, network: Body) -> None:
    browser.post(b(network, "rounds"), {**ROUND, "opens_on": "２０２６／４／１", "closes_on": "2026年4月1日"})
    assert Round.objects.get().opens_on == Round.objects.get().closes_on == dt.date(2026, 4, 1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"closes_on": "2026-03-31"}, "終わる日が、始まる日より前です"),
        ({"opens_on": "あした"}, "日付として読めません"),
        ({"opens_on": "2019-12-31"}, "2020年以後の日にしてください"),
        ({"closes_on": "9999-12-31"}, "5年より先の日にはできません"),
        ({"catalog_ref": "keian@9"}, "正しく選択してください"),
        ({"name": "第1回（済み）"}, "同じ名前の回が、もうあります"),
        ({"name": "行\nが二つ"}, "改行や制御文字は使えません"),
        ({"hour_from": "17"}, "送り終える時刻が、送り始める時刻より前か同じです"),
        ({"hour_until": "25"}, "正しく選択してください"),
        ({"take_over": str(uuid4())}, "正しく選択してください"),
    ],
)
def test_a_round_that_cannot_be_is_told_and_kept(
    browser: Client, network: Body, wrong: dict[str, str], said: str
) -> None:
    browser.post(b(network, "rounds"), {**ROUND, "name": "第1回（済み）"})
    response = browser.post(b(network, "rounds"), {**ROUND, **wrong})
    assert response.status_code == 422
    html = response.content.decode()
    assert said in html
    assert wrong.get("closes_on", ROUND["closes_on"]) in html
    assert Round.objects.count() == 1


def test_every_fault_of_a_round_is_told_at_once(browser: Client, network: Body) -> None:
    wrong = {"name": "", "catalog_ref": "", "opens_on": "x", "closes_on": "", "hour_from": "", "hour_until": "9"}
    response = browser.post(b(network, "rounds"), wrong)
    assert set(response.context["form"].errors) == {"name", "catalog_ref", "opens_on", "closes_on", "hour_from"}


def test_the_list_of_an_earlier_round_is_taken_over_without_who_left(
    browser: Client, network: Body, company: Organisation, elsewhere: Organisation
) -> None:
    earlier = make_round(network)
    make_participant(earlier, name="まだの会社", email="mada@kaisha.example", industry="E", invited_at=timezone.now())
    for one in (company, elsewhere):
        make_affiliation(one, network)
        make_participant(earlier, one)
    Affiliation.unscoped.filter(organisation=elsewhere).update(ended_at=timezone.now())
    browser.post(b(network, "rounds"), {**ROUND, "take_over": str(earlier.pk)})
    made = Round.objects.exclude(pk=earlier.pk).get()
    rows = Participant.unscoped.filter(round=made).order_by("name")
    assert [(one.name, one.organisation_id, one.invited_at) for one in rows] == [
        ("まだの会社", None, None),
        (company.name, company.pk, None),
    ]
    assert rows[0].industry == "E"
    assert AuditLine.objects.get(verb=Verb.LIST_CHANGED).detail == {"added": 2, "of": str(earlier.pk)}


# --- its own page ----------------------------------------------------------------------------------------------------


def test_a_round_says_how_many_companies_are_how_far(
    browser: Client, network: Body, company: Organisation, elsewhere: Organisation
) -> None:
    found = make_round(network)
    make_participant(found)
    make_participant(found, invited_at=timezone.now())
    make_affiliation(company, network)
    make_participant(found, company, invited_at=timezone.now())
    make_submission(company)
    make_affiliation(elsewhere, network)
    make_participant(found, elsewhere)
    Affiliation.unscoped.filter(organisation=elsewhere).update(ended_at=timezone.now())
    with body_scope(network.pk):
        counts = counts_of(found)
    assert (counts.listed, counts.invited, counts.joined, counts.submitted, counts.waiting) == (4, 2, 1, 1, 1)
    assert "まだ案内していない会社があります" in browser.get(r(found)).content.decode()


def test_the_page_shows_no_more_of_a_company_than_that_it_submitted(
    browser: Client, network: Body, company: Organisation
) -> None:
    found = make_round(network)
    make_affiliation(company, network)
    make_participant(found, company)
    make_submission(company)
    assert shared_now(network.pk, company.pk) == frozenset()
    html = browser.get(r(found)).content.decode()
    assert company.name not in html


@pytest.mark.parametrize(
    ("fields", "stage"),
    [
        ({"opened": False}, Stage.PREPARING),
        ({"opened": False, "opening_at": timezone.now()}, Stage.OPENING),
        ({}, Stage.OPEN),
        ({"closes_on": TODAY()}, Stage.OPEN),
        ({"closes_on": TODAY() - dt.timedelta(days=1)}, Stage.OVER),
        ({"closes_on": TODAY() - dt.timedelta(days=1), "opened": False}, Stage.OVER),
    ],
)
def test_a_round_stands_where_its_days_and_its_opening_say(
    browser: Client, network: Body, fields: dict[str, object], stage: Stage
) -> None:
    found = make_round(network, **fields)  # type: ignore[arg-type]
    assert stage_of(found, TODAY()) is stage
    response = browser.get(r(found))
    assert response.context["stage"] is stage
    words = {"preparing": "準備中", "opening": "開いている途中", "open": "開いている", "over": "終わった"}
    assert words[stage] in response.content.decode()


def test_the_page_follows_the_opening_and_draws_itself_anew_at_its_end(browser: Client, network: Body) -> None:
    found = make_round(network, opened=False, opening_at=timezone.now())
    asks = f'id="opening" hx-get="{r(found)}" hx-trigger="every 3s" hx-select="#opening"'
    assert asks in browser.get(r(found)).content.decode()
    assert "HX-Refresh" not in browser.get(r(found), headers={"HX-Request": "true"}).headers
    found.opened_at = found.opening_at
    found.save()
    assert browser.get(r(found), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    response = browser.get(r(found))
    assert asks not in response.content.decode()
    assert "HX-Refresh" not in response.headers


def test_the_page_follows_companies_that_are_invited_later(browser: Client, network: Body) -> None:
    found = make_round(network)
    with body_scope(network.pk):
        make_participant(found)
    Round.objects.filter(pk=found.pk).update(opening_at=timezone.now())
    response = browser.get(r(found), headers={"HX-Request": "true"})
    assert 'id="opening"' in response.content.decode()
    assert "HX-Refresh" not in response.headers


def test_the_next_step_is_another_one_at_every_stage(network: Body) -> None:
    found = make_round(network)
    with body_scope(network.pk):
        nobody = counts_of(found)
        make_participant(found)
        listed = counts_of(found)
    said = {next_step(stage, counts, 0) for stage in (Stage.PREPARING, Stage.OPEN) for counts in (nobody, listed)}
    said |= {next_step(Stage.OPENING, listed, 0), next_step(Stage.OVER, listed, 0)}
    assert len(said) == 6


# --- its last day ----------------------------------------------------------------------------------------------------


def change(days: int, **more: str) -> dict[str, str]:
    day = TODAY() + dt.timedelta(days=days)
    return {"closes_on": f"{day:%Y-%m-%d}", "hour_from": "8", "hour_until": "20", **more}


def test_the_last_day_is_put_off_also_when_it_is_over(browser: Client, network: Body, coordinator: User) -> None:
    found = make_round(network, closes_on=TODAY() - dt.timedelta(days=1))
    assert "終わった" in browser.get(r(found)).content.decode()
    html = browser.post(r(found, "change"), change(7), follow=True).content.decode()
    found.refresh_from_db()
    assert found.closes_on == TODAY() + dt.timedelta(days=7)
    assert (found.hour_from, found.hour_until, found.weekdays_only) == (8, 20, False)
    assert "保存しました" in html
    line = AuditLine.objects.get(verb=Verb.ROUND_CHANGED)
    assert (line.actor, line.detail) == (str(coordinator.pk), {"closes_on": found.closes_on.isoformat()})


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (change(-1), "今日より前にはできません"),
        (change(-30), "今日より前にはできません"),
        (change(5, closes_on="x"), "日付として読めません"),
        (change(5, hour_until="8"), "送り終える時刻"),
    ],
)
def test_a_last_day_that_cannot_be_is_told_and_nothing_changes(
    browser: Client, network: Body, typed: dict[str, str], said: str
) -> None:
    found = make_round(network)
    response = browser.post(r(found, "change"), typed)
    assert response.status_code == 422
    assert said in response.content.decode()
    before = found.closes_on
    found.refresh_from_db()
    assert (found.closes_on, found.hour_until) == (before, 17)
    assert not AuditLine.objects.filter(verb=Verb.ROUND_CHANGED).exists()


def test_hours_change_of_a_round_that_is_over(browser: Client, network: Body) -> None:
    found = make_round(network, closes_on=TODAY() - dt.timedelta(days=1))
    assert browser.post(r(found, "change"), change(-1)).status_code == 302
    found.refresh_from_db()
    assert found.hour_from == 8


def test_who_answers_while_a_round_ends_may_submit_and_is_not_counted_in_it(
    network: Body, company: Organisation, owner: User, client_of: ClientOf
) -> None:
    found = make_round(network, closes_on=TODAY())
    make_affiliation(company, network)
    assessment = make_assessment(company, answers=full_answers())
    mine = client_of(owner)
    html = mine.get(f"/o/{company.pk}/").content.decode()
    assert found.name in html, "on its last day the round stands on the company's page"
    Round.objects.update(closes_on=TODAY() - dt.timedelta(days=1))
    assert found.name not in mine.get(f"/o/{company.pk}/").content.decode()
    assert mine.post(f"/o/{company.pk}/a/{assessment.pk}/submit").status_code == 302
    found.refresh_from_db()
    with body_scope(network.pk):
        companies = Affiliation.objects.present()
        assert not with_submitted(companies, found).get().submitted
        assert with_submitted(companies).get().submitted
        Round.objects.update(closes_on=TODAY())
        found.refresh_from_db()
        assert with_submitted(companies, found).get().submitted, "put off by a day, it counts"


def test_a_company_sees_the_open_rounds_of_its_networks_alone(
    network: Body, company: Organisation, viewer: User, client_of: ClientOf
) -> None:
    make_affiliation(company, network)
    mine, preparing = make_round(network, name="春の回"), make_round(network, name="夏の回", opened=False)
    foreign = make_round(make_body(), name="よその回")
    html = client_of(viewer).get(f"/o/{company.pk}/").content.decode()
    assert mine.name in html
    assert f"{mine.closes_on:%Y/%m/%d}" in html
    assert preparing.name not in html
    assert foreign.name not in html


# --- its code --------------------------------------------------------------------------------------------------------


def test_the_code_stands_on_the_page_with_a_link_and_is_renewed(browser: Client, network: Body) -> None:
    found = make_round(network)
    before = found.join_code
    assert f"http://testserver/join?code={before}" in browser.get(r(found)).content.decode()
    browser.post(r(found, "code"))
    found.refresh_from_db()
    assert found.join_code != before
    assert AuditLine.objects.get(verb=Verb.ROUND_CHANGED).detail == {"code": True}


def test_a_round_that_is_over_offers_no_code(browser: Client, network: Body) -> None:
    found = make_round(network, closes_on=TODAY() - dt.timedelta(days=1))
    assert found.join_code not in browser.get(r(found)).content.decode()


def test_a_round_costs_the_same_statements_however_many_companies_it_has(
    browser: Client, network: Body, django_assert_max_num_queries: object
) -> None:
    found = make_round(network)
    for _ in range(30):
        make_participant(found)
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        browser.get(r(found))


def test_a_member_that_is_not_listed_is_announced_before_the_round_opens(browser: Client, network: Body) -> None:
    make_affiliation(make_organisation(), network)
    html = browser.get(r(make_round(network, opened=False))).content.decode()
    assert "1 社に案内のメールを送り始めます" in html
    assert "名簿にはありませんが、会員なので加わります" in html
