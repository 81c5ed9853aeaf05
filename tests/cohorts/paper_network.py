"""A small network on paper: its companies come, agree, leave and are counted as the services do it, without a database.

`mistakes` are ways to do it wrong. The attacker must notice each of them.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain
from typing import Literal
from uuid import UUID

from assessments.scoring.answers import Answer
from assessments.scoring.cohort import Cohort, Named
from assessments.scoring.engine import score
from assessments.scoring.outline import Values, packed, values_of
from assessments.scoring.scorecard import to_json
from assessments.scoring.suppression import Block, Facts, Member, Rule, Total, form, seal, still_covered
from guidance.catalog import Catalog
from tests.catalogs import make_axis, make_catalog, make_question, make_section

Habit = Literal["mixed", "low", "high", "alike"]
Consent = Literal["nothing", "counted", "scores", "answers"]
KINDS: tuple[Consent, ...] = ("nothing", "counted", "scores", "answers")
Mistake = Literal["small blocks", "those who wait count too", "the rest is counted anew", "nothing is left out"]

CATALOG = make_catalog(
    make_axis(
        make_section("A.one", make_question("A1"), make_question("A2", weight=2), make_question("A3"), weight=3),
        make_section("A.two", make_question("A4"), make_question("A5"), make_question("A6", weight=3)),
    ),
    make_axis(
        make_section("G.one", make_question("G1", weight=2), make_question("G2"), make_question("G3"), weight=2),
        name="governance",
    ),
)


@dataclass
class Firm:
    """A company of the network. `ever`: the most that the network ever saw of it by name."""

    id: UUID
    facts: Facts
    values: Values
    asked: frozenset[str]
    consent: Consent = "nothing"
    ever: Consent = "nothing"
    here: bool = True

    @property
    def member(self) -> Member:
        return Member(self.id, self.facts, self.values)

    def answer(self, answers: Mapping[str, Answer], catalog: Catalog) -> None:
        """What it submits, scored as everywhere."""
        self.values = values_of(packed(to_json(score(catalog, answers, {}))), catalog.axes)
        self.asked = frozenset(name for name in catalog.questions if name not in answers or answers[name].kind != "na")


@dataclass
class Sealed:
    """A block with its companies, as they were when it was sealed."""

    kind: Literal["all", "answers"]
    members: tuple[Member, ...]
    block: Block


@dataclass
class PaperNetwork:
    rule: Rule = field(default_factory=lambda: Rule(3))
    catalog: Catalog = CATALOG
    mistakes: Collection[Mistake] = ()
    firms: dict[UUID, Firm] = field(default_factory=dict)
    sealed: list[Sealed] = field(default_factory=list)

    # --- what happens -------------------------------------------------------------------------------------------------

    def join(self, firm: Firm) -> Firm:
        """It belongs to the network and has submitted."""
        self.firms[firm.id] = firm
        return firm

    def agree(self, firm: Firm, consent: Consent) -> None:
        """What it shared before ends."""
        firm.consent = consent
        firm.ever = max(firm.ever, consent, key=KINDS.index)

    def submit_again(self, firm: Firm, answers: Mapping[str, Answer]) -> None:
        """What is sealed stays as it was."""
        firm.answer(answers, self.catalog)
        if firm.id not in {one.id for sealed in self.sealed for one in sealed.members}:
            firm.ever = firm.consent

    def leave(self, firm: Firm) -> None:
        firm.consent, firm.here = "nothing", False

    def count(self) -> None:
        """What the worker does (`cohorts.counting`)."""
        self._end()
        waiting = [one for one in self.firms.values() if one.here and one.id not in self._in_a_block()]
        kinds: Mapping[Literal["all", "answers"], Consent] = {"all": "counted", "answers": "scores"}
        for kind, wanted in kinds.items():
            # Who was once seen by name cannot be hidden afterwards.
            rows = [one.member for one in waiting if one.consent == wanted == one.ever]
            for group in form(rows, self._rule):
                self._seal(kind, group)

    def _in_a_block(self) -> set[UUID]:
        again = "the rest is counted anew" in self.mistakes
        return {one.id for sealed in self.sealed if sealed.block.live or not again for one in sealed.members}

    def _seal(self, kind: Literal["all", "answers"], group: Sequence[Member]) -> None:
        self.sealed.append(Sealed(kind, tuple(group), self.seal(len(self.sealed) + 1, group, kind)))

    def seal(self, serial: int, group: Sequence[Member], kind: Literal["all", "answers"] = "all") -> Block:
        by_axis = {str(one.id): [question.id for question in one.questions()] for one in self.catalog.axes}
        by_section = {one.id: [question.id for question in one.questions] for one in self.catalog.sections()}
        groups = by_axis if kind == "all" else by_section
        block = seal(group, self._rule, serial=serial, groups=groups, spread=kind == "all")
        return replace(block, totals=_all_totals(group, groups)) if "nothing is left out" in self.mistakes else block

    @property
    def _rule(self) -> Rule:
        return _SmallRule(1) if "small blocks" in self.mistakes else self.rule

    def _end(self) -> None:
        for one in self.sealed:
            one.block = replace(one.block, live=one.block.live and self._stands(one))

    def _stands(self, sealed: Sealed) -> bool:
        firms = [self.firms[one.id] for one in sealed.members]
        agreed = all(one.here and one.consent != "nothing" for one in firms)
        return agreed and still_covered(len(firms), self._seen(sealed), self.rule)

    def _seen(self, sealed: Sealed) -> int:
        more = {"scores", "answers"} if sealed.kind == "all" else {"answers"}
        return sum(self.firms[one.id].ever in more for one in sealed.members)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def cohort(self) -> Cohort:
        """What pages read now (`cohorts.figures`)."""
        blocks = [
            replace(one.block, live=one.block.live and self._stands(one), seen=self._seen(one)) for one in self.sealed
        ]
        if "those who wait count too" in self.mistakes:
            blocks += self._of_those_who_wait(len(blocks))
        weights = {
            one.id: {question.id: question.weight for question in one.questions} for one in self.catalog.sections()
        }
        return Cohort(tuple(blocks), tuple(self._named(blocks)), self._rule, weights)

    def _named(self, blocks: Sequence[Block]) -> Iterator[Named]:
        live = {
            one.id: sealed.kind
            for sealed, block in zip(self.sealed, blocks[: len(self.sealed)], strict=True)
            if block.live
            for one in sealed.members
        }
        axes = frozenset(axis.id for axis in self.catalog.axes)
        for firm in self.firms.values():
            if not firm.here or firm.consent not in {"scores", "answers"}:
                continue
            values = dict(firm.member.values)
            if firm.consent == "scores":
                values = {name: points for name, points in values.items() if name in axes}
            counts = None if firm.consent == "answers" else axes
            if firm.id in live:
                counts = axes if live[firm.id] == "answers" else frozenset()
            yield Named(firm.id, firm.facts, values, counts)

    def members(self) -> dict[int, Sequence[Member]]:
        """Who is behind each block."""
        found: dict[int, Sequence[Member]] = {one.block.serial: one.members for one in self.sealed}
        if "those who wait count too" in self.mistakes:
            found |= {block.serial: who for block, who in self._waiting_blocks(len(self.sealed))}
        return found

    def _of_those_who_wait(self, serial: int) -> list[Block]:
        return [block for block, _who in self._waiting_blocks(serial)]

    def _waiting_blocks(self, serial: int) -> list[tuple[Block, Sequence[Member]]]:
        """The mistake: whoever agreed counts at once, in a block that is made anew for every page."""
        sealed = self._in_a_block()
        who = [
            one.member
            for one in self.firms.values()
            if one.here and one.consent == "counted" == one.ever and one.id not in sealed
        ]
        if len(who) < self.rule.run:
            return []
        return [(self.seal(serial + 1, who), who)]


class _SmallRule(Rule):
    """The mistake: two companies are thought to be enough."""

    def __post_init__(self) -> None:
        """Not refused, as the real one is."""


def _all_totals(group: Sequence[Member], questions: Mapping[str, Sequence[str]]) -> dict[str, Total]:
    found = {}
    for name in chain.from_iterable(questions.values()):
        if known := [one.values[name] for one in group if name in one.values]:
            found[name] = Total(len(known), sum(known, Fraction(0)), max(known), min(known))
    return found


# --- companies --------------------------------------------------------------------------------------------------------


def firm(number: int, answers: Mapping[str, Answer], catalog: Catalog = CATALOG, **facts: str) -> Firm:
    given = {"industry": "E", "sales_band": "1b-4b", "prefecture": "22", "size": "51-100", **facts}
    made = Firm(UUID(int=number), given, {}, frozenset())
    made.answer(answers, catalog)
    return made


def some_answers(dice: random.Random, habit: Habit = "mixed", catalog: Catalog = CATALOG) -> dict[str, Answer]:
    """Answers as the dice fall; now and then the company does not know, or is not concerned."""
    levels = {"mixed": (0, 1, 2, 3, 4), "low": (0, 0, 0, 1, 1, 2), "high": (4, 4, 4, 3, 3, 2), "alike": (2,)}[habit]
    answers = {}
    for name in catalog.questions:
        rolled = dice.random()
        if rolled < 0.08:
            answers[name] = Answer.unknown()
        elif rolled < 0.12:
            answers[name] = Answer.not_applicable("扱っていない")
        else:
            answers[name] = Answer.at(dice.choice(levels))
    return answers


def some_firm(number: int, dice: random.Random, habit: Habit = "mixed", catalog: Catalog = CATALOG) -> Firm:
    facts = {
        "industry": dice.choice("EI"),
        "prefecture": dice.choice(("22", "23")),
        "sales_band": dice.choice(("1b-4b", "4b-10b")),
    }
    return firm(number, some_answers(dice, habit, catalog), catalog, **facts)
