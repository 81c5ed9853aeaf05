"""People, companies, assessments and submissions for tests; each `make_*` has a default for what is not said."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.utils import timezone

from advising import client_reports, reviews
from advising.drafts import FindingDraft
from advising.models import ClientReport, FindingRow, Review, Revision
from assessments import evidence, services
from assessments.drafts import Draft
from assessments.models import Answer as AnswerRow
from assessments.models import Assessment, Assignment, Evidence, Submission
from assessments.scoring.answers import Answer
from cohorts.models import Participant
from cohorts.participants import facts_of
from guidance.profile import FLAGS
from guidance.registry import current_catalog
from organisations import inviting, sharing
from organisations.bodies import found_body
from organisations.consent import What
from organisations.models import (
    Affiliation,
    Body,
    BodyMembership,
    Grant,
    Invitation,
    Membership,
    Organisation,
    PlatformMembership,
    Round,
    User,
)
from organisations.policy import ROLES_OF, BodyKind, BodyRole, PlatformRole, Role
from organisations.scoping import body_scope, scope
from organisations.services import found_organisation
from reports.jobs import TEMPLATE_VERSION
from reports.models import ReportFile
from tests.assessments.papers import PDF
from tests.reports import samples

PASSWORD = "harbour-lamp-2026"
FAKE_PDF = b"%PDF-1.7 fake"
VISIBILITY = "A.visibility"
FIRST, SECOND, THIRD = "A-VIS-01", "A-VIS-02", "A-VIS-03"
"""Questions of A.visibility that every company is asked."""
ONLY_MAKERS = "A-VIS-04"
"""A question of A.visibility that is asked only where products are made."""
_numbers = itertools.count(1)


def make_user(email: str = "", *, name: str = "") -> User:
    """Somebody with a verified address, whose password is PASSWORD."""
    user = User.objects.create_user(email or f"person{next(_numbers)}@example.jp", PASSWORD, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_organisation(
    *, owner: User | None = None, facts: Mapping[str, bool] | None = None, **details: Any
) -> Organisation:
    """A company that makes products and imports; `facts` replaces those two."""
    given = facts if facts is not None else {"makes_products": True, "imports": True}
    fields: dict[str, Any] = {
        "name": "株式会社みなと精密加工",
        "corporate_number": "4234567890128",
        "industry": "E",
        "prefecture": "22",
        "employees": 86,
        "sales_band": "1b-4b",
        "facts": {fact.key: given.get(fact.key, False) for fact in FLAGS},
    }
    return found_organisation(by=owner or make_user(), details={**fields, **details})


def make_member(organisation: Organisation, role: Role, email: str = "", *, name: str = "") -> User:
    """Somebody new in this company."""
    user = make_user(email, name=name)
    Membership.objects.create(user=user, organisation=organisation, role=role)
    return user


def make_invitation(
    organisation: Organisation, role: Role = Role.RESPONDENT, email: str = "", *, by: User | None = None
) -> Invitation:
    """Somebody who was invited into this company and has not come yet; no mail is sent."""
    return inviting.invite(
        email=email or f"invited{next(_numbers)}@example.jp",
        role=role,
        by=by,
        link=lambda token: f"https://keian.example/invitations/{token}",
        organisation=organisation,
        announce=False,
    )


def make_assignment(assessment: Assessment, *questions: str, to: User | Invitation) -> list[Assignment]:
    """Somebody was asked these questions (FIRST where none is said)."""
    holder = {"invitation": to} if isinstance(to, Invitation) else {"assignee": to}
    return [
        Assignment.unscoped.create(
            organisation_id=assessment.organisation_id, assessment=assessment, question_id=name, **holder
        )
        for name in questions or (FIRST,)
    ]


def give_second_factor(user: User) -> User:
    """An authenticator app, as if the person had set one up."""
    TOTP.activate(user, generate_totp_secret())
    return user


def make_body(kind: str = BodyKind.NETWORK, *, name: str = "") -> Body:
    """A network or an office, with nobody and no company in it."""
    return found_body(kind=BodyKind(kind), name=name or f"{kind} {next(_numbers)}", by=None)


def make_body_member(
    body: Body, role: BodyRole | None = None, email: str = "", *, name: str = "", second_factor: bool = True
) -> User:
    """Somebody new in this network or office: who directs it, where no role is said."""
    user = make_user(email, name=name)
    BodyMembership.objects.create(user=user, body=body, role=role or ROLES_OF[BodyKind(body.kind)][0])
    return give_second_factor(user) if second_factor else user


def make_platform_member(role: PlatformRole, email: str = "", *, name: str = "", second_factor: bool = True) -> User:
    """Somebody new with a role for the service itself."""
    user = make_user(email, name=name)
    PlatformMembership.objects.create(user=user, role=role)
    return give_second_factor(user) if second_factor else user


def make_affiliation(organisation: Organisation, body: Body) -> Affiliation:
    """The company belongs to the body from now on."""
    return Affiliation.unscoped.create(organisation=organisation, body=body)


def make_round(body: Body, *, opened: bool = True, **fields: Any) -> Round:
    """A round of the current version that began ten days ago and ends in twenty; `opened`: everybody was invited."""
    today, now = timezone.localdate(), timezone.now()
    given: dict[str, Any] = {
        "name": f"第{next(_numbers)}回",
        "catalog_ref": current_catalog().ref,
        "opens_on": today - dt.timedelta(days=10),
        "closes_on": today + dt.timedelta(days=20),
        "origin": "https://keian.example" if opened else "",
        "opening_at": now if opened else None,
        "opened_at": now if opened else None,
    }
    return Round.objects.create(body=body, **{**given, **fields})


def make_participant(within: Round, organisation: Organisation | None = None, **fields: Any) -> Participant:
    """A company of the round's list; with `organisation` one that has joined, as that company describes itself."""
    number = next(_numbers)
    given: dict[str, Any] = (
        {**facts_of(organisation), "joined_at": timezone.now()}
        if organisation is not None
        else {"name": f"株式会社名簿{number}", "email": f"meibo{number}@kaisha.example"}
    )
    return Participant.unscoped.create(
        round=within,
        body_id=within.body_id,
        organisation=organisation,
        **{"source": Participant.Source.LIST, **given, **fields},
    )


def make_grant(
    organisation: Organisation,
    body: Body,
    *whats: What,
    until: dt.date | None = None,
    purpose: str = "面談の準備のため",
    by: User | None = None,
) -> list[Grant]:
    """Consent to `whats` (the scores where none is said) and what they carry with them, until `until` or for 90 days.

    What was granted before ends. The company belongs to the body afterwards. `until` may lie in the past: a term over.
    """
    if not Affiliation.unscoped.filter(organisation=organisation, body=body, ended_at__isnull=True).exists():
        make_affiliation(organisation, body)
    by = by or User.objects.filter(memberships__organisation=organisation).order_by("pk")[0]
    today = timezone.localdate()
    with scope(organisation.pk):
        made = sharing.grant(
            organisation,
            body.pk,
            whats or [What.SCORES],
            purpose=purpose,
            until=max(today, until or today + dt.timedelta(days=90)),
            by=by,
        )
    for grant in made:
        if until is not None and until < today:
            grant.until = until
            grant.save(update_fields=["until"])
    return made


def make_assessment(
    organisation: Organisation, *, answers: Mapping[str, Answer] | None = None, by: User | None = None
) -> Assessment:
    """An open assessment on the current catalog."""
    with scope(organisation.pk):
        return services.start_assessment(organisation, by=by, answers=answers)


def full_answers() -> dict[str, Answer]:
    """Believable answers to nearly every question: levels, わからない and 該当なし."""
    return samples.answers(current_catalog())


def make_submission(
    organisation: Organisation,
    *,
    assessment: Assessment | None = None,
    answers: Mapping[str, Answer] | None = None,
    by: User | None = None,
) -> Submission:
    """A submitted assessment (of `full_answers` where nothing else is said)."""
    if assessment is None:
        assessment = make_assessment(organisation, answers=full_answers() if answers is None else answers, by=by)
    with scope(organisation.pk):
        return services.submit(organisation, assessment.pk, by=by)


def make_report(submission: Submission, **fields: Any) -> ReportFile:
    """A waiting job for the Japanese action plan."""
    given = {"language": "ja", "template_version": TEMPLATE_VERSION, **fields}
    return ReportFile.unscoped.create(organisation_id=submission.organisation_id, submission=submission, **given)


def make_evidence(
    assessment: Assessment,
    question_id: str = "",
    *,
    name: str = "規程.pdf",
    content: bytes = PDF,
    by: User | None = None,
) -> Evidence:
    """A file beside the answer to FIRST, where no question is said, put there by somebody of the company."""
    organisation = Organisation.objects.get(pk=assessment.organisation_id)
    by = by or User.objects.filter(memberships__organisation=organisation).order_by("pk")[0]
    with scope(organisation.pk):
        upload = SimpleUploadedFile(name, content)
        return evidence.attach(organisation, assessment.pk, question_id or FIRST, upload, by=by)


# --- an office and its client -----------------------------------------------------------------------------------------


@contextmanager
def between(row: Submission | Review | ClientReport | Revision, body: Body | None = None) -> Iterator[None]:
    """Both scopes: the company's and the office's. `body`: for a row that names none."""
    with scope(row.organisation_id), body_scope(body.pk if body else row.body_id):
        yield


def make_review(submission: Submission, body: Body, *, by: User) -> Review:
    """The office's review of a submission, opened by `by`, who leads it. The company shares its answers from now on,
    where it shared nothing with the office before."""
    organisation = Organisation.objects.get(pk=submission.organisation_id)
    if not Grant.unscoped.filter(organisation=organisation, body=body).exists():
        make_grant(organisation, body, What.ANSWERS)
    with between(submission, body):
        return reviews.open_review(body, organisation, submission.pk, by=by)


def finding_draft(said: int | str | None, *, reason: str = "", **words: str) -> FindingDraft:
    """What an advisor typed: a level, "unknown", "na" (with `reason`), or None for words alone."""
    kind = "level" if isinstance(said, int) else said or "none"
    return FindingDraft(kind, said if isinstance(said, int) else None, reason, **words)


def make_finding(
    review: Review, question_id: str, said: int | str | None, *, by: User, **words: str
) -> FindingRow | None:
    """Record what `by` found, on top of whatever they recorded before."""
    with between(review):
        there = FindingRow.objects.filter(review=review, question_id=question_id, advisor=by).first()
        revision = there.revision if there else 0
        return reviews.save_finding(review.pk, question_id, finding_draft(said, **words), revision=revision, by=by)


def make_client_report(review: Review, *, by: User, **choices: Any) -> ClientReport:
    """The working form of the report on a review, with these choices saved over what stands."""
    with between(review):
        report = client_reports.report_of(review)
        return client_reports.save_choices(report.pk, choices, revision=report.revision, by=by)


def make_revision(
    review: Review, *, by: User, supervisor: User | None = None, owner: User | None = None, **choices: Any
) -> Revision:
    """The next revision of the report on a review, which is finished for it: signed by `by`, then by those who are
    given. Signed by `owner` it is released."""
    report = make_client_report(review, by=by, **choices)
    with between(review):
        reviews.finish(review.pk, by=by)
        shared = frozenset(What(found) for found in Grant.objects.active().values_list("what", flat=True))
        revision = client_reports.sign(report.pk, shared=shared, by=by, link="https://keian.example/report")
        if supervisor is not None:
            revision = client_reports.approve(
                revision.pk, revision.digest, by=supervisor, link="https://keian.example/advice"
            )
    if owner is not None:
        with scope(review.organisation_id):
            revision = client_reports.acknowledge(revision.pk, revision.digest, by=owner)
    return revision


# --- answers ----------------------------------------------------------------------------------------------------------


def draft(said: int | str | None, *, note: str = "", reason: str = "") -> Draft:
    """What a person typed: a level, "unknown", "na" (with `reason`), or None for a note alone."""
    answer: Answer | None = None
    if said == "unknown":
        answer = Answer.unknown(note)
    elif said == "na":
        answer = Answer.not_applicable(reason, note)
    elif isinstance(said, int):
        answer = Answer.at(said, note)
    return Draft(answer, note)


def answer(
    assessment: Assessment, question_id: str, said: int | str | None, *, by: User | None = None, **words: str
) -> AnswerRow:
    """Save an answer on top of whatever stands, as somebody of the company."""
    organisation = Organisation.objects.get(pk=assessment.organisation_id)
    by = by or User.objects.filter(memberships__organisation=organisation).order_by("pk")[0]
    with scope(organisation.pk):
        standing = AnswerRow.objects.filter(assessment=assessment, question_id=question_id).first()
        revision = standing.revision if standing else 0
        given = draft(said, **words)
        return services.save_answer(organisation, assessment.pk, question_id, given, revision=revision, by=by).row


def rows_of(assessment: Assessment) -> dict[str, AnswerRow]:
    """The working answers as they stand in the database, by question id."""
    return {row.question_id: row for row in AnswerRow.unscoped.filter(assessment=assessment)}


def row_counts() -> dict[str, int]:
    """How many rows every table holds, sessions included."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def contents() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of our own tables, to show that nothing changed."""
    return {model._meta.label: list(model._base_manager.order_by("pk").values_list()) for model in our_models()}


def our_models() -> Iterator[type[models.Model]]:
    for label in ("organisations", "assessments", "cohorts", "advising", "reports"):
        yield from apps.get_app_config(label).get_models()
