"""Which questions a choice means, and what of it somebody sees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.assigning import Choice, NotAsked, NothingMeant, by_department, meant, share
from guidance.registry import current_catalog

pytestmark = pytest.mark.pure

CATALOG = current_catalog()
IDS = list(CATALOG.questions)
SECTIONS = [section.id for section in CATALOG.sections()]
DEPARTMENTS = sorted({question.asked_of for question in CATALOG.questions.values()})
some_questions = st.frozensets(st.sampled_from(IDS))


@given(
    asked=some_questions,
    sections=st.frozensets(st.sampled_from(SECTIONS), max_size=4),
    departments=st.frozensets(st.sampled_from(DEPARTMENTS), max_size=3),
    data=st.data(),
)
def test_a_choice_means_what_is_asked_of_its_sections_departments_and_questions_together(
    asked: frozenset[str], sections: frozenset[str], departments: frozenset[str], data: st.DataObject
) -> None:
    questions = data.draw(st.frozensets(st.sampled_from(sorted(asked)))) if asked else frozenset()
    expected = {
        name
        for name in asked
        if name in questions
        or CATALOG.section_of[name].id in sections
        or CATALOG.questions[name].asked_of in departments
    }
    choice = Choice(sections, departments, questions)
    if not expected:
        with pytest.raises(NothingMeant):
            meant(CATALOG, asked, choice)
        return
    found = meant(CATALOG, asked, choice)
    assert set(found) == expected
    assert list(found) == [name for name in IDS if name in expected], "in the catalog's order, each once"


@pytest.mark.parametrize(
    "choice",
    [
        Choice(sections=frozenset({"Z.nothing"})),
        Choice(departments=frozenset({"kitchen"})),
        Choice(questions=frozenset({"A-VIS-99"})),
        Choice(questions=frozenset({"A-VIS-02"})),
        Choice(sections=frozenset({SECTIONS[0]}), questions=frozenset({""})),
    ],
    ids=["section", "department", "question", "question that is not asked", "empty id beside a good one"],
)
def test_a_choice_of_what_is_not_there_is_refused_as_a_whole(choice: Choice) -> None:
    with pytest.raises(NotAsked):
        meant(CATALOG, {"A-VIS-01"}, choice)


def test_every_fault_of_a_choice_is_named() -> None:
    choice = Choice(frozenset({"Z"}), frozenset({"kitchen"}), frozenset({"A-VIS-99", "A-VIS-01"}))
    with pytest.raises(NotAsked) as refused:
        meant(CATALOG, {"A-VIS-01"}, choice)
    assert refused.value.names == ("A-VIS-99", "Z", "kitchen")


@given(assigned=some_questions, asked=some_questions, answered=some_questions)
def test_a_share_is_what_was_assigned_and_is_asked_or_answered(
    assigned: frozenset[str], asked: frozenset[str], answered: frozenset[str]
) -> None:
    found = share(CATALOG, assigned, asked, answered)
    seen = [question.id for part in found.parts for question in part.questions]
    assert seen == [name for name in IDS if name in assigned and name in asked | answered]
    assert found.count.total == len(seen) == sum(part.count.total for part in found.parts)
    assert found.count.done == len(set(seen) & answered) == sum(part.count.done for part in found.parts)
    assert all(part.questions and part.count.total == len(part.questions) for part in found.parts)


@given(assigned=st.frozensets(st.sampled_from(IDS), min_size=1))
def test_the_parts_of_a_share_follow_one_another(assigned: frozenset[str]) -> None:
    found = share(CATALOG, assigned, set(IDS), ())
    walked, here = [found.parts[0]], found.parts[0]
    while (following := found.after(here.section.id)) is not None:
        walked.append(following)
        here = following
    assert tuple(walked) == found.parts
    assert all(found.part(part.section.id) == part for part in found.parts)
    assert found.part("Z") is None
    assert found.after("Z") is None


def test_departments_are_counted_by_what_the_company_is_asked() -> None:
    assert sum(by_department(CATALOG, IDS).values()) == len(IDS)
    assert by_department(CATALOG, []) == {}
