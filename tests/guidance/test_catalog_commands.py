"""`export_catalog` and `import_catalog`: a workbook out, a folder of YAML in, or every fault and nothing written."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from guidance.loading import load_catalog
from guidance.registry import Library

pytestmark = pytest.mark.pure


def run(name: str, *args: object, **options: object) -> str:
    out = StringIO()
    call_command(name, *map(str, args), stdout=out, **options)
    return out.getvalue()


def refused(name: str, *args: object, **options: object) -> tuple[list[str], CommandError]:
    err = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command(name, *map(str, args), stdout=StringIO(), stderr=err, lang="en", **options)
    assert caught.value.returncode == 1
    return err.getvalue().splitlines(), caught.value


@pytest.fixture
def exported(shelf: Library, tmp_path: Path) -> Path:
    file = tmp_path / "out" / "shelf.xlsx"
    file.parent.mkdir()
    assert "shelf@2" in run("export_catalog", "shelf@2", out=str(file))
    return file


def test_an_exported_catalog_is_imported_as_it_was(shelf: Library, exported: Path) -> None:
    folder = exported.parent / "new" / "shelf-2"
    assert "shelf@2" in run("import_catalog", exported, out=str(folder))
    assert load_catalog(folder, shelf.references).catalog == shelf.catalogs["shelf@2"].catalog
    assert sorted(file.name for file in folder.iterdir()) == [
        "actions.yaml", "autonomy.yaml", "catalog.yaml", "glossary.yaml",
    ]  # fmt: skip
    assert list(folder.parent.iterdir()) == [folder], "no half-written folder is left"


def test_faults_are_told_by_cell_and_nothing_is_written(exported: Path) -> None:
    book = openpyxl.load_workbook(exported)
    book["設問"]["C3"] = None
    book["施策"]["A4"] = "ACT-1"
    book.save(exported)
    folder = exported.parent / "new"
    lines, error = refused("import_catalog", exported, out=str(folder))
    assert [line.split(" ")[:2] for line in lines[:1]] == [[str(exported), "設問!C3"]]
    assert any("施策!A4" in line and "used twice" in line for line in lines)
    assert "nothing written" in str(error)
    assert not folder.exists()


def test_a_draft_is_replaced_only_when_asked_and_other_files_beside_it_stay(shelf: Library, exported: Path) -> None:
    folder = next(loaded.folder for loaded in shelf.catalogs.values() if loaded.catalog.version == "1")
    (folder / "migration.yaml").write_text("# declared\n", encoding="utf-8")
    before = (folder / "catalog.yaml").read_bytes()
    assert "--replace" in str(refused("import_catalog", exported, out=str(folder))[1])
    assert (folder / "catalog.yaml").read_bytes() == before
    run("import_catalog", exported, out=str(folder), replace=True)
    assert load_catalog(folder, shelf.references).catalog.ref == "shelf@2"
    assert (folder / "migration.yaml").exists()
    run("import_catalog", exported, out=str(folder), replace=True)


@pytest.mark.parametrize("how", ["released", "locked", "unreadable"])
def test_a_released_version_is_never_overwritten(shelf: Library, exported: Path, how: str) -> None:
    folder = shelf.catalogs["shelf@1"].folder
    file = folder / "catalog.yaml"
    if how == "released":
        file.write_text(file.read_text(encoding="utf-8") + "released: 2026-12-01\n", encoding="utf-8")
    elif how == "locked":
        (folder.parent / "catalogs.lock").write_text("shelf@1 0\n", encoding="utf-8")
    else:
        file.write_text("{", encoding="utf-8")
    before = file.read_bytes()
    assert "not overwritten" in str(refused("import_catalog", exported, out=str(folder), replace=True)[1])
    assert file.read_bytes() == before


def test_a_folder_of_something_else_is_left_alone(exported: Path) -> None:
    assert "holds something else" in str(refused("import_catalog", exported, out=str(exported.parent))[1])
    assert "holds something else" in str(refused("import_catalog", exported, out=str(exported))[1])


def test_what_is_not_there_is_refused_by_name(shelf: Library, exported: Path, tmp_path: Path) -> None:
    assert "cannot open" in str(refused("import_catalog", tmp_path / "none.xlsx", out=str(tmp_path / "new"))[1])
    assert "shelf@9" in str(refused("export_catalog", "shelf@9", out=str(tmp_path / "x.xlsx"))[1])
    assert "cannot write" in str(refused("export_catalog", "shelf@2", out=str(tmp_path / "no" / "x.xlsx"))[1])
