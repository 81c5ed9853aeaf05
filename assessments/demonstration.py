"""The demonstration companies: clearly fictional, filled in believably, the same at every seeding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from assessments import delegation, services
from assessments.answers_file import AnswersFile, parse_json, read_answers
from assessments.drafts import Draft
from assessments.models import Assessment
from assessments.scoring.answers import Answer
from guidance.profile import FLAGS
from guidance.registry import current_catalog
from organisations.demonstration import (
    ADMINISTRATOR,
    ADVISOR,
    COORDINATOR,
    NETWORK_NAME,
    OFFICE_NAME,
    PASSWORD,
    SECRETS,
    SUPERVISOR,
    colleague,
    person,
    seed_bodies,
)
from organisations.models import Organisation, User
from organisations.policy import Role
from organisations.scoping import scope
from organisations.services import found_organisation

ANSWERS = Path(__file__).resolve().parent / "demo" / "answers.json"
FINISHED = "shacho@kakuu-seimitsu.example"
HALFWAY = "shacho@hajime-shoji.example"
EDITOR = "keiri@hajime-shoji.example"
RESPONDENT = "konyu@hajime-shoji.example"
EARLIER_STEPS_BACK = frozenset({"A-SRC-02", "A-SRC-01", "I-COR-01", "I-PPL-02", "G-LDR-01", "G-INF-02", "G-EXP-01"})
"""Where the first submission, a season earlier, stood one level lower."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the demonstration prints."""

    email: str
    password: str
    place: str
    shows: str

    @property
    def second_factor(self) -> bool:
        """Whether `manage.py demo_code` has the second half of this sign-in."""
        return self.email in SECRETS


def answers_file() -> AnswersFile:
    """The answers of the finished demonstration company."""
    data = parse_json(ANSWERS.read_text(encoding="utf-8"), ANSWERS.name)
    return read_answers(data, current_catalog(), ANSWERS.name)


def seed() -> list[SignIn]:
    """Make what is missing; what exists stays as people left it."""
    given = answers_file()
    _finished(given)
    _halfway(given)
    finished, halfway = (
        Organisation.objects.filter(memberships__user__email=email).order_by("created_at")[0]
        for email in (FINISHED, HALFWAY)
    )
    seed_bodies([finished, halfway], current_catalog().ref)
    return [
        SignIn(FINISHED, PASSWORD, finished.name, "提出済みの会社：結果・採点根拠・PDF・共有 / submitted, sharing"),
        SignIn(HALFWAY, PASSWORD, halfway.name, "回答の途中の会社：設問票・分担 / half-way, delegating"),
        SignIn(EDITOR, PASSWORD, halfway.name, "編集者：見直し・申請 / editor: review, apply"),
        SignIn(RESPONDENT, "", halfway.name, "回答者：頼まれた設問だけ / respondent: assigned questions only"),
        SignIn(COORDINATOR, PASSWORD, NETWORK_NAME, "コーディネーター / coordinator"),
        SignIn(ADVISOR, PASSWORD, OFFICE_NAME, "アドバイザー：確認・面談・報告書 / advisor: review, interview, report"),
        SignIn(SUPERVISOR, PASSWORD, OFFICE_NAME, "相談窓口の責任者：署名・体裁 / supervisor: signs, letterhead"),
        SignIn(ADMINISTRATOR, PASSWORD, "経安カルテ", "運営管理者 / administrator"),
    ]


@transaction.atomic
def _finished(given: AnswersFile) -> None:
    user = person(FINISHED, "架空 太郎")
    if user is None:
        return
    organisation = _company(user, given)
    with scope(organisation.pk):
        assessment = services.start_assessment(organisation, by=user, answers=_a_season_earlier(given))
        first = services.submit(organisation, assessment.pk, by=user)
        earlier = timezone.now() - timedelta(days=92)
        type(first).objects.filter(pk=first.pk).update(submitted_at=earlier, started_at=earlier - timedelta(days=6))
        services.reopen(assessment.pk, by=user)
        _answer_all(organisation, assessment, given, user)
        services.submit(organisation, assessment.pk, by=user)


@transaction.atomic
def _halfway(given: AnswersFile) -> None:
    user = person(HALFWAY, "見本 花子")
    if user is None:
        return
    flags = {fact.key: fact.key in {"imports", "entrusted_information"} for fact in FLAGS}
    organisation = found_organisation(
        by=user,
        details={
            "name": "はじめの一歩商事（見本）",
            "corporate_number": "",
            "industry": "I",
            "prefecture": "27",
            "employees": 24,
            "sales_band": "100m-1b",
            "facts": flags,
        },
    )
    begun = {name: answer for name, answer in given.answers.items() if name.startswith(("A-VIS", "A-SCN", "I-COR-01"))}
    colleague(organisation, Role.EDITOR, EDITOR, "見本 次郎")
    respondent = colleague(organisation, Role.RESPONDENT, RESPONDENT, "見本 三郎", password=None)
    with scope(organisation.pk):
        assessment = services.start_assessment(organisation, by=user, answers=begun)
        if respondent is not None:
            asked = [name for name, found in current_catalog().questions.items() if found.asked_of == "purchasing"]
            delegation.assign(organisation, assessment.pk, asked, to=respondent, by=user)


def _company(user: User, given: AnswersFile) -> Organisation:
    profile = given.company.profile
    details: dict[str, object] = {
        "name": given.company.name,
        "corporate_number": given.company.corporate_number,
        "facts": {
            **{fact.key: bool(profile.get(fact.key)) for fact in FLAGS},
            "investment_size": profile.get("investment_size", ""),
        },
    }
    for name in ("industry", "prefecture", "employees", "sales_band"):
        details[name] = profile[name]
    return found_organisation(by=user, details=details)


def _a_season_earlier(given: AnswersFile) -> dict[str, Answer]:
    return {
        name: Answer.at(max((answer.level or 0) - 1, 0), answer.note) if name in EARLIER_STEPS_BACK else answer
        for name, answer in given.answers.items()
    }


def _answer_all(organisation: Organisation, assessment: Assessment, given: AnswersFile, user: User) -> None:
    for name, answer in given.answers.items():
        if name in EARLIER_STEPS_BACK:
            draft = Draft.of(answer)
            services.save_answer(organisation, assessment.pk, name, draft, revision=1, by=user)
