"""Every address × every person × GET and POST, against a table that was read by a person. A new address needs a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from assessments.models import Assessment, Submission
from guidance.registry import current_catalog
from organisations.models import Organisation, User
from reports import paper
from reports.models import ReportFile
from tests.assessments.test_company import TYPED
from tests.builders import (
    FAKE_PDF,
    FIRST,
    VISIBILITY,
    contents,
    full_answers,
    make_assessment,
    make_report,
    make_submission,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

PEOPLE = ("anonymous", "stranger", "viewer", "editor", "owner")


class Row(NamedTuple):
    """Who may open an address, and what GET and POST answer to anonymous, stranger, viewer, editor, owner.

    `login`: led to the sign-in form. 404: does not exist for a stranger. 403: the role is too weak.
    """

    access: str
    get: str
    post: str
    data: dict[str, str] = {}


NOBODY_POSTS = "login 404 405 405 405"
PUBLIC_PAGE = Row("public", "200 200 200 200 200", "405 405 405 405 405")
LIBRARY_PAGE = PUBLIC_PAGE._replace(access="library")
READING = Row("read", "login 404 200 200 200", NOBODY_POSTS)

TABLE: dict[str, Row] = {
    "healthz": Row("public", "200 200 200 200 200", "200 200 200 200 200"),
    "styleguide": PUBLIC_PAGE,
    "set_language": Row("django", "302 302 302 302 302", "302 302 302 302 302", {"language": "en"}),
    "guidance:library": LIBRARY_PAGE,
    "guidance:source": LIBRARY_PAGE,
    "guidance:clause": LIBRARY_PAGE,
    "guidance:questions": LIBRARY_PAGE,
    "guidance:question": LIBRARY_PAGE,
    "guidance:actions": LIBRARY_PAGE,
    "guidance:action": LIBRARY_PAGE,
    "guidance:list": LIBRARY_PAGE,
    "guidance:support": LIBRARY_PAGE,
    "guidance:measure": LIBRARY_PAGE,
    "guidance:search": LIBRARY_PAGE,
    "guidance:versions": LIBRARY_PAGE,
    "guidance:diff": LIBRARY_PAGE,
    "guidance:glossary": LIBRARY_PAGE,
    "guidance:draft": LIBRARY_PAGE,
    "guidance:draft_workbook": LIBRARY_PAGE,
    "guidance:draft_check": Row("library, signed in", "login 200 200 200 200", "login 422 422 422 422"),
    "assessments:front": PUBLIC_PAGE,
    "assessments:home": Row("signed in", "login 302 302 302 302", "login 405 405 405 405"),
    "assessments:quick": PUBLIC_PAGE,
    "assessments:quick_keep": Row("public", "405 405 405 405 405", "302 302 302 302 302", {FIRST: "3"}),
    "assessments:company_new": Row("signed in", "login 200 200 200 200", "login 302 302 302 302", TYPED),
    "assessments:company": READING,
    "assessments:company_edit": Row("manage", "login 404 403 403 200", "login 404 403 403 302", TYPED),
    "assessments:take_kept": Row("answer", "login 404 403 405 405", "login 404 403 302 302", {"do": "take"}),
    "assessments:start": Row("answer", "login 404 403 405 405", "login 404 403 302 302"),
    "assessments:contents": READING,
    "assessments:section": READING,
    "assessments:answer": Row(
        "answer", "login 404 403 302 302", "login 404 403 302 302", {"choice": "3", "revision": "1"}
    ),
    "assessments:submit": Row("submit", "login 404 403 403 200", "login 404 403 403 302"),
    "assessments:reopen": Row("submit", "login 404 403 403 405", "login 404 403 403 302"),
    # The world of this test has one version: moving leads back, and nothing was carried over.
    "assessments:move": Row("submit", "login 404 403 403 302", "login 404 403 403 302"),
    "assessments:carried": Row("read", "login 404 404 404 404", NOBODY_POSTS),
    "reports:quick_result": Row("public", "302 302 302 302 302", "200 200 200 200 200", {FIRST: "3"}),
    "reports:quick_sheet": Row("public", "405 405 405 405 405", "200 200 200 200 200", {FIRST: "3"}),
    "reports:result": READING,
    "reports:submission": READING,
    "reports:order": Row("read", NOBODY_POSTS, "login 404 302 302 302"),
    "reports:status": READING,
    "reports:download": READING,
}


# --- the addresses ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    """One URL pattern. `name` is its full name, or its route where it has none."""

    name: str
    route: str
    view: Callable[..., HttpResponseBase]

    def path(self, **ids: Any) -> str:
        path = self.route
        for key, value in ids.items():
            path = path.replace(f"<uuid:{key}>", str(value)).replace(f"<str:{key}>", str(value))
        assert "<" not in path, f"tests/test_urls.py does not know how to fill {path}"
        return f"/{path}"


def walk(patterns: list[Any], route: str = "", namespace: str = "") -> Iterator[Address]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern.url_patterns, here, inner)
        elif isinstance(pattern, URLPattern):
            yield Address(f"{namespace}{pattern.name}" if pattern.name else here, here, pattern.callback)


ADDRESSES = list(walk(get_resolver().url_patterns))
OURS = {address.name: address for address in ADDRESSES if not address.view.__module__.startswith("allauth.")}


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert set(OURS) == set(TABLE), "decide who may open the new address, and write its row into TABLE"


def test_every_view_says_who_may_open_it() -> None:
    """Through organisations.access; the library and Django's language switch are open without it."""
    for name, address in OURS.items():
        expected = TABLE[name].access
        said = getattr(address.view, "access", None)
        if expected in {"library", "library, signed in", "django"}:
            assert said is None
            assert address.view.__module__.startswith("guidance.") or address.view is OURS["set_language"].view
        else:
            assert said == expected, f"{name} says {said!r}"


def test_only_public_views_open_without_signing_in() -> None:
    for name, address in OURS.items():
        needs_account = getattr(address.view, "login_required", True)
        assert needs_account == (TABLE[name].access not in {"public", "library", "django"}), name


def test_addresses_with_a_company_are_behind_the_door_of_that_company() -> None:
    for name, address in OURS.items():
        tenant = TABLE[name].access in {"read", "answer", "submit", "manage"}
        assert address.route.startswith("o/<uuid:organisation_id>/") == tenant, name


# --- the table -------------------------------------------------------------------------------------------------------


class World(NamedTuple):
    """One row of everything that an address can name."""

    organisation: Organisation
    assessment: Assessment
    submission: Submission
    report: ReportFile

    def ids(self) -> dict[str, Any]:
        return {
            "organisation_id": self.organisation.pk,
            "assessment_id": self.assessment.pk,
            "submission_id": self.submission.pk,
            "report_id": self.report.pk,
            "section_id": VISIBILITY,
            "question_id": FIRST,
            "source_id": "management-guideline",
            "old": current_catalog().ref,
            "new": current_catalog().ref,
            "clause_id": "MG-A3.1",
            "action_id": current_catalog().actions[0].id,
            "list_id": "materials",
            "measure_id": "SUP-01",
            "ref": current_catalog().ref,
        }


def make_world(organisation: Organisation) -> World:
    submission = make_submission(organisation)
    assessment = make_assessment(organisation, answers=full_answers())
    report = make_report(submission)
    report.file.save(f"reports/{report.pk}/x.pdf", ContentFile(FAKE_PDF), save=False)
    ReportFile.unscoped.filter(pk=report.pk).update(status="done", file=report.file.name)
    return World(organisation, assessment, submission, report)


@pytest.fixture
def world(company: Organisation, media: Path, bells: list[Any], monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(paper, "quick_sheet", lambda context: FAKE_PDF)
    return make_world(company)


@pytest.fixture
def cast(
    company: Organisation, stranger: User, viewer: User, editor: User, owner: User, client_of: ClientOf
) -> dict[str, Client]:
    users = {"anonymous": None, "stranger": stranger, "viewer": viewer, "editor": editor, "owner": owner}
    return {person: client_of(user) for person, user in users.items()}


def verdict(response: HttpResponseBase) -> str:
    if response.status_code == 302 and "/login/" in response.headers["Location"]:
        return "login"
    return str(response.status_code)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", TABLE)
def test_each_person_is_answered_as_the_table_says(
    name: str, method: str, world: World, cast: dict[str, Client]
) -> None:
    row = TABLE[name]
    path = OURS[name].path(**world.ids())
    found = []
    for person in PEOPLE:
        before = contents()
        browser = cast[person]
        response = browser.get(path) if method == "GET" else browser.post(path, row.data)
        found.append(verdict(response))
        if response.status_code >= 400 or found[-1] == "login" or method == "GET":
            assert contents() == before, f"{method} {path} by {person} changed something"
    assert " ".join(found) == (row.get if method == "GET" else row.post), dict(zip(PEOPLE, found, strict=True))


WITH_IDS = [name for name, address in OURS.items() if address.route.count("<uuid:") == 2]


@pytest.mark.parametrize("name", WITH_IDS)
def test_what_belongs_to_another_company_is_not_found_under_ones_own(
    name: str, world: World, elsewhere: Organisation, cast: dict[str, Client]
) -> None:
    foreign = make_world(elsewhere)
    path = OURS[name].path(**{**foreign.ids(), "organisation_id": world.organisation.pk})
    before = contents()
    row, browser = TABLE[name], cast["owner"]
    for expected, response in ((row.get, browser.get(path)), (row.post, browser.post(path, row.data))):
        assert verdict(response) == ("405" if expected.endswith("405") else "404")
        assert foreign.organisation.name not in response.content.decode()
    assert contents() == before


@pytest.mark.parametrize("name", WITH_IDS)
def test_what_does_not_exist_is_not_found(name: str, world: World, cast: dict[str, Client]) -> None:
    nothing = {"assessment_id": uuid4(), "submission_id": uuid4(), "report_id": uuid4()}
    path = OURS[name].path(**{**world.ids(), **nothing})
    row, browser = TABLE[name], cast["owner"]
    for expected, response in ((row.get, browser.get(path)), (row.post, browser.post(path, row.data))):
        assert verdict(response) == ("405" if expected.endswith("405") else "404")


def test_a_company_of_others_and_one_that_does_not_exist_look_the_same(
    world: World, elsewhere: Organisation, cast: dict[str, Client]
) -> None:
    pages = []
    for organisation_id in (elsewhere.pk, uuid4()):
        response = cast["owner"].get(f"/o/{organisation_id}/")
        assert response.status_code == 404
        pages.append(response.content.decode().replace(str(organisation_id), "X"))
    assert without_token(pages[0]) == without_token(pages[1])


def without_token(html: str) -> list[str]:
    return [line for line in html.splitlines() if "csrf" not in line.lower()]


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if "405" not in row.post and name != "healthz"])
def test_a_form_from_another_site_is_refused(name: str, world: World, owner: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    before = contents()
    response = browser.post(OURS[name].path(**world.ids()), TABLE[name].data)
    assert response.status_code == 403
    assert contents() == before


def test_who_is_refused_is_told_in_words(world: World, cast: dict[str, Client]) -> None:
    weak = cast["viewer"].get(f"/o/{world.organisation.pk}/company")
    assert "あなたの役割では" in weak.content.decode()
    foreign = cast["stranger"].get(f"/o/{world.organisation.pk}/")
    assert "ページが見つかりません" in foreign.content.decode()
    assert world.organisation.name not in foreign.content.decode()
