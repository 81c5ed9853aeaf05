"""申請 → 確認 → 承認: who may, which answers a step stands for, what it leaves behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments import approving, services
from assessments.approval import (
    Act,
    AlreadyApplied,
    AlreadyChecked,
    Chain,
    Lapsed,
    Made,
    NothingApplied,
    OfSomebodyElse,
    Step,
    digest,
)
from assessments.models import ApprovalStep, Assessment, Comment, Submission
from assessments.scoring.answers import Answer, Answers
from guidance.profile import ProfileValue
from organisations.audit import Verb
from organisations.models import AuditLine, Organisation, User
from organisations.policy import Role
from organisations.services import update_organisation
from tests.builders import FIRST, SECOND, THIRD, answer, contents, make_assessment, make_member, make_submission
from tests.conftest import ClientOf

LINK = "https://keian.example/there"
AT = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)


# --- the digest ------------------------------------------------------------------------------------------------------

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
words = st.text(max_size=12)
some_answer = st.one_of(
    st.builds(Answer.at, st.integers(0, 4), words, words),
    st.builds(Answer.unknown, words, words),
    st.builds(Answer.not_applicable, st.text(min_size=1, max_size=12).filter(str.strip), words, words),
)
some_answers = st.dictionaries(st.sampled_from([FIRST, SECOND, THIRD, "G-LDR-01"]), some_answer, min_size=1)
some_profile = st.fixed_dictionaries(
    {"industry": st.sampled_from("EI"), "employees": st.integers(0, 500), "imports": st.booleans()}
)


@pytest.mark.pure
@unhurried
@given(some_answers, some_profile, st.randoms(use_true_random=False))
def test_the_order_in_which_answers_and_facts_come_does_not_matter(
    answers: Answers, profile: dict[str, ProfileValue], chance: Any
) -> None:
    names, facts = list(answers), list(profile)
    chance.shuffle(names)
    chance.shuffle(facts)
    again = digest({name: answers[name] for name in names}, {fact: profile[fact] for fact in facts})
    assert again == digest(answers, profile)
    assert len(again) == 64


@pytest.mark.pure
@unhurried
@given(some_answers, some_profile, some_answer, st.data())
def test_any_other_answer_or_reason_or_word_gives_another_digest(
    answers: Answers, profile: dict[str, ProfileValue], other: Answer, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(answers)))
    changed = digest({**answers, name: other}, profile)
    assert (changed == digest(answers, profile)) == (answers[name] == other)
    assert digest({key: one for key, one in answers.items() if key != name}, profile) != digest(answers, profile)


@pytest.mark.pure
@unhurried
@given(some_answers, some_profile, some_profile)
def test_any_other_fact_of_the_company_gives_another_digest(
    answers: Answers, profile: dict[str, ProfileValue], other: dict[str, ProfileValue]
) -> None:
    assert (digest(answers, other) == digest(answers, profile)) == (other == profile)


# --- the chain -------------------------------------------------------------------------------------------------------


def chain(applied: str = "", checked: str = "", *, now: str = "x", applicant: int = 1) -> Chain:
    def made(step: Step, on: str) -> Made | None:
        return Made(step, applicant, "港 一郎", AT, on) if on else None

    return Chain(made(Step.APPLIED, applied), made(Step.CHECKED, checked), now)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("stands", "role", "person", "open_acts"),
    [
        (chain(), Role.OWNER, 1, {Act.APPLY, Act.APPROVE}),
        (chain(), Role.EDITOR, 1, {Act.APPLY}),
        (chain("x"), Role.OWNER, 2, {Act.CHECK, Act.SEND_BACK, Act.APPROVE}),
        (chain("x"), Role.EDITOR, 1, {Act.CHECK, Act.SEND_BACK, Act.WITHDRAW}),
        (chain("x", "x"), Role.OWNER, 2, {Act.SEND_BACK, Act.APPROVE}),
        (chain("old"), Role.OWNER, 2, {Act.APPLY, Act.SEND_BACK, Act.WITHDRAW}),
        (chain("old", "old"), Role.EDITOR, 2, {Act.APPLY, Act.SEND_BACK, Act.WITHDRAW}),
        (chain("x"), Role.RESPONDENT, 1, set()),
        (chain("x"), Role.VIEWER, 1, set()),
    ],
)
def test_who_may_do_what_next(stands: Chain, role: Role, person: int, open_acts: set[Act]) -> None:
    assert stands.open_to(role, person) == open_acts


@pytest.mark.pure
def test_a_step_stands_again_when_everything_is_as_it_was() -> None:
    assert chain("x", now="y").lapsed
    assert not chain("x", now="x").lapsed


# --- services --------------------------------------------------------------------------------------------------------


@pytest.fixture
def assessment(company: Organisation) -> Assessment:
    return make_assessment(company, answers={FIRST: Answer.at(3), SECOND: Answer.at(1)})


@pytest.fixture
def colleague(company: Organisation) -> User:
    """A second owner."""
    return make_member(company, Role.OWNER, "second@minato.example", name="次 四郎")


def apply(assessment: Assessment, by: User) -> None:
    approving.apply(assessment.organisation, assessment.pk, by=by, link=LINK)


def check(assessment: Assessment, by: User) -> None:
    approving.check(assessment.organisation, assessment.pk, by=by, link=LINK)


def steps(assessment: Assessment) -> list[tuple[str, str]]:
    return list(ApprovalStep.unscoped.filter(assessment=assessment).values_list("step", "name"))


@pytest.mark.django_db
def test_the_whole_way_is_frozen_with_names_and_times(
    inside: Organisation, assessment: Assessment, owner: User, editor: User, colleague: User
) -> None:
    before = timezone.now()
    apply(assessment, editor)
    check(assessment, colleague)
    submission = services.submit(inside, assessment.pk, by=owner)
    assert [(made["step"], made["name"]) for made in submission.approvals] == [
        ("applied", "編 二郎"),
        ("checked", "次 四郎"),
        ("approved", "港 一郎"),
    ]
    times = [dt.datetime.fromisoformat(made["at"]) for made in submission.approvals]
    assert [before, *times] == sorted([before, *times])
    assert times[-1] == submission.submitted_at


@pytest.mark.django_db
def test_a_small_firm_submits_directly_and_only_the_approval_is_recorded(
    inside: Organisation, assessment: Assessment, owner: User
) -> None:
    submission = services.submit(inside, assessment.pk, by=owner)
    assert [made["step"] for made in submission.approvals] == ["approved"]


@pytest.mark.django_db
def test_one_person_may_take_all_three_steps(inside: Organisation, assessment: Assessment, owner: User) -> None:
    apply(assessment, owner)
    check(assessment, owner)
    submission = services.submit(inside, assessment.pk, by=owner)
    assert {made["name"] for made in submission.approvals} == {"港 一郎"}
    assert mail.outbox == []


@pytest.mark.django_db
def test_each_step_is_recorded_with_ids_only(
    inside: Organisation, assessment: Assessment, owner: User, editor: User
) -> None:
    apply(assessment, editor)
    check(assessment, owner)
    services.submit(inside, assessment.pk, by=owner)
    services.reopen(assessment.pk, by=owner)
    lines = list(AuditLine.objects.filter(organisation=inside.pk).order_by("number"))[-4:]
    assert [line.verb for line in lines] == [Verb.APPLIED, Verb.CHECKED, Verb.SUBMITTED, Verb.REOPENED]
    assert [line.actor for line in lines] == [str(one.pk) for one in (editor, owner, owner, owner)]
    assert all(line.detail == {} for line in lines)
    assert {line.target for line in lines} == {str(assessment.pk), str(Submission.unscoped.get().pk)}


@pytest.mark.django_db
def test_the_submission_keeps_the_chain_and_reopening_clears_it(
    inside: Organisation, assessment: Assessment, owner: User, editor: User
) -> None:
    apply(assessment, editor)
    first = services.submit(inside, assessment.pk, by=owner)
    kept = list(first.approvals)
    services.reopen(assessment.pk, by=owner)
    assert steps(assessment) == []
    second = services.submit(inside, assessment.pk, by=owner)
    assert [made["step"] for made in second.approvals] == ["approved"]
    assert Submission.unscoped.get(pk=first.pk).approvals == kept


@pytest.mark.django_db
def test_two_applications_one_after_the_other_make_one_step(
    inside: Organisation, assessment: Assessment, owner: User, editor: User
) -> None:
    apply(assessment, editor)
    with pytest.raises(AlreadyApplied):
        apply(assessment, owner)
    check(assessment, owner)
    with pytest.raises(AlreadyChecked):
        check(assessment, editor)
    assert steps(assessment) == [("applied", "編 二郎"), ("checked", "港 一郎")]


@pytest.mark.django_db
def test_nothing_is_checked_sent_back_or_withdrawn_that_was_not_applied_for(
    inside: Organisation, assessment: Assessment, owner: User
) -> None:
    before = contents()
    for step in (
        lambda: check(assessment, owner),
        lambda: approving.send_back(inside, assessment.pk, "直してください", by=owner, link=LINK),
        lambda: approving.withdraw(inside, assessment.pk, by=owner),
    ):
        with pytest.raises(NothingApplied):
            step()
    assert contents() == before
    assert mail.outbox == []


@pytest.mark.django_db
def test_nothing_is_applied_for_where_nothing_is_answered_or_all_is_submitted(
    inside: Organisation, owner: User
) -> None:
    empty = make_assessment(inside)
    with pytest.raises(services.NothingAnswered):
        apply(empty, owner)
    answer(empty, FIRST, 2)
    services.submit(inside, empty.pk, by=owner)
    with pytest.raises(services.AssessmentClosed):
        apply(empty, owner)
    with pytest.raises(Assessment.DoesNotExist):
        approving.apply(inside, uuid4(), by=owner, link=LINK)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda assessment, company: answer(assessment, FIRST, 4),
        lambda assessment, company: answer(assessment, FIRST, 3, note="訂正"),
        lambda assessment, company: answer(assessment, THIRD, "na", reason="扱っていない"),
        lambda assessment, company: update_organisation(company, {"employees": 87}),
    ],
    ids=["another level", "another note", "one more answer", "a fact of the company"],
)
def test_a_change_after_the_application_lapses_it_and_blocks_the_approval(
    inside: Organisation,
    assessment: Assessment,
    owner: User,
    editor: User,
    change: Callable[[Assessment, Organisation], object],
) -> None:
    apply(assessment, editor)
    change(assessment, inside)
    with pytest.raises(Lapsed):
        check(assessment, owner)
    with pytest.raises(Lapsed):
        services.submit(inside, assessment.pk, by=owner)
    assert Submission.unscoped.count() == 0
    apply(assessment, owner)
    assert services.submit(inside, assessment.pk, by=owner).approvals[0]["name"] == "港 一郎"


@pytest.mark.django_db
def test_applying_again_ends_the_check_of_the_older_answers(
    inside: Organisation, assessment: Assessment, owner: User, editor: User
) -> None:
    apply(assessment, editor)
    check(assessment, owner)
    answer(assessment, FIRST, 0)
    apply(assessment, editor)
    assert steps(assessment) == [("applied", "編 二郎")]


@pytest.mark.django_db
def test_what_stands_is_withdrawn_by_the_applicant_what_lapsed_by_anybody(
    inside: Organisation, assessment: Assessment, owner: User, editor: User
) -> None:
    apply(assessment, editor)
    with pytest.raises(OfSomebodyElse):
        approving.withdraw(inside, assessment.pk, by=owner)
    answer(assessment, FIRST, 0)
    approving.withdraw(inside, assessment.pk, by=owner)
    assert services.submit(inside, assessment.pk, by=owner).approvals[0]["step"] == "approved"
    services.reopen(assessment.pk, by=owner)
    apply(assessment, editor)
    approving.withdraw(inside, assessment.pk, by=editor)
    assert steps(assessment) == []


@pytest.mark.django_db
def test_an_applicant_who_left_keeps_the_name_in_the_chain(
    inside: Organisation, assessment: Assessment, owner: User, editor: User
) -> None:
    apply(assessment, editor)
    editor.delete()
    assert steps(assessment) == [("applied", "編 二郎")]
    approving.send_back(inside, assessment.pk, "だれが直しますか", by=owner, link=LINK)
    assert [message.to for message in mail.outbox] == [["owner@minato.example"]]


# --- mail ------------------------------------------------------------------------------------------------------------

SECRET = "主力材料は一社だけから買っている"


@pytest.mark.django_db
def test_the_owners_are_told_and_nobody_who_pressed(
    inside: Organisation, assessment: Assessment, owner: User, colleague: User, editor: User, viewer: User
) -> None:
    apply(assessment, editor)
    assert [message.to for message in mail.outbox] == [["owner@minato.example"], ["second@minato.example"]]
    mail.outbox.clear()
    check(assessment, owner)
    assert [message.to for message in mail.outbox] == [["second@minato.example"]]


@pytest.mark.django_db
def test_sending_back_clears_the_chain_and_tells_the_applicant_but_not_by_mail_what_it_is(
    inside: Organisation, assessment: Assessment, owner: User, editor: User
) -> None:
    answer(assessment, THIRD, 1, note=SECRET)
    apply(assessment, editor)
    check(assessment, owner)
    mail.outbox.clear()
    approving.send_back(inside, assessment.pk, f"{SECRET}とは本当ですか", by=owner, link=LINK)
    assert steps(assessment) == []
    assert [message.to for message in mail.outbox] == [["editor@minato.example"]]
    assert LINK in mail.outbox[0].body
    assert SECRET not in mail.outbox[0].body
    assert [comment.text for comment in approving.sent_back(assessment)] == [f"{SECRET}とは本当ですか"]


@pytest.mark.django_db
def test_a_mail_that_fails_leaves_the_step_standing_and_says_so(
    client_of: ClientOf, assessment: Assessment, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(message: EmailMessage) -> int:
        raise OSError

    monkeypatch.setattr(EmailMessage, "send", down)
    page = client_of(editor).post(place(assessment, "approval/apply"), follow=True).content.decode()
    assert "知らせのメールは送れませんでした" in page
    assert steps(assessment) == [("applied", "編 二郎")]


# --- pages -----------------------------------------------------------------------------------------------------------


def place(assessment: Assessment, rest: str = "") -> str:
    return f"/o/{assessment.organisation_id}/a/{assessment.pk}/{rest}"


@pytest.mark.django_db
def test_respondents_and_viewers_have_no_part_in_the_chain(
    client_of: ClientOf, company: Organisation, assessment: Assessment, viewer: User, editor: User
) -> None:
    respondent = make_member(company, Role.RESPONDENT)
    for person, status in ((respondent, 403), (viewer, 403), (editor, 302)):
        for step in ("apply", "check", "withdraw"):
            assert client_of(person).post(place(assessment, f"approval/{step}")).status_code == status
        sent_back = client_of(person).post(place(assessment, "approval/back"), {"words": "直してください"})
        assert sent_back.status_code == status
        assert client_of(person).get(place(assessment, "approval")).status_code == (200 if status == 302 else status)


@pytest.mark.django_db
def test_an_editor_applies_and_an_owner_sees_who_and_submits(
    client_of: ClientOf, assessment: Assessment, editor: User, owner: User
) -> None:
    page = client_of(editor).post(place(assessment, "approval/apply"), follow=True).content.decode()
    assert "申請しました" in page
    assert "できればもう一人の目で確かめてください" in page
    page = client_of(owner).get(place(assessment, "submit")).content.decode()
    assert "編 二郎" in page
    assert "まだ確認されていません" in page
    client_of(owner).post(place(assessment, "submit"))
    result = client_of(owner).get(f"/o/{assessment.organisation_id}/submissions/{Submission.unscoped.get().pk}/")
    assert [approval.name for approval in result.context["report"].approvals] == ["編 二郎", "港 一郎"]
    assert "申請・確認・承認" in result.content.decode()


@pytest.mark.django_db
def test_what_changed_since_the_application_is_named_and_approving_is_refused(
    client_of: ClientOf, assessment: Assessment, editor: User, owner: User
) -> None:
    client_of(editor).post(place(assessment, "approval/apply"))
    answer(assessment, SECOND, 4)
    answer(assessment, THIRD, 0)
    response = client_of(owner).post(place(assessment, "submit"), follow=True)
    html = response.content.decode()
    assert "申請のあとに2問が変わりました。もう一度申請してください。" in html
    assert [question.id for question, _ in response.context["changed"]] == [SECOND, THIRD]
    assert "提出して結果を見る" not in html
    assert "申請を取り下げる" in html
    assert "申請を取り下げてから提出してください" in html
    assert Submission.unscoped.count() == 0
    page = client_of(owner).get(place(assessment, "approval")).content.decode()
    assert "申請のあとに2問が変わりました" in page
    assert f"#{SECOND}" in page


@pytest.mark.django_db
def test_a_changed_fact_of_the_company_is_named_as_such(
    client_of: ClientOf, assessment: Assessment, company: Organisation, editor: User
) -> None:
    client_of(editor).post(place(assessment, "approval/apply"))
    update_organisation(company, {"employees": 3000})
    assert (
        "申請のあとに会社の情報が変わりました" in client_of(editor).get(place(assessment, "approval")).content.decode()
    )


@pytest.mark.django_db
def test_sending_back_without_a_reason_is_refused_and_the_reason_stands_on_the_page_escaped(
    client_of: ClientOf, assessment: Assessment, editor: User, owner: User
) -> None:
    browser = client_of(owner)
    client_of(editor).post(place(assessment, "approval/apply"))
    refused = browser.post(place(assessment, "approval/back"), {"words": "  "})
    assert refused.status_code == 422
    assert "差し戻す理由を書いてください" in refused.content.decode()
    assert steps(assessment) == [("applied", "編 二郎")]
    page = browser.post(
        place(assessment, "approval/back"), {"words": "<b>ここ</b>\n直す"}, follow=True
    ).content.decode()
    assert "&lt;b&gt;ここ&lt;/b&gt;<br>直す" in page
    assert steps(assessment) == []
    too_long = browser.post(place(assessment, "approval/back"), {"words": "あ" * 1001})
    assert too_long.status_code == 422
    assert "あ" * 1001 in too_long.content.decode()
    assert Comment.unscoped.count() == 1


@pytest.mark.django_db
def test_each_refusal_says_what_to_do(client_of: ClientOf, assessment: Assessment, editor: User, owner: User) -> None:
    def said(who: User, step: str) -> str:
        return client_of(who).post(place(assessment, f"approval/{step}"), follow=True).content.decode()

    assert "先に申請してください" in said(owner, "check")
    said(editor, "apply")
    assert "もう申請されています" in said(owner, "apply")
    assert "取り下げられるのは、申請した本人だけです" in said(owner, "withdraw")
    said(owner, "check")
    assert "もう確認されています" in said(owner, "check")
    assert "申請を取り下げました" in said(editor, "withdraw")


@pytest.mark.django_db
def test_after_the_submission_the_page_leads_to_the_result(
    client_of: ClientOf, company: Organisation, owner: User
) -> None:
    submission = make_submission(company, by=owner)
    page = client_of(owner).get(place(submission.assessment, "approval"))
    assert page.status_code == 200
    assert page.context["acts"] == set()
    assert "提出したときの申請・確認・承認は、結果のページとPDFにあります" in page.content.decode()
    again = client_of(owner).post(place(submission.assessment, "approval/apply"), follow=True).content.decode()
    assert "すでに提出されたか" in again
