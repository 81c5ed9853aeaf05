"""The life of a report job: ordered once, claimed by one worker, finished or failed with a reason, never lost."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from celery import Celery
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from assessments.models import Submission
from config.celery import app
from organisations.models import Organisation, User
from reports import jobs, paper, tasks
from reports.models import ReportFile
from reports.rendering import FontMissing, RenderingError
from tests.builders import FAKE_PDF, contents, make_report, make_submission

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=1)


@pytest.fixture
def submission(inside: Organisation, owner: User) -> Submission:
    return make_submission(inside, by=owner)


@pytest.fixture
def job(submission: Submission) -> ReportFile:
    return make_report(submission)


def now_is(job: ReportFile) -> ReportFile:
    return ReportFile.unscoped.get(pk=job.pk)


def change(job: ReportFile, **columns: Any) -> None:
    ReportFile.unscoped.filter(pk=job.pk).update(**columns)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def printing(monkeypatch: pytest.MonkeyPatch, fake: Callable[[Any], bytes]) -> None:
    monkeypatch.setattr(paper, "action_plan", fake)


def failing(error: BaseException) -> Callable[[Any], bytes]:
    def fake(context: Any) -> bytes:
        raise error

    return fake


# --- ordering --------------------------------------------------------------------------------------------------------


def test_the_same_order_twice_is_one_job_and_rings_once(
    submission: Submission,
    owner: User,
    editor: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    rung: list[UUID] = []
    with django_capture_on_commit_callbacks(execute=True):
        first = jobs.order(submission, language="ja", by=owner, ring=rung.append)
        assert rung == [], "the bell rings when the row can be seen by the worker"
    with django_capture_on_commit_callbacks(execute=True):
        second = jobs.order(submission, language="ja", by=editor, ring=rung.append)
    assert first.pk == second.pk
    assert rung == [first.pk]
    assert ReportFile.unscoped.count() == 1
    assert now_is(first).requested_by == owner


def test_another_language_is_another_file(submission: Submission, owner: User) -> None:
    made = {jobs.order(submission, language=language, by=owner, ring=print).pk for language in ("ja", "en")}
    assert len(made) == ReportFile.unscoped.count() == 2


def test_the_database_refuses_a_second_job_for_one_file(job: ReportFile) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_report(job.submission)


@pytest.mark.parametrize("columns", [{"progress": 101}, {"status": "done"}])
def test_the_database_refuses_a_job_that_cannot_be(job: ReportFile, columns: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        change(job, **columns)


@pytest.mark.parametrize("status", ["waiting", "running"])
def test_ordering_what_is_under_way_changes_nothing(
    job: ReportFile, owner: User, status: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    change(job, status=status)
    before, rung = contents(), []
    with django_capture_on_commit_callbacks(execute=True):
        jobs.order(job.submission, language="ja", by=owner, ring=rung.append)
    assert (contents(), rung) == (before, [])


# --- producing -------------------------------------------------------------------------------------------------------


def test_a_real_action_plan_is_made_stored_and_marked_done(
    submission: Submission, job: ReportFile, media: Path
) -> None:
    jobs.produce(job.pk)
    done = now_is(job)
    assert (done.status, done.progress, done.attempts, done.reason) == ("done", 100, 1, "")
    assert done.finished_at is not None
    (path,) = files_in(media)
    assert path.stat().st_size == done.size > 10_000
    text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    assert submission.company["name"] in text.replace(" ", "")
    for axis in submission.scorecard["axes"].values():
        assert axis["score"] in text


def test_the_paper_is_made_of_what_was_frozen(job: ReportFile, printer: list[Any], media: Path) -> None:
    company = job.organisation
    company.name = "改名株式会社"
    company.save()
    jobs.produce(job.pk)
    (context,) = printer
    assert context.company.name == "株式会社みなと精密加工"
    assert (context.final, context.number, context.language) == (True, 1, "ja")
    assert context.signer == "港 一郎"
    assert [path.read_bytes() for path in files_in(media)] == [FAKE_PDF]


def test_a_job_that_is_done_is_not_made_again(job: ReportFile, printer: list[Any], media: Path) -> None:
    jobs.produce(job.pk)
    before = contents()
    jobs.produce(job.pk)
    assert contents() == before
    assert len(printer) == len(files_in(media)) == 1


def test_a_job_that_another_worker_has_is_left_to_it(job: ReportFile, printer: list[Any], media: Path) -> None:
    change(job, status="running", claim=uuid4(), claimed_at=timezone.now(), attempts=1)
    before = contents()
    jobs.produce(job.pk)
    assert contents() == before
    assert (printer, files_in(media)) == ([], [])


def test_a_job_that_failed_is_not_made_before_somebody_orders_it_again(job: ReportFile, printer: list[Any]) -> None:
    change(job, status="failed", reason="time")
    before = contents()
    jobs.produce(job.pk)
    assert contents() == before
    assert printer == []


def test_a_job_that_is_not_there_is_no_reason_to_stop_the_worker(db: None, printer: list[Any]) -> None:
    jobs.produce(uuid4())
    assert printer == []


# --- lost workers ----------------------------------------------------------------------------------------------------


def test_a_job_whose_worker_was_lost_is_rung_for_and_made(job: ReportFile, printer: list[Any], media: Path) -> None:
    change(job, status="running", claim=uuid4(), claimed_at=timezone.now() - LONG_AGO, attempts=1, progress=30)
    rung: list[UUID] = []
    assert jobs.sweep(rung.append) == 1
    assert rung == [job.pk]
    jobs.produce(job.pk)
    done = now_is(job)
    assert (done.status, done.attempts) == ("done", 2)
    assert len(files_in(media)) == 1


def test_a_running_job_within_its_lease_is_left_alone(job: ReportFile, settings: Settings) -> None:
    almost = timezone.now() - timedelta(seconds=settings.REPORT_LEASE_SECONDS - 20)
    change(job, status="running", claim=uuid4(), claimed_at=almost, attempts=1)
    assert jobs.sweep(print) == 0


def test_a_job_that_lost_three_workers_fails_with_a_reason(job: ReportFile) -> None:
    change(job, status="running", claim=uuid4(), claimed_at=timezone.now() - LONG_AGO, attempts=3)
    assert jobs.sweep(print) == 0
    failed = now_is(job)
    assert (failed.status, failed.reason) == ("failed", "unexpected")
    assert failed.finished_at is not None


def test_three_workers_are_lost_one_after_another(
    job: ReportFile, monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    """Killed in the middle: nothing after the claim is done."""
    printing(monkeypatch, failing(SystemExit()))
    for attempt in (1, 2, 3):
        with pytest.raises(SystemExit):
            jobs.produce(job.pk)
        assert (now_is(job).status, now_is(job).attempts) == ("running", attempt)
        change(job, claimed_at=timezone.now() - LONG_AGO)
        assert jobs.sweep(lambda job_id: None) == (1 if attempt < 3 else 0)
    assert now_is(job).status == "failed"
    assert files_in(media) == []


def test_a_late_worker_does_not_overwrite_and_leaves_no_file(
    job: ReportFile, monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    """The first worker was so slow that a second one took over, and ends after it."""
    papers = [b"%PDF-1.7 second"]

    def slow(context: Any) -> bytes:
        if papers:
            printing(monkeypatch, lambda context: papers.pop())
            change(job, claimed_at=timezone.now() - LONG_AGO)
            jobs.produce(job.pk)
        return b"%PDF-1.7 first, late"

    printing(monkeypatch, slow)
    jobs.produce(job.pk)
    done = now_is(job)
    assert (done.status, done.attempts, done.size) == ("done", 2, len(b"%PDF-1.7 second"))
    assert [path.read_bytes() for path in files_in(media)] == [b"%PDF-1.7 second"]
    assert done.file.read() == b"%PDF-1.7 second"


def test_a_late_worker_that_fails_does_not_fail_the_job_of_another(
    job: ReportFile, monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    def slow(context: Any) -> bytes:
        printing(monkeypatch, lambda context: FAKE_PDF)
        change(job, claimed_at=timezone.now() - LONG_AGO)
        jobs.produce(job.pk)
        raise RenderingError("遅れて失敗")

    printing(monkeypatch, slow)
    jobs.produce(job.pk)
    assert (now_is(job).status, now_is(job).reason) == ("done", "")


def test_a_worker_that_was_given_up_leaves_a_new_order_alone(
    job: ReportFile, monkeypatch: pytest.MonkeyPatch, owner: User, media: Path
) -> None:
    """Given up after three attempts, ordered again; the old worker still prints."""

    def slow(context: Any) -> bytes:
        change(job, claimed_at=timezone.now() - LONG_AGO, attempts=3)
        jobs.sweep(print)
        jobs.order(job.submission, language="ja", by=owner, ring=print)
        return FAKE_PDF

    printing(monkeypatch, slow)
    jobs.produce(job.pk)
    waiting = now_is(job)
    assert (waiting.status, waiting.attempts, waiting.progress) == ("waiting", 0, 0)
    assert files_in(media) == []


# --- failing ---------------------------------------------------------------------------------------------------------


class SoftTimeLimitExceeded(Exception):
    """Celery's, by its name."""


FAILURES = [
    (RenderingError("書体にない文字があります: 😀"), "rendering", "書体にない文字があります: 😀"),
    (FontMissing("BIZUDPGothic-Bold.ttf が見つかりません"), "font", "BIZUDPGothic-Bold.ttf が見つかりません"),
    (OSError(28, "No space left on device"), "storage", ""),
    (SoftTimeLimitExceeded(), "time", ""),
    (KeyError("secret detail"), "unexpected", ""),
]


@pytest.mark.parametrize(("error", "reason", "detail"), FAILURES, ids=[reason for _, reason, _ in FAILURES])
def test_a_failure_is_told_with_its_reason_and_changes_nothing_else(
    job: ReportFile, monkeypatch: pytest.MonkeyPatch, media: Path, error: Exception, reason: str, detail: str
) -> None:
    before = {label: rows for label, rows in contents().items() if label != "reports.ReportFile"}
    printing(monkeypatch, failing(error))
    jobs.produce(job.pk)
    failed = now_is(job)
    assert (failed.status, failed.reason, failed.detail) == ("failed", reason, detail)
    assert failed.finished_at is not None
    assert not failed.file
    assert {label: rows for label, rows in contents().items() if label != "reports.ReportFile"} == before
    assert files_in(media) == []


def test_a_disk_that_cannot_be_written_is_told_as_storage(job: ReportFile, printer: list[Any], media: Path) -> None:
    media.parent.mkdir(exist_ok=True)
    media.write_text("a file where the folder should be")
    jobs.produce(job.pk)
    assert (now_is(job).status, now_is(job).reason) == ("failed", "storage")


def test_a_very_long_reason_is_cut_and_not_refused(job: ReportFile, monkeypatch: pytest.MonkeyPatch) -> None:
    printing(monkeypatch, failing(RenderingError("長" * 1000)))
    jobs.produce(job.pk)
    assert now_is(job).detail == "長" * 300


def test_ordering_again_after_a_failure_starts_anew(
    job: ReportFile,
    monkeypatch: pytest.MonkeyPatch,
    owner: User,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    printing(monkeypatch, failing(FontMissing("書体")))
    jobs.produce(job.pk)
    rung: list[UUID] = []
    with django_capture_on_commit_callbacks(execute=True):
        again = jobs.order(job.submission, language="ja", by=owner, ring=rung.append)
    assert again.pk == job.pk
    assert rung == [job.pk]
    assert (again.status, again.reason, again.detail, again.progress, again.attempts, again.finished_at) == (
        "waiting", "", "", 0, 0, None
    )  # fmt: skip
    printing(monkeypatch, lambda context: FAKE_PDF)
    jobs.produce(job.pk)
    assert now_is(job).status == "done"


def test_ordering_again_begins_to_wait_now_and_unheard(job: ReportFile, owner: User) -> None:
    """Otherwise a broker that is down now would seem to have been told, and the page would say nothing."""
    change(job, status="failed", reason="time", rung_at=timezone.now() - LONG_AGO)
    again = jobs.order(job.submission, language="ja", by=owner, ring=print)
    assert again.rung_at is None


# --- the bell --------------------------------------------------------------------------------------------------------


def test_a_broker_that_heard_is_noted(job: ReportFile, bells: list[UUID]) -> None:
    tasks.ring(job.pk)
    assert bells == [job.pk]
    assert now_is(job).rung_at is not None


@pytest.mark.parametrize("error", [OperationalError("redis is down"), PermissionError("broker folder")])
def test_a_broker_that_is_down_leaves_the_job_waiting_for_the_sweep(
    job: ReportFile, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(job_id: str) -> None:
        raise error

    monkeypatch.setattr(tasks.produce, "delay", refuse)
    tasks.ring(job.pk)
    assert (now_is(job).status, now_is(job).rung_at) == ("waiting", None)
    rung: list[UUID] = []
    assert jobs.sweep(rung.append) == 0, "a moment later it is still being told"
    change(job, requested_at=timezone.now() - LONG_AGO)
    assert jobs.sweep(rung.append) == 1
    assert rung == [job.pk]


def test_a_bell_that_nobody_answered_rings_again_in_time(job: ReportFile, settings: Settings) -> None:
    change(job, requested_at=timezone.now() - LONG_AGO, rung_at=timezone.now())
    assert jobs.sweep(print) == 0
    change(job, rung_at=timezone.now() - timedelta(seconds=settings.REPORT_LEASE_SECONDS + 1))
    assert jobs.sweep(lambda job_id: None) == 1


@pytest.mark.parametrize("status", ["done", "failed"])
def test_the_sweep_leaves_what_has_ended(job: ReportFile, status: str) -> None:
    change(
        job, status=status, file="x.pdf", requested_at=timezone.now() - LONG_AGO, claimed_at=timezone.now() - LONG_AGO
    )
    assert jobs.sweep(print) == 0


def test_the_sweep_sees_the_jobs_of_every_company(company: Organisation, elsewhere: Organisation) -> None:
    made = [make_report(make_submission(organisation)) for organisation in (company, elsewhere)]
    for job in made:
        change(job, requested_at=timezone.now() - LONG_AGO)
    rung: list[UUID] = []
    jobs.sweep(rung.append)
    assert set(rung) == {job.pk for job in made}


def test_the_tasks_only_pass_ids_on(job: ReportFile, printer: list[Any], bells: list[UUID], media: Path) -> None:
    tasks.produce(str(job.pk))
    assert now_is(job).status == "done"
    change(job, status="waiting", requested_at=timezone.now() - LONG_AGO)
    tasks.sweep()
    assert bells == [job.pk]


def test_the_real_bell_puts_one_message_with_the_id_into_the_broker(job: ReportFile) -> None:
    """Over whatever broker is configured: the embedded one of the file system, or Redis."""
    found = messages(app)
    tasks.ring(job.pk)
    assert now_is(job).rung_at is not None
    assert messages(app) - found == {("reports.produce", str(job.pk))}


def messages(celery: Celery) -> set[tuple[str, str]]:
    """What waits in the queue; it is taken out."""
    found = set()
    with celery.connection_for_read() as connection:
        queue = connection.default_channel
        name = celery.conf.task_default_queue
        celery.amqp.queues[name].bind(queue).declare()
        while message := queue.basic_get(name):
            queue.basic_ack(message.delivery_tag)
            found.add((message.headers["task"], message.decode()[0][0]))
    return found


def test_the_beat_sweeps(settings: Settings) -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["sweep-reports"]
    assert entry["task"] in app.tasks
    assert entry["schedule"] == settings.REPORT_SWEEP_SECONDS
    assert settings.REPORT_LEASE_SECONDS > settings.CELERY_TASK_TIME_LIMIT, "a worker at work is not taken for lost"
