"""`manage.py serve`: the web server and the background worker side by side, for the demonstration and small sites."""

from __future__ import annotations

import ctypes
import multiprocessing.context
import os
import runpy
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

FIRST_PAUSE, LONGEST_PAUSE, STEADY_AFTER = 1.0, 30.0, 60.0  # a child that lived for the last starts with the first
STOP_WITHIN = 130.0  # one report may still be finished; CELERY_TASK_TIME_LIMIT ends it


class Child:
    """A process that should be running. Forked, so that nobody loads Django a second time."""

    def __init__(self, command: list[str]) -> None:
        self.command, self.pause = command, FIRST_PAUSE
        self.process: multiprocessing.context.ForkProcess | None = None
        self.started = self.due = 0.0

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = multiprocessing.context.ForkProcess(target=run, args=(self.command,))
        self.process.start()

    def clear(self) -> None:
        """End it and what it left behind: a pool process outlives a killed worker, with a second beat in it."""
        if self.process and self.process.pid:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def schedule_restart(self) -> float:
        self.clear()
        wait = FIRST_PAUSE if time.monotonic() - self.started > STEADY_AFTER else self.pause
        self.process, self.due, self.pause = None, time.monotonic() + wait, min(wait * 2, LONGEST_PAUSE)
        return wait


class Command(BaseCommand):
    help = "Web サーバーとワーカーを起動します / starts the web server and the worker"
    requires_system_checks = []
    stops = 0

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="IPv4 address or name")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2, help="web processes")
        parser.add_argument("--no-worker", action="store_true", help="web only")

    def handle(self, *args: Any, host: str, port: int, workers: int, no_worker: bool, **options: Any) -> None:
        refuse_busy(host, port)
        children = [Child(web_command(host, port, workers)), *([] if no_worker else [Child(worker_command())])]
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.request_stop)
        while not self.stops:
            for child in children:
                self.keep_running(child)
            time.sleep(0.2)
        self.stop(children)

    def request_stop(self, *_: object) -> None:
        self.stops += 1

    def keep_running(self, child: Child) -> None:
        if child.process is None and time.monotonic() >= child.due:
            child.start()
        elif child.process and not child.process.is_alive():
            status, wait = child.process.exitcode, child.schedule_restart()
            text = "{0} が終了しました（{1}）。{2:g} 秒後に再起動します / {0} ended with {1}; starting again in {2:g} s"
            self.stderr.write(text.format(child.command[0], status, wait))

    def stop(self, children: list[Child]) -> None:
        """Ask once, wait for both; a second request, or too long a wait, ends them at once."""
        self.stdout.write("停止しています… / Stopping…")
        processes = [child.process for child in children if child.process]
        deadline = time.monotonic() + STOP_WITHIN
        for process in processes:
            process.terminate()
        while any(process.is_alive() for process in processes) and self.stops < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        for child in children:
            child.clear()


def run(command: list[str]) -> None:
    """In the child: a session of its own, so that Ctrl-C reaches it through the parent alone."""
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: should the parent be killed outright
    sys.argv = command
    runpy.run_module(command[0], run_name="__main__")


def web_command(host: str, port: int, workers: int) -> list[str]:
    options = f"--bind {host}:{port} --workers {workers} --worker-class gthread --threads 4 --preload"
    return ["gunicorn", *options.split(), "--no-control-socket", "--log-level=warning", "config.wsgi:application"]


def worker_command() -> list[str]:
    options = "--pool prefork --concurrency 1 --prefetch-multiplier 1 --without-gossip --without-mingle --beat"
    schedule = settings.VAR_DIR.resolve() / "celerybeat-schedule"
    return ["celery", "-A", "config", "worker", *options.split(), f"-s{schedule}", f"-l{settings.LOG_LEVEL}"]


def refuse_busy(host: str, port: int) -> None:
    """gunicorn would retry and die; say at once what is wrong."""
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise CommandError(f"{host}:{port} を使えません / cannot be used: {error.strerror}") from error
