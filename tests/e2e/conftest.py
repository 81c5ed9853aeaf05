"""A live site and a browser. Every page is watched: a console error, a page error, a violation of the content security
policy or a request to another site fails the test."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    WebError,
    expect,
    sync_playwright,
)

from tests.e2e import live

PATIENCE = 15_000  # milliseconds: the machine is shared
HERE = Path(__file__).parent
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
NETWORK = r"net::ERR_INTERNET_DISCONNECTED|htmx:(afterRequest|sendError)"
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) =>
  console.error("content security policy:", event.violatedDirective, event.sample,
    event.sourceFile, event.lineNumber, event.columnNumber));"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.e2e)


# --- the site ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated and seeded VAR_DIR, to be copied."""
    return live.prepare(tmp_path_factory.mktemp("prepared") / "var")


@pytest.fixture(scope="session")
def site(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[live.Site]:
    with live.running(prepared, tmp_path_factory.mktemp("site") / "var") as started:
        yield started


# --- the browser ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Not for the session: Playwright's event loop would stand in the way of database tests."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert program, "no browser: install chromium, or name one in CHROMIUM"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS.split())
        yield started
        started.close()


class Watch:
    """Collects what should not happen on any page of its contexts."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.allowed: list[str] = []

    def attach(self, context: BrowserContext, url: str) -> None:
        def on_console(message: ConsoleMessage) -> None:
            if message.type == "error":
                self.problems.append(f"console: {message.text} ({message.location.get('url')})")

        def on_error(error: WebError) -> None:
            self.problems.append(f"page error: {error.error}")

        def on_request(request: Request) -> None:
            if not request.url.startswith((f"{url}/", "data:", "blob:", "chrome-error:")):
                self.problems.append(f"request to another site: {request.url}")

        context.on("console", on_console)
        context.on("weberror", on_error)
        context.on("request", on_request)

    def allow(self, *patterns: str) -> None:
        """What this test provokes on purpose."""
        self.allowed.extend(patterns)

    def allow_status(self, *codes: int) -> None:
        self.allow(*(f"(responded with a status of|^console: Response Status Error Code) {code}\\b" for code in codes))

    @contextmanager
    def offline(self, context: BrowserContext) -> Iterator[None]:
        self.allow(NETWORK)
        context.set_offline(True)
        yield
        context.set_offline(False)

    def unexpected(self) -> list[str]:
        return [text for text in self.problems if not any(re.search(pattern, text) for pattern in self.allowed)]


@pytest.fixture
def watch() -> Iterator[Watch]:
    watching = Watch()
    yield watching
    assert not watching.unexpected(), "\n".join(watching.unexpected())


OpenContext = Callable[..., BrowserContext]


@pytest.fixture
def open_context(browser: Browser, site: live.Site, watch: Watch) -> Iterator[OpenContext]:
    """Makes watched visitors: each call is a browser of its own, with its own cookies and storage."""
    opened: list[BrowserContext] = []

    def make(at: live.Site = site, **options: Any) -> BrowserContext:
        size = options.pop("viewport", {"width": 1280, "height": 900})
        context = browser.new_context(locale="ja-JP", base_url=at.url, viewport=size, **options)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(TELL_VIOLATIONS)
        watch.attach(context, at.url)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def page(open_context: OpenContext) -> Page:
    return open_context().new_page()
