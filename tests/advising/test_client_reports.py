"""The client report: what is in it, its signatures, sending back, and the next revision."""

from __future__ import annotations

import datetime as dt
import json
import random
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from advising import client_reports, letterheads, reviews
from advising.changes import changes
from advising.choices import SECTIONS
from advising.client_reports import OvertakenReport, ReviewStillOpen, WordsMissing
from advising.freezing import digest_of
from advising.models import ClientReport, FindingRow, Review, Revision
from advising.signing import NothingNew, NothingToSign, NotNow, OtherText, SamePerson, State, Step, UnderWay
from assessments.models import Submission
from assessments.planning.ordering import rank
from assessments.scoring.answers import Answer
from assessments.scoring.scorecard import from_json
from guidance.registry import get_catalog
from organisations import sharing
from organisations.consent import What
from organisations.mailing import NotMailed
from organisations.models import AuditLine, Body, Grant, Organisation, User
from organisations.policy import BodyRole, Role
from organisations.scoping import scope
from tests.advising.test_logos import saved, sheet
from tests.builders import (
    FIRST,
    SECOND,
    between,
    contents,
    full_answers,
    make_body_member,
    make_client_report,
    make_finding,
    make_grant,
    make_member,
    make_review,
    make_revision,
    make_submission,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

LINK = "https://keian.example/place"
SHARED = frozenset({What.SCORES, What.ANSWERS})
ANSWER_REASON, ANSWER_NOTE = "秘密の理由", "秘密のメモ"


@pytest.fixture
def submission(company: Organisation, owner: User) -> Submission:
    answers = {
        **full_answers(),
        FIRST: Answer.at(3, ANSWER_NOTE),
        SECOND: Answer.not_applicable(ANSWER_REASON),
    }
    return make_submission(company, answers=answers, by=owner)


@pytest.fixture
def open_review(submission: Submission, office: Body, advisor: User) -> Review:
    """A review with a finding on FIRST."""
    review = make_review(submission, office, by=advisor)
    make_finding(review, FIRST, 1, by=advisor, comment="台帳を見た", comment_en="We saw the register")
    return review


@pytest.fixture
def review(open_review: Review, advisor: User) -> Review:
    """The same, finished."""
    with between(open_review):
        return reviews.finish(open_review.pk, by=advisor)


@pytest.fixture
def report(review: Review) -> ClientReport:
    with between(review):
        return client_reports.report_of(review)


@pytest.fixture
def signed(report: ClientReport, advisor: User, supervisor: User) -> Revision:
    revision = sign(report, advisor)
    mail.outbox.clear()
    return revision


@pytest.fixture
def approved(signed: Revision, supervisor: User) -> Revision:
    return approve(signed, supervisor)


@pytest.fixture
def released(approved: Revision, owner: User) -> Revision:
    return acknowledge(approved, owner)


def sign(report: ClientReport, by: User, shared: frozenset[What] = SHARED) -> Revision:
    with between(report):
        return client_reports.sign(report.pk, shared=shared, by=by, link=LINK)


def approve(revision: Revision, by: User, digest: str = "") -> Revision:
    with between(revision):
        return client_reports.approve(revision.pk, digest or revision.digest, by=by, link=LINK)


def acknowledge(revision: Revision, by: User, digest: str = "") -> Revision:
    with scope(revision.organisation_id):
        return client_reports.acknowledge(revision.pk, digest or revision.digest, by=by)


def send_back(revision: Revision, step: Step, by: User) -> Revision:
    with between(revision) if step is Step.SUPERVISOR else scope(revision.organisation_id):
        return client_reports.send_back(revision.pk, "数字を直してください", step=step, by=by)


def withdraw(revision: Revision, by: User) -> Revision:
    with between(revision):
        return client_reports.withdraw(revision.pk, by=by)


def now_is(revision: Revision) -> Revision:
    return Revision.unscoped.get(pk=revision.pk)


def refused(kind: type[Exception], act: Any) -> None:
    """`act` is refused, and not a row is different afterwards."""
    before, sent = contents(), len(mail.outbox)
    with pytest.raises(kind):
        act()
    assert (contents(), len(mail.outbox)) == (before, sent)


# --- the working form ------------------------------------------------------------------------------------------------


def test_a_new_report_is_in_japanese_with_every_section(report: ClientReport, review: Review) -> None:
    assert (report.languages, report.sections, report.actions) == (["ja"], list(SECTIONS), [])
    with between(review):
        assert client_reports.report_of(review).pk == report.pk


def test_the_offered_actions_are_those_of_the_plan_in_its_order(report: ClientReport, review: Review) -> None:
    catalog = get_catalog(review.submission.catalog_ref)
    planned = [one.action.id for one in rank(catalog, from_json(review.scorecard))]
    offered = [action.id for action in client_reports.offered_for(review, report)]
    assert 0 < len(offered) <= client_reports.MOST_OFFERED
    assert offered == planned[: client_reports.MOST_OFFERED]
    left = next(action.id for action in catalog.actions if action.id not in offered)
    report.actions = [{"id": left, "why_ja": "", "why_en": ""}]
    assert [action.id for action in client_reports.offered_for(review, report)] == [*offered, left]


def test_choices_are_saved_over_what_the_person_had_before_them_and_not_over_anything_else(
    report: ClientReport, advisor: User, supervisor: User
) -> None:
    def save(text: str, revision: int, by: User) -> ClientReport:
        with between(report):
            return client_reports.save_choices(report.pk, {"text_ja": text}, revision=revision, by=by)

    assert (save("一", 1, advisor).revision, save("二", 2, supervisor).updated_by) == (2, supervisor)
    with pytest.raises(OvertakenReport) as overtaken:
        save("三", 2, advisor)
    assert (overtaken.value.report.text_ja, overtaken.value.report.revision) == ("二", 3)
    before = contents()
    save("二", 1, advisor)  # what stands already: nothing to be overwritten
    assert contents() == before


# --- three signatures ------------------------------------------------------------------------------------------------


def test_advisor_supervisor_and_the_companys_head_sign_in_turn_with_names_and_times(
    report: ClientReport, advisor: User, supervisor: User, owner: User
) -> None:
    begun = timezone.now()
    revision = sign(report, advisor)
    assert (revision.number, revision.state, revision.released_at) == (1, State.SIGNED, None)
    assert approve(revision, supervisor).state == State.APPROVED
    done = acknowledge(revision, owner)
    assert done.state == State.RELEASED
    assert done.released_at is not None
    assert [(one["step"], one["name"], one["person"]) for one in done.signatures] == [
        ("advisor", "助 言太", advisor.pk),
        ("supervisor", "監 督子", supervisor.pk),
        ("client", "港 一郎", owner.pk),
    ]
    times = [dt.datetime.fromisoformat(one["at"]) for one in done.signatures]
    assert begun <= times[0] <= times[1] <= times[2] <= timezone.now()
    assert all(time.tzinfo is not None for time in times)
    assert done.digest == digest_of(done.context)


def test_every_signature_leaves_a_line_in_the_log(released: Revision, submission: Submission, office: Body) -> None:
    lines = AuditLine.objects.filter(verb__in=["report-signed", "report-released"]).order_by("pk")
    assert [(line.verb, line.detail) for line in lines] == [
        ("report-signed", {"step": "advisor"}),
        ("report-signed", {"step": "supervisor"}),
        ("report-released", {"step": "client"}),
    ]
    assert {(line.organisation, line.body, line.target) for line in lines} == {
        (submission.organisation_id, office.pk, str(submission.pk))
    }


def test_whoever_is_next_is_told_by_mail_and_nobody_learns_what_is_in_it(
    report: ClientReport, advisor: User, supervisor: User, owner: User, editor: User, office: Body
) -> None:
    second = make_body_member(office, BodyRole.SUPERVISOR)
    revision = sign(report, advisor)
    assert sorted(sent.to[0] for sent in mail.outbox) == sorted([supervisor.email, second.email])
    mail.outbox.clear()
    approve(revision, supervisor)
    assert [sent.to for sent in mail.outbox] == [[owner.email]]
    assert LINK in mail.outbox[0].body
    mail.outbox.clear()
    acknowledge(revision, owner)
    assert mail.outbox == []


def test_a_supervisor_who_signs_as_advisor_is_not_asked_to_sign_again(
    report: ClientReport, supervisor: User, office: Body
) -> None:
    other = make_body_member(office, BodyRole.SUPERVISOR)
    sign(report, supervisor)
    assert [sent.to for sent in mail.outbox] == [[other.email]]


@pytest.mark.parametrize("step", [Step.ADVISOR, Step.SUPERVISOR])
def test_a_signature_stands_where_its_mail_was_not_taken(
    report: ClientReport, advisor: User, supervisor: User, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = sign(report, advisor) if step is Step.SUPERVISOR else None

    def fails(*args: Any, **kwargs: Any) -> None:
        raise NotMailed

    monkeypatch.setattr("organisations.mailing.post", fails)
    with pytest.raises(NotMailed):
        approve(revision, supervisor) if revision else sign(report, advisor)
    assert Revision.unscoped.get().state == (State.APPROVED if revision else State.SIGNED)


# --- what is refused -------------------------------------------------------------------------------------------------


def test_a_report_on_an_open_review_is_not_signed(open_review: Review, advisor: User) -> None:
    report = make_client_report(open_review, by=advisor)
    refused(ReviewStillOpen, lambda: sign(report, advisor))


def test_all_words_that_are_missing_are_told_at_once_and_nothing_is_signed(
    report: ClientReport, review: Review, advisor: User
) -> None:
    first, second, third = (action.id for action in client_reports.offered_for(review, report)[:3])
    actions = [
        {"id": first, "why_ja": "理由", "why_en": ""},
        {"id": second, "why_ja": "", "why_en": "Why"},
        {"id": third, "why_ja": "", "why_en": ""},
    ]
    make_client_report(review, by=advisor, languages=["ja", "en", "both"], text_ja="所見", actions=actions)
    before = contents()
    with pytest.raises(WordsMissing) as missing:
        sign(report, advisor)
    assert missing.value.places == [(second, "ja"), ("opinion", "en"), (first, "en")]
    assert contents() == before
    make_client_report(review, by=advisor, languages=["en"], sections=["summary"])
    assert sign(report, advisor).number == 1, "what is not in the report is not missed"


def test_a_report_under_way_is_not_signed_again(report: ClientReport, signed: Revision, supervisor: User) -> None:
    refused(UnderWay, lambda: sign(report, supervisor))
    approve(signed, supervisor)
    refused(UnderWay, lambda: sign(report, supervisor))


def test_who_signed_as_advisor_does_not_sign_as_supervisor(
    report: ClientReport, supervisor: User, office: Body
) -> None:
    revision = sign(report, supervisor)
    refused(SamePerson, lambda: approve(revision, supervisor))
    assert approve(revision, make_body_member(office, BodyRole.SUPERVISOR)).state == State.APPROVED


def test_the_digest_has_to_be_that_of_what_was_seen(signed: Revision, supervisor: User, owner: User) -> None:
    for digest in ("0" * 64, "x", signed.digest.upper()):
        refused(OtherText, lambda digest=digest: approve(signed, supervisor, digest))
    approve(signed, supervisor)
    refused(OtherText, lambda: acknowledge(signed, owner, "0" * 64))


def test_nobody_signs_before_or_after_their_turn(signed: Revision, supervisor: User, owner: User) -> None:
    refused(NothingToSign, lambda: acknowledge(signed, owner))
    approve(signed, supervisor)
    refused(NothingToSign, lambda: approve(signed, supervisor))
    acknowledge(signed, owner)
    refused(NothingToSign, lambda: acknowledge(signed, owner))
    refused(NothingToSign, lambda: approve(signed, supervisor))


def test_a_revision_that_is_not_there_or_not_theirs_is_not_signed(
    approved: Revision, elsewhere: Organisation, stranger: User, supervisor: User
) -> None:
    with scope(elsewhere.pk), pytest.raises(Revision.DoesNotExist):
        client_reports.acknowledge(approved.pk, approved.digest, by=stranger)
    with between(approved), pytest.raises(Revision.DoesNotExist):
        client_reports.approve(uuid4(), approved.digest, by=supervisor, link=LINK)


# --- sending back and withdrawing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [Step.SUPERVISOR, Step.CLIENT])
def test_whoever_is_next_sends_it_back_with_words_and_the_next_signature_makes_a_new_one(
    step: Step, report: ClientReport, signed: Revision, advisor: User, supervisor: User, owner: User
) -> None:
    by = supervisor if step is Step.SUPERVISOR else owner
    if step is Step.CLIENT:
        approve(signed, supervisor)
    returned = send_back(signed, step, by)
    assert (returned.state, returned.returned_words) == (State.RETURNED, "数字を直してください")
    assert AuditLine.objects.get(verb="report-returned").detail == {"step": step.value}
    again = sign(report, advisor)
    assert (again.number, again.state) == (2, State.SIGNED)
    assert again.context["before"] is None, "what was never released is no revision before"
    assert now_is(signed).context == signed.context


@pytest.mark.parametrize("step", [Step.SUPERVISOR, Step.CLIENT])
def test_nobody_sends_back_what_does_not_wait_for_them(
    step: Step, signed: Revision, supervisor: User, owner: User
) -> None:
    if step is Step.SUPERVISOR:
        approve(signed, supervisor)
    refused(NothingToSign, lambda: send_back(signed, step, owner))


def test_the_office_withdraws_what_nobody_released(report: ClientReport, signed: Revision, advisor: User) -> None:
    assert withdraw(signed, advisor).state == State.RETURNED
    refused(NothingToSign, lambda: withdraw(signed, advisor))
    assert sign(report, advisor).number == 2


def test_what_the_supervisor_signed_is_withdrawn_as_well_and_the_company_sees_it_no_longer(
    approved: Revision, advisor: User, company: Organisation, owner: User, client_of: ClientOf
) -> None:
    browser, place = client_of(owner), f"/o/{company.pk}/advice/{approved.pk}/"
    assert browser.get(place).status_code == 200
    withdraw(approved, advisor)
    assert browser.get(place).status_code == 404
    refused(NothingToSign, lambda: acknowledge(approved, owner))


def test_what_was_released_is_neither_sent_back_nor_withdrawn(
    released: Revision, advisor: User, supervisor: User, owner: User
) -> None:
    refused(NothingToSign, lambda: withdraw(released, advisor))
    for step in (Step.SUPERVISOR, Step.CLIENT):
        refused(NothingToSign, lambda step=step: send_back(released, step, owner))


# --- released, and the next revision ---------------------------------------------------------------------------------


def test_no_service_changes_the_row_of_a_released_revision(
    released: Revision, report: ClientReport, review: Review, office: Body, advisor: User, supervisor: User, owner: User
) -> None:
    stood = Revision.unscoped.filter(pk=released.pk).values().get()
    for act in (
        lambda: approve(released, supervisor),
        lambda: acknowledge(released, owner),
        lambda: withdraw(released, advisor),
        lambda: send_back(released, Step.CLIENT, owner),
        lambda: send_back(released, Step.SUPERVISOR, supervisor),
    ):
        with pytest.raises(NotNow):
            act()
    letterheads.change(office, {"name_ja": "改名した窓口"}, logo=saved(sheet()), by=supervisor)
    with between(review):
        reviews.reopen(review.pk, by=advisor)
    make_finding(review, FIRST, 4, by=advisor)
    make_revision(review, by=advisor, supervisor=supervisor, owner=owner, text_ja="新しい所見")
    owner.delete()
    advisor.delete()
    assert Revision.unscoped.filter(pk=released.pk).values().get() == stood


def test_the_database_refuses_a_second_one_under_way_and_a_release_without_its_time(signed: Revision) -> None:
    for wrong in ({"state": "signed"}, {"state": "approved"}, {"state": "released"}):
        row = Revision.unscoped.get(pk=signed.pk)
        row.pk, row.number = uuid4(), 2
        for name, value in wrong.items():
            setattr(row, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


def test_a_released_report_is_not_signed_again_unchanged_and_is_where_only_a_reason_or_the_evidence_is_another(
    released: Revision, review: Review, advisor: User
) -> None:
    report = ClientReport.unscoped.get(review=review)
    refused(NothingNew, lambda: sign(report, advisor))
    with between(review):
        first = get_catalog(review.submission.catalog_ref).actions[0].id
        chosen = {"actions": [{"id": first, "why_ja": "理由", "why_en": "a reason"}]}
        client_reports.save_choices(report.pk, chosen, revision=report.revision, by=advisor)
    signed = sign(ClientReport.unscoped.get(review=review), advisor)
    assert signed.number == 2
    withdraw(signed, advisor)
    with between(review):
        client_reports.save_choices(report.pk, {"actions": released.context["actions"]}, revision=2, by=advisor)
    refused(NothingNew, lambda: sign(ClientReport.unscoped.get(review=review), advisor))
    with between(review):
        reviews.reopen(review.pk, by=advisor)
        row = FindingRow.objects.get(question_id=FIRST)
        FindingRow.objects.filter(pk=row.pk).update(quality="partly" if row.quality != "partly" else "seen")
        reviews.finish(review.pk, by=advisor)
    assert sign(ClientReport.unscoped.get(review=review), advisor).number == 3


def test_reopened_after_the_release_the_next_signature_makes_revision_two_that_tells_what_changed(
    released: Revision, review: Review, advisor: User, supervisor: User, owner: User, client_of: ClientOf
) -> None:
    with between(review):
        reviews.reopen(review.pk, by=advisor)
    make_finding(review, FIRST, 4, by=advisor, comment="台帳をもう一度見た")
    second = make_revision(review, by=advisor, supervisor=supervisor, owner=owner, text_ja="新しい所見")
    before = {name: value for name, value in released.context.items() if name != "before"}
    assert (second.number, second.context["revision"], second.context["before"]) == (2, 2, before)
    told = changes(second.context, get_catalog(second.context["catalog"]))
    assert told is not None
    assert (told.since, [one.question.id for one in told.answers]) == (1, [FIRST])
    assert ([question.id for question in told.words], told.parts) == ([FIRST], ("opinion",))
    assert told.scores
    office, company = f"/b/{review.body_id}/c/{review.organisation_id}", f"/o/{review.organisation_id}"
    for browser, address in (
        (client_of(advisor), f"{office}/s/{review.submission_id}/report/{second.pk}/"),
        (client_of(owner), f"{company}/advice/{second.pk}/"),
        (client_of(owner), f"{company}/advice/{second.pk}/preview/ja"),
    ):
        page = browser.get(address)
        assert page.status_code == 200
        assert FIRST in page.content.decode().split('id="changes"')[1].split("</section>")[0]


def test_a_third_revision_carries_the_second_and_not_the_first_within_it(
    released: Revision, review: Review, advisor: User, supervisor: User, owner: User
) -> None:
    second = make_revision(review, by=advisor, supervisor=supervisor, owner=owner, text_ja="二")
    third = make_revision(review, by=advisor, supervisor=supervisor, owner=owner, text_ja="三")
    assert third.context["before"]["revision"] == 2
    assert "before" not in third.context["before"]
    assert len(json.dumps(third.context)) < 1.2 * len(json.dumps(second.context))


def test_what_was_sent_back_meanwhile_is_not_what_is_compared_with(
    released: Revision, review: Review, advisor: User, supervisor: User
) -> None:
    send_back(make_revision(review, by=advisor, text_ja="二"), Step.SUPERVISOR, supervisor)
    assert make_revision(review, by=advisor, text_ja="三").context["before"]["revision"] == 1


# --- the digest ------------------------------------------------------------------------------------------------------


def shuffled(value: Any, dice: random.Random) -> Any:
    """The same data with the keys of every object in another order."""
    if isinstance(value, dict):
        names = list(value)
        dice.shuffle(names)
        return {name: shuffled(value[name], dice) for name in names}
    return [shuffled(one, dice) for one in value] if isinstance(value, list) else value


def test_the_digest_does_not_hang_on_the_order_of_keys_but_on_everything_else(signed: Revision) -> None:
    for seed in range(5):
        other = json.loads(json.dumps(shuffled(signed.context, random.Random(seed))))
        assert digest_of(other) == signed.digest
    for name in signed.context:
        assert digest_of({**signed.context, name: "別のもの"}) != signed.digest
    assert digest_of({**signed.context, "sections": signed.context["sections"][::-1]}) != signed.digest


def test_what_comes_back_from_the_database_has_the_digest_that_was_stored(released: Revision) -> None:
    stored = now_is(released)
    assert digest_of(stored.context) == stored.digest == released.digest
    assert len(stored.digest) == 64


# --- what is frozen --------------------------------------------------------------------------------------------------


def test_what_the_company_did_not_share_is_nowhere_in_the_context(signed: Revision) -> None:
    told = json.dumps(signed.context, ensure_ascii=False)
    assert ANSWER_REASON not in told
    assert ANSWER_NOTE not in told
    assert signed.context["answers"][SECOND] == {"na": "—"}
    assert signed.context["answers"][FIRST] == {"level": 3}
    assert signed.context["shared"] == ["scores", "answers"]
    assert signed.context["company"] == {"name": "株式会社みなと精密加工"}, "no number, no fact"
    assert "4234567890128" not in told


def test_what_the_company_shares_is_in_it(report: ClientReport, advisor: User) -> None:
    context = sign(report, advisor, SHARED | {What.NOTES}).context
    assert context["answers"][SECOND] == {"na": ANSWER_REASON}
    assert context["answers"][FIRST] == {"level": 3, "note": ANSWER_NOTE}


def test_the_context_holds_the_stored_scorecards_the_findings_and_no_id_of_a_person(
    signed: Revision, review: Review, submission: Submission
) -> None:
    context = signed.context
    assert context["own"] == submission.scorecard
    assert context["verified"] == Review.unscoped.get(pk=review.pk).scorecard
    (found,) = context["findings"]
    assert found == {
        "question": FIRST,
        "advisor": "助 言太",
        "answer": {"level": 1},
        "quality": "not-seen",
        "comment": {"ja": "台帳を見た", "en": "We saw the register"},
        "recommendation": {"ja": "", "en": ""},
    }
    assert "person" not in json.dumps(context)


def test_where_two_advisors_differ_only_what_stands_is_frozen(
    open_review: Review, advisor: User, supervisor: User
) -> None:
    make_finding(open_review, FIRST, 4, by=supervisor, comment="同僚の見立て")
    context = make_revision(open_review, by=advisor).context
    assert [(one["advisor"], one["answer"]) for one in context["findings"]] == [("助 言太", {"level": 1})]


def test_the_letterhead_of_that_moment_is_frozen(report: ClientReport, advisor: User, supervisor: User) -> None:
    words = {"name_ja": "経安相談室", "name_en": "", "contact_ja": "電話は代表まで", "contact_en": ""}
    letterheads.change(report.body, words, logo=saved(sheet()), by=supervisor)
    office = sign(report, advisor).context["office"]
    assert {name: office[name] for name in words} == {
        **words,
        "name_en": "経安相談室",
        "contact_en": "電話は代表まで",
    }
    assert office["logo"].startswith("iVBORw0KGgo")


def test_without_a_letterhead_the_office_stands_with_its_own_name(signed: Revision) -> None:
    office = signed.context["office"]
    assert (office["name_ja"], office["name_en"], office["logo"]) == ("静岡 貿易相談窓口", "静岡 貿易相談窓口", "")


def test_what_changes_after_the_signature_is_not_in_it(
    signed: Revision, company: Organisation, report: ClientReport, review: Review, supervisor: User
) -> None:
    company.name = "改名株式会社"
    company.save()
    make_client_report(review, by=supervisor, text_ja="あとの所見", sections=["summary"])
    assert now_is(signed).context == signed.context
    assert signed.context["text"]["ja"] == ""


# --- after the consent -----------------------------------------------------------------------------------------------


def revoke(company: Organisation, owner: User) -> None:
    with scope(company.pk):
        for grant in Grant.objects.active():
            sharing.revoke(company, grant.pk, by=owner)


def pages_of_office(revision: Revision) -> list[str]:
    review = revision.report.review
    place = f"/b/{revision.body_id}/c/{revision.organisation_id}/s/{review.submission_id}"
    return [
        f"{place}/review",
        f"{place}/review/s/A.visibility",
        f"{place}/review/q/{FIRST}/interview",
        f"{place}/review/differences",
        f"{place}/report",
        f"{place}/report/preview/ja",
        f"{place}/report/{revision.pk}/",
        f"{place}/report/{revision.pk}/preview/ja",
        f"{place}/report/{revision.pk}/files",
        f"{place}/report/{revision.pk}/data/ja.docx",
        f"{place}/report/{revision.pk}/data/ja.json",
    ]


def test_when_the_consent_ends_the_offices_pages_are_gone_and_the_company_keeps_its_report(
    released: Revision, company: Organisation, owner: User, advisor: User, client_of: ClientOf
) -> None:
    browser, place = client_of(advisor), f"/o/{company.pk}/advice"
    assert {browser.get(page).status_code for page in pages_of_office(released)} == {200}
    revoke(company, owner)
    assert {browser.get(page).status_code for page in pages_of_office(released)} == {404}
    mine = client_of(owner)
    for page in (place, f"{place}/{released.pk}/", f"{place}/{released.pk}/preview/ja", f"{place}/{released.pk}/files"):
        assert mine.get(page).status_code == 200
    assert mine.get(f"{place}/{released.pk}/data/ja.json").status_code == 200


def test_the_companys_head_may_sign_after_the_consent_ended(
    approved: Revision, company: Organisation, owner: User
) -> None:
    revoke(company, owner)
    assert acknowledge(approved, owner).state == State.RELEASED


def test_a_consent_given_again_opens_the_work_where_it_stood(
    released: Revision, company: Organisation, office: Body, owner: User, advisor: User, client_of: ClientOf
) -> None:
    revoke(company, owner)
    make_grant(company, office, What.ANSWERS, by=owner)
    browser = client_of(advisor)
    assert {browser.get(page).status_code for page in pages_of_office(released)} == {200}


# --- who in the company ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "reads", "signs"),
    [(Role.OWNER, 200, 302), (Role.EDITOR, 200, 403), (Role.VIEWER, 200, 403), (Role.RESPONDENT, 403, 403)],
)
def test_the_companys_people_read_it_and_its_head_signs(
    approved: Revision,
    company: Organisation,
    role: Role,
    reads: int,
    signs: int,
    client_of: ClientOf,
    bells: list[Any],
) -> None:
    browser, place = client_of(make_member(company, role)), f"/o/{company.pk}/advice/{approved.pk}/"
    assert browser.get(place).status_code == reads
    assert browser.post(f"{place}sign", {"digest": approved.digest}).status_code == signs
    assert now_is(approved).state == (State.RELEASED if signs == 302 else State.APPROVED)


@pytest.mark.parametrize("state", [State.SIGNED, State.RETURNED])
def test_the_company_sees_nothing_of_what_is_not_meant_for_it_yet(
    signed: Revision, state: State, company: Organisation, owner: User, advisor: User, client_of: ClientOf
) -> None:
    if state is State.RETURNED:
        withdraw(signed, advisor)
    browser, place = client_of(owner), f"/o/{company.pk}/advice"
    assert str(signed.pk) not in browser.get(place).content.decode()
    for rest in ("/", "/preview/ja", "/files", "/data/ja.json", "/data/ja.docx"):
        assert browser.get(f"{place}/{signed.pk}{rest}").status_code == 404
    for rest in ("/sign", "/return", "/files/make"):
        assert browser.post(f"{place}/{signed.pk}{rest}", {"digest": signed.digest, "words": "直す"}).status_code == 404
    assert now_is(signed).state == state
