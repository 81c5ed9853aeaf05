"""Writes of the client report: choosing what is in it, the signatures, sending back. Each is one transaction; what is
signed is frozen whole. Within both scopes, the client's signature within the company's alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from advising import mailing
from advising.choices import missing_words
from advising.freezing import context_of, digest_of, same_contents
from advising.models import ClientReport, Review, Revision
from advising.signing import AFTER, NothingNew, OtherText, Signature, State, Step, require
from assessments.planning.ordering import rank
from assessments.scoring.scorecard import from_json
from guidance.catalog import Action
from guidance.registry import get_catalog
from organisations.audit import Verb, record
from organisations.consent import What
from organisations.models import User

MOST_OFFERED = 25


class ReviewStillOpen(Exception):
    """The review has to be finished before its report is signed."""


class WordsMissing(Exception):
    """Texts are missing in a language that the report shows; `places` as `advising.choices.missing_words`."""

    def __init__(self, places: list[tuple[str, str]]) -> None:
        super().__init__()
        self.places = places


class OvertakenReport(Exception):
    """Somebody else saved the report meanwhile; `report` is what stands now."""

    def __init__(self, report: ClientReport) -> None:
        super().__init__()
        self.report = report


def report_of(review: Review) -> ClientReport:
    """The working form, which is there from the moment when the review was opened."""
    found: ClientReport = ClientReport.objects.get(review=review)
    return found


@transaction.atomic
def save_choices(report_id: UUID, fields: Mapping[str, Any], *, revision: int, by: User) -> ClientReport:
    """Keep what was chosen and written. Raises ClientReport.DoesNotExist and OvertakenReport."""
    report: ClientReport = ClientReport.objects.select_for_update().get(pk=report_id)
    if all(getattr(report, name) == value for name, value in fields.items()):
        return report
    if report.revision != revision:
        raise OvertakenReport(report)
    for name, value in fields.items():
        setattr(report, name, value)
    report.revision, report.updated_by = revision + 1, by
    report.save()
    return report


def sign(report_id: UUID, *, shared: frozenset[What], by: User, link: str) -> Revision:
    """The advisor's signature: the next revision, with everything frozen. `link`: where a supervisor signs.

    Raises ClientReport.DoesNotExist, ReviewStillOpen, UnderWay, WordsMissing, NothingNew; NotMailed where only the mail
    failed.
    """
    with transaction.atomic():
        report: ClientReport = ClientReport.objects.select_for_update().get(pk=report_id)
        review: Review = Review.objects.select_for_update().get(pk=report.review_id)
        latest = latest_revision(report)
        require(State(latest.state) if latest else None, Step.ADVISOR, signed_by=None, person=by.pk)
        if review.open:
            raise ReviewStillOpen
        texts = {"ja": report.text_ja, "en": report.text_en}
        if places := missing_words(
            report.languages,
            texts,
            report.actions if "actions" in report.sections else [],
            with_opinion="opinion" in report.sections,
        ):
            raise WordsMissing(places)
        number = latest.number + 1 if latest else 1
        released = last_released(report)
        context = context_of(report, shared=shared, revision=number, before=released.context if released else None)
        if released is not None and same_contents(context, released.context):
            raise NothingNew
        revision = Revision.objects.create(
            organisation_id=report.organisation_id,
            body_id=report.body_id,
            report=report,
            number=number,
            state=State.SIGNED,
            context=context,
            digest=digest_of(context),
            signatures=[_signature(Step.ADVISOR, by)],
            made_at=timezone.now(),
        )
        _recorded(Verb.REPORT_SIGNED, revision, by, step=Step.ADVISOR.value)
    mailing.tell_signed(report.organisation, report.body, by=by, link=link)
    return revision


def approve(revision_id: UUID, digest: str, *, by: User, link: str) -> Revision:
    """The supervisor's signature under the text with this digest. `link`: where the company's head signs.

    Raises Revision.DoesNotExist, NothingToSign, SamePerson, OtherText; NotMailed where only the mail failed.
    """
    revision = _signed(revision_id, Step.SUPERVISOR, digest, by)
    mailing.tell_approved(revision.organisation, revision.body, by=by, link=link)
    return revision


def acknowledge(revision_id: UUID, digest: str, *, by: User) -> Revision:
    """The signature of the company's head: the revision is released, and frozen for good.

    Raises Revision.DoesNotExist, NothingToSign and OtherText.
    """
    return _signed(revision_id, Step.CLIENT, digest, by)


@transaction.atomic
def send_back(revision_id: UUID, words: str, *, step: Step, by: User) -> Revision:
    """Whoever is next sends the revision back, with the reason; the next signature makes a new one.

    Raises Revision.DoesNotExist and NothingToSign.
    """
    revision = _locked(revision_id)
    require(State(revision.state), step, signed_by=None, person=by.pk)
    revision.state, revision.returned_words = State.RETURNED, words
    revision.save(update_fields=["state", "returned_words"])
    _recorded(Verb.REPORT_RETURNED, revision, by, step=step.value)
    return revision


@transaction.atomic
def withdraw(revision_id: UUID, *, by: User) -> Revision:
    """The office takes back what it signed, until the company's head has signed. Raises Revision.DoesNotExist and
    NothingToSign."""
    revision = _locked(revision_id)
    step = Step.SUPERVISOR if revision.state == State.SIGNED else Step.CLIENT
    require(State(revision.state), step, signed_by=None, person=by.pk)
    revision.state = State.RETURNED
    revision.save(update_fields=["state"])
    _recorded(Verb.REPORT_RETURNED, revision, by, step=Step.ADVISOR.value)
    return revision


# --- reads ------------------------------------------------------------------------------------------------------------


def offered_for(review: Review, found: ClientReport) -> tuple[Action, ...]:
    """The actions of the plan that the verified scorecard gives, in its order; with those that were chosen before."""
    catalog = get_catalog(review.submission.catalog_ref)
    ranked = [one.action for one in rank(catalog, from_json(review.scorecard))]
    chosen = {one["id"] for one in found.actions}
    first = ranked[:MOST_OFFERED]
    return (*first, *(one for one in catalog.actions if one.id in chosen and one not in first))


def latest_revision(report: ClientReport) -> Revision | None:
    found: Revision | None = Revision.objects.filter(report=report).order_by("-number").first()
    return found


def last_released(report: ClientReport) -> Revision | None:
    found: Revision | None = Revision.objects.filter(report=report, state=State.RELEASED).order_by("-number").first()
    return found


def shown_to_company() -> list[Revision]:
    """What the company in scope may read: revisions that its head is to sign, and released ones, the latest first."""
    found = Revision.objects.filter(state__in=[State.APPROVED, State.RELEASED])
    return list(found.select_related("body", "report__review__submission").order_by("-made_at"))


# --- parts ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def _signed(revision_id: UUID, step: Step, digest: str, by: User) -> Revision:
    revision = _locked(revision_id)
    first = revision.signatures[0].get("person")
    require(State(revision.state), step, signed_by=first, person=by.pk)
    if digest != revision.digest:
        raise OtherText
    revision.signatures = [*revision.signatures, _signature(step, by)]
    revision.state = AFTER[step]
    if revision.state == State.RELEASED:
        revision.released_at = timezone.now()
    revision.save(update_fields=["signatures", "state", "released_at"])
    _recorded(Verb.REPORT_RELEASED if step is Step.CLIENT else Verb.REPORT_SIGNED, revision, by, step=step.value)
    return revision


def _locked(revision_id: UUID) -> Revision:
    found: Revision = (
        Revision.objects.select_for_update(of=("self",))
        .select_related("organisation", "body", "report__review")
        .get(pk=revision_id)
    )
    return found


def _signature(step: Step, by: User) -> dict[str, object]:
    return Signature(step, str(by), timezone.now().isoformat(), by.pk).stored()


def _recorded(verb: Verb, revision: Revision, by: User, **detail: str) -> None:
    record(
        verb,
        actor=by,
        organisation=revision.organisation_id,
        body=revision.body_id,
        target=revision.report.review.submission_id,
        **detail,
    )
