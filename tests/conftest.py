"""What every test runs under, and the cast: owner, editor and viewer of one company, a stranger who owns another,
and the people of a network, an office and the service, each with a second factor."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.utils import translation
from pytest_django import DjangoDbBlocker, Settings

from organisations.models import Body, Organisation, User
from organisations.policy import BodyKind, BodyRole, PlatformRole, Role
from organisations.scoping import scope
from reports import paper, tasks
from tests.builders import (
    FAKE_PDF,
    make_body,
    make_body_member,
    make_member,
    make_organisation,
    make_platform_member,
    make_user,
)
from tests.environment import THOROUGH

ON_POSTGRESQL_ALONE = [
    "assessments/test_concurrency.py",
    "cohorts/test_counting_concurrency.py",
    "cohorts/test_notices_concurrency.py",
    "cohorts/test_rounds_concurrency.py",
    "organisations/test_audit_concurrency.py",
]
"""Row locks that make writers queue exist there only."""
ON_ONE_DATABASE = [
    "advising/test_pages.py",
    "config/test_hardening.py",
    "config/test_pages.py",
    "config/test_starting.py",
    "guidance/test_drafts.py",
    "guidance/test_reference_pages.py",
    "guidance/test_views.py",
    "organisations/test_lockout.py",
    "reports/batches/test_pages.py",
    "reports/batches/test_paper.py",
    "reports/client/test_client_report.py",
    "reports/client/test_same_figures.py",
    "reports/test_approvals.py",
    "reports/test_chart_files.py",
    "reports/test_cohort_files.py",
    "reports/test_cohort_pdf.py",
    "reports/test_pdf_conformance.py",
    "reports/test_oscal.py",
    "reports/test_pdf.py",
    "reports/test_report_data.py",
    "reports/test_results.py",
    "reports/test_shared_evidence.py",
    "reports/test_workshop_sheet.py",
    "test_translations.py",
    "test_urls.py",
]
"""Words, pages, files and headers: what these hold does not hang on the database, so SQLite is enough in a hurry."""
collect_ignore = ON_POSTGRESQL_ALONE
if os.environ.get("DATABASE_URL", "").startswith("postgres"):
    collect_ignore = [] if THOROUGH else ON_ONE_DATABASE

ClientOf = Callable[[User | None], Client]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test database, without the trigger that refuses to delete a line of the audit log where that is in the way.

    After a test with real transactions Django empties every table: by TRUNCATE on PostgreSQL, which no trigger for rows
    sees, but by DELETE on SQLite. tests/organisations/test_audit.py sets the trigger up again to show that it refuses.
    """
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("DROP TRIGGER IF EXISTS audit_no_delete")


@pytest.fixture(scope="session", autouse=True)
def _quick_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A hasher that costs nothing, static files without collectstatic, and stored files of this run alone."""
    media = tmp_path_factory.mktemp("media")
    storages = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(media), "base_url": None},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Counts of this process alone: an xdist worker must not clear, or fill, those of another.
    cached = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 50_000}}
    files = {"STORAGES": storages, "STATIC_ROOT": str(media)}
    with override_settings(PASSWORD_HASHERS=hashers, CACHES={"default": cached}, **files):
        yield


@pytest.fixture(autouse=True)
def _nothing_left_over() -> None:
    """Counts of sign-ins in the cache, the language of the last request: a test begins with neither."""
    cache.clear()
    translation.deactivate()


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The jobs that were rung for; nothing reaches a broker."""
    heard: list[UUID] = []
    for task in (tasks.produce, tasks.produce_in_turn):
        monkeypatch.setattr(task, "delay", lambda job_id: heard.append(UUID(job_id)))
    return heard


@pytest.fixture
def printer(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The contexts that were printed; the paper is a few fake bytes, at once."""
    printed: list[object] = []

    def fake(context: object, *, attachments: object = ()) -> bytes:
        printed.append(context)
        return FAKE_PDF

    monkeypatch.setattr(paper, "action_plan", fake)
    return printed


@pytest.fixture
def media(tmp_path: Path, settings: Settings) -> Path:
    """An empty folder that holds the files of this test alone."""
    folder = tmp_path / "media"
    options = {"location": str(folder), "base_url": None}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    return folder


# --- the cast --------------------------------------------------------------------------------------------------------


@pytest.fixture
def owner(db: None) -> User:
    return make_user("owner@minato.example", name="港 一郎")


@pytest.fixture
def company(owner: User) -> Organisation:
    """The company of owner, editor and viewer."""
    return make_organisation(owner=owner)


@pytest.fixture
def editor(company: Organisation) -> User:
    return make_member(company, Role.EDITOR, "editor@minato.example", name="編 二郎")


@pytest.fixture
def viewer(company: Organisation) -> User:
    return make_member(company, Role.VIEWER, "viewer@minato.example", name="見 三郎")


@pytest.fixture
def respondent(company: Organisation) -> User:
    """Somebody of the company who sees what was assigned to them: `make_assignment`."""
    return make_member(company, Role.RESPONDENT, "respondent@minato.example", name="答 四郎")


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody who owns another company."""
    user = make_user("stranger@yamate.example", name="山手 花子")
    make_organisation(owner=user, name="山手商会株式会社", corporate_number="")
    return user


@pytest.fixture
def elsewhere(stranger: User) -> Organisation:
    """The stranger's company."""
    return stranger.memberships.get().organisation


@pytest.fixture
def network(db: None) -> Body:
    """A network that no company belongs to yet: `make_affiliation`, `make_grant`."""
    return make_body(BodyKind.NETWORK, name="東海 経営者ネットワーク")


@pytest.fixture
def coordinator(network: Body) -> User:
    return make_body_member(network, BodyRole.COORDINATOR, "coordinator@network.example", name="網 一枝")


@pytest.fixture
def assistant(network: Body) -> User:
    return make_body_member(network, BodyRole.ASSISTANT, "assistant@network.example", name="手伝 二葉")


@pytest.fixture
def office(db: None) -> Body:
    """An advisory office that has no client yet."""
    return make_body(BodyKind.OFFICE, name="静岡 貿易相談窓口")


@pytest.fixture
def supervisor(office: Body) -> User:
    return make_body_member(office, BodyRole.SUPERVISOR, "supervisor@office.example", name="監 督子")


@pytest.fixture
def advisor(office: Body) -> User:
    return make_body_member(office, BodyRole.ADVISOR, "advisor@office.example", name="助 言太")


@pytest.fixture
def administrator(db: None) -> User:
    return make_platform_member(PlatformRole.ADMINISTRATOR, "administrator@keian.example", name="運 営子")


@pytest.fixture
def author(db: None) -> User:
    return make_platform_member(PlatformRole.AUTHOR, "author@keian.example", name="作 成子")


@pytest.fixture
def anonymous() -> None:
    """Nobody has signed in."""


@pytest.fixture
def inside(company: Organisation) -> Iterator[Organisation]:
    """The test reads and writes the rows of `company`."""
    with scope(company.pk):
        yield company


@pytest.fixture
def client_of() -> ClientOf:
    """A browser in which this person has signed in; None for nobody."""

    def sign_in(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return sign_in
