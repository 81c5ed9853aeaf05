"""The tenant scope and the one door to a company's pages."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from assessments.models import Answer, Assessment, CarriedAnswer, Submission
from organisations.access import TenantRequest, requires
from organisations.models import Membership, Organisation, User
from organisations.policy import GRANTED, Permission, Role, allows
from organisations.scoping import UnscopedQuery, current_organisation, scope
from reports.models import ReportFile
from tests.builders import FIRST, answer, make_assessment, make_report, make_submission

pytestmark = pytest.mark.django_db

TENANT_MODELS: tuple[type[models.Model], ...] = (Assessment, Answer, CarriedAnswer, Submission, ReportFile)


def fill(organisation: Organisation) -> None:
    """One row of every kind."""
    submission = make_submission(organisation)
    make_report(submission)
    assessment = make_assessment(organisation)
    answer(assessment, FIRST, 3)
    CarriedAnswer.unscoped.create(
        organisation=organisation, assessment=assessment, outcome="kept", question_id=FIRST, kind="retired", entries={}
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
    assert from_apps - {Membership} == set(TENANT_MODELS)


def has_organisation(model: type[models.Model]) -> bool:
    return any(field.name == "organisation" for field in model._meta.get_fields())


# --- the door --------------------------------------------------------------------------------------------------------


def test_the_owner_may_everything_an_editor_answers_and_a_viewer_reads() -> None:
    assert {
        Role.OWNER: {Permission.READ, Permission.ANSWER, Permission.SUBMIT, Permission.MANAGE},
        Role.EDITOR: {Permission.READ, Permission.ANSWER},
        Role.VIEWER: {Permission.READ},
    } == GRANTED
    assert allows(Role.EDITOR, Permission.ANSWER)
    assert not allows(Role.EDITOR, Permission.SUBMIT)


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
