"""The way of a report: who may sign when, the stage of the work, and what a report is made of."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advising.changes import changes, verified_entries
from advising.choices import FORMS, SECTIONS, chosen_sections, missing_words, needs
from advising.signing import (
    AFTER,
    LIVE,
    NothingToSign,
    NotNow,
    SamePerson,
    Signature,
    State,
    Step,
    UnderWay,
    require,
)
from advising.stages import OURS, Facts, Stage, stage_of
from assessments.answers_file import entry_of
from assessments.scoring.answers import Answer
from assessments.scoring.engine import score
from assessments.scoring.scorecard import to_json
from guidance.registry import get_catalog
from tests.catalogs import careful
from tests.reports import samples

pytestmark = pytest.mark.pure

ADVISOR, SUPERVISOR = 1, 2
CATALOG = get_catalog(samples.REF)

# --- signing ---------------------------------------------------------------------------------------------------------

TABLE: dict[tuple[State | None, Step], type[NotNow] | None] = {
    (None, Step.ADVISOR): None,
    (None, Step.SUPERVISOR): NothingToSign,
    (None, Step.CLIENT): NothingToSign,
    (State.SIGNED, Step.ADVISOR): UnderWay,
    (State.SIGNED, Step.SUPERVISOR): None,
    (State.SIGNED, Step.CLIENT): NothingToSign,
    (State.APPROVED, Step.ADVISOR): UnderWay,
    (State.APPROVED, Step.SUPERVISOR): NothingToSign,
    (State.APPROVED, Step.CLIENT): None,
    (State.RELEASED, Step.ADVISOR): None,
    (State.RELEASED, Step.SUPERVISOR): NothingToSign,
    (State.RELEASED, Step.CLIENT): NothingToSign,
    (State.RETURNED, Step.ADVISOR): None,
    (State.RETURNED, Step.SUPERVISOR): NothingToSign,
    (State.RETURNED, Step.CLIENT): NothingToSign,
}


def test_the_table_speaks_of_every_state_and_step() -> None:
    assert set(TABLE) == {(state, step) for state in (None, *State) for step in Step}


@pytest.mark.parametrize(("state", "step"), TABLE)
def test_a_step_can_be_made_when_it_is_its_turn_and_never_else(state: State | None, step: Step) -> None:
    refusal = TABLE[state, step]
    if refusal is None:
        require(state, step, signed_by=ADVISOR, person=SUPERVISOR)
    else:
        with pytest.raises(refusal):
            require(state, step, signed_by=ADVISOR, person=SUPERVISOR)


def test_who_signed_as_advisor_does_not_sign_as_supervisor() -> None:
    with pytest.raises(SamePerson):
        require(State.SIGNED, Step.SUPERVISOR, signed_by=ADVISOR, person=ADVISOR)
    require(State.APPROVED, Step.CLIENT, signed_by=ADVISOR, person=ADVISOR)  # somebody may head a client, too


def test_the_states_follow_each_other_to_the_release() -> None:
    assert [AFTER[step] for step in Step] == [State.SIGNED, State.APPROVED, State.RELEASED]
    assert set(LIVE) == {State.SIGNED, State.APPROVED}


def test_a_signature_is_stored_as_plain_data() -> None:
    made = Signature(Step.ADVISOR, "助 言太", "2026-11-26T10:00:00+09:00", 7)
    assert made.stored() == {"step": "advisor", "name": "助 言太", "at": "2026-11-26T10:00:00+09:00", "person": 7}


# --- stages ----------------------------------------------------------------------------------------------------------

OPEN = Facts(shares=True, submitted=True, reviewed=True)
FINISHED = replace(OPEN, finished=True)


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        (Facts(shares=False, submitted=False), Stage.NOT_SHARED),
        (Facts(shares=False, submitted=True), Stage.NOT_SHARED),
        (replace(FINISHED, shares=False, revision=State.RELEASED), Stage.NOT_SHARED),
        (Facts(shares=True, submitted=False), Stage.NOT_SUBMITTED),
        (Facts(shares=True, submitted=True), Stage.TO_REVIEW),
        (OPEN, Stage.IN_REVIEW),
        (replace(OPEN, asked=2), Stage.ASKED),
        (replace(OPEN, asked=2, replied=1), Stage.REPLIED),
        (replace(OPEN, replied=1), Stage.REPLIED),
        (replace(OPEN, revision=State.RELEASED), Stage.IN_REVIEW),
        (replace(FINISHED, asked=1, replied=1), Stage.TO_SIGN),
        (FINISHED, Stage.TO_SIGN),
        (replace(FINISHED, revision=State.SIGNED), Stage.WITH_SUPERVISOR),
        (replace(FINISHED, revision=State.APPROVED), Stage.WITH_CLIENT),
        (replace(FINISHED, revision=State.RELEASED), Stage.RELEASED),
        (replace(FINISHED, revision=State.RETURNED), Stage.TO_SIGN),
    ],
)
def test_the_stage_is_made_of_the_facts(facts: Facts, stage: Stage) -> None:
    assert stage_of(facts) is stage


def test_the_next_step_is_the_offices_unless_somebody_else_has_to_move_or_all_is_done() -> None:
    others = {Stage.NOT_SHARED, Stage.NOT_SUBMITTED, Stage.ASKED, Stage.WITH_CLIENT, Stage.RELEASED}
    assert set(Stage) - OURS == others


@careful
@given(
    st.builds(
        Facts,
        shares=st.booleans(),
        submitted=st.booleans(),
        reviewed=st.booleans(),
        finished=st.booleans(),
        asked=st.integers(0, 3),
        replied=st.integers(0, 3),
        revision=st.none() | st.sampled_from(State),
    )
)
def test_whatever_the_facts_there_is_one_stage_and_without_consent_it_says_nothing_else(facts: Facts) -> None:
    stage = stage_of(facts)
    assert stage in Stage
    assert (stage is Stage.NOT_SHARED) is not facts.shares


# --- choices ---------------------------------------------------------------------------------------------------------


def test_sections_stand_in_the_order_of_their_numbers() -> None:
    assert chosen_sections(["scores", "opinion", "trace"], {"scores": 2, "opinion": 3, "trace": 1}) == [
        "trace",
        "scores",
        "opinion",
    ]


def test_equal_numbers_stand_as_in_a_new_report_and_unknown_names_are_left_out() -> None:
    assert chosen_sections(["trace", "scores", "nonsense"], dict.fromkeys(SECTIONS, 5)) == ["scores", "trace"]
    assert chosen_sections(SECTIONS, {}) == list(SECTIONS)
    assert chosen_sections([], {"scores": 1}) == []


@careful
@given(st.sets(st.sampled_from(SECTIONS)), st.dictionaries(st.sampled_from(SECTIONS), st.integers(1, 99)))
def test_every_chosen_section_stands_once(wanted: set[str], order: dict[str, int]) -> None:
    made = chosen_sections(iter(wanted), order)
    assert sorted(made) == sorted(wanted)


@pytest.mark.parametrize(
    ("forms", "language", "needed"),
    [
        (["ja"], "ja", True),
        (["ja"], "en", False),
        (["en"], "en", True),
        (["en"], "ja", False),
        (["both"], "ja", True),
        (["both"], "en", True),
        (["ja", "en", "both"], "en", True),
        ([], "ja", False),
    ],
)
def test_a_language_is_needed_where_a_form_shows_it(forms: list[str], language: str, needed: bool) -> None:
    assert needs(forms, language) is needed


def action(name: str, ja: str = "", en: str = "") -> dict[str, str]:
    return {"id": name, "why_ja": ja, "why_en": en}


def missing(*forms: str, ja: str = "", en: str = "", actions: Any = (), with_opinion: bool = True) -> Any:
    return missing_words(forms, {"ja": ja, "en": en}, actions, with_opinion=with_opinion)


def test_a_text_in_one_language_is_missed_in_the_other_that_is_shown() -> None:
    assert missing("ja", ja="所見") == []
    assert missing("en", ja="所見") == [("opinion", "en")]
    assert missing("both", ja="所見") == [("opinion", "en")]
    assert missing("both", en="Opinion") == [("opinion", "ja")]
    assert missing("ja", "en", ja="所見", en="Opinion") == []


def test_a_text_of_spaces_is_none_and_a_text_in_no_language_is_not_missed() -> None:
    assert missing("both") == []
    assert missing("both", ja="  \n", en="\t") == []
    assert missing("both", ja="所見", en="  ") == [("opinion", "en")]


def test_a_text_whose_section_is_left_out_is_not_missed() -> None:
    assert missing("both", ja="所見", with_opinion=False) == []


def test_every_reason_that_is_missing_is_told_at_once() -> None:
    actions = [action("A-1", "理由"), action("A-2", en="Why"), action("A-3"), action("A-4", "理由", "Why")]
    assert missing("both", ja="所見", actions=actions) == [("A-2", "ja"), ("opinion", "en"), ("A-1", "en")]
    assert missing("ja", actions=actions) == [("A-2", "ja")]


@careful
@given(
    st.sets(st.sampled_from(FORMS)),
    st.sampled_from(["", "所見"]),
    st.sampled_from(["", "Opinion"]),
    st.lists(st.tuples(st.sampled_from(["", "理由"]), st.sampled_from(["", "Why"])), max_size=3),
)
def test_what_is_missing_is_shown_and_stands_in_the_other_language(
    forms: set[str], ja: str, en: str, reasons: list[tuple[str, str]]
) -> None:
    actions = [action(f"A-{number}", *reason) for number, reason in enumerate(reasons)]
    told = missing(*forms, ja=ja, en=en, actions=actions)
    texts = {"opinion": {"ja": ja, "en": en}} | {
        one["id"]: {"ja": one["why_ja"], "en": one["why_en"]} for one in actions
    }
    assert len(told) == len(set(told))
    for what, language in told:
        other = "en" if language == "ja" else "ja"
        assert (texts[what][language], bool(texts[what][other])) == ("", True)
        assert needs(sorted(forms), language)


# --- what changed between revisions ----------------------------------------------------------------------------------

ANSWERS = samples.answers(CATALOG)
FIRST, SECOND = (name for name in list(ANSWERS)[:2])


def finding(question: str, answer: Answer | None, *, comment: str = "", recommendation: str = "") -> dict[str, Any]:
    return {
        "question": question,
        "advisor": "助 言太",
        "answer": entry_of(answer) if answer else None,
        "quality": "said",
        "comment": {"ja": comment, "en": ""},
        "recommendation": {"ja": recommendation, "en": ""},
    }


def context(*findings: dict[str, Any], own: dict[str, Answer] | None = None, **others: Any) -> dict[str, Any]:
    """A frozen context with what `changes` reads."""
    answers = ANSWERS if own is None else own
    entries = {name: entry_of(answer) for name, answer in answers.items()}
    made: dict[str, Any] = {
        "catalog": CATALOG.ref,
        "number": 1,
        "answers": entries,
        "findings": list(findings),
        "office": {"name_ja": "窓口"},
        "sections": ["summary", "actions"],
        "languages": ["ja"],
        "text": {"ja": "所見", "en": ""},
        "actions": [],
        "revision": 1,
        "before": None,
        **others,
    }
    verified = {**answers}
    for one in findings:
        if one["answer"] is not None:
            entry = one["answer"]
            verified[one["question"]] = Answer.at(entry["level"]) if "level" in entry else Answer.unknown()
    made["verified"] = to_json(score(CATALOG, verified, samples.COMPANY.profile))
    return made


def since(before: dict[str, Any], now: dict[str, Any]) -> Any:
    return changes({**now, "revision": 2, "before": before}, CATALOG)


def test_a_first_revision_has_nothing_before_it() -> None:
    assert changes(context(), CATALOG) is None


def test_the_same_again_says_that_nothing_changed() -> None:
    before = context(finding(FIRST, Answer.at(1), comment="見た"))
    found = since(before, copy.deepcopy(before))
    assert found is not None
    assert (found.since, found.any) == (1, False)


def test_a_level_that_was_judged_anew_changes_the_answer_and_the_score() -> None:
    found = since(context(finding(FIRST, Answer.at(0))), context(finding(FIRST, Answer.at(4))))
    (one,) = found.answers
    assert (one.question.id, one.before, one.now, one.by_company) == (FIRST, Answer.at(0), Answer.at(4), False)
    (axis,) = found.scores
    assert axis.before is not None
    assert axis.now is not None
    assert float(axis.before) < float(axis.now)
    assert (found.words, found.added, found.removed, found.parts) == ((), (), (), ())


def test_a_question_that_the_company_answered_anew_is_marked() -> None:
    own = {**ANSWERS, FIRST: Answer.at(4)}
    found = since(context(), context(own=own, number=2))
    (one,) = found.answers
    assert (one.question.id, one.now, one.by_company) == (FIRST, Answer.at(4), True)
    assert found.parts == ("submission",)


def test_only_the_companys_words_beside_an_answer_are_no_change() -> None:
    own = {**ANSWERS, FIRST: replace(ANSWERS[FIRST], note="書き直したメモ")}
    assert not since(context(), context(own=own)).any


def test_words_that_were_rewritten_are_told_by_question() -> None:
    before = context(finding(FIRST, None, comment="見た"), finding(SECOND, None, recommendation="する"))
    now = context(finding(FIRST, None, comment="もう一度見た"), finding(SECOND, None, recommendation="する"))
    assert [question.id for question in since(before, now).words] == [FIRST]
    assert [question.id for question in since(before, context()).words] == [FIRST, SECOND]
    assert [question.id for question in since(context(), now).words] == [FIRST, SECOND]


def test_actions_that_came_and_went_are_told_by_title() -> None:
    known = list(CATALOG.actions[:3])
    before = context(actions=[action(known[0].id), action(known[1].id)])
    now = context(actions=[action(known[1].id), action(known[2].id), action("GONE-1")])
    found = since(before, now)
    assert (found.added, found.removed) == ((known[2].title,), (known[0].title,))


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"text": {"ja": "別の所見", "en": ""}}, "opinion"),
        ({"sections": ["actions", "summary"]}, "sections"),
        ({"languages": ["ja", "en"]}, "languages"),
        ({"office": {"name_ja": "別の窓口"}}, "office"),
        ({"number": 2}, "submission"),
    ],
)
def test_every_other_part_that_is_different_is_named(changed: dict[str, Any], part: str) -> None:
    assert since(context(), context(**changed)).parts == (part,)


def test_a_reason_or_a_strength_of_evidence_that_is_another_is_named() -> None:
    known = list(CATALOG.actions[:2])
    before = context(finding(FIRST, Answer.at(1)), actions=[action(known[0].id), action(known[1].id)])
    now = copy.deepcopy(before)
    now["actions"][0]["why_ja"] = "別の理由"
    assert since(before, now).parts == ("reasons",)
    assert since(before, {**before, "actions": before["actions"][::-1]}).parts == ("reasons",)
    now = copy.deepcopy(before)
    now["findings"][0]["quality"] = "seen" if now["findings"][0]["quality"] != "seen" else "said"
    assert since(before, now).parts == ("quality",)


def test_what_belongs_to_a_question_of_another_version_is_left_out() -> None:
    before = context(finding(FIRST, None, comment="見た"))
    before["answers"] = {**before["answers"], "OLD-01": {"level": 3}}
    before["findings"] = [*before["findings"], finding("OLD-02", Answer.at(1), comment="古い")]
    assert not since(before, context(finding(FIRST, None, comment="見た"))).any


def test_the_verified_entries_are_the_companys_with_what_was_judged_over_them() -> None:
    made = verified_entries(context(finding(FIRST, Answer.at(0)), finding(SECOND, None, comment="見た")))
    assert made[FIRST] == {"level": 0}
    assert made[SECOND] == entry_of(ANSWERS[SECOND])
    assert set(made) == set(ANSWERS)
