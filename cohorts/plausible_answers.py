"""PURE. What a company that does not exist answers: the same for the same seed, and answers that hang together.

Every number here is ours, chosen to be believable.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random

from assessments.scoring.answers import Answer, levels_of
from cohorts.plausible import Company, chosen, dice
from guidance.catalog import Catalog, Question, Section
from guidance.conditions import applicable
from guidance.profile import Profile

# In levels of a question.
AVERAGE = 1.7
SPREAD, OF_AXIS, OF_SECTION, OF_QUESTION, OF_THE_DAY = 0.24, 0.16, 0.28, 0.5, 0.22
PER_SIZE = 0.12
STANDING_OUT = ((0.03, 2.0), (0.025, -1.7))
"""How many companies are far better or worse than all others, and by how much."""
GROWTH, GROWTH_SPREAD = 0.2, 0.18
"""From one round to the next; about one in eight goes back."""
STRONG: Mapping[str, Mapping[str, float]] = {
    "E": {"A.sourcing": 0.2, "I.core": 0.2, "I.codesign": 0.2, "G.cyber": -0.1},
    "G": {"G.cyber": 0.6, "G.information": 0.2, "A.stock": -0.3},
    "I": {"A.visibility": 0.15, "I.core": -0.2},
    "D": {"A.logistics": -0.1, "I.market": -0.1},
}
UNKNOWN, UNKNOWN_LATER, NOT_APPLICABLE, LEFT_OUT = 0.05, 0.03, 0.015, 0.01
REASONS = ("この取引や業務が、当社にはありません。", "対象になる品目や技術が、当社にはありません。")
REASON_IN_A_GROUP = "親会社がまとめて行っており、当社では行っていません。"


class Mind:
    """What a company would answer, round after round: strong in the same places, a little better each time."""

    def __init__(self, seed: int, company: Company, catalog: Catalog, profile: Profile) -> None:
        self._catalog, self._profile, self._company = catalog, profile, company
        self._dice = dice(seed, company.number, "mind")
        self._overall = AVERAGE + PER_SIZE * math.log(company.employees / 60) + self._dice.gauss(0, SPREAD)
        self._overall += chosen({by: share for share, by in STANDING_OUT} | {0.0: 0.945}, self._dice.random())
        self._growth = self._dice.gauss(GROWTH, GROWTH_SPREAD)
        # Everything that stays is thrown once, for every question in order, whether it is asked or not.
        self._base: dict[str, float] = {}
        self._luck: dict[str, tuple[float, float, float]] = {}
        for axis in catalog.axes:
            of_axis = self._dice.gauss(0, OF_AXIS)
            for section in axis.sections:
                of_section = of_axis + self._dice.gauss(0, OF_SECTION) + self._strong(section)
                for question in section.questions:
                    hard = Random(f"plausible/{question.id}").gauss(0, 0.4)  # noqa: S311 - the same for every company
                    of_question = self._dice.gauss(0, OF_QUESTION) - hard
                    self._base[question.id] = self._overall + of_section + of_question
                    self._luck[question.id] = (self._dice.random(), self._dice.random(), self._dice.random())

    def answers(self, turn: int) -> dict[str, Answer]:
        """The answers in round `turn`. Asked in the order of the rounds."""
        given = {
            name: answer
            for name in self._catalog.questions
            if (answer := self._answer(self._catalog.questions[name], turn)) is not None
        }
        asked = applicable(self._catalog, self._profile, levels_of(given))
        return {name: answer for name, answer in given.items() if name in asked}

    def begun(self, turn: int) -> dict[str, Answer]:
        """The first part of the answers: somebody has begun, and not ended."""
        every = self.answers(turn)
        kept = max(1, round(len(every) * self._dice.uniform(0.1, 0.8)))
        return dict(list(every.items())[:kept])

    def _answer(self, question: Question, turn: int) -> Answer | None:
        value = self._base[question.id] + self._growth * turn + self._dice.gauss(0, OF_THE_DAY)
        unknown, applies, left_out = self._luck[question.id]
        if left_out < LEFT_OUT:
            return None
        if applies < NOT_APPLICABLE:
            in_a_group = bool(self._profile.get("listed_or_group"))
            reasons = (*REASONS, REASON_IN_A_GROUP) if in_a_group else REASONS
            return Answer.not_applicable(reasons[int(applies / NOT_APPLICABLE * len(reasons))])
        if unknown < (UNKNOWN_LATER if turn else UNKNOWN):
            return Answer.unknown()
        return Answer.at(min(max(round(value), 0), 4))

    def _strong(self, section: Section) -> float:
        return STRONG.get(self._company.industry, {}).get(section.id, 0.0)
