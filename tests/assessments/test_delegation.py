"""Asking colleagues: the owner assigns, sees who has what, and takes it back."""

from __future__ import annotations

import re
from datetime import timedelta
from smtplib import SMTPException
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from assessments import delegation, services
from assessments.models import Assessment, Assignment
from assessments.progress import progress
from assessments.scoring.answers import Answer
from guidance.registry import current_catalog
from organisations import inviting, membership
from organisations.models import Invitation, Membership, Organisation, User
from organisations.policy import Role
from organisations.scoping import scope
from tests.assessments.asking import ADDRESS, ELSEWHERE, IDS, ask, has, htmx, of, place, said
from tests.builders import (
    FIRST,
    ONLY_MAKERS,
    SECOND,
    THIRD,
    VISIBILITY,
    answer,
    contents,
    make_assessment,
    make_assignment,
    make_invitation,
    make_member,
    rows_of,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessment(company: Organisation) -> Assessment:
    return make_assessment(company)


@pytest.fixture
def browser(client_of: ClientOf, owner: User) -> Client:
    return client_of(owner)


@pytest.fixture
def theirs(client_of: ClientOf, respondent: User) -> Client:
    """The respondent's browser."""
    return client_of(respondent)


# --- the owner asks --------------------------------------------------------------------------------------------------


def test_a_section_a_department_and_a_question_are_asked_of_a_colleague_together(
    browser: Client, assessment: Assessment, respondent: User, company: Organisation
) -> None:
    response = ask(
        browser, assessment, who=of(respondent), sections=[VISIBILITY], departments=["it"], questions=[ELSEWHERE]
    )
    questions = current_catalog().questions.items()
    expected = {n for n, q in questions if n in IDS[:7] or q.asked_of == "it" or n == ELSEWHERE}
    found = has(assessment, respondent)
    assert ELSEWHERE in found
    assert found <= expected
    assert f"{len(found)} 問を {respondent} に頼み、メールで知らせました" in said(browser, response)
    message = mail.outbox[0]
    assert message.to == [respondent.email]
    assert f"{len(found)} 問" in message.subject
    for words in (company.name, "港 一郎", f"http://testserver/o/{company.pk}/tasks"):
        assert words in message.body
    assert "/invitations/" not in message.body


def test_only_what_the_company_is_asked_is_assigned(
    browser: Client, company: Organisation, assessment: Assessment, respondent: User
) -> None:
    company.facts = {}
    company.save()
    ask(browser, assessment, who=of(respondent), sections=[VISIBILITY])
    assert FIRST in has(assessment, respondent)
    assert ONLY_MAKERS not in has(assessment, respondent)
    refused = ask(browser, assessment, who=of(respondent), questions=[ONLY_MAKERS])
    assert refused.status_code == 422
    assert ONLY_MAKERS not in has(assessment, respondent)


def test_assigning_the_same_again_changes_nothing_and_mails_nobody(
    browser: Client, assessment: Assessment, respondent: User
) -> None:
    ask(browser, assessment, who=of(respondent), questions=[FIRST, SECOND])
    before = contents()
    mail.outbox.clear()
    again = ask(browser, assessment, who=of(respondent), questions=[FIRST, SECOND])
    assert "すでに 答 四郎 に頼んであります" in said(browser, again)
    assert contents() == before
    assert mail.outbox == []
    ask(browser, assessment, who=of(respondent), questions=[FIRST, THIRD])
    assert has(assessment, respondent) == {FIRST, SECOND, THIRD}
    assert "1 問" in mail.outbox[0].subject


def test_one_question_may_be_asked_of_two_people(
    browser: Client, assessment: Assessment, respondent: User, editor: User
) -> None:
    for person in (respondent, editor):
        ask(browser, assessment, who=of(person), questions=[FIRST])
        assert has(assessment, person) == {FIRST}


def test_who_takes_a_question_over_gets_no_mail_from_themselves(
    browser: Client, assessment: Assessment, owner: User
) -> None:
    html = said(browser, ask(browser, assessment, who=of(owner), questions=[FIRST]))
    assert "あなたの担当にしました" in html
    assert mail.outbox == []


def test_somebody_new_is_invited_as_a_respondent_and_asked_in_one_go(
    browser: Client, company: Organisation, assessment: Assessment, client_of: ClientOf
) -> None:
    ask(browser, assessment, email=ADDRESS, questions=[FIRST, SECOND])
    made = Invitation.unscoped.get()
    assert (made.email, made.role, made.organisation_id) == (ADDRESS, Role.RESPONDENT, company.pk)
    assert len(mail.outbox) == 1, "one mail, with the link and the number of questions"
    message = mail.outbox[0]
    assert message.to == [ADDRESS]
    assert "2 問" in message.subject
    found = re.search(r"http://testserver(/invitations/\S+)", str(message.body))
    assert found
    assert inviting.find(found[1].rpartition("/")[2]) == made


def test_somebody_invited_is_asked_by_the_list_or_by_address_and_keeps_the_link(
    browser: Client, company: Organisation, assessment: Assessment
) -> None:
    made = make_invitation(company, Role.EDITOR, ADDRESS)
    ask(browser, assessment, who=f"invitation:{made.pk}", questions=[FIRST])
    ask(browser, assessment, email=ADDRESS.upper(), questions=[SECOND])
    made.refresh_from_db()
    assert (made.serial, made.role) == (1, Role.EDITOR), "neither a new link nor another role"
    assert {one.question_id for one in Assignment.unscoped.filter(invitation=made)} == {FIRST, SECOND}
    assert Invitation.unscoped.count() == 1


def test_somebody_whose_invitation_had_expired_gets_a_new_link(
    browser: Client, company: Organisation, assessment: Assessment
) -> None:
    made = make_invitation(company, Role.RESPONDENT, ADDRESS)
    Invitation.unscoped.update(expires_at=timezone.now() - timedelta(days=1))
    ask(browser, assessment, who=f"invitation:{made.pk}", questions=[FIRST])
    made.refresh_from_db()
    assert (made.serial, made.expired) == (2, False)
    assert len(mail.outbox) == 1


def test_an_address_of_a_colleague_asks_the_colleague_also_one_who_is_in_another_company_too(
    browser: Client, company: Organisation, assessment: Assessment, elsewhere: Organisation
) -> None:
    colleague = make_member(elsewhere, Role.VIEWER)
    Membership.objects.create(user=colleague, organisation=company, role=Role.RESPONDENT)
    ask(browser, assessment, email=colleague.email, questions=[FIRST])
    assert has(assessment, colleague) == {FIRST}
    assert not Invitation.unscoped.exists()
    assert f"/o/{company.pk}/tasks" in mail.outbox[0].body


@pytest.mark.parametrize("by", ["list", "address", "invitation"])
def test_a_viewer_cannot_be_asked(
    browser: Client, company: Organisation, assessment: Assessment, viewer: User, by: str
) -> None:
    make_invitation(company, Role.VIEWER, ADDRESS)
    whom = {"list": {"who": of(viewer)}, "address": {"email": viewer.email}, "invitation": {"email": ADDRESS}}[by]
    before = contents()
    response = ask(browser, assessment, **whom, questions=[FIRST])
    assert response.status_code == 422
    assert contents() == before
    assert mail.outbox == []


def test_every_fault_is_said_at_once_and_what_was_chosen_stays(browser: Client, assessment: Assessment) -> None:
    response = ask(browser, assessment, email="tanaka", sections=["Z.nothing", VISIBILITY], questions=[FIRST])
    html = response.content.decode()
    assert response.status_code == 422
    assert "メールアドレスの形になっていません" in html
    assert "この会社の設問にないもの" in html
    assert 'value="tanaka"' in html
    for value in (VISIBILITY, FIRST):
        assert re.search(rf'value="{value}" checked', html)
    empty = ask(browser, assessment).content.decode()
    assert "だれに頼むかを選んでください" in empty
    assert "頼む設問がまだ選ばれていません" in empty
    both = ask(browser, assessment, who="", email="a@x.example\r\nBcc: b@x.example", questions=[FIRST])
    assert both.status_code == 422
    assert not Assignment.unscoped.exists()


def test_choosing_a_person_and_writing_an_address_too_is_refused(
    browser: Client, assessment: Assessment, respondent: User
) -> None:
    response = ask(browser, assessment, who=of(respondent), email=ADDRESS, questions=[FIRST])
    assert response.status_code == 422
    assert "どちらか一つ" in response.content.decode()
    assert not Invitation.unscoped.exists()


def test_people_invitations_and_questions_of_elsewhere_are_refused(
    browser: Client, assessment: Assessment, respondent: User, stranger: User, elsewhere: Organisation
) -> None:
    foreign = make_invitation(elsewhere)
    before = contents()
    for who in (of(stranger), f"invitation:{foreign.pk}", f"person:{uuid4()}", f"person:{stranger.pk}", "owner"):
        response = ask(browser, assessment, who=who, questions=[FIRST])
        assert response.status_code == 422, who
        assert "いまは頼める人の中にいません" in response.content.decode()
    assert ask(browser, assessment, who=of(respondent), questions=["A-VIS-99"]).status_code == 422
    assert contents() == before
    assert mail.outbox == []


def test_a_service_refuses_a_colleague_of_another_company(
    company: Organisation, assessment: Assessment, owner: User, elsewhere: Organisation, stranger: User
) -> None:
    foreign = Membership.objects.get(user=stranger)
    with scope(company.pk), pytest.raises(Membership.DoesNotExist):
        delegation.assign(company, assessment.pk, [FIRST], to=foreign, by=owner)
    with scope(elsewhere.pk), pytest.raises(Assessment.DoesNotExist):
        delegation.assign(elsewhere, assessment.pk, [FIRST], to=foreign, by=stranger)
    assert not Assignment.unscoped.exists()


def test_when_the_mail_server_refuses_the_assignment_stands_and_the_page_says_so(
    browser: Client, assessment: Assessment, respondent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> int:
        raise SMTPException("no")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    html = said(browser, ask(browser, assessment, who=of(respondent), questions=[FIRST]))
    assert "メールを送れませんでした" in html
    assert has(assessment, respondent) == {FIRST}
    html = said(browser, ask(browser, assessment, email=ADDRESS, questions=[FIRST]))
    assert "送り直せます" in html
    assert Assignment.unscoped.filter(invitation__email=ADDRESS).exists()


def test_nothing_is_asked_after_the_submission_and_nobody_is_invited(
    browser: Client, company: Organisation, respondent: User, owner: User
) -> None:
    closed = make_assessment(company, answers={FIRST: Answer.at(2)})
    with scope(company.pk):
        services.submit(company, closed.pk, by=owner)
    before = contents()
    for whom in ({"who": of(respondent)}, {"email": ADDRESS}):
        response = ask(browser, closed, **whom, questions=[FIRST])
        assert response.status_code == 422
    assert contents() == before
    assert mail.outbox == []
    assert 'name="questions"' not in browser.get(place(closed, "assign")).content.decode()


def test_only_the_owner_assigns_and_withdraws(
    assessment: Assessment, editor: User, viewer: User, respondent: User, stranger: User, client_of: ClientOf
) -> None:
    (made,) = make_assignment(assessment, to=respondent)
    cast = [
        (client_of(user), status) for user, status in ((editor, 403), (viewer, 403), (respondent, 403), (stranger, 404))
    ]
    before = contents()
    for client, expected in cast:
        assert client.get(place(assessment, "assign")).status_code == expected
        assert ask(client, assessment, who=of(respondent), questions=[SECOND]).status_code == expected
        withdrawn = client.post(place(assessment, "assign/withdraw"), {"assignment": str(made.pk)})
        assert withdrawn.status_code == expected
    assert contents() == before


# --- who has what ----------------------------------------------------------------------------------------------------


def test_the_page_shows_who_has_what_how_far_it_is_and_what_nobody_has(
    browser: Client, company: Organisation, assessment: Assessment, respondent: User, editor: User
) -> None:
    make_assignment(assessment, FIRST, SECOND, to=respondent)
    make_assignment(assessment, ELSEWHERE, to=editor)
    make_assignment(assessment, THIRD, to=make_invitation(company, email=ADDRESS))
    answer(assessment, FIRST, 3, by=respondent)
    html = re.sub(r"\s+", " ", browser.get(place(assessment, "assign")).content.decode())
    assert "1 / 2 問" in html
    assert "0 / 1 問" in html
    assert "招待中（まだ参加していません）" in html
    asked = len(asked_of_company(assessment))
    assert f"まだだれにも頼んでいない設問：{asked - 4} 問" in html


def asked_of_company(assessment: Assessment) -> frozenset[str]:
    organisation = Organisation.objects.get(pk=assessment.organisation_id)
    return progress(current_catalog(), {}, organisation.profile()).asked


def test_what_somebody_has_who_cannot_answer_any_more_counts_as_nobodys(
    browser: Client, company: Organisation, assessment: Assessment, owner: User, editor: User, respondent: User
) -> None:
    gone = make_member(company, Role.RESPONDENT, name="去った 人")
    taken_back = make_invitation(company, email="gone@x.example")
    for question, holder in ((FIRST, gone), (SECOND, editor), (THIRD, taken_back)):
        make_assignment(assessment, question, to=holder)
    with scope(company.pk):
        membership.remove_member(company, gone.memberships.get().key, by=owner)
        inviting.revoke_invitation(taken_back, by=owner)
    editor.memberships.update(role=Role.VIEWER)
    html = browser.get(place(assessment, "assign")).content.decode()
    for words in ("もう会社にいません", "閲覧者のため答えられません", "招待を取り消しました"):
        assert words in html
    assert f"頼んでいない設問：{len(asked_of_company(assessment))} 問" in html


def test_single_assignments_and_all_of_a_person_are_withdrawn_and_the_answers_stay(
    browser: Client, assessment: Assessment, respondent: User, theirs: Client
) -> None:
    first, second, third = make_assignment(assessment, FIRST, SECOND, THIRD, to=respondent)
    answer(assessment, FIRST, 3, by=respondent)
    withdraw = place(assessment, "assign/withdraw")
    assert "1 問取り消しました" in said(browser, browser.post(withdraw, {"assignment": str(first.pk)}))
    assert has(assessment, respondent) == {SECOND, THIRD}
    assert htmx(theirs, assessment, choice="4", revision="1").status_code == 404
    assert rows_of(assessment)[FIRST].level == 3
    browser.post(withdraw, {"assignment": [str(second.pk), str(third.pk)]})
    assert has(assessment, respondent) == set()


def test_assignments_of_elsewhere_cannot_be_withdrawn_nor_beside_ones_own(
    browser: Client, assessment: Assessment, elsewhere: Organisation, stranger: User, respondent: User
) -> None:
    (foreign,) = make_assignment(make_assessment(elsewhere), to=stranger)
    (own,) = make_assignment(assessment, to=respondent)
    before = contents()
    for keys in ([foreign.pk], [own.pk, foreign.pk], [uuid4()], ["1"], [""], []):
        response = browser.post(place(assessment, "assign/withdraw"), {"assignment": [str(key) for key in keys]})
        assert response.status_code == 404, keys
    assert contents() == before


def test_access_can_be_ended_after_the_submission_too(
    browser: Client, company: Organisation, assessment: Assessment, owner: User, respondent: User, theirs: Client
) -> None:
    (made,) = make_assignment(assessment, to=respondent)
    answer(assessment, FIRST, 3, by=respondent)
    with scope(company.pk):
        services.submit(company, assessment.pk, by=owner)
    browser.post(place(assessment, "assign/withdraw"), {"assignment": str(made.pk)})
    assert theirs.get(place(assessment, f"tasks/{VISIBILITY}")).status_code == 404
