"""PURE. 申請 → 確認 → 承認: which answers a step was made on, which steps stand, and who may do what next.

A step stands for the answers that it was made on. When one of them or a fact of the company changes, it lapses; when
everything is as it was again, it stands again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from assessments.answers_file import entry_of
from assessments.scoring.answers import Answers
from guidance.profile import ProfileValue
from organisations.policy import Permission, Role, allows


class Step(StrEnum):
    """The three steps, in order. The last one is the submission itself."""

    APPLIED = "applied"
    CHECKED = "checked"
    APPROVED = "approved"


class Act(StrEnum):
    """What somebody can do about the chain."""

    APPLY = "apply"
    CHECK = "check"
    SEND_BACK = "send-back"
    WITHDRAW = "withdraw"
    APPROVE = "approve"


NEEDS: Mapping[Act, Permission] = {
    Act.APPLY: Permission.ANSWER,
    Act.CHECK: Permission.REVIEW,
    Act.SEND_BACK: Permission.REVIEW,
    Act.WITHDRAW: Permission.ANSWER,
    Act.APPROVE: Permission.SUBMIT,
}


class NotNow(Exception):
    """The chain does not stand so that this could be done."""


class AlreadyApplied(NotNow):
    """The application stands; nothing was changed since."""


class AlreadyChecked(NotNow):
    """The answers were checked as they stand."""


class NothingApplied(NotNow):
    """Nobody has applied."""


class Lapsed(NotNow):
    """The answers are no longer those that were applied for."""


class OfSomebodyElse(NotNow):
    """An application that stands is withdrawn by the applicant; others send it back and say why."""


def digest(answers: Answers, profile: Mapping[str, ProfileValue]) -> str:
    """SHA-256, as hex, over everything that a submission would freeze: each answer with its words, and the facts of the
    company. The order in which they are given does not matter."""
    told = {"answers": {name: entry_of(answer) for name, answer in answers.items()}, "profile": dict(profile)}
    canonical = json.dumps(told, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Made:
    """A step that somebody made, on the answers that `digest` describes. `name`: as they were called then."""

    step: Step
    person: int | None
    name: str
    at: dt.datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The steps that were made, against the answers as they are `now` (a digest)."""

    applied: Made | None
    checked: Made | None
    now: str

    @property
    def lapsed(self) -> bool:
        """Whether the answers changed after a step was made."""
        return any(made.digest != self.now for made in (self.applied, self.checked) if made)

    @property
    def boxes(self) -> tuple[tuple[Step, Made | None], ...]:
        """All three steps in order, with who made each. The last one is made by submitting."""
        return ((Step.APPLIED, self.applied), (Step.CHECKED, self.checked), (Step.APPROVED, None))

    @property
    def checked_by_the_applicant(self) -> bool:
        """Whether the second pair of eyes was the first one."""
        return bool(self.applied and self.checked and self.applied.person == self.checked.person)

    def require(self, act: Act, person: int | None = None) -> None:
        """Raises the NotNow that says why `person` cannot do this as the chain stands. Looks at no role."""
        match act:
            case Act.APPLY:
                if self.applied and not self.lapsed:
                    raise AlreadyApplied
            case Act.CHECK:
                self._require_standing()
                if self.checked:
                    raise AlreadyChecked
            case Act.SEND_BACK:
                self._require_applied()
            case Act.WITHDRAW:
                applied = self._require_applied()
                if applied.person != person and not self.lapsed:
                    raise OfSomebodyElse
            case Act.APPROVE:
                if self.lapsed:
                    raise Lapsed

    def open_to(self, role: Role, person: int) -> frozenset[Act]:
        """What somebody with this role can do next."""
        return frozenset(act for act in Act if allows(role, NEEDS[act]) and self._can(act, person))

    def frozen(self, *, approved_by: str, at: dt.datetime) -> list[dict[str, str]]:
        """What stands, and the approval itself, as a submission keeps it."""
        stood = [(made.step, made.name, made.at) for made in (self.applied, self.checked) if made]
        stood.append((Step.APPROVED, approved_by, at))
        return [{"step": step.value, "name": name, "at": when.isoformat()} for step, name, when in stood]

    def _can(self, act: Act, person: int) -> bool:
        try:
            self.require(act, person)
        except NotNow:
            return False
        return True

    def _require_applied(self) -> Made:
        if self.applied is None:
            raise NothingApplied
        return self.applied

    def _require_standing(self) -> None:
        self._require_applied()
        if self.lapsed:
            raise Lapsed
