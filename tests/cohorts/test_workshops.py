"""A coordinator plans a meeting: topics, companies, tables. What is seen of a company follows its consent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.scoring.answers import Answer
from cohorts.counting import count_companies
from cohorts.models import Participant, WorkshopPlan
from cohorts.workshops.reading import Workshop, workshop_of
from guidance.registry import current_catalog
from organisations import sharing
from organisations.audit import Verb
from organisations.consent import What
from organisations.models import Affiliation, AuditLine, Body, Grant, Round, User
from organisations.policy import BodyKind
from organisations.scoping import body_scope, scope
from tests.builders import (
    make_body,
    make_body_member,
    make_grant,
    make_organisation,
    make_participant,
    make_round,
    make_submission,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

SOURCING = "A.sourcing"
DETAILS: Mapping[str, Any] = {
    "act": "details",
    "title": "秋の勉強会",
    "held_on": "2026-12-10",
    "starts_at": "１４：００",
    "minutes": "120",
    "venue": "市民会館 第2会議室",
    "topics": [SOURCING],
    "seats": "20",
    "note": "席札を用意する",
}


@pytest.fixture
def within(network: Body) -> Round:
    return make_round(network, name="2026年度 第1回")


def make_company(
    within: Round, name: str, level: int, *whats: What, sourcing: int | None = None, **facts: Any
) -> Participant:
    """A company of the round that answered everything at one level (questions on sourcing at another)."""
    organisation = make_organisation(name=name, corporate_number="", **facts)
    of_section = current_catalog().section_of
    answers = {
        name: Answer.at(sourcing if sourcing is not None and of_section[name].id == SOURCING else level)
        for name in current_catalog().questions
    }
    make_submission(organisation, answers=answers)
    make_grant(organisation, within.body, *whats)
    return make_participant(within, organisation, email=f"{name}@kaisha.example")


@pytest.fixture
def weak(within: Round) -> Participant:
    return make_company(within, "弱井鋳造", 2, What.ANSWERS, sourcing=1, industry="E", prefecture="22")


@pytest.fixture
def strong(within: Round) -> Participant:
    return make_company(within, "強田製作所", 2, What.ANSWERS, sourcing=4, industry="E", prefecture="23")


@pytest.fixture
def silent(within: Round) -> Participant:
    """Shares its three scores, and not its answers."""
    return make_company(within, "無口商事", 0, What.SCORES, industry="I")


@pytest.fixture
def page(coordinator: User, client_of: ClientOf, within: Round) -> Page:
    return Page(client_of(coordinator), within)


class Page:
    """The pages of a round's workshops, as the coordinator uses them."""

    def __init__(self, client: Client, within: Round) -> None:
        self.client, self.round = client, within
        self.all = f"/b/{within.body_id}/rounds/{within.pk}/workshops/"

    def make(self, **fields: Any) -> WorkshopPlan:
        given = {"title": "秋の勉強会", "count": "1", "minutes": "120", "seats": "20", **fields}
        answer = self.client.post(self.all, given)
        assert answer.status_code == 302, answer.content.decode()
        return WorkshopPlan.objects.get()

    def at(self, plan: WorkshopPlan) -> str:
        return f"{self.all}{plan.pk}/"

    def text(self, plan: WorkshopPlan, query: str = "") -> str:
        answer = self.client.get(f"{self.at(plan)}{query}")
        assert answer.status_code == 200
        return answer.content.decode()

    def post(self, plan: WorkshopPlan, status: int = 302, **fields: Any) -> str:
        answer = self.client.post(self.at(plan), fields)
        assert answer.status_code == status, answer.content.decode()
        return answer.content.decode()


def read(plan: WorkshopPlan, language: str = "ja") -> Workshop:
    with body_scope(plan.body_id):
        return workshop_of(WorkshopPlan.objects.select_related("round", "body").get(pk=plan.pk), language)


# --- a new plan -------------------------------------------------------------------------------------------------------


def test_a_plan_begins_with_a_topic_of_mixed_strength_and_both_sides_of_it(
    page: Page, weak: Participant, strong: Participant, silent: Participant
) -> None:
    plan = page.make()
    assert plan.topics == [SOURCING]
    assert plan.invited == [str(strong.pk), str(weak.pk)]
    assert set(plan.tables) == set(plan.invited)
    text = page.text(plan)
    assert "代わりの仕入先と一か所頼みへの備え：弱い（25.0点）" in text
    assert "代わりの仕入先と一か所頼みへの備え：強い（100.0点）" in text


def test_the_page_of_a_round_lists_plans_and_what_could_be_talked_about(
    page: Page, weak: Participant, strong: Participant
) -> None:
    page.make()
    text = page.client.get(page.all).content.decode()
    assert "秋の勉強会" in text
    assert "62.5 点" in text  # the mean of both in sourcing


def test_a_round_without_figures_says_what_is_missing_and_makes_no_plan(page: Page, silent: Participant) -> None:
    text = page.client.get(page.all).content.decode()
    assert "話題を選べる数字が、まだありません" in text
    assert "6 社以上をまとめて" in text
    answer = page.client.post(page.all, {"title": "会", "count": "1", "minutes": "90", "seats": "12"})
    assert answer.status_code == 422
    assert not WorkshopPlan.objects.exists()


def test_unnamed_companies_give_topics_and_nobody_to_invite(page: Page, within: Round) -> None:
    for number in range(6):
        make_company(within, f"匿名{number}", 1, What.STATISTICS)
    count_companies(within.pk, at_once=True)
    plan = page.make()
    assert plan.topics
    assert plan.invited == []
    text = page.text(plan)
    assert "招く会社がまだありません" in text
    assert "匿名0" not in text  # until somebody looks for companies that share nothing
    assert "匿名0" in page.text(plan, "?show=silent")
    assert "回答を共有していないため、強み・弱みは分かりません。" in page.text(plan, "?show=silent")


def test_what_was_typed_wrongly_is_said_and_stays(page: Page, weak: Participant, strong: Participant) -> None:
    good = {"title": "秋の勉強会", "count": "1", "minutes": "120", "seats": "20"}
    for field, typed, said in (
        ("title", "", "このフィールドは必須です。"),
        ("title", "一行\n二行", "改行や制御文字は使えません"),
        ("seats", "3", "4 以上"),
        ("seats", "たくさん", "整数"),
        ("minutes", "45", "45"),
        ("prefectures", "99", "99"),
    ):
        answer = page.client.post(page.all, {**good, field: typed})
        assert answer.status_code == 422
        assert said in answer.content.decode(), (field, typed)
    assert not WorkshopPlan.objects.exists()


def test_companies_are_chosen_from_the_prefectures_that_are_wanted(
    page: Page, weak: Participant, strong: Participant
) -> None:
    assert page.make(prefectures=["23"], seats="２０").invited == [str(strong.pk)]


# --- changing it ------------------------------------------------------------------------------------------------------


def test_details_are_saved_as_people_type_them(page: Page, weak: Participant, strong: Participant) -> None:
    plan = page.make()
    page.post(plan, **{**DETAILS, "topics": ["G.cyber", SOURCING], "lists_participants": "on"})
    plan.refresh_from_db()
    assert (plan.held_on, plan.starts_at) == (dt.date(2026, 12, 10), dt.time(14, 0))
    assert set(plan.topics) == {"G.cyber", SOURCING}
    assert plan.lists_participants
    text = page.text(plan)
    assert "14:00〜16:00" in text
    assert "市民会館 第2会議室" in text


def test_faulty_details_change_nothing_and_stay_on_the_page(page: Page, weak: Participant, strong: Participant) -> None:
    plan = page.make()
    faults: list[tuple[dict[str, Any], str]] = [
        ({"topics": []}, "話題を1つ以上選んでください。"),
        ({"topics": [SOURCING, "A.stock", "G.cyber", "G.risk"]}, "話題は3つまでです。いまは4つ選ばれています。"),
        ({"starts_at": "夕方"}, "時刻として読めません"),
        ({"starts_at": "23:00"}, "終わりが翌日になります"),
        ({"held_on": "あした"}, "日付として読めません"),
        ({"seats": "100"}, "60 以下"),
    ]
    for change, said in faults:
        text = page.post(plan, 422, **{**DETAILS, "venue": "公民館", **change})
        assert said in text
        assert "公民館" in text
    plan.refresh_from_db()
    assert plan.venue == ""


def test_fewer_seats_than_companies_are_refused(page: Page, within: Round, strong: Participant) -> None:
    for number in range(4):
        make_company(within, f"弱い会社{number}", 1, What.ANSWERS, industry="ABCD"[number])
    plan = page.make()
    assert len(plan.invited) == 5
    assert "いま5社が一覧にあります" in page.post(plan, 422, **{**DETAILS, "seats": "4"})


def test_companies_are_dropped_added_and_moved_to_another_table(
    page: Page, weak: Participant, strong: Participant, silent: Participant
) -> None:
    plan = page.make()
    page.post(plan, act="add", add=[str(silent.pk)])
    plan.refresh_from_db()
    assert plan.invited == [str(strong.pk), str(weak.pk), str(silent.pk)]
    listed = {
        "act": "list",
        "listed": plan.invited,
        f"keep-{strong.pk}": "on",
        f"table-{strong.pk}": "2",
        f"table-{weak.pk}": "1",
        f"keep-{silent.pk}": "on",
        f"table-{silent.pk}": "1",
    }
    page.post(plan, **listed)
    plan.refresh_from_db()
    assert plan.invited == [str(strong.pk), str(silent.pk)]
    assert plan.tables == {str(strong.pk): 2, str(silent.pk): 1}
    assert "テーブル 2" in page.text(plan)
    page.post(plan, **{**listed, f"table-{strong.pk}": "9"}, status=422)
    page.post(plan, act="seat")
    plan.refresh_from_db()
    assert set(plan.tables.values()) == {1}
    page.post(plan, act="propose")
    plan.refresh_from_db()
    assert plan.invited == [str(strong.pk), str(weak.pk)]


def test_who_was_added_by_somebody_else_meanwhile_is_not_dropped(
    page: Page, weak: Participant, strong: Participant, silent: Participant
) -> None:
    plan = page.make()
    page.post(plan, act="add", add=[str(silent.pk)])
    page.post(plan, act="list", listed=[str(weak.pk), str(strong.pk)])  # a page from before, with every tick taken off
    plan.refresh_from_db()
    assert plan.invited == [str(silent.pk)]


def test_more_companies_than_seats_are_refused_and_the_ticks_stay(
    page: Page, within: Round, weak: Participant, strong: Participant
) -> None:
    others = [make_participant(within) for _ in range(3)]
    plan = page.make(seats="4")
    answer = page.client.post(
        f"{page.at(plan)}?show=silent", {"act": "add", "add": [str(other.pk) for other in others]}
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "招く会社は4社までです。5社になるため、加えていません。" in text
    assert all(f'value="{other.pk}" checked' in text for other in others)
    plan.refresh_from_db()
    assert len(plan.invited) == 2


def test_adding_nobody_and_an_act_that_is_none_are_told(page: Page, weak: Participant, strong: Participant) -> None:
    plan = page.make()
    for sent in ([], ["everybody"]):
        assert "加える会社に印を付けてください。" in page.post(plan, 422, act="add", add=sent)
    assert "何をするのかが分かりませんでした" in page.post(plan, 422, act="fly")


def test_a_company_of_another_round_cannot_be_added(
    page: Page, network: Body, weak: Participant, strong: Participant
) -> None:
    plan = page.make()
    foreign = make_participant(make_round(network))
    page.post(plan, act="add", add=[str(foreign.pk)])
    plan.refresh_from_db()
    assert str(foreign.pk) not in plan.invited


def test_a_plan_is_removed(page: Page, weak: Participant, strong: Participant) -> None:
    plan = page.make()
    page.post(plan, act="delete")
    assert not WorkshopPlan.objects.exists()
    assert AuditLine.objects.filter(verb=Verb.WORKSHOP_REMOVED, body=plan.body_id, target=str(plan.pk)).exists()


def test_competitors_at_one_table_are_told(page: Page, within: Round, strong: Participant) -> None:
    for number in range(2):
        make_company(within, f"鋳物{number}", 1, What.ANSWERS, industry="E", prefecture="22")
    plan = page.make()
    assert len(plan.invited) == 2  # of those two no more than there are tables
    with body_scope(plan.body_id):
        left_out = Participant.objects.filter(round=within).exclude(pk__in=plan.invited).get()
    page.post(plan, act="add", add=[str(left_out.pk)])
    assert "業種と都道府県が同じです" in page.text(plan)
    page.post(plan, **{**DETAILS, "seats_competitors_together": "on"})
    assert "業種と都道府県が同じです" not in page.text(plan)


def test_companies_to_add_are_found_by_name_industry_and_strength(
    page: Page, within: Round, weak: Participant, strong: Participant
) -> None:
    plan = page.make()
    for participant in (weak, strong):
        page.post(plan, act="list", listed=[str(participant.pk)])
    text = page.text(plan, "?order=strong")
    assert text.index("強田製作所") < text.index("弱井鋳造")
    text = page.text(plan)
    assert text.index("弱井鋳造") < text.index("強田製作所")
    assert "強田製作所" not in page.text(plan, "?q=弱井")
    assert "条件に合う会社はありません。" in page.text(plan, "?industry=A")
    assert "強田製作所" in page.text(plan, "?industry=nonsense")


def test_a_longer_list_takes_no_more_statements(
    page: Page, within: Round, weak: Participant, strong: Participant
) -> None:
    plan = page.make()
    page.text(plan)
    with CaptureQueriesContext(connection) as few:
        page.text(plan)
    page.post(plan, act="add", add=[str(make_participant(within).pk) for _ in range(8)])
    page.text(plan)
    with CaptureQueriesContext(connection) as many:
        page.text(plan)
    assert len(many) == len(few) <= 24


def test_a_company_that_was_deleted_leaves_its_seat(
    page: Page, within: Round, weak: Participant, strong: Participant
) -> None:
    plan = page.make(seats="4")
    weak.delete()
    assert "あと 3 社招けます" in page.text(plan)
    page.post(plan, act="add", add=[str(make_participant(within).pk) for _ in range(3)])
    assert len(read(plan).invited) == 4
    assert str(weak.pk) not in WorkshopPlan.objects.get().invited


# --- consent at each moment -------------------------------------------------------------------------------------------


def test_after_a_revocation_only_the_name_is_left(
    page: Page, within: Round, weak: Participant, strong: Participant
) -> None:
    plan = page.make()
    assert "弱い（25.0点）" in page.text(plan)
    take_back(weak, What.ANSWERS)
    text = page.text(plan)
    assert "弱井鋳造" in text
    assert "25.0点" not in text
    line = next(one for one in read(plan).invited if one.id == weak.pk)
    assert (line.state, line.standings) == ("silent", ())
    assert line.reasons == ("回答を共有していないため、強み・弱みは分かりません。",)


def test_a_company_that_left_the_network_is_named_as_gone(
    page: Page, within: Round, weak: Participant, strong: Participant, coordinator: User
) -> None:
    plan = page.make()
    with body_scope(within.body_id):
        sharing.end_affiliation(Affiliation.objects.get(organisation=weak.organisation), by=coordinator)
    assert "ネットワークから抜けています。" in page.text(plan)
    assert "25.0点" not in page.text(plan)


def test_a_plan_whose_figures_are_gone_still_opens(
    page: Page, within: Round, weak: Participant, strong: Participant
) -> None:
    plan = page.make()
    for participant in (weak, strong):
        take_back(participant, What.SCORES)
    text = page.text(plan)
    assert "話題を選べる数字が、まだありません" in text
    assert "会社が足りないため、数字を出せません" in text
    assert not read(plan).topics[0].missed


def take_back(participant: Participant, what: What) -> None:
    """The company shares this with the network no longer."""
    company = participant.organisation
    assert company is not None
    with scope(company.pk):
        given = Grant.objects.get(body=participant.body_id, what=what, revoked_at=None)
        sharing.revoke(company, given.pk, by=company.memberships.get(role="owner").user)


def test_looking_at_a_plan_is_recorded(page: Page, within: Round, weak: Participant, strong: Participant) -> None:
    plan = page.make()
    page.text(plan)
    line = AuditLine.objects.order_by("-number")[0]
    assert (line.verb, line.body, line.target) == (Verb.FIGURES_READ, within.body_id, str(within.pk))


# --- content ----------------------------------------------------------------------------------------------------------


def test_the_antitrust_caution_stands_on_every_plan(page: Page, weak: Participant, strong: Participant) -> None:
    plan = page.make()
    WorkshopPlan.objects.update(topics=["G.cyber"])  # a topic that points to no caution of its own
    text = page.text(plan)
    assert "同業者と話すときの注意" in text
    assert "価格、数量、得意先、生産計画の話をしないことを、全員で確かめます。" in text


def test_too_few_companies_do_not_order_the_questions(page: Page, weak: Participant, strong: Participant) -> None:
    """The order goes to people outside: two companies by name may be seen by the coordinator, and by nobody else."""
    assert not read(page.make()).topics[0].missed


def test_companies_by_name_order_no_questions_for_others_however_many_they_are(page: Page, within: Round) -> None:
    """They showed their answers to the network's people, and not to those who come."""
    for number in range(8):
        make_company(within, f"公開{number}", 1, What.ANSWERS)
    found = read(page.make())
    assert found.figures[0].mean is not None
    assert not found.topics[0].missed


def test_enough_companies_order_the_questions(page: Page, within: Round, strong: Participant) -> None:
    for number in range(6):
        make_company(within, f"匿名{number}", 1, What.STATISTICS)
    count_companies(within.pk, at_once=True)
    assert read(page.make()).topics[0].missed


# --- who may ----------------------------------------------------------------------------------------------------------


def test_an_assistant_plans_no_meetings(
    page: Page, weak: Participant, strong: Participant, assistant: User, client_of: ClientOf
) -> None:
    plan = page.make()
    client = client_of(assistant)
    for address in (page.all, page.at(plan), f"{page.at(plan)}plan.xlsx"):
        assert client.get(address).status_code == 403
        assert client.post(address, {"act": "delete"}).status_code == 403
    assert WorkshopPlan.objects.exists()


def test_another_network_does_not_know_of_the_plan(
    page: Page, weak: Participant, strong: Participant, client_of: ClientOf
) -> None:
    plan = page.make()
    other = make_body(BodyKind.NETWORK)
    client = client_of(make_body_member(other))
    for address in (page.all, page.at(plan), f"{page.at(plan)}plan.xlsx"):
        assert client.get(address).status_code == 404
        assert client.get(address.replace(str(plan.body_id), str(other.pk))).status_code == 404


def test_an_office_has_no_meetings(within: Round, office: Body, supervisor: User, client_of: ClientOf) -> None:
    assert client_of(supervisor).get(f"/b/{office.pk}/rounds/{within.pk}/workshops/").status_code == 404


def test_a_plan_of_another_round_does_not_exist_here(
    page: Page, network: Body, weak: Participant, strong: Participant
) -> None:
    plan = page.make()
    other = make_round(network)
    for wrong in (f"/b/{network.pk}/rounds/{other.pk}/workshops/{plan.pk}/", f"{page.all}{uuid4()}/"):
        assert page.client.get(wrong).status_code == 404
        assert page.client.post(wrong, {"act": "delete"}).status_code == 404
        assert page.client.get(f"{wrong}plan.xlsx").status_code == 404
    assert WorkshopPlan.objects.exists()
