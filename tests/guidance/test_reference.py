"""Reference lists load, or are refused with every fault and its line; what is old says so; ids are addresses."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from guidance.loading import load_catalog, load_reference, write_lock
from guidance.problems import InputRefused, Problem
from guidance.reference import Caution, Measures, needs_checking
from guidance.registry import open_library
from tests.guidance.files import MINIMAL, line_of, write

pytestmark = pytest.mark.pure

CAUTIONS = """\
schema: 1
list: talks
kind: caution
title: {ja: 同業者との話, en: Talks with competitors}
intro: {ja: 注意の一覧です, en: Things to mind}
source: {ja: 事例集, en: A casebook}
as_of: 2025-11-20
checked_on: 2026-11-23
items:
  - id: AM-01
    name: {ja: 技術の範囲, en: The scope of technology}
    certainty: A
    text: {ja: 守る技術を話す, en: Talk about what to protect}
    caution: {ja: 価格を話さない, en: No prices}
"""

MEASURES = """\
schema: 1
list: support-measures
kind: measure
title: {ja: 支援策, en: Support measures}
intro: {ja: 一覧です, en: A list}
source: {ja: 一覧表, en: A table}
as_of: 2026-04-15
checked_on: 2026-11-23
items:
  - id: SUP-1
    name: {ja: 補助金, en: A subsidy}
    certainty: B
    audience: {ja: 中小企業, en: SMEs}
    benefit: {ja: 上限1億円, en: Up to ¥100 million}
    requirements:
      - text: {ja: 売上10億円以上, en: Sales of ¥1 billion or more}
        when: {profile: sales_band, in: [1b-4b, 4b-10b]}
      - text: {ja: 2000人以下, en: At most 2000 people}
        when: {profile: employees, at_most: 2000}
    also_needed: [{ja: 賃上げ, en: Higher wages}]
    status: unknown
    as_of: {ja: 2次公募, en: Second call}
"""


def refused(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(InputRefused) as caught:
        load_reference(path, base=path.parent)
    assert all(problem.ja and problem.en for problem in caught.value.problems)
    return caught.value.problems


def test_a_list_loads_as_its_kind(tmp_path: Path) -> None:
    found = load_reference(write(tmp_path, CAUTIONS, "talks.yaml"))
    [item] = found.items
    assert isinstance(item, Caution)
    assert (found.list, item.id, item.caution.en) == ("talks", "AM-01", "No prices")
    measures = load_reference(write(tmp_path, MEASURES, "measures.yaml"))
    assert isinstance(measures, Measures)
    assert measures.items[0].requirements[1].when.at_most == 2000


def test_every_fault_of_a_list_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = (
        MEASURES.replace("profile: employees, at_most", "profile: employes, at_most")
        .replace("in: [1b-4b, 4b-10b]", "in: [1b-4b, 5b]")
        .replace("status: unknown", "status: maybe")
        .replace("certainty: B", "certainty: Z")
        .replace("checked_on: 2026-11-23", "checked_on: soon")
    )
    problems = refused(write(tmp_path, text, "measures.yaml"))
    marked = ["checked_on: soon", "certainty: Z", "in: [1b-4b, 5b]", "profile: employes", "status: maybe"]
    assert [problem.line for problem in problems] == [line_of(text, mark) for mark in marked]
    assert "did you mean employees?" in problems[3].en


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("- a list", "a mapping belongs here"),
        (CAUTIONS.replace("kind: caution", "kind: rumour"), "kind must be one of"),
        (CAUTIONS.replace("kind: caution\n", ""), "kind must be one of"),
        (CAUTIONS + CAUTIONS[CAUTIONS.index("  - id") :], "used twice"),
        (CAUTIONS.replace("    caution: {ja: 価格を話さない, en: No prices}\n", ""), "required and missing"),
    ],
)
def test_a_faulty_list_is_refused_with_a_reason(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in problem.en for problem in refused(write(tmp_path, text, "talks.yaml")))


def test_what_was_checked_more_than_a_year_ago_needs_checking() -> None:
    checked = dt.date(2025, 11, 23)
    assert not needs_checking(checked, dt.date(2026, 11, 23))
    assert needs_checking(checked, dt.date(2026, 11, 24))


def library_folder(folder: Path, *, cautions: str = CAUTIONS, catalog: str = MINIMAL) -> Path:
    for name in ("sources", "watchlists", "support", "tiny-1"):
        (folder / name).mkdir()
    words = "{ja: 言葉, en: Words}"
    clause = f"  - {{id: C-A, heading: {words}, text: {words}, place: {words}, certainty: A}}\n"
    head = f"schema: 1\nsource: paper\ntitle: {words}\nissuer: {words}\nedition: {words}\ndate: 2026-01-23\n"
    write(
        folder / "sources",
        f"{head}url: https://example.org/\nstatus: draft\nchecked_on: 2026-11-23\nclauses:\n{clause}",
        "paper.yaml",
    )
    write(folder / "watchlists", cautions, "talks.yaml")
    write(folder / "support", MEASURES, "measures.yaml")
    write(folder / "tiny-1", catalog)
    return folder


def test_a_question_may_point_to_a_list_or_to_an_entry_but_to_nothing_else(tmp_path: Path) -> None:
    pointed = MINIMAL.replace("    quick: true\n", "").replace(
        "            basis: own\n", "            basis: own\n            see: [talks, AM-01]\n"
    )
    library = open_library(library_folder(tmp_path, catalog=pointed))
    assert library.problems == ()
    assert library.catalogs["tiny@1"].catalog.questions["Q-2"].see == ("talks", "AM-01")
    assert list(library.measures) == ["SUP-1"]
    assert library.entries["AM-01"][0].list == "talks"
    wrong = pointed.replace("[talks, AM-01]", "[talk, SUP-1]")
    write(tmp_path / "tiny-1", wrong)
    problems = open_library(tmp_path).problems
    assert [problem.line for problem in problems] == [line_of(wrong, "[talk, SUP-1]")] * 2
    assert "did you mean talks?" in problems[0].en


def test_a_list_that_cannot_be_read_is_told_once_and_the_questionnaire_goes_on(tmp_path: Path) -> None:
    broken = CAUTIONS.replace("kind: caution", "kind: rumour")
    pointed = MINIMAL.replace("            basis: own\n", "            basis: own\n            see: [AM-01]\n")
    library = open_library(library_folder(tmp_path, cautions=broken, catalog=pointed))
    assert [problem.file for problem in library.problems] == ["watchlists/talks.yaml"]
    assert "tiny@1" in library.catalogs


def test_an_id_stands_in_one_list_only(tmp_path: Path) -> None:
    folder = library_folder(tmp_path)
    write(folder / "watchlists", CAUTIONS.replace("list: talks", "list: other"), "zz.yaml")
    [problem] = open_library(folder).problems
    assert "AM-01" in problem.en
    assert problem.file == "zz.yaml"


def test_the_last_release_stays_current_while_a_draft_and_a_list_are_broken(tmp_path: Path) -> None:
    pointed = MINIMAL.replace("            basis: own\n", "            basis: own\n            see: [AM-01]\n")
    released = pointed.replace('version: "1"\n', 'version: "1"\nreleased: 2026-11-24\n')
    folder = library_folder(tmp_path, catalog=released)
    (folder / "catalogs.lock").touch()
    digest = load_catalog(folder / "tiny-1", open_library(folder).references, locked=False).digest
    write_lock(folder / "catalogs.lock", "tiny@1", digest)
    (folder / "tiny-2").mkdir()
    write(folder / "tiny-2", pointed.replace('version: "1"', 'version: "2"').replace("weight: 2", "weight: 9"))
    write(folder / "watchlists", CAUTIONS.replace("kind: caution", "kind: rumour"), "talks.yaml")
    library = open_library(folder)
    assert [problem.file for problem in library.problems] == ["watchlists/talks.yaml", "tiny-2/catalog.yaml"]
    assert all(problem.line for problem in library.problems)
    assert list(library.catalogs) == ["tiny@1"]
