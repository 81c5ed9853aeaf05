"""The rows of fictional companies, not yet saved: what the services would have left, had they been real."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from assessments.drafts import Draft
from assessments.models import Answer, Assessment, Outline, Submission
from assessments.scoring.answers import Answers
from assessments.services import frozen
from cohorts.models import Notice, Participant
from cohorts.participants import facts_of
from cohorts.plausible import Company, Habits, Turn, company, shares, turns
from cohorts.plausible_answers import Mind
from guidance.registry import get_catalog
from organisations.consent import What
from organisations.inviting import DAYS
from organisations.models import Affiliation, Grant, Invitation, Organisation

WORKDAY = (dt.time(9), dt.timedelta(hours=8))
TERM = dt.timedelta(days=365)
PURPOSES = {
    What.STATISTICS: "ネットワーク全体の傾向をまとめるため",
    What.SCORES: "同じ業種の会社と比べるため",
    What.ANSWERS: "勉強会で、進んでいる取組を話し合うため",
}


@dataclass(frozen=True, slots=True)
class Window:
    """A round, and how many of its days are over (today is not)."""

    id: UUID
    opens_on: dt.date
    days: int
    now: dt.datetime

    def at(self, place: float) -> dt.datetime:
        """A moment within working hours at `place` (0 to 1) of these days; now, where none is over."""
        if self.days < 1:
            return self.now
        day, rest = divmod(place * self.days, 1)
        begins, lasts = WORKDAY
        return timezone.make_aware(dt.datetime.combine(self.opens_on + dt.timedelta(days=day), begins) + lasts * rest)


@dataclass(frozen=True, slots=True)
class Order:
    """What a piece of work needs to know. `windows`: the earliest round first."""

    space: UUID
    seed: int
    body_id: UUID
    catalog_ref: str
    windows: tuple[Window, ...]
    habits: Habits

    def id(self, what: str, number: int) -> UUID:
        return id_of(self.space, what, number)

    def id_in(self, what: str, number: int, turn: int) -> UUID:
        return id_of(self.space, what, number, len(self.windows) - 1 - turn)


def id_of(space: UUID, what: str, number: int, back: int | None = None) -> UUID:
    """The same for the same seed. `back`: how many rounds before the last one."""
    return uuid.uuid5(space, f"{what}/{number}" if back is None else f"{what}/{number}/{back}")


@dataclass(slots=True)
class Rows:
    """In the order in which they can be saved."""

    organisations: list[Organisation] = field(default_factory=list)
    affiliations: list[Affiliation] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)
    participants: list[Participant] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)
    outlines: list[Outline] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)


def rows_of(piece: tuple[Order, Sequence[int]]) -> Rows:
    """Everything of the companies with these numbers."""
    order, numbers = piece
    rows = Rows()
    for number in numbers:
        _Story(order, company(order.seed, number), rows).tell()
    return rows


class _Story:
    """One company, from the first round that it takes part in to the last one."""

    def __init__(self, order: Order, said: Company, rows: Rows) -> None:
        self.order, self.said, self.rows = order, said, rows
        self.organisation = Organisation(
            id=order.id("organisation", said.number),
            name=said.name,
            corporate_number=said.corporate_number,
            industry=said.industry,
            prefecture=said.prefecture,
            sales_band=said.sales_band,
            employees=said.employees,
            facts=dict(said.facts),
        )
        self.invitation: Invitation | None = None
        self.joined_at: dt.datetime | None = None
        self.assessment: Assessment | None = None
        self.submissions: list[Submission] = []

    def tell(self) -> None:
        order, number = self.order, self.said.number
        mind = Mind(order.seed, self.said, get_catalog(order.catalog_ref), self.organisation.profile())
        standing: Answers = {}
        for turn in turns(order.seed, number, len(order.windows), order.habits):
            self._take_part(turn)
            if turn.state == "submitted":
                standing = mind.answers(turn.round)
                self._submit(turn, standing)
            elif turn.state == "started":
                standing = {**standing, **mind.begun(turn.round)}
                self._begin(turn)
        if self.joined_at is not None:
            self.rows.organisations.append(self.organisation)
            self.rows.affiliations.append(
                Affiliation(
                    id=order.id("affiliation", number),
                    organisation=self.organisation,
                    body_id=order.body_id,
                    since=self.joined_at,
                )
            )
        if self.assessment is not None:
            self._keep(self.assessment, standing)
        if self.submissions:
            self._share(self.submissions[-1])

    def _take_part(self, turn: Turn) -> None:
        order, number, window = self.order, self.said.number, self.order.windows[turn.round]
        participant = Participant(
            id=order.id_in("participant", number, turn.round),
            body_id=order.body_id,
            round_id=window.id,
            source=turn.via,
            added_at=window.at(0),
            **facts_of(self.organisation),
        )
        if turn.via == "list":
            self._invite(window)
        if self.invitation is not None:  # the network has its address
            self._write_to(participant, window)
        if turn.state != "invited":
            if self.joined_at is None:
                self.joined_at = self.organisation.created_at = window.at(turn.joined)
                if self.invitation is not None:
                    self.invitation.accepted_at = self.joined_at
            participant.organisation, participant.joined_at = self.organisation, self.joined_at
        self.rows.participants.append(participant)

    def _invite(self, window: Window) -> None:
        order, at = self.order, window.at(0)
        if self.invitation is None:
            self.invitation = Invitation(
                id=order.id("invitation", self.said.number), body_id=order.body_id, email=self.said.email, created_at=at
            )
            self.rows.invitations.append(self.invitation)
        self.invitation.expires_at = at + dt.timedelta(days=DAYS)

    def _write_to(self, participant: Participant, window: Window) -> None:
        at = window.at(0)
        participant.email, participant.invited_at = self.said.email, at
        if participant.source == Participant.Source.LIST:
            participant.invitation = self.invitation
        self.rows.notices.append(
            Notice(
                id=uuid.uuid5(participant.id, "invitation"),
                body_id=self.order.body_id,
                participant=participant,
                status=Notice.Status.SENT,
                claimed_at=at,
                ended_at=at,
            )
        )

    def _begin(self, turn: Turn) -> Assessment:
        if self.assessment is None:
            self.assessment = Assessment(
                id=self.order.id("assessment", self.said.number),
                organisation=self.organisation,
                catalog_ref=self.order.catalog_ref,
                created_at=self.order.windows[turn.round].at(turn.joined),
            )
            self.rows.assessments.append(self.assessment)
        self.assessment.status = Assessment.Status.OPEN
        return self.assessment

    def _submit(self, turn: Turn, answers: Answers) -> None:
        assessment = self._begin(turn)
        at = self.order.windows[turn.round].at(turn.submitted)
        number = len(self.submissions) + 1
        made = frozen(self.organisation, assessment, answers, number=number, at=at, approvals=[], by=None)
        made.id = self.order.id_in("submission", self.said.number, turn.round)
        self.submissions.append(made)
        self.rows.submissions.append(made)
        self.rows.outlines.append(Outline.of(made))
        assessment.status = Assessment.Status.SUBMITTED

    def _keep(self, assessment: Assessment, answers: Answers) -> None:
        """The working answers as they stand in the end."""
        self.rows.answers += [
            Answer(
                organisation=self.organisation,
                assessment=assessment,
                question_id=name,
                revision=max(len(self.submissions), 1),
                **Draft.of(answer).fields(),
            )
            for name, answer in answers.items()
        ]

    def _share(self, latest: Submission) -> None:
        """Consent is given with the latest submission, and holds for a year."""
        wanted = shares(self.order.seed, self.said.number)
        purpose = next((PURPOSES[what] for what in reversed(PURPOSES) if what in wanted), "")
        at = latest.submitted_at
        self.rows.grants += [
            Grant(
                id=self.order.id(f"grant {what.value}", self.said.number),
                organisation=self.organisation,
                body_id=self.order.body_id,
                what=what.value,
                purpose=purpose,
                until=timezone.localdate(at) + TERM,
                granted_at=at,
            )
            for what in What
            if what in wanted
        ]
