"""Signing in with an account of one's organisation (OpenID Connect): off by default, never a way into another's."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from config import env
from organisations.adapters import OutsideAccountAdapter
from organisations.models import User
from tests.builders import PASSWORD, make_user

pytestmark = pytest.mark.django_db

ISSUER = "https://login.network.example/realm"
PROVIDER = env.OpenIdConnect("ネットワーク共通ID", "our-client", "our-secret", ISSUER)
START, BACK = "/account/oidc/sso/login/", "/account/oidc/sso/login/callback/"


class Answer:
    """What `requests` would hand back."""

    status_code, headers = 200, {"content-type": "application/json"}

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.text = ""

    def json(self) -> dict[str, Any]:
        return self.data

    def raise_for_status(self) -> None:
        """All went well."""


class Provider:
    """A provider that says `person` of whoever comes; it remembers what it was asked."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {"sub": "77", "email": "kate@network.example", "name": "網 一枝"}
        self.asked: list[str] = []

    def __enter__(self) -> Provider:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def get(self, url: str, **_: Any) -> Answer:
        self.asked.append(url)
        if url.endswith("/.well-known/openid-configuration"):
            return Answer(
                {
                    "issuer": ISSUER,
                    "authorization_endpoint": f"{ISSUER}/authorize",
                    "token_endpoint": f"{ISSUER}/token",
                    "userinfo_endpoint": f"{ISSUER}/userinfo",
                    "jwks_uri": f"{ISSUER}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        return Answer(self.person)

    def request(self, method: str, url: str, **_: Any) -> Answer:
        self.asked.append(url)
        claims = {"iss": ISSUER, "aud": "our-client", "exp": 4_000_000_000, "iat": 1_700_000_000, **self.person}
        return Answer({"access_token": "a", "token_type": "Bearer", "id_token": jwt.encode(claims, "k" * 32)})


@pytest.fixture
def provider(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """The operator has set up a provider, whose word on mailboxes is not taken."""
    found = Provider()
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [PROVIDER.app()], "OAUTH_PKCE_ENABLED": True}}
    settings.OIDC_ENABLED = True
    settings.ROOT_URLCONF = "tests.organisations.outside_urls"
    monkeypatch.setattr(OutsideAccountAdapter, "get_requests_session", lambda self: found)
    return found


@pytest.fixture
def trusted(provider: Provider, settings: Settings) -> Provider:
    """OIDC_TRUST_EMAIL=1."""
    settings.OIDC_TRUST_EMAIL = True
    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
    return provider


def sign_in(browser: Client, *, process: str = "login") -> HttpResponse:
    """Press the button, come back from the provider."""
    led = browser.post(f"{START}?process={process}")
    assert led.status_code == 302
    state = parse_qs(urlsplit(led.headers["Location"]).query)["state"][0]
    return browser.get(BACK, {"code": "c", "state": state})


def is_in(browser: Client) -> bool:
    return "/login/" not in browser.get("/home").headers["Location"]


# --- off and on ------------------------------------------------------------------------------------------------------


def test_without_a_provider_there_is_no_button_and_no_address() -> None:
    page = Client().get("/account/login/").content.decode()
    assert "oidc" not in page
    for path in (START, BACK, "/account/3rdparty/", "/account/3rdparty/signup/"):
        assert Client().get(path).status_code == 404, path
    with pytest.raises(NoReverseMatch):
        reverse("openid_connect_login", args=["sso"])


def test_a_row_in_the_database_is_no_provider(provider: Provider, settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    SocialApp.objects.create(
        provider="openid_connect", provider_id="sso", client_id="x", secret="x", settings={"server_url": ISSUER}
    )
    assert Client().post(START).status_code == 404
    assert Client().get(BACK, {"code": "c"}).status_code == 404
    assert "oidc" not in Client().get("/account/login/").content.decode()


def test_with_a_provider_the_button_leads_to_it_and_asks_for_no_more_than_it_takes(provider: Provider) -> None:
    page = Client().get("/account/login/").content.decode()
    assert "ネットワーク共通IDでログイン" in page
    assert re.search(rf'<form[^>]*method="post" action="{START}\?process=login"', page)
    assert Client().get(START).status_code == 200, "a link alone starts nothing"
    asked = urlsplit(Client().post(START).headers["Location"])
    query = {name: values[0] for name, values in parse_qs(asked.query).items()}
    assert f"{asked.scheme}://{asked.netloc}{asked.path}" == f"{ISSUER}/authorize"
    assert query["redirect_uri"] == f"http://testserver{BACK}"
    assert query["code_challenge_method"] == "S256"
    assert len(query["state"]) >= 16


def test_coming_back_without_having_left_opens_nothing(provider: Provider) -> None:
    browser = Client()
    assert browser.get(BACK, {"code": "c", "state": "forged"}).status_code in {302, 401}
    assert not is_in(browser)
    assert User.objects.count() == 0


@pytest.mark.parametrize("missing", ["OIDC_NAME", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_ISSUER_URL"])
def test_half_a_provider_is_a_fault_that_names_what_is_missing(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"OIDC_NAME": "N", "OIDC_CLIENT_ID": "c", "OIDC_CLIENT_SECRET": "s", "OIDC_ISSUER_URL": ISSUER}
    for name, value in given.items():
        monkeypatch.setenv(name, "" if name == missing else value)
    with pytest.raises(ImproperlyConfigured, match=missing):
        env.openid_connect()
    monkeypatch.setenv(missing, given[missing])
    found = env.openid_connect()
    assert found is not None
    assert found.origins == ("https://login.network.example",)


@pytest.mark.parametrize("url", ["http://login.network.example", "login.network.example", "ftp://x"])
def test_a_provider_without_https_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OIDC_NAME", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("OIDC_ISSUER_URL", url)
    with pytest.raises(ImproperlyConfigured, match="OIDC_ISSUER_URL"):
        env.openid_connect()


# --- who comes in ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [True, False, "true", None])
def test_somebody_new_proves_the_mailbox_to_us_whatever_the_provider_says(provider: Provider, said: object) -> None:
    provider.person["email_verified"] = said
    browser = Client()
    assert sign_in(browser).headers["Location"] == "/account/confirm-email/"
    assert not is_in(browser)
    code = re.search(r"^([A-Z0-9-]{6,9})$", mail.outbox[-1].body, re.M)
    assert code
    browser.post("/account/confirm-email/", {"code": code[1]})
    assert is_in(browser)
    again = Client()
    sign_in(again)
    assert is_in(again)
    person = User.objects.get()
    assert (person.name, person.email, person.has_usable_password()) == ("網 一枝", "kate@network.example", False)


@pytest.mark.parametrize("said", [True, "true", False])
def test_an_outside_account_does_not_open_an_existing_one_of_the_same_address(provider: Provider, said: object) -> None:
    mine = make_user("kate@network.example")
    provider.person["email_verified"] = said
    browser = Client()
    sign_in(browser)
    assert not is_in(browser)
    assert not SocialAccount.objects.filter(user=mine).exists()
    assert "すでに登録されている" in mail.outbox[-1].body


def test_it_opens_it_after_its_owner_connected_the_two(provider: Provider) -> None:
    mine, browser = make_user("kate@network.example"), Client()
    browser.post("/account/login/", {"login": mine.email, "password": PASSWORD})
    assert "ネットワーク共通IDをつなぐ" in browser.get("/account/3rdparty/").content.decode()
    asked = sign_in(browser, process="connect").headers["Location"]
    assert asked == "/account/reauthenticate/"
    assert not SocialAccount.objects.exists()
    browser.post(asked, {"password": PASSWORD})
    assert SocialAccount.objects.get().user == mine
    elsewhere = Client()
    sign_in(elsewhere)
    assert is_in(elsewhere)
    assert User.objects.count() == 1


def test_it_keeps_nothing_of_what_the_provider_told(provider: Provider) -> None:
    sign_in(Client())
    assert SocialAccount.objects.get().extra_data == {}


def test_the_second_factor_is_asked_for_all_the_same(provider: Provider) -> None:
    mine, browser = make_user("kate@network.example"), Client()
    browser.post("/account/login/", {"login": mine.email, "password": PASSWORD})
    browser.post(sign_in(browser, process="connect").headers["Location"], {"password": PASSWORD})
    TOTP.activate(mine, generate_totp_secret())
    elsewhere = Client()
    assert sign_in(elsewhere).headers["Location"] == "/account/2fa/authenticate/"
    assert not is_in(elsewhere)


def test_where_the_operator_trusts_the_provider_a_proven_address_opens_the_account(trusted: Provider) -> None:
    mine = make_user("kate@network.example")
    trusted.person["email_verified"] = True
    browser = Client()
    sign_in(browser)
    assert is_in(browser)
    assert SocialAccount.objects.get().user == mine


@pytest.mark.parametrize("said", [False, "false", "true", 1, None])
def test_even_then_not_an_address_that_the_provider_does_not_call_proven(trusted: Provider, said: object) -> None:
    mine = make_user("kate@network.example")
    trusted.person["email_verified"] = said
    browser = Client()
    sign_in(browser)
    assert not is_in(browser)
    assert not SocialAccount.objects.filter(user=mine).exists()


def test_a_name_from_outside_is_one_short_line(provider: Provider) -> None:
    provider.person["name"] = "網\r\nBcc: all@x.example " + "長" * 200
    sign_in(Client())
    name = User.objects.get().name
    assert "\n" not in name
    assert "\r" not in name
    assert len(name) == 80


def test_the_pages_of_it_are_in_our_shell(provider: Provider) -> None:
    for path in (START, "/account/3rdparty/login/cancelled/", f"{BACK}?code=c&state=forged"):
        page = Client().get(path).content.decode()
        assert "経安カルテ" in page, path
        assert "hird-party" not in page, path
