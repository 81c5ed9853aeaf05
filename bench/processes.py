"""The processes that are measured: started, asked, looked at through /proc, and ended by their own ids."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 3
PATIENCE = 15.0  # seconds
START_WITHIN = 60.0
STOP_WITHIN = 20.0


class Failed(Exception):
    """A step of the benchmark went wrong; the text ends with what the process said."""


class Clock:
    """The time that is left for the whole benchmark."""

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds

    def left(self) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise Failed("the time limit of the whole benchmark is over")
        return left


def run(arguments: list[str], env: Mapping[str, str], clock: Clock, *, given: str | None = None) -> str:
    """Run `python …` to its end and return its stdout. Raises Failed."""
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=dict(env),
            input=given,
            capture_output=True,
            text=True,
            timeout=clock.left(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"{' '.join(arguments)}: still running when the time was over") from None
    if done.returncode:
        raise Failed(f"{' '.join(arguments)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


def run_json(arguments: list[str], env: Mapping[str, str], clock: Clock, *, given: object = None) -> Any:
    """As `run`, for a process that reads and writes JSON."""
    text = run(arguments, env, clock, given=None if given is None else json.dumps(given))
    return json.loads(text.strip().splitlines()[-1])


@dataclass(frozen=True, slots=True)
class Server:
    """A running `manage.py serve` without its background worker."""

    pid: int
    port: int
    healthy_after: float
    """Seconds from the start of the process to the first 200 of /healthz."""

    def workers(self) -> list[int]:
        """The web workers: children of the gunicorn master, which is the only child of `serve`.

        The first worker answers before the others are forked, so this waits until all are there.
        """
        until = time.monotonic() + PATIENCE
        while True:
            found = [pid for master in _children(self.pid) for pid in _children(master)]
            if len(found) >= WORKERS:
                return found
            if time.monotonic() > until:
                raise RuntimeError(f"{len(found)} of {WORKERS} web workers are running")
            time.sleep(0.05)


@contextmanager
def serving(env: Mapping[str, str], log: Path) -> Iterator[Server]:
    """Start the web server with three workers, wait for its first healthy answer, and end it afterwards."""
    port = free_port()
    command = [sys.executable, "manage.py", "serve", f"--port={port}", f"--workers={WORKERS}", "--no-worker"]
    with log.open("ab") as file:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=dict(env), stdout=file, stderr=file)
    try:
        yield Server(process.pid, port, _first_answer(process, port, began, log))
    finally:
        _end(process)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _first_answer(process: subprocess.Popen[bytes], port: int, began: float, log: Path) -> float:
    while time.perf_counter() - began < START_WITHIN and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_WITHIN)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return time.perf_counter() - began
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.01)
    raise Failed(f"the server gave no healthy answer\n{log.read_text(errors='replace')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    family = [pid for master in _children(process.pid) for pid in (master, *_children(master))]
    process.terminate()
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        for pid in (process.pid, *family):
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue
        process.wait()


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(word) for word in file.read_text().split()]
        except OSError:
            continue
    return found


def memory(pid: int) -> dict[str, float]:
    """RSS of a process in MB (10^6 bytes), and PSS where the kernel tells it."""
    found: dict[str, float] = {}
    for name, file in (("Rss", "smaps_rollup"), ("Pss", "smaps_rollup"), ("VmRSS", "status")):
        try:
            lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith(f"{name}:"):
                found["rss" if name != "Pss" else "pss"] = int(line.split()[1]) * 1024 / 1e6
    return found
