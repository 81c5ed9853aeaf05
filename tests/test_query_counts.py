"""How many statements a page costs, BEGIN and COMMIT included. None grows with answers, submissions or companies."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments import services
from assessments.models import Answer as AnswerRow
from assessments.models import Assessment, Submission
from assessments.scoring.answers import Answer
from guidance.registry import current_catalog
from organisations.models import Organisation, User
from organisations.scoping import scope
from tests.builders import (
    FIRST,
    SECOND,
    answer,
    full_answers,
    make_assessment,
    make_organisation,
    make_report,
    make_submission,
    make_user,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db(transaction=True)

SAVE, QUESTIONNAIRE, RESULT = 8, 12, 15


class World(NamedTuple):
    """A company with a submitted and an open assessment, and its owner's browser."""

    browser: Client
    organisation: Organisation
    opened: Assessment
    submission: Submission

    @property
    def root(self) -> str:
        return f"/o/{self.organisation.pk}/"

    def a(self, rest: str = "") -> str:
        return f"{self.root}a/{self.opened.pk}/{rest}"


@pytest.fixture
def small(client_of: ClientOf, owner: User, company: Organisation) -> World:
    """Two answers, one submission, one company."""
    submission = make_submission(company, answers={FIRST: Answer.at(2)}, by=owner)
    make_report(submission)
    return World(
        client_of(owner), company, make_assessment(company, answers={SECOND: Answer.at(1)}, by=owner), submission
    )


@pytest.fixture
def grow(small: World, owner: User) -> Callable[[], None]:
    """The same world with every question answered by several people, more submissions and files, and more companies."""

    def fill() -> None:
        people = [owner, *(make_user() for _ in range(3))]
        everything = {**{name: Answer.at(1, "メモ") for name in current_catalog().questions}, **full_answers()}
        for number, (name, given) in enumerate(everything.items()):
            if name not in (FIRST, SECOND):
                words = {"note": given.note, "reason": given.reason}
                said = given.level if given.kind == "level" else given.kind
                answer(small.opened, name, said, by=people[number % 4], **words)
        for number in (2, 3, 4):
            again = Submission.unscoped.get(pk=small.submission.pk)
            again.pk, again.number = uuid4(), number
            again.save(force_insert=True)
        make_report(small.submission, language="en")
        for _ in range(5):
            other = make_organisation(owner=people[2])
            make_report(make_submission(other))

    return fill


def cost(work: Callable[[], object]) -> CaptureQueriesContext:
    """The statements of `work`; what a process only does once is done before."""
    with CaptureQueriesContext(connection) as statements:
        work()
    return statements


def told(statements: CaptureQueriesContext) -> str:
    return "\n".join(query["sql"][:160] for query in statements.captured_queries)


# --- saving ----------------------------------------------------------------------------------------------------------


def save(world: World, *, htmx: bool = True, expected: int | None = None, **typed: str) -> CaptureQueriesContext:
    headers = {"HX-Request": "true"} if htmx else {}
    with CaptureQueriesContext(connection) as statements:
        response = world.browser.post(world.a(f"q/{FIRST}"), typed, headers=headers)
    assert response.status_code == (expected or (200 if htmx else 302))
    return statements


@pytest.mark.parametrize("htmx", [True, False], ids=["htmx", "plain form"])
def test_saving_one_answer_takes_at_most_8_statements(small: World, htmx: bool) -> None:
    for what, typed in {
        "a first answer": {"choice": "3", "revision": "0"},
        "another one": {"choice": "2", "note": "メモ", "revision": "1"},
        "the same again": {"choice": "2", "note": "メモ", "revision": "1"},
    }.items():
        statements = save(small, htmx=htmx, **typed)
        assert len(statements) <= SAVE, f"{what}\n{told(statements)}"


def test_begin_and_commit_are_counted(small: World) -> None:
    words = [query["sql"].split()[0] for query in save(small, choice="3", revision="0").captured_queries]
    assert "BEGIN" in words
    assert "COMMIT" in words


def test_saving_does_not_grow_with_answers_submissions_and_companies(small: World, grow: Callable[[], None]) -> None:
    first = [
        save(small, choice="3", revision="0"),
        save(small, choice="1", revision="1"),
        save(small, choice="4", revision="0", expected=409),
    ]
    AnswerRow.unscoped.filter(assessment=small.opened, question_id=FIRST).delete()
    grow()
    later = [
        save(small, choice="3", revision="0"),
        save(small, choice="1", revision="1"),
        save(small, choice="4", revision="0", expected=409),
    ]
    assert [len(found) for found in first] == [len(found) for found in later]


# --- pages -----------------------------------------------------------------------------------------------------------

PAGES: dict[str, tuple[Callable[[World], str], int]] = {
    "home": (lambda world: "/home", 5),
    "company": (lambda world: world.root, 8),
    "company form": (lambda world: f"{world.root}company", 4),
    "contents": (lambda world: world.a(), QUESTIONNAIRE),
    "section": (lambda world: world.a("s/A.visibility"), QUESTIONNAIRE),
    "longest section": (lambda world: world.a("s/I.people"), QUESTIONNAIRE),
    "before submitting": (lambda world: world.a("submit"), QUESTIONNAIRE),
    "running result": (lambda world: world.a("result"), RESULT),
    "submission": (lambda world: f"{world.root}submissions/{world.submission.pk}/", RESULT),
    "library": (lambda world: "/guidance/", 3),
    "quick check": (lambda world: "/quick/", 3),
}


def test_no_page_costs_more_than_it_may_and_none_grows(small: World, grow: Callable[[], None]) -> None:
    def costs() -> dict[str, int]:
        found = {}
        for name, (address, limit) in PAGES.items():
            path = address(small)
            small.browser.get(path)
            statements = cost(lambda path=path: small.browser.get(path))
            assert len(statements) <= limit, f"{name}: {len(statements)} statements\n{told(statements)}"
            found[name] = len(statements)
        return found

    before = costs()
    grow()
    assert costs() == before


def test_the_whole_card_costs_no_more_than_the_page(small: World) -> None:
    statements = cost(lambda: small.browser.get(small.a(f"q/{FIRST}"), headers={"HX-Request": "true"}))
    assert len(statements) <= QUESTIONNAIRE, told(statements)


def test_submitting_does_not_grow_with_answers(small: World, grow: Callable[[], None]) -> None:
    def submit() -> int:
        statements = cost(lambda: small.browser.post(small.a("submit")))
        assert Assessment.unscoped.get(pk=small.opened.pk).status == "submitted", told(statements)
        with scope(small.organisation.pk):
            services.reopen(small.opened.pk, by=None)
        return len(statements)

    before = submit()
    grow()
    assert submit() == before
