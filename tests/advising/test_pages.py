"""The pages of an office's work with its clients: the portfolio, the review, the report's form, the letterhead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from advising import client_reports, letterheads, reviews
from advising.choices import SECTIONS, TEXT_LIMIT
from advising.findings import COMMENT_LIMIT
from advising.models import ClientReport, Enquiry, FindingRow, Letterhead, PrivateNote, Review, Revision
from advising.portfolio import narrowed
from advising.reading import ReviewView
from advising.signing import State, Step
from advising.stages import Stage
from assessments.models import Submission
from guidance.registry import get_catalog
from organisations.consent import What
from organisations.models import AuditLine, Body, Grant, Organisation, User
from organisations.policy import BodyKind, BodyRole
from organisations.scoping import scope
from tests.advising.test_logos import SVG, saved, sheet
from tests.builders import (
    FIRST,
    ONLY_MAKERS,
    VISIBILITY,
    between,
    contents,
    full_answers,
    make_affiliation,
    make_body,
    make_body_member,
    make_client_report,
    make_finding,
    make_grant,
    make_organisation,
    make_review,
    make_revision,
    make_submission,
    make_user,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
SECRET = "社長は後継者で迷っている"
LINK = "https://keian.example/place"
LOG = ("organisations.AuditLine", "organisations.AuditHead")


@pytest.fixture
def submission(company: Organisation, owner: User) -> Submission:
    return make_submission(company, by=owner)


@pytest.fixture
def review(submission: Submission, office: Body, advisor: User) -> Review:
    return make_review(submission, office, by=advisor)


@pytest.fixture
def finished(review: Review, advisor: User) -> Review:
    make_finding(review, FIRST, 1, by=advisor)
    with between(review):
        return reviews.finish(review.pk, by=advisor)


@pytest.fixture
def browser(client_of: ClientOf, advisor: User) -> Client:
    return client_of(advisor)


def place(review: Review, rest: str = "") -> str:
    return f"/b/{review.body_id}/c/{review.organisation_id}/s/{review.submission_id}/{rest}"


def finding_of(review: Review, question: str = FIRST) -> str:
    return place(review, f"review/q/{question}")


def typed(choice: str = "1", revision: int = 0, **words: str) -> dict[str, str]:
    return {"choice": choice, "quality": "seen", "revision": str(revision), **words}


def row_of(review: Review, by: User, question: str = FIRST) -> FindingRow:
    return FindingRow.unscoped.get(review=review, question_id=question, advisor=by)


def shown(response: Any) -> str:
    return response.content.decode()


# --- the portfolio ---------------------------------------------------------------------------------------------------


class Desk(NamedTuple):
    """An office with one client at each stage of the work."""

    office: Body
    clients: dict[Stage, Organisation]

    @property
    def address(self) -> str:
        return f"/b/{self.office.pk}/clients"


def bring_to(stage: Stage, office: Body, advisor: User, supervisor: User) -> Organisation:
    """A new client of the office at this stage."""
    owner = make_user()
    company = make_organisation(owner=owner, name=f"{stage.value} 株式会社", corporate_number="")
    make_affiliation(company, office)
    if stage is Stage.NOT_SHARED:
        make_submission(company, by=owner)
        return company
    make_grant(company, office, What.ANSWERS, by=owner)
    if stage is Stage.NOT_SUBMITTED:
        return company
    submission = make_submission(company, by=owner)
    if stage is Stage.TO_REVIEW:
        return company
    review = make_review(submission, office, by=advisor)
    make_finding(review, FIRST, 1, by=advisor)
    if stage in {Stage.ASKED, Stage.REPLIED}:
        with between(review):
            enquiry = reviews.ask(company, review.pk, FIRST, "台帳は", by=advisor, link=LINK)
        if stage is Stage.REPLIED:
            with scope(company.pk):
                reviews.reply(company, enquiry.pk, "あります", by=owner)
    elif stage is Stage.TO_SIGN:
        with between(review):
            reviews.finish(review.pk, by=advisor)
    elif stage is not Stage.IN_REVIEW:
        make_revision(
            review,
            by=advisor,
            supervisor=None if stage is Stage.WITH_SUPERVISOR else supervisor,
            owner=owner if stage is Stage.RELEASED else None,
        )
    return company


@pytest.fixture
def desk(office: Body, advisor: User, supervisor: User) -> Desk:
    return Desk(office, {stage: bring_to(stage, office, advisor, supervisor) for stage in Stage})


def listed(response: Any) -> dict[str, Stage]:
    return {client.name: client.stage for client in response.context["page"]}


def test_every_client_stands_at_the_stage_that_its_work_has_reached(desk: Desk, browser: Client) -> None:
    page = browser.get(desk.address)
    assert listed(page) == {f"{stage.value} 株式会社": stage for stage in Stage}
    assert [(stage, count) for stage, _title, count in page.context["stages"]] == [(stage, 1) for stage in Stage]
    assert (page.context["all"], page.context["ours"]) == (10, 5)


def test_the_next_step_leads_to_where_it_is_made(desk: Desk, browser: Client) -> None:
    page = browser.get(desk.address)
    words = shown(page)
    for client in page.context["page"]:
        base = f"/b/{desk.office.pk}/c/{client.company_id}/s/{client.submission_id}/"
        if client.stage in {Stage.NOT_SHARED, Stage.NOT_SUBMITTED}:
            assert base not in words
            continue
        step = "report" if client.stage in {*list(Stage)[6:]} else "review"
        assert f'href="{base}{step}"' in words
        assert browser.get(f"{base}{step}").status_code == 200


def test_of_a_client_that_shares_nothing_the_portfolio_knows_the_name_alone(desk: Desk, browser: Client) -> None:
    page = browser.get(desk.address)
    (client,) = [client for client in page.context["page"] if client.stage is Stage.NOT_SHARED]
    assert (client.submission_id, client.submitted_at, client.until, client.reviewed) == (None, None, None, 0)


@pytest.mark.parametrize("stage", Stage)
def test_the_filter_for_a_stage_leaves_that_stage(desk: Desk, browser: Client, stage: Stage) -> None:
    assert listed(browser.get(desk.address, {"stage": stage.value})) == {f"{stage.value} 株式会社": stage}


def test_filters_by_name_by_next_step_and_by_lead(
    desk: Desk, browser: Client, client_of: ClientOf, supervisor: User
) -> None:
    assert list(listed(browser.get(desk.address, {"name": " RELEASED "}))) == ["released 株式会社"]
    assert len(listed(browser.get(desk.address, {"name": "ない会社"}))) == 0
    ours = listed(browser.get(desk.address, {"ours": "1"}))
    assert set(ours.values()) == {
        Stage.TO_REVIEW,
        Stage.IN_REVIEW,
        Stage.REPLIED,
        Stage.TO_SIGN,
        Stage.WITH_SUPERVISOR,
    }
    assert len(listed(browser.get(desk.address, {"mine": "1"}))) == 7
    assert len(listed(client_of(supervisor).get(desk.address, {"mine": "1"}))) == 0
    assert list(listed(browser.get(desk.address, {"mine": "1", "ours": "1", "name": "to-"}))) == ["to-sign 株式会社"]


@pytest.mark.parametrize("query", [{"stage": "nonsense"}, {"page": "99"}, {"page": "x"}, {"name": "あ" * 5000}])
def test_a_filter_that_is_none_is_taken_for_none_and_breaks_nothing(
    desk: Desk, browser: Client, query: dict[str, str]
) -> None:
    assert browser.get(desk.address, query).status_code == 200


def test_narrowing_leaves_the_order_as_it_was(desk: Desk, browser: Client) -> None:
    everybody = list(browser.get(desk.address).context["page"])
    assert narrowed(everybody) == everybody
    assert narrowed(everybody, ours=True) == [one for one in everybody if one.ours]


def test_a_new_submission_brings_a_client_back_to_the_beginning(desk: Desk, browser: Client, office: Body) -> None:
    company = desk.clients[Stage.RELEASED]
    make_submission(company, by=company.memberships.get().user)
    assert listed(browser.get(desk.address))[company.name] is Stage.TO_REVIEW


def test_a_report_that_was_sent_back_waits_for_the_advisor_again(desk: Desk, browser: Client, supervisor: User) -> None:
    company = desk.clients[Stage.WITH_SUPERVISOR]
    revision = Revision.unscoped.get(organisation=company)
    with between(revision):
        client_reports.send_back(revision.pk, "直す", step=Step.SUPERVISOR, by=supervisor)
    assert listed(browser.get(desk.address))[company.name] is Stage.TO_SIGN


def test_an_office_without_clients_is_told_what_to_do(browser: Client, office: Body) -> None:
    page = browser.get(f"/b/{office.pk}/clients")
    assert page.status_code == 200
    assert 'name="email"' in shown(page)


def statements(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as found:
        work()
    return len(found)


def test_the_portfolio_costs_the_same_with_one_client_and_with_many(
    office: Body, advisor: User, supervisor: User, browser: Client
) -> None:
    def visit() -> None:
        assert browser.get(f"/b/{office.pk}/clients").status_code == 200

    bring_to(Stage.RELEASED, office, advisor, supervisor)
    bring_to(Stage.REPLIED, office, advisor, supervisor)
    visit()
    few = statements(visit)
    for stage in Stage:
        bring_to(stage, office, advisor, supervisor)
    many = statements(visit)
    assert many == few <= 16


def test_the_pages_of_a_review_cost_the_same_with_one_finding_and_with_many(
    review: Review, browser: Client, advisor: User, supervisor: User, company: Organisation
) -> None:
    pages = [place(review, rest) for rest in ("review", f"review/s/{VISIBILITY}", "review/differences")]
    pages.append(place(review, f"review/q/{FIRST}/interview"))

    def costs() -> list[int]:
        for page in pages:
            browser.get(page)
        return [statements(lambda page=page: browser.get(page)) for page in pages]

    make_finding(review, FIRST, 1, by=advisor)
    few = costs()
    for number, name in enumerate(get_catalog(review.submission.catalog_ref).questions):
        for by in (advisor, supervisor):
            make_finding(review, name, number % 5, by=by, comment="見た")
        if number < 9:
            with between(review):
                reviews.write_note(review.pk, name, "メモ", by=by)
                reviews.ask(company, review.pk, name, "なぜ", by=by, link=LINK)
    assert costs() == few
    assert max(few) <= 20


# --- strictly apart --------------------------------------------------------------------------------------------------


def gets(review: Review, revision: UUID) -> list[str]:
    rest = [
        "review",
        f"review/s/{VISIBILITY}",
        f"review/q/{FIRST}/interview",
        "review/differences",
        "report",
        "report/preview/ja",
        f"report/{revision}/",
        f"report/{revision}/preview/ja",
        f"report/{revision}/data/ja.json",
    ]
    return [place(review, one) for one in rest]


def posts(review: Review, revision: UUID) -> list[str]:
    rest = [
        "review/start",
        "review/note",
        "review/finish",
        "review/reopen",
        "review/lead",
        f"review/enquiries/{uuid4()}/settle",
        f"review/q/{FIRST}",
        f"review/q/{FIRST}/interview",
        f"review/q/{FIRST}/note",
        f"review/q/{FIRST}/ask",
        "report",
        "report/preview/ja",
        "report/sign",
        f"report/{revision}/approve",
        f"report/{revision}/return",
        f"report/{revision}/withdraw",
        f"report/{revision}/files/make",
    ]
    return [place(review, one) for one in rest]


@pytest.mark.parametrize("who", ["another office", "another office at its own address", "a network", "the company"])
def test_nobody_else_sees_or_changes_an_offices_review(
    who: str, finished: Review, advisor: User, owner: User, network: Body, coordinator: User, client_of: ClientOf
) -> None:
    revision = make_revision(finished, by=advisor)
    other = make_body(BodyKind.OFFICE)
    person = {"a network": coordinator, "the company": owner}.get(who) or make_body_member(other, BodyRole.SUPERVISOR)
    foreign = finished
    if who == "another office at its own address":
        make_grant(finished.organisation, other, What.ANSWERS)
        foreign = Review.unscoped.get(pk=finished.pk)
        foreign.body = other
    if who == "a network":
        make_grant(finished.organisation, network, What.ANSWERS)
        foreign = Review.unscoped.get(pk=finished.pk)
        foreign.body = network
    theirs, before = client_of(person), contents()
    refusals = {403} if who == "a network" else {404}
    for address in gets(foreign, revision.pk):
        response = theirs.get(address)
        if who == "another office at its own address" and address.endswith("/review"):
            assert "review" not in response.context, "it may begin a review of its own"
            continue
        assert response.status_code in refusals, address
    for address in posts(foreign, revision.pk)[1:]:
        assert theirs.post(address, {**typed(), "words": "x", "text": "x"}).status_code in refusals, address
    after = contents()
    for table in LOG:  # that the other office looked at the submission is told
        del before[table], after[table]
    assert after == before


def test_an_advisor_of_another_office_sees_none_of_its_clients(desk: Desk, client_of: ClientOf) -> None:
    other = make_body(BodyKind.OFFICE)
    theirs = client_of(make_body_member(other, BodyRole.ADVISOR))
    assert theirs.get(desk.address).status_code == 404
    assert listed(theirs.get(f"/b/{other.pk}/clients")) == {}


def test_a_company_that_left_the_office_or_shares_only_its_scores_is_not_there(
    finished: Review, company: Organisation, office: Body, browser: Client, client_of: ClientOf, owner: User
) -> None:
    make_grant(company, office, What.SCORES)
    Grant.unscoped.filter(what=What.ANSWERS.value).delete()
    assert browser.get(place(finished, "review")).status_code == 404
    assert browser.post(finding_of(finished), typed()).status_code == 404


def test_ids_of_another_client_are_not_there(
    finished: Review, office: Body, advisor: User, supervisor: User, browser: Client, client_of: ClientOf
) -> None:
    """Each id is one of the office's own, but of another client or review than the address says."""
    other = bring_to(Stage.WITH_SUPERVISOR, office, advisor, supervisor)
    revision = Revision.unscoped.get(organisation=other)
    theirs = Review.unscoped.get(organisation=other)
    crossed = Review.unscoped.get(pk=finished.pk)
    crossed.submission_id = theirs.submission_id
    head = client_of(supervisor)
    before = contents()
    for address in gets(crossed, revision.pk):
        assert browser.get(address).status_code == 404, address
    for address in posts(crossed, revision.pk):
        response = head.post(address, {**typed(), "words": "x", "text": "x"})
        assert response.status_code == 404, address
    for rest in (f"report/{revision.pk}/", f"report/{revision.pk}/preview/ja", f"report/{revision.pk}/data/ja.json"):
        assert browser.get(place(finished, rest)).status_code == 404
    for rest in ("approve", "return", "withdraw"):
        address = place(finished, f"report/{revision.pk}/{rest}")
        assert head.post(address, {"digest": revision.digest, "words": "x"}).status_code == 404
    assert contents() == before


@pytest.mark.parametrize(
    "rest",
    [
        "review/s/NO",
        "review/s/X.nothing",
        "review/q/NO-01/interview",
        f"report/{UUID(int=0)}/",
        "report/preview/fr",
        "report/preview/ja.pdf",
    ],
)
def test_what_does_not_exist_is_not_there(finished: Review, browser: Client, rest: str) -> None:
    assert browser.get(place(finished, rest)).status_code == 404


def test_an_advisor_neither_signs_for_the_office_nor_changes_its_letterhead(
    finished: Review, advisor: User, browser: Client, office: Body
) -> None:
    revision = make_revision(finished, by=advisor)
    for rest in ("approve", "return"):
        address = place(finished, f"report/{revision.pk}/{rest}")
        answer = browser.post(address, {"digest": revision.digest, "words": "x"})
        assert answer.status_code == 403
    assert browser.get(f"/b/{office.pk}/letterhead").status_code == 403
    assert Revision.unscoped.get().state == State.SIGNED


def test_a_revision_that_waits_is_read_in_the_languages_it_was_signed_in(
    finished: Review, advisor: User, browser: Client
) -> None:
    revision = make_revision(finished, by=advisor, languages=["ja"])
    make_client_report(finished, by=advisor, languages=["en"])
    page = shown(browser.get(place(finished, "report")))
    assert place(finished, f"report/{revision.pk}/preview/ja") in page
    assert place(finished, f"report/{revision.pk}/preview/en") not in page


# --- beginning -------------------------------------------------------------------------------------------------------


def test_before_the_review_its_page_offers_to_begin_and_nothing_is_written(
    submission: Submission, company: Organisation, office: Body, browser: Client
) -> None:
    make_grant(company, office, What.ANSWERS)
    address = f"/b/{office.pk}/c/{company.pk}/s/{submission.pk}/review"
    assert browser.get(address).status_code == 200
    assert not Review.unscoped.exists()
    for rest in (f"/s/{VISIBILITY}", "/differences", f"/q/{FIRST}/interview"):
        assert browser.get(f"{address}{rest}").status_code == 404
    assert browser.post(f"{address}/start").status_code == 302
    assert browser.post(f"{address}/start").status_code == 302
    assert Review.unscoped.count() == 1


def test_a_section_shows_what_was_said_beside_what_was_found(review: Review, browser: Client, advisor: User) -> None:
    make_finding(review, FIRST, 0, by=advisor, comment="台帳がありません")
    page = browser.get(place(review, f"review/s/{VISIBILITY}"))
    cards = {line.question.id: (line, form) for line, form in page.context["cards"]}
    line, form = cards[FIRST]
    assert line.said == full_answers()[FIRST]
    assert (form["choice"].value(), form["comment"].value()) == ("0", "台帳がありません")
    assert "台帳がありません" in shown(page)


def test_a_question_that_does_not_apply_has_no_card_and_takes_no_finding(
    office: Body, advisor: User, browser: Client
) -> None:
    owner = make_user()
    trader = make_organisation(owner=owner, name="港商事株式会社", corporate_number="", facts={})
    review = make_review(make_submission(trader, by=owner), office, by=advisor)
    page = browser.get(place(review, f"review/s/{VISIBILITY}"))
    assert ONLY_MAKERS not in {line.question.id for line, _form in page.context["cards"]}
    before = contents()
    assert browser.get(finding_of(review, f"{ONLY_MAKERS}/interview")).status_code == 404
    for rest in ("", "/interview", "/note", "/ask"):
        sent = {**typed(), "text": "メモ", "words": "聞く"}
        assert browser.post(finding_of(review, ONLY_MAKERS + rest), sent).status_code == 404
    assert (contents(), mail.outbox) == (before, [])


def test_an_enquiry_on_a_question_that_applies_no_longer_can_still_be_settled(
    review: Review, browser: Client, company: Organisation, advisor: User
) -> None:
    with between(review):
        enquiry = reviews.ask(company, review.pk, FIRST, "台帳は", by=advisor, link=LINK)
    Enquiry.unscoped.update(question_id="NO-01")
    answer = browser.post(place(review, f"review/enquiries/{enquiry.pk}/settle"))
    assert answer["Location"] == place(review, "review")
    assert Enquiry.unscoped.get().settled_at is not None


# --- saving a finding ------------------------------------------------------------------------------------------------


def test_a_finding_is_saved_by_htmx_with_the_card_that_now_stands(
    review: Review, browser: Client, advisor: User
) -> None:
    answer = browser.post(finding_of(review), typed("1", comment="見た\r\nはい\v次"), headers=HTMX)
    assert answer.status_code == 200
    assert f'id="{FIRST}"' in shown(answer)
    assert "<html" not in shown(answer)
    assert answer.context["form"]["revision"].value() == 1
    row = row_of(review, advisor)
    assert (row.level, row.quality, row.comment) == (1, "seen", "見た\nはい\n次")


def test_a_finding_is_saved_without_htmx_and_leads_back_to_its_question(
    review: Review, browser: Client, advisor: User
) -> None:
    answer = browser.post(finding_of(review), typed("2"))
    assert answer.status_code == 302
    assert answer["Location"] == place(review, f"review/s/{VISIBILITY}#{FIRST}")
    assert row_of(review, advisor).level == 2


@pytest.mark.parametrize(
    ("sent", "kind", "level", "reason"),
    [
        (typed("unknown", reason="残った言葉"), "unknown", None, ""),
        (typed("na", reason="輸出していない"), "na", None, "輸出していない"),
        (typed("none", comment="次に聞く"), "none", None, ""),
        (typed("0", reason="残った言葉"), "level", 0, ""),
    ],
)
def test_every_kind_of_finding_can_be_recorded(
    review: Review, browser: Client, advisor: User, sent: dict[str, str], kind: str, level: int | None, reason: str
) -> None:
    assert browser.post(finding_of(review), sent).status_code == 302
    row = row_of(review, advisor)
    assert (row.kind, row.level, row.reason) == (kind, level, reason)


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "plain form"])
def test_a_comment_that_is_far_too_long_stays_in_the_form_and_is_told_by_how_much(
    review: Review, browser: Client, headers: dict[str, str]
) -> None:
    long = "長い文です。" * 3333 + "終わり"
    answer = browser.post(finding_of(review), typed("1", comment=long), headers=headers)
    assert answer.status_code == 422
    assert long in shown(answer)
    assert str(len(long) - COMMENT_LIMIT) in shown(answer)
    assert answer.context["form"]["choice"].value() == "1"
    assert not FindingRow.unscoped.exists()


def test_all_faults_of_a_finding_are_told_at_once(review: Review, browser: Client) -> None:
    long = "長" * (COMMENT_LIMIT + 1)
    sent = typed("na", comment=long, recommendation=long, comment_en=long, recommendation_en=long)
    answer = browser.post(finding_of(review), sent, headers=HTMX)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {
        "reason",
        "comment",
        "recommendation",
        "comment_en",
        "recommendation_en",
    }
    assert shown(answer).count('role="alert"') == 5


@pytest.mark.parametrize("choice", ["", "5", "-1", "level", "あ"])
def test_a_choice_that_is_none_is_refused_and_nothing_is_lost(review: Review, browser: Client, choice: str) -> None:
    answer = browser.post(finding_of(review), typed(choice, comment="書いた言葉"), headers=HTMX)
    assert answer.status_code == 422
    assert "書いた言葉" in shown(answer)
    assert not FindingRow.unscoped.exists()


def test_a_comment_of_exactly_the_limit_is_taken(review: Review, browser: Client, advisor: User) -> None:
    assert browser.post(finding_of(review), typed("1", comment="字" * COMMENT_LIMIT)).status_code == 302
    assert len(row_of(review, advisor).comment) == COMMENT_LIMIT


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "plain form"])
def test_a_conflict_shows_what_stands_and_what_was_typed_and_sent_again_it_is_saved(
    review: Review, browser: Client, advisor: User, headers: dict[str, str]
) -> None:
    make_finding(review, FIRST, 4, by=advisor, comment="別の画面の言葉")
    answer = browser.post(finding_of(review), typed("1", comment="いま書いた言葉"), headers=headers)
    assert answer.status_code == 409
    assert "別の画面の言葉" in shown(answer)
    assert "いま書いた言葉" in shown(answer)
    assert row_of(review, advisor).comment == "別の画面の言葉"
    again = typed("1", answer.context["form"]["revision"].value(), comment="いま書いた言葉")
    assert browser.post(finding_of(review), again).status_code == 302
    assert row_of(review, advisor).comment == "いま書いた言葉"


def test_a_finding_that_was_taken_back_elsewhere_can_be_saved_again(
    review: Review, browser: Client, advisor: User
) -> None:
    answer = browser.post(finding_of(review), typed("1", 3, comment="いま書いた言葉"), headers=HTMX)
    assert answer.status_code == 409
    assert browser.post(finding_of(review), typed("1", answer.context["form"]["revision"].value())).status_code == 302


@pytest.mark.parametrize("revision", ["", "x", "-1", "99999999999999999999"])
def test_a_revision_that_is_none_breaks_nothing(review: Review, browser: Client, revision: str) -> None:
    answer = browser.post(finding_of(review), {**typed(), "revision": revision}, headers=HTMX)
    assert answer.status_code in {200, 409, 422}


def test_on_a_finished_review_nothing_is_saved_and_the_way_is_told(
    finished: Review, browser: Client, advisor: User
) -> None:
    before = contents()
    assert browser.post(finding_of(finished), typed("4", 1), headers=HTMX).status_code == 409
    for rest in ("", "/interview", "/ask"):
        answer = browser.post(finding_of(finished, FIRST + rest), {**typed("4", 1), "words": "聞く"})
        assert answer["Location"] == place(finished, "review")
    assert contents() == before


# --- the interview ---------------------------------------------------------------------------------------------------


def test_an_interview_goes_from_question_to_question_and_ends_at_the_review(
    review: Review, browser: Client, advisor: User
) -> None:
    first = browser.get(finding_of(review, f"{FIRST}/interview"))
    assert (first.context["number"], first.context["of"]) == (1, review.asked)
    answer = browser.post(finding_of(review, f"{FIRST}/interview"), typed("1"))
    assert answer["Location"] == finding_of(review, f"{first.context['after']}/interview")
    assert row_of(review, advisor).level == 1
    with between(review):
        last = ReviewView(review, advisor.pk, frozenset()).order()[-1]
    assert browser.post(finding_of(review, f"{last}/interview"), typed("1"))["Location"] == place(review, "review")


def test_what_cannot_be_saved_in_an_interview_stays_on_the_page(review: Review, browser: Client, advisor: User) -> None:
    long = "長" * (COMMENT_LIMIT + 7)
    answer = browser.post(finding_of(review, f"{FIRST}/interview"), typed("1", comment=long))
    assert answer.status_code == 422
    assert long in shown(answer)
    assert "7" in shown(answer).split('id="comment-')[1].split("</strong>")[0][-60:]
    make_finding(review, FIRST, 4, by=advisor, comment="別の画面の言葉")
    answer = browser.post(finding_of(review, f"{FIRST}/interview"), typed("1", comment="いま書いた言葉"))
    assert answer.status_code == 409
    assert "別の画面の言葉" in shown(answer)
    assert "いま書いた言葉" in shown(answer)


def test_an_interview_never_shows_what_the_office_writes_for_itself(
    review: Review, browser: Client, advisor: User, supervisor: User, company: Organisation
) -> None:
    """The client sits beside the screen: no note of anybody, and no colleague's judgement."""
    make_finding(review, FIRST, 4, by=supervisor, comment="同僚の見立て")
    make_finding(review, FIRST, 1, by=advisor)
    with between(review):
        for by in (advisor, supervisor):
            reviews.write_note(review.pk, FIRST, SECRET, by=by)
            reviews.write_note(review.pk, "", SECRET, by=by)
    address = finding_of(review, f"{FIRST}/interview")
    conflict = browser.post(address, typed("2", 7))
    assert conflict.status_code == 409
    for page in (browser.get(address), conflict):
        assert SECRET not in shown(page)
        assert "同僚の見立て" not in shown(page)
    section = shown(browser.get(place(review, f"review/s/{VISIBILITY}")))
    assert section.count(SECRET) == 2


# --- two advisors ----------------------------------------------------------------------------------------------------


def test_a_colleagues_finding_is_hidden_until_ones_own_is_recorded(
    review: Review, browser: Client, advisor: User, supervisor: User
) -> None:
    make_finding(review, FIRST, 4, by=supervisor, comment="同僚の見立て")
    address = place(review, f"review/s/{VISIBILITY}")
    assert "同僚の見立て" not in shown(browser.get(address))
    words = browser.post(finding_of(review), typed("none", comment="言葉だけ"), headers=HTMX)
    assert "同僚の見立て" not in shown(words)
    saved_card = browser.post(finding_of(review), typed("2", 1), headers=HTMX)
    assert "同僚の見立て" in shown(saved_card)
    assert "同僚の見立て" in shown(browser.get(address))


def test_the_lead_is_chosen_among_who_recorded_something(
    review: Review, browser: Client, advisor: User, supervisor: User, owner: User
) -> None:
    make_finding(review, FIRST, 4, by=supervisor)
    make_finding(review, FIRST, 1, by=advisor)
    page = browser.get(place(review, "review/differences"))
    assert sorted(page.context["advisors"]) == sorted([(advisor.pk, str(advisor)), (supervisor.pk, str(supervisor))])
    (pair,) = page.context["calibrations"]
    assert (pair.both, pair.alike) == (1, 0)
    for wrong in ("", "x", "０", str(owner.pk), "9" * 30):
        assert browser.post(place(review, "review/lead"), {"person": wrong}).status_code == 404
    assert browser.post(place(review, "review/lead"), {"person": str(supervisor.pk)}).status_code == 302
    assert Review.unscoped.get().lead == supervisor


# --- notes and enquiries ---------------------------------------------------------------------------------------------


def test_a_private_note_is_kept_and_a_long_one_stays_in_the_form(review: Review, browser: Client) -> None:
    assert browser.post(finding_of(review, f"{FIRST}/note"), {"text": SECRET}).status_code == 302
    assert browser.post(place(review, "review/note"), {"text": SECRET}).status_code == 302
    assert PrivateNote.unscoped.count() == 2
    long = "長" * 4009
    for address in (finding_of(review, f"{FIRST}/note"), place(review, "review/note")):
        answer = browser.post(address, {"text": long})
        assert answer.status_code == 422
        assert long in shown(answer)
    assert browser.post(finding_of(review, f"{FIRST}/note"), {"text": ""}).status_code == 302
    assert PrivateNote.unscoped.get().question_id == ""


def test_an_enquiry_is_asked_from_the_card_and_an_empty_one_is_not(
    review: Review, browser: Client, owner: User
) -> None:
    address = finding_of(review, f"{FIRST}/ask")
    assert browser.post(address, {"words": "  "}).status_code == 422
    long = "長" * 1003
    answer = browser.post(address, {"words": long})
    assert (answer.status_code, long in shown(answer)) == (422, True)
    assert (Enquiry.unscoped.count(), mail.outbox) == (0, [])
    assert browser.post(address, {"words": "台帳は"}).status_code == 302
    assert browser.post(address, {"words": "もう一度"}).status_code == 302
    assert [enquiry.words for enquiry in Enquiry.unscoped.all()] == ["台帳は"]
    assert [sent.to for sent in mail.outbox] == [[owner.email]]
    assert "台帳は" in shown(browser.get(place(review, f"review/s/{VISIBILITY}")))
    settle = place(review, f"review/enquiries/{Enquiry.unscoped.get().pk}/settle")
    assert browser.post(settle).status_code == 302
    assert Enquiry.unscoped.get().settled_at is not None


def test_the_company_replies_where_it_was_asked_and_a_long_reply_stays(
    review: Review, company: Organisation, advisor: User, owner: User, client_of: ClientOf
) -> None:
    with between(review):
        enquiry = reviews.ask(company, review.pk, FIRST, "台帳は", by=advisor, link=LINK)
    mine, page = client_of(owner), f"/o/{company.pk}/advice"
    assert "台帳は" in shown(mine.get(page))
    long = "長" * 2005
    answer = mine.post(f"{page}/enquiries/{enquiry.pk}", {"reply": long})
    assert (answer.status_code, long in shown(answer)) == (422, True)
    assert mine.post(f"{page}/enquiries/{enquiry.pk}", {"reply": "あります"}).status_code == 302
    with between(review):
        reviews.settle(review.pk, enquiry.pk)
    assert mine.post(f"{page}/enquiries/{enquiry.pk}", {"reply": "遅い"}, follow=True).status_code == 200
    assert Enquiry.unscoped.get().reply == "あります"


# --- finishing -------------------------------------------------------------------------------------------------------


def test_a_review_is_finished_and_opened_again_from_its_page(review: Review, browser: Client, advisor: User) -> None:
    assert browser.post(place(review, "review/finish"))["Location"] == place(review, "review")
    make_finding(review, FIRST, 1, by=advisor)
    assert browser.post(place(review, "review/finish"))["Location"] == place(review, "report")
    assert not Review.unscoped.get().open
    browser.post(place(review, "review/reopen"))
    assert Review.unscoped.get().open
    make_revision(review, by=advisor)
    browser.post(place(review, "review/reopen"))
    assert not Review.unscoped.get().open


# --- the form of the report ------------------------------------------------------------------------------------------


def form_of(page: Any) -> dict[str, Any]:
    """What a browser would send of the form as it stands."""
    form = page.context["form"]
    sent: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if value is True:
            sent[bound.name] = "on"
        elif value not in (None, False, ""):
            sent[bound.name] = value
    return sent


def report_of(review: Review) -> ClientReport:
    return ClientReport.unscoped.get(review=review)


def test_the_form_sent_as_it_stands_changes_nothing(finished: Review, browser: Client) -> None:
    page = browser.get(place(finished, "report"))
    assert page.status_code == 200
    before = contents()
    assert browser.post(place(finished, "report"), form_of(page)).status_code == 302
    assert contents() == before


def test_sections_are_chosen_and_ordered_by_numbers(finished: Review, browser: Client) -> None:
    sent = form_of(browser.get(place(finished, "report")))
    del sent["section-method"], sent["order-sources"]
    sent |= {"order-trace": "1", "order-summary": "50", "languages": ["both", "ja"], "text_ja": "所見\r\n二行目"}
    assert browser.post(place(finished, "report"), sent).status_code == 302
    report = report_of(finished)
    assert report.sections == [
        "trace",
        "opinion",
        "scores",
        "differences",
        "findings",
        "actions",
        "sources",
        "summary",
    ]
    assert (report.languages, report.text_ja, report.revision) == (["ja", "both"], "所見\n二行目", 2)
    again = browser.get(place(finished, "report"))
    assert [name for name, *_rest in again.context["sections"]] == [*report.sections, "method"]


def test_actions_are_chosen_with_reasons(finished: Review, browser: Client) -> None:
    page = browser.get(place(finished, "report"))
    first, second = (action.id for action, *_rest in page.context["actions"][:2])
    sent = form_of(page) | {f"action-{second}": "on", f"why-{second}-ja": "理由", f"why-{first}-ja": "選ばなかった"}
    assert browser.post(place(finished, "report"), sent).status_code == 302
    assert report_of(finished).actions == [{"id": second, "why_ja": "理由", "why_en": ""}]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"languages": []}, "languages"),
        ({"languages": ["fr"]}, "languages"),
        ({"order-trace": "0"}, "order-trace"),
        ({"order-trace": "100"}, "order-trace"),
        ({"order-trace": "一"}, "order-trace"),
        ({"text_ja": "長" * (TEXT_LIMIT + 5)}, "text_ja"),
        ({"text_en": "x" * (TEXT_LIMIT + 5)}, "text_en"),
        ({f"section-{name}": "" for name in SECTIONS}, "__all__"),
    ],
)
def test_a_form_that_cannot_be_saved_says_where_and_keeps_everything(
    finished: Review, browser: Client, changed: dict[str, Any], field: str
) -> None:
    page = browser.get(place(finished, "report"))
    sent = {**form_of(page), "text_en": "What I typed", **changed}
    sent = {name: value for name, value in sent.items() if value != ""}
    answer = browser.post(place(finished, "report"), sent)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert 'role="alert"' in shown(answer)
    for name in ("text_ja", "text_en"):
        assert sent.get(name, "") in shown(answer)
    if field in {"text_ja", "text_en"}:
        assert "5" in answer.context["form"].errors[field][0]
    assert report_of(finished).revision == 1


def test_more_actions_than_a_report_holds_are_refused(finished: Review, browser: Client) -> None:
    page = browser.get(place(finished, "report"))
    names = [action.id for action, *_rest in page.context["actions"]]
    assert len(names) > 15
    for number, status in ((15, 302), (16, 422)):
        sent = form_of(page) | {f"action-{name}": "on" for name in names[:number]}
        assert browser.post(place(finished, "report"), sent).status_code == status


def test_a_form_that_a_colleague_saved_meanwhile_keeps_what_was_typed(
    finished: Review, browser: Client, supervisor: User
) -> None:
    sent = form_of(browser.get(place(finished, "report"))) | {"text_ja": "いま書いた所見"}
    make_client_report(finished, by=supervisor, text_ja="同僚の所見")
    answer = browser.post(place(finished, "report"), sent)
    assert answer.status_code == 409
    assert "いま書いた所見" in shown(answer)
    assert report_of(finished).text_ja == "同僚の所見"
    again = sent | {"revision": answer.context["form"]["revision"].value()}
    assert browser.post(place(finished, "report"), again).status_code == 302
    assert report_of(finished).text_ja == "いま書いた所見"


def test_a_preview_by_post_shows_what_was_typed_and_saves_nothing(finished: Review, browser: Client) -> None:
    page = browser.get(place(finished, "report"))
    sent = form_of(page) | {"text_ja": "まだ保存していない**所見**です", "languages": ["ja", "both"]}
    del sent["section-trace"]
    before = contents()
    for form in ("ja", "both"):
        seen = browser.post(place(finished, f"report/preview/{form}"), sent)
        assert seen.status_code == 200
        assert "まだ保存していない<strong>所見</strong>です" in shown(seen)
        assert 'id="trace"' not in shown(seen)
    after = contents()
    for table in LOG:
        del before[table], after[table]
    assert after == before
    assert "まだ保存していない" not in shown(browser.get(place(finished, "report/preview/ja")))


def test_a_report_is_signed_sent_back_and_withdrawn_from_its_page(
    finished: Review, browser: Client, client_of: ClientOf, supervisor: User
) -> None:
    theirs, way = client_of(supervisor), place(finished, "report")

    def latest() -> Revision:
        return Revision.unscoped.order_by("-number").first() or Revision()

    assert browser.post(f"{way}/sign")["Location"] == way
    first = latest()
    assert theirs.post(f"{way}/{first.pk}/return", {"words": " "}).status_code == 422
    assert theirs.post(f"{way}/{first.pk}/return", {"words": "数字を直す"}).status_code == 302
    assert (latest().state, latest().returned_words) == ("returned", "数字を直す")
    assert "数字を直す" in shown(browser.get(way))
    browser.post(f"{way}/sign")
    second = latest()
    assert theirs.post(f"{way}/{second.pk}/approve", {"digest": "0" * 64}).status_code == 302
    assert latest().state == "signed"
    theirs.post(f"{way}/{second.pk}/approve", {"digest": second.digest})
    assert latest().state == "approved"
    browser.post(f"{way}/{second.pk}/withdraw")
    assert (latest().number, latest().state) == (2, "returned")


def test_missing_words_are_all_told_and_nothing_is_signed(finished: Review, browser: Client, advisor: User) -> None:
    page = browser.get(place(finished, "report"))
    names = [action.id for action, *_rest in page.context["actions"][:2]]
    actions = [{"id": name, "why_ja": "理由", "why_en": ""} for name in names]
    make_client_report(finished, by=advisor, languages=["both"], text_ja="所見", actions=actions)
    answer = browser.post(place(finished, "report/sign"), follow=True)
    assert len(list(answer.context["messages"])) == 3
    assert not Revision.unscoped.exists()


def test_a_supervisor_who_signed_as_advisor_has_no_button_and_is_refused(
    finished: Review, client_of: ClientOf, supervisor: User
) -> None:
    theirs, way = client_of(supervisor), place(finished, "report")
    theirs.post(f"{way}/sign")
    revision = Revision.unscoped.get()
    assert f"{revision.pk}/approve" not in shown(theirs.get(way))
    theirs.post(f"{way}/{revision.pk}/approve", {"digest": revision.digest})
    assert Revision.unscoped.get().state == State.SIGNED


def test_every_read_of_a_clients_answers_leaves_a_line(review: Review, browser: Client, submission: Submission) -> None:
    before = AuditLine.objects.filter(verb="read").count()
    browser.get(place(review, f"review/s/{VISIBILITY}"))
    line = AuditLine.objects.filter(verb="read").order_by("-pk")[0]
    assert AuditLine.objects.filter(verb="read").count() == before + 1
    assert (line.target, line.detail) == (str(submission.pk), {"what": "answers"})


# --- the letterhead --------------------------------------------------------------------------------------------------

NAMES = {
    "name_ja": "静岡 経安相談室",
    "name_en": "Shizuoka Advisory Office",
    "contact_ja": "電話は代表まで",
    "contact_en": "Call us",
}


@pytest.fixture
def head(office: Body, supervisor: User, client_of: ClientOf) -> tuple[Client, str]:
    return client_of(supervisor), f"/b/{office.pk}/letterhead"


@pytest.mark.parametrize(("language", "hint"), [("ja", "白い地の上に印刷します"), ("en", "white")])
def test_what_a_logo_may_be_is_said_in_the_language_of_the_page(
    head: tuple[Client, str], language: str, hint: str
) -> None:
    theirs, address = head
    theirs.cookies["django_language"] = language
    assert hint in shown(theirs.get(address))


def test_a_letterhead_is_saved_with_its_logo_and_the_logo_taken_away_again(
    head: tuple[Client, str], office: Body
) -> None:
    theirs, address = head
    logo = SimpleUploadedFile("logo.png", saved(sheet((2000, 400))))
    assert theirs.post(address, {**NAMES, "logo": logo}).status_code == 302
    stored = Letterhead.objects.get(body=office)
    assert {name: getattr(stored, name) for name in NAMES} == NAMES
    assert bytes(stored.logo).startswith(b"\x89PNG")
    assert "data:image/png;base64," in shown(theirs.get(address))
    theirs.post(address, NAMES)
    assert Letterhead.objects.get().logo is not None, "no file chosen: the logo stays"
    theirs.post(address, {**NAMES, "without_logo": "on"})
    assert Letterhead.objects.get().logo is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.png", b""),
        ("logo.png", "これは画像ではありません".encode()),
        ("logo.svg", SVG),
        ("logo.png", saved(sheet())[:60]),
        ("logo.png", saved(sheet((8, 8)))),
        ("logo.png", saved(sheet()) + b"\0" * (2 * 2**20)),
    ],
    ids=["empty", "text", "SVG", "cut off", "tiny", "too large"],
)
def test_a_bad_logo_is_refused_with_a_reason_and_the_typed_names_stay(
    head: tuple[Client, str], office: Body, supervisor: User, name: str, content: bytes
) -> None:
    letterheads.change(office, {"name_ja": "前の名前"}, logo=saved(sheet()), by=supervisor)
    stood = Letterhead.objects.values().get()
    theirs, address = head
    answer = theirs.post(address, {**NAMES, "logo": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"logo"}
    for words in NAMES.values():
        assert words in shown(answer)
    assert Letterhead.objects.values().get() == stood


def test_names_that_are_too_long_are_refused_together(head: tuple[Client, str]) -> None:
    theirs, address = head
    answer = theirs.post(address, dict.fromkeys(NAMES, "長" * 201))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(NAMES)
    assert "長" * 201 in shown(answer)
    assert not Letterhead.objects.exists()


def test_words_of_a_letterhead_are_escaped_on_the_report(
    head: tuple[Client, str], finished: Review, browser: Client
) -> None:
    theirs, address = head
    theirs.post(address, {**NAMES, "name_ja": "<script>alert(1)</script>"})
    page = shown(browser.get(place(finished, "report/preview/ja")))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
