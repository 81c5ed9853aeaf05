"""申請 → 確認 → 承認 on the paper: names and times where they were recorded, empty boxes for handwriting where not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assessments import approving
from assessments.approval import Step
from organisations.models import Organisation, User
from reports import paper
from reports.context import Approval
from reports.rendering import render
from reports.submitted import context_of, running_context
from tests.builders import full_answers, make_assessment, make_submission
from tests.reports import samples
from tests.reports.test_pdf import flat, poppler

TOKYO = ZoneInfo("Asia/Tokyo")
MADE = (
    Approval(Step.APPLIED, "編集 二郎", dt.datetime(2026, 11, 20, 9, 5, tzinfo=TOKYO)),
    Approval(Step.CHECKED, "確認 三子", dt.datetime(2026, 11, 21, 17, 40, tzinfo=TOKYO)),
    Approval(Step.APPROVED, "港 一郎", dt.datetime(2026, 11, 23, 8, 0, tzinfo=TOKYO)),
)


def printed(folder: Path, *approvals: Approval, language: str = "ja") -> str:
    context = replace(samples.full_context(language=language), approvals=approvals)
    paper_of_it = render(paper.action_plan_html(context))
    assert paper_of_it.warnings == ()
    return poppler("pdftotext", paper_of_it.pdf, folder, "-f", "2", "-l", "2", "-layout")


@pytest.mark.pure
def test_the_presidents_page_names_who_applied_checked_and_approved_and_when(tmp_path: Path) -> None:
    page = flat(printed(tmp_path, *MADE))
    for words in (
        "編集二郎",
        "2026年11月20日09:05",
        "確認三子",
        "2026年11月21日17:40",
        "港一郎",
        "2026年11月23日08:00",
    ):
        assert words in page
    assert "確認欄" in page


@pytest.mark.pure
def test_a_step_that_nobody_took_is_left_empty_for_handwriting(tmp_path: Path) -> None:
    page = flat(printed(tmp_path, MADE[2]))
    assert "港一郎" in page
    assert page.count("年月日") == 2
    assert flat(printed(tmp_path)).count("年月日") == 3


@pytest.mark.pure
def test_the_longest_names_leave_the_page_one_page(tmp_path: Path) -> None:
    long = tuple(replace(made, name=f"{'長' * 80}@example.jp") for made in MADE)
    for language, last in (("ja", "確認欄"), ("en", "2026")):
        assert last in printed(tmp_path, *long, language=language)


@pytest.mark.pure
def test_an_english_paper_writes_the_day_in_english(tmp_path: Path) -> None:
    assert "23 November 2026 08:00" in printed(tmp_path, *MADE, language="en")


@pytest.mark.pure
def test_a_name_stays_text() -> None:
    context = replace(samples.full_context(), approvals=(replace(MADE[2], name="<b>港</b>"),))
    assert "&lt;b&gt;港&lt;/b&gt;" in paper.action_plan_html(context)


@pytest.mark.django_db
def test_the_report_of_a_submission_has_what_was_frozen_in_local_time(
    inside: Organisation, owner: User, editor: User
) -> None:
    assessment = make_assessment(inside, answers=full_answers(), by=editor)
    approving.apply(inside, assessment.pk, by=editor, link="x")
    assert running_context(inside, assessment, "ja").approvals == ()
    submission = make_submission(inside, assessment=assessment, by=owner)
    submission.refresh_from_db()
    applied, approved = context_of(submission, "ja").approvals
    assert (applied.step, applied.name) == (Step.APPLIED, "編 二郎")
    assert (approved.step, approved.name, approved.at) == (Step.APPROVED, "港 一郎", submission.submitted_at)
    assert approved.at.utcoffset() == dt.timedelta(hours=9)
    boxes = context_of(submission, "ja").approval_boxes
    assert [step.value for step, _made in boxes] == ["applied", "checked", "approved"]
    assert boxes[1] == (Step.CHECKED, None)


@pytest.mark.django_db
def test_a_submission_from_before_there_was_a_chain_has_none(inside: Organisation) -> None:
    submission = make_submission(inside)
    assert submission.approvals == []
    assert context_of(submission, "ja").approvals == ()
