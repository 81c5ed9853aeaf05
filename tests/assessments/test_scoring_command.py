"""`manage.py score`: an answers file in, the scorecard as JSON out; pytest-django forbids the database here."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from assessments.scoring.answers import Answer
from assessments.scoring.engine import score
from assessments.scoring.scorecard import to_json
from guidance.registry import current_catalog
from tests.guidance.files import MINIMAL

pytestmark = pytest.mark.pure


def answers_for_all() -> dict[str, Any]:
    entries: list[dict[str, Any]] = [{"level": n} for n in range(5)] + [{"unknown": True}, {"na": "扱っていない"}]
    names = list(current_catalog().questions)
    return {name: entries[number % len(entries)] for number, name in enumerate(names[:-3])}


def write(folder: Path, data: Any) -> Path:
    file = folder / "answers.json"
    file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return file


def run(file: Path | str, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("score", answers=str(file), stdout=out, **options)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def refused(file: Path | str, **options: Any) -> tuple[list[str], str, int]:
    """The lines on stderr, the closing message and the exit status; nothing may reach stdout."""
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("score", answers=str(file), stdout=out, stderr=err, **options)
    assert out.getvalue() == ""
    return err.getvalue().splitlines(), str(caught.value), caught.value.returncode


def test_it_prints_what_the_library_call_gives(tmp_path: Path) -> None:
    profile = {"industry": "E", "employees": 120, "exports": True}
    data = {
        "catalog": current_catalog().ref,
        "company": {"name": "株式会社けいあん", "corporate_number": "7000012050002", "profile": profile},
        "answers": answers_for_all(),
    }
    answers = {
        name: Answer.at(entry["level"])
        if "level" in entry
        else Answer.unknown()
        if "unknown" in entry
        else Answer.not_applicable(entry["na"])
        for name, entry in answers_for_all().items()
    }
    assert run(write(tmp_path, data)) == to_json(score(current_catalog(), answers, profile))


def test_a_file_without_a_catalog_is_scored_with_the_current_one(tmp_path: Path) -> None:
    file = write(tmp_path, {"answers": answers_for_all()})
    assert run(file)["catalog"] == current_catalog().ref
    assert run(file) == run(file, catalog=current_catalog().ref)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    file = write(tmp_path, {"answers": {}})
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert run(file)["axes"]["autonomy"]["score"] is None


@pytest.mark.parametrize("as_folder", [True, False])
def test_a_catalog_can_be_given_by_path(tmp_path: Path, as_folder: bool) -> None:
    catalog = tmp_path / "catalog.yaml"
    text = MINIMAL.replace("clauses: [C-A]", "clauses: []").replace("basis: clause", "basis: own")
    catalog.write_text(text.replace("support: [SUP-1]", "support: []"), encoding="utf-8")
    file = write(tmp_path, {"answers": {"Q-1": {"level": 3}}})
    found = run(file, catalog=str(tmp_path if as_folder else catalog))
    assert found["catalog"] == "tiny@1"
    assert found["axes"]["autonomy"]["score"] == "75.0"


def test_a_faulty_catalog_by_path_is_refused_with_its_own_lines(tmp_path: Path) -> None:
    catalog = tmp_path / "mine.yaml"
    catalog.write_text(MINIMAL, encoding="utf-8")  # its clauses are not in our library
    lines, _, status = refused(write(tmp_path, {"answers": {}}), catalog=str(catalog))
    assert status == 1
    assert all(line.startswith(f"{catalog}:") for line in lines)


def test_ten_faults_are_reported_as_ten_and_name_their_entries(tmp_path: Path) -> None:
    names = list(current_catalog().questions)[:6]
    data = {
        "catalog": current_catalog().ref,
        "remark": "?",
        "company": {"corporate_number": "7000012050003", "profile": {"exports": "yes", "employees": -1}},
        "answers": {
            names[0]: {"level": 5},
            names[1]: {"level": 3, "unknown": True},
            names[2]: {"na": ""},
            names[3]: {"unknown": False},
            names[4]: 3,
            "X-99": {"level": 3},
        },
    }
    file = write(tmp_path, data)
    lines, message, status = refused(file, lang="en")
    assert len(lines) == 10
    assert message == "10 problems; nothing was done"
    assert status == 1
    assert all(line.startswith(f"{file} ") for line in lines)
    places = {line.removeprefix(f"{file} ").split(":")[0] for line in lines}
    assert places == {
        "remark",
        "company.corporate_number",
        "company.profile.exports",
        "company.profile.employees",
        f"answers.{names[0]}.level",
        f"answers.{names[1]}",
        f"answers.{names[2]}.na",
        f"answers.{names[3]}.unknown",
        f"answers.{names[4]}",
        "answers.X-99",
    }


def test_faults_are_told_in_japanese_unless_asked_otherwise(tmp_path: Path) -> None:
    lines, message, _ = refused(write(tmp_path, {"answers": {"X-99": {"level": 3}}}))
    assert "この設問はありません" in lines[0]
    assert message == "1 件の誤りがあり、何も行いませんでした"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"answers": {},\n "company": }', ":2 not valid JSON"),
        (b"", ":1 not valid JSON"),
        (b"[]", "one JSON object"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"answers": {"A": {"level": ' + b"9" * 5000 + b"}}}", "answers.json"),
        (b'{"answers": {"A-VIS-01": {"level": 1}, "A-VIS-01": {"level": 4}}}', "A-VIS-01: this key stands twice"),
        ('{"company": {"name": "株式会社"}}'.encode("shift_jis"), "UTF-8"),
        (b'{"catalog": "nothing@1", "answers": {}}', "there is no such catalog: nothing@1"),
        (b'{"catalog": 2026, "answers": {}}', "write name@version"),
        (b'{"catalog": "' + b"x" * 5000 + b'", "answers": {}}', "catalog"),
        (b"{}", "answers: write an object"),
    ],
    ids=[
        "broken JSON",
        "empty",
        "a list",
        "nested too deeply",
        "a number of 5000 digits",
        "a repeated key",
        "not UTF-8",
        "an unknown catalog",
        "a catalog that is a number",
        "a catalog with a very long name",
        "no answers",
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "answers.json"
    file.write_bytes(content)
    lines, _, status = refused(file, lang="en")
    assert status == 1
    assert said in "\n".join(lines)


@pytest.mark.parametrize("named", ["", "catalog.yaml", "."])
def test_an_answers_file_names_a_version_and_cannot_make_us_open_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    (tmp_path / "catalog.yaml").write_text("- private\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    lines, _, _ = refused(write(tmp_path, {"catalog": named, "answers": {}}), lang="en")
    assert "there is no such catalog" in lines[0]


def test_a_missing_file_is_refused_with_its_name(tmp_path: Path) -> None:
    lines, _, status = refused(tmp_path / "none.json", lang="en")
    assert status == 1
    assert lines == [f"{tmp_path / 'none.json'} cannot open (No such file or directory)"]


def test_a_catalog_that_is_named_on_the_command_line_must_exist(tmp_path: Path) -> None:
    lines, _, status = refused(write(tmp_path, {"answers": {}}), catalog="nothing@1")
    assert status == 1
    assert "nothing@1" in lines[0]
    assert current_catalog().ref in lines[0]


def test_the_file_to_score_must_be_named() -> None:
    with pytest.raises(CommandError, match="--answers"):
        call_command("score")
