"""Where the time goes: cProfile of one kind of work, in this process, without a server.

`python -m bench.profiles save|page|result|pdf`; the first three on the filled database of DATABASE_URL, with the plan
of `bench.filling` on stdin.
"""

from __future__ import annotations

import cProfile
import io
import json
import pstats
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.test import Client  # noqa: E402

from bench.demonstration import demonstration  # noqa: E402
from reports import paper, rendering  # noqa: E402

LINES = 25
TIMES = {"save": 200, "page": 60, "result": 40, "pdf": 3}


def work_of(kind: str) -> Callable[[], object]:
    """One piece of work, warmed up."""
    if kind == "pdf":
        rendering.warm_up()
        html = paper.action_plan_html(demonstration())
        return lambda: rendering.to_pdf(html)
    given: dict[str, Any] = json.load(sys.stdin)["clients"][0]
    browser = Client(HTTP_HOST="127.0.0.1")
    browser.cookies["sessionid"] = given["session"]
    return _saving(browser, given) if kind == "save" else _reading(browser, given, kind)


def _reading(browser: Client, given: dict[str, Any], kind: str) -> Callable[[], object]:
    path = given["pages"]["section" if kind == "page" else kind]

    def read() -> None:
        if browser.get(path).status_code != 200:
            raise SystemExit(f"{path} was refused")

    return read


def _saving(browser: Client, given: dict[str, Any]) -> Callable[[], object]:
    answers = given["answers"]
    turn = 0

    def save() -> None:
        nonlocal turn
        answer = answers[turn % len(answers)]
        turn += 1
        path, level, note, revision = answer
        answer[1], answer[3] = (level + 1) % 5, revision + 1
        fields = {"choice": (level + 1) % 5, "reason": "", "note": note, "revision": revision}
        if browser.post(path, fields, headers={"hx-request": "true"}).status_code != 200:
            raise SystemExit(f"{path} was not saved")

    return save


def profile(kind: str) -> str:
    """The profile as two tables: by own time, and by time with everything called."""
    work, times = work_of(kind), TIMES[kind]
    for _ in range(max(times // 10, 1)):
        work()
    began = time.process_time()
    for _ in range(times):
        work()
    plain = (time.process_time() - began) / times * 1000
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(times):
        work()
    profiler.disable()
    text = io.StringIO()
    text.write(f"{kind}: {plain:.1f} ms of CPU each without the profiler, {times} times below\n")
    pstats.Stats(profiler, stream=text).sort_stats("tottime").print_stats(LINES).sort_stats("cumulative").print_stats(
        LINES
    )
    return text.getvalue()


if __name__ == "__main__":
    print(profile(sys.argv[1]))
