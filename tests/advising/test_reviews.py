"""Going through a client's answers: the review, its findings, notes of the office alone, and asking back."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.db.models.signals import pre_init

from advising import client_reports, reviews
from advising.drafts import FindingDraft
from advising.models import Enquiry, FindingRow, PrivateNote, Review, Revision
from advising.reading import ReviewView
from assessments.frozen import answers_of
from assessments.models import Submission
from assessments.scoring.answers import Answer
from assessments.scoring.scorecard import to_json
from assessments.scoring.verified import verify
from assessments.services import UnknownQuestion
from guidance.registry import get_catalog
from organisations.consent import What
from organisations.mailing import NotMailed
from organisations.models import AuditLine, Body, Organisation, User
from organisations.policy import BodyKind, BodyRole, Role
from organisations.scoping import UnscopedQuery, body_scope, scope
from reports import exporting
from reports.client import docx, paper
from tests.builders import (
    FIRST,
    SECOND,
    THIRD,
    between,
    contents,
    finding_draft,
    full_answers,
    make_body,
    make_body_member,
    make_finding,
    make_member,
    make_review,
    make_revision,
    make_submission,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

SECRET = "社長は後継者で迷っている"
LINK = "https://keian.example/advice"


@pytest.fixture
def submission(company: Organisation, owner: User) -> Submission:
    return make_submission(company, by=owner)


@pytest.fixture
def review(submission: Submission, office: Body, advisor: User) -> Review:
    return make_review(submission, office, by=advisor)


def now_is(review: Review) -> Review:
    return Review.unscoped.select_related("submission").get(pk=review.pk)


def rows_of(review: Review) -> dict[tuple[str, int | None], FindingRow]:
    return {(row.question_id, row.advisor_id): row for row in FindingRow.unscoped.filter(review=review)}


def save(review: Review, question_id: str, draft: FindingDraft, *, revision: int, by: User) -> FindingRow | None:
    with between(review):
        return reviews.save_finding(review.pk, question_id, draft, revision=revision, by=by)


def verified(submission: Submission, **found: Answer) -> dict[str, Any]:
    """The scorecard that the engine gives with these findings, `_` standing for `-`."""
    frozen = answers_of(submission)
    names = {name.replace("_", "-"): answer for name, answer in found.items()}
    made = verify(get_catalog(submission.catalog_ref), frozen.answers, names, frozen.company.profile)
    return to_json(made.card)


# --- opening ---------------------------------------------------------------------------------------------------------


def test_a_new_review_has_the_companys_own_scores_and_whoever_opened_it_leads(
    review: Review, submission: Submission, advisor: User
) -> None:
    assert (review.lead, review.opened_by, review.status, review.finished_at) == (advisor, advisor, "open", None)
    assert review.scorecard == submission.scorecard
    assert review.reviewed == 0
    assert 30 < review.asked <= len(get_catalog(submission.catalog_ref).questions)
    line = AuditLine.objects.get(verb="review-opened")
    assert (line.actor, line.organisation, line.body) == (str(advisor.pk), review.organisation_id, review.body_id)
    assert line.target == str(submission.pk)


def test_opening_it_again_finds_the_same_one(
    review: Review, submission: Submission, office: Body, supervisor: User
) -> None:
    make_finding(review, FIRST, 0, by=supervisor)
    before = contents()
    again = make_review(submission, office, by=supervisor)
    assert again.pk == review.pk
    assert contents() == before


def test_of_two_who_open_at_once_both_get_the_one_that_was_first(
    submission: Submission, office: Body, advisor: User, supervisor: User
) -> None:
    first: list[Review] = []

    def meanwhile(kwargs: dict[str, Any], **_signal: Any) -> None:
        """A colleague's row is written after it was looked for, and just before this one."""
        if kwargs:
            pre_init.disconnect(meanwhile, Review)
            of = {name: kwargs[name] for name in ("organisation", "body", "submission", "scorecard")}
            first.append(Review.unscoped.create(**of, lead=supervisor, opened_by=supervisor))

    pre_init.connect(meanwhile, Review, weak=False)
    found = make_review(submission, office, by=advisor)
    assert [found] == first
    assert (found.lead, Review.unscoped.count()) == (supervisor, 1)
    assert not AuditLine.objects.filter(verb="review-opened").exists(), "nothing was opened by the second"


def test_the_database_has_one_review_of_an_office_and_a_submission(review: Review) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.unscoped.create(
            organisation_id=review.organisation_id,
            body_id=review.body_id,
            submission=review.submission,
            scorecard={},
        )


def test_two_offices_go_through_the_same_submission_apart(
    review: Review, submission: Submission, advisor: User
) -> None:
    other = make_body(BodyKind.OFFICE)
    colleague = make_body_member(other, BodyRole.ADVISOR)
    theirs = make_review(submission, other, by=colleague)
    assert theirs.pk != review.pk
    make_finding(review, FIRST, 0, by=advisor)
    assert now_is(theirs).reviewed == 0
    with between(theirs):
        assert not FindingRow.objects.exists()
        assert list(Review.objects.all()) == [theirs]
        with pytest.raises(Review.DoesNotExist):
            reviews.save_finding(review.pk, FIRST, finding_draft(1), revision=0, by=colleague)


def test_a_submission_of_another_company_is_not_there(
    review: Review, office: Body, company: Organisation, elsewhere: Organisation, stranger: User, advisor: User
) -> None:
    foreign = make_submission(elsewhere, by=stranger)
    with scope(company.pk), body_scope(office.pk), pytest.raises(Submission.DoesNotExist):
        reviews.open_review(office, company, foreign.pk, by=advisor)


# --- carried over ----------------------------------------------------------------------------------------------------


@pytest.fixture
def carried(
    review: Review, company: Organisation, owner: User, office: Body, advisor: User, supervisor: User
) -> Review:
    """The review of the company's second submission, in which it answered SECOND anew. In the first one three findings
    were made on FIRST and SECOND, and words alone on THIRD."""
    make_finding(review, FIRST, 0, by=advisor, comment="台帳を見た", quality="seen")
    make_finding(review, FIRST, 1, by=supervisor)
    make_finding(review, SECOND, 0, by=advisor)
    make_finding(review, THIRD, None, by=advisor, comment="次に聞く")
    said = full_answers()[SECOND].level or 0
    again = make_submission(company, answers={**full_answers(), SECOND: Answer.at(4 - said)}, by=owner)
    return make_review(again, office, by=supervisor)


def test_findings_are_taken_over_where_the_company_answered_the_same(
    carried: Review, review: Review, advisor: User, supervisor: User
) -> None:
    rows = rows_of(carried)
    assert set(rows) == {(FIRST, advisor.pk), (FIRST, supervisor.pk), (THIRD, advisor.pk)}
    taken = rows[FIRST, advisor.pk]
    assert (taken.level, taken.comment, taken.quality, taken.advisor_name) == (0, "台帳を見た", "seen", str(advisor))
    assert all(row.carried and row.revision == 1 for row in rows.values())
    assert not any(row.carried for row in rows_of(review).values())
    assert (carried.carried_from, carried.lead) == (review, supervisor)


def test_what_was_taken_over_is_scored_at_once(carried: Review) -> None:
    """The new lead is the one whose finding counts."""
    assert carried.scorecard == verified(carried.submission, **{FIRST.replace("-", "_"): Answer.at(1)})
    assert carried.reviewed == 1


def test_a_finding_that_is_saved_anew_is_taken_over_no_longer(carried: Review, advisor: User) -> None:
    row = make_finding(carried, FIRST, 0, by=advisor, comment="もう一度見た")
    assert row is not None
    assert (row.carried, row.revision) == (False, 2)


def test_a_finding_that_is_saved_as_it_is_counts_as_taken_over_still(carried: Review, advisor: User) -> None:
    row = make_finding(carried, FIRST, 0, by=advisor, comment="台帳を見た", quality="seen")
    assert row is not None
    assert (row.carried, row.revision) == (True, 1)


def test_words_beside_an_answer_count_as_another_answer(
    review: Review, company: Organisation, owner: User, office: Body, advisor: User
) -> None:
    """What the company says besides may be what the finding rested on."""
    make_finding(review, FIRST, 0, by=advisor)
    said = full_answers()[FIRST]
    again = make_submission(
        company, answers={**full_answers(), FIRST: Answer.at(said.level or 0, "台帳を作った")}, by=owner
    )
    assert rows_of(make_review(again, office, by=advisor)) == {}


def test_between_two_versions_of_the_questionnaire_nothing_is_taken_over(
    review: Review, company: Organisation, owner: User, office: Body, advisor: User
) -> None:
    make_finding(review, FIRST, 0, by=advisor)
    again = make_submission(company, by=owner)
    Submission.unscoped.filter(pk=review.submission_id).update(catalog_ref="keian@2025.1")
    assert rows_of(make_review(again, office, by=advisor)) == {}


def test_of_another_offices_review_nothing_is_taken_over(
    review: Review, company: Organisation, owner: User, advisor: User
) -> None:
    make_finding(review, FIRST, 0, by=advisor)
    other = make_body(BodyKind.OFFICE)
    theirs = make_review(make_submission(company, by=owner), other, by=make_body_member(other, BodyRole.ADVISOR))
    assert (rows_of(theirs), theirs.carried_from) == ({}, None)


def test_private_notes_and_enquiries_stay_with_the_review_they_were_written_in(
    review: Review, company: Organisation, owner: User, office: Body, advisor: User
) -> None:
    with between(review):
        reviews.write_note(review.pk, FIRST, SECRET, by=advisor)
        reviews.ask(company, review.pk, FIRST, "台帳はありますか", by=advisor, link=LINK)
    again = make_review(make_submission(company, by=owner), office, by=advisor)
    assert not PrivateNote.unscoped.filter(review=again).exists()
    assert not Enquiry.unscoped.filter(review=again).exists()


# --- findings --------------------------------------------------------------------------------------------------------


def test_a_finding_is_kept_with_the_name_of_who_made_it(review: Review, advisor: User) -> None:
    typed = finding_draft(
        1, quality="partly", comment="見た", recommendation="直す", comment_en="Seen", recommendation_en="Mend"
    )
    row = save(review, FIRST, typed, revision=0, by=advisor)
    assert row is not None
    assert (row.advisor, row.advisor_name, row.revision, row.carried) == (advisor, "助 言太", 1, False)
    assert {name: getattr(row, name) for name in typed.fields()} == typed.fields()


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (finding_draft(0), Answer.at(0)),
        (finding_draft(4), Answer.at(4)),
        (finding_draft("unknown"), Answer.unknown()),
        (finding_draft("na", reason="面談で確かめた"), Answer.not_applicable("面談で確かめた")),
    ],
)
def test_the_verified_scorecard_is_stored_with_every_finding(
    review: Review, advisor: User, typed: FindingDraft, answer: Answer
) -> None:
    save(review, FIRST, typed, revision=0, by=advisor)
    stored = now_is(review)
    assert stored.scorecard == verified(stored.submission, **{FIRST.replace("-", "_"): answer})
    assert stored.reviewed == 1


def test_words_alone_leave_the_scores_as_they_were(review: Review, submission: Submission, advisor: User) -> None:
    save(review, FIRST, finding_draft(None, comment="次に聞く"), revision=0, by=advisor)
    stored = now_is(review)
    assert (stored.scorecard, stored.reviewed) == (submission.scorecard, 0)


def test_a_finding_that_is_changed_gets_the_next_revision(review: Review, advisor: User) -> None:
    save(review, FIRST, finding_draft(1), revision=0, by=advisor)
    row = save(review, FIRST, finding_draft(2), revision=1, by=advisor)
    assert row is not None
    assert (row.level, row.revision) == (2, 2)
    assert len(rows_of(review)) == 1


def test_the_same_again_changes_nothing_whatever_the_person_had_before_them(review: Review, advisor: User) -> None:
    save(review, FIRST, finding_draft(1, comment="見た"), revision=0, by=advisor)
    before = contents()
    for revision in (0, 1, 7):
        assert save(review, FIRST, finding_draft(1, comment="見た"), revision=revision, by=advisor) is not None
    assert contents() == before


@pytest.mark.parametrize("revision", [0, 2])
def test_a_finding_that_was_saved_elsewhere_meanwhile_is_not_overwritten(
    review: Review, advisor: User, revision: int
) -> None:
    save(review, FIRST, finding_draft(1), revision=0, by=advisor)
    before = contents()
    with pytest.raises(reviews.Overtaken) as overtaken:
        save(review, FIRST, finding_draft(4), revision=revision, by=advisor)
    assert overtaken.value.row is not None
    assert (overtaken.value.row.level, overtaken.value.row.revision) == (1, 1)
    assert contents() == before


def test_a_finding_that_was_taken_back_elsewhere_is_told_as_none(review: Review, advisor: User) -> None:
    save(review, FIRST, finding_draft(1), revision=0, by=advisor)
    save(review, FIRST, FindingDraft(), revision=1, by=advisor)
    with pytest.raises(reviews.Overtaken) as overtaken:
        save(review, FIRST, finding_draft(4), revision=1, by=advisor)
    assert overtaken.value.row is None


def test_an_empty_draft_takes_the_finding_back(review: Review, submission: Submission, advisor: User) -> None:
    save(review, FIRST, finding_draft(0, comment="見た"), revision=0, by=advisor)
    assert save(review, FIRST, FindingDraft(), revision=1, by=advisor) is None
    stored = now_is(review)
    assert (rows_of(review), stored.reviewed, stored.scorecard) == ({}, 0, submission.scorecard)


def test_an_empty_draft_where_nothing_stands_makes_no_row(review: Review, advisor: User) -> None:
    assert save(review, FIRST, FindingDraft(), revision=0, by=advisor) is None
    assert rows_of(review) == {}


def test_two_advisors_each_have_their_own_finding_and_the_leads_counts(
    review: Review, advisor: User, supervisor: User
) -> None:
    save(review, FIRST, finding_draft(4), revision=0, by=supervisor)
    assert now_is(review).scorecard == verified(review.submission, A_VIS_01=Answer.at(4))
    save(review, FIRST, finding_draft(0), revision=0, by=advisor)
    assert now_is(review).scorecard == verified(review.submission, A_VIS_01=Answer.at(0))
    assert len(rows_of(review)) == 2
    assert now_is(review).reviewed == 1


def test_making_a_colleague_the_lead_changes_the_stored_scorecard(
    review: Review, advisor: User, supervisor: User
) -> None:
    save(review, FIRST, finding_draft(0), revision=0, by=advisor)
    save(review, FIRST, finding_draft(4), revision=0, by=supervisor)
    with between(review):
        reviews.make_lead(review.pk, supervisor.pk)
    stored = now_is(review)
    assert stored.lead == supervisor
    assert stored.scorecard == verified(review.submission, A_VIS_01=Answer.at(4))


def test_only_who_recorded_something_can_lead(review: Review, advisor: User, supervisor: User, owner: User) -> None:
    save(review, FIRST, finding_draft(0), revision=0, by=advisor)
    before = contents()
    for person in (supervisor.pk, owner.pk, 0):
        with between(review), pytest.raises(reviews.NotAmongAdvisors):
            reviews.make_lead(review.pk, person)
    assert contents() == before


def test_a_question_that_the_version_does_not_have_is_refused(
    review: Review, company: Organisation, advisor: User
) -> None:
    before = contents()
    with between(review):
        for refused in (
            lambda: reviews.save_finding(review.pk, "NO-01", finding_draft(1), revision=0, by=advisor),
            lambda: reviews.write_note(review.pk, "NO-01", "メモ", by=advisor),
            lambda: reviews.ask(company, review.pk, "NO-01", "聞く", by=advisor, link=LINK),
        ):
            with pytest.raises(UnknownQuestion):
                refused()
    assert (contents(), mail.outbox) == (before, [])


def test_a_review_that_is_not_there_is_refused(review: Review, advisor: User) -> None:
    with between(review), pytest.raises(Review.DoesNotExist):
        reviews.save_finding(uuid4(), FIRST, finding_draft(1), revision=0, by=advisor)


def test_who_leaves_the_service_leaves_the_finding_with_the_name(review: Review, advisor: User) -> None:
    save(review, FIRST, finding_draft(0), revision=0, by=advisor)
    advisor.delete()
    (row,) = rows_of(review).values()
    assert (row.advisor, row.advisor_name) == (None, "助 言太")
    assert now_is(review).lead is None


# --- finishing -------------------------------------------------------------------------------------------------------


def test_a_review_without_a_judged_question_cannot_be_finished(review: Review, advisor: User) -> None:
    save(review, FIRST, finding_draft(None, comment="次に聞く"), revision=0, by=advisor)
    with between(review), pytest.raises(reviews.NothingJudged):
        reviews.finish(review.pk, by=advisor)
    assert now_is(review).open


def test_one_judged_question_is_enough_and_finishing_twice_changes_nothing(review: Review, advisor: User) -> None:
    save(review, FIRST, finding_draft("unknown"), revision=0, by=advisor)
    with between(review):
        done = reviews.finish(review.pk, by=advisor)
        before = contents()
        reviews.finish(review.pk, by=advisor)
    assert (done.status, done.finished_at is not None) == ("finished", True)
    assert contents() == before
    assert AuditLine.objects.filter(verb="review-finished").count() == 1


def test_a_finished_review_takes_no_finding_enquiry_or_lead_but_notes_still(
    review: Review, company: Organisation, advisor: User
) -> None:
    save(review, FIRST, finding_draft(1), revision=0, by=advisor)
    with between(review):
        reviews.finish(review.pk, by=advisor)
        before = contents()
        for refused in (
            lambda: reviews.save_finding(review.pk, FIRST, finding_draft(2), revision=1, by=advisor),
            lambda: reviews.ask(company, review.pk, FIRST, "聞く", by=advisor, link=LINK),
            lambda: reviews.make_lead(review.pk, advisor.pk),
        ):
            with pytest.raises(reviews.ReviewClosed):
                refused()
        assert (contents(), mail.outbox) == (before, [])
        assert reviews.write_note(review.pk, FIRST, "あとで", by=advisor) is not None


def test_reopened_it_takes_findings_again(review: Review, advisor: User) -> None:
    save(review, FIRST, finding_draft(1), revision=0, by=advisor)
    with between(review):
        reviews.finish(review.pk, by=advisor)
        opened = reviews.reopen(review.pk, by=advisor)
        reviews.reopen(review.pk, by=advisor)
    assert (opened.open, opened.finished_at) == (True, None)
    assert save(review, FIRST, finding_draft(2), revision=1, by=advisor) is not None
    assert AuditLine.objects.filter(verb="review-reopened").count() == 1


def test_while_a_report_waits_for_signatures_its_review_stays_closed(
    review: Review, advisor: User, supervisor: User, owner: User
) -> None:
    save(review, FIRST, finding_draft(1), revision=0, by=advisor)
    revision = make_revision(review, by=advisor)
    for approve in (False, True):
        with between(review):
            if approve:
                client_reports.approve(revision.pk, revision.digest, by=supervisor, link=LINK)
            with pytest.raises(reviews.ReportUnderWay):
                reviews.reopen(review.pk, by=advisor)
        assert not now_is(review).open
    with scope(review.organisation_id):
        client_reports.acknowledge(revision.pk, revision.digest, by=owner)
    with between(review):
        assert reviews.reopen(review.pk, by=advisor).open


# --- notes of the office alone ---------------------------------------------------------------------------------------


def test_each_person_has_one_note_on_a_question_and_one_on_the_whole(
    review: Review, advisor: User, supervisor: User
) -> None:
    with between(review):
        for by in (advisor, supervisor):
            for question in (FIRST, ""):
                reviews.write_note(review.pk, question, f"{by}のメモ", by=by)
                reviews.write_note(review.pk, question, f"{by}の書き直し", by=by)
        notes = {(note.question_id, note.author_id): note.text for note in PrivateNote.objects.all()}
    assert notes == {(question, by.pk): f"{by}の書き直し" for question in (FIRST, "") for by in (advisor, supervisor)}


def test_an_empty_note_takes_the_persons_own_away_and_no_others(
    review: Review, advisor: User, supervisor: User
) -> None:
    with between(review):
        reviews.write_note(review.pk, FIRST, SECRET, by=advisor)
        reviews.write_note(review.pk, FIRST, "別のメモ", by=supervisor)
        assert reviews.write_note(review.pk, FIRST, "", by=advisor) is None
        assert [note.author for note in PrivateNote.objects.all()] == [supervisor]


def test_notes_are_read_in_the_offices_scope_alone(review: Review, office: Body, advisor: User) -> None:
    with between(review):
        reviews.write_note(review.pk, FIRST, SECRET, by=advisor)
    with scope(review.organisation_id), pytest.raises(UnscopedQuery):
        PrivateNote.objects.exists()
    with pytest.raises(UnscopedQuery):
        PrivateNote.objects.exists()
    other = make_body(BodyKind.OFFICE)
    with body_scope(other.pk):
        assert not PrivateNote.objects.exists()
    with body_scope(office.pk):
        assert PrivateNote.objects.count() == 1


@pytest.fixture
def noted(review: Review, company: Organisation, advisor: User, supervisor: User, owner: User) -> Revision:
    """A released report on a review with private notes on a question and on the whole."""
    with between(review):
        for question in (FIRST, ""):
            reviews.write_note(review.pk, question, SECRET, by=advisor)
    make_finding(review, FIRST, 1, by=advisor, comment="台帳を見た")
    return make_revision(
        review,
        by=advisor,
        supervisor=supervisor,
        owner=owner,
        languages=["ja", "en", "both"],
        text_ja="所",
        text_en="O",
    )


def test_no_note_is_in_what_is_frozen_printed_or_handed_over(noted: Revision) -> None:
    assert SECRET not in json.dumps(noted.context, ensure_ascii=False)
    assert SECRET not in paper.data_of(noted.context, noted.signatures).decode()
    for form in noted.context["languages"]:
        reports = paper.reports_of(noted.context, form, signatures=noted.signatures, digest=noted.digest)
        assert SECRET not in paper.html_of(reports)
        with zipfile.ZipFile(io.BytesIO(docx.document(reports))) as packed:
            assert not any(SECRET.encode() in packed.read(name) for name in packed.namelist())


def test_no_note_is_in_what_the_company_takes_away(noted: Revision, company: Organisation, owner: User) -> None:
    with scope(company.pk), exporting.export(company, by=owner) as archive, zipfile.ZipFile(archive) as packed:
        for name in packed.namelist():
            content = packed.read(name)
            assert SECRET.encode() not in content, name
            if name.endswith(".xlsx"):
                with zipfile.ZipFile(io.BytesIO(content)) as book:
                    assert not any(SECRET.encode() in book.read(part) for part in book.namelist())


def test_no_note_is_on_the_companys_pages(
    noted: Revision, company: Organisation, owner: User, client_of: ClientOf
) -> None:
    browser = client_of(owner)
    place = f"/o/{company.pk}/"
    pages = [place, f"{place}advice", f"{place}advice/{noted.pk}/", f"{place}data", f"{place}sharing"]
    pages += [f"{place}advice/{noted.pk}/{rest}" for rest in ("preview/ja", "preview/en", "preview/both", "files")]
    for address in pages:
        page = browser.get(address)
        assert page.status_code == 200, address
        assert SECRET not in page.content.decode(), address


def test_no_note_is_in_the_log(noted: Revision) -> None:
    assert not any(SECRET in json.dumps(line.detail, ensure_ascii=False) for line in AuditLine.objects.all())


# --- asking back -----------------------------------------------------------------------------------------------------


@pytest.fixture
def enquiry(review: Review, company: Organisation, advisor: User) -> Enquiry:
    with between(review):
        return reviews.ask(company, review.pk, FIRST, "台帳はいつ見直しましたか", by=advisor, link=LINK)


def test_the_owners_are_told_that_something_is_asked_and_not_what(
    enquiry: Enquiry, editor: User, owner: User, advisor: User, company: Organisation
) -> None:
    (sent,) = mail.outbox
    assert sent.to == [owner.email]
    assert LINK in sent.body
    assert company.name in sent.body
    assert "台帳" not in sent.subject + sent.body
    assert AuditLine.objects.get(verb="enquired").actor == str(advisor.pk)


def test_on_one_question_one_enquiry_waits(
    enquiry: Enquiry, review: Review, company: Organisation, advisor: User
) -> None:
    before = contents()
    with between(review), pytest.raises(reviews.AlreadyAsked):
        reviews.ask(company, review.pk, FIRST, "もう一度", by=advisor, link=LINK)
    assert (contents(), len(mail.outbox)) == (before, 1)
    with between(review):
        reviews.settle(review.pk, enquiry.pk)
        assert reviews.ask(company, review.pk, FIRST, "もう一度", by=advisor, link=LINK).pk != enquiry.pk


def test_an_enquiry_stands_where_its_mail_was_not_taken(
    review: Review, company: Organisation, advisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*args: Any, **kwargs: Any) -> None:
        raise NotMailed

    monkeypatch.setattr("organisations.mailing.post", refused)
    with between(review), pytest.raises(NotMailed):
        reviews.ask(company, review.pk, FIRST, "台帳は", by=advisor, link=LINK)
    assert Enquiry.unscoped.get().words == "台帳は"


@pytest.mark.parametrize("role", [Role.OWNER, Role.EDITOR])
def test_who_may_review_in_the_company_replies(
    enquiry: Enquiry, review: Review, company: Organisation, role: Role, client_of: ClientOf
) -> None:
    person = make_member(company, role)
    response = client_of(person).post(f"/o/{company.pk}/advice/enquiries/{enquiry.pk}", {"reply": "先月です"})
    assert response.status_code == 302
    enquiry.refresh_from_db(from_queryset=Enquiry.unscoped.all())
    assert (enquiry.reply, enquiry.replied_by) == ("先月です", person)
    assert AuditLine.objects.get(verb="replied").actor == str(person.pk)


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.RESPONDENT, 403)])
def test_who_only_reads_or_answers_does_not_reply(
    enquiry: Enquiry, company: Organisation, role: Role, status: int, client_of: ClientOf
) -> None:
    person = make_member(company, role)
    response = client_of(person).post(f"/o/{company.pk}/advice/enquiries/{enquiry.pk}", {"reply": "先月です"})
    assert response.status_code == status
    assert Enquiry.unscoped.get().reply == ""


def test_somebody_of_another_company_finds_no_enquiry(
    enquiry: Enquiry, company: Organisation, stranger: User, elsewhere: Organisation, client_of: ClientOf
) -> None:
    for place in (company, elsewhere):
        response = client_of(stranger).post(f"/o/{place.pk}/advice/enquiries/{enquiry.pk}", {"reply": "先月です"})
        assert response.status_code == 404
    assert Enquiry.unscoped.get().reply == ""


def test_a_reply_can_be_rewritten_until_the_office_is_done(
    enquiry: Enquiry, review: Review, company: Organisation, owner: User, editor: User
) -> None:
    with scope(company.pk):
        reviews.reply(company, enquiry.pk, "先月です", by=editor)
        rewritten = reviews.reply(company, enquiry.pk, "先々月でした", by=owner)
    assert (rewritten.reply, rewritten.replied_by) == ("先々月でした", owner)
    with between(review):
        reviews.settle(review.pk, enquiry.pk)
    with scope(company.pk), pytest.raises(Enquiry.DoesNotExist):
        reviews.reply(company, enquiry.pk, "あとから", by=owner)
    assert Enquiry.unscoped.get().reply == "先々月でした"


def test_settling_twice_changes_nothing_and_of_another_review_it_is_not_there(
    enquiry: Enquiry, review: Review, company: Organisation, owner: User, office: Body, advisor: User
) -> None:
    with between(review):
        first = reviews.settle(review.pk, enquiry.pk).settled_at
        assert reviews.settle(review.pk, enquiry.pk).settled_at == first
    again = make_review(make_submission(company, by=owner), office, by=advisor)
    with between(again), pytest.raises(Enquiry.DoesNotExist):
        reviews.settle(again.pk, enquiry.pk)


def test_what_was_asked_settled_and_noted_stands_beside_its_question(
    enquiry: Enquiry, review: Review, company: Organisation, advisor: User, supervisor: User
) -> None:
    with between(review):
        reviews.settle(review.pk, enquiry.pk)
        reviews.ask(company, review.pk, FIRST, "もう一つ", by=advisor, link=LINK)
        reviews.write_note(review.pk, FIRST, "私のメモ", by=supervisor)
        reviews.write_note(review.pk, FIRST, SECRET, by=advisor)
        view = ReviewView(now_is(review), supervisor.pk, frozenset({What.ANSWERS}))
        line, other = view.lines([view.catalog.questions[FIRST], view.catalog.questions[SECOND]])
    assert line.enquiry is not None
    assert (line.enquiry.words, [one.words for one in line.settled]) == ("もう一つ", ["台帳はいつ見直しましたか"])
    assert (line.note, [note.text for note in line.colleagues_notes]) == ("私のメモ", [SECRET])
    assert (other.enquiry, other.settled, other.note, other.colleagues_notes) == (None, (), "", ())


# --- what a person of the office sees --------------------------------------------------------------------------------


@pytest.mark.parametrize("judged", [True, False])
def test_a_colleagues_judgement_is_seen_after_ones_own(
    review: Review, advisor: User, supervisor: User, judged: bool
) -> None:
    make_finding(review, FIRST, 4, by=supervisor, comment="同僚の見立て")
    make_finding(review, FIRST, 1 if judged else None, by=advisor, comment="自分の言葉")
    with between(review):
        view = ReviewView(now_is(review), advisor.pk, frozenset({What.ANSWERS}))
        (line,) = view.lines([view.catalog.questions[FIRST]])
    assert [found.comment for found in line.others] == (["同僚の見立て"] if judged else [])
    assert line.hidden_others == (0 if judged else 1)


def test_what_the_company_did_not_share_is_not_shown_beside_a_question(
    company: Organisation, owner: User, office: Body, advisor: User
) -> None:
    answers = {**full_answers(), FIRST: Answer.not_applicable("秘密の理由", "秘密のメモ")}
    review = make_review(make_submission(company, answers=answers, by=owner), office, by=advisor)
    for shared, reason, note in (
        (frozenset({What.ANSWERS}), "—", ""),
        (frozenset({What.ANSWERS, What.NOTES}), "秘密の理由", "秘密のメモ"),
    ):
        with between(review):
            view = ReviewView(now_is(review), advisor.pk, shared)
            (line,) = view.lines([view.catalog.questions[FIRST]])
        assert line.said is not None
        assert (line.said.reason, line.said.note) == (reason, note)
