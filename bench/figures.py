"""What is measured against which target, and the table and the JSON file that say how it came out."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

PACKAGES = ("django", "gunicorn", "psycopg", "weasyprint", "pydyf", "celery")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `relative` figures are also given as a multiple of /healthz (`base`) of the same run."""

    key: str
    title: str
    unit: str
    target: float | None = None
    least: bool = False
    """True where the target is a lower bound."""
    relative: bool = False
    digits: int = 1
    base: str = "healthz"

    def met(self, value: float) -> bool | None:
        if self.target is None:
            return None
        return value > self.target if self.least else value <= self.target

    def wanted(self) -> str:
        return "" if self.target is None else f"{'>' if self.least else '<='} {self.target:g} {self.unit}".rstrip()


FIGURES = (
    Figure("healthz", "reference: /healthz, p50", "ms"),
    Figure("save", "save one answer, p50, 1 client", "ms", 20, relative=True),
    Figure("section", "questionnaire page, p50", "ms", 80, relative=True),
    Figure("contents", "contents page, p50", "ms", 80, relative=True),
    Figure("result", "result page, p50", "ms", relative=True),
    Figure("slowest_first_page", "slowest page of the first visits", "ms", relative=True),
    Figure("saves_per_second", "saves a second, 8 clients", "/s", 150, least=True),
    Figure("errors", "errors among them", "", 0, digits=0),
    Figure("rush_p50", "save one answer, p50, 8 clients", "ms", relative=True),
    Figure("rush_p95", "save one answer, p95, 8 clients", "ms", relative=True),
    Figure("worker_cpu", "CPU of the web workers a save, 8 clients", "ms", relative=True),
    Figure("client_cpu", "CPU of the load client, of one core", "%"),
    Figure("rss", "RSS of the largest web worker", "MB", 120),
    Figure("pss", "PSS of the largest web worker", "MB"),
    Figure("start", "start to first healthy answer", "s", 3, digits=2),
    Figure("migrate", "first migration", "s", 20, digits=2),
)
COHORT_FIGURES = (
    Figure("c_healthz", "reference: /healthz, p50", "ms"),
    Figure("c_dashboard_p95", "dashboard of a round, warm, p95", "ms", 150, relative=True, base="c_healthz"),
    Figure("c_dashboard", "dashboard of a round, warm, p50", "ms", relative=True, base="c_healthz"),
    Figure("c_dashboard_filter_p95", "dashboard, one industry, p95", "ms", 150, relative=True, base="c_healthz"),
    Figure("c_dashboard_cold", "dashboard, first visit", "ms"),
    Figure("c_dashboard_statements", "statements of the dashboard, warm", "", 12, digits=0),
    Figure("g_dashboard_p95", "dashboard, 10 times as many, p95", "ms", relative=True, base="g_healthz"),
    Figure("c_ratio", "dashboard, 10 times as many: p95, times", "x", 4, digits=2),
    Figure("g_dashboard_cold", "dashboard, 10 times as many, first visit", "ms"),
    Figure("c_board_p95", "status board, p95", "ms", 100, relative=True, base="c_healthz"),
    Figure("c_board_page_p95", "status board, another page, p95", "ms", 100, relative=True, base="c_healthz"),
    Figure("c_board_filter_p95", "status board, four filters, p95", "ms", 100, relative=True, base="c_healthz"),
    Figure("c_board_search_p95", "status board, search, p95", "ms", 100, relative=True, base="c_healthz"),
    Figure("c_board_statements", "statements of the status board", "", digits=0),
    Figure("g_board_p95", "status board, 10 times as many, p95", "ms", relative=True, base="g_healthz"),
    Figure("c_rss", "RSS of the largest web worker", "MB", 150),
    Figure("g_rss", "RSS of it, 10 times as many", "MB"),
    Figure("opening", "opening a round for all", "s", 60, digits=2),
    Figure("rescoring", "scoring all again, 2 cores", "s", 10, digits=2),
    Figure("counting", "counting both rounds", "s", digits=2),
    Figure("counting_grown", "counting, 10 times as many", "s", digits=2),
    Figure("seeding", "seeding them, one round", "s", digits=2),
)
PRINT_FIGURES = (
    Figure("ratios", "one conforming PDF: CPU, ours / naive form without", "", 0.80, digits=3),
    Figure("conformance", "CPU, ours / the same without conformance", "", digits=3),
    Figure("ours_ms", "one PDF: CPU, ours", "ms", digits=0),
    Figure("naive_ms", "one PDF: CPU, naive form", "ms", digits=0),
    Figure("ours_pages", "pages, ours", "", digits=0),
    Figure("naive_pages", "pages, naive form", "", digits=0),
    Figure("browser_wall", "wall time, ours / warm Chromium", "", digits=2),
    Figure("browser_cpu", "CPU, ours / all processes of Chromium", "", digits=2),
    Figure("browser_wall_ms", "one PDF: wall time, Chromium", "ms", digits=0),
    Figure("browser_cpu_ms", "one PDF: CPU, Chromium", "ms", digits=0),
    Figure("browser_pages", "pages, Chromium (tagged, conforms to nothing)", "", digits=0),
    Figure("template_ms", "its HTML from the template, in none of them", "ms", digits=0),
)
MANY_FIGURES = (
    Figure("two_to_one", "reports an hour, two worker processes / one", "", 1.8, least=True, digits=2),
    Figure("one_per_hour", "reports an hour, one process", "", digits=0),
    Figure("two_per_hour", "reports an hour, two processes", "", digits=0),
    Figure("rss_50", "RSS of a worker after 50 reports", "MB", digits=0),
    Figure("rss_150", "RSS of it after 150", "MB", digits=0),
    Figure("rss_300", "RSS of it after 300", "MB", digits=0),
    Figure("rss_growth", "RSS after 300 / after 50", "", 1.1, digits=2),
)


@dataclass
class Results:
    """Everything that one call of the benchmark found."""

    machine: dict[str, Any]
    options: dict[str, Any]
    columns: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    """Database name -> figure key -> one value a run."""
    printing: dict[str, Any] = field(default_factory=dict)
    many: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(self, column: str, values: Mapping[str, Sequence[float]]) -> None:
        self.columns.setdefault(column, {}).update({key: list(found) for key, found in values.items()})

    def value(self, column: str, key: str) -> float | None:
        found = self.columns.get(column, {}).get(key)
        return (sum(found) if key == "errors" else median(found)) if found else None

    def ratio(self, column: str, figure: Figure) -> float | None:
        """The median over the runs of value / healthz of that run."""
        own, base = (self.columns.get(column, {}).get(name) or [] for name in (figure.key, figure.base))
        if len(own) != len(base):
            base = [median(base)] * len(own) if base else []
        return median(a / b for a, b in zip(own, base, strict=True)) if own and base else None

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(self.__dict__, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def table(results: Results) -> str:
    """The figures as text."""
    text = [found for figures in (FIGURES, COHORT_FIGURES) if (found := _columns(results, figures))]
    text += [
        _single(found, figures)
        for found, figures in ((results.printing, PRINT_FIGURES), (results.many, MANY_FIGURES))
        if found
    ]
    return "\n\n".join(text)


def _single(values: Mapping[str, Any], figures: Sequence[Figure]) -> str:
    """One column; what was not measured says so."""
    lines = [["PDF", "target", "measured", "met"]]
    for figure in figures:
        found = values.get(figure.key)
        if found is None:
            lines.append([figure.title, figure.wanted(), values.get("browser", "not measured"), ""])
            continue
        value = median(found) if isinstance(found, list) else float(found)
        lines.append([figure.title, figure.wanted(), _shown(figure, value), _met(figure, [value])])
    return _aligned(lines)


def _columns(results: Results, figures: Sequence[Figure]) -> str:
    """A column a database; nothing where none of these was measured."""
    names = list(results.columns)
    head = ["figure", "target", *(word for name in names for word in (name, "x healthz")), "met"]
    rows = []
    for figure in figures:
        values = [results.value(name, figure.key) for name in names]
        if all(value is None for value in values):
            continue
        row = [figure.title, figure.wanted()]
        for name, value in zip(names, values, strict=True):
            ratio = results.ratio(name, figure) if figure.relative else None
            row += [_shown(figure, value), "" if ratio is None else f"{ratio:.1f}"]
        rows.append([*row, _met(figure, values)])
    return _aligned([head, *rows]) if rows else ""


def _shown(figure: Figure, value: float | None) -> str:
    return "-" if value is None else f"{value:.{figure.digits}f} {figure.unit}".rstrip()


def _met(figure: Figure, values: Sequence[float | None]) -> str:
    verdicts = [figure.met(value) for value in values if value is not None]
    return "" if None in verdicts or not verdicts else "yes" if all(verdicts) else "NO"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            word.ljust(width) if place < 2 else word.rjust(width)
            for place, (word, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    return {
        "cores": os.cpu_count(),
        "usable_cores": len(os.sched_getaffinity(0)),
        "cpu": cpu,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "load_before": os.getloadavg(),
    }
