"""Evidence files for a network or an office: what the company shares, while it shares it, and not a byte longer."""

from __future__ import annotations

import datetime as dt
import logging
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from assessments import services
from assessments.models import Assessment, Evidence
from organisations import sharing
from organisations.consent import What
from organisations.downloads import PIECE, Pieces, Withdrawn, attachment
from organisations.models import Affiliation, AuditLine, Body, Grant, Organisation, User
from organisations.scoping import scope
from tests.builders import full_answers, make_assessment, make_evidence, make_grant, make_submission
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

PIECES = 5
LONG = "調達規程\n".encode() * (PIECES * PIECE // 13)


@pytest.fixture
def opened(company: Organisation, owner: User, media: Path) -> Assessment:
    return make_assessment(company, answers=full_answers(), by=owner)


@pytest.fixture
def row(opened: Assessment) -> Evidence:
    """A file of several pieces beside an answer that is not submitted yet."""
    return make_evidence(opened, name="調達規程.txt", content=LONG)


@pytest.fixture
def submitted(row: Evidence, company: Organisation, owner: User) -> Evidence:
    """The same after the submission."""
    make_submission(company, assessment=row.assessment, by=owner)
    return row


def address(row: Evidence, body: Body) -> str:
    return f"/b/{body.pk}/c/{row.organisation_id}/evidence/{row.pk}"


# --- who -------------------------------------------------------------------------------------------------------------


def test_a_body_with_the_consent_for_notes_gets_the_file(
    submitted: Evidence, company: Organisation, network: Body, coordinator: User, client_of: ClientOf
) -> None:
    make_grant(company, network, What.NOTES)
    response = client_of(coordinator).get(address(submitted, network))
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == LONG
    headers = response.headers
    assert headers["Content-Length"] == str(len(LONG))
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["Content-Type"] == "text/plain"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in headers["Cache-Control"]


def test_the_company_sees_who_took_which_file(
    submitted: Evidence, company: Organisation, network: Body, coordinator: User, client_of: ClientOf
) -> None:
    make_grant(company, network, What.NOTES)
    client_of(coordinator).get(address(submitted, network))
    line = AuditLine.objects.get(verb="read")
    assert (line.actor, line.organisation, line.body) == (str(coordinator.pk), company.pk, network.pk)
    assert (line.target, line.detail) == (str(submitted.pk), {"what": "notes"})


@pytest.mark.parametrize(
    "shared", [(), (What.SCORES,), (What.ANSWERS,), (What.REGISTERS,), "over", "revoked", "no longer affiliated"]
)
def test_without_that_consent_the_file_does_not_exist(
    shared: Any,
    submitted: Evidence,
    company: Organisation,
    owner: User,
    network: Body,
    coordinator: User,
    client_of: ClientOf,
) -> None:
    browser, path = client_of(coordinator), address(submitted, network)
    if isinstance(shared, tuple) and shared:
        make_grant(company, network, *shared)
    elif shared:
        make_grant(company, network, What.NOTES)
        assert browser.get(path).status_code == 200
        ENDINGS[shared](company, owner)
    assert browser.get(path).status_code == 404


def test_another_body_another_role_and_the_company_itself_do_not_come_in_here(
    submitted: Evidence,
    company: Organisation,
    network: Body,
    office: Body,
    assistant: User,
    advisor: User,
    owner: User,
    client_of: ClientOf,
) -> None:
    make_grant(company, network, What.NOTES)
    assert client_of(assistant).get(address(submitted, network)).status_code == 403
    assert client_of(advisor).get(address(submitted, network)).status_code == 404
    assert client_of(advisor).get(address(submitted, office)).status_code == 404
    assert client_of(owner).get(address(submitted, network)).status_code == 404
    assert "/login/" in client_of(None).get(address(submitted, network)).headers["Location"]


# --- what ------------------------------------------------------------------------------------------------------------


def test_what_is_not_submitted_is_not_shared(
    row: Evidence, company: Organisation, owner: User, network: Body, coordinator: User, client_of: ClientOf
) -> None:
    make_grant(company, network, What.NOTES)
    browser = client_of(coordinator)
    assert browser.get(address(row, network)).status_code == 404
    make_submission(company, assessment=row.assessment, by=owner)
    assert browser.get(address(row, network)).status_code == 200
    with scope(company.pk):
        services.reopen(row.assessment_id, by=owner)
    later = make_evidence(row.assessment, name="後.pdf")
    assert browser.get(address(later, network)).status_code == 404
    assert browser.get(address(row, network)).status_code == 200
    make_submission(company, assessment=row.assessment, by=owner)
    assert browser.get(address(later, network)).status_code == 200


def test_a_file_of_another_company_does_not_exist_under_this_one(
    submitted: Evidence,
    company: Organisation,
    elsewhere: Organisation,
    network: Body,
    coordinator: User,
    client_of: ClientOf,
) -> None:
    make_grant(company, network, What.NOTES)
    foreign = make_evidence(make_assessment(elsewhere, answers=full_answers()))
    make_submission(elsewhere, assessment=foreign.assessment)
    browser = client_of(coordinator)
    for wanted in (foreign.pk, uuid4()):
        assert browser.get(f"/b/{network.pk}/c/{company.pk}/evidence/{wanted}").status_code == 404
    assert browser.get(address(foreign, network)).status_code == 404


def test_a_file_that_was_lost_is_told_and_not_recorded_as_read(
    submitted: Evidence, company: Organisation, network: Body, coordinator: User, client_of: ClientOf
) -> None:
    make_grant(company, network, What.NOTES)
    default_storage.delete(submitted.file.name)
    response = client_of(coordinator).get(address(submitted, network))
    assert response.status_code == 410
    assert "失われています" in response.content.decode()
    assert not AuditLine.objects.filter(verb="read").exists()


# --- the consent ends during the download -----------------------------------------------------------------------------


def _revoke(company: Organisation, owner: User) -> None:
    with scope(company.pk):
        for grant in Grant.objects.active().filter(what=What.NOTES):
            sharing.revoke(company, grant.pk, by=owner)


def _revoke_what_it_rests_on(company: Organisation, owner: User) -> None:
    with scope(company.pk):
        sharing.revoke(company, Grant.objects.active().get(what=What.SCORES).pk, by=owner)


def _part(company: Organisation, owner: User) -> None:
    with scope(company.pk):
        sharing.end_affiliation(Affiliation.objects.get(), by=owner)


def _let_the_term_pass(company: Organisation, owner: User) -> None:
    Grant.unscoped.update(until=timezone.localdate() - dt.timedelta(days=1))


ENDINGS: dict[str, Callable[[Organisation, User], None]] = {
    "revoked": _revoke,
    "scores revoked": _revoke_what_it_rests_on,
    "no longer affiliated": _part,
    "over": _let_the_term_pass,
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_download_is_cut_where_the_consent_ends(
    ending: str,
    submitted: Evidence,
    company: Organisation,
    owner: User,
    network: Body,
    coordinator: User,
    client_of: ClientOf,
    caplog: pytest.LogCaptureFixture,
) -> None:
    make_grant(company, network, What.NOTES)
    response = client_of(coordinator).get(address(submitted, network))
    pieces = iter(response.streaming_content)
    received = next(pieces) + next(pieces)
    ENDINGS[ending](company, owner)
    with caplog.at_level(logging.WARNING, "organisations.downloads"), pytest.raises(Withdrawn):
        next(pieces)
    assert received == LONG[: 2 * PIECE]
    assert len(received) < int(response.headers["Content-Length"])
    said = caplog.messages[-1]
    assert str(network.pk) in said
    assert str(company.pk) in said
    for private in (company.name, network.name, submitted.name, coordinator.email):
        assert private not in said


def test_the_consent_of_another_body_keeps_no_download_alive(
    submitted: Evidence,
    company: Organisation,
    owner: User,
    network: Body,
    office: Body,
    coordinator: User,
    client_of: ClientOf,
) -> None:
    make_grant(company, network, What.NOTES)
    make_grant(company, office, What.NOTES)
    pieces = iter(client_of(coordinator).get(address(submitted, network)).streaming_content)
    next(pieces)
    Grant.unscoped.filter(body=network).update(revoked_at=timezone.now())
    with pytest.raises(Withdrawn):
        next(pieces)


def test_memory_stays_flat_however_large_the_file_is(
    submitted: Evidence, company: Organisation, network: Body, coordinator: User, client_of: ClientOf
) -> None:
    size = 40 * 2**20
    Evidence.unscoped.filter(pk=submitted.pk).update(
        file=default_storage.save(f"evidence/{company.pk}/{uuid4()}", ContentFile(bytes(size))), size=size
    )
    make_grant(company, network, What.NOTES)
    browser = client_of(coordinator)
    tracemalloc.start()
    try:
        response = browser.get(address(submitted, network))
        sent = sum(len(piece) for piece in response.streaming_content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sent == size
    assert peak < 8 * 2**20


def test_the_open_file_is_closed_with_the_response_that_was_not_read(submitted: Evidence) -> None:
    stream = submitted.file.open("rb")
    attachment(Pieces(stream), name=submitted.name, size=submitted.size, media_type=submitted.kind).close()
    assert stream.closed
