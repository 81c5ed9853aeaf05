"""Writes of a review: opening it, findings, private notes, asking back, finishing and opening it again. Each is one
transaction, locks the review's row, and refuses with a reason. Within both scopes: the company's and the office's."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from advising import mailing
from advising.choices import SECTIONS
from advising.drafts import FindingDraft
from advising.findings import Finding, Quality, answers_found, judged, standing
from advising.models import ClientReport, Enquiry, FindingRow, PrivateNote, Review, Revision
from advising.signing import LIVE
from assessments.frozen import answers_of
from assessments.models import Submission
from assessments.scoring.scorecard import to_json
from assessments.scoring.verified import Verified, verify
from assessments.services import UnknownQuestion
from guidance.registry import get_catalog
from organisations.audit import Verb, record
from organisations.models import Body, Organisation, User


class ReviewClosed(Exception):
    """The review was finished: open it again first."""


class Overtaken(Exception):
    """The finding was saved elsewhere meanwhile; `row` is what stands now, None where it was taken back."""

    def __init__(self, row: FindingRow | None) -> None:
        super().__init__()
        self.row = row


class NothingJudged(Exception):
    """A review without a single judged question has nothing to say."""


class AlreadyAsked(Exception):
    """An enquiry on this question waits already."""


class ReportUnderWay(Exception):
    """A revision of the report waits for signatures: have it sent back first."""


class NotAmongAdvisors(LookupError):
    """The person recorded nothing in this review."""


@transaction.atomic
def open_review(body: Body, organisation: Organisation, submission_id: UUID, *, by: User) -> Review:
    """The office's review of a submission: the one there is, or a new one. On questions that the company answered as
    in the office's review before, the findings of that one are taken over, and marked so.

    Raises Submission.DoesNotExist.
    """
    submission = Submission.objects.get(pk=submission_id)
    found: Review | None = Review.objects.filter(submission=submission).first()
    if found is not None:
        return found
    before = Review.objects.select_related("submission").order_by("-submission__submitted_at").first()
    review = Review(
        organisation=organisation,
        body=body,
        submission=submission,
        lead=by,
        opened_by=by,
        scorecard=submission.scorecard,
        carried_from=before,
    )
    try:
        with transaction.atomic():
            review.save(force_insert=True)
    except IntegrityError:  # somebody of the office was faster
        there: Review = Review.objects.get(submission=submission)
        return there
    ClientReport.objects.create(
        organisation=organisation, body=body, review=review, languages=["ja"], sections=list(SECTIONS), updated_by=by
    )
    if before is not None:
        _carry(before, review)
    _count(review)
    record(Verb.REVIEW_OPENED, actor=by, organisation=organisation.pk, body=body.pk, target=submission.pk)
    return review


@transaction.atomic
def save_finding(
    review_id: UUID, question_id: str, draft: FindingDraft, *, revision: int, by: User
) -> FindingRow | None:
    """Keep what `by` found on a question, and the verified scorecard with it. `revision`: of the finding that the
    person had before them, 0 for none. An empty draft takes the finding back (None).

    Raises Review.DoesNotExist, ReviewClosed, UnknownQuestion and Overtaken.
    """
    review = _locked(review_id, question_id)
    rows = FindingRow.objects.filter(review=review, question_id=question_id, advisor=by)
    there: FindingRow | None = rows.first()
    if there is not None and _same(there, draft):
        return there
    if (there.revision if there else 0) != revision:
        raise Overtaken(there)
    if draft.empty:
        rows.delete()
        there = None
    elif there is None:
        there = FindingRow.objects.create(
            organisation_id=review.organisation_id,
            body_id=review.body_id,
            review=review,
            question_id=question_id,
            advisor=by,
            advisor_name=str(by),
            **draft.fields(),
        )
    else:
        rows.update(
            **draft.fields(),
            advisor_name=str(by),
            revision=revision + 1,
            carried=False,
            updated_at=timezone.now(),
        )
        there.refresh_from_db()
    _count(review)
    return there


def _same(row: FindingRow, draft: FindingDraft) -> bool:
    return all(getattr(row, name) == value for name, value in draft.fields().items())


@transaction.atomic
def write_note(review_id: UUID, question_id: str, text: str, *, by: User) -> PrivateNote | None:
    """The person's own note for the office alone; an empty one takes it away (None). Also on a finished review.

    Raises Review.DoesNotExist and UnknownQuestion.
    """
    review = Review.objects.select_for_update().get(pk=review_id)
    _known(review, question_id)
    theirs = PrivateNote.objects.filter(review=review, question_id=question_id, author=by)
    if not text:
        theirs.delete()
        return None
    note: PrivateNote
    note, _new = theirs.update_or_create(defaults={"text": text}, create_defaults=_note(review, question_id, text, by))
    return note


def _note(review: Review, question_id: str, text: str, by: User) -> dict[str, object]:
    return {"body_id": review.body_id, "review": review, "question_id": question_id, "author": by, "text": text}


def ask(organisation: Organisation, review_id: UUID, question_id: str, words: str, *, by: User, link: str) -> Enquiry:
    """Ask the company about a question. `link`: the company's page of enquiries.

    Raises Review.DoesNotExist, ReviewClosed, UnknownQuestion, AlreadyAsked; NotMailed where only the mail failed.
    """
    with transaction.atomic():
        review = _locked(review_id, question_id)
        enquiry = Enquiry(
            organisation=organisation,
            body_id=review.body_id,
            review=review,
            question_id=question_id,
            words=words,
            asked_by=by,
        )
        try:
            with transaction.atomic():
                enquiry.save(force_insert=True)
        except IntegrityError:
            raise AlreadyAsked from None
        record(Verb.ENQUIRED, actor=by, organisation=organisation.pk, body=review.body_id, target=review.submission_id)
    mailing.tell_asked(organisation, review.body, by=by, link=link)
    return enquiry


@transaction.atomic
def settle(review_id: UUID, enquiry_id: UUID) -> Enquiry:
    """The office is done with an enquiry. Settling it twice changes nothing. Raises Enquiry.DoesNotExist."""
    enquiry: Enquiry = Enquiry.objects.select_for_update().get(pk=enquiry_id, review_id=review_id)
    if enquiry.settled_at is None:
        enquiry.settled_at = timezone.now()
        enquiry.save(update_fields=["settled_at"])
    return enquiry


@transaction.atomic
def reply(organisation: Organisation, enquiry_id: UUID, words: str, *, by: User) -> Enquiry:
    """The company's answer to an enquiry, in its own scope; a later one takes the place of the one before until the
    office has settled it. Raises Enquiry.DoesNotExist (also for one that is settled)."""
    enquiry: Enquiry = Enquiry.objects.select_for_update().get(pk=enquiry_id, settled_at__isnull=True)
    enquiry.reply, enquiry.replied_by, enquiry.replied_at = words, by, timezone.now()
    enquiry.save(update_fields=["reply", "replied_by", "replied_at"])
    record(
        Verb.REPLIED,
        actor=by,
        organisation=organisation.pk,
        body=enquiry.body_id,
        target=enquiry.review.submission_id,
    )
    return enquiry


@transaction.atomic
def finish(review_id: UUID, *, by: User) -> Review:
    """No more findings: the report can be signed. Finishing twice changes nothing.

    Raises Review.DoesNotExist and NothingJudged.
    """
    review: Review = Review.objects.select_for_update().get(pk=review_id)
    if not review.open:
        return review
    _count(review)
    if not review.reviewed:
        raise NothingJudged
    review.status, review.finished_at = Review.Status.FINISHED, timezone.now()
    review.save(update_fields=["status", "finished_at"])
    _recorded(Verb.REVIEW_FINISHED, review, by)
    return review


@transaction.atomic
def reopen(review_id: UUID, *, by: User) -> Review:
    """Findings can be changed again. A report that was released stays as it is; the next signature makes its next
    revision. Raises Review.DoesNotExist and ReportUnderWay."""
    review: Review = Review.objects.select_for_update().get(pk=review_id)
    if review.open:
        return review
    report = ClientReport.objects.filter(review=review).first()
    live = [state.value for state in LIVE]
    if report is not None and Revision.objects.filter(report=report, state__in=live).exists():
        raise ReportUnderWay
    review.status, review.finished_at = Review.Status.OPEN, None
    review.save(update_fields=["status", "finished_at"])
    _recorded(Verb.REVIEW_REOPENED, review, by)
    return review


@transaction.atomic
def make_lead(review_id: UUID, person_id: int) -> Review:
    """Whose findings count where two advisors differ. Raises Review.DoesNotExist, ReviewClosed and NotAmongAdvisors."""
    review = _locked(review_id)
    row = FindingRow.objects.filter(review=review, advisor_id=person_id).first()
    if row is None:
        raise NotAmongAdvisors(person_id)
    review.lead_id = row.advisor_id
    review.save(update_fields=["lead"])
    _count(review)
    return review


# --- values -----------------------------------------------------------------------------------------------------------


def finding_of(row: FindingRow) -> Finding:
    """The row as a value."""
    return Finding(
        row.question_id,
        row.advisor_id,
        row.advisor_name,
        judged(row.kind, row.level, row.reason),
        Quality(row.quality),
        row.comment,
        row.recommendation,
        row.comment_en,
        row.recommendation_en,
    )


def findings_of(review: Review) -> list[Finding]:
    """Everything that anybody recorded, oldest first. One query."""
    return [finding_of(row) for row in FindingRow.objects.filter(review=review).order_by("pk")]


def verified_of(review: Review, findings: list[Finding]) -> Verified:
    """The verified answer set as the findings make it."""
    frozen = answers_of(review.submission)
    found = answers_found(standing(findings, review.lead_id))
    return verify(get_catalog(review.submission.catalog_ref), frozen.answers, found, frozen.company.profile)


# --- parts ------------------------------------------------------------------------------------------------------------


def _locked(review_id: UUID, question_id: str | None = None) -> Review:
    review: Review = (
        Review.objects.select_for_update(of=("self",)).select_related("submission", "body").get(pk=review_id)
    )
    if question_id is not None:
        _known(review, question_id)
    if not review.open:
        raise ReviewClosed
    return review


def _known(review: Review, question_id: str) -> None:
    if question_id and question_id not in get_catalog(review.submission.catalog_ref).questions:
        raise UnknownQuestion(question_id)


def _count(review: Review) -> None:
    """Score the verified set again and keep it: it always is what the findings say."""
    verified = verified_of(review, findings_of(review))
    review.scorecard = to_json(verified.card)
    review.reviewed, review.asked = verified.reviewed_of_asked, len(verified.asked)
    review.save(update_fields=["scorecard", "reviewed", "asked"])


def _carry(before: Review, review: Review) -> None:
    """Findings of the review before on questions that the company answered the same way."""
    if before.submission.catalog_ref != review.submission.catalog_ref:
        return  # what a question asks may have changed between versions: it is looked at anew
    old, new = before.submission.answers, review.submission.answers
    rows = FindingRow.objects.filter(review=before).order_by("pk")
    FindingRow.objects.bulk_create(
        FindingRow(
            organisation_id=review.organisation_id,
            body_id=review.body_id,
            review=review,
            question_id=row.question_id,
            advisor_id=row.advisor_id,
            advisor_name=row.advisor_name,
            carried=True,
            **{name: getattr(row, name) for name in FindingDraft().fields()},
        )
        for row in rows
        if old.get(row.question_id) == new.get(row.question_id)
    )


def _recorded(verb: Verb, review: Review, by: User) -> None:
    record(verb, actor=by, organisation=review.organisation_id, body=review.body_id, target=review.submission_id)
