"""`manage.py check_catalogs`, and the JSON Schema that editors use; no database."""

from __future__ import annotations

import dataclasses
import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from guidance.catalog import Action, Axis, Catalog, Question, Section, Term
from guidance.loading import LIBRARY, digest_of, json_schema
from guidance.registry import library
from tests.guidance.files import MINIMAL, line_of, write

pytestmark = pytest.mark.pure

OURS = MINIMAL.replace("C-A", "MG-A1").replace("support: [SUP-1]", "support: []")
"""The minimal catalog, citing a clause of our own library."""
RELEASED = OURS.replace('version: "1"', 'version: "1"\nreleased: 2026-12-01')


def run(*paths: Path, **options: Any) -> tuple[list[str], list[str]]:
    """The lines on stdout and on stderr."""
    out, err = StringIO(), StringIO()
    call_command("check_catalogs", *map(str, paths), stdout=out, stderr=err, **options)
    return out.getvalue().splitlines(), err.getvalue().splitlines()


def refused(*paths: Path, **options: Any) -> tuple[list[str], CommandError]:
    err = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("check_catalogs", *map(str, paths), stdout=StringIO(), stderr=err, **options)
    return err.getvalue().splitlines(), caught.value


def test_the_library_is_sound_and_every_catalog_is_named_with_its_number_of_remarks() -> None:
    out, err = run(lang="en")
    assert [line.split(":")[0] for line in out] == sorted(library().catalogs)
    told = sum(int(found[1]) for line in out if (found := re.search(r"ok, (\d+) remarks", line)))
    assert len(err) == told


def test_a_sound_file_and_its_folder_are_accepted(tmp_path: Path) -> None:
    file = write(tmp_path, OURS)
    assert run(file, tmp_path)[0] == ["tiny@1: 設問 2・施策 2 問題なし / 2 questions, 2 actions, ok"] * 2


def test_every_problem_of_every_file_is_told_with_its_line_and_status_1(tmp_path: Path) -> None:
    one = OURS.replace("MG-A1", "MG-NONE").replace("actions: [ACT-2]", "actions: [ACT-9]")
    two = OURS.replace("support: []", "support: [SUP-NONE]")
    first, second = write(tmp_path, one, "one.yaml"), write(tmp_path, two, "two.yaml")
    lines, error = refused(first, second, lang="en")
    assert [line.split(" ")[0] for line in lines] == [
        f"{first}:{line_of(one, 'MG-NONE')}",
        f"{first}:{line_of(one, 'ACT-9')}",
        f"{second}:{line_of(two, 'SUP-NONE')}",
    ]
    assert "3 problems" in str(error)
    assert error.returncode == 1


def test_a_path_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    lines, error = refused(tmp_path / "none.yaml", lang="en")
    assert lines == [f"{tmp_path / 'none.yaml'} there is no such file"]
    assert error.returncode == 1


def test_a_remark_is_told_and_refuses_nothing(tmp_path: Path) -> None:
    text = OURS.replace("profile: imports", "profile: import")
    out, err = run(write(tmp_path, text), lang="en")
    assert len(out) == len(err) == 1
    assert f"catalog.yaml:{line_of(text, 'profile: import')} " in err[0]
    assert "no form of this app asks" in err[0]


def test_remarks_are_counted_by_kind_and_strict_makes_them_a_failure(tmp_path: Path) -> None:
    text = OURS.replace(", en: Zero}", "}").replace("{ja: 三, en: Third}", "{ja: 二, en: Third}")
    file = write(tmp_path, text)
    [line], err = run(file)
    assert "問題なし・指摘 2（英語なし 1、段階の文の重なり 1）" in line
    assert line.endswith("ok, 2 remarks (no English 1, repeated level wording 1)")
    assert len(err) == 2
    lines, error = refused(file, strict=True)
    assert (lines, error.returncode) == (err, 1)
    assert "2 remarks" in str(error)
    assert run(write(tmp_path, OURS), strict=True)[0] == [line.split("・指摘")[0] + " / 2 questions, 2 actions, ok"]


# --- the lock -----------------------------------------------------------------------------------------------------


@pytest.fixture
def own_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty library folder in which `--lock` looks."""
    library()  # what is cited is the shipped one's: read from here it would be kept for the tests that follow
    monkeypatch.setattr(settings, "GUIDANCE_LIBRARY", tmp_path)
    (tmp_path / "tiny-1").mkdir()
    return tmp_path


def test_a_release_is_locked_once_and_other_bytes_are_refused(own_library: Path) -> None:
    file = write(own_library / "tiny-1", RELEASED)
    run(lock="tiny@1")
    run(lock="tiny@1")
    lock = (own_library / "catalogs.lock").read_text(encoding="utf-8")
    assert lock == f"tiny@1 {digest_of([file])}\n"
    write(own_library / "tiny-1", RELEASED + "# changed\n")
    assert "locked with other bytes" in str(refused(lock="tiny@1")[1])
    assert (own_library / "catalogs.lock").read_text(encoding="utf-8") == lock


def test_neither_a_draft_nor_an_unknown_version_is_locked(own_library: Path) -> None:
    write(own_library / "tiny-1", OURS)
    assert "is a draft" in str(refused(lock="tiny@1")[1])
    assert "there is no tiny@2" in str(refused(lock="tiny@2")[1])


# --- the JSON Schema ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [Question, Action, Axis, Section, Term])
def test_the_schema_has_exactly_the_fields_of_the_program(shape: type) -> None:
    found = json_schema()["$defs"][shape.__name__]
    fields = dataclasses.fields(shape)
    assert set(found["properties"]) == {field.name for field in fields}
    required = {f.name for f in fields if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING}
    assert set(found["required"]) == required
    assert found["additionalProperties"] is False


def test_the_schema_has_the_fields_of_the_top_and_of_conditions() -> None:
    schema = json_schema()
    assert set(schema["properties"]) == {field.name for field in dataclasses.fields(Catalog)}
    kinds = {"all", "any", "not", "profile", "is", "in", "at_most", "question", "at_least"}
    assert set(schema["$defs"]["Condition"]["properties"]) == kinds


def test_the_schema_allows_an_include_where_sections_questions_actions_and_terms_stand() -> None:
    schema = json_schema()
    assert "include" in (json_schema.__doc__ or "")
    for owner, name in (
        (schema["$defs"]["Axis"], "sections"),
        (schema["$defs"]["Section"], "questions"),
        (schema, "actions"),
        (schema, "glossary"),
    ):
        choices = owner["properties"][name]["items"]["anyOf"]
        assert [list(choice["properties"]) for choice in choices if "properties" in choice] == [["include"]]


@pytest.mark.parametrize(
    "folder", sorted({file.parent for file in LIBRARY.glob("*/catalog.yaml")}), ids=lambda f: f.name
)
def test_the_files_of_the_library_use_only_keys_of_the_schema(folder: Path) -> None:
    schema = json_schema()

    def definition(found: dict[str, Any]) -> dict[str, Any]:
        """What a `$ref` or an optional or spliced item stands for."""
        for choice in found.get("anyOf", ()):
            if "$ref" in choice or "items" in choice:
                return definition(choice)
        return schema["$defs"][found["$ref"].rsplit("/", 1)[1]] if "$ref" in found else found

    def check(data: Any, found: dict[str, Any], where: str) -> None:
        found = definition(found)
        if isinstance(data, list):
            for index, item in enumerate(data):
                check(item, found["items"], f"{where}[{index}]")
        elif isinstance(data, dict) and set(data) != {"include"}:
            assert set(found.get("required", ())) <= set(data) <= set(found["properties"]), where
            for key, value in data.items():
                check(value, found["properties"][key], f"{where}.{key}")

    main = yaml.safe_load((folder / "catalog.yaml").read_text(encoding="utf-8"))
    check(main, schema, "catalog.yaml")
    kinds = {"sections": "Section", "actions": "Action", "glossary": "Term"}
    owners = [(key, value) for axis in main["axes"] for key, value in axis.items()] + list(main.items())
    for key, name in ((k, item["include"]) for k, v in owners if k in kinds for item in v if "include" in item):
        data = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
        check(data, {"items": {"$ref": f"#/$defs/{kinds[key]}"}}, name)


def test_the_schema_is_written_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "catalog.schema.json"
    run(write_schema=str(file))
    assert json.loads(file.read_text(encoding="utf-8")) == json_schema()
