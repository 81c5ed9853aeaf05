"""What a network or an office sees of a submission: what the company shares at this moment, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import fields, replace
from html import unescape
from itertools import chain, combinations

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from assessments.models import Evidence, Submission
from assessments.scoring.answers import Answer
from guidance.registry import current_catalog
from organisations import sharing
from organisations.audit import Verb
from organisations.consent import What, with_needs
from organisations.models import Affiliation, AuditLine, Body, Grant, Organisation, User
from organisations.policy import BodyKind
from organisations.scoping import scope
from reports.context import CompanyView, ReportContext
from reports.shared import remarks, shown_to
from tests.builders import (
    FIRST,
    full_answers,
    make_affiliation,
    make_assessment,
    make_body,
    make_body_member,
    make_grant,
    make_submission,
)
from tests.conftest import ClientOf
from tests.reports import samples

NOTE, REASON, EXPLANATION = "秘密のメモ＝七番倉庫", "秘密の理由＝八番倉庫", "秘密の予定＝九番倉庫"
WRITTEN = {NOTE, REASON, EXPLANATION}
SUBSETS = [frozenset(found) for found in chain.from_iterable(combinations(What, number) for number in range(5))]


def marked() -> dict[str, Answer]:
    """Believable answers, with something written beside every one of them."""
    found = {}
    for name, answer in full_answers().items():
        if answer.kind == "na":
            found[name] = Answer.not_applicable(REASON, NOTE, EXPLANATION)
        elif answer.kind == "unknown":
            found[name] = Answer.unknown(NOTE, EXPLANATION)
        else:
            found[name] = Answer.at(answer.level or 0, NOTE, EXPLANATION)
    return found


def b(body: Body, rest: str = "") -> str:
    return f"/b/{body.pk}/{rest}"


def shared(body: Body, submission: Submission) -> str:
    return b(body, f"c/{submission.organisation_id}/s/{submission.pk}/")


# --- the redaction, purely -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def report() -> ReportContext:
    return samples.full_context(given=marked())


def of_answers(report: ReportContext) -> set[str]:
    """Every text that gives an answer away: questions, levels, sections and actions."""
    catalog = report.catalog
    found = {question.text.ja for question in catalog.questions.values()}
    found |= {level.ja for question in catalog.questions.values() for level in question.levels}
    found |= {section.title.ja for section in catalog.sections()}
    return (
        found | {action.title.ja for action in catalog.actions} | {action.first_step.ja for action in catalog.actions}
    )


def page(report: ReportContext, given: frozenset[What]) -> str:
    """The page of a shared submission, made for these consents without asking whether they could stand."""
    body, company = Body(kind="network", name="網"), Organisation(name="会社")
    context = {
        "body": body,
        "company_id": company.pk,
        "name": company.name,
        "report": shown_to(report, given),
        "shared": given,
        "shares_answers": True,
        "shares_notes": True,
        "remarks": remarks(shown_to(report, given), []),
    }
    return unescape(render_to_string("reports/shared_submission.html", context))


@pytest.mark.parametrize("given", SUBSETS, ids=lambda given: "+".join(sorted(given)) or "nothing")
def test_no_text_stands_on_the_page_that_was_not_granted(report: ReportContext, given: frozenset[What]) -> None:
    """Even where a view or a template asked for every part: what is not in the redacted report cannot be shown."""
    html = page(report, given)
    held = {what for what in given if with_needs([what]) <= given}
    assert {words for words in WRITTEN if words in html} == (WRITTEN if What.NOTES in held else set())
    answers = {words for words in of_answers(report) if words in html}
    assert bool(answers) == (What.ANSWERS in held), answers
    assert all((axis.score or "") in html for axis in report.axes) == (What.SCORES in held)


@given(st.sets(st.sampled_from(list(What))), st.text(min_size=12, max_size=40))
def test_nothing_written_survives_in_any_part_of_the_report_without_its_consent(given: set[What], words: str) -> None:
    marked_words = f"<{words}>"
    catalog = current_catalog()
    answers = {FIRST: Answer.at(1, marked_words, marked_words)}
    answers |= {name: Answer.not_applicable(marked_words) for name in list(catalog.questions)[1:4]}
    found = shown_to(samples.full_context(given=answers), frozenset(given))
    told = {line.note for line in found.trace} | {line.reason for line in found.trace}
    told |= {line.explanation for line in (*found.trace, *found.strengths, *found.weakest)}
    allowed = {What.SCORES, What.ANSWERS, What.NOTES} <= given
    assert (marked_words in told) == allowed
    if not {What.SCORES, What.ANSWERS} <= given:
        assert (found.trace, found.actions, found.support, found.weakest, found.strengths) == ((), (), (), (), ())
        assert all(axis.gates == () and axis.sections == () for axis in found.axes)


@pytest.mark.parametrize("given", SUBSETS, ids=lambda given: "+".join(sorted(given)) or "nothing")
def test_of_the_company_there_is_the_name_and_of_its_people_nothing(
    report: ReportContext, given: frozenset[What]
) -> None:
    found = shown_to(report, given)
    assert found.company == CompanyView(report.company.name, "", "", "", None, "")
    assert (found.signer, found.approvals, found.started_on) == ("", (), None)
    assert "山﨑 由紀" in repr(report)
    assert "山﨑 由紀" not in repr(found)
    assert "4234567890128" not in repr(found)


def test_with_scores_alone_no_digit_stands_behind_the_one_that_is_shown(report: ReportContext) -> None:
    assert any(axis.points != float(axis.score or 0) for axis in report.axes)
    for axis in shown_to(report, frozenset({What.SCORES})).axes:
        assert (axis.points, axis.low_points, axis.high_points) == (
            float(axis.score or 0),
            float(axis.low or 0),
            float(axis.high or 0),
        )


def test_to_be_counted_shows_nothing_of_a_submission(report: ReportContext) -> None:
    found = shown_to(report, frozenset({What.STATISTICS}))
    assert found == shown_to(report, frozenset())
    assert (found.axes, found.trace, found.actions, found.support) == ((), (), (), ())
    assert not any(axis.title in page(report, frozenset({What.STATISTICS})) for axis in report.axes if axis.score)


def test_with_everything_granted_scores_answers_and_actions_are_those_of_the_company(report: ReportContext) -> None:
    found = shown_to(report, frozenset(What))
    same = {"axes", "trace", "strengths", "weakest", "find_out", "unanswered", "actions", "catalog", "dated", "number"}
    for name in same - {"axes"}:
        assert getattr(found, name) == getattr(report, name), name
    assert [axis.sections for axis in found.axes] == [axis.sections for axis in report.axes]
    assert [axis.gates for axis in found.axes] == [axis.gates for axis in report.axes]


def test_support_measures_do_not_tell_which_conditions_the_company_meets(report: ReportContext) -> None:
    [first, *others] = report.support
    assert first.match.met
    helped = replace(report, support=(replace(first, actions=("仕入先の一覧を作る",)), *others))
    [view] = shown_to(helped, frozenset(What)).support
    assert (view.match.measure, view.actions) == (first.match.measure, ("仕入先の一覧を作る",))
    assert (view.match.met, view.match.missing) == ((), ())
    assert len(view.match.unknown) == len(first.match.findings)


def test_every_part_of_a_report_was_decided_about(report: ReportContext) -> None:
    """A part that is added to a report stays empty for others until shown_to names it."""
    named = {
        *{"language", "company", "catalog", "engine", "number", "started_on", "dated", "signer", "approvals"},
        *{"final", "quick", "axes", "trace", "strengths", "weakest", "find_out", "unanswered", "actions", "quarters"},
        *{"person_days_per_quarter", "sources", "support", "as_shared"},
    }
    known = {field.name for field in fields(ReportContext)}
    nothing = shown_to(report, frozenset())
    full = shown_to(report, frozenset(What))
    for name in known - named:
        assert not getattr(full, name), f"{name} is shown to others: decide about it, and name it here"
    assert nothing.axes == ()


# --- one submission --------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(coordinator: User, client_of: ClientOf) -> Client:
    return client_of(coordinator)


@pytest.fixture
def submission(company: Organisation, owner: User) -> Submission:
    return make_submission(company, answers=marked(), by=owner)


@pytest.fixture
def evidence(submission: Submission) -> Evidence:
    return Evidence.unscoped.create(
        organisation_id=submission.organisation_id,
        assessment=submission.assessment,
        question_id=FIRST,
        file="x",
        name="仕入先一覧.xlsx",
        kind="application/x",
        size=1,
        sha256="0" * 64,
    )


def put_in(evidence: Evidence, moment: dt.datetime) -> None:
    Evidence.unscoped.filter(pk=evidence.pk).update(uploaded_at=moment)


@pytest.mark.django_db
@pytest.mark.parametrize("whats", [[What.SCORES], [What.ANSWERS], [What.NOTES], [What.SCORES, What.REGISTERS]])
def test_the_page_shows_what_was_granted_and_nothing_else(
    browser: Client, network: Body, company: Organisation, submission: Submission, evidence: Evidence, whats: list[What]
) -> None:
    put_in(evidence, submission.submitted_at)
    make_grant(company, network, *whats)
    response = browser.get(shared(network, submission))
    html = unescape(response.content.decode())
    own: ReportContext = samples.full_context()
    given = with_needs(whats)
    assert response.status_code == 200
    assert all(str(axis["score"]) in html for axis in submission.scorecard["axes"].values())
    assert any(words in html for words in of_answers(own)) == (What.ANSWERS in given)
    assert {words for words in WRITTEN if words in html} == (WRITTEN if What.NOTES in given else set())
    assert (evidence.name in html) == (What.NOTES in given)
    for secret in ("港 一郎", "4234567890128", "静岡", "当てはまる条件", "足りない条件"):
        assert secret not in html
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_a_company_that_is_only_counted_opens_neither_its_submission_nor_its_files(
    browser: Client, network: Body, company: Organisation, submission: Submission, evidence: Evidence
) -> None:
    make_grant(company, network, What.STATISTICS)
    files = b(network, f"c/{company.pk}/evidence/{evidence.pk}")
    assert [browser.get(path).status_code for path in (shared(network, submission), files)] == [404, 404]
    assert not AuditLine.objects.filter(verb=Verb.READ).exists()
    make_grant(company, network, What.STATISTICS, What.SCORES)
    assert browser.get(shared(network, submission)).status_code == 200


@pytest.mark.django_db
def test_with_scores_alone_a_gate_holds_the_stage_without_a_name(
    browser: Client, network: Body, company: Organisation, submission: Submission
) -> None:
    make_grant(company, network, What.SCORES)
    html = browser.get(shared(network, submission)).content.decode()
    held = [axis for axis in submission.scorecard["axes"].values() if axis["stage"] != axis["stage_by_points"]]
    assert html.count("段階の条件になっている設問が止めています") == len(held)
    assert 'class="gates"' not in html


@pytest.mark.django_db
def test_files_that_came_after_the_submission_are_not_part_of_it(
    browser: Client, network: Body, company: Organisation, submission: Submission, evidence: Evidence
) -> None:
    make_grant(company, network, What.NOTES)
    path = shared(network, submission)
    put_in(evidence, submission.submitted_at)
    assert evidence.name in browser.get(path).content.decode()
    put_in(evidence, submission.submitted_at + dt.timedelta(seconds=1))
    assert evidence.name not in browser.get(path).content.decode()


@pytest.mark.django_db
def test_the_working_answers_are_never_shown(
    browser: Client, network: Body, company: Organisation, submission: Submission
) -> None:
    make_grant(company, network, What.NOTES)
    opened = make_assessment(company, answers={FIRST: Answer.at(4, "書きかけのメモ")})
    for rest in (f"s/{opened.pk}/", f"s/{submission.assessment_id}/"):
        assert browser.get(b(network, f"c/{company.pk}/{rest}")).status_code == 404
    for path in (b(network, f"c/{company.pk}/"), shared(network, submission)):
        assert "書きかけのメモ" not in browser.get(path).content.decode()


@pytest.mark.django_db
def test_a_submission_of_another_company_cannot_be_reached_through_a_grant(
    browser: Client, network: Body, company: Organisation, elsewhere: Organisation
) -> None:
    make_grant(company, network, What.NOTES)
    make_affiliation(elsewhere, network)
    theirs = make_submission(elsewhere)
    for owner_id in (company.pk, elsewhere.pk):
        assert browser.get(b(network, f"c/{owner_id}/s/{theirs.pk}/")).status_code == 404


@pytest.mark.django_db
def test_a_read_is_recorded_for_the_company_and_a_refused_one_is_not(
    browser: Client,
    network: Body,
    company: Organisation,
    submission: Submission,
    coordinator: User,
    assistant: User,
    client_of: ClientOf,
) -> None:
    make_grant(company, network, What.SCORES)
    path = shared(network, submission)
    assert client_of(assistant).get(path).status_code == 403
    assert browser.post(path).status_code == 405
    browser.get(b(network, f"c/{company.pk}/"))
    assert not AuditLine.objects.filter(verb=Verb.READ).exists()
    browser.get(path)
    line = AuditLine.objects.get(verb=Verb.READ)
    assert (line.actor, line.organisation, line.body) == (str(coordinator.pk), company.pk, network.pk)
    assert (line.target, line.detail) == (str(submission.pk), {"what": "scores"})


@pytest.mark.django_db
def test_a_shared_submission_costs_the_same_with_many_files(
    browser: Client, network: Body, company: Organisation, submission: Submission, evidence: Evidence
) -> None:
    make_grant(company, network, What.NOTES)
    path = shared(network, submission)
    browser.get(path)

    def cost() -> int:
        with CaptureQueriesContext(connection) as statements:
            assert browser.get(path).status_code == 200
        return len(statements)

    before = cost()
    for name in list(current_catalog().questions)[:20]:
        evidence.pk, evidence.question_id = None, name
        evidence._state.adding = True
        evidence.save(force_insert=True)
    assert cost() == before
    assert before <= 16


# --- what ends, ends at once -----------------------------------------------------------------------------------------

Ending = Callable[[Organisation, Body, User], None]


def by_revoking(company: Organisation, body: Body, owner: User) -> None:
    with scope(company.pk):
        sharing.revoke(company, Grant.objects.get(what="scores").pk, by=owner)


def by_leaving(company: Organisation, body: Body, owner: User) -> None:
    with scope(company.pk):
        sharing.end_affiliation(Affiliation.objects.get(), by=owner)


def by_time(company: Organisation, body: Body, owner: User) -> None:
    Grant.unscoped.update(until=timezone.localdate() - dt.timedelta(days=1))


@pytest.mark.django_db
@pytest.mark.parametrize("end", [by_revoking, by_leaving, by_time])
@pytest.mark.parametrize("kind", [BodyKind.NETWORK, BodyKind.OFFICE])
def test_what_ends_is_closed_at_the_next_request(
    end: Ending, kind: BodyKind, company: Organisation, owner: User, submission: Submission, client_of: ClientOf
) -> None:
    body = make_body(kind)
    browser = client_of(make_body_member(body))
    make_grant(company, body, What.NOTES)
    path = shared(body, submission)
    assert browser.get(path).status_code == 200
    end(company, body, owner)
    assert browser.get(path).status_code == 404
    rest = browser.get(b(body, f"c/{company.pk}/"))
    assert rest.status_code == (404 if end is by_leaving else 200)
    assert str(submission.pk) not in rest.content.decode()


@pytest.mark.django_db
def test_taking_back_the_notes_leaves_the_scores(
    browser: Client, network: Body, company: Organisation, owner: User, submission: Submission
) -> None:
    make_grant(company, network, What.NOTES)
    with scope(company.pk):
        sharing.revoke(company, Grant.objects.get(what="answers").pk, by=owner)
    html = unescape(browser.get(shared(network, submission)).content.decode())
    assert not any(words in html for words in WRITTEN | of_answers(samples.full_context()))


@pytest.mark.django_db
@pytest.mark.parametrize(("person", "status"), [("supervisor", 200), ("advisor", 200), ("coordinator", 404)])
def test_the_people_of_the_office_see_what_was_shared_with_the_office(
    person: str,
    status: int,
    office: Body,
    company: Organisation,
    submission: Submission,
    client_of: ClientOf,
    request: pytest.FixtureRequest,
) -> None:
    make_grant(company, office, What.SCORES)
    browser = client_of(request.getfixturevalue(person))
    assert browser.get(shared(office, submission)).status_code == status
