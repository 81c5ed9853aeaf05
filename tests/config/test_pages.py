"""What every page carries: the headers that keep a browser safe, and no markup that they would have to allow."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from assessments.models import Assessment
from organisations.models import Organisation, User
from tests.assessments.test_company import TYPED
from tests.assessments.test_quick import GIVEN
from tests.builders import (
    FIRST,
    PASSWORD,
    SECOND,
    answer,
    full_answers,
    make_assessment,
    make_organisation,
    make_report,
    make_submission,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

STATES = ("waiting", "running", "failed")


class Page(HTMLParser):
    """Reads a page: where it leads, what it loads, and what a strict content security policy would refuse."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__()
        self.address = address
        self.links: set[str] = set()
        self.files: set[str] = set()
        self.ids: list[str] = []
        self.anchors: set[str] = set()
        self.faults: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "style" in given or tag == "style":
            self.faults.append(f"inline style: <{tag} {given}>")
        # Data for a script file is no script: browsers do not run it, and the policy does not ask about it.
        if tag == "script" and not given.get("src") and given.get("type") != "application/json":
            self.faults.append("inline script")
        for name, value in attrs:
            if name.startswith(("on", "hx-on")):
                self.faults.append(f"handler: <{tag} {name}>")
            if (value or "").strip().lower().startswith("javascript:") or name == "hx-vals":
                self.faults.append(f"script in an attribute: <{tag} {name}={value}>")
        if len(given) != len(attrs):
            self.faults.append(f"an attribute twice: <{tag} {attrs}>")
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if tag == "a" and (href := given.get("href")):
            self.links.add(urljoin(self.address, href))
        if tag in {"script", "img", "link", "use"} and (loaded := given.get("src") or given.get("href")):
            self.files.add(urldefrag(urljoin(self.address, loaded)).url)

    handle_startendtag = handle_starttag


@pytest.fixture
def world(owner: User, company: Organisation, media: Path) -> list[str]:
    """A company with a page of every kind; the addresses that no page links to."""
    submission = make_submission(company, by=owner)
    assessment = make_assessment(company, answers=full_answers(), by=owner)
    answer(assessment, FIRST, "na", reason="輸入なし", note="メモ")
    make_organisation(owner=owner, name="みなと運輸株式会社")
    jobs = [make_report(submission, status=state, template_version=state) for state in STATES]
    make_report(submission, status="done", file="lost.pdf")
    return [
        "/", "/home", "/quick/", "/company/new", "/account/email/", "/account/password/change/",
        f"/o/{company.pk}/a/{assessment.pk}/result", f"/o/{company.pk}/a/{submission.assessment_id}/",
        *(f"/o/{company.pk}/reports/{job.pk}/" for job in jobs),
    ]  # fmt: skip


def crawl(browser: Client, starts: list[str]) -> dict[str, HttpResponse]:
    """Every page that can be reached by links."""
    found: dict[str, HttpResponse] = {}
    waiting = list(starts)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        response = browser.get(path)
        found[path] = response
        if response.status_code in {301, 302}:
            waiting.append(urljoin(path, response.headers["Location"]))
        elif response.headers["Content-Type"].startswith("text/html"):
            links = Page(path, response.content.decode()).links
            waiting.extend(urldefrag(link).url for link in links if not urlsplit(link).netloc)
    return found


def posted(browser: Client, company: Organisation) -> dict[str, HttpResponse]:
    """Pages that only a form leads to: results, refusals, conflicts."""
    assessment = Assessment.unscoped.get(organisation=company, status="open")
    question = f"/o/{company.pk}/a/{assessment.pk}/q/"
    sent: dict[str, tuple[str, dict[str, Any]]] = {
        "quick result": ("/quick/result", GIVEN),
        "quick refused": ("/quick/result", {**GIVEN, FIRST: "9"}),
        "quick empty": ("/quick/result", {}),
        "company refused": ("/company/new", {**TYPED, "corporate_number": "1", "employees": ""}),
        "answer refused": (f"{question}{FIRST}", {"choice": "na"}),
        "conflict": (f"{question}{SECOND}", {"choice": "0", "revision": "0"}),
        "sign-up refused": ("/account/signup/", {"email": "x", "password1": "a", "password2": "b"}),
        "not found": ("/nowhere", {}),
    }
    return {name: browser.post(path, data) for name, (path, data) in sent.items()}


def account_pages(taken: str) -> dict[str, HttpResponse]:
    """What somebody sees who signs up, or has forgotten the password."""
    fresh = {"email": "fresh@hamakaze.example", "password1": PASSWORD, "password2": PASSWORD}
    found = {
        "code": Client().post("/account/signup/", fresh, follow=True),
        "reset sent": Client().post("/account/password/reset/", {"email": taken}, follow=True),
    }
    link = re.search(r"https?://testserver(/account/\S+)", mail.outbox[-1].body)
    assert link, mail.outbox[-1].body
    found["new password"] = Client().get(link[1], follow=True)
    return found


def every_page(browser: Client, company: Organisation, world: list[str]) -> dict[str, HttpResponse]:
    anonymous = ["/account/login/", "/account/signup/", "/account/password/reset/", "/", "/quick/"]
    return {
        **{f"anonymous {path}": page for path, page in crawl(Client(), anonymous).items()},
        **crawl(browser, world),
        **posted(browser, company),
        **account_pages("owner@minato.example"),
    }


def test_no_page_has_a_dead_link_a_script_or_a_style_within_it_and_all_have_the_headers(
    client_of: ClientOf, owner: User, company: Organisation, world: list[str]
) -> None:
    pages = every_page(client_of(owner), company, world)
    faults = []
    read = 0
    for name, response in pages.items():
        faults += [f"{name}: {fault}" for fault in header_faults(response)]
        if response.headers.get("Content-Type", "").startswith("text/html") and response.content:
            read += 1
            page = Page("/", response.content.decode())
            faults += [f"{name}: {fault}" for fault in page.faults]
            faults += [f"{name}: the id {found} twice" for found in {i for i in page.ids if page.ids.count(i) > 1}]
            faults += [f"{name}: loads {file}" for file in page.files if not is_ours(file)]
        lost = response.status_code == 410 and name.endswith("/file")
        if response.status_code >= 400 and name.split()[-1].startswith("/") and not lost:
            faults.append(f"{name}: answers {response.status_code}")
    assert not faults, "\n".join(faults)
    assert read > 40, sorted(pages)


def is_ours(file: str) -> bool:
    """A static file of this app that exists."""
    return file.startswith("/static/") and finders.find(file.removeprefix("/static/")) is not None


def header_faults(response: HttpResponse) -> list[str]:
    expected = {
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    faults = [
        f"{name} is {response.headers.get(name)}"
        for name, value in expected.items()
        if response.headers.get(name) != value
    ]
    policy = policy_of(response)
    if policy.get("default-src") != ["'none'"]:
        faults.append(f"Content-Security-Policy is {policy}")
    loose = [
        word for words in policy.values() for word in words if word in {"*", "https:", "http:"} or "unsafe" in word
    ]
    return [*faults, *(f"the policy allows {word}" for word in loose)]


def policy_of(response: HttpResponse) -> dict[str, list[str]]:
    lines = [line.split() for line in response.headers.get("Content-Security-Policy", "").split(";") if line.strip()]
    return {line[0]: line[1:] for line in lines}


def test_the_policy_allows_our_own_files_and_nothing_else() -> None:
    policy = policy_of(Client().get("/"))
    assert policy.pop("img-src") == ["'self'", "data:"]
    closed = {name for name, words in policy.items() if words == ["'none'"]}
    assert {"default-src", "base-uri", "frame-ancestors"} <= closed
    assert all(words == ["'self'"] for name, words in policy.items() if name not in closed)
    assert {"script-src", "style-src", "connect-src", "form-action"} <= policy.keys()


def test_a_page_that_is_not_there_and_a_refusal_carry_the_headers_too(
    client_of: ClientOf, viewer: User, company: Organisation
) -> None:
    for path, status in (("/nowhere", 404), (f"/o/{company.pk}/company", 403)):
        response = client_of(viewer).get(path)
        assert response.status_code == status
        assert header_faults(response) == []
        assert Page(path, response.content.decode()).faults == []


def test_an_error_of_ours_is_told_on_a_page_of_its_own(
    client_of: ClientOf, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise KeyError("secret detail")

    monkeypatch.setattr("assessments.views.entry.current_catalog", fail)
    browser = client_of(owner)
    browser.raise_request_exception = False
    response = browser.get("/")
    assert response.status_code == 500
    html = response.content.decode()
    assert "こちらの不具合です" in html
    assert "secret detail" not in html
    page = Page("/", html)
    assert (page.faults, [file for file in page.files if not is_ours(file)]) == ([], [])


def test_cookies_are_closed_to_scripts_and_to_other_sites(owner: User) -> None:
    browser = Client()
    browser.get("/account/login/")
    browser.post("/account/login/", {"login": owner.email, "password": PASSWORD})
    for name in ("csrftoken", "sessionid"):
        assert browser.cookies[name]["httponly"]
        assert browser.cookies[name]["samesite"] == "Lax"


def test_in_production_everything_is_led_to_https_but_the_health_probe(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    assert Client().get("/quick/").headers["Location"] == "https://testserver/quick/"
    assert Client().get("/healthz").status_code == 200
    assert "max-age=31536000" in Client().get("/", secure=True).headers["Strict-Transport-Security"]


def test_a_host_that_is_not_ours_is_refused() -> None:
    assert Client().get("/", headers={"Host": "evil.example"}).status_code == 400


def test_the_health_probe_says_ok_when_the_database_answers() -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_the_language_is_switched_and_the_page_stays() -> None:
    browser = Client()
    for code in ("en", "ja"):
        response = browser.post("/language", {"language": code, "next": "/quick/"})
        assert response.headers["Location"] == "/quick/"
        assert f'<html lang="{code}">' in browser.get("/quick/").content.decode()
    outside = browser.post("/language", {"language": "en", "next": "https://evil.example/"})
    assert outside.headers["Location"] == "/"
