"""The people of a company: who is in it, inviting, roles, leaving; by the owner alone and within the company alone."""

from __future__ import annotations

import re
from datetime import timedelta
from smtplib import SMTPException
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organisations.models import AuditLine, Invitation, Membership, Organisation, User
from organisations.policy import Role
from tests.builders import contents, make_invitation, make_member
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

ADDRESS = "tanaka@buhin.example"


@pytest.fixture
def browser(client_of: ClientOf, owner: User) -> Client:
    return client_of(owner)


def place(organisation: Organisation, rest: str = "people") -> str:
    return f"/o/{organisation.pk}/{rest}"


def key_of(user: User) -> str:
    return str(user.memberships.get().key)


def said(browser: Client, response: HttpResponse) -> str:
    """The page that the answer leads to."""
    return browser.get(response.headers["Location"]).content.decode()


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_names_everybody_with_address_role_and_since_when(
    browser: Client, company: Organisation, owner: User, editor: User, viewer: User, respondent: User
) -> None:
    html = browser.get(place(company)).content.decode()
    for person in (owner, editor, viewer, respondent):
        assert person.name in html
        assert person.email in html
    assert f"{timezone.localdate():%Y/%m/%d} から" in html
    for words in ("会社の責任者", "編集者", "回答者", "閲覧者", "割り当てられた設問だけを見て、答えます。"):
        assert words in html


def test_the_page_shows_invitations_that_wait_and_no_others(
    browser: Client, company: Organisation, elsewhere: Organisation
) -> None:
    waiting = make_invitation(company, email="waiting@x.example")
    late = make_invitation(company, email="late@x.example")
    Invitation.unscoped.filter(pk=late.pk).update(expires_at=timezone.now() - timedelta(days=1))
    gone = make_invitation(company, email="gone@x.example")
    Invitation.unscoped.filter(pk=gone.pk).update(revoked_at=timezone.now())
    foreign = make_invitation(elsewhere, email="foreign@x.example")
    html = browser.get(place(company)).content.decode()
    assert waiting.email in html
    assert late.email in html
    assert "に期限切れ" in html
    assert gone.email not in html
    assert foreign.email not in html


def test_the_page_costs_no_more_for_many_people(browser: Client, company: Organisation) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as statements:
            assert browser.get(place(company)).status_code == 200
        return len(statements)

    make_invitation(company)
    before = cost()
    for _number in range(4):
        make_member(company, Role.EDITOR)
        make_invitation(company)
    assert cost() == before <= 6


# --- inviting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_an_owner_invites_somebody_in_any_role(browser: Client, company: Organisation, owner: User, role: Role) -> None:
    response = browser.post(place(company), {"email": ADDRESS, "role": role.value})
    made = Invitation.unscoped.get()
    assert (made.organisation_id, made.email, made.role, made.invited_by) == (company.pk, ADDRESS, role, owner)
    assert mail.outbox[0].to == [ADDRESS]
    assert re.search(r"http://testserver/invitations/\S+", mail.outbox[0].body)
    assert f"{ADDRESS} に招待のメールを送りました" in said(browser, response)
    assert AuditLine.objects.order_by("-number")[0].verb == "invited"


def test_an_address_may_be_written_as_a_japanese_keyboard_writes_it(browser: Client, company: Organisation) -> None:
    browser.post(place(company), {"email": " Ｔａｎａｋａ＠ｂｕｈｉｎ．ｅｘａｍｐｌｅ ", "role": "editor"})
    assert Invitation.unscoped.get().email == ADDRESS


@pytest.mark.parametrize(
    "email",
    [
        "",
        "tanaka",
        "tanaka@",
        "a@x.example, b@x.example",
        "a@x.example b@x.example",
        "a@x.example\r\nBcc: all@evil.example",
        "a@x.example\x00",
        "田中@x.example",
        "a" * 250 + "@x.example",
    ],
)
def test_a_bad_address_and_a_bad_role_are_said_at_once_and_nothing_is_lost(
    browser: Client, company: Organisation, email: str
) -> None:
    before = contents()
    response = browser.post(place(company), {"email": email, "role": "king"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "選べる役割は" in html
    assert html.count("invalid-feedback") == 1
    if email.isprintable() and email.isascii():
        assert f'value="{email}"' in html or not email
    assert contents() == before
    assert mail.outbox == []


def test_nobody_is_invited_who_is_there_already(browser: Client, company: Organisation, editor: User) -> None:
    response = browser.post(place(company), {"email": editor.email.upper(), "role": "owner"})
    assert response.status_code == 422
    assert "もう会社に参加しています" in response.content.decode()
    assert not Invitation.unscoped.exists()
    assert editor.memberships.get().role == Role.EDITOR


def test_inviting_the_same_address_again_replaces_the_invitation(browser: Client, company: Organisation) -> None:
    for role in ("viewer", "editor"):
        browser.post(place(company), {"email": ADDRESS, "role": role})
    made = Invitation.unscoped.get()
    assert (made.role, made.serial) == ("editor", 2)


def test_more_fields_change_nothing(browser: Client, company: Organisation, elsewhere: Organisation) -> None:
    typed = {"organisation": str(elsewhere.pk), "body": str(uuid4()), "invited_by": "1", "accepted_at": "2020-01-01"}
    browser.post(place(company), {"email": ADDRESS, "role": "viewer", **typed})
    made = Invitation.unscoped.get()
    assert (made.organisation_id, made.body_id, made.accepted_at) == (company.pk, None, None)


def test_when_the_mail_server_refuses_the_invitation_stands_and_the_page_says_so(
    browser: Client, company: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> int:
        raise SMTPException("no")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    html = said(browser, browser.post(place(company), {"email": ADDRESS, "role": "viewer"}))
    assert "メールを送れませんでした" in html
    assert "/invitations/" not in html.replace(f"/o/{company.pk}/invitations/", "")
    assert Invitation.unscoped.get().pending


def test_invitations_by_the_hundred_are_stopped(browser: Client, company: Organisation) -> None:
    statuses = [
        browser.post(place(company), {"email": f"a{number}@x.example", "role": "viewer"}).status_code
        for number in range(61)
    ]
    assert statuses == [302] * 60 + [429]
    assert len(mail.outbox) == 60


def test_an_invitation_is_sent_again_with_a_new_link(browser: Client, company: Organisation) -> None:
    made = make_invitation(company, email=ADDRESS)
    Invitation.unscoped.update(expires_at=timezone.now() - timedelta(days=1))
    response = browser.post(place(company, f"invitations/{made.pk}/again"))
    assert "新しい招待を送りました" in said(browser, response)
    made.refresh_from_db()
    assert (made.serial, made.expired) == (2, False)
    assert len(mail.outbox) == 1


def test_an_invitation_is_taken_back(browser: Client, company: Organisation) -> None:
    made = make_invitation(company, email=ADDRESS)
    response = browser.post(place(company, f"invitations/{made.pk}/revoke"))
    assert f"{ADDRESS} への招待を取り消しました" in said(browser, response)
    made.refresh_from_db()
    assert made.revoked_at is not None
    again = browser.post(place(company, f"invitations/{made.pk}/again"))
    assert "取り消してあります" in said(browser, again)
    assert mail.outbox == []


@pytest.mark.parametrize("act", ["again", "revoke"])
def test_what_was_accepted_is_neither_sent_again_nor_taken_back(
    browser: Client, company: Organisation, editor: User, act: str
) -> None:
    made = make_invitation(company, email=ADDRESS)
    Invitation.unscoped.update(accepted_at=timezone.now(), accepted_by=editor)
    html = said(browser, browser.post(place(company, f"invitations/{made.pk}/{act}")))
    assert "もう参加しています" in html
    made.refresh_from_db()
    assert made.revoked_at is None


# --- roles and leaving -----------------------------------------------------------------------------------------------


def test_an_owner_changes_a_role_and_it_holds_at_once(
    browser: Client, company: Organisation, viewer: User, client_of: ClientOf
) -> None:
    response = browser.post(place(company, f"people/{key_of(viewer)}/role"), {"role": "owner"})
    assert f"{viewer} の役割を「会社の責任者」にしました" in said(browser, response)
    assert client_of(viewer).get(place(company)).status_code == 200
    line = AuditLine.objects.order_by("-number")[0]
    assert (line.verb, line.detail) == ("role-changed", {"before": "viewer", "after": "owner"})


def test_a_role_that_does_not_exist_is_refused(browser: Client, company: Organisation, viewer: User) -> None:
    response = browser.post(place(company, f"people/{key_of(viewer)}/role"), {"role": "king"})
    assert response.status_code == 422
    assert "選べる役割は" in response.content.decode()
    assert viewer.memberships.get().role == Role.VIEWER


@pytest.mark.parametrize(("act", "typed"), [("role", {"role": "viewer"}), ("remove", {})])
def test_the_last_owner_cannot_step_down_or_leave(
    browser: Client, company: Organisation, owner: User, act: str, typed: dict[str, str]
) -> None:
    html = said(browser, browser.post(place(company, f"people/{key_of(owner)}/{act}"), typed))
    assert "会社の責任者が一人もいなくなるため" in html
    assert owner.memberships.get().role == Role.OWNER


@pytest.mark.parametrize(
    ("role", "leads"), [("editor", ""), ("viewer", ""), ("respondent", "tasks")], ids=["editor", "viewer", "respondent"]
)
def test_one_of_two_owners_may_step_down_and_is_led_where_they_may_be(
    browser: Client, company: Organisation, owner: User, role: str, leads: str
) -> None:
    make_member(company, Role.OWNER)
    response = browser.post(place(company, f"people/{key_of(owner)}/role"), {"role": role})
    assert response.headers["Location"] == place(company, leads)
    assert browser.get(place(company, leads)).status_code == 200


def test_who_is_taken_out_is_shut_out_at_once(
    browser: Client, company: Organisation, editor: User, client_of: ClientOf
) -> None:
    theirs = client_of(editor)
    assert theirs.get(place(company, "")).status_code == 200
    response = browser.post(place(company, f"people/{key_of(editor)}/remove"))
    assert f"{editor} を会社から外しました" in said(browser, response)
    assert theirs.get(place(company, "")).status_code == 404


def test_an_owner_may_leave_where_another_stays(browser: Client, company: Organisation, owner: User) -> None:
    make_member(company, Role.OWNER)
    response = browser.post(place(company, f"people/{key_of(owner)}/remove"))
    assert response.headers["Location"] == "/home"
    assert browser.get(place(company)).status_code == 404


# --- nobody else, nowhere else ---------------------------------------------------------------------------------------


def test_only_an_owner_sees_or_changes_the_people(
    company: Organisation, editor: User, viewer: User, respondent: User, stranger: User, client_of: ClientOf
) -> None:
    made = make_invitation(company)
    key = key_of(viewer)
    acts = {
        "people": {"email": ADDRESS, "role": "owner"},
        f"people/{key}/role": {"role": "owner"},
        f"people/{key}/remove": {},
        f"invitations/{made.pk}/again": {},
        f"invitations/{made.pk}/revoke": {},
    }
    cast = [(client_of(user), expected) for user, expected in ((editor, 403), (viewer, 403), (respondent, 403))]
    cast.append((client_of(stranger), 404))
    before = contents()
    for theirs, expected in cast:
        assert theirs.get(place(company)).status_code == expected
        for rest, typed in acts.items():
            assert theirs.post(place(company, rest), typed).status_code == expected, rest
    assert contents() == before
    assert mail.outbox == []


def test_people_and_invitations_of_another_company_do_not_exist(
    browser: Client, company: Organisation, elsewhere: Organisation, stranger: User
) -> None:
    made = make_invitation(elsewhere)
    before = contents()
    for person in (key_of(stranger), uuid4()):
        assert browser.post(place(company, f"people/{person}/role"), {"role": "viewer"}).status_code == 404
        assert browser.post(place(company, f"people/{person}/remove")).status_code == 404
    for invitation in (made.pk, uuid4()):
        for act in ("again", "revoke"):
            assert browser.post(place(company, f"invitations/{invitation}/{act}")).status_code == 404
    assert contents() == before
    assert mail.outbox == []


def test_no_address_of_a_person_is_a_number_that_could_be_guessed(
    browser: Client, company: Organisation, editor: User
) -> None:
    html = browser.get(place(company)).content.decode()
    assert str(Membership.objects.get(user=editor).key) in html
    for number in (editor.pk, Membership.objects.get(user=editor).pk):
        assert f"people/{number}/" not in html
        assert browser.post(place(company, f"people/{number}/remove")).status_code == 404
