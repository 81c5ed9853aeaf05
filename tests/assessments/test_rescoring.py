"""Scoring every submission again: nothing moved, or what moved; it can be stopped anywhere and goes on."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assessments import rescoring
from assessments.models import Moved, Outline, Rescoring, Submission
from assessments.parallel import in_order
from assessments.scoring.answers import Answer
from assessments.scoring.engine import score
from assessments.scoring.scorecard import Scorecard
from organisations.models import Organisation
from tests.builders import FIRST, SECOND, contents, full_answers, make_organisation, make_submission, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def submissions(db: None) -> list[Submission]:
    """Five, in the order in which they are looked at."""
    owner = make_user()
    made = [
        make_submission(make_organisation(owner=owner, name="株式会社ひみつ"), answers={FIRST: Answer.at(level)})
        for level in range(4)
    ]
    made.append(make_submission(make_organisation(owner=owner, name="株式会社ひみつ"), answers=full_answers()))
    return sorted(made, key=lambda one: one.pk)


def rescore(*arguments: str) -> str:
    """What the command says, and with which error it ends."""
    said = StringIO()
    try:
        call_command("rescore", "--processes", "1", *arguments, stdout=said)
    except CommandError as error:
        said.write(f"ended with {error.returncode}: {error}")
    return said.getvalue()


def tamper(submission: Submission) -> None:
    """Its governance was frozen higher than its answers give."""
    axis = submission.scorecard["axes"]["governance"]
    axis.update(score="99.0", score_exact="99", stage=5)
    Submission.unscoped.filter(pk=submission.pk).update(scorecard=submission.scorecard)
    Outline.unscoped.filter(pk=submission.pk).update(scores=Outline.of(submission).scores)


def test_nothing_moves_while_the_engine_is_what_it_was(submissions: list[Submission]) -> None:
    before = contents()["assessments.Submission"]
    said = rescore()
    assert "5 submissions scored again, 0 of them differ" in said
    assert "ended with" not in said
    run = Rescoring.objects.get()
    assert (run.checked, run.ended_at is not None, run.moved.count()) == (5, True, 0)
    assert contents()["assessments.Submission"] == before


def test_nothing_to_score_is_nothing_moved() -> None:
    assert "0 submissions scored again, 0 of them differ" in rescore()


def test_a_scorecard_that_its_answers_do_not_give_is_told_with_what_moved(submissions: list[Submission]) -> None:
    tamper(submissions[2])
    said = rescore()
    assert "1 of them differ" in said
    assert "ended with 1" in said
    assert re.search(rf"{submissions[2].pk}\n  governance: score=99 stage=5 -> score=\S+ stage=\S+\n", said)
    assert "株式会社ひみつ" not in said
    assert Submission.unscoped.get(pk=submissions[2].pk).scorecard["axes"]["governance"]["score"] == "99.0"
    for untouched in (0, 1, 3, 4):
        assert str(submissions[untouched].pk) not in said


def test_an_engine_that_scores_otherwise_is_noticed(
    submissions: list[Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stricter(catalog: Any, answers: Any, profile: Any) -> Scorecard:
        return score(catalog, {name: one for name, one in answers.items() if name != SECOND}, profile)

    monkeypatch.setattr(rescoring, "score", stricter)
    said = rescore()
    assert "1 of them differ" in said, "only one company answered this question"
    assert "autonomy:" in said
    assert "governance:" not in said


def test_a_figure_that_stays_while_its_trace_moves_is_told(submissions: list[Submission]) -> None:
    card = submissions[0].scorecard
    question = card["axes"]["autonomy"]["sections"][0]["questions"][0]
    question["contribution_exact"] = "1/3"
    Submission.unscoped.filter(pk=submissions[0].pk).update(scorecard=card)
    assert "autonomy: the same figures -> another trace" in rescore()


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda outlines: outlines.update(size="to-20"), "differs in size"),
        (lambda outlines: outlines.update(scores={"axes": {}, "sections": {}, "levels": {}}), "differs in scores"),
        (lambda outlines: outlines.delete(), "missing"),
    ],
)
def test_an_outline_that_is_not_its_scorecard_in_short_is_told(
    submissions: list[Submission], harm: Callable[[Any], object], told: str
) -> None:
    harm(Outline.unscoped.filter(pk=submissions[1].pk))
    said = rescore()
    assert f"{submissions[1].pk}\n  outline:" in said
    assert told in said
    assert "ended with 1" in said


def test_a_submission_that_cannot_be_scored_is_told_and_the_others_are_looked_at(
    submissions: list[Submission],
) -> None:
    Submission.unscoped.filter(pk=submissions[0].pk).update(answers={"Z-NO-01": {"level": 2}})
    Submission.unscoped.filter(pk=submissions[1].pk).update(catalog_ref="gone@1")
    said = rescore()
    assert said.count("cannot be scored") == 2
    assert "5 submissions scored again, 2 of them differ" in said


# --- stopped anywhere -------------------------------------------------------------------------------------------------


@pytest.fixture
def stopped(submissions: list[Submission], monkeypatch: pytest.MonkeyPatch) -> list[Submission]:
    """A run that was killed after two of five; the first of them had moved."""
    tamper(submissions[0])
    monkeypatch.setattr(rescoring, "PIECE", 1)
    steps = rescoring.go_on(rescoring.begin(), processes=1)
    assert [next(steps).checked, next(steps).checked] == [1, 2]
    steps.close()
    return submissions


def test_a_run_that_was_stopped_goes_on_where_it_was_and_forgets_nothing(stopped: list[Submission]) -> None:
    said = rescore()
    assert "after 2 submissions" in said
    assert "5 submissions scored again, 1 of them differ" in said
    assert str(stopped[0].pk) in said
    assert "3 in " in said
    assert Rescoring.objects.get().checked == 5


def test_anew_starts_over(stopped: list[Submission]) -> None:
    said = rescore("--anew")
    assert "going on" not in said
    assert "5 in " in said
    assert Rescoring.objects.count() == 1
    assert Moved.objects.count() == 1


def test_what_another_engine_found_is_not_gone_on_with(
    stopped: list[Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescoring, "engine_digest", lambda: "0" * 64)
    said = rescore()
    assert "going on" not in said
    assert "5 in " in said


def test_a_run_that_ended_is_not_gone_on_with(submissions: list[Submission]) -> None:
    rescore()
    assert "5 in " in rescore()
    assert Rescoring.objects.count() == 2


def test_a_second_run_beside_the_first_is_refused(stopped: list[Submission]) -> None:
    run = rescoring.begin()
    steps = rescoring.go_on(run, processes=1)
    assert next(steps).checked == 3
    Rescoring.objects.filter(pk=run.pk).update(after=stopped[4].pk)
    with pytest.raises(rescoring.Overtaken):
        list(steps)


def test_check_writes_nothing(stopped: list[Submission]) -> None:
    before = contents()
    said = rescore("--check")
    assert "5 submissions scored again, 1 of them differ" in said
    assert contents() == before


def test_what_moved_goes_with_the_company(stopped: list[Submission]) -> None:
    Organisation.objects.get(pk=stopped[0].organisation_id).delete()
    assert not Moved.objects.exists()


# --- on all cores -----------------------------------------------------------------------------------------------------


def twice(number: int) -> int:
    if number == 99:
        raise ZeroDivisionError(number)
    return 2 * number


@pytest.mark.pure
@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_the_order_of_the_pieces(processes: int) -> None:
    assert list(in_order(twice, range(40), processes=processes)) == [2 * number for number in range(40)]
    with pytest.raises(ZeroDivisionError):
        list(in_order(twice, [1, 99, 3], processes=processes))
