"""A coordinator who opens the pages of a round: one process over plain sockets, as `bench.client`.

Reads a plan (JSON) on stdin and writes every run (JSON) on stdout. Needs the standard library only.
"""

from __future__ import annotations

import json
import sys
import threading
from statistics import median, quantiles
from typing import Any

from bench.client import Client, Connection


def visit(client: Client, times: int) -> dict[str, float]:
    """p50 and p95 in ms of each page, all in turn so that noise hits all alike."""
    connection = Connection(client.port)
    found: dict[str, list[float]] = {name: [] for name in ("healthz", *client.pages)}
    for _ in range(times):
        for name, seconds in found.items():
            seconds.append(client.get(connection, name) * 1000)
    connection.close()
    p95 = {f"{name}_p95": quantiles(found[name], n=20)[18] for name in client.pages}
    return {name: median(seconds) for name, seconds in found.items()} | p95


def warm_up(client: Client, connections: int) -> dict[str, float]:
    """Fresh connections, several at a time, until every worker has drawn every page. The first visit of each in ms."""
    connection = Connection(client.port)
    first = {name: client.get(connection, name) * 1000 for name in client.pages}
    connection.close()
    errors: list[Exception] = []

    def look() -> None:
        try:
            own = Connection(client.port)
            for name in client.pages:
                client.get(own, name)
            own.close()
        except Exception as error:  # told by the process that waits for this thread
            errors.append(error)

    for _ in range(2):
        threads = [threading.Thread(target=look) for _ in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]
    return first


def carry_out(plan: dict[str, Any]) -> dict[str, Any]:
    client = Client(plan["port"], plan["session"], plan["csrf"], plan["pages"], [])
    first = warm_up(client, plan["connections"])
    return {"first": first, "runs": [visit(client, plan["visits"]) for _ in range(plan["runs"])]}


if __name__ == "__main__":
    json.dump(carry_out(json.load(sys.stdin)), sys.stdout)
