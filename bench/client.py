"""The load client: one process over plain sockets, so that measuring costs the server as little CPU as can be.

Reads a plan (JSON) on stdin and writes every run (JSON) on stdout. Needs the standard library only.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

HEAD_END = b"\r\n\r\n"
PAGES = ("healthz", "section", "contents", "result")
TIMEOUT = 120.0


class Refused(Exception):
    """The server answered with something else than what a person would call success."""


class Connection:
    """A kept connection that sends ready-made requests and reads answers of known length."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[float, bytes, bytes]:
        """Seconds, head in lower case, body. Raises Refused unless the status is 200."""
        began = time.perf_counter()
        self.socket.sendall(request)
        data = b""
        while (end := data.find(HEAD_END)) < 0:
            data += self._more()
        head = data[:end].lower()
        at = head.find(b"content-length:")
        if at < 0:
            raise Refused(f"no content-length: {head[:80]!r}")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0])
        parts, have = [data[end + 4 :]], len(data) - end - 4
        while have < length:
            parts.append(self._more())
            have += len(parts[-1])
        seconds = time.perf_counter() - began
        if head[9:12] != b"200":
            raise Refused(f"{request.split(b' HTTP', 1)[0].decode()}: {head.split(HEAD_END[:2], 1)[0].decode()}")
        return seconds, head, b"".join(parts)

    def _more(self) -> bytes:
        data = self.socket.recv(262_144)
        if not data:
            raise Refused("the server closed the connection")
        return data

    def close(self) -> None:
        self.socket.close()


@dataclass
class Client:
    """One person of one company: the pages they open, and answers that they change one after the other."""

    port: int
    session: str
    csrf: str
    pages: dict[str, str]
    answers: list[list[Any]]
    turn: int = 0

    def head(self, method: str, path: str) -> str:
        return (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept-Language: ja\r\n"
            f"Cookie: sessionid={self.session}; csrftoken={self.csrf}\r\n"
        )

    def get(self, connection: Connection, page: str) -> float:
        if page == "healthz":  # the reference: no session, no user
            return connection.ask(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())[0]
        seconds, _head, body = connection.ask((self.head("GET", self.pages[page]) + "\r\n").encode())
        if b"</html>" not in body:
            raise Refused(f"{page}: not a whole page")
        return seconds

    def save(self, connection: Connection) -> float:
        """Change the next answer to another level, as htmx sends it."""
        answer = self.answers[self.turn % len(self.answers)]
        self.turn += 1
        path, level, note, revision = answer
        level = (level + 1) % 5
        fields = {"csrfmiddlewaretoken": self.csrf, "choice": level, "reason": "", "note": note, "revision": revision}
        body = urlencode(fields)
        request = (
            f"{self.head('POST', path)}HX-Request: true\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )
        seconds, head, _body = connection.ask(request.encode())
        if b"x-save-state: saved" not in head:
            raise Refused(f"{path}: not saved")
        answer[1], answer[3] = level, revision + 1
        return seconds


@dataclass
class Tally:
    """What one thread did."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def walk(client: Client, times: int) -> dict[str, float]:
    """p50 in ms of each page and of a save, one client, all in turn so that noise hits all alike."""
    connection = Connection(client.port)
    found: dict[str, list[float]] = {name: [] for name in ("save", *PAGES)}
    for _ in range(times):
        for page in PAGES:
            found[page].append(client.get(connection, page))
            found["save"].append(client.save(connection))
    connection.close()
    return {name: median(seconds) * 1000 for name, seconds in found.items()}


def rush(clients: list[Client], seconds: float, workers: list[int]) -> dict[str, Any]:
    """All clients save as fast as they can, each on its own connection. `workers`: the processes that serve them."""
    tallies = [Tally() for _ in clients]
    barrier = threading.Barrier(len(clients) + 1)
    threads = [
        threading.Thread(target=_hurry, args=(client, tally, barrier, seconds))
        for client, tally in zip(clients, tallies, strict=True)
    ]
    for thread in threads:
        thread.start()
    barrier.wait()
    began, cpu, served = time.perf_counter(), time.process_time(), cpu_of(workers)
    for thread in threads:
        thread.join()
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    served = cpu_of(workers) - served
    every = [one for tally in tallies for one in tally.seconds]
    errors = [one for tally in tallies for one in tally.errors]
    cuts = quantiles(every, n=20) if len(every) > 1 else [0.0] * 19
    return {
        "saves_per_second": len(every) / wall,
        "rush_p50": cuts[9] * 1000,
        "rush_p95": cuts[18] * 1000,
        "least_of_one_client": min(len(tally.seconds) for tally in tallies),
        "most_of_one_client": max(len(tally.seconds) for tally in tallies),
        "errors": errors,
        "client_cpu": 100 * cpu / wall,
        "worker_cpu": 1000 * served / max(len(every), 1),
    }


def cpu_of(pids: list[int]) -> float:
    """Seconds of CPU that processes have used so far, in user and kernel mode."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _hurry(client: Client, tally: Tally, barrier: threading.Barrier, seconds: float) -> None:
    connection = Connection(client.port)
    barrier.wait()
    until = time.perf_counter() + seconds
    while time.perf_counter() < until and len(tally.errors) < 5:
        try:
            tally.seconds.append(client.save(connection))
        except (Refused, OSError) as error:
            tally.errors.append(str(error))
            connection.close()
            connection = Connection(client.port)
    connection.close()


def warm_up(clients: list[Client], rounds: int) -> float:
    """Fresh connections, several at a time, until every worker has drawn every page; the slowest page in ms."""
    slowest = [0.0]
    errors: list[Exception] = []

    def visit(client: Client) -> None:
        try:
            connection = Connection(client.port)
            for page in PAGES:
                slowest.append(client.get(connection, page))
            client.save(connection)
            connection.close()
        except (Refused, OSError) as error:
            errors.append(error)

    for _ in range(rounds):
        threads = [threading.Thread(target=visit, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]
    return max(slowest) * 1000


def carry_out(plan: dict[str, Any]) -> dict[str, Any]:
    clients = [Client(port=plan["port"], **given) for given in plan["clients"]]
    slowest = warm_up(clients, plan["warm_up_rounds"])
    runs = [
        {**walk(clients[0], plan["visits"]), **rush(clients, plan["seconds"], plan["workers"])}
        for _ in range(plan["runs"])
    ]
    return {"slowest_first_page": slowest, "runs": runs}


if __name__ == "__main__":
    json.dump(carry_out(json.load(sys.stdin)), sys.stdout)
