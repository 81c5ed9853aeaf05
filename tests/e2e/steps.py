"""What people do on the pages, in one word each."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from assessments.demonstration import FINISHED, HALFWAY, PASSWORD
from organisations.demonstration import code_of

__all__ = ["FINISHED", "HALFWAY", "PASSWORD"]

QUICK = {
    "A-VIS-01": "2",
    "A-SCN-01": "1",
    "A-SRC-01": "unknown",
    "A-STK-01": "3",
    "I-COR-01": "2",
    "I-PRT-01": "1",
    "I-PRT-03": "0",
    "I-PPL-01": "2",
    "G-LDR-01": "3",
    "G-LDR-03": "1",
    "G-RSK-01": "unknown",
    "G-INF-01": "4",
}
"""An answer to each of the twelve questions of the quick check."""

AXES = ("自律性", "不可欠性", "ガバナンス成熟度")


def shoot(page: Page, name: str) -> None:
    """A picture for the eye, where KEIAN_SHOTS names a folder."""
    if folder := os.environ.get("KEIAN_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True, caret="initial")


def wait_until(page: Page, ready: Callable[[], bool], what: str, seconds: int = 15) -> None:
    """Ask from here, again and again: a page whose policy refuses `eval` cannot be asked to watch for itself."""
    for _turn in range(seconds * 10):
        if ready():
            return
        page.wait_for_timeout(100)
    pytest.fail(f"{what}: not within {seconds} seconds")


# --- accounts ---------------------------------------------------------------------------------------------------------


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/account/login/")
    page.get_by_label("メールアドレス").fill(email)
    page.get_by_label("パスワード", exact=False).first.fill(password)
    page.locator("main").get_by_role("button", name="ログイン", exact=True).click()
    page.wait_for_url(re.compile(r"/o/[0-9a-f-]{36}/$"))


def sign_in_with_app(page: Page, email: str, password: str = PASSWORD) -> None:
    """With the second step. A code opens once, so who signs in again in the same half minute waits for the next."""
    page.goto("/account/login/")
    page.get_by_label("メールアドレス").fill(email)
    page.locator("input[type=password]").fill(password)
    page.locator("main").get_by_role("button", name="ログイン", exact=True).click()
    code = code_of(email)
    if not _opens(page, code):
        wait_until(page, lambda: code_of(email) != code, "the next code", seconds=40)
        assert _opens(page, code_of(email))
    page.wait_for_url(re.compile(r"/(b/[0-9a-f-]{36}/(clients)?|platform/)$"))


def _opens(page: Page, code: str) -> bool:
    page.locator("input[name=code]").fill(code)
    with page.expect_response(lambda response: response.request.method == "POST") as answer:
        page.locator("main").get_by_role("button", name="ログイン", exact=True).click()
    return answer.value.status == 302


# --- the quick check --------------------------------------------------------------------------------------------------


def pick(card: Locator, value: str) -> None:
    """Choose an answer by its card, as a finger does."""
    card.locator(f'label:has(input[value="{value}"])').click()


def chosen(card: Locator) -> str | None:
    checked = card.locator("input[type=radio]:checked")
    return checked.get_attribute("value") if checked.count() else None


def answer_quick(page: Page) -> None:
    for question, value in QUICK.items():
        pick(page.locator(f"#{question}"), value)


# --- the questionnaire ------------------------------------------------------------------------------------------------


def card(page: Page, question: str) -> Locator:
    return page.locator(f"section.question#{question}")


def save_state(page: Page, question: str) -> Locator:
    return card(page, question).locator(".save-state")


def expect_saved(page: Page, question: str) -> None:
    expect(save_state(page, question)).to_have_attribute("data-state", "saved")
    expect(save_state(page, question)).to_contain_text("保存済み")


def expect_unsaved(page: Page, question: str, words: str = "未保存") -> None:
    expect(save_state(page, question)).to_have_attribute("data-state", "unsaved")
    expect(save_state(page, question)).to_contain_text(words)


def kept(page: Page, prefix: str) -> list[str]:
    """The names under which the browser keeps something, of those that begin so."""
    found: list[str] = page.evaluate(
        "start => Object.keys(localStorage).filter(name => name.startsWith(start))", prefix
    )
    return found


def waiting_answers(page: Page) -> list[str]:
    """The addresses of the answers that the browser still keeps."""
    return kept(page, "keian-pending:")


# --- paper ------------------------------------------------------------------------------------------------------------


def pdf_pages(file: Path) -> int:
    told = subprocess.run(["pdfinfo", file], check=True, capture_output=True, text=True).stdout
    found = re.search(r"^Pages:\s+(\d+)$", told, re.MULTILINE)
    assert found, told
    return int(found[1])


def pdf_text(file: Path) -> str:
    return subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True).stdout
