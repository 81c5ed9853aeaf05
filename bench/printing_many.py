"""Many reports, on one and on two long-lived worker processes: how many an hour, and whether a worker keeps its size.

As on a worker: every process is forked from one that has Django and has not printed, is warmed up by our `warm_up`, and
takes one order after the other from a queue. An order is a company of its own name and number; filling the template
is part of it.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from dataclasses import replace
from multiprocessing.queues import SimpleQueue
from typing import Any

import django

django.setup()

from bench.demonstration import demonstration  # noqa: E402
from bench.processes import memory  # noqa: E402
from reports import paper, rendering  # noqa: E402

LOOKS = (50, 150, 300)
"""After so many reports the size of a worker is looked at."""
FORK = multiprocessing.get_context("fork")


def work(orders: SimpleQueue[int | None], done: SimpleQueue[tuple[int, float]]) -> None:
    """Until an order is None. Says which process made how large a PDF, and its RSS after it."""
    context = demonstration()
    rendering.warm_up()
    done.put((0, 0.0))
    while (number := orders.get()) is not None:
        company = replace(context.company, name=f"株式会社見本製作所 第{number}工場")
        report = replace(context, company=company, number=number)
        pdf = paper.action_plan(report)
        done.put((len(pdf), memory(os.getpid())["rss"]))


def measure(reports: int, workers: int) -> dict[str, Any]:
    """Reports a second, and the sizes of the workers on the way."""
    orders: SimpleQueue[int | None] = FORK.SimpleQueue()
    done: SimpleQueue[tuple[int, float]] = FORK.SimpleQueue()
    processes = [FORK.Process(target=work, args=(orders, done)) for _ in range(workers)]
    for process in processes:
        process.start()
    for _ in processes:
        done.get()  # warmed up
    began = time.perf_counter()
    for number in range(1, reports + 1):
        orders.put(number)
    for _ in processes:
        orders.put(None)
    sizes = [done.get()[1] for _ in range(reports)]
    seconds = time.perf_counter() - began
    for process in processes:
        process.join()
        if process.exitcode:
            raise SystemExit(f"a worker ended with {process.exitcode}")
    return {"per_second": reports / seconds, "rss": {str(look): sizes[look - 1] for look in LOOKS if look <= reports}}


def compare(reports: int) -> dict[str, Any]:
    one, two = measure(reports, 1), measure(reports, 2)
    found = {
        "reports": reports,
        "one_per_hour": one["per_second"] * 3600,
        "two_per_hour": two["per_second"] * 3600,
        "two_to_one": two["per_second"] / one["per_second"],
        **{f"rss_{look}": size for look, size in one["rss"].items()},
    }
    sizes = list(one["rss"].values())
    return found | ({"rss_growth": sizes[-1] / sizes[0]} if len(sizes) > 1 else {})


if __name__ == "__main__":
    print(json.dumps(compare(int(sys.argv[1]))))
