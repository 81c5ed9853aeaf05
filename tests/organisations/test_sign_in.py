"""Signing in: by password, by a code of the mail, with a second factor; and ending what is signed in elsewhere."""

from __future__ import annotations

import json
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from cryptography.fernet import InvalidToken
from django.conf import settings as configured
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse
from pytest_django import Settings

from organisations.models import User
from organisations.second_factor import has_second_factor
from organisations.templatetags.browsers import browser_name
from tests.builders import PASSWORD, make_user
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

LOGIN, CODE, CONFIRM, SECOND = (
    "/account/login/",
    "/account/login/code/",
    "/account/login/code/confirm/",
    "/account/2fa/authenticate/",
)


def by_password(user: User, browser: Client | None = None, **more: str) -> tuple[Client, HttpResponse]:
    browser = browser or Client()
    return browser, browser.post(LOGIN, {"login": user.email, "password": PASSWORD, **more})


def without_password(email: str = "respondent@minato.example") -> User:
    """Somebody who was invited: the address is proven, and there is no password."""
    user = make_user(email)
    user.set_unusable_password()
    user.save()
    return user


def mailed_code() -> str:
    found = re.search(r"^([A-Z0-9-]{6,9})$", mail.outbox[-1].body, re.M)
    assert found, mail.outbox[-1].body
    return found[1]


def by_code(user: User) -> tuple[Client, HttpResponse]:
    browser = Client()
    browser.post(CODE, {"email": user.email})
    return browser, browser.post(CONFIRM, {"code": mailed_code()})


def is_in(browser: Client) -> bool:
    return "/login/" not in browser.get("/home").headers["Location"]


def with_app(user: User) -> str:
    """The person has an authenticator app: its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def shown(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def wrong_for(secret: str) -> str:
    right = {shown(secret, steps=steps) for steps in range(-2, 3)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in right)


# --- a code by mail --------------------------------------------------------------------------------------------------


def test_somebody_without_a_password_signs_in_with_the_code_of_the_mail() -> None:
    browser, response = by_code(without_password())
    assert response.headers["Location"] == reverse(configured.LOGIN_REDIRECT_URL)
    assert is_in(browser)
    assert "10分間" in mail.outbox[0].body


def test_a_wrong_code_does_not_let_in_and_the_third_ends_the_attempt() -> None:
    user, browser = make_user(), Client()
    browser.post(CODE, {"email": user.email})
    code = mailed_code()
    for _ in range(3):
        browser.post(CONFIRM, {"code": "BBBB-BBBB"})
        assert not is_in(browser)
    browser.post(CONFIRM, {"code": code})
    assert not is_in(browser)


def test_asking_for_a_code_does_not_tell_whether_the_account_exists() -> None:
    known, unknown = Client(), Client()
    first = known.post(CODE, {"email": make_user("kate@minato.example").email}, follow=True)
    second = unknown.post(CODE, {"email": "kurt@minato.example"}, follow=True)
    assert first.redirect_chain == second.redirect_chain
    words = [re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"', "", page.content.decode()) for page in (first, second)]
    assert words[0].replace("kate@", "X@") == words[1].replace("kurt@", "X@")
    assert "登録はありません" in mail.outbox[-1].body


def test_a_password_can_be_set_where_there_was_none(client_of: ClientOf) -> None:
    user = without_password()
    browser = client_of(user)
    assert browser.get("/account/password/change/").headers["Location"] == "/account/password/set/"
    browser.post("/account/password/set/", {"password1": PASSWORD, "password2": PASSWORD})
    assert is_in(by_password(user)[0])


# --- the second factor -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)  # the mail is sent when the app is stored for good
def test_an_authenticator_app_is_set_up_with_the_code_that_it_shows_after_proving_who_one_is() -> None:
    user = make_user()
    browser, _ = by_password(user)
    asked = browser.get("/account/2fa/totp/activate/")
    assert asked.headers["Location"].startswith("/account/reauthenticate/")
    browser.post(asked.headers["Location"], {"password": PASSWORD})
    page = browser.get("/account/2fa/totp/activate/").content.decode()
    secret = re.search(r'id="authenticator_secret">([A-Z2-7]+)<', page)
    assert secret
    assert 'src="data:image/svg+xml' in page
    refused = browser.post("/account/2fa/totp/activate/", {"code": wrong_for(secret[1])})
    assert (refused.status_code, has_second_factor(user)) == (200, False)
    taken = browser.post("/account/2fa/totp/activate/", {"code": shown(secret[1])}, follow=True)
    assert has_second_factor(user)
    codes = re.findall(r"<li><code>(\d{8})</code>", taken.content.decode())
    assert len(codes) == 10
    downloaded = browser.get("/account/2fa/recovery-codes/download/")
    assert downloaded.content.decode().split() == codes
    assert [sent.subject for sent in mail.outbox] == ["[経安カルテ] 認証アプリが登録されました"]
    assert "認証アプリが加えられました" in mail.outbox[0].body


def test_a_copy_of_the_database_gives_away_no_secret_of_an_authenticator_app(settings: Settings) -> None:
    user = make_user()
    secret = with_app(user)
    rows = Authenticator.objects.filter(user=user)
    assert [secret in str(row.data) for row in rows] == [False] * len(rows)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "a new key that knows nothing of the old one, and is long enough"
    totp = rows.get(type="totp")
    with pytest.raises(InvalidToken):
        totp.wrap().validate_code(shown(secret))
    settings.SECRET_KEY_FALLBACKS = [old]
    assert totp.wrap().validate_code(shown(secret))


@pytest.mark.parametrize("way", ["password", "code"])
def test_every_way_in_asks_for_the_second_factor_and_lets_in_only_with_it(way: str) -> None:
    user = make_user()
    secret = with_app(user)
    browser, response = by_password(user) if way == "password" else by_code(user)
    assert response.headers["Location"] == SECOND
    assert not is_in(browser)
    wrong = browser.post(SECOND, {"code": wrong_for(secret)})
    assert "コードが正しくありません" in wrong.content.decode()
    assert not is_in(browser)
    browser.post(SECOND, {"code": shown(secret)})
    assert is_in(browser)


def test_without_a_second_factor_nobody_is_asked_for_one() -> None:
    user = make_user()
    RecoveryCodes.activate(user)
    assert not has_second_factor(user)
    assert is_in(by_password(user)[0])
    assert is_in(by_code(user)[0])


def test_a_code_of_the_app_serves_once() -> None:
    user = make_user()
    secret = with_app(user)
    code = shown(secret)
    first, _ = by_password(user)
    first.post(SECOND, {"code": code})
    second, _ = by_password(user)
    second.post(SECOND, {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)


def test_a_recovery_code_serves_once() -> None:
    user = make_user()
    with_app(user)
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    first, _ = by_password(user)
    first.post(SECOND, {"code": code})
    second, _ = by_password(user)
    refused = second.post(SECOND, {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)
    assert "コードが正しくありません" in refused.content.decode()


def test_codes_of_the_second_factor_cannot_be_guessed_but_other_people_can_go_on() -> None:
    user, other = make_user(), make_user()
    secret, others = with_app(user), with_app(other)
    for _ in range(8):
        browser, _response = by_password(user)
        browser.post(SECOND, {"code": wrong_for(secret)})
    browser, _response = by_password(user)
    refused = browser.post(SECOND, {"code": shown(secret)})
    assert "時間が経ってから" in refused.content.decode()
    assert not is_in(browser)
    elsewhere, _response = by_password(other)
    elsewhere.post(SECOND, {"code": shown(others)})
    assert is_in(elsewhere)


def test_a_passkey_counts_as_a_second_factor_and_asks_for_it() -> None:
    user = make_user()
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "鍵", "credential": {"id": "x"}}
    )
    assert has_second_factor(user)


def test_signing_in_by_passkey_asks_for_nothing_else_of_an_unknown_visitor() -> None:
    browser = Client()
    offered = browser.get("/account/2fa/webauthn/login/", headers={"Accept": "application/json"})
    options = offered.json()["request_options"]["publicKey"]
    assert options["userVerification"] in {"preferred", "required"}
    assert options["rpId"] == "testserver"
    forged = browser.post("/account/2fa/webauthn/login/", {"credential": json.dumps({"id": "x", "rawId": "x"})})
    assert forged.headers["Location"] == LOGIN
    assert not is_in(browser)


def test_a_passkey_over_plain_http_is_for_trials_on_this_machine_only() -> None:
    assert configured.SECURE is False
    assert configured.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN is True


def test_no_browser_is_trusted_to_skip_the_second_step(settings: Settings) -> None:
    assert settings.MFA_TRUST_ENABLED is False
    with pytest.raises(Exception, match="mfa_trust"):
        reverse("mfa_trust")


@pytest.mark.parametrize(
    "name",
    ["mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_view_recovery_codes",
     "mfa_generate_recovery_codes", "mfa_reauthenticate", "usersessions_list", "account_email",
     "account_change_password", "account_reauthenticate"],
)  # fmt: skip
def test_the_pages_of_ones_own_account_are_for_those_who_have_signed_in(name: str) -> None:
    assert Client().get(reverse(name)).headers["Location"].startswith(LOGIN)


def test_all_pages_of_the_second_factor_are_in_our_shell_and_in_japanese() -> None:
    user = make_user()
    with_app(user)
    RecoveryCodes.activate(user)
    browser = Client()
    browser.force_login(user)
    session = browser.session
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()
    for name in ("mfa_index", "mfa_deactivate_totp", "mfa_add_webauthn", "mfa_list_webauthn", "mfa_view_recovery_codes",
                 "mfa_generate_recovery_codes", "mfa_reauthenticate", "usersessions_list"):  # fmt: skip
        page = browser.get(reverse(name))
        words = re.sub(r"<script.*?</script>|<[^>]*>", "", page.content.decode(), flags=re.S)
        assert page.status_code == 200, name
        assert "2段階の本人確認" in words, name
        for foreign in ("Authenticat", "Security", "Recovery", "Session", "Passwordless", "Key"):
            assert foreign not in words.replace("Google Authenticator、Microsoft Authenticator", ""), (name, foreign)


# --- signed in elsewhere ---------------------------------------------------------------------------------------------


def test_the_places_where_one_is_signed_in_are_listed_and_the_others_can_be_ended() -> None:
    user, stranger = make_user(), make_user()
    here, there = by_password(user)[0], Client(headers={"User-Agent": "Firefox (Android 9)"})
    by_password(user, there)
    somebody_else, _ = by_password(stranger, Client(headers={"User-Agent": "Safari (iPhone)"}))
    page = here.get("/account/sessions/").content.decode()
    assert page.count("この端末") == 1
    assert "Firefox（Android）" in page
    assert "Safari（iPhone）" not in page
    here.post("/account/sessions/")
    assert (is_in(here), is_in(there), is_in(somebody_else)) == (True, False, True)
    assert UserSession.objects.filter(user=user).count() == 1


def test_changing_the_password_ends_the_other_sessions_and_not_this_one() -> None:
    user = make_user()
    here, there = by_password(user)[0], by_password(user)[0]
    new = "another-lamp-2026"
    here.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert (is_in(here), is_in(there)) == (True, False)
    assert "変更されました" in mail.outbox[-1].subject
    assert not is_in(by_password(user)[0])


def test_a_session_lasts_for_hours_and_not_for_weeks() -> None:
    browser, _ = by_password(make_user(), remember="on")
    assert browser.cookies["sessionid"]["max-age"] == 12 * 3600


# --- what is typed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\r\nBcc: all@minato.example", "\nX: y", "\r", "%0d%0aBcc: x@y.example"])
@pytest.mark.parametrize("page", ["/account/signup/", CODE, "/account/password/reset/"])
def test_no_header_is_smuggled_into_a_mail(page: str, end: str) -> None:
    typed = {"email": f"new@minato.example{end}", "password1": PASSWORD, "password2": PASSWORD}
    response = Client().post(page, typed)
    headers = [str(value) for sent in mail.outbox for value in sent.message().values()]
    assert not any("Bcc" in value or "\n" in value.replace("\n ", "") for value in headers)
    if end.strip():
        assert response.status_code == 200
        assert mail.outbox == []


def test_the_addresses_of_signing_in_are_where_others_link_to() -> None:
    for name in ("account_login", "account_request_login_code", "mfa_index", "usersessions_list", "mfa_login_webauthn"):
        assert resolve(reverse(name)).url_name == name


@pytest.mark.pure
@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0", "Edge（Windows）"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari（iPhone）"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36", "Chrome（Android）"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.7; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox（Mac）"),
        ("<script>alert(1)</script>", "不明なブラウザー"),
        ("", "不明なブラウザー"),
    ],
)  # fmt: skip
def test_a_device_is_called_as_its_owner_would_call_it(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name
