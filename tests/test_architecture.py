"""The rules of the code's shape, read from the source by `ast`."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

ROOT = Path(__file__).resolve().parent.parent
APPS = ("guidance", "organisations", "assessments", "cohorts", "advising", "reports", "config")
"""From left to right: a module imports its own app and those to its left."""
# puremagic and Pillow look at bytes and know nothing of us: what a file is can be decided without a database or a disk.
PURE_LIBRARIES = {"pydantic", "yaml", "annotated_types", "openpyxl", "puremagic", "PIL"}
OWNERLESS = {"core", "common", "utils", "helpers", "misc"}
LONGEST_MODULE = 400

# Every use is reviewed: `mark_safe` can let a script into a page, `unscoped` can show one company's rows to another.
# A new use needs a reason that a reader accepts; then raise the number here. Fewer uses: lower it.
REVIEWED_USES: dict[tuple[str, str], int] = {
    ("organisations/models/bodies.py", "unscoped"): 1,  # where the managers are declared
    ("organisations/models/sharing.py", "unscoped"): 2,
    ("assessments/models/answering.py", "unscoped"): 4,
    ("assessments/models/teamwork.py", "unscoped"): 4,
    ("assessments/models/evidence.py", "unscoped"): 1,
    ("assessments/models/outlines.py", "unscoped"): 1,
    ("assessments/models/uploads.py", "unscoped"): 1,
    ("cohorts/models/rounds.py", "unscoped"): 1,
    ("cohorts/models/figures.py", "unscoped"): 2,
    ("advising/models/reviews.py", "unscoped"): 4,
    ("advising/models/reports.py", "unscoped"): 2,
    ("reports/models/files.py", "unscoped"): 1,
    ("organisations/demonstration.py", "unscoped"): 3,  # seeds rows between companies and bodies, on no real site
    # Who follows an invitation is in no scope yet; what opens it is the signed link and the proven address.
    ("organisations/inviting.py", "unscoped"): 5,
    # Across companies on purpose: a body asks which of its companies submitted, an administrator how many a body has.
    # And which of them have begun.
    ("assessments/submitted_by.py", "unscoped"): 2,
    ("advising/demonstration.py", "unscoped"): 2,  # as the demonstration's of organisations, on no real site
    # The scores of many companies at once: the consent and the affiliation of each are part of the query.
    ("assessments/consented.py", "unscoped"): 6,
    ("assessments/rescoring.py", "unscoped"): 3,  # scores every submission again; nothing but ids is shown
    # Who joins a network is in no body's scope yet; rows are taken by the round.
    ("cohorts/participants.py", "unscoped"): 1,
    ("cohorts/seeding.py", "unscoped"): 2,  # as the demonstration's, on no real site
    ("organisations/platform.py", "unscoped"): 1,
    # The latest submission of each company of a body: the consent and the affiliation of each are part of the query.
    ("reports/batches/choosing.py", "unscoped"): 1,
    # Finished files of all bodies, to find those that may not be handed over any more; nothing of them is shown.
    ("reports/batches/standing.py", "unscoped"): 1,
    ("reports/client/reproducing.py", "unscoped"): 1,  # ids alone; each paper is looked at in its company's scope
    ("reports/jobs.py", "unscoped"): 1,  # the queue belongs to no company; each job opens its own scope
    ("reports/retention.py", "unscoped"): 7,  # what is cleared is cleared for all companies, and nothing of it is shown
    # Our own SVG; the import counts as one.
    ("reports/templatetags/report_tags.py", "mark_safe"): 2,
    # The advisor's text, cleaned by an allow-list, and a chart of ours.
    ("reports/templatetags/client_report.py", "mark_safe"): 3,
}


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = sorted(file for app in APPS for file in (ROOT / app).rglob("*.py") if "migrations" not in file.parts)
TREES = {file: ast.parse(file.read_text(encoding="utf-8")) for file in FILES}
MODULES = {name_of(file): file for file in FILES}


def pure_patterns() -> list[str]:
    """The PURE modules, from the one list that mypy is strict about."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    strict = [entry for entry in settings["tool"]["mypy"]["overrides"] if entry.get("strict")]
    return [pattern for entry in strict for pattern in entry["module"]]


def is_pure(module: str) -> bool:
    return any(fnmatch(module, pattern) or module == pattern.removesuffix(".*") for pattern in pure_patterns())


def imports(file: Path) -> Iterator[tuple[str, int]]:
    """Every module that `file` imports, as a full name, with the line."""
    package = name_of(file).split(".")
    if file.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(TREES[file]):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                # `from guidance import faults` imports a module, `from guidance.faults import circle` a name in one.
                whole = f"{stem}.{alias.name}"
                yield (whole if whole in MODULES else stem), node.lineno


def word_of(node: ast.AST) -> str:
    """The name that `node` uses, reaches for or imports."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.name if isinstance(node, ast.alias) else ""


def place(file: Path, line: int) -> str:
    return f"{file.relative_to(ROOT)}:{line}"


def test_there_is_source_to_read() -> None:
    assert {name.split(".")[0] for name in MODULES} == set(APPS)


def test_an_app_imports_itself_and_apps_to_its_left() -> None:
    wrong = [
        f"{place(file, line)} imports {imported}"
        for file in FILES
        for imported, line in imports(file)
        if (target := imported.split(".")[0]) in APPS
        and APPS.index(target) > APPS.index(file.relative_to(ROOT).parts[0])
    ]
    assert not wrong, "\n".join(wrong)


def test_pure_modules_import_only_the_standard_library_and_pure_modules() -> None:
    wrong = []
    for name, file in MODULES.items():
        if not is_pure(name):
            continue
        for imported, line in imports(file):
            top = imported.split(".")[0]
            allowed = is_pure(imported) if top in APPS else top in sys.stdlib_module_names | PURE_LIBRARIES
            if not allowed:
                wrong.append(f"{place(file, line)} is PURE and imports {imported}")
    assert not wrong, "\n".join(wrong)


def test_the_list_of_pure_modules_names_modules_that_exist() -> None:
    stale = [pattern for pattern in pure_patterns() if not any(fnmatch(name, pattern) for name in MODULES)]
    assert not stale, f"pyproject.toml lists {stale}, which do not exist"


def test_the_list_of_pure_modules_and_their_docstrings_agree() -> None:
    says = {n for n, file in MODULES.items() if (ast.get_docstring(TREES[file]) or "").startswith("PURE.")}
    listed = {n for n, file in MODULES.items() if is_pure(n) and file.stat().st_size}
    assert says == listed, "a PURE module says so in its docstring and stands in pyproject.toml, or neither"


def test_weasyprint_is_imported_by_one_module_only() -> None:
    importers = {
        str(file.relative_to(ROOT))
        for file in FILES
        for imported, _ in imports(file)
        if imported.split(".")[0] == "weasyprint"
    }
    assert importers <= {"reports/rendering.py"}


def test_no_module_has_a_name_without_an_owner() -> None:
    wrong = [name for name in MODULES if OWNERLESS & set(name.split("."))]
    assert not wrong, f"name these after what they do: {wrong}"


def test_every_module_says_what_it_is() -> None:
    silent = [str(f.relative_to(ROOT)) for f in FILES if f.stat().st_size and not ast.get_docstring(TREES[f])]
    assert not silent, f"no docstring: {silent}"


def test_no_function_imports() -> None:
    wrong = {
        place(file, inner.lineno)
        for file in FILES
        if file.name != "apps.py" and file != ROOT / "reports" / "rendering.py"
        for node in ast.walk(TREES[file])
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    }
    assert not wrong, f"import at the top, from the left: {sorted(wrong)}"


def test_mark_safe_and_unscoped_stand_where_they_were_reviewed_and_nowhere_else() -> None:
    found: Counter[tuple[str, str]] = Counter()
    for file in FILES:
        for node in ast.walk(TREES[file]):
            if (word := word_of(node)) in {"mark_safe", "unscoped"}:
                found[str(file.relative_to(ROOT)), word] += 1
    assert dict(found) == REVIEWED_USES


def test_no_module_is_longer_than_one_sitting() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}
    long = {file: length for file, length in lengths.items() if length > LONGEST_MODULE}
    assert not long, f"split by noun at {LONGEST_MODULE} lines: {long}"
