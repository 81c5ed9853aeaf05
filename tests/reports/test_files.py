"""Ordering a PDF, watching it being made, and taking it away, as a person does it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from assessments.models import Submission
from organisations.models import Organisation, User
from reports import jobs, tasks
from reports.models import ReportFile
from tests.builders import FAKE_PDF, make_report, make_submission
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db


@pytest.fixture
def submission(company: Organisation, owner: User) -> Submission:
    return make_submission(company, by=owner)


@pytest.fixture
def browser(client_of: ClientOf, viewer: User) -> Client:
    return client_of(viewer)


def order_address(submission: Submission) -> str:
    return f"/o/{submission.organisation_id}/submissions/{submission.pk}/report"


def status_address(job: ReportFile) -> str:
    return f"/o/{job.organisation_id}/reports/{job.pk}/"


def download_address(job: ReportFile) -> str:
    return f"/o/{job.organisation_id}/reports/{job.pk}/file"


def make_done(submission: Submission) -> ReportFile:
    job = make_report(submission)
    job.file.save(f"reports/{job.pk}/x.pdf", ContentFile(FAKE_PDF), save=False)
    job.status, job.progress, job.size, job.finished_at = "done", 100, len(FAKE_PDF), timezone.now()
    ReportFile._base_manager.filter(pk=job.pk).update(
        status="done", progress=100, size=len(FAKE_PDF), finished_at=job.finished_at, file=job.file.name
    )
    return job


# --- ordering --------------------------------------------------------------------------------------------------------


def test_an_order_leads_to_the_page_of_its_job_and_a_second_one_to_the_same(
    browser: Client,
    submission: Submission,
    bells: list[UUID],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = browser.post(order_address(submission))
    with django_capture_on_commit_callbacks(execute=True):
        second = browser.post(order_address(submission))
    job = ReportFile.unscoped.get()
    assert first.headers["Location"] == second.headers["Location"] == status_address(job)
    assert bells == [job.pk]
    assert job.language == "ja"


def test_an_order_in_english_makes_an_english_file(browser: Client, submission: Submission, bells: list[UUID]) -> None:
    browser.post("/language", {"language": "en"})
    browser.post(order_address(submission))
    assert ReportFile.unscoped.get().language == "en"


def test_a_broker_that_is_down_is_told_on_the_page_and_the_sweep_makes_the_file_later(
    browser: Client,
    submission: Submission,
    monkeypatch: pytest.MonkeyPatch,
    printer: list[Any],
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def refuse(job_id: str) -> None:
        raise OperationalError("down")

    monkeypatch.setattr(tasks.produce, "delay", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        response = browser.post(order_address(submission))
    html = browser.get(response.headers["Location"]).content.decode()
    assert "順番を待っています" in html
    assert "まだ届いていません" in html
    ReportFile.unscoped.update(requested_at=timezone.now() - dt.timedelta(minutes=5))
    assert jobs.sweep(jobs.produce) == 1
    assert "PDFができました" in browser.get(response.headers["Location"]).content.decode()


def test_from_the_order_to_the_file(
    browser: Client,
    submission: Submission,
    monkeypatch: pytest.MonkeyPatch,
    printer: list[Any],
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    monkeypatch.setattr(tasks.produce, "delay", tasks.produce.run)
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(order_address(submission))
    job = ReportFile.unscoped.get()
    assert download_address(job) in browser.get(status_address(job)).content.decode()
    response = browser.get(download_address(job))
    assert b"".join(response.streaming_content) == FAKE_PDF


# --- watching --------------------------------------------------------------------------------------------------------

STATES = [
    ({"status": "waiting", "rung_at": timezone.now()}, ["順番を待っています"], True),
    ({"status": "running", "progress": 30}, ["作っています", "30 / 100", 'value="30"'], True),
    ({"status": "failed", "reason": "font", "detail": "BIZ.ttf"}, ["書体のファイルが見つかりません", "BIZ.ttf"], False),
    ({"status": "failed", "reason": "rendering", "detail": "😀"}, ["紙面を組めませんでした", "😀"], False),
    ({"status": "failed", "reason": "time"}, ["時間内に終わりませんでした"], False),
    ({"status": "failed", "reason": "storage"}, ["ファイルを保存できませんでした"], False),
    ({"status": "failed", "reason": "unexpected"}, ["思いがけない不具合"], False),
    ({"status": "done", "file": "x.pdf", "size": 2_000_000}, ["PDFができました", "PDFを受け取る"], False),
]


@pytest.mark.parametrize(
    ("columns", "words", "asks_again"),
    STATES,
    ids=[f"{s['status']} {s.get('reason', '')}".strip() for s, _, _ in STATES],
)
def test_every_state_is_told_in_words_and_asks_again_only_while_something_may_change(
    browser: Client, submission: Submission, columns: dict[str, Any], words: list[str], asks_again: bool
) -> None:
    job = make_report(submission, **columns)
    page = browser.get(status_address(job))
    fragment = browser.get(status_address(job), headers={"HX-Request": "true"})
    for response in (page, fragment):
        html = response.content.decode()
        assert response.status_code == 200
        for word in words:
            assert word in html
        assert (f'hx-get="{status_address(job)}"' in html) == asks_again
        assert ("もう一度作る" in html) == (columns["status"] == "failed")
        assert "まだ届いていません" not in html
        assert "no-store" in response.headers["Cache-Control"]
    assert "<html" in page.content.decode()
    assert "<html" not in fragment.content.decode()


def test_a_failed_job_is_made_again_at_the_press_of_its_button(
    browser: Client, submission: Submission, bells: list[UUID]
) -> None:
    job = make_report(submission, status="failed", reason="time")
    assert f'action="{order_address(submission)}"' in browser.get(status_address(job)).content.decode()
    browser.post(order_address(submission))
    assert ReportFile.unscoped.get().status == "waiting"


def test_the_result_page_shows_the_jobs_of_its_submission(
    browser: Client, submission: Submission, company: Organisation
) -> None:
    address = f"/o/{company.pk}/submissions/{submission.pk}/"
    assert f'action="{order_address(submission)}"' in browser.get(address).content.decode()
    job = make_done(submission)
    html = browser.get(address).content.decode()
    assert download_address(job) in html
    assert browser.get(address).context["missing"] == ["en"], "what there is is not offered again"


# --- taking it away --------------------------------------------------------------------------------------------------


def name_of(response: Any) -> str:
    _, _, encoded = response.headers["Content-Disposition"].partition("filename*=utf-8''")
    return unquote(encoded)


def test_a_finished_file_is_handed_over_under_a_name_that_says_what_it_is(
    browser: Client, submission: Submission, media: Path
) -> None:
    response = browser.get(download_address(make_done(submission)))
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    day = timezone.localtime(submission.submitted_at).strftime("%Y%m%d")
    assert name_of(response) == f"経安カルテ_行動計画_株式会社みなと精密加工_{day}.pdf"
    assert b"".join(response.streaming_content) == FAKE_PDF
    assert "no-store" in response.headers["Cache-Control"]


def test_the_day_in_the_file_name_is_the_day_in_japan(browser: Client, submission: Submission, media: Path) -> None:
    """23 November 16:00 UTC is 24 November in Tokyo, and so says the paper."""
    evening = dt.datetime(2026, 11, 23, 16, 0, tzinfo=dt.UTC)
    Submission.unscoped.filter(pk=submission.pk).update(submitted_at=evening)
    assert name_of(browser.get(download_address(make_done(submission)))).endswith("_20261124.pdf")


@pytest.mark.parametrize(
    "name", ["A/B\\C株式会社", "../../etc/passwd", 'こ"れ;x=y', "改\r\n行: 注入", "長" * 120, ".", "<b>&</b>"]
)
def test_a_company_name_cannot_break_the_file_name(
    company: Organisation, owner: User, client_of: ClientOf, media: Path, name: str
) -> None:
    company.name = name
    company.save()
    response = client_of(owner).get(download_address(make_done(make_submission(company))))
    assert response.status_code == 200
    shown = name_of(response)
    assert shown.startswith("経安カルテ_行動計画_")
    assert shown.endswith(".pdf")
    assert not set(shown) & set('/\\:*?"<>|\r\n')
    assert len(shown.encode()) <= 255, "a file system takes 255 bytes"


@pytest.mark.parametrize("status", ["waiting", "running", "failed"])
def test_what_is_not_finished_leads_to_its_state_and_is_not_handed_over(
    browser: Client, submission: Submission, status: str
) -> None:
    job = make_report(submission, status=status)
    response = browser.get(download_address(job))
    assert (response.status_code, response.headers["Location"]) == (302, status_address(job))


def test_a_file_that_was_lost_is_told_and_leads_back_to_the_result(
    browser: Client, submission: Submission, media: Path
) -> None:
    job = make_done(submission)
    (media / job.file.name).unlink()
    response = browser.get(download_address(job))
    assert response.status_code == 410
    html = response.content.decode()
    assert "失われています" in html
    assert f"/o/{submission.organisation_id}/submissions/{submission.pk}/" in html


def test_a_file_that_was_lost_can_be_made_again(
    browser: Client, submission: Submission, media: Path, bells: list[UUID], printer: list[Any]
) -> None:
    """Otherwise the record says done for ever, and nobody but an operator with the database can get the paper."""
    job = make_done(submission)
    (media / job.file.name).unlink()
    browser.get(download_address(job))
    browser.post(order_address(submission))
    jobs.produce(job.pk)
    assert browser.get(download_address(job)).status_code == 200
