"""The tenant scope and the one door to a company's pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from advising.models import ClientReport, Enquiry, FindingRow, PrivateNote, Review, Revision
from assessments.models import (
    Answer,
    AnswerUpload,
    ApprovalStep,
    Assessment,
    Assignment,
    CarriedAnswer,
    Comment,
    Evidence,
    Followup,
    Outline,
    Submission,
)
from cohorts.models import BlockMember, ComparisonMember, Participant
from organisations.access import TenantRequest, requires
from organisations.models import Affiliation, AuditLine, Body, Grant, Invitation, Membership, Organisation, User
from organisations.policy import GRANTED, BodyRole, Permission, PlatformRole, Role, allows
from organisations.scoping import UnscopedQuery, as_body, body_scope, current_organisation, scope
from reports.models import ClientFile, MemberFile, ReportFile
from tests.builders import FIRST, answer, make_assessment, make_report, make_submission, make_user
from tests.reports.everything import advised, make_counted, store_copy

pytestmark = pytest.mark.django_db

OF_OTHERS = {
    Permission.MEMBERS,
    Permission.SHARED,
    Permission.DIRECT,
    Permission.ADVISE,
    Permission.SIGN_OFF,
    Permission.ADMINISTER,
    Permission.AUTHOR,
}
TENANT_MODELS: tuple[type[models.Model], ...] = (
    Assessment,
    Answer,
    CarriedAnswer,
    Submission,
    Outline,
    ReportFile,
    Assignment,
    Comment,
    Followup,
    ApprovalStep,
    Evidence,
    AnswerUpload,
)

TWO_SIDED_MODELS: tuple[type[models.Model], ...] = (
    Affiliation,
    Grant,
    Invitation,
    Participant,
    BlockMember,
    ComparisonMember,
    MemberFile,
    Review,
    FindingRow,
    Enquiry,
    ClientReport,
    Revision,
    ClientFile,
)


def fill(organisation: Organisation) -> None:
    """One row of every kind."""
    submission = make_submission(organisation)
    make_report(submission)
    assessment = make_assessment(organisation)
    answer(assessment, FIRST, 3)
    CarriedAnswer.unscoped.create(
        organisation=organisation, assessment=assessment, outcome="kept", question_id=FIRST, kind="retired", entries={}
    )
    beside = {"organisation": organisation, "assessment": assessment, "question_id": FIRST}
    Assignment.unscoped.create(**beside, assignee=make_user())
    Comment.unscoped.create(**beside, text="どなたが詳しいですか")
    AnswerUpload.unscoped.create(
        organisation=organisation, assessment=assessment, uploaded_by=make_user(), file_name="x.xlsx", entries=[]
    )
    Followup.unscoped.create(**beside, kind="later")
    Evidence.unscoped.create(**beside, file="x", name="x.pdf", kind="application/pdf", size=1, sha256="0" * 64)
    ApprovalStep.unscoped.create(
        organisation=organisation, assessment=assessment, step="applied", digest="0" * 64, name="港", at=timezone.now()
    )


# --- the scope -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", TENANT_MODELS)
def test_a_query_outside_a_scope_is_an_error(model: type[models.Model]) -> None:
    reads: list[Callable[[], object]] = [
        lambda: model.objects.all(),
        lambda: model.objects.count(),
        lambda: model.objects.filter(pk=uuid4()),
        lambda: model.objects.first(),
    ]
    for read in reads:
        with pytest.raises(UnscopedQuery):
            read()


@pytest.mark.parametrize("model", TENANT_MODELS)
def test_the_scope_shows_the_rows_of_one_company_and_of_no_other(
    model: type[models.Model], company: Organisation, elsewhere: Organisation
) -> None:
    fill(company)
    fill(elsewhere)
    seen = []
    for organisation in (company, elsewhere):
        with scope(organisation.pk):
            rows = list(model.objects.all())
        assert rows
        assert {row.organisation_id for row in rows} == {organisation.pk}
        seen.append(len(rows))
    assert sum(seen) == model.unscoped.count()


@pytest.mark.parametrize("model", TWO_SIDED_MODELS)
def test_rows_between_company_and_body_are_seen_from_either_side_and_from_nowhere_else(
    model: type[models.Model], company: Organisation, elsewhere: Organisation
) -> None:
    ours, theirs = (Body.objects.create(kind="network", name=name) for name in ("北ネット", "南ネット"))
    until = timezone.localdate()
    for organisation in (company, elsewhere):
        for body in (ours, theirs):
            Affiliation.unscoped.create(organisation=organisation, body=body)
            Grant.unscoped.create(organisation=organisation, body=body, what="scores", purpose="x", until=until)
            submission = make_submission(organisation)
            make_counted(organisation, body, submission)
            store_copy(submission, body)
            advised(submission, body, by=make_user(), word="港")
        Invitation.unscoped.create(
            organisation=organisation, role="editor", email="a@x.example", expires_at=timezone.now()
        )
    for body in (ours, theirs):
        Invitation.unscoped.create(body=body, email="a@x.example", expires_at=timezone.now())
    with pytest.raises(UnscopedQuery):
        model.objects.count()
    with scope(company.pk):
        assert {row.organisation_id for row in model.objects.all()} == {company.pk}
    with body_scope(ours.pk):
        assert {row.body_id for row in model.objects.all()} == {ours.pk}
    with scope(company.pk), body_scope(ours.pk):
        assert all((row.organisation_id, row.body_id) == (company.pk, ours.pk) for row in model.objects.all())


def test_a_private_note_is_read_in_its_offices_scope_alone(company: Organisation, office: Body, network: Body) -> None:
    advised(make_submission(company), office, by=make_user(), word="港")
    with scope(company.pk), pytest.raises(UnscopedQuery):
        PrivateNote.objects.count()
    with body_scope(network.pk):
        assert not PrivateNote.objects.exists()
    with scope(company.pk), body_scope(office.pk):
        assert PrivateNote.objects.get().text == "港の窓口内のメモ"


def test_a_companys_scope_is_closed_where_something_is_read_as_the_body_and_opens_again(
    company: Organisation, elsewhere: Organisation, network: Body
) -> None:
    for organisation in (company, elsewhere):
        Affiliation.unscoped.create(organisation=organisation, body=network)
    with scope(company.pk):
        with as_body(network.pk):
            assert {row.organisation_id for row in Affiliation.objects.all()} == {company.pk, elsewhere.pk}
            with pytest.raises(UnscopedQuery):
                current_organisation()
        assert current_organisation() == company.pk
        assert {row.organisation_id for row in Affiliation.objects.all()} == {company.pk}


def test_a_companys_scope_is_closed_in_one_place_that_hands_back_groups_alone() -> None:
    """`cohorts.places` says why; a second use is to be thought about as long."""
    root = Path(__file__).parents[2]
    apps = ("guidance", "organisations", "assessments", "cohorts", "advising", "reports", "config")
    files = [file for app in apps for file in (root / app).rglob("*.py")]
    using = {str(file.relative_to(root)) for file in files if "as_body" in file.read_text(encoding="utf-8")}
    assert using == {"organisations/scoping.py", "cohorts/places.py"}


def test_a_scope_within_a_scope_ends_where_it_ends(company: Organisation, elsewhere: Organisation) -> None:
    with scope(company.pk):
        with scope(elsewhere.pk):
            assert current_organisation() == elsewhere.pk
        assert current_organisation() == company.pk
    with pytest.raises(UnscopedQuery):
        current_organisation()


def test_a_scope_ends_although_the_work_in_it_failed(company: Organisation) -> None:
    with pytest.raises(KeyError), scope(company.pk):
        raise KeyError
    with pytest.raises(UnscopedQuery):
        current_organisation()


def test_every_model_that_belongs_to_a_company_is_behind_the_scope() -> None:
    """A new model with `organisation` cannot be forgotten here."""
    from_apps = {model for model in TENANT_MODELS[0]._meta.apps.get_models() if has_organisation(model)}
    assert from_apps - {Membership, AuditLine, *TWO_SIDED_MODELS} == set(TENANT_MODELS)


def has_organisation(model: type[models.Model]) -> bool:
    return any(field.name == "organisation" for field in model._meta.get_fields())


# --- the door --------------------------------------------------------------------------------------------------------


def test_each_role_may_what_the_table_says_and_no_more() -> None:
    of_company = {p for p in Permission if p not in OF_OTHERS}
    assert {
        Role.OWNER: of_company,
        Role.EDITOR: {Permission.READ, Permission.RESPOND, Permission.ANSWER, Permission.REVIEW},
        Role.RESPONDENT: {Permission.RESPOND},
        Role.VIEWER: {Permission.READ},
        BodyRole.COORDINATOR: {Permission.MEMBERS, Permission.SHARED, Permission.DIRECT},
        BodyRole.ASSISTANT: {Permission.MEMBERS},
        BodyRole.SUPERVISOR: {
            Permission.MEMBERS,
            Permission.SHARED,
            Permission.DIRECT,
            Permission.ADVISE,
            Permission.SIGN_OFF,
        },
        BodyRole.ADVISOR: {Permission.MEMBERS, Permission.SHARED, Permission.ADVISE},
        PlatformRole.ADMINISTRATOR: {Permission.ADMINISTER},
        PlatformRole.AUTHOR: {Permission.AUTHOR},
    } == GRANTED
    assert allows(Role.EDITOR, Permission.ANSWER)
    assert not allows(Role.EDITOR, Permission.SUBMIT)
    assert not allows(PlatformRole.ADMINISTRATOR, Permission.READ)


def opened_by(user: User, organisation: Organisation, permission: Permission) -> TenantRequest:
    """What a view behind `requires(permission)` is given."""
    seen: list[TenantRequest] = []

    @requires(permission)
    def view(request: TenantRequest) -> HttpResponse:
        assert current_organisation() == request.organisation.pk
        seen.append(request)
        return HttpResponse("opened")

    request: HttpRequest = RequestFactory().get("/")
    request.user = user
    view(request, organisation_id=organisation.pk)
    return seen[0]


@pytest.mark.parametrize("permission", Permission)
def test_a_member_enters_with_the_permission_and_is_refused_without(
    permission: Permission, company: Organisation, owner: User, editor: User, viewer: User
) -> None:
    for role, user in ((Role.OWNER, owner), (Role.EDITOR, editor), (Role.VIEWER, viewer)):
        if allows(role, permission):
            request = opened_by(user, company, permission)
            assert (request.organisation, request.membership.role) == (company, role)
        else:
            with pytest.raises(PermissionDenied):
                opened_by(user, company, permission)


@pytest.mark.parametrize("permission", Permission)
def test_a_company_does_not_exist_for_who_is_not_in_it(
    permission: Permission, company: Organisation, stranger: User
) -> None:
    with pytest.raises(Http404):
        opened_by(stranger, company, permission)


def test_a_company_that_was_left_is_closed_at_once(company: Organisation, editor: User) -> None:
    assert opened_by(editor, company, Permission.READ).organisation == company
    Membership.objects.filter(user=editor).delete()
    with pytest.raises(Http404):
        opened_by(editor, company, Permission.READ)


def test_the_database_refuses_a_role_that_does_not_exist_and_a_second_role(company: Organisation, editor: User) -> None:
    for user, role in ((editor, Role.OWNER), (User.objects.create(email="n@x.example"), "king")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(user=user, organisation=company, role=role)
