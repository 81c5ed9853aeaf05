"""The demonstration companies: the same at every seeding, and never on a real site."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from assessments import demonstration
from assessments.models import Assessment, Assignment, Submission
from guidance.registry import current_catalog
from organisations.models import Affiliation, Grant, Membership, Organisation, User
from tests.builders import contents, row_counts, rows_of

pytestmark = pytest.mark.django_db


def seed() -> str:
    said = StringIO()
    call_command("seed_demo", companies=0, stdout=said)
    return said.getvalue()


def test_seeding_makes_a_finished_company_and_one_half_way_and_says_how_to_sign_in() -> None:
    said = seed()
    for email in (demonstration.FINISHED, demonstration.HALFWAY, demonstration.EDITOR):
        assert f"{email} / {demonstration.PASSWORD}" in said
        organisation = Membership.objects.get(user__email=email).organisation
        assert organisation.name in said
        assert "見本" in organisation.name
        browser = Client()
        response = browser.post("/account/login/", {"login": email, "password": demonstration.PASSWORD}, follow=True)
        assert response.redirect_chain[-1][0] == f"/o/{organisation.pk}/"
        assert response.status_code == 200


def test_seeding_twice_makes_nothing_new() -> None:
    first = seed()
    before = contents()
    assert seed() == first
    assert contents() == before


def test_seeding_again_leaves_what_people_changed() -> None:
    seed()
    Organisation.objects.filter(memberships__user__email=demonstration.HALFWAY).update(name="変えた名前")
    before = contents()
    seed()
    assert contents() == before


def test_the_finished_company_has_submitted_twice_and_got_better() -> None:
    seed()
    first, second = Submission.unscoped.order_by("number")
    assert (first.number, second.number) == (1, 2)
    assert first.started_at < first.submitted_at < second.submitted_at
    assert first.assessment_id == second.assessment_id

    def scores(submission: Submission) -> list[float]:
        return [float(axis["score"]) for axis in submission.scorecard["axes"].values()]

    assert all(later > earlier for earlier, later in zip(scores(first), scores(second), strict=True))


def test_what_the_finished_company_answered_is_the_answers_file() -> None:
    seed()
    given = demonstration.answers_file()
    rows = rows_of(Submission.unscoped.order_by("-number")[0].assessment)
    assert {name: (row.kind, row.level, row.reason, row.note) for name, row in rows.items()} == {
        name: (answer.kind, answer.level, answer.reason, answer.note) for name, answer in given.answers.items()
    }


def test_the_half_way_company_has_begun_and_is_not_done() -> None:
    seed()
    assessment = Assessment.unscoped.get(status="open")
    assert 0 < len(rows_of(assessment)) < len(current_catalog().questions) / 2


def test_a_real_site_refuses_the_demonstration_and_stays_empty(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    before = row_counts()
    with pytest.raises(CommandError, match="SECURE=0"):
        seed()
    assert row_counts() == before
    assert User.objects.count() == 0


def test_whose_role_needs_it_signs_in_with_the_code_that_the_command_prints() -> None:
    said = seed()
    codes = StringIO()
    call_command("demo_code", stdout=codes)
    for email in (demonstration.COORDINATOR, demonstration.ADVISOR, demonstration.ADMINISTRATOR):
        assert f"{email} / {demonstration.PASSWORD}" in said
        browser = Client()
        browser.post("/account/login/", {"login": email, "password": demonstration.PASSWORD})
        assert browser.get("/home").status_code == 302, "the password alone opens nothing"
        code = next(line.split()[0] for line in codes.getvalue().splitlines() if line.endswith(email))
        response = browser.post("/account/2fa/authenticate/", {"code": code}, follow=True)
        assert response.status_code == 200
        assert browser.get(response.redirect_chain[-1][0]).status_code == 200


def test_the_respondent_is_asked_what_purchasing_knows_and_has_no_password() -> None:
    seed()
    respondent = User.objects.get(email=demonstration.RESPONDENT)
    assert not respondent.has_usable_password()
    asked = set(Assignment.unscoped.filter(assignee=respondent).values_list("question_id", flat=True))
    assert asked == {q.id for q in current_catalog().questions.values() if q.asked_of == "purchasing"}


def test_the_first_company_shares_with_network_and_office_and_the_second_with_nobody() -> None:
    seed()
    shared = {(g.organisation.name, g.body.name, g.what) for g in Grant.unscoped.select_related("organisation", "body")}
    finished = demonstration.answers_file().company.name
    assert shared == {
        (finished, demonstration.NETWORK_NAME, "scores"),
        *((finished, demonstration.OFFICE_NAME, what) for what in ("scores", "answers", "notes")),
    }
    assert Affiliation.unscoped.count() == 3


def test_the_answers_file_of_the_demonstration_is_a_valid_one() -> None:
    given = demonstration.answers_file()
    assert given.catalog == current_catalog().ref
    assert given.answers.keys() <= current_catalog().questions.keys()
    assert {answer.kind for answer in given.answers.values()} == {"level", "unknown", "na"}
    assert given.answers.keys() >= demonstration.EARLIER_STEPS_BACK
