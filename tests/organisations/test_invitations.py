"""An invitation's link: who gets in with it, who does not, and what nobody learns from it."""

from __future__ import annotations

import re
from datetime import timedelta
from smtplib import SMTPException

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.socialaccount.models import SocialAccount
from django.core import mail, signing
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from organisations import inviting
from organisations.models import AuditLine, Body, Invitation, Membership, Organisation, User
from organisations.policy import BodyRole, Role
from organisations.scoping import scope
from tests.builders import (
    PASSWORD,
    contents,
    make_assessment,
    make_assignment,
    make_invitation,
    make_organisation,
    make_user,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

ADDRESS = "tanaka@buhin.example"


@pytest.fixture
def invitation(company: Organisation, owner: User) -> Invitation:
    """Tanaka, who has no account, is invited as a respondent."""
    return make_invitation(company, Role.RESPONDENT, ADDRESS, by=owner)


def page_of(invitation: Invitation) -> str:
    return f"/invitations/{inviting.token_of(invitation)}"


def invitation_at(text: str) -> Invitation:
    """What the link in `text` opens."""
    found = re.search(r"/invitations/([^\s/]+)$", text, re.M)
    assert found, text
    return inviting.find(found[1])


def code_in(message: mail.EmailMessage) -> str:
    found = re.search(r"^([A-Z0-9-]{6,9})$", str(message.body), re.M)
    assert found, message.body
    return found[1]


def prove(browser: Client, invitation: Invitation) -> HttpResponse:
    """Ask for the code, take it from the mailbox and type it in."""
    mail.outbox.clear()
    asked = browser.post(page_of(invitation))
    assert asked.status_code == 302, asked.content.decode()
    assert [message.to for message in mail.outbox] == [[invitation.email]]
    address = asked.headers["Location"]
    return browser.post(address, {"code": code_in(mail.outbox[0]), "next": page_of(invitation)})


def accept(browser: Client, invitation: Invitation, **typed: str) -> HttpResponse:
    return browser.post(page_of(invitation), {"accept": "1", "your_name": "田中 次郎", **typed})


def roles(organisation: Organisation) -> dict[str, str]:
    found = Membership.objects.filter(organisation=organisation).select_related("user")
    return {one.user.email: one.role for one in found}


# --- the way in ------------------------------------------------------------------------------------------------------


def test_who_has_no_account_comes_in_with_the_link_the_code_and_a_name(
    company: Organisation, invitation: Invitation
) -> None:
    browser = Client()
    assert "ご本人か確かめるため" in browser.get(page_of(invitation)).content.decode()
    proven = prove(browser, invitation)
    assert invitation_at(proven.headers["Location"]) == invitation
    shown = browser.get(page_of(invitation)).content.decode()
    assert company.name in shown
    assert "回答者" in shown
    arrived = accept(browser, invitation)
    assert arrived.headers["Location"] == f"/o/{company.pk}/tasks"
    assert roles(company)[ADDRESS] == Role.RESPONDENT
    person = User.objects.get(email=ADDRESS)
    assert (person.name, person.has_usable_password()) == ("田中 次郎", False)
    assert AuditLine.objects.order_by("-number")[0].verb == "joined"
    assert browser.get(f"/o/{company.pk}/tasks").status_code == 200


def test_who_comes_back_gets_in_by_the_same_link_and_a_new_code(company: Organisation, invitation: Invitation) -> None:
    first = Client()
    prove(first, invitation)
    accept(first, invitation)
    again = Client()
    proven = prove(again, invitation)
    assert again.get(proven.headers["Location"]).headers["Location"] == f"/o/{company.pk}/tasks"


def test_who_has_an_account_already_keeps_it_and_its_password(company: Organisation, invitation: Invitation) -> None:
    tanaka = make_user(ADDRESS, name="田中")
    browser = Client()
    prove(browser, invitation)
    assert accept(browser, invitation).status_code == 302
    assert roles(company)[ADDRESS] == Role.RESPONDENT
    tanaka.refresh_from_db()
    assert tanaka.check_password(PASSWORD)
    assert tanaka.name == "田中"


def test_who_is_signed_in_and_owns_the_address_needs_no_code(
    company: Organisation, invitation: Invitation, client_of: ClientOf
) -> None:
    browser = client_of(make_user(ADDRESS, name="田中"))
    assert company.name in browser.get(page_of(invitation)).content.decode()
    accept(browser, invitation)
    assert mail.outbox == []
    assert roles(company)[ADDRESS] == Role.RESPONDENT


def test_the_code_goes_to_the_invited_address_also_where_the_account_has_another_first(
    company: Organisation, invitation: Invitation
) -> None:
    tanaka = make_user("tanaka@home.example", name="田中")
    EmailAddress.objects.create(user=tanaka, email=ADDRESS, verified=True, primary=False)
    browser = Client()
    prove(browser, invitation)
    accept(browser, invitation)
    assert roles(company)["tanaka@home.example"] == Role.RESPONDENT


def test_a_second_factor_stands_between_the_code_and_the_invitation(
    company: Organisation, invitation: Invitation
) -> None:
    secret = generate_totp_secret()
    TOTP.activate(make_user(ADDRESS, name="田中"), secret)
    browser = Client()
    assert prove(browser, invitation).headers["Location"].startswith("/account/2fa/authenticate/")
    assert company.name not in browser.get(page_of(invitation)).content.decode()
    counter = next(iter(yield_hotp_counters_from_time()))
    entered = browser.post("/account/2fa/authenticate/", {"code": format_hotp_value(hotp_value(secret, counter))})
    assert invitation_at(entered.headers["Location"]) == invitation
    accept(browser, invitation)
    assert roles(company)[ADDRESS] == Role.RESPONDENT


def test_the_link_leads_by_the_role_that_somebody_has_now(
    company: Organisation, invitation: Invitation, client_of: ClientOf
) -> None:
    tanaka = make_user(ADDRESS, name="田中")
    browser = client_of(tanaka)
    accept(browser, invitation)
    Membership.objects.filter(user=tanaka).update(role=Role.VIEWER)
    assert browser.get(page_of(invitation)).headers["Location"] == f"/o/{company.pk}/"


def test_what_was_assigned_to_the_invitation_is_the_persons_afterwards(
    company: Organisation, invitation: Invitation, client_of: ClientOf
) -> None:
    assessment = make_assessment(company)
    make_assignment(assessment, "A-VIS-01", "A-VIS-02", to=invitation)
    browser = client_of(make_user(ADDRESS, name="田中"))
    accept(browser, invitation)
    assert "0 / 2 問" in browser.get(f"/o/{company.pk}/tasks").content.decode()


def test_pressing_the_button_twice_sends_a_second_code_and_still_leads_on(invitation: Invitation) -> None:
    browser = Client()
    browser.post(page_of(invitation))
    assert invitation_at(prove(browser, invitation).headers["Location"]) == invitation


def test_a_code_that_was_asked_for_somebody_else_before_does_not_stand_in_the_way(invitation: Invitation) -> None:
    browser = Client()
    browser.post("/account/login/code/", {"email": make_user().email})
    assert invitation_at(prove(browser, invitation).headers["Location"]) == invitation


def test_a_wrong_code_opens_nothing(company: Organisation, invitation: Invitation) -> None:
    browser = Client()
    asked = browser.post(page_of(invitation))
    for _try in range(3):
        browser.post(asked.headers["Location"], {"code": "AAAA-AAAA"})
    browser.post(asked.headers["Location"], {"code": code_in(mail.outbox[-1])})
    assert "/login/" in browser.get("/home").headers["Location"], "after three wrong codes the right one is void"
    assert ADDRESS not in roles(company)


# --- links that open nothing -----------------------------------------------------------------------------------------


def test_an_expired_link_says_so_and_opens_nothing(
    company: Organisation, invitation: Invitation, client_of: ClientOf
) -> None:
    Invitation.unscoped.update(expires_at=timezone.now() - timedelta(seconds=1))
    for browser in (Client(), client_of(make_user(ADDRESS))):
        refused(company, browser, invitation, 410, "期限が切れて")


def test_a_link_that_was_taken_back_says_so_and_opens_nothing(
    company: Organisation, owner: User, invitation: Invitation, client_of: ClientOf
) -> None:
    with scope(company.pk):
        inviting.revoke_invitation(invitation, by=owner)
    for browser in (Client(), client_of(make_user(ADDRESS))):
        refused(company, browser, invitation, 410, "取り消されました")


def test_sending_anew_ends_the_old_link_and_the_new_one_opens(
    company: Organisation, owner: User, invitation: Invitation
) -> None:
    with scope(company.pk):
        inviting.send_again(invitation, by=owner, link=lambda token: f"https://x.example/invitations/{token}")
    renewed = Invitation.unscoped.get(pk=invitation.pk)
    assert invitation_at(str(mail.outbox[0].body)) == renewed
    refused(company, Client(), invitation, 404, "いちばん新しいメール")
    assert Client().get(page_of(renewed)).status_code == 200


def test_a_link_of_which_any_one_sign_was_changed_opens_nothing(company: Organisation, invitation: Invitation) -> None:
    token = inviting.token_of(invitation)
    before = contents()
    browser = Client()
    for place, sign in enumerate(token):
        other = "b" if sign == "a" else "a"
        path = f"/invitations/{token[:place]}{other}{token[place + 1 :]}"
        assert browser.get(path).status_code == 404, place
    assert browser.post(f"/invitations/{token[:-1]}").status_code == 404
    assert browser.post(f"/invitations/{token}x").status_code == 404
    assert contents() == before


@pytest.mark.parametrize(
    "inside", [["x", 1], [1, 2, 3], {"a": 1}, "text", [None, None], ["0" * 32, 1], ["0" * 32, "1"]]
)
def test_a_signed_value_that_names_no_invitation_opens_nothing(inside: object) -> None:
    token = signing.dumps(inside, salt=inviting.SALT)
    assert Client().get(f"/invitations/{token}").status_code == 404


def test_a_value_that_was_signed_for_something_else_opens_nothing(invitation: Invitation) -> None:
    token = signing.dumps([invitation.pk.hex, invitation.serial], salt="something else")
    assert Client().get(f"/invitations/{token}").status_code == 404


def refused(company: Organisation, browser: Client, invitation: Invitation, status: int, words: str) -> None:
    mail.outbox.clear()
    for response in (browser.get(page_of(invitation)), accept(browser, invitation)):
        assert response.status_code == status
        shown = response.content.decode()
        assert words in shown
        assert company.name not in shown
        assert ADDRESS not in roles(company)
    assert mail.outbox == []


# --- a forwarded link ------------------------------------------------------------------------------------------------


def test_nobody_learns_from_a_forwarded_link_who_invited_whom_where_to(
    company: Organisation, owner: User, invitation: Invitation
) -> None:
    browser = Client()
    pages = [browser.get(page_of(invitation))]
    asked = browser.post(page_of(invitation))
    pages += [browser.get(asked.headers["Location"]), browser.get("/account/login/code/confirm/")]
    pages += [browser.post("/account/login/code/confirm/", {"code": "AAAA-AAAA"})]
    for page in pages:
        shown = page.content.decode()
        assert page.status_code == 200
        for secret in (company.name, owner.name, owner.email, ADDRESS, "buhin"):
            assert secret not in shown
    assert "t•••@b•••.example" in pages[0].content.decode()


def test_another_person_who_is_signed_in_is_refused_and_shown_nothing(
    company: Organisation, owner: User, stranger: User, invitation: Invitation, client_of: ClientOf
) -> None:
    browser = client_of(stranger)
    before = contents()
    for response in (browser.get(page_of(invitation)), accept(browser, invitation)):
        assert response.status_code == 403
        for secret in (company.name, owner.name, owner.email, ADDRESS):
            assert secret not in response.content.decode()
    assert contents() == before
    assert roles(company) == {owner.email: Role.OWNER}


def test_an_address_that_somebody_only_claims_is_not_theirs(
    company: Organisation, invitation: Invitation, client_of: ClientOf
) -> None:
    mallory = make_user("mallory@evil.example")
    EmailAddress.objects.create(user=mallory, email=ADDRESS, verified=False, primary=False)
    assert accept(client_of(mallory), invitation).status_code == 403
    browser = Client()
    prove(browser, invitation)
    accept(browser, invitation)
    assert set(roles(company)) == {"owner@minato.example", ADDRESS}, "the code signed into the account that claimed it"


def test_who_keeps_asking_for_codes_is_slowed_down_and_not_shown_the_address(invitation: Invitation) -> None:
    statuses = []
    for _number in range(7):
        browser = Client()
        response = browser.post(page_of(invitation))
        statuses.append(response.status_code)
        assert ADDRESS not in response.content.decode()
    assert statuses == [302] * 5 + [429] * 2
    assert len(mail.outbox) == 5


def test_a_mail_server_that_refuses_the_code_is_said_and_the_link_stays_good(
    invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> int:
        raise SMTPException("no")

    browser = Client()
    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", refuse)
        response = browser.post(page_of(invitation))
    assert response.status_code == 503
    assert "コードを送れませんでした" in response.content.decode()
    assert prove(browser, invitation).status_code == 302


# --- somebody was there first ----------------------------------------------------------------------------------------


def test_who_signed_up_with_the_invited_address_cannot_get_in_when_its_owner_has_proven_it(
    company: Organisation, invitation: Invitation
) -> None:
    mallory = Client()
    mallory.post("/account/signup/", {"email": ADDRESS, "password1": PASSWORD, "password2": PASSWORD})
    SocialAccount.objects.create(user=User.objects.get(email=ADDRESS), provider="openid_connect", uid="mallory")
    tanaka = Client()
    prove(tanaka, invitation)
    accept(tanaka, invitation)
    assert roles(company)[ADDRESS] == Role.RESPONDENT
    assert not SocialAccount.objects.exists()
    for browser in (mallory, Client()):
        for path in ("/account/confirm-email/", "/account/login/", "/home", f"/o/{company.pk}/tasks"):
            browser.get(path)
        browser.post("/account/confirm-email/", {"code": "AAAAAA"})
        browser.post("/account/login/", {"login": ADDRESS, "password": PASSWORD})
        assert "/login/" in browser.get("/home").headers["Location"]
        assert "/login/" in browser.get(f"/o/{company.pk}/tasks").headers["Location"]


def test_an_account_that_was_proven_before_is_not_touched_by_an_invitation(invitation: Invitation) -> None:
    tanaka = make_user(ADDRESS)
    SocialAccount.objects.create(user=tanaka, provider="openid_connect", uid="tanaka")
    Client().post(page_of(invitation))
    tanaka.refresh_from_db()
    assert tanaka.check_password(PASSWORD)
    assert SocialAccount.objects.filter(user=tanaka).exists()


# --- accepted once, into one company, with one role ------------------------------------------------------------------


def test_an_invitation_is_accepted_once(company: Organisation, invitation: Invitation, client_of: ClientOf) -> None:
    tanaka = make_user(ADDRESS, name="田中")
    accept(client_of(tanaka), invitation)
    with pytest.raises(inviting.Used):
        inviting.accept(invitation.pk, by=tanaka)
    Membership.objects.filter(user=tanaka).delete()
    assert accept(client_of(tanaka), invitation).status_code == 302
    assert ADDRESS not in roles(company), "a used link brings nobody back who was taken out"


def test_an_invitation_of_one_company_gives_nothing_in_another(
    company: Organisation, elsewhere: Organisation, invitation: Invitation, client_of: ClientOf
) -> None:
    before = roles(elsewhere)
    browser = client_of(make_user(ADDRESS, name="田中"))
    accept(browser, invitation, organisation=str(elsewhere.pk))
    assert roles(elsewhere) == before
    for path in ("", "tasks", "people", "assessments"):
        assert browser.get(f"/o/{elsewhere.pk}/{path}").status_code in (404, 405)
    assert browser.get(f"/o/{elsewhere.pk}/tasks").status_code == 404


def test_nobody_makes_more_of_an_invitation_by_sending_more_fields(
    company: Organisation, elsewhere: Organisation, invitation: Invitation, client_of: ClientOf
) -> None:
    browser = client_of(make_user(ADDRESS, name="田中"))
    accept(
        browser,
        invitation,
        role="owner",
        organisation=str(elsewhere.pk),
        organisation_id=str(elsewhere.pk),
        email="x@y.example",
        is_staff="1",
        is_superuser="1",
    )
    assert roles(company)[ADDRESS] == Role.RESPONDENT
    assert set(roles(elsewhere)) == {"stranger@yamate.example"}
    tanaka = User.objects.get(email=ADDRESS)
    assert (tanaka.is_staff, tanaka.is_superuser) == (False, False)


def test_only_an_owner_brings_a_company_and_only_their_own(
    network: Body, company: Organisation, editor: User, elsewhere: Organisation, client_of: ClientOf
) -> None:
    asked = inviting.invite(email=editor.email, role=None, by=None, link=str, body=network, announce=False)
    browser = client_of(editor)
    for organisation in (company, elsewhere):
        response = accept(browser, asked, organisation=str(organisation.pk))
        assert response.status_code == 422
    own = make_organisation(owner=editor)
    assert accept(browser, asked, organisation=str(elsewhere.pk)).status_code == 422
    assert accept(browser, asked, organisation=str(own.pk)).status_code == 302


def test_who_is_in_the_company_already_keeps_the_role_that_they_have(
    company: Organisation, owner: User, invitation: Invitation, client_of: ClientOf
) -> None:
    EmailAddress.objects.create(user=owner, email=ADDRESS, verified=True, primary=False)
    accept(client_of(owner), invitation)
    assert roles(company)[owner.email] == Role.OWNER


def test_an_invitation_into_a_body_gives_its_role_and_leads_to_its_page(network: Body, client_of: ClientOf) -> None:
    asked = inviting.invite(email=ADDRESS, role=BodyRole.ASSISTANT, by=None, link=str, body=network, announce=False)
    tanaka = make_user(ADDRESS, name="田中")
    assert accept(client_of(tanaka), asked).status_code == 302
    assert [one.role for one in tanaka.body_memberships.all()] == [BodyRole.ASSISTANT]
    assert not tanaka.memberships.exists()


# --- words that end up in mails --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["田中\r\nBcc: all@evil.example", "田中\nX: y", "田中\x85z", "田中\u2028z", "田\x00中"]
)
def test_a_name_with_a_line_break_is_refused(invitation: Invitation, name: str, client_of: ClientOf) -> None:
    tanaka = make_user(ADDRESS)
    response = accept(client_of(tanaka), invitation, your_name=name)
    assert response.status_code == 422
    tanaka.refresh_from_db()
    assert tanaka.name == ""
    assert not tanaka.memberships.exists()


def test_a_company_whose_name_has_a_line_break_begins_no_header_of_its_own(owner: User) -> None:
    company = make_organisation(owner=owner, name="港\r\nBcc: all@evil.example\u2028精密")
    inviting.invite(email=ADDRESS, role=Role.EDITOR, by=owner, link=str, organisation=company)
    message = mail.outbox[0]
    assert message.recipients() == [ADDRESS]
    assert message.subject == "[経安カルテ] 港 Bcc: all@evil.example 精密への招待"
    assert set(message.message().keys()) >= {"Subject", "To"}
    assert "Bcc" not in message.message()


def test_the_mail_says_who_asks_and_where_and_has_the_link_once(company: Organisation, owner: User) -> None:
    made = inviting.invite(
        email="  Tanaka@Buhin.example ",
        role=Role.RESPONDENT,
        by=owner,
        link=lambda token: f"https://keian.example/invitations/{token}",
        organisation=company,
    )
    message = mail.outbox[0]
    assert made.email == ADDRESS
    assert message.to == [ADDRESS]
    assert invitation_at(str(message.body)) == made
    assert str(message.body).count("https://keian.example/invitations/") == 1
    for words in (company.name, owner.name, "14 日"):
        assert words in message.body
