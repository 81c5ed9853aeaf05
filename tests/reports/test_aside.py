"""One sheet of paper for a visitor, printed beside the web worker."""

from __future__ import annotations

import os
import signal

import pytest

from reports import aside, paper
from reports.rendering import RenderingError
from tests.reports import samples

pytestmark = pytest.mark.pure

PAGE = "<!DOCTYPE html><html lang=ja><head><title>一枚</title></head><body><p>%s</p></body></html>"


@pytest.fixture(scope="module", autouse=True)
def _ended() -> object:
    yield
    aside.stop()


def test_a_sheet_is_printed_in_another_process() -> None:
    assert paper.quick_sheet(samples.quick_context()).startswith(b"%PDF-")


def test_a_refusal_comes_back_in_words_and_the_next_sheet_is_printed() -> None:
    with pytest.raises(RenderingError, match=r"U\+1F600"):
        aside.print_aside(PAGE % "😀", "ja")
    assert aside.print_aside(PAGE % "経安", "ja").startswith(b"%PDF-")


def test_a_printer_that_dies_is_told_and_replaced() -> None:
    aside.print_aside(PAGE % "経安", "ja")
    printer = aside._printer
    assert printer is not None
    for process in list(printer._processes.values()):
        os.kill(process.pid or 0, signal.SIGKILL)
    with pytest.raises(RenderingError, match="止まりました"):
        aside.print_aside(PAGE % "経安", "ja")
    assert aside.print_aside(PAGE % "経安", "ja").startswith(b"%PDF-")


def test_a_page_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "SECONDS", 0.001)
    with pytest.raises(RenderingError, match="時間内"):
        aside.print_aside(PAGE % "経安", "ja")
