"""The site as somebody starts it: a folder of its own, migrated, and `manage.py serve` with web and worker."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_WITHIN, STOP_WITHIN = 40.0, 4.0
CODE = re.compile(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", re.MULTILINE)


def environment(var: Path, extra: dict[str, str]) -> dict[str, str]:
    """Nothing of the caller's database, broker or mail: this is the site with nothing configured."""
    settings = {
        "VAR_DIR": str(var),
        "SECRET_KEY": "a key for browser tests only, never used to sign anything that leaves this machine",
        "DEBUG": "0",
        "SECURE": "0",
        "ALLOWED_HOSTS": "127.0.0.1",
        "PYTHONUTF8": "1",
    }
    unset = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "CSRF_TRUSTED_ORIGINS", "BEHIND_PROXY")
    return {**os.environ, **settings, **dict.fromkeys(unset, ""), **extra}


def manage(var: Path, *command: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment(var, {}), check=True, capture_output=True
    )


def prepare(var: Path) -> Path:
    """A VAR_DIR with an up-to-date database, the static files and the demonstration companies."""
    var.mkdir(parents=True)
    manage(var, "migrate", "--noinput")
    manage(var, "collectstatic", "--noinput")
    manage(var, "seed_demo", "--companies", "72")
    manage(var, "shell", "-v0", "-c", NO_PAPERS)  # or every site of a test would begin by printing them
    return var


NO_PAPERS = "from reports.models import ClientFile; ClientFile.unscoped.all().delete()"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(what: str, look: Callable[[], Any], *, within: float = 20.0, every: float = 0.1) -> Any:
    """The first true value of `look()`; fails after `within` seconds with `what`."""
    deadline = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {within:g} s: {what}"
        time.sleep(every)


class Site:
    """A running site."""

    def __init__(self, var: Path, extra: dict[str, str]) -> None:
        self.var, self.port = var, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = var / "serve.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", str(self.port), "--workers", "2"],
                cwd=ROOT,
                env=environment(var, extra),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def healthy(self) -> bool:
        assert self.process.poll() is None, f"serve ended:\n{self.log.read_text(encoding='utf-8')}"
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:  # noqa: S310 - loopback
            return bool(answer.read() == b"ok")
        return False

    def stop(self) -> None:
        """Ask, ask again (a report may still be printing), then end its process group; its children die with it."""
        for _request in range(2):
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_WITHIN)
                return
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def run(self, script: str) -> str:
        """What a script prints that runs beside the site, with its settings and its database."""
        return subprocess.run(
            [sys.executable, "manage.py", "shell", "-v0", "-c", script],
            cwd=ROOT,
            env=environment(self.var, {}),
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    # --- looking inside -----------------------------------------------------------------------------------------------

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        with sqlite3.connect(f"file:{self.var / 'db.sqlite3'}?mode=ro", uri=True, timeout=10) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query, values)]

    def mails_to(self, address: str) -> list[str]:
        """The text of every mail to an address, oldest first."""
        found = []
        for file in sorted((self.var / "mail").glob("*.log"), key=lambda file: file.stat().st_mtime_ns):
            for raw in file.read_bytes().split(b"-" * 79):
                message = message_from_bytes(raw.lstrip(), policy=policy.default)
                if address in str(message["To"]):
                    found.append(message.get_content())
        return found

    def code_for(self, address: str) -> str:
        """The confirmation code in the newest mail to an address."""
        text = wait_for(f"mail to {address}", lambda: self.mails_to(address))[-1]
        code = CODE.search(text)
        assert code, text
        return code[1]

    def worker_pid(self) -> int:
        """The worker's main process: of the two children of a healthy `serve`, the one without a socket. Forked, they
        all have the command line of `serve`."""

        def find() -> int | None:
            parents = [child for child in children_of(self.process.pid) if children_of(child)]
            return next((child for child in parents if not has_socket(child)), None)

        pid: int = wait_for("the worker's process", find)
        return pid


def children_of(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def has_socket(pid: int) -> bool:
    with suppress(OSError):
        return any(os.readlink(file).startswith("socket:") for file in Path(f"/proc/{pid}/fd").iterdir())
    return True


@contextmanager
def running(prepared: Path, var: Path, **extra: str) -> Iterator[Site]:
    """A site on a copy of a prepared VAR_DIR, with further settings."""
    shutil.copytree(prepared, var)
    site = Site(var, extra)
    try:
        wait_for("a healthy answer", site.healthy, within=START_WITHIN)
        yield site
    finally:
        site.stop()
