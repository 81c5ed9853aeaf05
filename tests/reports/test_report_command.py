"""`manage.py report`: an answers file in, a PDF out, and nothing half done."""

from __future__ import annotations

import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from guidance.registry import get_catalog
from reports.rendering import Printed, RenderingError
from tests.reports import samples

pytestmark = pytest.mark.pure


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(samples.answers_file(get_catalog(samples.REF)), ensure_ascii=False), encoding="utf-8")
    return file


@pytest.fixture
def html(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be printed; the printing itself has its own tests."""
    seen: list[str] = []

    def printing(text: str, **_embedded: object) -> Printed:
        seen.append(text)
        return Printed(b"%PDF-stub", 12, ())

    monkeypatch.setattr("reports.paper.render", printing)
    return seen


def run(*options: Any) -> str:
    out = StringIO()
    call_command("report", *map(str, options), stdout=out, stderr=StringIO())
    return out.getvalue()


def test_it_prints_a_pdf(answers: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan.pdf"
    said = run("--answers", answers, "--out", out)
    assert out.read_bytes().startswith(b"%PDF-")
    assert str(out) in said
    assert "ページ" in said
    assert f"{out.stat().st_size:,}" in said
    assert sorted(file.name for file in tmp_path.iterdir()) == ["answers.json", "plan.pdf"]


def test_date_and_language(answers: Path, tmp_path: Path, html: list[str]) -> None:
    run("--answers", answers, "--out", tmp_path / "plan.pdf", "--date", "2026-05-01", "--lang", "en")
    assert "1 May 2026" in html[0]
    assert '<html lang="en">' in html[0]


@pytest.mark.parametrize("faulty", ["{", "[]", '{"answers": {"NO-SUCH": {"level": 9}}}'])
def test_faulty_answers_write_nothing(faulty: str, tmp_path: Path, html: list[str]) -> None:
    file, out = tmp_path / "answers.json", tmp_path / "plan.pdf"
    file.write_text(faulty, encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        run("--answers", file, "--out", out)
    assert refused.value.returncode == 1
    assert not html
    assert not out.exists()


def test_a_missing_folder_is_named_before_the_work(answers: Path, tmp_path: Path, html: list[str]) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        run("--answers", answers, "--out", tmp_path / "nowhere" / "plan.pdf")
    assert not html


def test_a_folder_is_no_file(answers: Path, tmp_path: Path, html: list[str]) -> None:
    with pytest.raises(CommandError, match="フォルダー"):
        run("--answers", answers, "--out", tmp_path)
    assert not html


def test_a_failed_write_keeps_the_old_file(
    answers: Path, tmp_path: Path, html: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "plan.pdf"
    out.write_bytes(b"old")

    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(CommandError, match="No space left"):
        run("--answers", answers, "--out", out)
    assert out.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_refused_rendering_says_why(answers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str, **_embedded: object) -> Printed:
        raise RenderingError("書体がありません")

    monkeypatch.setattr("reports.paper.render", refuse)
    with pytest.raises(CommandError, match="書体がありません"):
        run("--answers", answers, "--out", tmp_path / "plan.pdf")


def test_a_date_that_is_none_is_a_usage_fault(answers: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="YYYY-MM-DD"):
        run("--answers", answers, "--out", tmp_path / "plan.pdf", "--date", "23.11.2026")
