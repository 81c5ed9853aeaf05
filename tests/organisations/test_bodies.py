"""A network's and an office's own pages: people, invitations, and parting from a company."""

from __future__ import annotations

from smtplib import SMTPServerDisconnected
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client

from organisations.access import shared_now
from organisations.audit import Verb
from organisations.consent import What
from organisations.models import Affiliation, AuditLine, Body, BodyMembership, Invitation, Organisation, User
from organisations.policy import BodyRole
from tests.builders import (
    give_second_factor,
    make_affiliation,
    make_body,
    make_body_member,
    make_grant,
    row_counts,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db


def b(body: Body, rest: str = "") -> str:
    return f"/b/{body.pk}/{rest}"


def key_of(user: User) -> str:
    return str(BodyMembership.objects.get(user=user).key)


def role_of(user: User) -> str | None:
    found = BodyMembership.objects.filter(user=user).first()
    return found.role if found else None


@pytest.fixture
def browser(coordinator: User, client_of: ClientOf) -> Client:
    return client_of(coordinator)


# --- the door --------------------------------------------------------------------------------------------------------


def test_only_who_directs_a_body_opens_its_own_pages(
    network: Body, coordinator: User, assistant: User, supervisor: User, owner: User, client_of: ClientOf
) -> None:
    path = b(network, "staff")
    assert client_of(coordinator).get(path).status_code == 200
    assert client_of(assistant).get(path).status_code == 403
    for person in (supervisor, owner):
        assert client_of(person).get(path).status_code == 404
    assert "/login/" in client_of(None).get(path).headers["Location"]


@pytest.mark.parametrize("rest", ["", "staff", "companies/invite"])
def test_without_a_second_factor_every_page_leads_to_setting_one_up(
    rest: str, network: Body, client_of: ClientOf
) -> None:
    bare = make_body_member(network, second_factor=False)
    response = client_of(bare).get(b(network, rest))
    assert response.status_code == 302
    assert response.headers["Location"] == "/account/2fa/"
    give_second_factor(bare)
    assert client_of(bare).get(b(network, rest)).status_code == 200


def test_the_page_says_in_whose_name_one_acts(browser: Client, network: Body) -> None:
    html = browser.get(b(network, "staff")).content.decode()
    seat = html[html.index('class="seat"') : html.index('id="main"')]
    assert network.name in seat
    assert "コーディネーター" in seat


# --- people ----------------------------------------------------------------------------------------------------------


def test_who_directs_changes_a_role(browser: Client, network: Body, coordinator: User, assistant: User) -> None:
    path = b(network, f"staff/{key_of(assistant)}")
    browser.post(path, {"do": "role", "role": "coordinator"})
    assert role_of(assistant) == "coordinator"
    browser.post(path, {"do": "role", "role": "coordinator"})
    line = AuditLine.objects.get(verb=Verb.ROLE_CHANGED)
    assert (line.actor, line.body) == (str(coordinator.pk), network.pk)
    assert line.detail == {"before": "assistant", "after": "coordinator"}


@pytest.mark.parametrize("role", ["advisor", "supervisor", "owner", "", "administrator"])
def test_a_role_of_another_kind_of_body_is_refused(browser: Client, network: Body, assistant: User, role: str) -> None:
    response = browser.post(b(network, f"staff/{key_of(assistant)}"), {"do": "role", "role": role})
    assert response.status_code == 422
    assert "役割を選び直してください" in response.content.decode()
    assert role_of(assistant) == "assistant"


def test_somebody_is_taken_out(browser: Client, network: Body, assistant: User, client_of: ClientOf) -> None:
    theirs = client_of(assistant)
    assert theirs.get(b(network)).status_code == 200
    browser.post(b(network, f"staff/{key_of(assistant)}"), {"do": "remove"})
    assert role_of(assistant) is None
    assert theirs.get(b(network)).status_code == 404, "at once"


@pytest.mark.parametrize("do", [{"do": "remove"}, {"do": "role", "role": "assistant"}])
def test_the_last_who_directs_stays(browser: Client, network: Body, coordinator: User, do: dict[str, str]) -> None:
    path = b(network, f"staff/{key_of(coordinator)}")
    response = browser.post(path, do)
    assert response.status_code == 422
    assert "この役割の人が、ほかにいません" in response.content.decode()
    assert role_of(coordinator) == "coordinator"
    make_body_member(network, BodyRole.COORDINATOR)
    assert browser.post(path, do).status_code == 302
    assert role_of(coordinator) != "coordinator"


def test_people_of_another_body_cannot_be_named(browser: Client, network: Body, office: Body, supervisor: User) -> None:
    for key in (key_of(supervisor), str(uuid4())):
        assert browser.post(b(network, f"staff/{key}"), {"do": "remove"}).status_code == 404
    assert role_of(supervisor) == "supervisor"


def test_nothing_is_done_without_saying_what(browser: Client, network: Body, assistant: User) -> None:
    assert browser.post(b(network, f"staff/{key_of(assistant)}"), {"role": "coordinator"}).status_code == 422
    assert role_of(assistant) == "assistant"


# --- inviting colleagues ---------------------------------------------------------------------------------------------


def test_a_colleague_is_invited_by_mail(browser: Client, network: Body, coordinator: User) -> None:
    response = browser.post(b(network, "staff"), {"email": "shin@network.example", "role": "assistant"}, follow=True)
    found = Invitation.unscoped.get()
    assert (found.body, found.role, found.invited_by) == (network, "assistant", coordinator)
    assert mail.outbox[0].to == ["shin@network.example"]
    html = response.content.decode()
    assert "招待のメールを送りました" in html
    assert "shin@network.example" in html


def test_a_mail_that_was_not_taken_is_told_and_the_invitation_stands(
    browser: Client, network: Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(message: EmailMessage, fail_silently: bool = False) -> int:
        raise SMTPServerDisconnected

    monkeypatch.setattr(EmailMessage, "send", down)
    response = browser.post(b(network, "staff"), {"email": "shin@network.example", "role": "assistant"}, follow=True)
    assert "メールを送れませんでした" in response.content.decode()
    assert Invitation.unscoped.get().pending


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "x", "role": "assistant"}, "有効なメールアドレス"),
        ({"email": "shin@network.example", "role": "advisor"}, "正しく選択してください"),
        ({"email": "a@b.example\nBcc: c@d.example", "role": "assistant"}, "有効なメールアドレス"),
        ({"email": "assistant@network.example", "role": "coordinator"}, "もう職員です"),
    ],
)
def test_an_invitation_that_cannot_be_sent_is_told_and_nothing_is_sent(
    browser: Client, network: Body, assistant: User, typed: dict[str, str], said: str
) -> None:
    before = row_counts()
    response = browser.post(b(network, "staff"), typed)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert row_counts() == before
    assert mail.outbox == []


def test_an_invitation_is_sent_again_and_taken_back(browser: Client, network: Body) -> None:
    browser.post(b(network, "staff"), {"email": "shin@network.example", "role": "assistant"})
    path = b(network, f"staff/invitations/{Invitation.unscoped.get().pk}")
    browser.post(path, {"do": "again"})
    assert len(mail.outbox) == 2
    assert Invitation.unscoped.get().serial == 2
    browser.post(path, {})
    assert Invitation.unscoped.get().pending
    browser.post(path, {"do": "revoke"})
    assert not Invitation.unscoped.get().pending
    assert browser.post(path, {"do": "again"}).status_code == 404
    assert len(mail.outbox) == 2


def test_invitations_of_others_cannot_be_named(
    browser: Client, network: Body, office: Body, supervisor: User, client_of: ClientOf
) -> None:
    client_of(supervisor).post(b(office, "staff"), {"email": "shin@office.example", "role": "advisor"})
    theirs = Invitation.unscoped.get()
    for rest in ("staff/invitations", "companies/invitations"):
        assert browser.post(b(network, f"{rest}/{theirs.pk}"), {"do": "revoke"}).status_code == 404
    assert Invitation.unscoped.get().pending


# --- inviting companies ----------------------------------------------------------------------------------------------


def test_an_assistant_invites_companies_but_no_colleagues(
    network: Body, assistant: User, coordinator: User, client_of: ClientOf
) -> None:
    browser = client_of(assistant)
    response = browser.post(b(network, "companies/invite"), {"email": "shacho@kaisha.example"}, follow=True)
    found = Invitation.unscoped.get()
    assert (found.body, found.role) == (network, "")
    assert "shacho@kaisha.example" in response.content.decode()
    typed = {"email": "x@network.example", "role": "assistant"}
    assert browser.post(b(network, "staff"), typed).status_code == 403
    client_of(coordinator).post(b(network, "staff"), typed)
    colleague = Invitation.unscoped.get(role="assistant")
    for rest in (f"staff/invitations/{colleague.pk}", f"companies/invitations/{colleague.pk}"):
        assert browser.post(b(network, rest), {"do": "revoke"}).status_code in {403, 404}
    browser.post(b(network, f"companies/invitations/{found.pk}"), {"do": "revoke"})
    assert Invitation.unscoped.get(pk=colleague.pk).pending
    assert not Invitation.unscoped.get(pk=found.pk).pending


def test_a_mistyped_address_is_told_and_kept(browser: Client, network: Body) -> None:
    response = browser.post(b(network, "companies/invite"), {"email": "shacho＠kaisha"})
    assert response.status_code == 422
    assert "shacho＠kaisha" in response.content.decode()
    assert mail.outbox == []


def test_more_invitations_than_a_person_could_mean_are_stopped(browser: Client, network: Body) -> None:
    for number in range(60):
        browser.post(b(network, "companies/invite"), {"email": f"shacho{number}@kaisha.example"})
    assert browser.post(b(network, "companies/invite"), {"email": "one@more.example"}).status_code == 429
    assert len(mail.outbox) == 60
    assert browser.get(b(network, "companies/invite")).status_code == 200


# --- parting ---------------------------------------------------------------------------------------------------------


def test_a_body_parts_from_a_company_and_every_consent_ends(
    browser: Client, network: Body, office: Body, company: Organisation
) -> None:
    make_grant(company, network, What.NOTES)
    make_grant(company, office, What.SCORES)
    response = browser.post(b(network, f"c/{company.pk}/part"), follow=True)
    assert "共有も、すべて終わりました" in response.content.decode()
    assert shared_now(network.pk, company.pk) == frozenset()
    assert shared_now(office.pk, company.pk) == {What.SCORES}, "what other bodies see is not touched"
    assert Affiliation.unscoped.get(body=network).ended_at is not None
    assert browser.get(b(network, f"c/{company.pk}/")).status_code == 404
    assert browser.post(b(network, f"c/{company.pk}/part")).status_code == 404
    assert AuditLine.objects.filter(verb=Verb.AFFILIATION_ENDED).count() == 1


def test_only_who_directs_parts_and_only_from_companies_that_belong(
    browser: Client,
    network: Body,
    office: Body,
    company: Organisation,
    elsewhere: Organisation,
    assistant: User,
    advisor: User,
    client_of: ClientOf,
) -> None:
    make_affiliation(company, network)
    make_affiliation(company, office)
    make_affiliation(elsewhere, make_body())
    assert client_of(assistant).post(b(network, f"c/{company.pk}/part")).status_code == 403
    assert client_of(advisor).post(b(office, f"c/{company.pk}/part")).status_code == 403
    assert browser.post(b(network, f"c/{elsewhere.pk}/part")).status_code == 404
    assert browser.post(b(office, f"c/{company.pk}/part")).status_code == 404
    assert not Affiliation.unscoped.filter(ended_at__isnull=False).exists()
