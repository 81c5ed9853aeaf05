"""Reports of several companies at once, over a real worker that is killed in the middle, and the web server after it:
still one file each, one ZIP and one mail."""

from __future__ import annotations

import csv
import io
import os
import signal
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from organisations.demonstration import COORDINATOR
from tests.e2e import live, steps
from tests.e2e.conftest import OpenContext, Watch
from tests.e2e.test_accessibility import check
from tests.e2e.test_sharing_walk import nav

COMPANIES = 4
FILES = "SELECT status, attempts, file, sha256 FROM reports_memberfile"


@pytest.fixture
def hasty_site(prepared: Path, tmp_path: Path) -> Iterator[live.Site]:
    """A site that looks for lost jobs every second, after three seconds without a sign of life."""
    settings = {"REPORT_LEASE_SECONDS": "3", "REPORT_SWEEP_SECONDS": "1", "BATCH_AHEAD": "2"}
    with live.running(prepared, tmp_path / "var", **settings) as site:
        yield site


def by_status(site: live.Site) -> dict[str, int]:
    rows = site.rows("SELECT status, count(*) AS number FROM reports_memberfile GROUP BY status")
    return {row["status"]: row["number"] for row in rows}


def kill(site: live.Site, pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    live.wait_for("its end", lambda: pid not in live.children_of(site.process.pid))


def test_an_order_survives_a_killed_worker_and_a_killed_web_server(
    hasty_site: live.Site, open_context: OpenContext, watch: Watch, tmp_path: Path
) -> None:
    site = hasty_site
    page = open_context(site).new_page()
    steps.sign_in_with_app(page, COORDINATOR)
    for tick in page.get_by_role("checkbox").all()[:COMPANIES]:
        tick.check()
    page.get_by_role("button", name="選んだ会社の報告書をまとめて作る").click()
    expect(page.locator("main")).to_contain_text(f"{COMPANIES} 社")
    check(page, "batch-order")
    worker = site.worker_pid()
    page.get_by_role("button", name="まとめて作る", exact=True).click(no_wait_after=True)

    live.wait_for("a file that is done", lambda: by_status(site).get("done"), within=60, every=0.02)
    live.wait_for("a file in the making", lambda: by_status(site).get("running"), within=30, every=0.005)
    kill(site, worker)
    assert by_status(site)["running"] == 1
    page.wait_for_url("**/batches/*/")
    watch.allow(r"ERR_CONNECTION|htmx:|Failed to load resource|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE")
    web = next(pid for pid in live.children_of(site.process.pid) if live.has_socket(pid))
    kill(site, web)
    live.wait_for("the web server", site.healthy, within=60)
    page.reload()
    expect(page.get_by_text("終わりました")).to_be_visible(timeout=90_000)  # nobody ordered it again
    check(page, "batch-done")

    files = site.rows(FILES)
    assert [row["status"] for row in files] == ["done"] * COMPANIES
    assert sum(row["attempts"] for row in files) == COMPANIES + 1
    stored = list((site.var / "files").rglob("*.pdf"))
    assert sorted(str(file.relative_to(site.var / "files")) for file in stored) == sorted(row["file"] for row in files)
    messages = site.var / "broker" / "messages"
    live.wait_for("an empty queue", lambda: not list(messages.glob("*.batch.msg")), within=30)

    with page.expect_download() as download:
        page.get_by_role("link", name="ZIPで受け取る").click()
    download.value.save_as(tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as packed:
        assert packed.testzip() is None
        index = list(csv.DictReader(io.StringIO(packed.read("index.csv").decode("utf-8-sig"))))
        sums = {sha256(packed.read(row["ファイル"])).hexdigest() for row in index}
    assert sums == {row["SHA-256"] for row in index} == {row["sha256"] for row in files}

    live.wait_for("the mail", lambda: site.mails_to(COORDINATOR), within=30)
    about: list[Any] = [text for text in site.mails_to(COORDINATOR) if "/batches/" in text]
    assert len(about) == 1
    assert page.url in about[0]
    nav(page, "報告書をまとめて作る")
    expect(page.locator("main")).to_contain_text(f"（{COMPANIES}件のうち{COMPANIES}件）")
    check(page, "batches")
