"""The library for readers: documents, clauses, the questions that ask them, the glossary. Open to everybody."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from guidance.registry import current_catalog, library

pytestmark = pytest.mark.django_db


def page(address: str) -> str:
    response = Client().get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_library_lists_every_document_with_a_page_of_its_own() -> None:
    html = page("/guidance/")
    assert library().sources
    for source in library().sources.values():
        assert source.title.ja in html
        assert f'href="/guidance/sources/{source.source}"' in html


@pytest.mark.parametrize("source_id", sorted(library().sources))
def test_a_document_shows_every_clause_with_its_certainty_and_the_questions_that_ask_it(source_id: str) -> None:
    html = page(f"/guidance/sources/{source_id}")
    for clause in library().sources[source_id].clauses:
        found = re.search(rf'<section class="clause" id="{re.escape(clause.id)}">.*?</section>', html, re.S)
        assert found, clause.id
        asked = {question.id for question in current_catalog().questions.values() if clause.id in question.clauses}
        assert set(re.findall(r"\(([AIG]-[A-Z]{3}-\d\d)\)", found[0])) == asked
        own = "文書の言葉ではありません" in found[0]
        assert own == (clause.certainty == "C"), f"{clause.id}: only A and B lines are what the document says"


def test_a_document_that_does_not_exist_is_not_found() -> None:
    for name in ("nothing", "management-guideline.yaml", ".."):
        assert Client().get(f"/guidance/sources/{name}").status_code == 404


def test_the_glossary_explains_every_term() -> None:
    html = page("/guidance/glossary")
    assert re.findall(r'<dt id="([^"]+)"', html) == [term.id for term in current_catalog().glossary]


def test_the_library_in_english_shows_english_texts() -> None:
    browser = Client()
    browser.post("/language", {"language": "en", "next": "/guidance/"})
    html = browser.get("/guidance/").content.decode()
    assert '<html lang="en">' in html
    for source in library().sources.values():
        assert (source.title.en or source.title.ja) in html.replace("&#x27;", "'").replace("&amp;", "&")
