"""Two versions compared question by question; a draft of the next version proves it on the shipped questionnaire."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given

from guidance.catalog import Catalog, Text
from guidance.diffing import Diff, compare, pieces
from guidance.migration import Declared, Migration
from guidance.registry import Library, open_library
from tests.catalogs import careful, catalogs, make_axis, make_catalog, make_question, make_section, one_axis
from tests.guidance import next_version as draft

pytestmark = pytest.mark.pure


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return open_library(draft.library_with_draft(tmp_path_factory.mktemp("next")))


@pytest.fixture(scope="module")
def diff(library: Library) -> Diff:
    old, new = library.catalogs[draft.OLD].catalog, library.catalogs[draft.NEW].catalog
    return compare(old, new, library.migrations[draft.OLD, draft.NEW])


def test_the_draft_loads_beside_the_present_version(library: Library) -> None:
    assert [str(problem) for problem in library.problems] == []
    assert {draft.OLD, draft.NEW} <= set(library.catalogs)


def test_every_kind_of_change_is_found(diff: Diff) -> None:
    kinds = {name: change.kind for name, change in diff.of_old.items() if change.kind != "unchanged"}
    assert kinds == {
        draft.REWORDED: "reworded",
        draft.SAME_MEANING: "reworded",
        draft.LEVELS: "levels changed",
        draft.SPLIT: "split",
        draft.MERGED[0]: "merged",
        draft.MERGED[1]: "merged",
        draft.RETIRED: "retired",
    }
    assert diff.of_new[draft.FRESH].kind == "new"
    assert diff.of_new[draft.RENAMED_TO].renamed
    assert {change.kind: change.carry for change in diff.changes if not change.same_meaning} == {
        "unchanged": "copy",
        "reworded": "confirm",
        "levels changed": "confirm",
        "split": "confirm",
        "merged": "confirm",
        "retired": "keep",
        "new": "ask",
    }
    assert diff.of_new[draft.SAME_MEANING].carry == "copy"


def test_a_heavier_weight_keeps_the_answer_and_says_that_the_score_moves(diff: Diff) -> None:
    change = diff.of_new[draft.HEAVIER]
    assert (change.kind, change.parts, change.counted) == ("unchanged", ("weight",), ("weight",))


def test_every_question_of_either_version_stands_in_exactly_one_change(diff: Diff) -> None:
    for side, catalog in (("old", diff.old), ("new", diff.new)):
        counts = Counter(question.id for change in diff.changes for question in getattr(change, side))
        assert counts == Counter(dict.fromkeys(catalog.questions, 1))


def test_without_a_declaration_a_missing_id_is_retired_and_a_fresh_one_is_new() -> None:
    old = one_axis(make_question("Q-1"), make_question("Q-2"))
    new = one_axis(make_question("Q-1"), make_question("Q-3"))
    found = compare(old, new)
    assert [(change.kind, [q.id for q in (*change.old, *change.new)]) for change in found.changes] == [
        ("unchanged", ["Q-1", "Q-1"]),
        ("new", ["Q-3"]),
        ("retired", ["Q-2"]),
    ]


def test_a_change_in_either_language_is_a_change() -> None:
    old = one_axis(make_question("Q-1"), make_question("Q-2"))
    levels = tuple(
        Text(text.ja, "Other words") if index == 4 else text for index, text in enumerate(old.questions["Q-2"].levels)
    )
    new = one_axis(
        make_question("Q-1", text=Text("Q-1 の問い", "Another question")), make_question("Q-2", levels=levels)
    )
    assert [change.kind for change in compare(old, new).changes] == ["reworded", "levels changed"]


def test_a_section_that_weighs_more_is_told() -> None:
    question = make_question("Q-1")
    old, new = (make_catalog(make_axis(make_section("S", question, weight=weight))) for weight in (1, 3))
    [section] = compare(old, new).sections
    assert (section.old, section.new) == (1, 3)


@careful
@given(catalogs())
def test_a_version_compared_with_itself_is_unchanged(catalog: Catalog) -> None:
    found = compare(catalog, catalog)
    assert {change.kind for change in found.changes} == {"unchanged"}
    assert not any(change.parts for change in found.changes)
    assert (found.sections, found.actions_added, found.actions_removed, found.actions_changed) == ((), (), (), ())
    assert found.terms == 0


@careful
@given(catalogs(), catalogs())
def test_any_two_versions_put_every_question_in_exactly_one_change(old: Catalog, new: Catalog) -> None:
    found = compare(old, new)
    assert sorted(q.id for change in found.changes for q in change.old) == sorted(old.questions)
    assert sorted(q.id for change in found.changes for q in change.new) == sorted(new.questions)


def test_a_split_may_keep_the_old_id_for_one_of_its_parts() -> None:
    old = one_axis(make_question("Q-1"))
    new = one_axis(make_question("Q-1", text=Text("狭い問い", "Narrower")), make_question("Q-2"))
    declared = Migration(
        **{
            "schema": 1,
            "from": "a@1",
            "to": "a@2",
            "changes": (Declared(**{"kind": "split", "from": ("Q-1",), "to": ("Q-1", "Q-2")}),),
        }
    )
    [change] = compare(old, new, declared).changes
    assert (change.kind, [q.id for q in change.new]) == ("split", ["Q-1", "Q-2"])


def test_the_changed_words_are_marked_and_nothing_else_is_lost() -> None:
    row = pieces("仕入れが特定の国に偏っていませんか。", "仕入れが1つの国に偏っていませんか。")
    assert "".join(piece.text for piece in row if piece.kind != "added") == "仕入れが特定の国に偏っていませんか。"
    assert "".join(piece.text for piece in row if piece.kind != "removed") == "仕入れが1つの国に偏っていませんか。"
    assert [piece.text for piece in row if piece.kind == "removed"] == ["特定"]


# --- the migration file -------------------------------------------------------------------------------------------


def test_every_fault_of_a_migration_file_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = f"""\
schema: 1
from: {draft.OLD}
to: {draft.NEW}
changes:
  - {{kind: same_meaning, from: [A-VIS-01], to: [A-VIS-01]}}
  - {{kind: split, from: [A-STK-03], to: [A-STK-11]}}
  - {{kind: merged, from: [A-SCN-03, A-SCN-99], to: [A-SCN-11]}}
  - {{kind: retired, from: [A-VIS-02]}}
  - {{kind: renamed, from: [A-STK-03], to: [A-LOG-12]}}
  - {{kind: renamed, from: [A-DLG-01], to: [A-DLG-02]}}
  - {{kind: moved, from: [A-DLG-01]}}
"""
    library = open_library(draft.library_with_draft(tmp_path, migration=text))
    assert draft.NEW in library.catalogs, "the version itself stays usable"
    assert library.migrations == {}
    found = {(problem.line, problem.en.split(":")[0]) for problem in library.problems}
    assert {line for line, _ in found} == {5, 6, 7, 8, 9, 10, 11}
    words = " / ".join(problem.en for problem in library.problems)
    for said in ("not needed", "needs 2+ questions", "there is no question 'A-SCN-99'", "still in the new", "keep one"):
        assert said in words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("schema: 1\nfrom: keian@2026.1\nto: keian@2030\n", "no questionnaire 'keian@2030'"),
        ("schema: 1\n", "required"),
    ],
)
def test_a_migration_file_that_names_no_two_versions_is_refused(tmp_path: Path, text: str, said: str) -> None:
    library = open_library(draft.library_with_draft(tmp_path, migration=text))
    assert all(problem.file == "keian-2026.2/migration-from-2026.1.yaml" for problem in library.problems)
    assert any(said in problem.en for problem in library.problems)


def test_two_files_for_the_same_two_versions_are_refused(tmp_path: Path) -> None:
    folder = draft.library_with_draft(tmp_path)
    text = f"schema: 1\nfrom: {draft.OLD}\nto: {draft.NEW}\n"
    (folder / "keian-2026.2" / "migration-zz.yaml").write_text(text, encoding="utf-8")
    library = open_library(folder)
    assert [problem.file for problem in library.problems] == ["keian-2026.2/migration-zz.yaml"]
    assert library.migrations[draft.OLD, draft.NEW].changes, "the first one holds"


def test_a_folder_is_checked_together_with_its_migration_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = draft.library_with_draft(tmp_path) / "keian-2026.2"
    call_command("check_catalogs", str(folder))
    (folder / "migration-from-2026.1.yaml").write_text(f"schema: 1\nfrom: {draft.OLD}\nto: keian@9\n", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("check_catalogs", str(folder))
    assert "migration-from-2026.1.yaml:3" in capsys.readouterr().err
