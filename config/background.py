"""Where bells of background jobs lie: the broker, and its two queues."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kombu import Exchange, Queue

REPORTS, BATCH = "reports", "batch"
"""What somebody waits for, and everything that keeps the service going; and reports of many companies at once."""
QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in (REPORTS, BATCH)]
"""A worker takes from both, unless -Q says otherwise."""
ROUTES = {"reports.produce_in_turn": {"queue": BATCH}}


def broker(redis: str | None, folder: Path) -> tuple[str, dict[str, Any]]:
    """The address of the broker and its options: Redis, or files in `folder`."""
    if redis:
        return redis, {"visibility_timeout": 600, "socket_connect_timeout": 2, "max_retries": 1}
    messages, control = folder / "messages", folder / "control"
    for place in (messages, control):
        place.mkdir(parents=True, exist_ok=True)
    options = {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(control),
        "polling_interval": 0.2,
    }
    return "filesystem://", options
