"""The signed papers as files: ordered when released, made of what was frozen, kept for good, handed over by consent."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from advising.freezing import digest_of
from advising.models import Review, Revision
from organisations.downloads import Withdrawn
from organisations.models import AuditLine, Body, Grant, Organisation, User
from organisations.policy import BodyKind, BodyRole
from organisations.scoping import scope
from reports import jobs, making
from reports.client import paper
from reports.models import ClientFile
from reports.rendering import RenderingError
from reports.retention import tidy
from tests.builders import (
    FAKE_PDF,
    FIRST,
    between,
    contents,
    make_body,
    make_body_member,
    make_finding,
    make_review,
    make_revision,
    make_submission,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
LONG_PDF = b"%PDF-1.7 " + b"signed " * 40_000


@pytest.fixture
def review(company: Organisation, owner: User, office: Body, advisor: User) -> Review:
    review = make_review(make_submission(company, by=owner), office, by=advisor)
    make_finding(review, FIRST, 1, by=advisor, comment="台帳を見た", comment_en="We saw the register")
    return review


@pytest.fixture
def released(review: Review, advisor: User, supervisor: User, owner: User, media: Path) -> Revision:
    """A released revision in Japanese and English, with few sections: it prints quickly."""
    chosen = {"languages": ["ja", "en"], "sections": ["summary", "findings"]}
    return make_revision(review, by=advisor, supervisor=supervisor, owner=owner, **chosen)


@pytest.fixture
def ordered(released: Revision, owner: User) -> dict[str, ClientFile]:
    """The jobs by form."""
    return {job.language: job for job in order(released, owner)}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str]]:
    """What was printed, as (context, form); the paper is some fake bytes, at once."""
    printed: list[tuple[Any, str]] = []

    def fake(context: Any, form: str, **signed: Any) -> bytes:
        printed.append((context, form))
        return LONG_PDF

    monkeypatch.setattr(making.client_paper, "printed", fake)
    return printed


def order(revision: Revision, by: User | None, ring: Callable[[UUID], None] = lambda job: None) -> list[ClientFile]:
    with scope(revision.organisation_id):
        return jobs.order_of_client(revision, by=by, ring=ring)


def now_is(job: ClientFile) -> ClientFile:
    return ClientFile.unscoped.get(pk=job.pk)


def made(job: ClientFile) -> ClientFile:
    jobs.produce(job.pk)
    done = now_is(job)
    assert done.status == "done", (done.reason, done.detail)
    return done


def stored(job: ClientFile) -> bytes:
    with now_is(job).file.open("rb") as file:
        return file.read()


class Places(NamedTuple):
    """The addresses of a revision's files, on one side."""

    root: str

    @property
    def files(self) -> str:
        return f"{self.root}/files"

    def file(self, job: ClientFile) -> str:
        return f"{self.root}/files/{job.pk}"

    def data(self, name: str) -> str:
        return f"{self.root}/data/{name}"


def office_side(revision: Revision) -> Places:
    review = Review.unscoped.get(report=revision.report_id)
    return Places(f"/b/{revision.body_id}/c/{revision.organisation_id}/s/{review.submission_id}/report/{revision.pk}")


def company_side(revision: Revision) -> Places:
    return Places(f"/o/{revision.organisation_id}/advice/{revision.pk}")


def end_consent(revision: Revision) -> None:
    Grant.unscoped.filter(organisation_id=revision.organisation_id).update(revoked_at=timezone.now())


# --- ordering --------------------------------------------------------------------------------------------------------


def test_one_job_a_form_and_a_bell_for_each_once_they_can_be_seen(
    released: Revision, owner: User, advisor: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    rung: list[UUID] = []
    with django_capture_on_commit_callbacks(execute=True):
        first = order(released, owner, rung.append)
        assert rung == []
    assert [job.language for job in first] == ["ja", "en"]
    assert rung == [job.pk for job in first]
    with django_capture_on_commit_callbacks(execute=True):
        again = order(released, advisor, rung.append)
    assert [job.pk for job in again] == [job.pk for job in first]
    assert (len(rung), ClientFile.unscoped.count()) == (2, 2)
    for job in first:
        assert (job.organisation_id, job.body_id, job.requested_by) == (
            released.organisation_id,
            released.body_id,
            owner,
        )
        assert job.template_version == released.context["template"]


def test_the_database_has_one_file_of_a_revision_and_form_and_no_done_one_without_its_sum(
    ordered: dict[str, ClientFile],
) -> None:
    for wrong in ({"language": "en"}, {"status": "done"}, {"status": "done", "file": "x.pdf"}, {"progress": 101}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ClientFile.unscoped.filter(pk=ordered["ja"].pk).update(**wrong)


@pytest.mark.parametrize("signed_by", [0, 1])
def test_nothing_is_ordered_before_the_release(
    review: Review, signed_by: int, advisor: User, supervisor: User, owner: User, client_of: ClientOf
) -> None:
    revision = make_revision(review, by=advisor, supervisor=supervisor if signed_by else None)
    before = contents()
    with pytest.raises(jobs.NotReleased):
        order(revision, advisor)
    browser, place = client_of(advisor), office_side(revision)
    before["organisations.User"] = contents()["organisations.User"]
    assert browser.post(f"{place.files}/make").status_code == 404
    assert browser.get(place.files).status_code == 404
    assert contents() == before


def test_the_signature_of_the_companys_head_orders_the_papers(
    review: Review,
    advisor: User,
    supervisor: User,
    owner: User,
    client_of: ClientOf,
    bells: list[UUID],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    revision = make_revision(review, by=advisor, supervisor=supervisor, languages=["ja", "en", "both"])
    browser, place = client_of(owner), company_side(revision)
    with django_capture_on_commit_callbacks(execute=True):
        refused = browser.post(f"{place.root}/sign", {"digest": "0" * 64})
    assert (refused.status_code, ClientFile.unscoped.count(), bells) == (302, 0, [])
    with django_capture_on_commit_callbacks(execute=True):
        signed = browser.post(f"{place.root}/sign", {"digest": revision.digest})
    assert signed["Location"] == place.files
    assert sorted(job.language for job in ClientFile.unscoped.all()) == ["both", "en", "ja"]
    assert len(bells) == 3


# --- making ----------------------------------------------------------------------------------------------------------


def test_a_real_paper_is_made_with_its_sum_and_made_again_it_is_the_same(
    ordered: dict[str, ClientFile], released: Revision, owner: User, media: Path
) -> None:
    """The one test here that prints; lost from the storage, the same bytes come back."""
    done = made(ordered["ja"])
    pdf = stored(done)
    assert pdf.startswith(b"%PDF")
    assert (done.size, done.sha256) == (len(pdf), sha256(pdf).hexdigest())
    again = paper.printed(
        Revision.unscoped.get(pk=released.pk).context,
        "ja",
        signatures=released.signatures,
        digest=released.digest,
    )
    assert sha256(again).hexdigest() == done.sha256
    default_storage.delete(done.file.name)
    assert [job.status for job in order(released, owner)] == ["waiting", "waiting"]
    assert (made(done).sha256, stored(done)) == (sha256(pdf).hexdigest(), pdf)


def test_it_is_made_of_what_was_frozen_and_signed_alone(
    ordered: dict[str, ClientFile], released: Revision, company: Organisation, quick: list[Any]
) -> None:
    company.name = "改名株式会社"
    company.save()
    end_consent(released)
    for job in ordered.values():
        assert made(job).sha256 == sha256(LONG_PDF).hexdigest()
    assert [form for _context, form in quick] == ["ja", "en"]
    for context, _form in quick:
        assert digest_of(context) == released.digest
        assert context["company"]["name"] == "株式会社みなと精密加工"


def test_it_is_printed_with_the_signatures_and_the_digest(
    ordered: dict[str, ClientFile], released: Revision, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed: list[dict[str, Any]] = []

    def fake(context: Any, form: str, **words: Any) -> bytes:
        signed.append(words)
        return FAKE_PDF

    monkeypatch.setattr(making.client_paper, "printed", fake)
    made(ordered["ja"])
    assert signed == [{"signatures": released.signatures, "digest": released.digest}]


def failing(error: Exception) -> Callable[..., bytes]:
    def fake(*args: Any, **kwargs: Any) -> bytes:
        raise error

    return fake


@pytest.mark.parametrize(
    ("error", "reason", "shown"),
    [
        (OSError(28, "No space left on device"), "storage", "空き容量"),
        (RenderingError("書体にない文字があります"), "rendering", "書体にない文字があります"),
        (KeyError("secret detail"), "unexpected", ""),
    ],
    ids=["storage", "rendering", "unexpected"],
)
def test_a_failure_shows_its_reason_and_can_be_made_again(
    error: Exception,
    reason: str,
    shown: str,
    ordered: dict[str, ClientFile],
    released: Revision,
    owner: User,
    client_of: ClientOf,
    monkeypatch: pytest.MonkeyPatch,
    bells: list[UUID],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    monkeypatch.setattr(making.client_paper, "printed", failing(error))
    jobs.produce(ordered["ja"].pk)
    failed = now_is(ordered["ja"])
    assert (failed.status, failed.reason, bool(failed.file), failed.sha256) == ("failed", reason, False, "")
    browser, place = client_of(owner), company_side(released)
    page = browser.get(place.files).content.decode()
    assert shown in page
    assert "secret detail" not in page
    assert f'action="{place.files}/make"' in page
    monkeypatch.setattr(making.client_paper, "printed", lambda *args, **kwargs: FAKE_PDF)
    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post(f"{place.files}/make")["Location"] == place.files
    assert bells == [failed.pk]
    assert made(failed).sha256 == sha256(FAKE_PDF).hexdigest()


def test_a_disk_that_cannot_be_written_is_told_as_storage(
    ordered: dict[str, ClientFile], quick: list[Any], media: Path
) -> None:
    media.parent.mkdir(exist_ok=True)
    media.write_text("a file where the folder should be")
    jobs.produce(ordered["ja"].pk)
    assert (now_is(ordered["ja"]).status, now_is(ordered["ja"]).reason) == ("failed", "storage")


# --- kept ------------------------------------------------------------------------------------------------------------


def test_a_signed_paper_is_never_cleared_away(
    ordered: dict[str, ClientFile], quick: list[Any], settings: Settings
) -> None:
    settings.RETENTION_REPORT_DAYS = 1
    done = made(ordered["ja"])
    ClientFile.unscoped.filter(pk=done.pk).update(finished_at=timezone.now() - 4000 * DAY)
    tidied = tidy(timezone.now() + 4000 * DAY)
    assert (tidied.reports, tidied.files) == (0, 0)
    assert stored(done) == LONG_PDF


# --- handing over ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [office_side, company_side])
def test_each_side_takes_the_signed_paper_by_a_telling_name_and_it_is_noted(
    side: Callable[[Revision], Places],
    ordered: dict[str, ClientFile],
    quick: list[Any],
    released: Revision,
    owner: User,
    advisor: User,
    client_of: ClientOf,
) -> None:
    person, place = (advisor if side is office_side else owner), side(released)
    done = made(ordered["en"])
    answer = client_of(person).get(place.file(done))
    assert b"".join(answer.streaming_content) == LONG_PDF
    headers = answer.headers
    assert (headers["Content-Type"], headers["Content-Length"]) == ("application/pdf", str(len(LONG_PDF)))
    assert headers["Content-Disposition"].startswith("attachment;")
    assert "_v1_en.pdf" in headers["Content-Disposition"]
    assert "no-store" in headers["Cache-Control"]
    line = AuditLine.objects.filter(verb="signed-report-taken").get()
    assert (line.actor, line.organisation) == (str(person.pk), released.organisation_id)
    assert line.body == (released.body_id if side is office_side else None)


@pytest.mark.parametrize("side", [office_side, company_side])
def test_the_page_of_the_files_says_where_each_stands(
    side: Callable[[Revision], Places],
    ordered: dict[str, ClientFile],
    quick: list[Any],
    released: Revision,
    owner: User,
    advisor: User,
    client_of: ClientOf,
) -> None:
    browser, place = client_of(advisor if side is office_side else owner), side(released)
    done = made(ordered["ja"])
    page = browser.get(place.files)
    assert [(form, job.status) for form, job, _address in page.context["files"]] == [("ja", "done"), ("en", "waiting")]
    words = page.content.decode()
    assert done.sha256 in words
    assert place.file(done) in words
    assert "hx-get" in words
    fragment = browser.get(place.files, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    made(ordered["en"])
    assert "hx-get" not in browser.get(place.files, headers={"HX-Request": "true"}).content.decode()
    for form in ("ja", "en"):
        assert place.data(f"{form}.docx") in words


def test_a_file_that_is_not_made_yet_leads_to_where_it_stands(
    ordered: dict[str, ClientFile], released: Revision, advisor: User, owner: User, client_of: ClientOf
) -> None:
    for person, place in ((advisor, office_side(released)), (owner, company_side(released))):
        answer = client_of(person).get(place.file(ordered["ja"]))
        assert answer["Location"] == place.files


@pytest.mark.parametrize("side", [office_side, company_side])
def test_a_file_that_was_lost_is_told_and_made_again_with_the_same_sum(
    side: Callable[[Revision], Places],
    ordered: dict[str, ClientFile],
    quick: list[Any],
    released: Revision,
    owner: User,
    advisor: User,
    client_of: ClientOf,
    bells: list[UUID],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    browser, place = client_of(advisor if side is office_side else owner), side(released)
    done = made(ordered["ja"])
    default_storage.delete(done.file.name)
    answer = browser.get(place.file(done), follow=True)
    assert answer.redirect_chain[-1][0] == place.files
    assert f'action="{place.files}/make"' in answer.content.decode()
    assert not AuditLine.objects.filter(verb="signed-report-taken").exists()
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(f"{place.files}/make")
    assert bells == [done.pk]
    assert made(done).sha256 == done.sha256
    assert b"".join(browser.get(place.file(done)).streaming_content) == LONG_PDF


def test_the_offices_download_is_cut_when_the_consent_ends(
    ordered: dict[str, ClientFile], quick: list[Any], released: Revision, advisor: User, client_of: ClientOf
) -> None:
    browser, place, done = client_of(advisor), office_side(released), made(ordered["ja"])
    pieces = iter(browser.get(place.file(done)).streaming_content)
    received = next(pieces)
    end_consent(released)
    with pytest.raises(Withdrawn):
        next(pieces)
    assert 0 < len(received) < len(LONG_PDF)
    for address in (place.file(done), place.files, place.data("ja.docx"), place.data("ja.json")):
        assert browser.get(address).status_code == 404
    assert browser.post(f"{place.files}/make").status_code == 404


def test_the_company_takes_its_paper_after_the_consent_ended(
    ordered: dict[str, ClientFile], quick: list[Any], released: Revision, owner: User, client_of: ClientOf
) -> None:
    browser, place, done = client_of(owner), company_side(released), made(ordered["ja"])
    pieces = iter(browser.get(place.file(done)).streaming_content)
    received = next(pieces)
    end_consent(released)
    assert received + b"".join(pieces) == LONG_PDF
    assert b"".join(browser.get(place.file(done)).streaming_content) == LONG_PDF
    made(ordered["en"])
    assert browser.get(place.files).status_code == 200


def test_nobody_else_takes_anything(
    ordered: dict[str, ClientFile],
    quick: list[Any],
    released: Revision,
    stranger: User,
    elsewhere: Organisation,
    coordinator: User,
    respondent: User,
    client_of: ClientOf,
) -> None:
    done = made(ordered["ja"])
    other = make_body(BodyKind.OFFICE)
    outsider = make_body_member(other, BodyRole.SUPERVISOR)
    ours, theirs = company_side(released), office_side(released)
    for place in (ours, theirs):
        for person in (stranger, coordinator, outsider):
            browser = client_of(person)
            for address in (place.files, place.file(done), place.data("ja.docx"), place.data("ja.json")):
                assert browser.get(address).status_code == 404
            assert browser.post(f"{place.files}/make").status_code == 404
        assert client_of(None).get(place.file(done)).status_code == 302
    assert client_of(respondent).get(ours.file(done)).status_code == 403
    assert client_of(stranger).get(f"/o/{elsewhere.pk}/advice/{released.pk}/files/{done.pk}").status_code == 404


def test_a_file_of_another_revision_is_not_there(
    ordered: dict[str, ClientFile],
    quick: list[Any],
    released: Revision,
    review: Review,
    advisor: User,
    supervisor: User,
    owner: User,
    client_of: ClientOf,
) -> None:
    done = made(ordered["ja"])
    second = make_revision(review, by=advisor, supervisor=supervisor, owner=owner, text_ja="二")
    assert client_of(owner).get(company_side(second).file(done)).status_code == 404
    assert client_of(advisor).get(office_side(second).file(done)).status_code == 404
    assert client_of(owner).get(f"{company_side(released).files}/{uuid4()}").status_code == 404
    assert {job.pk for job in order(second, owner)} & {job.pk for job in ordered.values()} == set()


# --- Word and data ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [office_side, company_side])
def test_word_and_data_of_a_chosen_form_are_handed_over(
    side: Callable[[Revision], Places], released: Revision, owner: User, advisor: User, client_of: ClientOf
) -> None:
    browser, place = client_of(advisor if side is office_side else owner), side(released)
    word = browser.get(place.data("en.docx"))
    with zipfile.ZipFile(io.BytesIO(b"".join(word.streaming_content))) as packed:
        assert packed.testzip() is None
    assert "_v1_en.docx" in word["Content-Disposition"]
    told = json.loads(b"".join(browser.get(place.data("ja.json")).streaming_content))
    assert told["digest"] == released.digest
    assert AuditLine.objects.filter(verb="signed-report-taken").count() == 2
    for name in ("both.docx", "fr.json", "ja.pdf", "ja.html"):
        assert browser.get(place.data(name)).status_code == 404


def test_the_office_edits_in_word_before_the_release_and_the_company_gets_nothing_yet(
    review: Review, advisor: User, owner: User, client_of: ClientOf
) -> None:
    revision = make_revision(review, by=advisor, sections=["summary"])
    assert client_of(advisor).get(office_side(revision).data("ja.docx")).status_code == 200
    assert client_of(owner).get(company_side(revision).data("ja.docx")).status_code == 404


def test_a_job_of_another_company_or_office_is_not_seen_in_ones_scope(
    ordered: dict[str, ClientFile], released: Revision, elsewhere: Organisation
) -> None:
    with scope(elsewhere.pk):
        assert not ClientFile.objects.exists()
    with between(released):
        assert ClientFile.objects.count() == 2
