"""Answers carried over to another version: what is unchanged is copied, the doubtful is asked, nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.carrying import carry, together
from assessments.drafts import Draft
from assessments.scoring.answers import Answer
from assessments.scoring.engine import score
from guidance.catalog import Axis, Catalog, Section
from guidance.diffing import Diff, compare
from guidance.registry import open_library
from tests.catalogs import all_answers, careful, catalogs
from tests.guidance import next_version as version
from tests.reports import samples

pytestmark = pytest.mark.pure


@pytest.fixture(scope="module")
def diff(tmp_path_factory: pytest.TempPathFactory) -> Diff:
    library = open_library(version.library_with_draft(tmp_path_factory.mktemp("next")))
    old, new = library.catalogs[version.OLD].catalog, library.catalogs[version.NEW].catalog
    return compare(old, new, library.migrations[version.OLD, version.NEW])


@pytest.fixture(scope="module")
def given_answers(diff: Diff) -> dict[str, Draft]:
    """An answer to every question of the old version."""
    found = samples.answers(diff.old)
    return {name: Draft.of(found.get(name, Answer.at(1))) for name in diff.old.questions}


def only(catalog: Catalog, names: Mapping[str, object] | set[str]) -> Catalog:
    """The catalog with these questions alone."""
    axes = []
    for axis in catalog.axes:
        sections = [
            Section(section.id, section.title, section.weight, kept)
            for section in axis.sections
            if (kept := tuple(question for question in section.questions if question.id in names))
        ]
        if sections:
            axes.append(Axis(axis.id, axis.title, tuple(sections)))
    return Catalog(schema=1, catalog=catalog.catalog, version=catalog.version, axes=tuple(axes))


def test_what_is_unchanged_renamed_or_declared_the_same_is_copied(
    diff: Diff, given_answers: Mapping[str, Draft]
) -> None:
    copied = carry(diff, given_answers).copied
    assert copied["A-VIS-01"] == given_answers["A-VIS-01"]
    assert copied[version.RENAMED_TO] == given_answers[version.RENAMED]
    assert copied[version.SAME_MEANING] == given_answers[version.SAME_MEANING]
    assert version.REWORDED not in copied


def test_the_doubtful_waits_for_a_person_with_the_answers_that_bear_on_it(
    diff: Diff, given_answers: Mapping[str, Draft]
) -> None:
    queued = {proposal.question: proposal for proposal in carry(diff, given_answers).queued}
    assert set(queued) == {version.REWORDED, version.LEVELS, *version.PARTS, version.WHOLE}
    assert set(queued[version.WHOLE].answers) == set(version.MERGED)
    assert all(queued[part].proposed == given_answers[version.SPLIT] for part in version.PARTS)


def test_every_answer_that_is_not_carried_is_listed(diff: Diff, given_answers: Mapping[str, Draft]) -> None:
    found = carry(diff, given_answers)
    assert set(found.kept) == {version.RETIRED}
    assert found.fresh == (version.FRESH,)
    copied_from = {diff.of_new[name].old[0].id for name in found.copied}
    assert copied_from | found.queued_from | set(found.kept) == set(given_answers)


def test_unchanged_questions_score_identically(diff: Diff) -> None:
    same = {change.new[0].id for change in diff.of_kind("unchanged") if not change.counted and not change.renamed}
    assert len(same) > 80
    answers = {name: answer for name, answer in samples.answers(diff.old).items() if name in same}
    carried = carry(diff, {name: Draft.of(answer) for name, answer in answers.items()}).copied
    moved = {name: draft.answer for name, draft in carried.items() if draft.answer}
    assert moved == answers
    before = score(only(diff.old, same), answers, samples.COMPANY.profile)
    after = score(only(diff.new, same), moved, samples.COMPANY.profile)
    assert before.axes == after.axes


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([Answer.at(3), Answer.at(1)], Answer.at(1)),
        ([Answer.at(3), Answer.unknown()], Answer.unknown()),
        ([Answer.at(3), Answer.not_applicable("輸入なし")], Answer.at(3)),
        ([Answer.not_applicable("輸入なし"), Answer.not_applicable("輸入なし")], Answer.not_applicable("輸入なし")),
    ],
)
def test_merged_answers_claim_no_more_than_any_of_them(answers: list[Answer], said: Answer) -> None:
    assert together([Draft.of(answer) for answer in answers]).answer == said


def test_the_words_of_merged_answers_are_joined_and_a_bare_note_is_no_answer() -> None:
    found = together([Draft(None, "一つめ"), Draft.of(Answer.at(2, "二つめ", "予定"))])
    assert (found.note, found.explanation) == ("一つめ\n二つめ", "予定")
    assert found.answer == Answer.at(2, "一つめ\n二つめ", "予定")
    assert together([Draft(None, "一つめ")]).answer is None


@careful
@given(st.data())
def test_no_answer_is_lost_between_any_two_versions(data: st.DataObject) -> None:
    old, new = data.draw(catalogs()), data.draw(catalogs())
    said = data.draw(st.dictionaries(st.sampled_from([*old.questions, "Q-gone"]), all_answers.map(Draft.of)))
    diff = compare(old, new)
    found = carry(diff, said)
    copied_from = [diff.of_new[name].old[0].id for name in found.copied]
    everything = [*copied_from, *found.queued_from, *found.kept]
    assert sorted(everything) == sorted(said)
    assert {*found.copied, *(proposal.question for proposal in found.queued)} <= set(new.questions)


def test_joined_words_fit_the_form_that_confirms_them() -> None:
    many = [
        Draft.of(Answer.not_applicable(f"{n}" + "理" * 400, "メ" * 1500 + str(n), "予" * 800 + str(n))) for n in (1, 2)
    ]
    found = together(many)
    assert found.answer is not None
    assert (len(found.note), len(found.explanation), len(found.answer.reason)) == (2000, 1000, 500)
