"""The administrator's pages, the roles of the service, and the command that makes the first administrator."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from organisations import platform
from organisations.audit import Verb
from organisations.models import AuditLine, Body, Invitation, Organisation, PlatformMembership, User
from organisations.policy import BodyKind, BodyRole, PlatformRole
from organisations.second_factor import has_second_factor
from tests.builders import (
    give_second_factor,
    make_affiliation,
    make_body,
    make_body_member,
    make_grant,
    make_platform_member,
    make_submission,
    make_user,
    row_counts,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

NEW = {"kind": "network", "name": "北陸 経営者ネットワーク", "email": "Hajime@hokuriku.example"}


@pytest.fixture
def browser(administrator: User, client_of: ClientOf) -> Client:
    return client_of(administrator)


# --- who may open it -------------------------------------------------------------------------------------------------


def test_the_pages_do_not_exist_for_anybody_else(
    network: Body, coordinator: User, owner: User, author: User, administrator: User, client_of: ClientOf
) -> None:
    for path in ("/platform/", f"/platform/b/{network.pk}"):
        assert client_of(administrator).get(path).status_code == 200
        for person in (coordinator, owner, author):
            assert client_of(person).get(path).status_code == 404
            assert client_of(person).post(path, NEW).status_code == 404
        assert "/login/" in client_of(None).get(path).headers["Location"]
    assert not Body.objects.filter(name=NEW["name"]).exists()


def test_an_administrator_without_a_second_factor_is_led_to_set_one_up(client_of: ClientOf) -> None:
    bare = make_platform_member(PlatformRole.ADMINISTRATOR, second_factor=False)
    response = client_of(bare).get("/platform/")
    assert response.status_code == 302
    assert response.headers["Location"] == "/account/2fa/"
    assert client_of(bare).post("/platform/", NEW).headers["Location"] == "/account/2fa/"
    assert not Body.objects.exists()


# --- networks and offices --------------------------------------------------------------------------------------------


def test_an_administrator_sees_how_many_belong_to_a_body_and_not_who(
    browser: Client, network: Body, coordinator: User, assistant: User, company: Organisation, elsewhere: Organisation
) -> None:
    make_grant(company, network)
    make_affiliation(elsewhere, network)
    make_submission(company)
    gone = make_body(name="去った会社の窓口", kind=BodyKind.OFFICE)
    ended = make_affiliation(company, gone)
    ended.ended_at = ended.since
    ended.save()
    response = browser.get("/platform/")
    counted = {body.name: (body.people, body.companies) for body in response.context["bodies"]}
    assert counted == {network.name: (2, 2), gone.name: (0, 0)}
    for path in ("/platform/", f"/platform/b/{network.pk}"):
        html = browser.get(path).content.decode()
        assert company.name not in html
        assert elsewhere.name not in html


def test_a_body_is_founded_and_its_first_director_is_invited_by_mail(browser: Client, administrator: User) -> None:
    response = browser.post("/platform/", NEW, follow=True)
    body = Body.objects.get()
    assert (body.kind, body.name) == ("network", NEW["name"])
    invitation = Invitation.unscoped.get()
    assert (invitation.body, invitation.email, invitation.role) == (body, "hajime@hokuriku.example", "coordinator")
    assert mail.outbox[0].to == ["hajime@hokuriku.example"]
    assert "http://testserver/invitations/" in mail.outbox[0].body
    assert "招待のメールを送りました" in response.content.decode()
    verbs = list(AuditLine.objects.filter(actor=str(administrator.pk)).values_list("verb", flat=True))
    assert verbs == [Verb.BODY_MADE, Verb.INVITED]


def test_an_office_is_directed_by_a_supervisor(browser: Client) -> None:
    browser.post("/platform/", {**NEW, "kind": "office"})
    assert Invitation.unscoped.get().role == BodyRole.SUPERVISOR


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "このフィールドは必須です"),
        ({"name": "改行\nBcc: x@evil.example"}, "改行や制御文字は使えません"),
        ({"name": "東海 経営者ネットワーク"}, "同じ名称のネットワークか相談窓口が、もうあります"),
        ({"kind": "company"}, "正しく選択してください"),
        ({"email": "だれか"}, "有効なメールアドレス"),
    ],
)
def test_what_cannot_be_founded_is_told_and_what_was_typed_is_kept(
    browser: Client, network: Body, wrong: dict[str, str], said: str
) -> None:
    before = row_counts()
    response = browser.post("/platform/", {**NEW, **wrong})
    assert response.status_code == 422
    html = response.content.decode()
    assert said in html
    if "email" not in wrong:
        assert NEW["email"] in html
    assert row_counts() == before
    assert mail.outbox == []


def test_every_fault_is_told_at_once(browser: Client) -> None:
    html = browser.post("/platform/", {"kind": "", "name": "", "email": "x"}).content.decode()
    assert html.count("is-invalid") == 3


def test_a_director_who_has_not_come_yet_is_invited_again(browser: Client) -> None:
    browser.post("/platform/", NEW)
    body = Body.objects.get()
    page = f"/platform/b/{body.pk}"
    assert "hajime@hokuriku.example" in browser.get(page).content.decode()
    browser.post(page, {"email": "another@hokuriku.example"})
    assert [message.to for message in mail.outbox] == [["hajime@hokuriku.example"], ["another@hokuriku.example"]]


def test_an_administrator_cannot_put_anybody_into_a_body_that_is_directed(
    browser: Client, network: Body, coordinator: User, administrator: User
) -> None:
    page = f"/platform/b/{network.pk}"
    assert "運営からは招待できません" in browser.get(page).content.decode()
    response = browser.post(page, {"email": administrator.email})
    assert response.status_code == 422
    assert not Invitation.unscoped.exists()
    assert mail.outbox == []


def test_the_pages_cost_the_same_with_many_bodies(browser: Client, django_assert_max_num_queries: object) -> None:
    browser.get("/platform/")
    for _ in range(30):
        make_body_member(make_body())
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        browser.get("/platform/")


# --- authors ---------------------------------------------------------------------------------------------------------


def test_the_role_of_an_author_is_given_and_taken_by_address(browser: Client, administrator: User) -> None:
    user = make_user("kaku@keian.example")
    browser.post("/platform/authors", {"do": "give", "email": "KAKU@keian.example"})
    assert PlatformMembership.objects.filter(user=user, role=PlatformRole.AUTHOR).exists()
    assert "kaku@keian.example" in browser.get("/platform/").content.decode()
    browser.post("/platform/authors", {"do": "give", "email": "kaku@keian.example"})
    browser.post("/platform/authors", {"do": "take", "email": "kaku@keian.example"})
    assert not PlatformMembership.objects.filter(user=user).exists()
    told = [(line.target, line.detail) for line in AuditLine.objects.filter(verb=Verb.ROLE_CHANGED)]
    assert told == [
        (str(user.pk), {"before": "", "after": "author"}),
        (str(user.pk), {"before": "author", "after": ""}),
    ]


@pytest.mark.parametrize("email", ["nobody@keian.example", "not an address", ""])
def test_an_address_without_an_account_gets_no_role(browser: Client, email: str) -> None:
    response = browser.post("/platform/authors", {"do": "give", "email": email})
    assert response.status_code == 422
    assert not PlatformMembership.objects.filter(role=PlatformRole.AUTHOR).exists()


def test_an_address_that_nobody_has_proven_gets_no_role() -> None:
    user = make_user("typed@keian.example")
    user.emailaddress_set.update(verified=False)
    with pytest.raises(platform.NoSuchAccount):
        platform.give_role("typed@keian.example", PlatformRole.AUTHOR, by=None)


def test_the_authors_form_cannot_give_another_role(browser: Client) -> None:
    user = make_user("kaku@keian.example")
    browser.post("/platform/authors", {"do": "give", "email": user.email, "role": "administrator"})
    assert [found.role for found in PlatformMembership.objects.filter(user=user)] == ["author"]


# --- as a permission of Django ---------------------------------------------------------------------------------------


def test_an_author_has_the_permission_with_a_second_factor_and_nobody_else_has(
    author: User, administrator: User, coordinator: User
) -> None:
    assert author.has_perm("platform.author")
    assert not author.has_perm("platform.administer")
    for person in (administrator, coordinator, make_user()):
        assert not person.has_perm("platform.author")
    bare = make_platform_member(PlatformRole.AUTHOR, second_factor=False)
    assert not bare.has_perm("platform.author")
    assert give_second_factor(bare).has_perm("platform.author")


# --- the first administrator -----------------------------------------------------------------------------------------


def make_administrator(email: str) -> str:
    said = StringIO()
    call_command("make_administrator", email, stdout=said)
    return said.getvalue()


def test_the_command_makes_an_existing_account_an_administrator_once() -> None:
    user = make_user("unei@keian.example")
    assert "運営管理者にしました" in make_administrator("Unei@keian.example")
    assert "すでに運営管理者です" in make_administrator("unei@keian.example")
    assert [found.role for found in PlatformMembership.objects.filter(user=user)] == ["administrator"]
    line = AuditLine.objects.get(verb=Verb.ROLE_CHANGED)
    assert (line.actor, line.target, line.detail) == ("", str(user.pk), {"before": "", "after": "administrator"})
    assert not has_second_factor(user)


def test_the_command_refuses_an_address_without_a_verified_account() -> None:
    user = make_user("typed@keian.example")
    user.emailaddress_set.update(verified=False)
    for email in ("typed@keian.example", "nobody@keian.example"):
        with pytest.raises(CommandError, match="このアドレスを確認したアカウントがありません") as refused:
            make_administrator(email)
        assert refused.value.returncode == 1
    assert not PlatformMembership.objects.exists()
    assert not AuditLine.objects.filter(verb=Verb.ROLE_CHANGED).exists()
