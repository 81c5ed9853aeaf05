"""Printing beside a web worker: in one process of its own, by pipes, so that nothing touches the disk.

A web worker that printed by itself would keep 80 MB for it, and its threads would wait while the page is laid out.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import django
from django.utils import translation
from django.utils.translation import gettext as _

from reports.rendering import RenderingError, to_pdf, warm_up

SECONDS = 30
SHEETS_PER_PROCESS = 100

_lock = threading.Lock()
_printer: ProcessPoolExecutor | None = None


def print_aside(html: str, language: str) -> bytes:
    """The PDF of `html`, as `rendering.to_pdf` makes it. Raises RenderingError, also when it takes too long."""
    job = _submit(html, language)
    try:
        return job.result(timeout=SECONDS)
    except TimeoutError:
        stop()
        raise RenderingError(_("時間内に終わりませんでした")) from None
    except BrokenProcessPool:
        stop()
        raise RenderingError(_("印刷の途中で止まりました")) from None


def stop() -> None:
    """End the printing process; the next sheet starts a new one."""
    global _printer
    with _lock:
        printer, _printer = _printer, None
    if printer is not None:
        for process in list((printer._processes or {}).values()):
            process.kill()
        printer.shutdown(wait=False, cancel_futures=True)


def _submit(html: str, language: str) -> Future[bytes]:
    """Hand the page over, to a process that is made when the first visitor asks (spawned: this one has threads)."""
    global _printer
    with _lock:
        if _printer is None:
            _printer = ProcessPoolExecutor(
                max_workers=1,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_start,
                max_tasks_per_child=SHEETS_PER_PROCESS,
            )
        return _printer.submit(_print, html, language)


def _start() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    warm_up()


def _print(html: str, language: str) -> bytes:
    with translation.override(language):
        return to_pdf(html)
