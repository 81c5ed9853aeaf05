"""YAML with positions, and catalogs split over files with `include`."""

from __future__ import annotations

from pathlib import Path

import pytest

from guidance.problems import InputRefused, Problem
from guidance.reading import read
from tests.guidance.files import MINIMAL, line_of, load, write

pytestmark = pytest.mark.pure

BEFORE_SECTION, REST = MINIMAL.split("      - id: A.one", 1)
SECTION_BODY, AFTER_SECTION = REST.split("actions:\n  - id", 1)
SECTION = "\n".join(line[6:] for line in f"      - id: A.one{SECTION_BODY}".splitlines()) + "\n"
"""The one section of MINIMAL as a list of its own."""
ACTIONS = "\n".join(line[2:] for line in f"  - id{AFTER_SECTION}".split("glossary:")[0].splitlines()) + "\n"
GLOSSARY = "glossary:" + AFTER_SECTION.split("glossary:")[1]
MAIN = f"{BEFORE_SECTION}      - include: section.yaml\nactions:\n  - include: actions.yaml\n{GLOSSARY}"


def write_split(folder: Path, *, main: str = MAIN, section: str = SECTION, actions: str = ACTIONS) -> Path:
    write(folder, section, "section.yaml")
    write(folder, actions, "actions.yaml")
    return write(folder, main)


def refused(path: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(InputRefused) as caught:
        load(path)
    return [(problem.file, problem.line, problem.en) for problem in caught.value.problems]


def said_of(text: str, folder: Path) -> list[Problem]:
    """The faults of reading a YAML file with this text."""
    return read(write(folder, text, "one.yaml")).problems


def test_a_catalog_split_over_files_is_the_same_catalog(tmp_path: Path) -> None:
    one, many = tmp_path / "one", tmp_path / "many"
    one.mkdir()
    many.mkdir()
    assert load(write_split(many)).catalog == load(write(one)).catalog


def test_an_included_file_holds_one_item_or_a_list_of_them(tmp_path: Path) -> None:
    as_list = load(write_split(tmp_path)).catalog
    as_item = "\n".join(line[2:] for line in SECTION.splitlines()) + "\n"
    assert as_item.startswith("id: A.one\n")
    assert load(write_split(tmp_path, section=as_item)).catalog == as_list


def test_included_files_belong_to_the_digest(tmp_path: Path) -> None:
    before = load(write_split(tmp_path)).digest
    assert load(write_split(tmp_path)).digest == before
    assert load(write_split(tmp_path, section=SECTION + "# remark\n")).digest != before


def test_a_fault_in_an_included_file_names_that_file_and_its_own_line(tmp_path: Path) -> None:
    section = SECTION.replace("{ja: 四, en: Fours}", "{en: Fours}")
    actions = ACTIONS.replace("{question: Q-2, to: 3}", "{question: Q-2, to: 9}")
    found = refused(write_split(tmp_path, section=section, actions=actions))
    assert ("actions.yaml", line_of(actions, "to: 9"), "9: it must be at most 4") in found
    assert ("section.yaml", line_of(section, "Fours"), "this is required and missing; add it") in found


def test_lines_stay_right_behind_an_included_list(tmp_path: Path) -> None:
    extra = "  - id: ACT-2\n    title: {ja: 二つめ}\n"
    main = MAIN.replace("  - include: actions.yaml\n", f"  - include: actions.yaml\n{extra}")
    found = refused(write_split(tmp_path, main=main))
    assert (
        "catalog.yaml",
        line_of(main, "- id: ACT-2"),
        "the action id 'ACT-2' is used twice; give each its own id",
    ) in found


def test_a_yaml_mistake_in_an_included_file_is_told_with_its_line(tmp_path: Path) -> None:
    broken = SECTION + "- id: [\n"
    [(file, line, said)] = [f for f in refused(write_split(tmp_path, section=broken)) if "not valid YAML" in f[2]]
    assert (file, said.startswith("not valid YAML")) == ("section.yaml", True)
    assert line_of(broken, "- id: [") <= line <= len(broken.splitlines()) + 1


@pytest.mark.parametrize("name", ["../section.yaml", "/etc/hostname", "sub/section.yaml", "../..", "."])
def test_an_include_outside_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "tiny"
    (folder / "sub").mkdir(parents=True)
    write(tmp_path, SECTION, "section.yaml")
    write(folder / "sub", SECTION, "section.yaml")
    main = MAIN.replace("include: section.yaml", f"include: {name}")
    found = refused(write_split(folder, main=main))
    assert (
        "catalog.yaml",
        line_of(main, f"include: {name}"),
        f"include {name!r}: name a file in the same folder",
    ) in found


def test_an_include_that_is_missing_or_empty_is_refused_by_name(tmp_path: Path) -> None:
    main = MAIN.replace("include: section.yaml", "include: other.yaml")
    assert [f for f in refused(write_split(tmp_path, main=main)) if f[0] == "other.yaml" and "no such file" in f[2]]
    found = refused(write_split(tmp_path, section="# nothing yet\n"))
    assert ("catalog.yaml", line_of(MAIN, "section.yaml"), "include 'section.yaml' is empty") in found


@pytest.mark.parametrize("start", ["section.yaml", "catalog.yaml"])
def test_an_include_that_leads_back_to_itself_is_refused(tmp_path: Path, start: str) -> None:
    section = f"- include: {start}\n"
    found = refused(write_split(tmp_path, section=section))
    assert ("section.yaml", 1, f"include {start!r} leads back to itself") in found


def test_one_file_may_be_included_in_two_places(tmp_path: Path) -> None:
    write(tmp_path, "- {id: a}\n", "part.yaml")
    text = "x: [{include: part.yaml}]\ny: [{id: b}, {include: part.yaml}, {id: c}]\n"
    document = read(write(tmp_path, text, "one.yaml"))
    assert document.problems == []
    assert document.data == {"x": [{"id": "a"}], "y": [{"id": "b"}, {"id": "a"}, {"id": "c"}]}
    places = [document.place(("y", index, "id")) for index in range(3)]
    assert places == [("one.yaml", 2), ("part.yaml", 1), ("one.yaml", 2)]


# --- single files -------------------------------------------------------------------------------------------------


def test_a_yaml_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    [(file, line, said)] = refused(write(tmp_path, MINIMAL.replace("title: {ja: 自律性", "title: {ja: [自律性")))
    assert (file, line) == ("catalog.yaml", line_of(MINIMAL, "en: Autonomy"))
    assert said.startswith("not valid YAML")


@pytest.mark.parametrize("text", ["", "# only a remark\n", "---\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    [(file, _, said)] = refused(write(tmp_path, text))
    assert (file, said) == ("catalog.yaml", "the file is empty")


@pytest.mark.parametrize("text", ["- a list\n", "just text\n", "42\n"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    [(file, line, said)] = refused(write(tmp_path, text))
    assert (file, line, said) == ("catalog.yaml", 1, "a mapping belongs here")


def test_two_documents_in_one_file_are_refused(tmp_path: Path) -> None:
    assert "not valid YAML" in refused(write(tmp_path, f"{MINIMAL}---\n{MINIMAL}"))[0][2]


def test_a_missing_file_and_a_folder_without_a_catalog_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.yaml") == [("none.yaml", 0, "there is no such file")]
    assert refused(tmp_path) == [("catalog.yaml", 0, "there is no such file")]


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "catalog.yaml").write_bytes(MINIMAL.encode("shift_jis"))
    [(file, _, said)] = refused(tmp_path)
    assert file == "catalog.yaml"
    assert "not readable as UTF-8" in said


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [*x]",
        "a: !!bool maybe",
        "a: !!timestamp x",
        "a: !!int ''",
        'a: [{include: "x\\0y"}]',
        "a: " + "[" * 3000 + "]" * 3000,
    ],
    ids=[
        "a circle of aliases",
        "a bool that is none",
        "a time that is none",
        "an int that is none",
        "NUL in a name",
        "very deep",
    ],
)
def test_yaml_that_cannot_become_a_catalog_is_a_fault_and_no_crash(tmp_path: Path, text: str) -> None:
    assert said_of(text, tmp_path)


def test_yaml_cannot_make_python_objects(tmp_path: Path) -> None:
    [problem] = said_of("a: !!python/name:os.system", tmp_path)
    assert problem.line == 1
