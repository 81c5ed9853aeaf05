"""Writes on assessments: what is saved, what is refused, and what stays as it was."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from assessments import services
from assessments.drafts import Draft
from assessments.models import Answer as AnswerRow
from assessments.models import Assessment
from assessments.scoring.answers import Answer
from guidance.registry import current_catalog
from organisations.models import Organisation, User
from organisations.scoping import scope
from tests.builders import (
    FIRST,
    ONLY_MAKERS,
    SECOND,
    VISIBILITY,
    answer,
    contents,
    draft,
    make_assessment,
    make_organisation,
    make_submission,
    rows_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessment(inside: Organisation) -> Assessment:
    return make_assessment(inside)


def save(assessment: Assessment, given: Draft, *, revision: int, by: User, question: str = FIRST) -> services.Saved:
    return services.save_answer(assessment.organisation, assessment.pk, question, given, revision=revision, by=by)


# --- one answer ------------------------------------------------------------------------------------------------------


def test_a_first_answer_is_saved_as_revision_1_with_who_wrote_it(assessment: Assessment, editor: User) -> None:
    saved = save(assessment, draft(3, note="購買の表"), revision=0, by=editor)
    row = rows_of(assessment)[FIRST]
    assert (row.kind, row.level, row.note, row.revision) == ("level", 3, "購買の表", 1)
    assert row.updated_by == editor
    assert saved.row.pk == row.pk
    assert saved.progress.overall.done == 1


def test_the_same_answer_twice_changes_nothing(assessment: Assessment, editor: User, owner: User) -> None:
    save(assessment, draft(3, note="購買の表"), revision=0, by=editor)
    before = contents()
    again = save(assessment, draft(3, note="購買の表"), revision=0, by=owner)
    assert contents() == before
    assert again.row.revision == 1


def test_another_answer_on_top_of_the_revision_that_was_read_is_saved(assessment: Assessment, editor: User) -> None:
    save(assessment, draft(3), revision=0, by=editor)
    saved = save(assessment, draft(1), revision=1, by=editor)
    assert saved.row.revision == 2
    assert rows_of(assessment)[FIRST].level == 1


@pytest.mark.parametrize("revision", [0, 1, 3])
def test_another_answer_on_top_of_another_revision_is_a_conflict(
    assessment: Assessment, editor: User, owner: User, revision: int
) -> None:
    save(assessment, draft(3), revision=0, by=editor)
    save(assessment, draft(2, note="二つ目"), revision=1, by=editor)
    before = contents()
    with pytest.raises(services.AnswerConflict) as conflict:
        save(assessment, draft(4), revision=revision, by=owner)
    theirs = conflict.value.theirs
    assert (theirs.level, theirs.note, theirs.revision, theirs.updated_by) == (2, "二つ目", 2, editor)
    assert contents() == before


def test_a_first_answer_where_somebody_was_quicker_is_a_conflict(
    assessment: Assessment, editor: User, owner: User
) -> None:
    save(assessment, draft("unknown"), revision=0, by=editor)
    with pytest.raises(services.AnswerConflict):
        save(assessment, draft(4), revision=0, by=owner)
    assert rows_of(assessment)[FIRST].kind == "unknown"


@pytest.mark.parametrize(
    ("given", "columns"),
    [
        (draft(0), ("level", 0, "", "")),
        (draft(4, note="決まりあり"), ("level", 4, "", "決まりあり")),
        (draft("unknown", note="聞く"), ("unknown", None, "", "聞く")),
        (draft("na", reason="輸入なし", note="確認済み"), ("na", None, "輸入なし", "確認済み")),
        (draft(None, note="あとで"), ("none", None, "", "あとで")),
    ],
    ids=["level 0", "level 4", "unknown", "na", "note alone"],
)
def test_every_kind_of_answer_is_kept_as_it_was_given(
    assessment: Assessment, editor: User, given: Draft, columns: tuple[object, ...]
) -> None:
    save(assessment, given, revision=0, by=editor)
    row = rows_of(assessment)[FIRST]
    assert (row.kind, row.level, row.reason, row.note) == columns


def test_a_note_alone_is_kept_and_is_no_answer(assessment: Assessment, editor: User) -> None:
    saved = save(assessment, draft(None, note="あとで聞く"), revision=0, by=editor)
    assert saved.progress.overall.done == 0
    assert services.answers_of(rows_of(assessment).values()) == {}


def test_an_answer_that_replaces_na_leaves_no_reason_behind(assessment: Assessment, editor: User) -> None:
    save(assessment, draft("na", reason="輸入なし"), revision=0, by=editor)
    save(assessment, draft(2), revision=1, by=editor)
    row = rows_of(assessment)[FIRST]
    assert (row.kind, row.level, row.reason) == ("level", 2, "")


def test_an_unknown_question_is_refused(assessment: Assessment, editor: User) -> None:
    before = contents()
    with pytest.raises(services.UnknownQuestion):
        save(assessment, draft(3), revision=0, by=editor, question="A-VIS-99")
    assert contents() == before


def test_an_assessment_of_another_company_is_not_there(
    inside: Organisation, elsewhere: Organisation, editor: User
) -> None:
    foreign = make_assessment(elsewhere)
    before = contents()
    with pytest.raises(Assessment.DoesNotExist):
        services.save_answer(inside, foreign.pk, FIRST, draft(3), revision=0, by=editor)
    with pytest.raises(Assessment.DoesNotExist):
        services.submit(inside, foreign.pk, by=editor)
    with pytest.raises(Assessment.DoesNotExist):
        services.reopen(foreign.pk, by=None)
    assert contents() == before


def test_progress_counts_only_questions_that_apply_to_the_company(owner: User) -> None:
    maker = make_organisation(owner=owner)
    trader = make_organisation(owner=owner, facts={})
    for organisation, asked in ((maker, 6), (trader, 4)):
        with scope(organisation.pk):
            assessment = make_assessment(organisation)
            saved = save(assessment, draft(3), revision=0, by=owner)
        assert (saved.progress.sections[VISIBILITY].done, saved.progress.sections[VISIBILITY].total) == (1, asked)


# --- what the database itself refuses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "columns",
    [
        {"kind": "level", "level": 5},
        {"kind": "level", "level": None},
        {"kind": "unknown", "level": 2},
        {"kind": "na", "level": 0, "reason": "輸入なし"},
        {"kind": "perhaps", "level": None},
        {"kind": "na", "level": None, "reason": ""},
    ],
    ids=[
        "level 5",
        "level without a level",
        "unknown with a level",
        "na with a level",
        "unknown kind",
        "na, no reason",
    ],
)
def test_the_database_refuses_an_answer_that_cannot_be(assessment: Assessment, columns: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AnswerRow.objects.create(
            organisation=assessment.organisation, assessment=assessment, question_id=FIRST, **columns
        )


def test_the_database_takes_an_answer_that_can_be(assessment: Assessment) -> None:
    for question, columns in ((FIRST, {"kind": "level", "level": 4}), (SECOND, {"kind": "na", "reason": "輸入なし"})):
        AnswerRow.objects.create(
            organisation=assessment.organisation, assessment=assessment, question_id=question, **columns
        )
    assert set(rows_of(assessment)) == {FIRST, SECOND}


def test_the_database_refuses_a_second_answer_to_one_question(assessment: Assessment) -> None:
    row = answer(assessment, FIRST, 2)
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize("level", [-1, 5, 2.5])
def test_a_level_outside_0_to_4_is_no_answer(level: int) -> None:
    with pytest.raises(ValueError, match="0 to 4"):
        Answer.at(level)


@pytest.mark.parametrize("reason", ["", "  ", "\u3000"])
def test_na_without_a_reason_is_no_answer(reason: str) -> None:
    with pytest.raises(ValueError, match="reason"):
        Answer.not_applicable(reason)


# --- starting --------------------------------------------------------------------------------------------------------


def test_an_assessment_starts_on_the_current_catalog_with_the_answers_it_is_given(
    inside: Organisation, owner: User
) -> None:
    started = services.start_assessment(
        inside, by=owner, answers={FIRST: Answer.at(3), SECOND: Answer.unknown("聞く"), "A-OLD-01": Answer.at(1)}
    )
    assert started.catalog_ref == current_catalog().ref
    assert started.status == "open"
    rows = rows_of(started)
    assert {name: (row.kind, row.level, row.note, row.revision) for name, row in rows.items()} == {
        FIRST: ("level", 3, "", 1),
        SECOND: ("unknown", None, "聞く", 1),
    }


# --- submitting ------------------------------------------------------------------------------------------------------


def test_submit_freezes_answers_scorecard_and_company(inside: Organisation, owner: User) -> None:
    assessment = make_assessment(
        inside, answers={FIRST: Answer.at(3, "表あり"), SECOND: Answer.not_applicable("輸入なし")}
    )
    submission = services.submit(inside, assessment.pk, by=owner)
    assert submission.number == 1
    assert submission.submitted_by == owner
    assert submission.catalog_ref == submission.scorecard["catalog"] == current_catalog().ref
    assert submission.answers == {FIRST: {"level": 3, "note": "表あり"}, SECOND: {"na": "輸入なし"}}
    assert submission.company["name"] == inside.name
    assert submission.company["profile"]["employees"] == 86
    assert submission.scorecard["axes"]["autonomy"]["score"] == "75.0"
    assert Assessment.objects.get(pk=assessment.pk).status == "submitted"


def test_later_changes_of_company_and_answers_do_not_alter_a_submission(inside: Organisation, owner: User) -> None:
    submission = make_submission(inside, by=owner)
    before = type(submission).objects.values().get(pk=submission.pk)
    services.reopen(submission.assessment_id, by=None)
    answer(submission.assessment, FIRST, 4)
    inside.name, inside.employees, inside.facts = "改名株式会社", 5, {}
    inside.save()
    services.submit(inside, submission.assessment_id, by=owner)
    assert type(submission).objects.values().get(pk=submission.pk) == before


def test_an_answer_after_submit_is_refused(inside: Organisation, owner: User) -> None:
    submission = make_submission(inside)
    before = contents()
    with pytest.raises(services.AssessmentClosed):
        save(submission.assessment, draft(4), revision=1, by=owner)
    assert contents() == before


def test_submitting_twice_is_refused(inside: Organisation, owner: User) -> None:
    submission = make_submission(inside)
    before = contents()
    with pytest.raises(services.AssessmentClosed):
        services.submit(inside, submission.assessment_id, by=owner)
    assert contents() == before


@pytest.mark.parametrize("with_a_note", [False, True], ids=["no row", "a note alone"])
def test_submitting_nothing_is_refused(assessment: Assessment, owner: User, with_a_note: bool) -> None:
    if with_a_note:
        answer(assessment, FIRST, None, note="あとで")
    before = contents()
    with pytest.raises(services.NothingAnswered):
        services.submit(assessment.organisation, assessment.pk, by=owner)
    assert contents() == before


def test_a_hidden_question_is_frozen_but_not_scored(owner: User) -> None:
    trader = make_organisation(owner=owner, facts={})
    shown = make_submission(trader, answers={FIRST: Answer.at(3)})
    hidden_too = make_submission(trader, answers={FIRST: Answer.at(3), ONLY_MAKERS: Answer.at(0)})
    assert hidden_too.answers[ONLY_MAKERS] == {"level": 0}
    assert [
        {key: value for key, value in card["axes"]["autonomy"].items() if key != "sections"}
        for card in (shown.scorecard, hidden_too.scorecard)
    ] == [{key: v for key, v in shown.scorecard["axes"]["autonomy"].items() if key != "sections"}] * 2


def test_reopen_keeps_the_old_submission_and_the_next_one_counts_on(inside: Organisation, owner: User) -> None:
    first = make_submission(inside, answers={FIRST: Answer.at(1)})
    services.reopen(first.assessment_id, by=None)
    answer(first.assessment, FIRST, 4)
    second = services.submit(inside, first.assessment_id, by=owner)
    assert (first.number, second.number) == (1, 2)
    kept = type(first).objects.get(pk=first.pk)
    assert (kept.answers, second.answers) == ({FIRST: {"level": 1}}, {FIRST: {"level": 4}})
    assert kept.scorecard == first.scorecard != second.scorecard


def test_reopening_what_is_open_is_refused(assessment: Assessment) -> None:
    with pytest.raises(services.NotSubmitted):
        services.reopen(assessment.pk, by=None)
    with pytest.raises(Assessment.DoesNotExist):
        services.reopen(uuid4(), by=None)
    assert Assessment.objects.get(pk=assessment.pk).status == "open"


def test_reopening_keeps_the_answers_and_their_revisions(inside: Organisation) -> None:
    assessment = make_assessment(inside)
    answer(assessment, FIRST, 2)
    answer(assessment, FIRST, 3)
    services.submit(inside, assessment.pk, by=None)
    services.reopen(assessment.pk, by=None)
    row = rows_of(assessment)[FIRST]
    assert (row.level, row.revision) == (3, 2)


def test_a_company_has_one_open_assessment_at_a_time(inside: Organisation, owner: User) -> None:
    submission = make_submission(inside)
    opened = make_assessment(inside)
    with pytest.raises(services.AnotherIsOpen):
        services.start_assessment(inside, by=owner)
    with pytest.raises(services.AnotherIsOpen):
        services.reopen(submission.assessment_id, by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.create(organisation=inside, catalog_ref="keian@2026.1")
    assert [found.pk for found in Assessment.objects.filter(status="open")] == [opened.pk]


def test_saying_nothing_takes_no_answer_away(inside: Organisation, editor: User) -> None:
    assessment = make_assessment(inside)
    answer(assessment, FIRST, 3, note="書いたもの")
    for name, revision in ((FIRST, 1), (SECOND, 0)):
        with pytest.raises(services.NothingChosen):
            services.save_answer(inside, assessment.pk, name, draft(None), revision=revision, by=editor)
    assert [(row.level, row.note) for row in rows_of(assessment).values()] == [(3, "書いたもの")]


def test_a_note_that_stands_alone_can_be_taken_away_again(inside: Organisation, editor: User) -> None:
    assessment = make_assessment(inside)
    services.save_answer(inside, assessment.pk, FIRST, draft(None, note="あとで聞く"), revision=0, by=editor)
    services.save_answer(inside, assessment.pk, FIRST, draft(None), revision=1, by=editor)
    assert rows_of(assessment)[FIRST].note == ""
