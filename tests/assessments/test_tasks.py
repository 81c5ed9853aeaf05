"""Being asked: whoever only responds has exactly what was assigned to them, and nothing else of the company."""

from __future__ import annotations

import random
import re
from collections.abc import Collection
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments import services
from assessments.models import Assessment, Assignment
from guidance.registry import current_catalog
from organisations.models import Invitation, Membership, Organisation, User
from organisations.policy import Role
from organisations.scoping import scope
from tests.assessments.asking import ADDRESS, ELSEWHERE, IDS, ask, cards, htmx, of, place, tasks
from tests.builders import (
    FIRST,
    ONLY_MAKERS,
    SECOND,
    THIRD,
    VISIBILITY,
    answer,
    contents,
    full_answers,
    make_assessment,
    make_assignment,
    make_invitation,
    make_member,
    rows_of,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessment(company: Organisation) -> Assessment:
    return make_assessment(company)


@pytest.fixture
def browser(client_of: ClientOf, owner: User) -> Client:
    return client_of(owner)


@pytest.fixture
def theirs(client_of: ClientOf, respondent: User) -> Client:
    """The respondent's browser."""
    return client_of(respondent)


# --- the respondent has what was assigned ----------------------------------------------------------------------------


def test_of_all_questions_a_respondent_can_open_and_answer_exactly_the_assigned_ones(
    assessment: Assessment, respondent: User, theirs: Client, editor: User
) -> None:
    """By every address that a question has, whether the company is asked it or not, and whoever answered it before."""
    dice = random.Random(4)
    assigned = set(dice.sample(IDS, len(IDS) // 3))
    make_assignment(assessment, *assigned, to=respondent)
    make_assignment(assessment, *(set(IDS) - assigned), to=editor)
    for name in dice.sample(IDS, 20):
        answer(assessment, name, 1, by=editor, note="編集者の見立て")
    revisions = {name: row.revision for name, row in rows_of(assessment).items()}
    opened: dict[str, set[str]] = {"card": set(), "page": set(), "saved": set(), "refused": set()}
    for name in IDS:
        path = place(assessment, f"q/{name}")
        found = {
            "card": theirs.get(path, headers={"HX-Request": "true"}).status_code == 200,
            "page": theirs.get(path).status_code == 302,
            "refused": htmx(theirs, assessment, name, choice="9").status_code == 422,
            "saved": htmx(theirs, assessment, name, choice="3", revision=str(revisions.get(name, 0))).status_code
            == 200,
        }
        for how, was_opened in found.items():
            if was_opened:
                opened[how].add(name)
    assert opened == {"card": assigned, "page": assigned, "saved": assigned, "refused": assigned}
    written = {name for name, row in rows_of(assessment).items() if row.updated_by_id == respondent.pk}
    assert written == assigned


def test_the_pages_show_the_assigned_questions_of_a_section_and_no_others(
    assessment: Assessment, respondent: User, theirs: Client
) -> None:
    make_assignment(assessment, FIRST, THIRD, ELSEWHERE, to=respondent)
    html = theirs.get(place(assessment, f"tasks/{VISIBILITY}")).content.decode()
    assert cards(html) == [FIRST, THIRD]
    assert current_catalog().questions[SECOND].text.ja not in html
    listed = theirs.get(tasks(assessment)).content.decode()
    assert "0 / 3 問" in listed
    assert "0 / 2 問" in listed
    assert "残り 3 問、あと 3 分ほど" in listed
    sections = {section.id for section in current_catalog().sections()}
    shown = {section for section in sections if f"tasks/{section}" in listed}
    assert shown == {VISIBILITY, current_catalog().section_of[ELSEWHERE].id}
    for section in sections - shown:
        assert theirs.get(place(assessment, f"tasks/{section}")).status_code == 404
    assert theirs.get(place(assessment, "tasks/Z")).status_code == 404


def test_a_respondent_sees_nothing_of_the_company_beside_their_questions(
    company: Organisation, assessment: Assessment, respondent: User, owner: User, theirs: Client
) -> None:
    make_assignment(assessment, FIRST, to=respondent)
    for name, given in full_answers().items():
        if name != FIRST:
            said = given.level if given.kind == "level" else given.kind
            answer(assessment, name, said, by=owner, reason=given.reason, note="社長だけの言葉")
    pages = [theirs.get(tasks(assessment)), theirs.get(place(assessment, f"tasks/{VISIBILITY}"))]
    pages += [htmx(theirs, assessment, choice="3", revision="0")]
    for page in pages:
        html = page.content.decode()
        assert page.status_code == 200
        assert "社長だけの言葉" not in html
        assert owner.name not in html
        assert set(re.findall(r"(\d+) / (\d+) 問", html)) <= {("0", "1"), ("1", "1")}
        for forbidden in ("result", "submit", "contents", f"/o/{company.pk}/people", "/s/"):
            assert f'href="/o/{company.pk}/a/{assessment.pk}/{forbidden}' not in html
        assert f'href="/o/{company.pk}/"' not in html
    for rest in ("", f"s/{VISIBILITY}", "submit", "result", "version", "carried", "reopen", "assign", "review"):
        assert theirs.get(place(assessment, rest)).status_code in (403, 405), rest
    for rest in ("", "company", "people", "sharing", "log"):
        assert theirs.get(f"/o/{company.pk}/{rest}").status_code == 403, rest


def test_a_save_brings_the_progress_of_the_persons_own_questions(
    assessment: Assessment, respondent: User, theirs: Client, owner: User
) -> None:
    make_assignment(assessment, FIRST, THIRD, to=respondent)
    answer(assessment, SECOND, 3, by=owner)
    html = htmx(theirs, assessment, choice="3", revision="0").content.decode()
    assert 'id="section-progress" hx-swap-oob="true"' in html
    assert "1 / 2 問" in html


def test_without_javascript_an_answer_leads_back_to_the_persons_own_page(
    assessment: Assessment, respondent: User, theirs: Client
) -> None:
    make_assignment(assessment, FIRST, THIRD, to=respondent)
    own = place(assessment, f"tasks/{VISIBILITY}")
    response = theirs.post(place(assessment, f"q/{FIRST}"), {"choice": "3", "revision": "0"})
    assert response.headers["Location"] == f"{own}#{FIRST}"
    assert "回答を保存しました" in theirs.get(own).content.decode()
    assert theirs.get(place(assessment, f"q/{FIRST}")).headers["Location"] == f"{own}#{FIRST}"
    refused = theirs.post(place(assessment, f"q/{THIRD}"), {"choice": "na", "note": "書いたもの", "revision": "0"})
    assert refused.status_code == 422
    assert cards(refused.content.decode()) == [FIRST, THIRD]
    assert "書いたもの" in refused.content.decode()


def test_the_card_alone_has_the_number_that_it_has_on_the_persons_page(
    assessment: Assessment, respondent: User, theirs: Client
) -> None:
    make_assignment(assessment, FIRST, THIRD, to=respondent)
    card = theirs.get(place(assessment, f"q/{THIRD}"), headers={"HX-Request": "true"}).content.decode()
    assert "質問 2・" in card
    assert "fieldset" in card
    assert "disabled" not in card


def test_two_people_on_one_question_both_see_both_answers(
    assessment: Assessment, respondent: User, theirs: Client, owner: User
) -> None:
    make_assignment(assessment, FIRST, to=respondent)
    answer(assessment, FIRST, 1, by=owner, note="社長の見立て")
    response = htmx(theirs, assessment, choice="4", note="購買の見立て", revision="0")
    assert (response.status_code, response.headers["X-Save-State"]) == (409, "conflict")
    html = response.content.decode()
    for words in ("社長の見立て", "購買の見立て", "?place=tasks"):
        assert words in html
    plain = theirs.post(place(assessment, f"q/{FIRST}"), {"choice": "4", "note": "購買の見立て", "revision": "0"})
    assert plain.status_code == 409
    assert cards(plain.content.decode()) == [FIRST]
    assert htmx(theirs, assessment, choice="4", revision="0", over="1").status_code == 200
    assert rows_of(assessment)[FIRST].level == 4


def test_a_question_that_is_not_asked_any_more_is_kept_while_somebody_writes(
    company: Organisation, assessment: Assessment, respondent: User, theirs: Client
) -> None:
    make_assignment(assessment, FIRST, ONLY_MAKERS, to=respondent)
    company.facts = {}
    company.save()
    own = place(assessment, f"tasks/{VISIBILITY}")
    assert cards(theirs.get(own).content.decode()) == [FIRST]
    late = theirs.post(place(assessment, f"q/{ONLY_MAKERS}"), {"choice": "na", "revision": "0"})
    assert cards(late.content.decode()) == [FIRST, ONLY_MAKERS], "what was typed is still there"
    assert htmx(theirs, assessment, ONLY_MAKERS, choice="2", revision="0").status_code == 200
    assert cards(theirs.get(own).content.decode()) == [FIRST, ONLY_MAKERS], "an answer does not vanish"


def test_somebody_asked_as_a_colleague_and_by_invitation_has_each_question_once(
    browser: Client, company: Organisation, assessment: Assessment, client_of: ClientOf
) -> None:
    made = make_invitation(company, Role.RESPONDENT, ADDRESS)
    tanaka = make_member(company, Role.RESPONDENT, "tanaka@home.example", name="田中")
    Invitation.unscoped.filter(pk=made.pk).update(accepted_by=tanaka, accepted_at=timezone.now())
    rows = [*make_assignment(assessment, FIRST, SECOND, to=made), *make_assignment(assessment, FIRST, to=tanaka)]
    own = client_of(tanaka)
    assert cards(own.get(place(assessment, f"tasks/{VISIBILITY}")).content.decode()) == [FIRST, SECOND]
    ask(browser, assessment, who=of(tanaka), questions=[SECOND])
    assert Assignment.unscoped.count() == 3
    html = browser.get(place(assessment, "assign")).content.decode()
    assert all(f'value="{row.pk}"' in html for row in rows), "withdrawing all takes back both"


# --- before, after and elsewhere -------------------------------------------------------------------------------------


def test_who_was_asked_nothing_is_told_so(company: Organisation, theirs: Client, assessment: Assessment) -> None:
    html = theirs.get(tasks(assessment)).content.decode()
    assert "頼まれている設問はありません" in html


def test_after_the_submission_the_answers_are_there_to_read_only(
    company: Organisation, assessment: Assessment, respondent: User, owner: User, theirs: Client
) -> None:
    make_assignment(assessment, FIRST, to=respondent)
    answer(assessment, FIRST, 3, by=respondent, note="わたしのメモ")
    with scope(company.pk):
        services.submit(company, assessment.pk, by=owner)
    assert "この診断は提出されました" in theirs.get(tasks(assessment)).content.decode()
    html = theirs.get(place(assessment, f"tasks/{VISIBILITY}")).content.decode()
    assert "わたしのメモ" in html
    assert "disabled" in html
    assert "autosave.js" not in html
    before = contents()
    assert htmx(theirs, assessment, choice="4", revision="1").headers["X-Save-State"] == "closed"
    assert contents() == before


def test_after_a_move_to_a_new_version_the_page_says_so(
    assessment: Assessment, respondent: User, theirs: Client
) -> None:
    make_assignment(assessment, FIRST, to=respondent)
    answer(assessment, FIRST, 3, by=respondent)
    Assessment.unscoped.update(status="superseded")
    assert "新しい版の設問票に移りました" in theirs.get(tasks(assessment)).content.decode()


def test_the_open_assessment_comes_before_an_older_one(
    company: Organisation, assessment: Assessment, respondent: User, owner: User, theirs: Client
) -> None:
    make_assignment(assessment, FIRST, to=respondent)
    answer(assessment, FIRST, 3, by=respondent)
    with scope(company.pk):
        services.submit(company, assessment.pk, by=owner)
    later = make_assessment(company)
    assert str(assessment.pk) in theirs.get(tasks(assessment)).content.decode()
    make_assignment(later, SECOND, to=respondent)
    html = theirs.get(tasks(assessment)).content.decode()
    assert str(later.pk) in html
    assert str(assessment.pk) not in html


def test_who_answers_in_two_companies_has_the_questions_of_each_in_its_place(
    company: Organisation, assessment: Assessment, elsewhere: Organisation, respondent: User, theirs: Client
) -> None:
    make_assignment(assessment, FIRST, to=respondent)
    other = make_assessment(elsewhere)
    Membership.objects.create(user=respondent, organisation=elsewhere, role=Role.RESPONDENT)
    make_assignment(other, SECOND, to=respondent)
    assert cards(theirs.get(place(other, f"tasks/{VISIBILITY}")).content.decode()) == [SECOND]
    crossed = f"/o/{company.pk}/a/{other.pk}/"
    for rest in (f"tasks/{VISIBILITY}", f"q/{SECOND}", f"q/{FIRST}"):
        assert theirs.get(crossed + rest).status_code == 404
        assert theirs.post(crossed + rest, {"choice": "1"}).status_code in (404, 405)


def test_who_is_taken_out_of_the_company_has_nothing_any_more(
    company: Organisation, assessment: Assessment, respondent: User, theirs: Client
) -> None:
    make_assignment(assessment, FIRST, to=respondent)
    Membership.objects.filter(user=respondent).delete()
    for response in (theirs.get(tasks(assessment)), htmx(theirs, assessment, choice="3", revision="0")):
        assert response.status_code == 404


@pytest.mark.parametrize("who", ["owner", "editor"])
def test_who_answers_everything_has_a_page_of_their_own_questions_too(
    assessment: Assessment, owner: User, editor: User, client_of: ClientOf, who: str
) -> None:
    person = {"owner": owner, "editor": editor}[who]
    make_assignment(assessment, FIRST, THIRD, to=person)
    client = client_of(person)
    own = place(assessment, f"tasks/{VISIBILITY}")
    html = client.get(own).content.decode()
    assert cards(html) == [FIRST, THIRD]
    assert '<input type="hidden" name="place" value="tasks">' in html
    assert "1 / 2 問" in htmx(client, assessment, choice="3", revision="0", place="tasks").content.decode()
    assert "2 / 6 問" in htmx(client, assessment, SECOND, choice="3", revision="0").content.decode()
    back = client.post(place(assessment, f"q/{THIRD}"), {"choice": "3", "revision": "0", "place": "tasks"})
    assert back.headers["Location"] == f"{own}#{THIRD}"
    taken_back = htmx(client, assessment, SECOND, choice="2", revision="1", place="tasks")
    assert taken_back.status_code == 200, "an assignment that was withdrawn meanwhile loses them nothing"


def test_a_viewer_answers_nothing_although_something_was_assigned_before(
    assessment: Assessment, viewer: User, client_of: ClientOf
) -> None:
    make_assignment(assessment, FIRST, to=viewer)
    client = client_of(viewer)
    for response in (client.get(tasks(assessment)), htmx(client, assessment, choice="3", revision="0")):
        assert response.status_code == 403
    assert rows_of(assessment) == {}


# --- what it costs ---------------------------------------------------------------------------------------------------


def cost(client: Client, method: str, path: str, **typed: str) -> int:
    with CaptureQueriesContext(connection) as statements:
        response = getattr(client, method)(path, typed or None, headers={"HX-Request": "true"})
    assert response.status_code == 200, response.status_code
    return len(statements)


@pytest.mark.django_db(transaction=True)
def test_a_respondents_save_costs_one_statement_more_than_an_owners(
    assessment: Assessment, owner: User, respondent: User, client_of: ClientOf
) -> None:
    make_assignment(assessment, FIRST, SECOND, to=respondent)
    path = place(assessment, f"q/{FIRST}")
    assert cost(client_of(owner), "post", path, choice="3", revision="0") <= 8
    assert cost(client_of(respondent), "post", path, choice="2", revision="1") <= 9
    make_assignment(assessment, *IDS[5:60], to=respondent)
    assert cost(client_of(respondent), "post", path, choice="1", revision="2") <= 9


def test_no_page_costs_more_for_more_people_and_questions(
    company: Organisation, assessment: Assessment, owner: User, respondent: User, client_of: ClientOf
) -> None:
    paths = [
        (client_of(owner), place(assessment, "assign"), 12),
        (client_of(respondent), tasks(assessment), 9),
        (client_of(respondent), place(assessment, f"tasks/{VISIBILITY}"), 9),
    ]

    def costs() -> list[int]:
        return [cost(client, "get", path) for client, path, _limit in paths]

    make_assignment(assessment, FIRST, to=respondent)
    before = costs()
    everyone: Collection[Any] = [*(make_member(company, Role.EDITOR) for _ in range(3)), make_invitation(company)]
    for holder in everyone:
        make_assignment(assessment, *IDS[:40], to=holder)
    make_assignment(assessment, *IDS[1:80], to=respondent)
    for name in IDS[:30]:
        answer(assessment, name, 2, by=owner)
    assert costs() == before
    assert all(found <= limit for found, (_client, _path, limit) in zip(before, paths, strict=True))
