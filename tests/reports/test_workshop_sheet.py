"""What leaves a meeting's plan: the coordinator's workbook, and the handout that holds nothing of a company."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from cohorts.models import Participant, WorkshopPlan
from cohorts.workshops.saving import draft, invite
from organisations.audit import Verb
from organisations.consent import What
from organisations.models import AuditLine, Body, Round, User
from organisations.scoping import body_scope
from reports.workshop_context import WorkshopContext, context_of
from tests.builders import make_participant, make_round
from tests.cohorts.test_workshops import SOURCING, make_company, take_back
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("https://bad.example","見て")'


@pytest.fixture
def within(network: Body) -> Round:
    return make_round(network, name="2026年度 第1回")


@pytest.fixture
def weak(within: Round) -> Participant:
    return make_company(within, "弱井鋳造", 2, What.ANSWERS, sourcing=1, industry="E", prefecture="22")


@pytest.fixture
def plan(within: Round, weak: Participant, coordinator: User) -> WorkshopPlan:
    """A weak company, a strong one, and one of the list that has not joined, whose name is a formula."""
    make_company(within, "強田製作所", 2, What.ANSWERS, sourcing=4, industry="E", prefecture="23")
    stranger = make_participant(within, name=FORMULA, email="meibo@kaisha.example")
    with body_scope(within.body_id):
        made = draft(within, title="秋の勉強会", count=1, minutes=120, seats=20, by=coordinator)
        return invite(made, add=[stranger.pk], by=coordinator)


def read(plan: WorkshopPlan, language: str = "ja") -> WorkshopContext:
    with body_scope(plan.body_id):
        return context_of(WorkshopPlan.objects.select_related("round", "body").get(pk=plan.pk), language)


def words_of(value: Any) -> str:
    return repr(asdict(value))


# --- the context ------------------------------------------------------------------------------------------------------


def test_the_handout_holds_nothing_of_a_company(plan: WorkshopPlan) -> None:
    context = read(plan)
    organiser, handout = words_of(context.organiser), words_of(context.handout)
    for word in ("弱井鋳造", "強田製作所", "25.0", "100.0", "弱い（", "強い（", "meibo@kaisha.example"):
        assert word in organiser
        assert word not in handout
    assert context.handout.tables == ()


def test_names_stand_in_the_handout_where_the_coordinator_wants_them_and_nothing_else(plan: WorkshopPlan) -> None:
    WorkshopPlan.objects.update(lists_participants=True)
    handout = read(plan).handout
    assert [sorted(table.names) for table in handout.tables] == [sorted(["弱井鋳造", "強田製作所", FORMULA])]
    for word in ("25.0", "100.0", "弱い（", "強い（", "meibo@kaisha.example"):
        assert word not in words_of(handout)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_both_parts_are_in_one_language(plan: WorkshopPlan, language: str) -> None:
    WorkshopPlan.objects.update(held_on=dt.date(2026, 12, 10), starts_at=dt.time(14, 0))
    context = read(plan, language)
    assert context.handout.ends_at == dt.time(16, 0)
    (topic,) = context.handout.topics
    assert topic.id == SOURCING
    wanted = {"ja": "代わりの仕入先と一か所頼みへの備え", "en": "Other suppliers and reliance on a single source"}
    assert topic.title == wanted[language]
    assert context.organiser.figures[0].title == wanted[language]
    for view in (*topic.questions, *topic.clauses, *topic.actions, *context.handout.cautions):
        plain = words_of(view)
        assert any("ぁ" <= sign <= "ん" for sign in plain) is (language == "ja"), plain
    assert all(action.first_step and action.weeks >= 0 for action in topic.actions)


# --- the workbook -----------------------------------------------------------------------------------------------------


def address(plan: WorkshopPlan) -> str:
    return f"/b/{plan.body_id}/rounds/{plan.round_id}/workshops/{plan.pk}/plan.xlsx"


@pytest.fixture
def take(coordinator: User, client_of: ClientOf, plan: WorkshopPlan) -> Callable[[], Workbook]:
    client = client_of(coordinator)

    def taken() -> Workbook:
        answer = client.get(address(plan))
        assert answer.status_code == 200
        content = b"".join(answer.streaming_content)
        assert len(content) == int(answer["Content-Length"])
        assert answer["Content-Disposition"].startswith("attachment")
        assert "no-store" in answer["Cache-Control"]
        return load_workbook(io.BytesIO(content))

    return taken


def rows(book: Workbook, name: str) -> list[tuple[Any, ...]]:
    return list(book[name].iter_rows(min_row=2, values_only=True))


def test_the_workbook_says_who_is_invited_and_why(take: Callable[[], Workbook]) -> None:
    book = take()
    by_name = {row[1]: row for row in rows(book, "招待する会社")}
    assert set(by_name) == {"弱井鋳造", "強田製作所", FORMULA}
    table, _name, industry, prefecture, role, why, contact = by_name["弱井鋳造"]
    assert (table, industry, prefecture) == (1, "製造業", "静岡県")
    assert role == "代わりの仕入先と一か所頼みへの備え：話を聞く（弱い）"
    assert "弱い（25.0点）" in why
    assert contact == "弱井鋳造@kaisha.example"
    assert "強い（100.0点）" in by_name["強田製作所"][5]
    assert "まだネットワークに加わっていないため" in by_name[FORMULA][5]


def test_a_name_like_a_formula_stays_text(take: Callable[[], Workbook]) -> None:
    cells = [cell for row in take()["招待する会社"].iter_rows() for cell in row if cell.value == FORMULA]
    assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)]


def test_the_workbook_holds_agenda_actions_clauses_and_the_caution(take: Callable[[], Workbook]) -> None:
    book = take()
    assert sum(row[1] for row in rows(book, "進行")) == 120
    actions = rows(book, "行動の案")
    assert actions
    assert all(isinstance(value, int) for row in actions for value in row[3:7])
    kinds = {row[1] for row in rows(book, "設問と文書の条項")}
    assert kinds == {"設問", "条項"}
    assert any("価格、数量、生産計画、得意先" in str(row[1]) for row in rows(book, "話さないこと"))
    assert rows(book, "話題と理由")[0][2:] == (62.5, 2, 8.0, 1, 0, 1)


def test_after_a_revocation_the_workbook_names_the_company_and_nothing_else(
    take: Callable[[], Workbook], weak: Participant
) -> None:
    take_back(weak, What.ANSWERS)
    by_name = {row[1]: row for row in rows(take(), "招待する会社")}
    assert by_name["弱井鋳造"][4:6] == ("分からない", "回答を共有していないため、強み・弱みは分かりません。")


def test_taking_it_is_recorded(take: Callable[[], Workbook], plan: WorkshopPlan, coordinator: User) -> None:
    take()
    line = AuditLine.objects.order_by("-number")[0]
    assert (line.verb, line.body, line.actor) == (Verb.FIGURES_TAKEN, plan.body_id, str(coordinator.pk))
    assert (line.target, line.detail) == (str(plan.round_id), {"workshop": str(plan.pk)})
