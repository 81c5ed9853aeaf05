"""The questionnaire's pages: answering with and without htmx, conflicts, refusals, and what the page then shows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from assessments.models import Assessment
from assessments.scoring.answers import Answer
from guidance.registry import current_catalog
from organisations.models import Organisation, User
from organisations.scoping import scope
from tests.builders import (
    FIRST,
    ONLY_MAKERS,
    SECOND,
    VISIBILITY,
    answer,
    contents,
    make_assessment,
    make_organisation,
    make_submission,
    rows_of,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessment(company: Organisation) -> Assessment:
    return make_assessment(company)


@pytest.fixture
def browser(client_of: ClientOf, editor: User) -> Client:
    return client_of(editor)


def place(assessment: Assessment, rest: str = "") -> str:
    return f"/o/{assessment.organisation_id}/a/{assessment.pk}/{rest}"


def htmx(client: Client, assessment: Assessment, question: str = FIRST, **typed: Any) -> HttpResponse:
    return client.post(place(assessment, f"q/{question}"), typed, headers={"HX-Request": "true"})


def plain(client: Client, assessment: Assessment, question: str = FIRST, **typed: Any) -> HttpResponse:
    return client.post(place(assessment, f"q/{question}"), typed)


def checked(response: HttpResponse, question: str = FIRST) -> list[str]:
    """The values of the radio buttons that are chosen in this question's card."""
    return re.findall(r'name="choice" value="(\w+)" checked', card(response, question))


def card(response: HttpResponse, question: str = FIRST) -> str:
    found = re.search(rf'<section class="question" id="{question}">.*?</section>', response.content.decode(), re.S)
    assert found, f"{question} is not on the page"
    return found[0]


# --- with htmx -------------------------------------------------------------------------------------------------------


def test_an_htmx_answer_is_saved_and_says_so_with_its_new_revision(browser: Client, assessment: Assessment) -> None:
    response = htmx(browser, assessment, choice="3", note="表あり", revision="0")
    assert response.status_code == 200
    assert response.headers["X-Save-State"] == "saved"
    assert rows_of(assessment)[FIRST].level == 3
    html = response.content.decode()
    assert '<input type="hidden" name="revision" value="1">' in html
    assert "保存済み" in html
    assert "<html" not in html


def test_an_htmx_answer_brings_the_progress_of_its_section_out_of_band(browser: Client, assessment: Assessment) -> None:
    html = htmx(browser, assessment, choice="3", revision="0").content.decode()
    assert 'id="section-progress" hx-swap-oob="true"' in html
    assert "1 / 6 問" in html


def test_the_same_htmx_answer_twice_keeps_its_revision(browser: Client, assessment: Assessment) -> None:
    htmx(browser, assessment, choice="3", revision="0")
    again = htmx(browser, assessment, choice="3", revision="0")
    assert (again.status_code, again.headers["X-Save-State"]) == (200, "saved")
    assert 'name="revision" value="1"' in again.content.decode()
    assert rows_of(assessment)[FIRST].revision == 1


def test_an_htmx_conflict_shows_both_answers_and_overwrites_nothing(
    browser: Client, assessment: Assessment, owner: User
) -> None:
    answer(assessment, FIRST, 1, by=owner, note="社長の見立て")
    before = contents()
    response = htmx(browser, assessment, choice="4", note="購買の見立て", revision="0")
    assert (response.status_code, response.headers["X-Save-State"]) == (409, "conflict")
    html = response.content.decode()
    levels = current_catalog().questions[FIRST].levels
    for words in ("社長の見立て", "購買の見立て", levels[1].ja, levels[4].ja, str(owner)):
        assert words in html
    assert 'name="revision" value="0"' in html, "the answer is still written on top of what this person read"
    assert 'name="over" value="1"' in html
    assert contents() == before


def test_a_person_may_decide_to_replace_the_other_answer(browser: Client, assessment: Assessment, owner: User) -> None:
    answer(assessment, FIRST, 1, by=owner)
    response = htmx(browser, assessment, choice="4", revision="0", over="1")
    assert response.headers["X-Save-State"] == "saved"
    row = rows_of(assessment)[FIRST]
    assert (row.level, row.revision) == (4, 2)


def test_the_decision_to_replace_holds_only_for_the_answer_that_was_shown(
    browser: Client, assessment: Assessment, owner: User
) -> None:
    answer(assessment, FIRST, 1, by=owner)
    answer(assessment, FIRST, 2, by=owner)
    response = htmx(browser, assessment, choice="4", revision="0", over="1")
    assert (response.status_code, response.headers["X-Save-State"]) == (409, "conflict")
    assert 'name="over" value="2"' in response.content.decode()
    assert rows_of(assessment)[FIRST].level == 2


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"choice": "na"}, "理由を書いてください"),
        ({"choice": "na", "reason": " \u3000"}, "理由を書いてください"),
        ({"choice": "5"}, "選べるのは"),
        ({"choice": "-1"}, "選べるのは"),
        ({"choice": "3.0"}, "選べるのは"),
        ({"choice": "３"}, "選べるのは"),
        ({"choice": "3", "note": "長" * 2001}, "2000文字まで"),
        ({"choice": "na", "reason": "長" * 501}, "500文字まで"),
        ({"choice": "3", "note": "a\x00b"}, ""),
        ({"choice": "3", "revision": "-1"}, ""),
        ({"choice": "3", "revision": "one"}, ""),
    ],
    ids=["na", "na, blanks", "5", "-1", "3.0", "full-width", "note", "reason", "NUL", "revision -1", "revision one"],
)
def test_a_bad_htmx_answer_is_refused_with_a_reason_and_saves_nothing(
    browser: Client, assessment: Assessment, typed: dict[str, str], message: str
) -> None:
    before = contents()
    response = htmx(browser, assessment, **{"revision": "0", **typed})
    assert (response.status_code, response.headers["X-Save-State"]) == (422, "error")
    html = response.content.decode()
    assert message in html
    assert 'role="alert"' in html
    assert 'name="revision" value="0"' in html
    assert contents() == before


def test_an_answer_of_the_longest_words_is_saved(browser: Client, assessment: Assessment) -> None:
    response = htmx(browser, assessment, choice="na", reason="長" * 500, note="長" * 2000, revision="0")
    assert response.headers["X-Save-State"] == "saved"


def test_an_htmx_answer_after_submit_is_refused_and_says_what_to_do(browser: Client, company: Organisation) -> None:
    submission = make_submission(company)
    before = contents()
    response = htmx(browser, submission.assessment, choice="4", note="あとから", revision="1")
    assert (response.status_code, response.headers["X-Save-State"]) == (409, "closed")
    assert "提出済みか" in response.content.decode()
    assert contents() == before


def test_an_answer_to_an_unknown_question_is_not_found(browser: Client, assessment: Assessment) -> None:
    before = contents()
    for send in (htmx, plain):
        response = send(browser, assessment, "A-VIS-99", choice="3", revision="0")
        assert response.status_code == 404
        assert "X-Save-State" not in response.headers
    assert contents() == before


def test_an_answer_without_a_session_does_not_claim_to_be_saved(assessment: Assessment) -> None:
    response = htmx(Client(), assessment, choice="3", revision="0")
    assert response.status_code == 302
    assert "X-Save-State" not in response.headers
    assert rows_of(assessment) == {}


def test_words_that_were_typed_cannot_become_markup(browser: Client, assessment: Assessment, owner: User) -> None:
    answer(assessment, FIRST, 1, by=owner, note="<img src=x onerror=alert(1)>")
    html = htmx(browser, assessment, choice="4", note="<script>x</script>", revision="0").content.decode()
    assert "<img" not in html
    assert "<script" not in html
    assert "&lt;script&gt;" in html


# --- without JavaScript ----------------------------------------------------------------------------------------------


def test_a_plain_answer_is_saved_and_leads_back_to_its_question(browser: Client, assessment: Assessment) -> None:
    response = plain(browser, assessment, choice="2", note="表あり", revision="0")
    assert response.status_code == 302
    assert response.headers["Location"] == place(assessment, f"s/{VISIBILITY}") + f"#{FIRST}"
    page = browser.get(response.headers["Location"])
    assert "回答を保存しました" in page.content.decode()
    assert checked(page) == ["2"]
    assert "表あり" in card(page)


@pytest.mark.parametrize(
    ("typed", "message", "kept"),
    [
        ({"choice": "na", "note": "輸入は商社"}, "理由を書いてください", ["na"]),
        ({"choice": "9", "note": "輸入は商社"}, "選べるのは", []),
    ],
)
def test_a_refused_plain_answer_gives_the_page_with_what_was_typed(
    browser: Client, assessment: Assessment, typed: dict[str, str], message: str, kept: list[str]
) -> None:
    answer(assessment, SECOND, 3, note="別の設問")
    before = contents()
    response = plain(browser, assessment, revision="0", **typed)
    assert response.status_code == 422
    assert message in card(response)
    assert "輸入は商社" in card(response)
    assert checked(response) == kept
    assert checked(response, SECOND) == ["3"], "the other questions show what is saved"
    assert contents() == before


def test_a_plain_conflict_gives_the_page_with_both_answers(
    browser: Client, assessment: Assessment, owner: User
) -> None:
    answer(assessment, FIRST, 1, by=owner, note="社長の見立て")
    before = contents()
    response = plain(browser, assessment, choice="4", note="購買の見立て", revision="0")
    assert response.status_code == 409
    assert "社長の見立て" in card(response)
    assert "購買の見立て" in card(response)
    assert checked(response) == ["4"]
    assert 'name="over" value="1"' in card(response)
    assert contents() == before


def test_a_plain_answer_after_submit_keeps_the_typed_text_on_the_page(browser: Client, company: Organisation) -> None:
    submission = make_submission(company)
    before = contents()
    response = plain(browser, submission.assessment, choice="4", note="あとから書いた", revision="1")
    assert response.status_code == 409
    assert "提出済みか" in card(response)
    assert "あとから書いた" in card(response)
    assert checked(response) == ["4"]
    assert contents() == before


# --- one card --------------------------------------------------------------------------------------------------------


def test_a_card_is_a_fragment_for_htmx_and_a_place_on_the_page_otherwise(
    browser: Client, assessment: Assessment
) -> None:
    answer(assessment, FIRST, 3, note="表あり")
    address = place(assessment, f"q/{FIRST}")
    fragment = browser.get(address, headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    assert "<html" not in fragment.content.decode()
    assert checked(fragment) == ["3"]
    assert 'name="revision" value="1"' in card(fragment)
    whole = browser.get(address)
    assert whole.headers["Location"] == place(assessment, f"s/{VISIBILITY}") + f"#{FIRST}"


def test_a_card_of_an_unknown_question_is_not_found(browser: Client, assessment: Assessment) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        assert browser.get(place(assessment, "q/A-VIS-99"), headers=headers).status_code == 404


def test_the_card_on_the_page_and_the_card_alone_are_the_same(browser: Client, assessment: Assessment) -> None:
    answer(assessment, SECOND, "na", reason="輸入なし")
    page = browser.get(place(assessment, f"s/{VISIBILITY}"))
    alone = browser.get(place(assessment, f"q/{SECOND}"), headers={"HX-Request": "true"})

    def without_token(html: str) -> str:
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)

    assert without_token(card(alone, SECOND)) == without_token(card(page, SECOND))


# --- a section, and the contents -------------------------------------------------------------------------------------


def test_a_section_shows_every_question_with_its_saved_answer(browser: Client, assessment: Assessment) -> None:
    answer(assessment, FIRST, "unknown")
    answer(assessment, SECOND, "na", reason="輸入なし")
    page = browser.get(place(assessment, f"s/{VISIBILITY}"))
    assert page.status_code == 200
    assert checked(page, FIRST) == ["unknown"]
    assert checked(page, SECOND) == ["na"]
    assert 'value="輸入なし"' in card(page, SECOND)
    assert checked(page, ONLY_MAKERS) == []
    assert "2 / 6 問" in page.content.decode()


def test_a_section_that_does_not_exist_is_not_found(browser: Client, assessment: Assessment) -> None:
    for name in ("A.nothing", "A-VIS-01", "a.visibility"):
        assert browser.get(place(assessment, f"s/{name}")).status_code == 404


def test_a_question_that_does_not_apply_is_left_out_and_counted(client_of: ClientOf, owner: User) -> None:
    pages = {}
    for name, facts in (("maker", {"makes_products": True, "overseas_production": True}), ("trader", {})):
        organisation = make_organisation(owner=owner, facts=facts)
        pages[name] = client_of(owner).get(place(make_assessment(organisation), f"s/{VISIBILITY}")).content.decode()
    assert f'id="{ONLY_MAKERS}"' in pages["maker"]
    assert f'id="{ONLY_MAKERS}"' not in pages["trader"]
    assert "当てはまらないものとして省いています" not in pages["maker"]
    assert "3 問は当てはまらないものとして省いています" in pages["trader"]
    assert "0 / 4 問" in pages["trader"]


def test_the_contents_count_what_is_answered_and_what_is_left(browser: Client, company: Organisation) -> None:
    assessment = make_assessment(company, answers={FIRST: Answer.at(3), SECOND: Answer.unknown()})
    page = browser.get(place(assessment))
    progress = page.context["progress"].overall
    assert progress.done == 2
    html = page.content.decode()
    assert f"{progress.done} / {progress.total} 問" in html
    assert f"残り {progress.left} 問、あと {progress.minutes_left} 分ほど" in html
    assert place(assessment, f"s/{VISIBILITY}") in html


def test_a_viewer_reads_the_questionnaire_and_finds_nothing_to_press(
    client_of: ClientOf, viewer: User, editor: User, assessment: Assessment
) -> None:
    address = place(assessment, f"s/{VISIBILITY}")
    assert " disabled>" in card(client_of(viewer).get(address))
    assert " disabled>" not in card(client_of(editor).get(address))
    assert "この回答を保存" not in client_of(viewer).get(address).content.decode()


def test_a_submitted_questionnaire_is_for_reading_only(browser: Client, company: Organisation) -> None:
    submission = make_submission(company)
    page = browser.get(place(submission.assessment, f"s/{VISIBILITY}"))
    assert " disabled>" in card(page)
    assert "提出済みのため" in page.content.decode()


def test_every_section_of_the_catalog_can_be_opened(browser: Client, assessment: Assessment) -> None:
    catalog = browser.get(place(assessment)).context["catalog"]
    for section in catalog.sections():
        page = browser.get(place(assessment, f"s/{section.id}"))
        assert page.status_code == 200
        shown = set(re.findall(r'<section class="question" id="([^"]+)"', page.content.decode()))
        assert shown == {question.id for question in section.questions} & page.context["progress"].asked


def test_the_question_that_opens_a_clause_and_a_term_links_to_its_source(
    browser: Client, assessment: Assessment
) -> None:
    page = browser.get(place(assessment, f"s/{VISIBILITY}"))
    addresses = set(re.findall(r'href="(/guidance/clauses/[^"]+)"', page.content.decode()))
    assert addresses
    for address in addresses:
        assert Client().get(address).status_code == 200


def test_typed_text_is_kept_although_the_question_no_longer_applies(
    browser: Client, company: Organisation, assessment: Assessment
) -> None:
    """Somebody changes the company's facts while a colleague writes."""
    company.facts = {**company.facts, "makes_products": False}
    company.save()
    response = plain(browser, assessment, ONLY_MAKERS, choice="na", note="書いたもの", revision="0")
    assert response.status_code == 422
    assert "書いたもの" in response.content.decode()


def test_a_note_with_line_breaks_may_be_as_long_as_the_page_allows(browser: Client, assessment: Assessment) -> None:
    """A browser counts a line break once (maxlength) and sends it as two signs."""
    note = "一行\r\n" * 600  # 1,800 signs for the browser
    assert htmx(browser, assessment, choice="3", note=note, revision="0").status_code == 200


def test_what_was_answered_stays_inside_its_company(company: Organisation, elsewhere: Organisation) -> None:
    ours, theirs = make_assessment(company), make_assessment(elsewhere)
    answer(ours, FIRST, 3)
    answer(theirs, FIRST, 1)
    with scope(company.pk):
        assert [row.level for row in type(rows_of(ours)[FIRST]).objects.all()] == [3]
