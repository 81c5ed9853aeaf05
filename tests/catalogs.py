"""Small catalogs made in memory, answers to them, and Hypothesis strategies for both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from assessments.scoring.answers import Answer
from guidance.catalog import AXIS_IDS, Action, Axis, AxisId, Catalog, Cost, Question, Raise, Section, Text
from tests.environment import THOROUGH

careful = settings(deadline=None, max_examples=150 if THOROUGH else 50)
"""For property tests: enough examples, and no failure because a machine is slow."""

FLAGS = ("exports", "imports", "does_rd")
LEVELS = tuple(Text(f"段階{level}", f"Level {level}") for level in range(5))


def make_question(name: str = "Q-1", **changes: Any) -> Question:
    """A question of weight 1 that always applies, with no gate."""
    fields: dict[str, Any] = {
        "id": name,
        "clauses": (),
        "basis": "own",
        "text": Text(f"{name} の問い", f"Question {name}"),
        "why": Text("理由", "Why"),
        "levels": LEVELS,
        "weight": 1,
        "asked_of": "management",
    }
    return Question(**{**fields, **changes})


def make_section(name: str, *questions: Question, weight: int = 1) -> Section:
    return Section(name, Text(name, name), weight, questions)


def make_axis(*sections: Section, name: AxisId = "autonomy") -> Axis:
    return Axis(name, Text(name, name), sections)


def make_catalog(*axes: Axis, actions: Sequence[Action] = ()) -> Catalog:
    return Catalog(schema=1, catalog="tiny", version="1", axes=axes, actions=tuple(actions))


def one_axis(*questions: Question, actions: Sequence[Action] = ()) -> Catalog:
    """A catalog whose only axis has one section with these questions."""
    return make_catalog(make_axis(make_section("S", *questions)), actions=actions)


def make_action(name: str, raises: Mapping[str, int] | Iterable[tuple[str, int]], **changes: Any) -> Action:
    """An action of four person-days and two weeks that costs nothing. `raises`: question -> level."""
    pairs = raises.items() if isinstance(raises, Mapping) else raises
    fields: dict[str, Any] = {
        "id": name,
        "title": Text(name, name),
        "why": Text("理由", "Why"),
        "first_step": Text("まず", "First"),
        "raises": tuple(Raise(question, to) for question, to in pairs),
        "cost_jpy": Cost(0, 0),
        "person_days": 4,
        "weeks": 2,
        "owner": "management",
    }
    return Action(**{**fields, **changes})


def levels(**given: int) -> dict[str, Answer]:
    """Known answers by question id, `_` standing for `-`: levels(Q_1=3)."""
    return {name.replace("_", "-"): Answer.at(level) for name, level in given.items()}


def without_question(catalog: Catalog, name: str) -> Catalog | None:
    """The same catalog as if `name` had never been written; None if nothing is left of its axis."""
    axes = []
    for axis in catalog.axes:
        sections = []
        for section in axis.sections:
            if kept := [question for question in section.questions if question.id != name]:
                sections.append(make_section(section.id, *kept, weight=section.weight))
        if not sections:
            return None
        axes.append(make_axis(*sections, name=axis.id))
    return make_catalog(*axes)


# --- strategies ---------------------------------------------------------------------------------------------------

gates = st.none() | st.fixed_dictionaries({"stage": st.integers(2, 5), "min_level": st.integers(1, 4)})
conditions = st.none() | st.fixed_dictionaries({"profile": st.sampled_from(FLAGS), "is": st.booleans()})
known_answers = st.integers(0, 4).map(Answer.at)
all_answers = st.one_of(known_answers, st.just(Answer.unknown()), st.just(Answer.not_applicable("扱っていない")))
profiles = st.dictionaries(st.sampled_from(FLAGS), st.booleans())


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    """One to three axes of sections with weights, gates and conditions on profile flags."""
    axes = []
    for axis_name in AXIS_IDS[: draw(st.integers(1, 3))]:
        sections = []
        for s in range(draw(st.integers(1, 3))):
            questions = [
                make_question(
                    f"{axis_name}-{s}-{q}",
                    weight=draw(st.integers(1, 3)),
                    gate=draw(gates),
                    applies_when=draw(conditions),
                )
                for q in range(draw(st.integers(1, 4)))
            ]
            sections.append(make_section(f"{axis_name}.{s}", *questions, weight=draw(st.integers(1, 5))))
        axes.append(make_axis(*sections, name=axis_name))
    return make_catalog(*axes)


@st.composite
def answers_to(draw: st.DrawFn, catalog: Catalog) -> dict[str, Answer]:
    """An answer of any kind, or none, to each question."""
    given = {name: draw(st.none() | all_answers) for name in catalog.questions}
    return {name: answer for name, answer in given.items() if answer is not None}


@st.composite
def cases(draw: st.DrawFn) -> tuple[Catalog, dict[str, Answer], dict[str, bool]]:
    """A catalog with answers and a profile."""
    catalog = draw(catalogs())
    return catalog, draw(answers_to(catalog)), draw(profiles)


@st.composite
def actions_on(draw: st.DrawFn, catalog: Catalog) -> list[Action]:
    """Up to eight actions; each raises one to three questions and may require earlier ones."""
    found: list[Action] = []
    names = sorted(catalog.questions)[:5]  # few, so that actions meet on one question
    for number in range(draw(st.integers(1, 8))):
        raised = draw(st.dictionaries(st.sampled_from(names), st.integers(1, 4), min_size=1, max_size=3))
        earlier = [action.id for action in found]
        found.append(
            make_action(
                f"ACT-{number}",
                raised,
                requires=tuple(draw(st.lists(st.sampled_from(earlier), unique=True, max_size=2))) if earlier else (),
                person_days=draw(st.integers(0, 30)),
                weeks=draw(st.integers(0, 30)),
                cost_jpy=Cost(0, draw(st.integers(0, 3)) * 1000),
            )
        )
    return found
