"""A company that has a row in every table and files in the storage."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from advising.models import ClientReport, Enquiry, FindingRow, PrivateNote, Review, Revision
from assessments.models import (
    AnswerUpload,
    ApprovalStep,
    Assignment,
    CarriedAnswer,
    Comment,
    Evidence,
    Followup,
    Submission,
)
from assessments.scoring.answers import Answer
from cohorts.models import Block, BlockMember, Comparison, ComparisonMember
from organisations.audit import Verb, record
from organisations.consent import What
from organisations.models import Body, Grant, Invitation, Membership, Organisation, Round, User
from organisations.policy import Role
from reports.jobs import TEMPLATE_VERSION
from reports.models import ClientFile, MemberFile, ReportFile
from tests.builders import (
    FAKE_PDF,
    FIRST,
    SECOND,
    THIRD,
    answer,
    full_answers,
    make_assessment,
    make_grant,
    make_participant,
    make_report,
    make_round,
    make_submission,
)

SCAN = b"%PDF-1.7 " + b"scan " * 100


def make_guest(organisation: Organisation, email: str, *, name: str = "") -> User:
    """A respondent who came by an invitation and has no password."""
    guest = User.objects.create_user(email, name=name)
    Membership.objects.create(user=guest, organisation=organisation, role=Role.RESPONDENT)
    return guest


def store_evidence(organisation: Organisation, assessment_id: object, name: str, content: bytes = SCAN) -> Evidence:
    stored = default_storage.save(f"evidence/{organisation.pk}/{timezone.now().timestamp()}", ContentFile(content))
    return Evidence.unscoped.create(
        organisation=organisation,
        assessment_id=assessment_id,
        question_id=FIRST,
        file=stored,
        name=name,
        kind="application/pdf",
        size=len(content),
        sha256="0" * 64,
    )


def store_report(report: ReportFile, *, finished_at: dt.datetime | None = None) -> ReportFile:
    """The job as one that is done, with its file."""
    stored = default_storage.save(f"reports/{report.pk}/x.pdf", ContentFile(FAKE_PDF))
    done = {"status": "done", "file": stored, "size": len(FAKE_PDF), "finished_at": finished_at or timezone.now()}
    ReportFile.unscoped.filter(pk=report.pk).update(**done)
    return ReportFile.unscoped.get(pk=report.pk)


def store_copy(submission: Submission, body: Body, *, shared: str = "scores,answers") -> MemberFile:
    """A finished report of the submission as the body sees it, with its file."""
    key = uuid4()
    return MemberFile.unscoped.create(
        pk=key,
        organisation_id=submission.organisation_id,
        body=body,
        submission=submission,
        shared=shared,
        language="ja",
        template_version=TEMPLATE_VERSION,
        status="done",
        file=default_storage.save(f"reports/{key}/x.pdf", ContentFile(FAKE_PDF)),
        size=len(FAKE_PDF),
        finished_at=timezone.now(),
    )


def make_counted(organisation: Organisation, body: Body, submission: Submission) -> None:
    """The company takes part in a round of the body, and is counted in it and in the comparison with the one before."""
    within = Round.objects.filter(body=body, name="春の回").first() or make_round(body, name="春の回")
    make_participant(within, organisation)
    of = {"body": body, "round": within}
    label: dict[str, list[str]] = {}
    filled = {"kind": Block.Kind.ALL, "size": 12, "label": label, "totals": {}, "runs": {}}
    block, _made = Block.objects.get_or_create(**of, serial=1, defaults=filled)
    comparison, _made = Comparison.objects.get_or_create(**of, previous=within, defaults={"size": 12, "totals": {}})
    BlockMember.unscoped.create(**of, block=block, organisation=organisation, submission=submission)
    ComparisonMember.unscoped.create(**of, comparison=comparison, organisation=organisation)


def advised(submission: Submission, body: Body, *, by: User, word: str) -> ClientFile:
    """An office's review of the submission with an enquiry, a private note, and a released report with its paper."""
    of = {"organisation_id": submission.organisation_id, "body": body}
    review = Review.unscoped.create(**of, submission=submission, lead=by, scorecard=submission.scorecard)
    beside = {**of, "review": review, "question_id": FIRST}
    FindingRow.unscoped.create(**beside, advisor=by, advisor_name="架空 導", kind="level", level=2)
    PrivateNote.unscoped.create(body=body, review=review, question_id=FIRST, author=by, text=f"{word}の窓口内のメモ")
    Enquiry.unscoped.create(**beside, words=f"{word}への問い合わせ", asked_by=by)
    report = ClientReport.unscoped.create(**of, review=review, languages=["ja"], sections=["summary"])
    now = timezone.now()
    signature = {"step": "client", "name": f"{word} 署名者", "at": now.isoformat(), "person": by.pk}
    revision = Revision.unscoped.create(
        **of,
        report=report,
        number=1,
        state="released",
        context={"company": {"name": word}, "languages": ["ja"]},
        digest="0" * 64,
        signatures=[signature],
        made_at=now,
        released_at=now,
    )
    key = uuid4()
    return ClientFile.unscoped.create(
        **of,
        pk=key,
        revision=revision,
        language="ja",
        template_version=TEMPLATE_VERSION,
        status="done",
        file=default_storage.save(f"reports/{key}/x.pdf", ContentFile(FAKE_PDF)),
        size=len(FAKE_PDF),
        sha256="0" * 64,
        finished_at=now,
    )


def furnish(organisation: Organisation, body: Body, *, by: User, word: str = "みなと") -> None:
    """A row in every table that belongs to a company, each with `word` where it holds words."""
    submission = make_submission(
        organisation, answers={**full_answers(), FIRST: Answer.at(2, f"{word}の提出メモ")}, by=by
    )
    store_report(make_report(submission, requested_by=by))
    store_copy(submission, body, shared="scores")
    make_counted(organisation, body, submission)
    opened = make_assessment(organisation, by=by)
    answer(opened, FIRST, 3, by=by, note=f"{word}のメモ")
    answer(opened, SECOND, "na", by=by, reason=f"{word}の理由")
    answer(opened, THIRD, None, by=by, note=f"{word}の走り書き")
    guest = make_guest(organisation, f"guest@{organisation.pk.hex[:8]}.example", name=f"{word}の客")
    now = timezone.now()
    invited = Invitation.unscoped.create(
        organisation=organisation,
        email=f"{word}@invited.example",
        role=Role.RESPONDENT,
        invited_by=by,
        expires_at=now + dt.timedelta(days=14),
    )
    beside = {"organisation": organisation, "assessment": opened, "question_id": FIRST}
    Assignment.unscoped.create(**beside, assignee=guest, assigned_by=by)
    Assignment.unscoped.create(**beside, invitation=invited, assigned_by=by)
    Comment.unscoped.create(**beside, author=guest, text=f"{word}のコメント")
    Followup.unscoped.create(**beside, kind="ask-back", words=f"{word}の問い返し", asked_of=guest, raised_by=by)
    ApprovalStep.unscoped.create(
        organisation=organisation,
        assessment=opened,
        step="applied",
        digest="0" * 64,
        by=by,
        name=f"{word} 申請者",
        at=now,
    )
    entries = {"OLD-01": {"kind": "na", "level": None, "reason": f"{word}の昔の理由", "note": "", "explanation": ""}}
    CarriedAnswer.unscoped.create(
        organisation=organisation,
        assessment=opened,
        outcome="kept",
        question_id="OLD-01",
        kind="retired",
        entries=entries,
        proposed=None,
    )
    store_evidence(organisation, opened.pk, f"{word}の図面.pdf")
    filled = {"question": FIRST, "kind": "level", "level": 4, "reason": "", "note": f"{word}の表のメモ"}
    AnswerUpload.unscoped.create(
        organisation=organisation,
        assessment=opened,
        uploaded_by=by,
        file_name=f"{word}の表.xlsx",
        entries=[{**filled, "explanation": "", "revision": 1, "fingerprint": "0" * 32}],
    )
    advised(submission, body, by=by, word=word)
    standing, ended = make_grant(organisation, body, What.ANSWERS, purpose=f"{word}の面談", by=by)
    Grant.unscoped.filter(pk=ended.pk).update(revoked_at=now, revoked_by=by)
    assert standing.active
    record(Verb.GRANTED, actor=by, organisation=organisation.pk, body=body.pk, what=["scores"])
