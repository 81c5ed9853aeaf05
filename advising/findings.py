"""PURE. What an advisor finds on a question, which of several advisors' findings stands, and where it differs from what
the company said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from assessments.scoring.answers import Answer, Answers
from assessments.scoring.scorecard import Scorecard

COMMENT_LIMIT = 4000
"""Characters of a comment or a recommendation on one question; a longer text belongs into the report's own."""
NOTE_LIMIT = 4000


class Quality(StrEnum):
    """How well what was said could be seen."""

    NOT_SEEN = "not-seen"  # nothing was looked at
    SAID = "said"  # told, nothing shown
    PARTLY = "partly"  # some of it seen, in papers or on site
    SEEN = "seen"  # seen, in papers or on site


@dataclass(frozen=True, slots=True)
class Finding:
    """What one advisor recorded on one question. `answer` is None where they wrote something but judged no level."""

    question_id: str
    advisor: int | None
    advisor_name: str
    answer: Answer | None
    quality: Quality
    comment: str = ""
    recommendation: str = ""
    comment_en: str = ""
    recommendation_en: str = ""


def judged(kind: str, level: int | None, reason: str) -> Answer | None:
    """The answer that the columns of a finding hold; None where no level was judged."""
    match kind:
        case "level":
            return Answer("level", level)
        case "unknown":
            return Answer.unknown()
        case "na":
            return Answer.not_applicable(reason)
        case _:
            return None


def standing(findings: Iterable[Finding], lead: int | None) -> dict[str, Finding]:
    """The finding that counts on each question: the lead's; where the lead judged nothing, the first other's that did.

    `findings` come oldest first. One with words alone stands only where nobody judged a level.
    """
    ordered = sorted(findings, key=lambda found: (found.answer is None, found.advisor != lead))  # stable
    counted: dict[str, Finding] = {}
    for found in ordered:
        counted.setdefault(found.question_id, found)
    return counted


def answers_found(standing: Mapping[str, Finding]) -> dict[str, Answer]:
    """The second answer set: the judged answers alone."""
    return {name: found.answer for name, found in standing.items() if found.answer is not None}


# --- self and verified ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """A question on which the advisor came to another answer than the company.

    `steps`: levels found less levels said, where both are levels. `points`: what the axis gains (loses) in the
    question's own contribution, in points of 100.
    """

    question_id: str
    axis_id: str
    section_id: str
    said: Answer | None
    found: Answer
    steps: int | None
    points: Fraction


def differences(own: Answers, own_card: Scorecard, found: Answers, found_card: Scorecard) -> tuple[Difference, ...]:
    """Where the two answer sets differ, the widest first; then as in the questionnaire."""
    before = own_card.questions()
    listed = []
    for axis in found_card.axes:
        for section in axis.sections:
            for question in section.questions:
                said, seen = own.get(question.id), found.get(question.id)
                if seen is None or question.state == "hidden" or _same(said, seen):
                    continue
                both = said is not None and said.level is not None and seen.level is not None
                listed.append(
                    Difference(
                        question.id,
                        axis.id,
                        section.id,
                        said,
                        seen,
                        (seen.level or 0) - (said.level or 0) if both and said else None,
                        question.contribution - before[question.id].contribution,
                    )
                )
    return tuple(sorted(listed, key=lambda one: -abs(one.steps or 0)))


def _same(said: Answer | None, found: Answer) -> bool:
    return said is not None and (said.kind, said.level) == (found.kind, found.level)


# --- two advisors -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Apart:
    """A question on which two advisors came to different answers."""

    question_id: str
    first: Answer
    second: Answer

    @property
    def steps(self) -> int | None:
        """Levels of the second less levels of the first, where both judged a level."""
        if self.first.level is None or self.second.level is None:
            return None
        return self.second.level - self.first.level


@dataclass(frozen=True, slots=True)
class Calibration:
    """How two advisors judge the same questions. `both`: questions that both judged; of these `alike` have the same
    answer. `levels`: questions on which both judged a level; `within_one` of them lie at most one level apart."""

    first: str
    second: str
    both: int
    alike: int
    levels: int
    within_one: int
    mean_steps: Fraction | None
    """The second's level less the first's, on average; None without levels."""
    apart: tuple[Apart, ...]

    @property
    def lean(self) -> int:
        """1 where the second judges higher by half a level or more on average, -1 where lower, else 0."""
        if self.mean_steps is None or abs(self.mean_steps) < Fraction(1, 2):
            return 0
        return 1 if self.mean_steps > 0 else -1


def calibrate(findings: Iterable[Finding]) -> tuple[Calibration, ...]:
    """Every pair of advisors who judged at least one question both, in the order in which they came."""
    by_advisor: dict[tuple[int | None, str], dict[str, Answer]] = {}
    for found in findings:
        if found.answer is not None:
            by_advisor.setdefault((found.advisor, found.advisor_name), {})[found.question_id] = found.answer
    people = list(by_advisor.items())
    pairs = []
    for place, (first, own) in enumerate(people):
        for second, other in people[place + 1 :]:
            if shared := [name for name in own if name in other]:
                pairs.append(_pair(first[1], second[1], [(name, own[name], other[name]) for name in shared]))
    return tuple(pairs)


def _pair(first: str, second: str, judged: list[tuple[str, Answer, Answer]]) -> Calibration:
    apart = tuple(Apart(*one) for one in judged if not _same(one[1], one[2]))
    steps = [two.level - one.level for _name, one, two in judged if one.level is not None and two.level is not None]
    return Calibration(
        first,
        second,
        both=len(judged),
        alike=len(judged) - len(apart),
        levels=len(steps),
        within_one=sum(abs(step) <= 1 for step in steps),
        mean_steps=Fraction(sum(steps), len(steps)) if steps else None,
        apart=tuple(sorted(apart, key=lambda one: -abs(one.steps or 0))),
    )
