"""`python -m bench [--only pdf|many|web|start|cohorts] [--quick] [--profile save|page|result|pdf]`.

Prints a table and writes bench-results.json. Speed is reported and never asserted: the exit status is 0 unless a step
failed or a save was refused.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench.cohorts import measure_cohorts
from bench.databases import Database, databases
from bench.figures import Results, machine, table
from bench.library import make_library
from bench.processes import ROOT, Clock, Failed, memory, run, run_json, serving

RESULTS = ROOT / "bench-results.json"
TIME_LIMIT = 600.0
TIME_LIMIT_OF_COHORTS = 1800.0
TIME_LIMIT_OF_MANY = 3600.0
CLIENTS = 8
WARM_UP_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. `visits`: pages of each kind, and four saves each, by one client in a run. `cohort`:
    companies of a network, and `times` as many. `printed`: reports on one and on two processes."""

    runs: int
    companies: int
    visits: int
    seconds: float
    pairs: int
    printed: int
    cohort: int
    times: int


FULL = Size(runs=5, companies=3000, visits=40, seconds=5.0, pairs=12, printed=300, cohort=3083, times=10)
QUICK = Size(runs=1, companies=300, visits=15, seconds=2.0, pairs=3, printed=20, cohort=300, times=2)


@dataclass(frozen=True, slots=True)
class Bench:
    """What every step needs."""

    size: Size
    clock: Clock
    folder: Path
    env: dict[str, str]
    results: Results

    def env_of(self, url: str) -> dict[str, str]:
        return {**self.env, "DATABASE_URL": url}


def measure_start(bench: Bench, database: Database) -> None:
    """First migrations of empty databases, then starts on the last of them."""
    env = bench.env
    migrations, starts = [], []
    for number in range(bench.size.runs):
        env = bench.env_of(database.fresh(f"start-{number}"))
        began = time.perf_counter()
        run(["manage.py", "migrate", "-v0"], env, bench.clock)
        migrations.append(time.perf_counter() - began)
    for _ in range(bench.size.runs):
        with serving(env, bench.folder / "server.log") as server:
            starts.append(server.healthy_after)
    bench.results.add(database.name, {"migrate": migrations, "start": starts})


def collect_static(bench: Bench) -> None:
    """The manifest without which no page can be drawn."""
    run(["manage.py", "collectstatic", "--noinput", "-v0"], bench.env, bench.clock)


def filled(bench: Bench, database: Database) -> tuple[dict[str, str], dict[str, Any]]:
    """The environment of a migrated, filled database and the plan for its clients."""
    env = bench.env_of(database.fresh("web"))
    run(["manage.py", "migrate", "-v0"], env, bench.clock)
    plan = run_json(["-m", "bench.filling", str(bench.size.companies), str(CLIENTS)], env, bench.clock)
    if plan["asked"] != plan["questions"]:
        raise Failed(f"only {plan['asked']} of {plan['questions']} questions apply to the companies of the benchmark")
    return env, plan


def measure_web(bench: Bench, database: Database) -> None:
    """Pages and saves over loopback, then the memory of the workers that served them."""
    env, plan = filled(bench, database)
    size = bench.size
    with serving(env, bench.folder / "server.log") as server:
        order = {"runs": size.runs, "visits": size.visits, "seconds": size.seconds, "warm_up_rounds": WARM_UP_ROUNDS}
        given = {**order, "port": server.port, "workers": server.workers(), "clients": plan["clients"]}
        found = run_json(["-m", "bench.client"], bench.env, bench.clock, given=given)
        workers = [memory(pid) for pid in server.workers()]
    for run_found in found["runs"]:
        errors = run_found["errors"]
        bench.results.failures += [f"{database.name}: {error}" for error in errors[:3]]
        run_found["errors"] = len(errors)
    values = {key: [one[key] for one in found["runs"]] for key in found["runs"][0]}
    values["slowest_first_page"] = [found["slowest_first_page"]]
    values["rss"] = [max(worker["rss"] for worker in workers)]
    if all("pss" in worker for worker in workers):
        values["pss"] = [max(worker["pss"] for worker in workers)]
    bench.results.add(database.name, values)
    facts = {key: plan[key] for key in ("questions", "section_questions", "companies")}
    bench.results.details[database.name] = {**facts, "workers": workers}


def measure_network(bench: Bench, database: Database) -> None:
    """A network's dashboard and board, and what is done for all its companies at once."""
    measure_cohorts(
        database,
        env=bench.env_of(database.fresh("cohorts")),
        companies=bench.size.cohort,
        times=bench.size.times,
        runs=bench.size.runs,
        visits=bench.size.visits,
        folder=bench.folder,
        clock=Clock(TIME_LIMIT_OF_COHORTS),
        results=bench.results,
    )


def measure_pdf(bench: Bench) -> None:
    """Ours against the naive form, on the shipped catalog and the demonstration's answers."""
    env = bench.env_of(f"sqlite:///{bench.folder / 'unused.sqlite3'}")
    env.pop("GUIDANCE_LIBRARY")
    bench.results.printing = run_json(["-m", "bench.printing", str(bench.size.pairs)], env, bench.clock)


def measure_many(bench: Bench) -> None:
    """Many reports, on one and on two processes."""
    env = bench.env_of(f"sqlite:///{bench.folder / 'unused.sqlite3'}")
    env.pop("GUIDANCE_LIBRARY")
    clock = Clock(TIME_LIMIT_OF_MANY)
    bench.results.many = run_json(["-m", "bench.printing_many", str(bench.size.printed)], env, clock)


def show_profile(bench: Bench, kind: str, database: Database) -> None:
    if kind == "pdf":
        env = bench.env_of(f"sqlite:///{bench.folder / 'unused.sqlite3'}")
        env.pop("GUIDANCE_LIBRARY")
        print(run(["-m", "bench.profiles", kind], env, bench.clock))
        return
    collect_static(bench)
    env, plan = filled(bench, database)
    print(database.name)
    print(run(["-m", "bench.profiles", kind], env, bench.clock, given=json.dumps(plan)))


def environment(folder: Path) -> dict[str, str]:
    """What the measured processes see: production settings over plain http, everything they write in `folder`."""
    own = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "VAR_DIR": str(folder / "var"),
        "GUIDANCE_LIBRARY": str(make_library(folder / "library")),
        "ALLOWED_HOSTS": "127.0.0.1",
        "DEBUG": "0",
        "SECURE": "0",
        "EMAIL_URL": "",
        "REDIS_URL": "",
        "LOG_LEVEL": "WARNING",
    }
    return {**os.environ, **own}


def attempt(results: Results, what: str, step: Callable[[], object]) -> None:
    """Carry out a step; a failure is kept and the other steps go on."""
    print(f"… {what}", file=sys.stderr, flush=True)
    try:
        step()
    except Failed as error:
        results.failures.append(f"{what}: {error}")


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="性能を測ります / measures the speed")
    parser.add_argument("--only", choices=["pdf", "many", "web", "start", "cohorts"])
    parser.add_argument("--quick", action="store_true", help="1 run, 300 companies: to see that it works")
    parser.add_argument(
        "--profile", choices=["save", "page", "result", "pdf"], help="print where the time goes instead"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    chosen = parse(arguments)
    size = QUICK if chosen.quick or chosen.profile else FULL
    results = Results(machine(), {**vars(chosen), "size": {name: getattr(size, name) for name in size.__slots__}})
    with tempfile.TemporaryDirectory(prefix="keian-bench.") as place:
        folder = Path(place)
        bench = Bench(size, Clock(TIME_LIMIT), folder, environment(folder), results)
        every = databases(os.environ.get("DATABASE_URL", ""), folder)
        results.machine["databases"] = {database.name: database.facts() for database in every}
        if chosen.profile:
            try:
                show_profile(bench, chosen.profile, every[0])
            except Failed as error:
                print(f"FAILED {error}", file=sys.stderr)
                return 1
            return 0
        measure(bench, every, chosen.only)
    results.machine["load_after"] = os.getloadavg()
    results.write(RESULTS)
    report(results)
    return 1 if results.failures else 0


def measure(bench: Bench, every: list[Database], only: str | None) -> None:
    on_database = only not in ("pdf", "many")
    if on_database:
        attempt(bench.results, "collectstatic", partial(collect_static, bench))
    for database in every if on_database else ():
        if only in (None, "start"):
            attempt(bench.results, f"start, {database.name}", partial(measure_start, bench, database))
        if only in (None, "web"):
            attempt(bench.results, f"web, {database.name}", partial(measure_web, bench, database))
    if only in (None, "pdf"):
        attempt(bench.results, "pdf", partial(measure_pdf, bench))
    if only in (None, "many"):
        attempt(bench.results, "many", partial(measure_many, bench))
    for database in every if only in (None, "cohorts") else ():
        attempt(bench.results, f"cohorts, {database.name}", partial(measure_network, bench, database))


def report(results: Results) -> None:
    facts = results.machine
    print(f"{facts['cores']} cores, {facts['cpu']}, Python {facts['python']}, Django {facts['packages']['django']}")
    for name, known in facts["databases"].items():
        print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in known.items()))
    for name, found in results.details.get("cohorts", {}).items():
        print(f"{name}: a network of {found['companies']} companies, then of {found['grown']}")
    for name, found in results.details.items():
        if name == "cohorts":
            continue
        print(
            f"{name}: {found['companies']} companies, {found['questions']} questions,"
            f" {found['section_questions']} of them on the questionnaire page"
        )
    print(f"load {facts['load_before'][0]:.2f} before, {facts['load_after'][0]:.2f} after; medians of the runs\n")
    print(table(results))
    print(f"\n{RESULTS.name}: every run")
    for failure in results.failures:
        print(f"FAILED {failure}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
