"""A person deletes their own account: at once, unless somebody still needs them, and what they did stays."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from assessments.models import Submission
from organisations.audit import verify
from organisations.models import AuditLine, Body, Membership, Organisation, User
from organisations.policy import Role
from tests.builders import (
    FIRST,
    PASSWORD,
    answer,
    contents,
    make_assessment,
    make_body_member,
    make_member,
    make_submission,
    rows_of,
)
from tests.reports.everything import make_guest

pytestmark = pytest.mark.django_db
ADDRESS = "/account/delete-me"


@pytest.fixture
def fresh(client_of: Any) -> Any:
    """A browser in which somebody has just proven again who they are."""

    def sign_in(user: User) -> Client:
        browser: Client = client_of(user)
        proven = browser.post("/account/reauthenticate/", {"password": PASSWORD, "next": ADDRESS})
        assert proven.headers["Location"] == ADDRESS
        return browser

    return sign_in


def test_an_editor_goes_and_what_they_answered_stays(company: Organisation, editor: User, fresh: Any) -> None:
    opened = make_assessment(company, by=editor)
    answer(opened, FIRST, 3, by=editor, note="残るメモ")
    key = editor.pk
    browser = fresh(editor)
    assert browser.get(ADDRESS).status_code == 200
    response = browser.post(ADDRESS, {"email": editor.email.upper()})
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert not User.objects.filter(pk=key).exists()
    assert not EmailAddress.objects.filter(email=editor.email).exists()
    row = rows_of(opened)[FIRST]
    assert (row.level, row.note, row.updated_by) == (3, "残るメモ", None)
    line = AuditLine.objects.get(verb="left")
    assert (line.actor, line.target, line.organisation) == (str(key), str(key), company.pk)
    assert list(verify()) == []
    assert browser.get("/home").status_code == 302, "signed out"


def test_a_submission_of_somebody_who_has_gone_stays(company: Organisation, fresh: Any) -> None:
    second = make_member(company, Role.OWNER)
    submission = make_submission(company, by=second)
    fresh(second).post(ADDRESS, {"email": second.email})
    found = Submission.unscoped.get()
    assert (found.scorecard, found.submitted_by) == (submission.scorecard, None)


def test_the_last_owner_is_still_needed_and_nothing_changes(company: Organisation, owner: User, fresh: Any) -> None:
    other = make_member(company, Role.EDITOR)
    browser, before = fresh(owner), contents()
    response = browser.post(ADDRESS, {"email": owner.email})
    assert response.status_code == 422
    html = response.content.decode()
    assert "最後の責任者" in html
    assert company.name in html
    assert contents() == before
    Membership.objects.filter(user=other).update(role=Role.OWNER)
    assert browser.post(ADDRESS, {"email": owner.email}).status_code == 302
    assert set(Membership.objects.values_list("user", flat=True)) == {other.pk}


def test_the_last_who_directs_a_body_is_still_needed(network: Body, coordinator: User, fresh: Any) -> None:
    browser, before = fresh(coordinator), contents()
    assert network.name in browser.post(ADDRESS, {"email": coordinator.email}).content.decode()
    assert contents() == before
    make_body_member(network)
    assert browser.post(ADDRESS, {"email": coordinator.email}).status_code == 302


def test_who_is_needed_in_one_place_leaves_none(
    company: Organisation, owner: User, elsewhere: Organisation, fresh: Any
) -> None:
    Membership.objects.create(user=owner, organisation=elsewhere, role=Role.VIEWER)
    browser, before = fresh(owner), contents()
    browser.post(ADDRESS, {"email": owner.email})
    assert contents() == before


@pytest.mark.parametrize("typed", ["", "somebody@else.example"])
def test_a_wrong_address_deletes_nothing_and_is_kept(editor: User, fresh: Any, typed: str) -> None:
    browser, before = fresh(editor), contents()
    response = browser.post(ADDRESS, {"email": typed})
    assert response.status_code == 422
    assert typed in response.content.decode()
    assert contents() == before


def test_a_browser_that_was_left_open_must_prove_again_who_it_is(editor: User, client_of: Any) -> None:
    browser = client_of(editor)
    before = contents()
    response = browser.post(ADDRESS, {"email": editor.email})
    assert (response.status_code, response.headers["Location"].partition("?")[0]) == (302, "/account/reauthenticate/")
    assert contents() == before
    browser.post(response.headers["Location"], {"password": "not it"})
    assert User.objects.filter(pk=editor.pk).exists()
    browser.post(response.headers["Location"], {"password": PASSWORD})
    assert not User.objects.filter(pk=editor.pk).exists()


def test_a_refusal_after_the_proof_leads_back_to_this_page(company: Organisation, owner: User, client_of: Any) -> None:
    """allauth takes the form up again where the password was asked for, which is another address."""
    browser = client_of(owner)
    asked = browser.post(ADDRESS, {"email": owner.email}).headers["Location"]
    html = browser.post(asked, {"password": PASSWORD}).content.decode()
    assert company.name in html
    assert f'action="{ADDRESS}"' in html


def test_a_guest_without_a_password_can_go_too(company: Organisation, client_of: Any) -> None:
    guest = make_guest(company, "guest@x.example")
    assert client_of(guest).post(ADDRESS, {"email": guest.email}).status_code == 302
    assert not User.objects.filter(email="guest@x.example").exists()


def test_other_devices_are_signed_out(editor: User, fresh: Any, client_of: Any) -> None:
    phone = client_of(editor)
    key = phone.session.session_key
    UserSession.objects.create(user=editor, session_key=key, ip="127.0.0.1", user_agent="x")
    fresh(editor).post(ADDRESS, {"email": editor.email})
    assert not Session.objects.filter(session_key=key).exists()


def test_nobody_is_asked_to_sign_in_first(client: Client) -> None:
    assert "/login/" in client.post(ADDRESS, {"email": "x"}).headers["Location"]
