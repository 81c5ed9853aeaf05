"""Answers files: what is read, and what is refused so that nothing of the file is taken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.answers_file import AnswersFile, Company, catalog_ref, entry_of, parse_json, read_answers
from assessments.scoring.answers import Answer
from guidance.problems import InputRefused
from tests.catalogs import careful, make_question, one_axis

pytestmark = pytest.mark.pure

CATALOG = one_axis(make_question("Q-1"), make_question("Q-2"), make_question("Q-3"))
text = st.text(max_size=30)
answers = st.one_of(
    st.builds(Answer.at, st.integers(0, 4), text),
    st.builds(Answer.unknown, text),
    st.builds(Answer.not_applicable, st.text(min_size=1, max_size=30).map(str.strip).filter(bool), text),
)


def read(**data: Any) -> AnswersFile:
    return read_answers({"answers": {}, **data}, CATALOG, "a.json")


def faults(**data: Any) -> list[tuple[str, str]]:
    """Place and English wording of every fault."""
    with pytest.raises(InputRefused) as caught:
        read(**data)
    assert all(problem.file == "a.json" and problem.ja for problem in caught.value.problems)
    return [(problem.where, problem.en) for problem in caught.value.problems]


def test_a_file_is_read_with_company_profile_and_answers() -> None:
    found = read(
        catalog="tiny@1",
        company={
            "name": "株式会社けいあん",
            "corporate_number": "７０００－０１２０－５０００２",
            "profile": {"industry": "E", "employees": 120, "exports": True, "own_fact": "x"},
        },
        answers={
            "Q-1": {"level": 3, "note": "一覧表あり"},
            "Q-2": {"unknown": True},
            "Q-3": {"na": " 部材を輸入していない "},
        },
    )
    assert found.catalog == "tiny@1"
    assert found.company.corporate_number == "7000012050002"
    assert dict(found.company.profile) == {"industry": "E", "employees": 120, "exports": True, "own_fact": "x"}
    assert found.answers == {
        "Q-1": Answer.at(3, "一覧表あり"),
        "Q-2": Answer.unknown(),
        "Q-3": Answer.not_applicable("部材を輸入していない"),
    }


def test_a_company_may_stay_unnamed() -> None:
    assert read().company == Company()
    assert read(company={"name": "", "corporate_number": ""}).company == Company()


@careful
@given(st.dictionaries(st.sampled_from(list(CATALOG.questions)), answers))
def test_answers_that_are_written_out_are_read_back(given_: dict[str, Answer]) -> None:
    written = json.dumps({"answers": {name: entry_of(answer) for name, answer in given_.items()}})
    assert read_answers(parse_json(written, "a.json"), CATALOG, "a.json").answers == given_


@pytest.mark.parametrize(
    ("entry", "where", "said"),
    [
        ({"level": 5}, ".level", "a level is 0 to 4"),
        ({"level": -1}, ".level", "a level is 0 to 4"),
        ({"level": "3"}, ".level", "a level is 0 to 4"),
        ({"level": 3.0}, ".level", "a level is 0 to 4"),
        ({"level": True}, ".level", "a level is 0 to 4"),
        ({"level": None}, ".level", "a level is 0 to 4"),
        ({"level": 3, "unknown": True}, "", "exactly one of"),
        ({"level": 3, "na": "なし"}, "", "exactly one of"),
        ({"unknown": True, "na": "なし"}, "", "exactly one of"),
        ({}, "", "exactly one of"),
        ({"note": "あとで"}, "", "exactly one of"),
        ({"unknown": False}, ".unknown", "only true"),
        ({"unknown": 1}, ".unknown", "only true"),
        ({"na": ""}, ".na", "write the reason"),
        ({"na": " \u3000"}, ".na", "write the reason"),
        ({"na": True}, ".na", "write the reason"),
        ({"level": 3, "note": 3}, ".note", "at most 2000"),
        ({"level": 3, "note": "あ" * 2001}, ".note", "at most 2000"),
        ({"level": 3, "lvl": 3}, ".lvl", "unknown key"),
        (3, "", "write an object such as"),
        (None, "", "write an object such as"),
    ],
)
def test_a_faulty_entry_is_refused_by_name(entry: Any, where: str, said: str) -> None:
    [(place, words)] = faults(answers={"Q-1": {"level": 0}, "Q-2": entry})
    assert place == f"answers.Q-2{where}"
    assert said in words


def test_the_longest_note_is_accepted() -> None:
    assert len(read(answers={"Q-1": {"level": 0, "note": "あ" * 2000}}).answers["Q-1"].note) == 2000


def test_an_unknown_question_is_refused_with_the_nearest_name() -> None:
    [(place, words)] = faults(answers={"Q-4": {"level": 3}})
    assert place == "answers.Q-4"
    assert "tiny@1 has no such question (did you mean Q-" in words


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"answers": []}, "answers"),
        ({"answers": None}, "answers"),
        ({"company": []}, "company"),
        ({"company": {"name": 3}}, "company.name"),
        ({"company": {"phone": "03"}}, "company.phone"),
        ({"company": {"corporate_number": "7000012050003"}}, "company.corporate_number"),
        ({"company": {"corporate_number": "12"}}, "company.corporate_number"),
        ({"company": {"corporate_number": False}}, "company.corporate_number"),
        ({"company": {"profile": ["exports"]}}, "company.profile"),
        ({"company": {"profile": False}}, "company.profile"),
        ({"company": {"profile": {"exports": 1}}}, "company.profile.exports"),
        ({"company": {"profile": {"industry": "Z"}}}, "company.profile.industry"),
        ({"company": {"profile": {"employees": True}}}, "company.profile.employees"),
        ({"company": {"profile": {"employees": -1}}}, "company.profile.employees"),
        ({"company": {"profile": {"own_fact": [1]}}}, "company.profile.own_fact"),
        ({"catalog": 3}, "catalog"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_faulty_head_is_refused_by_name(data: dict[str, Any], where: str) -> None:
    assert [place for place, _ in faults(**data)] == [where]


def test_every_fault_is_told_at_once() -> None:
    found = faults(extra=1, company={"name": 1}, answers={"Q-1": {"level": 9}, "Q-2": {"na": ""}, "Q-9": {"x": 1}})
    assert [place for place, _ in found] == [
        "extra",
        "company.name",
        "answers.Q-1.level",
        "answers.Q-2.na",
        "answers.Q-9",
        "answers.Q-9.x",
        "answers.Q-9",
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('{"answers": {}', "not valid JSON"),
        ('{"answers": {}}}', "not valid JSON"),
        ("3", "one JSON object"),
        ('{"a": 1, "a": 2}', "stands twice"),
        ('{"a": [{"b": 1, "b": 2}]}', "stands twice"),
        ('{"a": ' + "9" * 5000 + "}", ""),
    ],
    ids=["cut off", "too long", "a number", "repeated key", "repeated key inside", "a number of 5000 digits"],
)
def test_text_that_is_no_single_json_object_is_refused(written: str, said: str) -> None:
    with pytest.raises(InputRefused) as caught:
        parse_json(written, "a.json")
    assert said in caught.value.problems[0].en


def test_broken_json_is_refused_with_its_line() -> None:
    with pytest.raises(InputRefused) as caught:
        parse_json('{"answers":\n  {"Q-1": }}', "a.json")
    assert (caught.value.problems[0].file, caught.value.problems[0].line) == ("a.json", 2)


def test_the_catalog_that_a_file_names_is_told_before_it_is_read() -> None:
    assert catalog_ref({"catalog": "tiny@1"}) == "tiny@1"
    assert catalog_ref({}) is None
    assert catalog_ref({"catalog": 3}) is None
