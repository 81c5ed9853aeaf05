"""Guessing passwords, and doing anything too often: where it ends, who is not hit by it, and what stays open."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from pytest_django import Settings

from config import env
from organisations import lockout
from organisations.limits import limited
from organisations.models import Organisation, User
from organisations.policy import PlatformRole
from tests.builders import FIRST, PASSWORD, make_platform_member, make_submission, make_user
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

LOGIN = "/account/login/"
WRONG = "not-the-password"


class Hashes:
    """How often a password was hashed, to compare it or to pretend to."""

    count = 0


@pytest.fixture
def hashes() -> Iterator[Hashes]:
    counted, encode = Hashes(), MD5PasswordHasher.encode

    def count(self: MD5PasswordHasher, password: str, salt: str) -> str:
        counted.count += 1
        return encode(self, password, salt)

    with patch.object(MD5PasswordHasher, "encode", count):
        yield counted


def attempt(email: str, password: str = WRONG, *, address: str = "192.0.2.1", **headers: str) -> HttpResponse:
    return Client(REMOTE_ADDR=address, headers=headers).post(LOGIN, {"login": email, "password": password})


def plain(response: HttpResponse) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken": "[^"]*"', "", response.content.decode())


def addresses(number: int) -> list[str]:
    return [f"198.51.{index // 250}.{index % 250 + 1}" for index in range(number)]


# --- passwords -------------------------------------------------------------------------------------------------------


def test_after_ten_wrong_passwords_from_one_address_no_more_is_looked_at(owner: User, hashes: Hashes) -> None:
    answers = [attempt(owner.email).status_code for _ in range(10)]
    assert answers == [200] * 9 + [429]
    hashes.count = 0
    locked = [attempt(owner.email) for _ in range(30)]
    assert {response.status_code for response in locked} == {429}
    assert len({plain(response) for response in locked}) == 1
    assert attempt(owner.email, PASSWORD).status_code == 429
    assert hashes.count == 0


def test_the_owner_signs_in_from_elsewhere_and_another_person_from_the_same_address(owner: User, viewer: User) -> None:
    for _ in range(10):
        attempt(owner.email)
    assert attempt(owner.email, PASSWORD, address="203.0.113.7").status_code == 302
    assert attempt(viewer.email, PASSWORD).status_code == 302


def test_ten_thousand_tries_from_as_many_addresses_look_at_twenty_passwords(owner: User, hashes: Hashes) -> None:
    """Each further try does the same as those tried here: nothing is hashed, nothing written, nothing answered anew."""
    answers = [attempt(owner.email, address=address) for address in addresses(60)]
    assert [response.status_code for response in answers] == [200] * 19 + [429] * 41
    assert hashes.count == 20
    assert len({plain(response) for response in answers[19:]}) == 1
    assert AccessAttempt.objects.count() == 20
    assert attempt(owner.email, PASSWORD, address="203.0.113.7").status_code == 429


def test_the_count_of_an_account_cannot_be_pushed_out_of_the_cache(owner: User, hashes: Hashes) -> None:
    for address in addresses(20):
        attempt(owner.email, address=address)
    cache.clear()
    hashes.count = 0
    assert attempt(owner.email, address="203.0.113.7").status_code == 429
    assert hashes.count == 0


def test_tries_at_the_same_time_cannot_overtake_the_count(owner: User, hashes: Hashes) -> None:
    """The cache counts before the hash, the database after it: without the database's count the same limit holds."""
    for address in addresses(30):
        attempt(owner.email, address=address)
        AccessAttempt.objects.all().delete()
    assert hashes.count == 20


def test_many_accounts_from_one_address_end_too(hashes: Hashes) -> None:
    answers = [attempt(f"person{number}@minato.example").status_code for number in range(45)]
    assert answers.count(429) == 5
    assert hashes.count == 40


@pytest.mark.parametrize("spelling", ["OWNER@minato.example", " owner@minato.example ", "owner@MINATO.example"])
def test_another_spelling_of_the_same_account_is_the_same_account(owner: User, spelling: str) -> None:
    for _ in range(10):
        attempt(owner.email)
    assert attempt(spelling, PASSWORD).status_code == 429


def test_the_answer_does_not_tell_whether_an_account_exists(owner: User, hashes: Hashes) -> None:
    known = [attempt(owner.email) for _ in range(12)]
    spent, hashes.count = hashes.count, 0
    unknown = [attempt("nobody@minato.example") for _ in range(12)]
    assert hashes.count == spent
    for one, other in zip(known, unknown, strict=True):
        assert one.status_code == other.status_code
        assert plain(one).replace(owner.email, "") == plain(other).replace("nobody@minato.example", "")


def test_the_page_says_how_long_and_how_to_get_in_now(owner: User) -> None:
    for _ in range(10):
        response = attempt(owner.email)
    words = response.content.decode()
    assert "15分" in words
    assert "メールで届くコード" in words
    assert owner.email not in words
    assert response.headers["Retry-After"] == "900"
    assert "no-store" in response.headers["Cache-Control"]


def test_a_code_by_mail_opens_a_locked_account_and_forgives_nothing_elsewhere(owner: User) -> None:
    for address in addresses(20):
        attempt(owner.email, address=address)
    browser = Client()
    browser.post("/account/login/code/", {"email": owner.email})
    code = re.search(r"^([A-Z0-9-]{6,9})$", mail.outbox[-1].body, re.M)
    assert code
    browser.post("/account/login/code/confirm/", {"code": code[1]})
    assert browser.get("/home").headers["Location"] != LOGIN
    assert attempt(owner.email, PASSWORD, address="203.0.113.7").status_code == 429


def test_the_lock_ends_by_itself(owner: User) -> None:
    for _ in range(10):
        attempt(owner.email)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    cache.clear()
    assert attempt(owner.email, PASSWORD).status_code == 302


def test_trying_on_does_not_make_the_lock_longer(owner: User) -> None:
    for _ in range(10):
        attempt(owner.email)
    before = AccessAttempt.objects.get().attempt_time
    attempt(owner.email)
    assert AccessAttempt.objects.get().attempt_time == before


def test_a_new_password_by_mail_ends_the_lock(owner: User) -> None:
    for address in addresses(20):
        attempt(owner.email, address=address)
    browser = Client()
    browser.post("/account/password/reset/", {"email": owner.email})
    link = re.search(r"https?://testserver(/account/\S+)", mail.outbox[-1].body)
    assert link
    form = browser.get(link[1]).headers["Location"]
    browser.post(form, {"password1": "another-lamp-2026", "password2": "another-lamp-2026"})
    assert attempt(owner.email, "another-lamp-2026", address="203.0.113.7").status_code == 302


def test_the_right_password_forgives_what_was_mistyped_at_this_address(owner: User) -> None:
    for _ in range(2):
        for _ in range(8):
            attempt(owner.email)
        assert attempt(owner.email, PASSWORD).status_code == 302


def test_thirty_people_of_one_office_sign_in_each_wrong_once(db: None) -> None:
    people = [make_user() for _ in range(30)]
    for person in people:
        assert attempt(person.email).status_code == 200
        assert attempt(person.email, PASSWORD).status_code == 302


def test_the_table_of_tries_holds_no_name_and_no_password(owner: User) -> None:
    attempt(owner.email, "my-secret-word")
    attempt("typed-my-password-here@x.example")
    for row in AccessAttempt.objects.values():
        told = " ".join(map(str, row.values()))
        for secret in ("minato", "my-secret-word", "typed-my-password"):
            assert secret not in told


def test_what_holds_addresses_and_serves_nothing_any_more_is_deleted(owner: User) -> None:
    attempt(owner.email)
    attempt(owner.email, PASSWORD, address="203.0.113.7")
    assert lockout.forget_addresses() == 0
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    owner.usersession_set.update(last_seen_at=timezone.now() - timedelta(hours=13))
    assert lockout.forget_addresses() == 2


# --- whose address ---------------------------------------------------------------------------------------------------


def test_a_header_of_the_visitors_own_changes_nothing(owner: User) -> None:
    for number in range(10):
        attempt(
            owner.email,
            **{"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": "1.1.1.1", "Forwarded": "for=1.1.1.1"},
        )
    assert attempt(owner.email, **{"X-Forwarded-For": "203.0.113.99"}).status_code == 429


def test_behind_a_proxy_the_address_is_what_the_proxy_added(owner: User, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(10):
        attempt(owner.email, address="10.0.0.1", **{"X-Forwarded-For": f"203.0.113.{number}, 192.0.2.9"})
    assert attempt(owner.email, address="10.0.0.1", **{"X-Forwarded-For": "192.0.2.9"}).status_code == 429
    other = attempt(owner.email, PASSWORD, address="10.0.0.1", **{"X-Forwarded-For": "192.0.2.9, 192.0.2.10"})
    assert other.status_code == 302


def test_one_network_of_ipv6_is_one_address(owner: User) -> None:
    for number in range(10):
        attempt(owner.email, address=f"2001:db8:1:2::{number + 1:x}")
    assert attempt(owner.email, PASSWORD, address="2001:db8:1:2:ffff::1").status_code == 429
    assert attempt(owner.email, PASSWORD, address="2001:db8:1:3::1").status_code == 302


# --- everything else -------------------------------------------------------------------------------------------------

Press = Callable[[Client], HttpResponse]
NUMBERS = itertools.count()
SIGN_UP = {"email": "x", "password1": "a", "password2": "b"}
FORMS: dict[str, Press] = {
    "quick_check": lambda browser: browser.post("/quick/result", {FIRST: "3"}),
    "quick_sheet": lambda browser: browser.post(reverse("reports:quick_sheet"), {FIRST: "9"}),
    "signup": lambda browser: browser.post("/account/signup/", SIGN_UP),
    "reset_password": lambda browser: browser.post("/account/password/reset/", {"email": f"{next(NUMBERS)}@x.example"}),
}
FEW = 3


@pytest.mark.parametrize("action", FORMS)
def test_a_visitor_is_answered_up_to_the_limit_and_another_address_goes_on(action: str, settings: Settings) -> None:
    per = settings.ACCOUNT_RATE_LIMITS[action].split(",")[0].rpartition("/")[2]
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, action: f"{FEW}/10m/{per}"}
    press = FORMS[action]
    here = [press(Client(REMOTE_ADDR="192.0.2.1")) for _ in range(FEW + 1)]
    assert [response.status_code == 429 for response in here] == [False] * FEW + [True]
    assert "しばらく待ってから" in here[-1].content.decode()
    assert press(Client(REMOTE_ADDR="192.0.2.2")).status_code != 429


def test_mails_with_a_code_or_a_link_go_to_one_mailbox_a_few_times_only() -> None:
    user = make_user()
    for page, most in (("/account/login/code/", 5), ("/account/password/reset/", 3)):
        mail.outbox.clear()
        for address in addresses(8):
            Client(REMOTE_ADDR=address).post(page, {"email": user.email})
        assert len(mail.outbox) == most, page


def test_a_person_orders_reports_up_to_the_limit_and_a_colleague_goes_on(
    client_of: ClientOf, owner: User, viewer: User, company: Organisation, bells: list[object], settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "report": f"{FEW}/10m/key"}
    page = f"/o/{company.pk}/submissions/{make_submission(company, by=owner).pk}/report"
    browser = client_of(owner)
    assert [browser.post(page).status_code for _ in range(FEW + 1)] == [302] * FEW + [429]
    assert client_of(viewer).post(page).status_code == 302
    assert browser.get(f"/o/{company.pk}/").status_code == 200


def test_who_may_not_order_uses_nothing_up(
    client_of: ClientOf, owner: User, stranger: User, company: Organisation, bells: list[object], settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "report": "1/10m/key"}
    page = f"/o/{company.pk}/submissions/{make_submission(company, by=owner).pk}/report"
    assert [client_of(stranger).post(page).status_code for _ in range(3)] == [404] * 3
    assert client_of(owner).post(page).status_code == 302


def test_drafts_are_checked_up_to_the_limit_by_person(client_of: ClientOf, author: User, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "draft_upload": f"{FEW}/10m/user"}
    page, browser = "/guidance/drafts/check", client_of(author)
    assert [browser.post(page).status_code for _ in range(FEW + 1)] == [422] * FEW + [429]
    assert client_of(make_platform_member(PlatformRole.AUTHOR)).post(page).status_code == 422
    assert browser.get(page).status_code == 200


def test_the_page_of_a_limit_says_when_and_keeps_nothing(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "quick_check": "1/10m/key"}
    Client().post("/quick/result", {FIRST: "3"})
    response = Client().post("/quick/result", {FIRST: "3"})
    assert response.headers["Retry-After"] == "600"
    assert "no-store" in response.headers["Cache-Control"]
    assert "10分" in response.content.decode()
    assert "どこにも残していません" in response.content.decode()


@pytest.mark.parametrize(
    "action", ["quick_check", "quick_sheet", "report", "draft_upload", "invitation", "upload", "export"]
)
def test_a_whole_office_fits_into_each_limit_of_ours(action: str, settings: Settings) -> None:
    amount = int(settings.ACCOUNT_RATE_LIMITS[action].split("/")[0])
    assert amount >= (60 if action.startswith("quick") else 20)


def test_a_limit_without_a_figure_is_a_fault_and_not_no_limit() -> None:
    with pytest.raises(ImproperlyConfigured, match="'nonsense'"):
        limited("nonsense")


def test_counts_are_shared_by_all_web_processes(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "")
    files = env.cache(tmp_path / "cache")  # type: ignore[operator]
    one, other = (import_string(files["BACKEND"])(files["LOCATION"], {"OPTIONS": files["OPTIONS"]}) for _ in range(2))
    one.set("count", [1.0], 60)
    assert other.get("count") == [1.0]
    monkeypatch.setenv("REDIS_URL", "redis://broker:6379/0")
    assert env.cache(tmp_path / "cache")["LOCATION"] == "redis://broker:6379/0"  # type: ignore[operator]
