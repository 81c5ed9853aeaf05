"""Accounts: named by an e-mail address, verified by a code, closed to guessing."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from organisations.models import User
from tests.builders import PASSWORD, make_user

pytestmark = pytest.mark.django_db

SIGN_UP = {"email": "new@hamakaze.example", "password1": PASSWORD, "password2": PASSWORD}


def test_the_right_password_lets_in_and_a_wrong_one_does_not() -> None:
    user = make_user()
    for password, expected in (("not-the-password", 200), (PASSWORD, 302)):
        response = Client().post("/account/login/", {"login": user.email, "password": password})
        assert response.status_code == expected


def test_who_must_sign_in_is_led_to_the_form_and_then_to_the_page_they_wanted() -> None:
    user, browser = make_user(), Client()
    form = browser.get("/company/new", follow=True)
    assert form.status_code == 200, "the address of the sign-in form does not exist"
    address = form.redirect_chain[-1][0]
    assert address == "/account/login/?next=/company/new"
    arrived = browser.post(address, {"login": user.email, "password": PASSWORD, "next": "/company/new"}, follow=True)
    assert arrived.redirect_chain[-1][0] == "/company/new"


def test_nobody_is_led_to_another_site_after_signing_in() -> None:
    user = make_user()
    response = Client().post(
        "/account/login/?next=https://evil.example/",
        {"login": user.email, "password": PASSWORD, "next": "//evil.example"},
    )
    assert response.headers["Location"].startswith("/")
    assert "evil" not in response.headers["Location"]


def test_an_account_opens_with_the_code_of_the_mail_and_not_before() -> None:
    browser = Client()
    browser.post("/account/signup/", SIGN_UP)
    assert "/login/" in browser.get("/home").headers["Location"]
    code = re.search(r"^([A-Z0-9-]{6,9})$", mail.outbox[0].body, re.M)
    assert code
    browser.post("/account/confirm-email/", {"code": code[1]})
    assert browser.get("/home").headers["Location"] == "/company/new"


@pytest.mark.parametrize("password", ["short-1", "1234567890123", "password123", "new@hamakaze.example"])
def test_a_weak_password_is_refused(password: str) -> None:
    response = Client().post("/account/signup/", {**SIGN_UP, "password1": password, "password2": password})
    assert response.status_code == 200
    assert 'value="new@hamakaze.example"' in response.content.decode()
    assert User.objects.count() == 0
    assert mail.outbox == []


def test_signing_up_with_an_address_that_is_taken_does_not_tell_so_on_the_page() -> None:
    taken = make_user()
    fresh = Client().post("/account/signup/", SIGN_UP, follow=True)
    known = Client().post("/account/signup/", {**SIGN_UP, "email": taken.email}, follow=True)
    assert known.redirect_chain == fresh.redirect_chain
    assert User.objects.count() == 2


def test_an_address_is_taken_once(db: None) -> None:
    user = make_user()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(user.email)


def test_a_person_is_called_by_name_and_without_one_by_address() -> None:
    assert str(make_user(name="港 一郎")) == "港 一郎"
    assert str(make_user("who@x.example")) == "who@x.example"


def test_signing_out_takes_a_press_and_not_a_link() -> None:
    browser = Client()
    browser.force_login(make_user())
    browser.get("/account/logout/")
    assert browser.get("/home").headers["Location"] == "/company/new"
    browser.post("/account/logout/")
    assert "/login/" in browser.get("/home").headers["Location"]
