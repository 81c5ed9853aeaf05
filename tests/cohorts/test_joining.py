"""Joining a network with the code of a round."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from cohorts.joining import plain_code
from cohorts.models import Participant
from organisations import inviting
from organisations.access import shared_now
from organisations.audit import Verb
from organisations.models import Affiliation, AuditLine, Body, Invitation, Organisation, Round, User
from organisations.policy import Role
from tests.builders import (
    PASSWORD,
    make_affiliation,
    make_member,
    make_organisation,
    make_participant,
    make_round,
    make_user,
    row_counts,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

UNKNOWN = "このコードは使えません"


@pytest.fixture
def under_way(network: Body) -> Round:
    return make_round(network)


@pytest.fixture
def browser(owner: User, company: Organisation, client_of: ClientOf) -> Client:
    return client_of(owner)


def post(browser: Client, code: str, organisation: Organisation | None = None, *, status: int = 200) -> str:
    typed = {"code": code} | ({"do": "join", "organisation": str(organisation.pk)} if organisation else {})
    response = browser.post("/join", typed)
    assert response.status_code == status
    return response.content.decode() if status != 302 else response.headers["Location"]


# --- the way in ------------------------------------------------------------------------------------------------------


def test_somebody_unknown_is_led_through_signing_in_and_back(
    under_way: Round, client_of: ClientOf, owner: User, company: Organisation
) -> None:
    browser = client_of(None)
    path = f"/join?code={under_way.join_code}"
    login = browser.get(path)
    assert login.status_code == 302
    response = browser.post(login.headers["Location"], {"login": owner.email, "password": PASSWORD})
    assert response.headers["Location"] == path
    assert under_way.join_code in browser.get(path).content.decode()


def test_somebody_new_is_led_through_signing_up_and_back(under_way: Round, client_of: ClientOf) -> None:
    browser = client_of(None)
    path = f"/join?code={under_way.join_code}"
    page = browser.get(browser.get(path).headers["Location"]).content.decode()
    signup = re.search(r'href="(/account/signup/[^"]*)"', page)
    assert signup is not None
    typed = {"email": "shacho@atarashii.example", "password1": "a-long-harbour-7", "password2": "a-long-harbour-7"}
    address = signup.group(1).replace("&amp;", "&")
    confirm = browser.post(address, {**typed, "next": path}, follow=True)
    code = re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", str(mail.outbox[-1].body), re.MULTILINE)
    assert code is not None
    response = browser.post(confirm.request["PATH_INFO"], {"code": code.group(1)})
    assert response.headers["Location"] == path


def test_looking_at_the_address_tells_nothing_about_a_code(browser: Client, under_way: Round) -> None:
    right = browser.get(f"/join?code={under_way.join_code}").content.decode()
    wrong = browser.get("/join?code=ZZZZZZZZZZ").content.decode()
    strip = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"')
    assert strip.sub("", right.replace(under_way.join_code, "ZZZZZZZZZZ")) == strip.sub("", wrong)
    assert under_way.body.name not in right


def test_what_the_network_will_know_is_said_before(browser: Client, under_way: Round, company: Organisation) -> None:
    before = row_counts()
    html = post(browser, under_way.join_code)
    for words in (under_way.body.name, "会社名、法人番号、業種", "提出したかどうか", "回答、点数、メモ", company.name):
        assert words in html
    assert row_counts() == before, "nobody has joined yet"


@pytest.mark.parametrize("change", [str.lower, " ".join, lambda code: f"{code[:5]}-{code[5:]}", "　{}　".format])
def test_a_code_is_known_however_it_is_written(browser: Client, under_way: Round, change: object) -> None:
    assert under_way.body.name in post(browser, change(under_way.join_code))  # type: ignore[operator]


def test_full_width_letters_are_the_same_letters() -> None:
    assert plain_code("ａｂ－２３　ｘｙ_z") == "AB23XYZ"


# --- joining ---------------------------------------------------------------------------------------------------------


def test_the_company_joins_and_is_led_to_what_it_shares(
    browser: Client, under_way: Round, company: Organisation, owner: User
) -> None:
    where = post(browser, under_way.join_code, company, status=302)
    assert where == f"/o/{company.pk}/sharing#main"
    assert "何を共有するかは、このページで決めます" in browser.get(where).content.decode()
    network = under_way.body
    assert Affiliation.unscoped.get().body == network
    assert shared_now(network.pk, company.pk) == frozenset()
    (row,) = Participant.unscoped.all()
    assert (row.organisation, row.source, row.size) == (company, Participant.Source.CODE, "51-100")
    line = AuditLine.objects.get(verb=Verb.AFFILIATED)
    assert (line.actor, line.organisation, line.body) == (str(owner.pk), company.pk, network.pk)


def test_joining_again_changes_nothing(browser: Client, under_way: Round, company: Organisation) -> None:
    for _ in range(2):
        post(browser, under_way.join_code, company, status=302)
    assert "もう東海 経営者ネットワークに加わっています" in browser.get(f"/o/{company.pk}/sharing").content.decode()
    assert Affiliation.unscoped.count() == Participant.unscoped.count() == 1
    assert AuditLine.objects.filter(verb=Verb.AFFILIATED).count() == 1


def test_a_member_stands_in_the_round_of_the_code(browser: Client, under_way: Round, company: Organisation) -> None:
    make_affiliation(company, under_way.body)
    post(browser, under_way.join_code, company, status=302)
    assert Participant.unscoped.get().organisation == company


def test_the_company_takes_its_row_on_the_list(browser: Client, under_way: Round, company: Organisation) -> None:
    listed = make_participant(under_way, name="名簿の名前", corporate_number=company.corporate_number)
    post(browser, under_way.join_code, company, status=302)
    (row,) = Participant.unscoped.all()
    assert (row.pk, row.organisation, row.source) == (listed.pk, company, Participant.Source.LIST)


def test_an_invitation_of_the_same_person_is_taken_up_by_the_code(
    browser: Client, under_way: Round, company: Organisation, owner: User
) -> None:
    invitation = inviting.invite(email=owner.email, role=None, by=None, link=str, body=under_way.body, announce=False)
    listed = make_participant(under_way, email=owner.email, invitation=invitation)
    post(browser, under_way.join_code, company, status=302)
    assert Invitation.unscoped.get().accepted_by == owner
    assert Participant.unscoped.get().pk == listed.pk


def test_only_an_owners_own_company_joins(
    under_way: Round, company: Organisation, elsewhere: Organisation, client_of: ClientOf, owner: User
) -> None:
    editor = make_member(company, Role.EDITOR)
    make_organisation(owner=editor, name="編集者の会社", corporate_number="")
    for person, wanted in ((editor, company), (owner, elsewhere)):
        html = post(client_of(person), under_way.join_code, wanted, status=422)
        assert "あなたが責任者になっている会社から選んでください" in html
    assert not Affiliation.unscoped.exists()


def test_without_a_company_one_is_led_to_found_one(under_way: Round, client_of: ClientOf) -> None:
    browser = client_of(make_user())
    html = post(browser, under_way.join_code)
    assert "/o/new" in html or "会社を登録する" in html
    assert 'value="join"' not in html


def test_a_company_must_be_chosen_where_there_are_several(
    browser: Client, under_way: Round, owner: User, company: Organisation
) -> None:
    make_organisation(owner=owner, name="二つ目の会社", corporate_number="")
    html = post(browser, under_way.join_code)
    assert "二つ目の会社" in html
    assert "checked" not in html
    response = browser.post("/join", {"code": under_way.join_code, "do": "join"})
    assert response.status_code == 422
    assert "参加する会社を選んでください" in response.content.decode()


# --- codes that open nothing -----------------------------------------------------------------------------------------


def test_wrong_renewed_and_ended_codes_are_answered_alike(
    browser: Client, under_way: Round, company: Organisation, network: Body
) -> None:
    old = under_way.join_code
    Round.objects.update(join_code="NEWCODE234")
    ended = make_round(network, closes_on=timezone.localdate() - dt.timedelta(days=1)).join_code
    strip = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"')
    answers = set()
    for code in (old, ended, "ZZZZZZZZZZ"):
        html = post(browser, code, status=422)
        assert UNKNOWN in html
        assert UNKNOWN in post(browser, code, company, status=422)
        answers.add(strip.sub("", html.replace(code, "")))
    assert len(answers) == 1
    assert not Affiliation.unscoped.exists()


@pytest.mark.parametrize("typed", ["", "   ", "x" * 41, "'; --"])
def test_what_is_no_code_is_told(browser: Client, typed: str) -> None:
    assert browser.post("/join", {"code": typed}).status_code == 422


def test_codes_cannot_be_tried_one_after_the_other(browser: Client, under_way: Round) -> None:
    for number in range(30):
        post(browser, f"WRONG{number}", status=422)
    assert browser.post("/join", {"code": under_way.join_code}).status_code == 429
    assert browser.get("/join").status_code == 200
