"""A worker that is killed in the middle of a PDF loses nothing: the job is taken up again, and makes one file."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e import live, steps
from tests.e2e.conftest import OpenContext


@pytest.fixture
def hasty_site(prepared: Path, tmp_path: Path) -> Iterator[live.Site]:
    """A site that looks for lost jobs every second, after three seconds without a sign of life."""
    settings = {"REPORT_LEASE_SECONDS": "3", "REPORT_SWEEP_SECONDS": "1"}
    with live.running(prepared, tmp_path / "var", **settings) as site:
        yield site


def the_job(site: live.Site) -> dict[str, Any]:
    jobs = site.rows("SELECT status, attempts, file FROM reports_reportfile")
    assert len(jobs) <= 1
    return jobs[0] if jobs else {"status": "", "attempts": 0, "file": ""}


def test_a_killed_worker_loses_nothing(hasty_site: live.Site, open_context: OpenContext, tmp_path: Path) -> None:
    site = hasty_site
    page = open_context(site).new_page()
    steps.sign_in(page, steps.FINISHED)
    page.locator("table tbody tr").first.get_by_role("link").click()
    worker = site.worker_pid()
    page.get_by_role("button", name="PDFを作る").click(no_wait_after=True)
    live.wait_for("a running job", lambda: the_job(site)["status"] == "running", within=30, every=0.01)
    os.kill(worker, signal.SIGKILL)
    live.wait_for("the worker's end", lambda: worker not in live.children_of(site.process.pid))
    assert the_job(site) == {"status": "running", "attempts": 1, "file": ""}

    expect(page.get_by_text("作っています…")).to_be_visible()
    expect(page.get_by_text("PDFができました")).to_be_visible(timeout=60_000)  # nobody ordered it again
    assert site.worker_pid() != worker
    messages = site.var / "broker" / "messages"
    live.wait_for("an empty queue", lambda: not list(messages.glob("*.msg")), within=30)
    job = the_job(site)
    assert (job["status"], job["attempts"]) == ("done", 2)
    files = [file for file in (site.var / "files").rglob("*") if file.is_file()]
    assert [str(file.relative_to(site.var / "files")) for file in files] == [job["file"]]
    assert steps.pdf_pages(files[0]) >= 8
    with page.expect_download() as download:
        page.get_by_role("link", name="PDFを受け取る").click()
    download.value.save_as(tmp_path / "plan.pdf")
    assert (tmp_path / "plan.pdf").read_bytes() == files[0].read_bytes()
