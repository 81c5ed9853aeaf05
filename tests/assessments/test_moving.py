"""A company moves to a new version of the questionnaire: preview, move, confirm; the old answers stay as they were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from assessments import moving, services
from assessments.models import Answer as AnswerRow
from assessments.models import Assessment, CarriedAnswer
from assessments.scoring.answers import Answer
from guidance import registry
from organisations.models import Organisation, User
from organisations.scoping import scope
from tests.builders import answer, contents, make_assessment, make_submission, rows_of
from tests.conftest import ClientOf
from tests.guidance import next_version as version
from tests.guidance.conftest import forget

pytestmark = pytest.mark.django_db

GIVEN = {
    "A-VIS-01": Answer.at(3, "購買の表"),
    version.REWORDED: Answer.at(2, "年度末に一度"),
    version.SPLIT: Answer.unknown(),
    version.MERGED[0]: Answer.at(3),
    version.MERGED[1]: Answer.at(1),
    version.RETIRED: Answer.at(4, "記録あり"),
    version.RENAMED: Answer.not_applicable("運ぶものがない"),
}


@pytest.fixture
def old(company: Organisation) -> Assessment:
    """An open assessment on the shipped version."""
    return make_assessment(company, answers=GIVEN)


@pytest.fixture
def published(old: Assessment, tmp_path: Path, settings: Settings) -> Iterator[None]:
    """The next version is there, and current."""
    settings.GUIDANCE_LIBRARY = version.library_with_draft(tmp_path, released=True)
    forget()
    assert registry.current_catalog().ref == version.NEW
    yield
    forget()


def place(assessment: Assessment, rest: str = "") -> str:
    return f"/o/{assessment.organisation_id}/a/{assessment.pk}/{rest}"


def moved(client: Client, assessment: Assessment) -> Assessment:
    assert client.post(place(assessment, "version")).status_code == 302
    return Assessment.unscoped.get(carried_from=assessment)


def test_nothing_is_said_of_versions_while_there_is_no_newer_one(
    client_of: ClientOf, owner: User, old: Assessment
) -> None:
    assert "設問票の新しい版があります" not in client_of(owner).get(f"/o/{old.organisation_id}/").content.decode()
    assert client_of(owner).get(place(old, "version")).status_code == 302
    assert client_of(owner).get(place(old, "carried")).status_code == 404


@pytest.mark.usefixtures("published")
def test_the_owner_is_told_and_sees_what_would_happen_before_anything_does(
    client_of: ClientOf, owner: User, old: Assessment
) -> None:
    browser = client_of(owner)
    assert place(old, "version") in browser.get(f"/o/{old.organisation_id}/").content.decode()
    before = contents()
    page = browser.get(place(old, "version"))
    html = page.content.decode()
    assert page.status_code == 200
    assert contents() == before
    catalog = registry.get_catalog(version.OLD)
    assert catalog.questions[version.RETIRED].text.ja in html
    assert catalog.questions[version.RETIRED].levels[4].ja in html, "every answer that is not carried is listed"
    assert "年度末に一度" in html


@pytest.mark.usefixtures("published")
def test_moving_copies_the_unchanged_asks_about_the_doubtful_and_loses_nothing(
    client_of: ClientOf, owner: User, old: Assessment
) -> None:
    before = {name: (row.kind, row.level, row.reason, row.note) for name, row in rows_of(old).items()}
    new = moved(client_of(owner), old)
    rows = rows_of(new)
    assert new.catalog_ref == version.NEW
    assert set(rows) == {"A-VIS-01", version.RENAMED_TO}
    assert (rows["A-VIS-01"].level, rows["A-VIS-01"].note) == (3, "購買の表")
    queued = CarriedAnswer.unscoped.filter(assessment=new, outcome="queued").values_list("question_id", flat=True)
    assert set(queued) == {version.REWORDED, *version.PARTS, version.WHOLE}
    assert {name: (row.kind, row.level, row.reason, row.note) for name, row in rows_of(old).items()} == before
    old.refresh_from_db()
    assert old.status == Assessment.Status.SUPERSEDED


@pytest.mark.usefixtures("published")
def test_a_waiting_answer_is_shown_in_old_words_and_confirmed_with_one_press(
    client_of: ClientOf, owner: User, editor: User, old: Assessment
) -> None:
    new = moved(client_of(owner), old)
    browser = client_of(editor)
    section = place(new, "s/A.visibility")
    html = browser.get(section).content.decode()
    assert "この答えでよい" in html
    assert "<del>" in html
    assert registry.get_catalog(version.OLD).questions[version.REWORDED].levels[2].ja in html
    assert version.REWORDED not in rows_of(new), "it does not count before somebody confirms"
    typed = {"choice": "2", "reason": "", "note": "年度末に一度", "explanation": "", "revision": "0"}
    browser.post(place(new, f"q/{version.REWORDED}"), typed)
    row = rows_of(new)[version.REWORDED]
    assert (row.level, row.note, row.updated_by) == (2, "年度末に一度", editor)
    assert "この答えでよい" not in browser.get(section).content.decode()


@pytest.mark.usefixtures("published")
def test_another_choice_settles_a_waiting_answer_too(client_of: ClientOf, owner: User, old: Assessment) -> None:
    new = moved(client_of(owner), old)
    answer(new, version.REWORDED, 0)
    html = client_of(owner).get(place(new, "carried")).content.decode()
    assert html.count("確認待ち") == 3
    assert "答え済み" in html


@pytest.mark.usefixtures("published")
def test_a_merged_question_proposes_the_lowest_level(client_of: ClientOf, owner: User, old: Assessment) -> None:
    new = moved(client_of(owner), old)
    with scope(new.organisation_id):
        assert moving.waiting(new, ())[version.WHOLE].proposed.answer == Answer.at(1)


@pytest.mark.usefixtures("published")
def test_the_old_version_is_read_only_and_cannot_be_moved_twice(
    client_of: ClientOf, owner: User, old: Assessment
) -> None:
    browser = client_of(owner)
    new = moved(browser, old)
    html = browser.get(place(old)).content.decode()
    assert "新しい版の設問票に移りました" in html
    response = browser.post(place(old, "q/A-VIS-01"), {"choice": "0", "revision": "1"}, headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert rows_of(old)["A-VIS-01"].level == 3
    assert browser.post(place(old, "version")).status_code == 302
    assert Assessment.unscoped.filter(carried_from__isnull=False).get() == new


@pytest.mark.usefixtures("published")
def test_a_submitted_assessment_stays_submitted_with_its_frozen_result(
    client_of: ClientOf, owner: User, company: Organisation, old: Assessment
) -> None:
    submission = make_submission(company, assessment=old)
    new = moved(client_of(owner), old)
    old.refresh_from_db()
    assert old.status == Assessment.Status.SUBMITTED
    assert new.status == Assessment.Status.OPEN
    submission.refresh_from_db()
    assert submission.catalog_ref == version.OLD
    page = client_of(owner).get(f"/o/{company.pk}/submissions/{submission.pk}/")
    assert version.OLD in page.content.decode()


@pytest.mark.usefixtures("published")
def test_a_company_that_answers_another_assessment_is_told_so_and_nothing_moves(
    client_of: ClientOf, owner: User, company: Organisation, old: Assessment
) -> None:
    make_submission(company, assessment=old)
    with scope(company.pk):
        services.start_assessment(company, by=owner)
    browser = client_of(owner)
    before = contents()
    page = browser.post(place(old, "version"), follow=True)
    assert "回答の途中の診断がほかにあります" in page.content.decode()
    assert contents() == before


@pytest.mark.usefixtures("published")
def test_an_editor_may_not_move_the_company(client_of: ClientOf, editor: User, old: Assessment) -> None:
    assert client_of(editor).get(place(old, "version")).status_code == 403
    assert client_of(editor).post(place(old, "version")).status_code == 403
    assert Assessment.unscoped.count() == 1


@pytest.mark.usefixtures("published")
def test_a_note_without_an_answer_is_carried_as_a_note(client_of: ClientOf, owner: User, old: Assessment) -> None:
    answer(old, "A-VIS-04", None, note="あとで聞く")
    new = moved(client_of(owner), old)
    assert (rows_of(new)["A-VIS-04"].kind, rows_of(new)["A-VIS-04"].note) == ("none", "あとで聞く")
    assert AnswerRow.unscoped.filter(assessment=old).count() == len(GIVEN) + 1


@pytest.mark.usefixtures("published")
def test_the_library_shows_what_changed_in_words_without_an_account(client_of: ClientOf) -> None:
    browser = client_of(None)
    assert f"/guidance/versions/{version.OLD}/{version.NEW}" in browser.get("/guidance/versions").content.decode()
    page = browser.get(f"/guidance/versions/{version.OLD}/{version.NEW}")
    html = page.content.decode()
    assert page.status_code == 200
    for words in (
        "二つ以上に分かれた設問",
        "一つにまとまった設問",
        "なくなった設問",
        "新しい設問",
        "文書の改訂でなくなりました。",
    ):
        assert words in html
    assert browser.get(f"/guidance/versions/{version.OLD}/keian@1999").status_code == 404


@pytest.mark.usefixtures("published")
def test_what_became_of_the_answers_is_frozen_whatever_is_declared_later(
    client_of: ClientOf, owner: User, old: Assessment, settings: Settings
) -> None:
    new = moved(client_of(owner), old)
    declared = settings.GUIDANCE_LIBRARY / "keian-2026.2" / "migration-from-2026.1.yaml"
    declared.write_text(f"schema: 1\nfrom: {version.OLD}\nto: {version.NEW}\n", encoding="utf-8")
    forget()
    with scope(new.organisation_id):
        found = moving.moved(new, ())
    assert set(found.carried.kept) == {version.RETIRED}
    assert found.waiting == {version.REWORDED, *version.PARTS, version.WHOLE}
    html = client_of(owner).get(place(new, "carried")).content.decode()
    assert registry.get_catalog(version.OLD).questions[version.RETIRED].text.ja in html


@pytest.mark.usefixtures("published")
def test_a_bare_note_settles_nothing_and_the_old_note_stands_in_the_field(
    client_of: ClientOf, owner: User, old: Assessment
) -> None:
    new = moved(client_of(owner), old)
    section = place(new, "s/A.visibility")
    assert ">年度末に一度</textarea>" in client_of(owner).get(section).content.decode()
    answer(new, version.REWORDED, None, note="聞いてみる")
    assert "この答えでよい" in client_of(owner).get(section).content.decode()


@pytest.mark.usefixtures("published")
def test_a_submitted_assessment_is_moved_once_and_never_back(
    client_of: ClientOf, owner: User, company: Organisation, old: Assessment
) -> None:
    make_submission(company, assessment=old)
    new = moved(client_of(owner), old)
    make_submission(company, assessment=new)
    with scope(company.pk):
        for found, to in ((old, version.NEW), (new, version.OLD)):
            with pytest.raises(moving.NotMovable):
                moving.move(company, found.pk, to=registry.get_catalog(to), by=owner)
        assert moving.newer_than(new) is None
