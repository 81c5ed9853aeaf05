"""The questionnaire that we ship: complete, bilingual, in our own words, and traced to the documents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from bench.library import make_library
from guidance.catalog import Catalog, Question, Text
from guidance.loading import LIBRARY
from guidance.registry import UnknownCatalog, current_catalog, find_catalog, get_catalog, library, open_library

pytestmark = pytest.mark.pure

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT.parent / "shared" / "seeds"
LONGEST_SHARED_RUN = 39
CLAUSES = {
    "management-guideline": 60,
    "corporate-governance-code": 10,
    "leakage-guidance": 30,
    "leakage-practice": 43,
}


@cache
def catalog() -> Catalog:
    return current_catalog()


@cache
def questions() -> tuple[Question, ...]:
    return tuple(catalog().questions.values())


def test_the_library_has_neither_problems_nor_remarks() -> None:
    assert [str(problem) for problem in library().problems] == []
    assert [str(remark) for loaded in library().catalogs.values() for remark in loaded.remarks] == []


def test_the_current_catalog_is_found_by_name_and_another_name_is_refused() -> None:
    assert get_catalog(catalog().ref) is catalog()
    assert find_catalog(None) is catalog()
    with pytest.raises(UnknownCatalog, match=re.escape(catalog().ref)):
        get_catalog("keian@1999")


def test_the_library_that_the_benchmarks_grow_from_it_is_sound_too(tmp_path: Path) -> None:
    grown = open_library(make_library(tmp_path, questions=100))
    assert [str(problem) for problem in grown.problems] == []
    assert len(grown.catalogs["bench@100"].catalog.questions) == 100


def test_the_documents_and_the_supplement_are_complete() -> None:
    assert {name: len(source.clauses) for name, source in library().sources.items()} == CLAUSES
    assert len(library().clauses) == sum(CLAUSES.values()), "a clause id stands in two documents"


# --- traceability -------------------------------------------------------------------------------------------------


def test_every_clause_that_a_document_says_or_is_reported_to_say_is_asked_about() -> None:
    citing = {clause: [q.id for q in questions() if clause in q.clauses] for clause in library().clauses}
    for clause, names in citing.items():
        print(f"{clause:<10} {library().clauses[clause].certainty}  {', '.join(names) or '-'}")
    missed = [name for name, clause in library().clauses.items() if clause.certainty in "AB" and not citing[name]]
    assert missed == []


def test_our_own_reading_is_never_the_only_ground_for_saying_that_a_document_says_so() -> None:
    certainties = {q.id: {library().clauses[c].certainty for c in q.clauses} for q in questions()}
    assert [q.id for q in questions() if q.basis == "clause" and "A" not in certainties[q.id]] == []
    assert [q.id for q in questions() if q.basis == "reported" and not certainties[q.id] & {"A", "B"}] == []


# --- actions ------------------------------------------------------------------------------------------------------


def test_every_action_is_led_to_by_a_question_that_it_raises() -> None:
    led_to = {name for question in questions() for name in question.actions}
    assert [action.id for action in catalog().actions if action.id not in led_to] == []
    raised = {action.id: {item.question for item in action.raises} for action in catalog().actions}
    assert [(q.id, name) for q in questions() for name in q.actions if q.id not in raised[name]] == []


def test_every_question_can_be_raised_to_level_3() -> None:
    best: Counter[str] = Counter()
    for action in catalog().actions:
        for item in action.raises:
            best[item.question] = max(best[item.question], item.to)
    assert [question.id for question in questions() if best[question.id] < 3] == []


def test_every_gate_can_be_opened_by_an_action() -> None:
    reached = {(item.question, to) for a in catalog().actions for item in a.raises for to in range(1, item.to + 1)}
    assert [q.id for q in questions() if q.gate and (q.id, q.gate.min_level) not in reached] == []


def test_no_action_raises_one_question_twice() -> None:
    twice = [a.id for a in catalog().actions if len({item.question for item in a.raises}) < len(a.raises)]
    assert twice == []


# --- the quick check ----------------------------------------------------------------------------------------------


def test_the_quick_check_has_four_questions_per_axis_for_any_company() -> None:
    counts = {axis.id: sum(question.quick for question in axis.questions()) for axis in catalog().axes}
    assert counts == {"autonomy": 4, "indispensability": 4, "governance": 4}
    assert [question.id for question in questions() if question.quick and question.applies_when] == []
    assert list(catalog().quick().questions) == [question.id for question in questions() if question.quick]


# --- texts --------------------------------------------------------------------------------------------------------


def texts_of(found: object, where: str) -> Iterator[tuple[str, Text]]:
    """Every text in a value of the catalog, with its place."""
    if isinstance(found, Text):
        yield where, found
    elif isinstance(found, tuple):
        for index, item in enumerate(found):
            yield from texts_of(item, f"{where}[{getattr(item, 'id', index)}]")
    elif hasattr(found, "__dataclass_fields__"):
        for name in found.__dataclass_fields__:
            yield from texts_of(getattr(found, name), f"{where}.{name}")


def test_every_text_is_in_japanese_and_english() -> None:
    found = [*texts_of(catalog(), "catalog"), *(t for s in library().sources.values() for t in texts_of(s, s.source))]
    assert len(found) > 1000
    assert [where for where, text in found if not text.ja.strip() or not (text.en or "").strip()] == []
    japanese = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
    assert [where for where, text in found if not japanese.search(text.ja)] == []


def test_english_texts_hold_no_japanese_sentence() -> None:
    kana = re.compile(r"[\u3040-\u309f]{4,}")
    assert [where for where, text in texts_of(catalog(), "catalog") if kana.search(text.en or "")] == []


def test_the_five_levels_of_a_question_are_five_different_states() -> None:
    for question in questions():
        assert len({level.ja for level in question.levels}) == 5, question.id
        assert len({level.en for level in question.levels}) == 5, question.id


def test_no_two_questions_ask_the_same() -> None:
    for language in ("ja", "en"):
        repeated = [words for words, n in Counter(q.text.get(language) for q in questions()).items() if n > 1]
        assert repeated == []


def test_no_question_passes_itself_off_as_the_checklist_of_the_guideline() -> None:
    claim = re.compile(
        r"(ガイドライン|経済産業省|経産省)[^。]*(チェックリスト|点検表)|公式[^。]*(チェック|設問)|"
        r"(guidelines?|METI)[^.]*check-?\s?list|official (check-?\s?list|question)",
        re.IGNORECASE,
    )
    denial = re.compile(r"別のもの|separate")
    found = [
        f"{where}: {sentence}"
        for where, text in texts_of(questions(), "questions")
        for sentence in re.split(r"(?<=[。.])", f"{text.ja}{text.en or ''}")
        if claim.search(sentence) and not denial.search(sentence)
    ]
    assert found == []


def strings_in(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key != "url":
                yield from strings_in(value)
    elif isinstance(data, list):
        for item in data:
            yield from strings_in(item)
    elif isinstance(data, str):
        yield data


if SEEDS.is_dir():  # the texts that we may not copy are not part of the repository

    def test_no_run_of_40_characters_is_copied_from_the_documents() -> None:
        def squeeze(text: str) -> str:
            return re.sub(r"\s+", "", text)

        size = LONGEST_SHARED_RUN + 1
        seen: set[str] = set()
        for file in sorted(path for path in SEEDS.rglob("*") if path.is_file()):
            text = squeeze(file.read_text(encoding="utf-8", errors="replace"))
            seen.update(text[start : start + size] for start in range(len(text) - size + 1))
        assert seen, "the seeds are empty"
        copied = []
        for file in sorted(LIBRARY.rglob("*.yaml")):
            for words in strings_in(yaml.safe_load(file.read_text(encoding="utf-8"))):
                text = squeeze(words)
                if any(text[start : start + size] in seen for start in range(len(text) - size + 1)):
                    copied.append(f"{file.name}: {words[:60]}")
        assert copied == []
