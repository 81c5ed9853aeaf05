"""Groups of companies: the dashboard and the board of a round over loopback, opening a round, scoring all again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from bench.databases import Database
from bench.figures import Results
from bench.processes import Clock, memory, run, run_json, serving

CORES = 2
CONNECTIONS = 6


def measure_cohorts(
    database: Database,
    *,
    env: dict[str, str],
    companies: int,
    times: int,
    runs: int,
    visits: int,
    folder: Path,
    clock: Clock,
    results: Results,
) -> None:
    """Everything of one database: `companies` that submitted, then `times` as many."""

    def filling(*step: object) -> dict[str, Any]:
        found: dict[str, Any] = run_json(["-m", "bench.cohort_filling", *map(str, step)], env, clock)
        return found

    run(["manage.py", "migrate", "-v0"], env, clock)
    plan = filling("fill", companies)
    began = time.perf_counter()
    run(["manage.py", "rescore", f"--processes={CORES}"], env, clock)
    values: dict[str, list[float]] = {
        "seeding": [plan.pop("seeding")],
        "rescoring": [time.perf_counter() - began],
        "opening": [filling("open", companies)["opening"]],
        "counting": [filling("earlier")["counting"]],
    }
    order = {**plan, "runs": runs, "visits": visits, "connections": CONNECTIONS}
    values |= _pages(order, "c_", env, folder, clock)
    grown = filling("grow", times)
    values["counting_grown"] = [grown["counting"]]
    values |= _pages(order, "g_", env, folder, clock)
    values["c_ratio"] = [median(values["g_dashboard_p95"]) / median(values["c_dashboard_p95"])]
    cost = filling("cost")
    values |= {f"c_{name}_statements": [float(cost[name])] for name in ("dashboard", "board")}
    results.add(database.name, values)
    results.details.setdefault("cohorts", {})[database.name] = {
        "companies": companies,
        "grown": grown["companies"],
        "submissions": plan["submissions"],
        "statements": cost,
    }


def _pages(
    order: Mapping[str, Any], prefix: str, env: dict[str, str], folder: Path, clock: Clock
) -> dict[str, list[float]]:
    """What a coordinator waits for, and the memory of the workers that drew it."""
    with serving(env, folder / "server.log") as server:
        server.workers()
        found = run_json(["-m", "bench.cohort_client"], env, clock, given={**order, "port": server.port})
        workers = [memory(pid) for pid in server.workers()]
    values = {f"{prefix}{key}": [one[key] for one in found["runs"]] for key in found["runs"][0]}
    values[f"{prefix}dashboard_cold"] = [found["first"]["dashboard"]]
    values[f"{prefix}rss"] = [max(worker["rss"] for worker in workers)]
    return values
