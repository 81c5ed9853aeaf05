"""Colleagues on a question: the review page, the talk, marks for later and asking back."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments import reviewing, services
from assessments.models import Assessment, Assignment, Comment, Followup, Submission
from assessments.scoring.answers import Answer
from guidance.registry import get_catalog
from organisations.models import Invitation, Membership, Organisation, User
from organisations.policy import Role
from organisations.scoping import scope
from tests.builders import (
    FIRST,
    SECOND,
    THIRD,
    VISIBILITY,
    answer,
    contents,
    full_answers,
    make_assessment,
    make_member,
    make_user,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
SECRET = "主力材料は一社だけから買っている"


@pytest.fixture
def assessment(company: Organisation, owner: User) -> Assessment:
    return make_assessment(company, answers={FIRST: Answer.at(3), SECOND: Answer.unknown()}, by=owner)


@pytest.fixture
def respondent(company: Organisation, assessment: Assessment) -> User:
    """Somebody who was asked to answer FIRST and nothing else."""
    person = make_member(company, Role.RESPONDENT, "respondent@minato.example", name="答 四郎")
    assign(assessment, FIRST, person)
    return person


def assign(assessment: Assessment, question_id: str, person: User | Invitation) -> None:
    to = {"assignee": person} if isinstance(person, User) else {"invitation": person}
    Assignment.unscoped.create(
        organisation_id=assessment.organisation_id, assessment=assessment, question_id=question_id, **to
    )


def place(assessment: Assessment, rest: str = "") -> str:
    return f"/o/{assessment.organisation_id}/a/{assessment.pk}/{rest}"


def talk(assessment: Assessment, question_id: str = FIRST) -> str:
    return place(assessment, f"q/{question_id}/talk")


def followups(assessment: Assessment, question_id: str = FIRST) -> str:
    return place(assessment, f"q/{question_id}/followups")


def settling(followup: Followup) -> str:
    return place(followup.assessment, f"followups/{followup.pk}/settle")


# --- the review page -------------------------------------------------------------------------------------------------


def test_it_shows_who_said_what_when_and_who_is_to_answer(
    client_of: ClientOf, assessment: Assessment, owner: User, editor: User, respondent: User
) -> None:
    row = answer(assessment, FIRST, 2, by=editor)
    waiting = Invitation.unscoped.create(
        organisation=assessment.organisation, email="new@minato.example", role="respondent", expires_at=row.updated_at
    )
    assign(assessment, SECOND, waiting)
    page = client_of(owner).get(place(assessment, "review"))
    lines = {line.question.id: line for _, found in page.context["sections"] for line in found}
    assert set(lines) == page.context["progress"].asked
    assert (lines[FIRST].draft.answer, lines[FIRST].row.updated_by) == (Answer.at(2), editor)
    assert lines[FIRST].assigned_names == ("答 四郎",)
    assert lines[SECOND].assigned_names == ("new@minato.example",)
    html = page.content.decode()
    assert "段階2" in html
    assert f"s/{VISIBILITY}#{FIRST}" in html
    assert talk(assessment) in html


def test_owners_and_editors_review_and_nobody_else(
    client_of: ClientOf, assessment: Assessment, owner: User, editor: User, viewer: User, respondent: User
) -> None:
    for person, status in ((owner, 200), (editor, 200), (viewer, 403), (respondent, 403)):
        assert client_of(person).get(place(assessment, "review")).status_code == status


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        ("unknown", {SECOND}),
        ("later", {SECOND}),
        ("asked", {FIRST}),
        ("talked", {THIRD}),
        ("na", set()),
        ("changed", set()),
    ],
)
def test_the_list_is_narrowed_down_by_the_address(
    client_of: ClientOf,
    inside: Organisation,
    assessment: Assessment,
    owner: User,
    editor: User,
    respondent: User,
    show: str,
    expected: set[str],
) -> None:
    reviewing.mark_for_later(inside, assessment.pk, SECOND, "", by=owner)
    reviewing.ask_back(inside, assessment.pk, FIRST, "根拠は？", by=owner, link="x")
    reviewing.comment(inside, assessment.pk, THIRD, "調べます", by=editor)
    page = client_of(owner).get(place(assessment, "review"), {"show": show})
    assert {line.question.id for _, found in page.context["sections"] for line in found} == expected
    assert page.context["counts"][show] == len(expected)


def test_unanswered_and_unassigned_are_the_rest(
    client_of: ClientOf, assessment: Assessment, owner: User, respondent: User
) -> None:
    browser = client_of(owner)
    for show, left_out in (("unanswered", {FIRST, SECOND}), ("unassigned", {FIRST})):
        page = browser.get(place(assessment, "review"), {"show": show})
        shown = {line.question.id for _, found in page.context["sections"] for line in found}
        assert shown == page.context["progress"].asked - left_out


def test_a_person_is_chosen_by_key_and_stands_for_what_they_answered_or_are_to_answer(
    client_of: ClientOf, company: Organisation, assessment: Assessment, owner: User, editor: User, respondent: User
) -> None:
    answer(assessment, THIRD, 1, by=editor)
    answer(assessment, SECOND, 1, by=respondent)
    browser = client_of(owner)
    for person, expected in ((editor, {THIRD}), (respondent, {FIRST, SECOND})):
        key = Membership.objects.get(user=person, organisation=company).key
        page = browser.get(place(assessment, "review"), {"person": key})
        assert {line.question.id for _, found in page.context["sections"] for line in found} == expected


def test_a_filter_that_does_not_exist_and_a_person_of_another_company_are_not_found(
    client_of: ClientOf, assessment: Assessment, owner: User, elsewhere: Organisation
) -> None:
    browser = client_of(owner)
    foreign = elsewhere.memberships.get().key
    for query in ({"show": "everything"}, {"person": str(foreign)}, {"person": str(owner.pk)}):
        assert browser.get(place(assessment, "review"), query).status_code == 404


def test_the_review_page_costs_the_same_however_much_was_said(
    client_of: ClientOf, inside: Organisation, assessment: Assessment, owner: User, editor: User, respondent: User
) -> None:
    browser = client_of(owner)

    def cost(address: str) -> int:
        browser.get(address)
        with CaptureQueriesContext(connection) as statements:
            assert browser.get(address).status_code == 200
        return len(statements)

    pages = [place(assessment, "review"), talk(assessment), place(assessment, "approval"), place(assessment, "submit")]
    before = [cost(page) for page in pages]
    people = [make_member(inside, Role.EDITOR) for _ in range(3)]
    for number, name in enumerate(full_answers()):
        by = people[number % 3]
        answer(assessment, name, 1, by=by)
        assign(assessment, name, by)
        reviewing.comment(inside, assessment.pk, name, "一言", by=by)
        reviewing.comment(inside, assessment.pk, name, "もう一言", by=owner)
        reviewing.mark_for_later(inside, assessment.pk, name, "", by=owner)
        reviewing.ask_back(inside, assessment.pk, name, "なぜ？", by=owner, link="x")
    assert [cost(page) for page in pages] == before
    assert max(before) <= 12


# --- the talk --------------------------------------------------------------------------------------------------------


def test_owner_editor_and_whoever_is_to_answer_talk_about_a_question(
    client_of: ClientOf, assessment: Assessment, owner: User, editor: User, respondent: User
) -> None:
    for person in (owner, editor, respondent):
        response = client_of(person).post(talk(assessment), {"text": f"{person}です"})
        assert response.headers["Location"] == talk(assessment)
    page = client_of(respondent).get(talk(assessment)).content.decode()
    assert [comment.author for comment in Comment.unscoped.order_by("created_at")] == [owner, editor, respondent]
    for name in ("港 一郎です", "編 二郎です", "答 四郎です"):
        assert name in page


def test_a_question_that_was_not_assigned_does_not_exist_for_a_respondent(
    client_of: ClientOf, assessment: Assessment, respondent: User, viewer: User, company: Organisation
) -> None:
    browser, reader = client_of(respondent), client_of(viewer)
    before = contents()
    for address in (talk(assessment, SECOND), talk(assessment, "A-XXX-99")):
        assert browser.get(address).status_code == 404
        assert browser.post(address, {"text": "見えますか"}).status_code == 404
    assert reader.get(talk(assessment)).status_code == 403
    assert reader.post(talk(assessment), {"text": "見えますか"}).status_code == 403
    assert contents() == before


def test_what_was_taken_back_from_a_respondent_is_closed_at_once(
    client_of: ClientOf, assessment: Assessment, respondent: User
) -> None:
    browser = client_of(respondent)
    assert browser.get(talk(assessment)).status_code == 200
    Assignment.unscoped.all().delete()
    assert browser.get(talk(assessment)).status_code == 404


def test_a_comment_is_shown_as_it_was_typed_and_never_as_html(
    client_of: ClientOf, assessment: Assessment, owner: User
) -> None:
    browser = client_of(owner)
    typed = "<script>alert(1)</script>\r\n二行目 & <b>太字</b>"
    html = browser.post(talk(assessment), {"text": typed}, headers=HTMX).content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>二行目 &amp; &lt;b&gt;太字&lt;/b&gt;" in html
    assert "<html" not in html


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_an_empty_or_too_long_comment_is_refused_and_stays_in_the_field(
    client_of: ClientOf, assessment: Assessment, owner: User, headers: dict[str, str]
) -> None:
    browser = client_of(owner)
    empty = browser.post(talk(assessment), {"text": " \n "}, headers=headers)
    assert empty.status_code == 422
    assert "コメントを書いてください" in empty.content.decode()
    long = browser.post(talk(assessment), {"text": "長" * 1001}, headers=headers)
    assert long.status_code == 422
    assert "長" * 1001 in long.content.decode()
    assert "1000文字までです" in long.content.decode()
    assert Comment.unscoped.count() == 0


def test_nothing_is_said_after_the_submission_but_what_was_said_can_be_read(
    client_of: ClientOf, inside: Organisation, assessment: Assessment, owner: User
) -> None:
    reviewing.comment(inside, assessment.pk, FIRST, "前の話", by=owner)
    mark = reviewing.mark_for_later(inside, assessment.pk, FIRST, "", by=owner)
    services.submit(inside, assessment.pk, by=owner)
    browser = client_of(owner)  # signing in is written down too
    before = contents()
    page = browser.get(talk(assessment)).content.decode()
    assert "前の話" in page
    assert "コメントを残す" not in page
    late = browser.post(talk(assessment), {"text": "遅れた話"})
    assert late.status_code == 409
    assert "遅れた話" in late.content.decode()
    assert browser.post(followups(assessment), {"kind": "later"}).status_code == 409
    assert "開き直すと書けます" in browser.post(settling(mark), follow=True).content.decode()
    assert contents() == before


def test_comments_and_marks_change_neither_score_nor_submission(
    client_of: ClientOf, inside: Organisation, assessment: Assessment, owner: User, respondent: User
) -> None:
    plain = services.submit(inside, assessment.pk, by=owner)
    services.reopen(assessment.pk, by=owner)
    reviewing.comment(inside, assessment.pk, FIRST, SECRET, by=owner)
    reviewing.mark_for_later(inside, assessment.pk, FIRST, SECRET, by=owner)
    reviewing.ask_back(inside, assessment.pk, FIRST, SECRET, by=owner, link="x")
    talked = services.submit(inside, assessment.pk, by=owner)
    assert (talked.scorecard, talked.answers) == (plain.scorecard, plain.answers)
    page = client_of(owner).get(f"/o/{inside.pk}/submissions/{talked.pk}/").content.decode()
    assert SECRET not in page
    assert SECRET not in str(Submission.unscoped.filter(pk=talked.pk).values()[0])


# --- marks for later and asking back ---------------------------------------------------------------------------------


def test_a_mark_for_later_needs_no_words_and_a_question_back_does(
    client_of: ClientOf, assessment: Assessment, owner: User, respondent: User
) -> None:
    browser = client_of(owner)
    assert browser.post(followups(assessment), {"kind": "later", "words": ""}).status_code == 302
    refused = browser.post(followups(assessment), {"kind": "ask-back", "words": " "})
    assert refused.status_code == 422
    assert "聞きたいことを書いてください" in refused.content.decode()
    unknown = browser.post(followups(assessment), {"kind": "delete", "words": "これ"})
    assert unknown.status_code == 422
    assert ">これ</textarea>" in unknown.content.decode()
    assert [found.kind for found in Followup.unscoped.all()] == ["later"]


def test_marking_and_settling_is_for_owners_and_editors(
    client_of: ClientOf, assessment: Assessment, editor: User, viewer: User, respondent: User
) -> None:
    assert client_of(editor).post(followups(assessment), {"kind": "later"}).status_code == 302
    mark = Followup.unscoped.get()
    for person in (viewer, respondent):
        assert client_of(person).post(followups(assessment), {"kind": "later"}).status_code == 403
        assert client_of(person).post(settling(mark)).status_code == 403
    assert client_of(editor).post(settling(mark)).status_code == 302
    mark.refresh_from_db()
    assert mark.settled_by == editor
    first = mark.settled_at
    client_of(editor).post(settling(mark))
    mark.refresh_from_db()
    assert mark.settled_at == first


def test_a_question_is_marked_once_until_it_is_settled(
    client_of: ClientOf, assessment: Assessment, owner: User
) -> None:
    browser = client_of(owner)
    browser.post(followups(assessment), {"kind": "later", "words": "一度目"})
    again = browser.post(followups(assessment), {"kind": "later", "words": "二度目"})
    assert again.status_code == 409
    assert "同じ印がもうついています" in again.content.decode()
    assert "二度目" in again.content.decode()
    browser.post(settling(Followup.unscoped.get()))
    assert browser.post(followups(assessment), {"kind": "later"}).status_code == 302
    assert Followup.unscoped.filter(settled_at__isnull=True).count() == 1


def test_asking_back_goes_to_who_answered_last_and_tells_no_answer(
    client_of: ClientOf, assessment: Assessment, owner: User, editor: User, respondent: User
) -> None:
    answer(assessment, FIRST, 2, by=editor, note=SECRET)
    client_of(owner).post(followups(assessment), {"kind": "ask-back", "words": f"{SECRET}のはなぜ？"})
    (message,) = mail.outbox
    assert message.to == ["editor@minato.example"]
    assert f"http://testserver{talk(assessment)}" in message.body
    assert get_catalog(assessment.catalog_ref).questions[FIRST].text.get("ja") in message.body
    assert SECRET not in message.body + message.subject
    assert "段階" not in message.body
    assert Followup.unscoped.get().asked_of == editor


def test_asking_back_about_ones_own_or_no_answer_goes_to_whom_it_is_assigned(
    inside: Organisation, assessment: Assessment, owner: User, respondent: User
) -> None:
    assert reviewing.ask_back(inside, assessment.pk, FIRST, "なぜ？", by=owner, link="x").asked_of == respondent


def test_who_left_or_may_no_longer_open_the_question_is_not_asked(
    inside: Organisation, assessment: Assessment, owner: User, editor: User, respondent: User
) -> None:
    answer(assessment, FIRST, 2, by=editor)
    answer(assessment, SECOND, 2, by=respondent)  # and it is not, or no more, assigned to the respondent
    Membership.objects.get(user=editor).delete()
    assert reviewing.ask_back(inside, assessment.pk, FIRST, "なぜ？", by=owner, link="x").asked_of == respondent
    with pytest.raises(reviewing.NobodyToAsk):
        reviewing.ask_back(inside, assessment.pk, SECOND, "なぜ？", by=owner, link="x")


def test_where_there_is_nobody_to_ask_it_says_so_and_keeps_the_words(
    client_of: ClientOf, assessment: Assessment, owner: User
) -> None:
    response = client_of(owner).post(followups(assessment), {"kind": "ask-back", "words": "なぜ？"})
    assert response.status_code == 409
    assert "聞き返す相手がいません" in response.content.decode()
    assert "なぜ？" in response.content.decode()
    assert mail.outbox == []
    assert Followup.unscoped.count() == 0


def test_an_answer_that_changed_since_it_was_asked_back_shows_so(
    client_of: ClientOf, inside: Organisation, assessment: Assessment, owner: User, respondent: User
) -> None:
    answer(assessment, FIRST, 2, by=respondent)
    reviewing.ask_back(inside, assessment.pk, FIRST, "根拠は？", by=owner, link="x")
    browser = client_of(owner)
    assert "返事を待っています" in browser.get(talk(assessment)).content.decode()
    answer(assessment, FIRST, 2, by=respondent)  # sent again, but nothing changed
    assert "返事を待っています" in browser.get(talk(assessment)).content.decode()
    answer(assessment, FIRST, 1, by=respondent)
    for address in (talk(assessment), place(assessment, "review?show=changed"), place(assessment, f"s/{VISIBILITY}")):
        assert "答え直されました" in browser.get(address).content.decode()


def test_who_is_asked_sees_the_question_back_but_no_mark_for_later(
    client_of: ClientOf, inside: Organisation, assessment: Assessment, owner: User, respondent: User
) -> None:
    reviewing.mark_for_later(inside, assessment.pk, FIRST, "社長だけのメモ", by=owner)
    reviewing.ask_back(inside, assessment.pk, FIRST, "根拠は？", by=owner, link="x")
    page = client_of(respondent).get(talk(assessment)).content.decode()
    assert "根拠は？" in page
    assert "社長だけのメモ" not in page
    assert "済みにする" not in page
    both = client_of(owner).get(talk(assessment)).content.decode()
    assert "根拠は？" in both
    assert "社長だけのメモ" in both


def test_viewers_see_the_cards_without_marks(
    client_of: ClientOf, inside: Organisation, assessment: Assessment, owner: User, viewer: User
) -> None:
    reviewing.mark_for_later(inside, assessment.pk, FIRST, "社長だけのメモ", by=owner)
    assert "社長だけのメモ" in client_of(owner).get(place(assessment, f"s/{VISIBILITY}")).content.decode()
    page = client_of(viewer).get(place(assessment, f"s/{VISIBILITY}"))
    assert page.status_code == 200
    assert "社長だけのメモ" not in page.content.decode()
    assert talk(assessment) not in page.content.decode()


def test_settling_leads_back_to_the_list_as_it_was_and_nowhere_else(
    client_of: ClientOf, inside: Organisation, assessment: Assessment, owner: User
) -> None:
    browser, listed = client_of(owner), place(assessment, "review?show=later")
    for back, arrived in (
        (listed, f"{listed}#{FIRST}"),
        ("https://elsewhere.example/", talk(assessment)),
        (f"{place(assessment, 'review')}.elsewhere.example", talk(assessment)),
        ("", talk(assessment)),
    ):
        mark = reviewing.mark_for_later(inside, assessment.pk, FIRST, "", by=owner)
        assert browser.post(settling(mark), {"back": back}).headers["Location"] == arrived


def test_a_mark_of_another_company_is_not_found_under_ones_own(
    client_of: ClientOf, assessment: Assessment, owner: User, elsewhere: Organisation
) -> None:
    other = make_assessment(elsewhere)
    with scope(elsewhere.pk):
        mark = reviewing.mark_for_later(elsewhere, other.pk, FIRST, SECRET, by=make_user())
    browser = client_of(owner)  # signing in is written down too
    before = contents()
    for followup_id in (mark.pk, uuid4()):
        assert browser.post(place(assessment, f"followups/{followup_id}/settle")).status_code == 404
    assert browser.get(place(other, "review")).status_code == 404
    assert browser.get(talk(other)).status_code == 404
    assert contents() == before
