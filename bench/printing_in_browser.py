"""The same HTML printed by a warm headless Chromium: wall time, and the CPU of all its processes.

The page stays open: what is measured is giving it the HTML, its style sheet among it, and `page.pdf` with tags. What
comes out is less: no page numbers in the contents, no words for pictures, neither PDF/A nor PDF/UA.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
from playwright.sync_api import Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


class NoBrowser(Exception):
    """There is none to measure against."""


@dataclass(frozen=True, slots=True)
class BrowserPrinter:
    """An open page of a running browser."""

    page: Page
    version: str

    def print(self, html: str) -> bytes:
        self.page.set_content(html, wait_until="load")
        return self.page.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)

    def measured(self, html: str) -> tuple[float, float]:
        """Milliseconds of wall time, and of CPU in all processes of the browser."""
        began, spent = time.perf_counter(), _cpu()
        self.print(html)
        return (time.perf_counter() - began) * 1000, (_cpu() - spent) * 1000


@contextmanager
def browser_printer() -> Iterator[BrowserPrinter]:
    """Raises NoBrowser."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise NoBrowser("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield BrowserPrinter(browser.new_page(), browser.version)
        finally:
            browser.close()


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def _cpu() -> float:
    """Seconds of CPU of every running process of the browser."""
    spent = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            if "chrom" in process.name():
                times = process.cpu_times()
                spent += times.user + times.system
        except psutil.NoSuchProcess:
            continue
    return spent
