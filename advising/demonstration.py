"""The demonstration's office at work: a released report on the first submission, and a review under way on the second.
Clearly fictional, the same at every seeding."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageDraw

from advising import client_reports, letterheads, reviews
from advising.drafts import FindingDraft
from advising.findings import Quality
from advising.models import Review
from assessments.frozen import answers_of
from assessments.models import Submission
from assessments.planning.ordering import rank
from assessments.scoring.scorecard import from_json
from guidance.registry import get_catalog
from organisations.consent import What
from organisations.demonstration import ADVISOR, OFFICE_NAME, SUPERVISOR
from organisations.models import Affiliation, Body, Grant, Organisation, User
from organisations.scoping import body_scope, scope

CLIENTS = 12
JUDGED = 36
BY_SECOND = 6
PURPOSE = "面談で回答を一緒に確かめるため（見本）"
COMMENTS = (
    ("台帳を見せていただき、更新日を確かめました。", "We saw the register and the dates of its updates."),
    (
        "担当の方から聞きました。書いたものはまだありません。",
        "It was explained to us; nothing is written down yet.",
    ),
    (
        "手順書はありますが、見直した日がわかりませんでした。",
        "There is a procedure; nobody knew its last review.",
    ),
    ("現場で実際の管理のしかたを見ました。", "We saw on site how it is handled."),
)
RECOMMENDATIONS = (
    ("四半期に一度、見直す日を決めてください。", "Fix a day each quarter on which it is reviewed."),
    ("担当者を一人決め、名前を手順書に書いてください。", "Name one person in charge, in the procedure."),
)
TEXT_JA = """## 面談の印象

仕入れの台帳は**よく整っています**。一方で、代わりの仕入れ先を実際に試したことはありません。

- まず、止まると困る3品目から確かめる
- 次に、取引先との契約書を見直す
"""
TEXT_EN = """## Impression from the meeting

The purchasing register is **in good order**. No alternative supplier has been tried in practice, however.

- First look at the three items whose loss would hurt most
- Then review the contracts with customers
"""
WHY_JA = "主力製品に直結し、費用が小さいため、最初に取り組むことをすすめます。"
WHY_EN = "It bears directly on the main product and costs little, so we advise to begin here."


@transaction.atomic
def seed_office(owner: User, organisation: Organisation, others: Iterable[Organisation] = ()) -> None:
    """The office's work with `organisation`, whose head is `owner`, and `others` as further clients. Does nothing where
    the office has a review already."""
    office = Body.objects.get(name=OFFICE_NAME)
    advisor, supervisor = User.objects.get(email=ADVISOR), User.objects.get(email=SUPERVISOR)
    with body_scope(office.pk):
        if Review.objects.exists():
            return
    letterheads.change(
        office,
        {
            "name_ja": OFFICE_NAME,
            "name_en": "Kakuu Trade Advisory Office (sample)",
            "contact_ja": "相談専用の連絡先は架空です",
            "contact_en": "fictional office, no contact",
        },
        logo=_logo(),
        by=supervisor,
    )
    with scope(organisation.pk), body_scope(office.pk):
        first, second = Submission.objects.order_by("submitted_at")[:2]
        _released(office, organisation, first, advisor=advisor, supervisor=supervisor, owner=owner)
        _under_way(office, organisation, second, advisor=advisor, supervisor=supervisor)
    _further_clients(office, others)


def _released(
    office: Body, organisation: Organisation, submission: Submission, *, advisor: User, supervisor: User, owner: User
) -> None:
    review = reviews.open_review(office, organisation, submission.pk, by=advisor)
    _judge(review, by=advisor, number=JUDGED)
    review = reviews.finish(review.pk, by=advisor)
    report = client_reports.report_of(review)
    catalog = get_catalog(submission.catalog_ref)
    best = [one.action.id for one in rank(catalog, from_json(review.scorecard))[:5]]
    report = client_reports.save_choices(
        report.pk,
        {
            "languages": ["ja", "en", "both"],
            "text_ja": TEXT_JA,
            "text_en": TEXT_EN,
            "actions": [{"id": name, "why_ja": WHY_JA, "why_en": WHY_EN} for name in best],
        },
        revision=report.revision,
        by=advisor,
    )
    shared = frozenset({What.SCORES, What.ANSWERS, What.NOTES})
    place = reverse("advising:report", args=[office.pk, organisation.pk, submission.pk])
    signed = client_reports.sign(report.pk, shared=shared, by=advisor, link=place)
    place = reverse("advising:advice", args=[organisation.pk])
    client_reports.approve(signed.pk, signed.digest, by=supervisor, link=place)
    client_reports.acknowledge(signed.pk, signed.digest, by=owner)


def _under_way(
    office: Body, organisation: Organisation, submission: Submission, *, advisor: User, supervisor: User
) -> None:
    """Findings carried over where the answers stayed; a second advisor on a few questions; one enquiry."""
    review = reviews.open_review(office, organisation, submission.pk, by=advisor)
    _judge(review, by=supervisor, number=BY_SECOND, lower=True)
    asked = next(iter(answers_of(submission).answers))
    place = reverse("advising:advice", args=[organisation.pk])
    words = "この答えのもとになった資料を、次の面談で見せていただけますか。"
    reviews.ask(organisation, review.pk, asked, words, by=advisor, link=place)
    reviews.write_note(review.pk, asked, "工場長が同席すると話が早い（見本の窓口内メモ）。", by=advisor)


def _judge(review: Review, *, by: User, number: int, lower: bool = False) -> None:
    """Findings on the first questions with a level: most as the company said, every fourth one level lower."""
    answers = answers_of(review.submission).answers
    levels = [(name, said.level) for name, said in answers.items() if said.level is not None]
    for place, (name, level) in enumerate(levels[:number]):
        down = (place % 4 == 1) or (lower and place % 2 == 0)
        comment = COMMENTS[place % len(COMMENTS)] if place % 3 == 0 else ("", "")
        recommendation = RECOMMENDATIONS[place % len(RECOMMENDATIONS)] if place % 5 == 0 else ("", "")
        draft = FindingDraft(
            kind="level",
            level=max(level - 1, 0) if down else level,
            quality=list(Quality)[3 - place % 4].value,
            comment=comment[0],
            comment_en=comment[1],
            recommendation=recommendation[0],
            recommendation_en=recommendation[1],
        )
        reviews.save_finding(review.pk, name, draft, revision=0, by=by)


def _further_clients(office: Body, others: Iterable[Organisation]) -> None:
    """Clients of the office that share their answers with it; every fourth shares nothing yet."""
    until = timezone.localdate() + timedelta(days=365)
    for place, organisation in enumerate(others):
        Affiliation.unscoped.create(organisation=organisation, body=office)
        if place % 4 != 3:
            kinds = (What.SCORES, What.ANSWERS, *((What.NOTES,) if place % 2 else ()))
            Grant.unscoped.bulk_create(
                Grant(organisation=organisation, body=office, what=what.value, purpose=PURPOSE, until=until)
                for what in kinds
            )


def _logo() -> bytes:
    """A plain sign of two shapes: no real office has it."""
    picture = Image.new("RGB", (360, 120), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((4, 4, 114, 114), fill=(0, 23, 193))
    pen.ellipse((130, 4, 240, 114), outline=(0, 23, 193), width=10)
    pen.line((256, 114, 340, 4), fill=(26, 26, 28), width=10)
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()
