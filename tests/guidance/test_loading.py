"""A catalog file loads, or is refused with every fault, its file and its line (contracts §1)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from guidance.loading import digest_of, load_catalog, load_source, write_lock
from guidance.problems import InputRefused, Problem
from tests.guidance.files import MINIMAL, REFERENCES, line_of, load, write

pytestmark = pytest.mark.pure

FILE = "catalog.yaml"


def changed(*changes: tuple[str, str]) -> str:
    """MINIMAL with each old text, which stands there once, replaced by a new one."""
    text = MINIMAL
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
        text = text.replace(old, new)
    return text


def refused(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(InputRefused) as caught:
        load(path)
    assert all(problem.ja and problem.en for problem in caught.value.problems)
    return caught.value.problems


def test_a_minimal_file_loads(tmp_path: Path) -> None:
    loaded = load(write(tmp_path))
    catalog = loaded.catalog
    assert catalog.ref == "tiny@1"
    assert catalog.released is None
    assert list(catalog.questions) == ["Q-1", "Q-2"]
    assert catalog.questions["Q-1"].levels[4].en == "Fourth"
    assert catalog.actions_by_id["ACT-2"].requires == ("ACT-1",)
    assert loaded.remarks == ()
    assert len(loaded.digest) == 64


def test_a_folder_is_read_by_its_catalog_yaml(tmp_path: Path) -> None:
    write(tmp_path)
    assert load(tmp_path).catalog == load(tmp_path / FILE).catalog


def test_a_condition_on_a_fact_that_no_form_asks_is_a_remark_and_no_fault(tmp_path: Path) -> None:
    text = changed(("profile: imports", "profile: import"))
    [remark] = load(write(tmp_path, text)).remarks
    assert (remark.file, remark.line) == (FILE, line_of(text, "profile: import"))
    assert "did you mean imports?" in remark.en


REFUSED: dict[str, tuple[str, str, str, str]] = {
    # name: (old text, new text, what stands on the line that is named, what is said)
    "unknown key at the top": ("catalog: tiny", "catalog: tiny\ncolour: red", "colour: red", "unknown key"),
    "unknown key in a question": (
        "            weight: 2\n",
        "            wait: 2\n            weight: 2\n",
        "wait: 2",
        "unknown key",
    ),
    "unknown key in a text": ("{ja: 四, en: Fourth}", "{ja: 四, en: Fourth, fr: Quatre}", "Quatre", "unknown key"),
    "another schema": ("schema: 1", "schema: 2", "schema: 2", "not one of 1"),
    "an axis that is none": ("- id: autonomy", "- id: autarky", "- id: autarky", "not one of 'autonomy'"),
    "a text without Japanese": ("{ja: 四, en: Fourth}", "{en: Fourth}", "Fourth", "required and missing"),
    "an empty text": ("{ja: 四, en: Fourth}", '{ja: " ", en: Fourth}', "Fourth", "empty"),
    "a question without why": (
        "            why: {ja: 一社では止まります, en: One supplier may stop.}\n",
        "",
        "- id: Q-2",
        "missing",
    ),
    "four levels": ("              - {ja: 三, en: Third}\n", "", "levels:  # of Q-1", "there are 4"),
    "six levels": (
        "{ja: 四, en: Fourth}\n",
        "{ja: 四, en: Fourth}\n              - {ja: 五, en: Fifth}\n",
        "levels:  # of Q-1",
        "at most 5",
    ),
    "a weight of 4": ("            weight: 2\n", "            weight: 4\n", "weight: 4", "at most 3"),
    "a weight in quotes": ("            weight: 2\n", '            weight: "2"\n', 'weight: "2"', "not a whole number"),
    "a section without questions": (
        "actions:\n  - id: ACT-1",
        "      - {id: A.two, title: {ja: 二, en: Two}, weight: 1, questions: []}\nactions:\n  - id: ACT-1",
        "A.two",
        "at least 1",
    ),
    "no such clause": ("clauses: [C-A]", "clauses: [C-A, C-Z]", "C-Z", "there is no clause 'C-Z'"),
    "no such action": ("actions: [ACT-2]", "actions: [ACT-9]", "ACT-9", "there is no action 'ACT-9' (did you mean"),
    "no such prerequisite": ("requires: [ACT-1]", "requires: [ACT-7]", "ACT-7", "there is no action 'ACT-7'"),
    "no such support": ("support: [SUP-1]", "support: [SUP-2]", "SUP-2", "there is no support 'SUP-2'"),
    "no such question raised": (
        "{question: Q-2, to: 3}",
        "{question: Q-3, to: 3}",
        "Q-3",
        "there is no question 'Q-3'",
    ),
    "an action that raises nothing": ("raises: [{question: Q-2, to: 3}]", "raises: []", "raises: []", "raises nothing"),
    "a raise to level 0": ("{question: Q-2, to: 3}", "{question: Q-2, to: 0}", "to: 0", "at least 1"),
    "a raise to level 5": ("{question: Q-2, to: 3}", "{question: Q-2, to: 5}", "to: 5", "at most 4"),
    "a cost the wrong way round": ("{low: 0, high: 1000}", "{low: 5, high: 1}", "low: 5", "low is more than high"),
    "a cost in fractions": ("{low: 0, high: 1000}", "{low: 0, high: 1.5}", "high: 1.5", "not a whole number"),
    "a circle in requires": ("support: [SUP-1]", "requires: [ACT-2]", "requires: [ACT-2]", "ACT-1 → ACT-2 → ACT-1"),
    "an action that requires itself": ("support: [SUP-1]", "requires: [ACT-1] #", "requires: [ACT-1] #", "circle"),
    "a question that depends on itself": (
        "{profile: imports, is: true}",
        "{question: Q-2, at_least: 1}",
        "applies_when",
        "a circle in applies_when: Q-2 → Q-2",
    ),
    "a question that nobody reaches": (
        "{profile: imports, is: true}",
        "{all: [{profile: imports, is: true}, {profile: imports, is: false}]}",
        "applies_when",
        "no profile can reach this question",
    ),
    "a condition on a value that the fact cannot take": (
        "{profile: imports, is: true}",
        "{profile: industry, is: manufacturing}",
        "applies_when",
        "no profile can reach this question",
    ),
    "two conditions in one": (
        "{profile: imports, is: true}",
        "{profile: imports, is: true, any: [{profile: exports, is: true}]}",
        "applies_when",
        "exactly one of all, any, not, profile, question",
    ),
    "a condition without its test": (
        "{profile: imports, is: true}",
        "{profile: imports}",
        "applies_when",
        "needs is or in",
    ),
    "a test that belongs to another condition": (
        "{profile: imports, is: true}",
        "{all: [{profile: imports, is: true}], is: true}",
        "applies_when",
        "",
    ),
    "a condition on null": ("{profile: imports, is: true}", "{not: {profile: imports, is: null}}", "applies_when", ""),
    "a condition on a question that is not there": (
        "{profile: imports, is: true}",
        "{question: Q-7, at_least: 1}",
        "Q-7",
        "there is no question 'Q-7'",
    ),
    "an empty condition": ("{profile: imports, is: true}", "{any: []}", "any: []", "the condition is empty"),
    "basis clause without a clause": (
        "clauses: [C-A]",
        "clauses: []  #",
        "basis: clause",
        "needs a clause of certainty A",
    ),
    "basis clause on hearsay": ("clauses: [C-A]", "clauses: [C-B]", "basis: clause", "needs a clause of certainty A"),
    "basis clause on our own line": (
        "clauses: [C-A]",
        "clauses: [C-C]",
        "basis: clause",
        "needs a clause of certainty A",
    ),
    "a key that stands twice": ("catalog: tiny", "catalog: tiny\ncatalog: other", "catalog: other", "stands twice"),
    "a key that is no text": ("catalog: tiny", "catalog: tiny\n? [a]\n: b", "? [a]", "a key must be plain text"),
    "a date that is none": (
        "catalog: tiny",
        "catalog: tiny\nreleased: 2026-13-01",
        "released",
        "cannot read the value",
    ),
}


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_a_fault_is_refused_with_its_line(tmp_path: Path, case: str) -> None:
    old, new, marked, said = REFUSED[case]
    text = changed((old, new))
    found = refused(write(tmp_path, text))
    assert [p for p in found if (p.file, p.line) == (FILE, line_of(text, marked)) and said in p.en], found


def test_one_fault_is_told_once(tmp_path: Path) -> None:
    counts = {}
    for case, (old, new, _, _) in REFUSED.items():
        try:
            load(write(tmp_path, changed((old, new))))
        except InputRefused as caught:
            counts[case] = [problem.message("en") for problem in caught.problems]
    assert {case: found for case, found in counts.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("old", "new", "kind", "name"),
    [
        ("- id: Q-2", "- id: Q-1", "question", "Q-1"),
        ("- id: ACT-2", "- id: ACT-1", "action", "ACT-1"),
        ("glossary:\n", "glossary:\n  - {id: hhi, term: {ja: 別}, text: {ja: 別}}\n", "term", "hhi"),
        (
            "actions:\n  - id: ACT-1",
            "  - {id: autonomy, title: {ja: 二}, sections: []}\nactions:\n  - id: ACT-1",
            "axis",
            "autonomy",
        ),
        (
            "actions:\n  - id: ACT-1",
            "      - {id: A.one, title: {ja: 二}, weight: 1, questions: []}\nactions:\n  - id: ACT-1",
            "section",
            "A.one",
        ),
    ],
    ids=["question", "action", "term", "axis", "section"],
)
def test_an_id_that_is_used_twice_is_refused_at_the_second_place(
    tmp_path: Path, old: str, new: str, kind: str, name: str
) -> None:
    text = changed((old, new))
    second = [number for number, line in enumerate(text.splitlines(), start=1) if f"id: {name}" in line][-1]
    found = [(p.line, p.en) for p in refused(write(tmp_path, text)) if "used twice" in p.en]
    assert found == [(second, f"the {kind} id {name!r} is used twice; give each its own id")]


def test_basis_reported_needs_a_clause_that_somebody_reports(tmp_path: Path) -> None:
    for clause in ("C-A", "C-B"):
        allowed = changed(("clauses: [C-A]", f"clauses: [{clause}]"), ("basis: clause", "basis: reported"))
        assert load(write(tmp_path, allowed)).catalog.questions["Q-1"].basis == "reported"
    for clauses in ("[]", "[C-C]"):
        text = changed(("clauses: [C-A]", f"clauses: {clauses}"), ("basis: clause", "basis: reported"))
        [problem] = refused(write(tmp_path, text))
        assert problem.line == line_of(text, "basis: reported")
        assert "certainty A or B" in problem.en


def test_a_circle_of_conditions_over_two_questions_is_refused_once(tmp_path: Path) -> None:
    text = changed(
        ("            weight: 2\n", "            weight: 2\n            applies_when: {question: Q-2, at_least: 1}\n"),
        ("{profile: imports, is: true}", "{question: Q-1, at_least: 1}"),
    )
    [problem] = refused(write(tmp_path, text))
    assert "a circle in applies_when: Q-1 → Q-2 → Q-1" in problem.en
    assert problem.line == line_of(text, "{question: Q-2, at_least: 1}")


def test_a_question_that_only_a_hidden_question_opens_is_refused(tmp_path: Path) -> None:
    never = "applies_when: {all: [{profile: imports, is: true}, {not: {profile: imports, is: true}}]}"
    text = changed(
        ("{profile: imports, is: true}", "{question: Q-1, at_least: 1}"),
        ("            weight: 2\n", f"            weight: 2\n            {never}\n"),
    )
    lines = [problem.line for problem in refused(write(tmp_path, text)) if "no profile" in problem.en]
    assert lines == [line_of(text, "{not:"), line_of(text, "{question: Q-1, at_least: 1}")]


def test_ten_different_faults_in_one_file_are_told_at_once(tmp_path: Path) -> None:
    faults = [
        ("catalog: tiny", "catalog: tiny\ncolour: red", "colour", "unknown key"),
        ("{ja: 四, en: Fourth}", "{en: Fourth}", "Fourth", "missing"),
        ("              - {ja: 三, en: Threes}\n", "", "levels:  # of Q-2", "there are 4"),
        ("clauses: [C-A]", "clauses: [C-A, C-Z]", "C-Z", "no clause"),
        ("actions: [ACT-2]", "actions: [ACT-9]", "ACT-9", "no action"),
        ("support: [SUP-1]", "support: [SUP-2]", "SUP-2", "no support"),
        ("{question: Q-1, to: 3}", "{question: Q-3, to: 3}", "Q-3", "no question"),
        ("raises: [{question: Q-2, to: 3}]", "raises: []", "raises: []", "raises nothing"),
        ("requires: [ACT-1]", "requires: [ACT-2]", "requires:", "circle"),
        ("{profile: imports, is: true}", "{profile: imports}", "applies_when", "needs"),
        ("            weight: 2\n", "            weight: 9\n", "weight: 9", "at most 3"),
        ("{low: 0, high: 1000}", "{low: 9, high: 1}", "low: 9", "low is more than high"),
    ]
    text = changed(*((old, new) for old, new, _, _ in faults))
    found = refused(write(tmp_path, text))
    assert len(found) >= len(faults)
    for _, _, marked, said in faults:
        line = line_of(text, marked)
        assert [p for p in found if p.line == line and said in p.en], f"nothing said on line {line}: {said}"
    assert list(found) == sorted(found)


def test_a_message_names_file_line_and_place_in_both_languages(tmp_path: Path) -> None:
    text = changed(("clauses: [C-A]", "clauses: [C-A, C-Z]"))
    [problem] = refused(write(tmp_path, text))
    place = f"{FILE}:{line_of(text, 'C-Z')} axes[autonomy].sections[A.one].questions[Q-1].clauses[1]:"
    assert str(problem).startswith(f"{place} 条項「C-Z」はありません")
    assert problem.message("en").startswith(f"{place} there is no clause 'C-Z'")


# --- the lock -----------------------------------------------------------------------------------------------------

RELEASED = changed(('version: "1"', 'version: "1"\nreleased: 2026-12-01'))


def test_a_released_file_loads_while_its_bytes_are_those_of_the_lock(tmp_path: Path) -> None:
    file = write(tmp_path, RELEASED)
    write(tmp_path, f"# remark\ntiny@1 {digest_of([file])}  # tiny\n", "catalogs.lock")
    assert load(file).catalog.released == dt.date(2026, 12, 1)
    for other in (RELEASED + "# one more byte\n", RELEASED.replace("weeks: 4", "weeks: 5")):
        [problem] = refused(write(tmp_path, other))
        assert problem.line == line_of(other, "released:")
        assert "differs from catalogs.lock" in problem.en


def test_a_released_file_that_is_not_locked_is_refused_and_a_draft_is_not(tmp_path: Path) -> None:
    write(tmp_path, "", "catalogs.lock")
    assert load(write(tmp_path)).catalog.released is None
    [problem] = refused(write(tmp_path, RELEASED))
    assert problem.line == line_of(RELEASED, "released:")
    assert "check_catalogs --lock tiny@1" in problem.en


def test_the_lock_may_lie_in_the_folder_above(tmp_path: Path) -> None:
    folder = tmp_path / "tiny-1"
    folder.mkdir()
    write(folder, RELEASED)
    write(tmp_path, "tiny@1 0000\n", "catalogs.lock")
    assert "differs" in refused(folder)[0].en
    assert load_catalog(folder, REFERENCES, locked=False).catalog.ref == "tiny@1"


def test_a_line_of_the_lock_that_cannot_be_read_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    file = write(tmp_path, RELEASED)
    write(tmp_path, "tiny@1\n", "catalogs.lock")
    assert refused(file)


def test_a_lock_takes_a_release_once_and_never_other_bytes(tmp_path: Path) -> None:
    lock = write(tmp_path, "# remark\n", "catalogs.lock")
    write_lock(lock, "tiny@1", "abc")
    write_lock(lock, "tiny@1", "abc")
    assert lock.read_text(encoding="utf-8") == "# remark\ntiny@1 abc\n"
    with pytest.raises(ValueError, match="tiny@1"):
        write_lock(lock, "tiny@1", "abd")


def test_a_release_has_every_text_in_english(tmp_path: Path) -> None:
    write(tmp_path, "", "catalogs.lock")
    draft = MINIMAL.replace("{ja: 四, en: Fourth}", "{ja: 四}")
    assert load(write(tmp_path, draft)).catalog.questions["Q-1"].levels[4].en is None
    text = RELEASED.replace("{ja: 四, en: Fourth}", "{ja: 四}")
    file = write(tmp_path, text)
    write(tmp_path, f"tiny@1 {digest_of([file])}\n", "catalogs.lock")
    assert [problem.line for problem in refused(file)] == [line_of(text, "{ja: 四}")]


# --- sources and support ------------------------------------------------------------------------------------------

SOURCE = """\
schema: 1
source: paper
title: {ja: 文書}
issuer: {ja: 省}
edition: {ja: 第1版}
date: 2026-01-23
url: https://example.invalid/paper
status: in force
checked_on: 2026-11-23
clauses:
  - {id: P-1, heading: {ja: 見出し}, text: {ja: 要旨}, place: {ja: 1頁}, certainty: A}
  - {id: P-2, heading: {ja: 見出し}, text: {ja: 要旨}, place: {ja: 2頁}, certainty: B, reported_by: {ja: 解説記事}}
"""


def test_a_source_loads(tmp_path: Path) -> None:
    source = load_source(write(tmp_path, SOURCE, "paper.yaml"))
    assert list(source.clauses_by_id) == ["P-1", "P-2"]


@pytest.mark.parametrize(
    ("old", "new", "marked", "said"),
    [
        ("id: P-2", "id: P-1, note: {ja: 二つめ}", "二つめ", "used twice"),
        (", reported_by: {ja: 解説記事}", "", "P-2", "needs reported_by"),
        ("certainty: A", "certainty: D", "certainty: D", "not one of 'A', 'B' or 'C'"),
        ("source: paper", "source: other", "source: other", "must equal the file name"),
        ("status: in force", "status: valid", "status: valid", "not one of"),
        ("url: https", "url: ftp", "url: ftp", "a URL starts with http"),
    ],
)
def test_a_faulty_source_is_refused_with_its_line(tmp_path: Path, old: str, new: str, marked: str, said: str) -> None:
    text = SOURCE.replace(old, new)
    with pytest.raises(InputRefused) as caught:
        load_source(write(tmp_path, text, "paper.yaml"), base=tmp_path)
    [problem] = caught.value.problems
    assert (problem.file, problem.line) == ("paper.yaml", line_of(text, marked))
    assert said in problem.en


def test_an_empty_source_is_refused_with_a_reason(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as caught:
        load_source(write(tmp_path, "", "paper.yaml"))
    assert caught.value.problems


def test_an_include_that_cannot_be_read_is_the_only_fault_that_is_told(tmp_path: Path) -> None:
    """Everything in it seems to be missing elsewhere; one fault must not look like forty."""
    head, actions = MINIMAL.split("actions:\n", 1)
    write(tmp_path, "- id: [\n", "actions.yaml")
    glossary = "glossary:\n" + actions.split("glossary:\n", 1)[1]
    file = write(tmp_path, head + "actions:\n  - include: actions.yaml\n" + glossary)
    with pytest.raises(InputRefused) as caught:
        load(file)
    assert [problem.file for problem in caught.value.problems] == ["actions.yaml"]
