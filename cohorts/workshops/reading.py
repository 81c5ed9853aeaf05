"""A plan as it stands at this moment: names, strengths and figures under the consents that hold now.

A plan's row keeps ids alone. A company that took its consent back is still a participant by name, and nothing more.
Everything within `body_scope` of the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from assessments.scoring.cohort import EVERYBODY, Cohort, Filter, Group
from assessments.scoring.scorecard import shown
from cohorts.figures import Figures, figures_of
from cohorts.models import Participant, WorkshopPlan
from cohorts.workshops.content import AgendaLine, CautionList, TopicView, agenda, cautions, topics
from cohorts.workshops.planning import Candidate, Need, Strength, needs, strength
from cohorts.workshops.tables import Guest, competitors, trade_of
from guidance.catalog import Catalog
from guidance.profile import INDUSTRIES, PREFECTURES
from guidance.registry import get_catalog
from organisations.models import Affiliation, Round

State = Literal["shares", "silent", "not joined", "gone"]
"""What is known of a company: its answers by name; that it is a member; that it was invited and has not come; that it
left the network."""
Points = Mapping[UUID, Mapping[str, Fraction]]
"""By company the points of its sections."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a company stands in a topic; both are None where nothing of the topic is known of it."""

    topic: str
    title: str
    strength: Strength | None
    points: str | None


@dataclass(frozen=True, slots=True)
class Invited:
    """A company of the list. `standings` and `reasons` are empty unless it shares its answers by name."""

    id: UUID
    organisation_id: UUID | None
    name: str
    email: str
    """Of the network's own list; often empty."""
    industry: str
    prefecture: str
    table: int | None
    state: State
    standings: tuple[Standing, ...]
    reasons: tuple[str, ...]
    """A sentence each: why it could be there, or why that is not known."""

    @property
    def shares(self) -> bool:
        return self.state == "shares"

    @property
    def strong(self) -> tuple[str, ...]:
        """The topics that it can tell of."""
        return tuple(standing.title for standing in self.standings if standing.strength == "strong")


@dataclass(frozen=True, slots=True)
class TopicFigures:
    """Why a topic was chosen. Points with one decimal; `mean` is None where too few companies can be counted."""

    id: str
    title: str
    axis: str
    mean: str | None
    n: int
    gain: str | None
    """How many points of 100 the axis would gain if everybody reached 100 here."""
    weak: int
    middle: int
    strong: int


@dataclass(frozen=True, slots=True)
class Table:
    number: int
    invited: tuple[Invited, ...]
    competitors: tuple[tuple[str, str], ...]
    """Names of those who sit here although they are of one trade in one prefecture."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """A plan, read."""

    plan: WorkshopPlan
    figures: tuple[TopicFigures, ...]
    topics: tuple[TopicView, ...]
    agenda: tuple[AgendaLine, ...]
    cautions: tuple[CautionList, ...]
    invited: tuple[Invited, ...]
    tables: tuple[Table, ...]

    @property
    def programme(self) -> tuple[tuple[AgendaLine, tuple[str, ...]], ...]:
        """The agenda; where companies are to tell, with the names of those that are strong in the topic."""
        return tuple((line, self._tellers(line) if line.part == "talk" else ()) for line in self.agenda)

    def _tellers(self, line: AgendaLine) -> tuple[str, ...]:
        topic = next(one for one in self.topics if one.number == line.topic)
        return tuple(one.name for one in self.invited if topic.title in one.strong)

    @property
    def crowded(self) -> bool:
        """Whether competitors sit at one table."""
        return any(table.competitors for table in self.tables)

    @property
    def sharing(self) -> tuple[Invited, ...]:
        return tuple(one for one in self.invited if one.shares)

    @property
    def others(self) -> tuple[Invited, ...]:
        return tuple(one for one in self.invited if not one.shares)


class Room:
    """A round as a plan needs it: its figures, and who shares answers by name. Read once for a page."""

    def __init__(self, within: Round, prefectures: Iterable[str] = ()) -> None:
        self.round = within
        self.catalog: Catalog = get_catalog(within.catalog_ref)
        self.figures: Figures = figures_of(within)
        self.wanted: Filter = {"prefecture": frozenset(prefectures)} if prefectures else EVERYBODY

    @property
    def cohort(self) -> Cohort:
        return self.figures.cohort

    @cached_property
    def group(self) -> Group:
        """Companies of the wanted prefectures; of the whole round where no figure can be shown of those."""
        return self._wanted if self.of_wanted else self.cohort.group()

    @cached_property
    def beside(self) -> Group:
        """Of the same group the companies in blocks: what may go to everybody who comes."""
        return self.figures.sealed.group(self.wanted if self.of_wanted else EVERYBODY)

    @cached_property
    def of_wanted(self) -> bool:
        return any(self._wanted.mean(section.id) is not None for section in self.catalog.sections())

    @cached_property
    def _wanted(self) -> Group:
        return self.cohort.group(self.wanted)

    @cached_property
    def points(self) -> Points:
        sections = [section.id for section in self.catalog.sections()]
        found = {
            one.id: {name: one.values[name] for name in sections if name in one.values} for one in self.cohort.named
        }
        return {company: points for company, points in found.items() if points}

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        return needs(self.catalog, self.group, self.candidates())

    def candidates(self) -> list[Candidate]:
        """Participants that share their answers by name, of the wanted prefectures."""
        rows = self.participants().filter(organisation_id__in=list(self.points))
        if chosen := self.wanted.get("prefecture"):
            rows = rows.filter(prefecture__in=sorted(chosen))
        return [candidate(row, self.points) for row in rows]

    def participants(self) -> QuerySet[Participant]:
        """Everybody of the round but companies that left the network."""
        here = Affiliation.objects.present().values("organisation_id")
        rows: QuerySet[Participant] = Participant.objects.filter(round=self.round)
        return rows.filter(Q(organisation_id__isnull=True) | Q(organisation_id__in=here))


def candidate(row: Participant, points: Points) -> Candidate:
    known = points.get(row.organisation_id, {}) if row.organisation_id else {}
    return Candidate(row.pk, row.name, trade_of(row.industry, row.prefecture), known)


def guests(rows: Iterable[Participant], points: Points, chosen: Sequence[str]) -> list[Guest]:
    """Those rows as `tables.seat` wants them."""
    found = []
    for one in (candidate(row, points) for row in rows):
        known = {topic: strong for topic in chosen if (strong := one.strength(topic)) is not None}
        found.append(Guest(one.id, one.trade, known))
    return found


def invited_rows(plan: WorkshopPlan) -> list[Participant]:
    """The participants of a plan, in its order; ids of rows that are gone are passed over."""
    rows = {str(row.pk): row for row in Participant.objects.filter(round=plan.round_id, pk__in=plan.invited)}
    return [rows[name] for name in plan.invited if name in rows]


def workshop_of(plan: WorkshopPlan, language: str, room: Room | None = None) -> Workshop:
    """Everything of a plan, in `language`."""
    room = room or Room(plan.round, plan.prefectures)
    by_section = {need.section.id: need for need in room.needs}
    on = topics(room.catalog, plan.topics, room.beside, language)
    rows = invited_rows(plan)
    seen = tuple(describe(rows, room.points, on, plan.tables, language))
    return Workshop(
        plan=plan,
        figures=topic_figures((by_section[topic.id] for topic in on), language, room),
        topics=on,
        agenda=agenda(plan.minutes, on, plan.starts_at, language),
        cautions=cautions(room.catalog, language),
        invited=seen,
        tables=_tables(seen, guests(rows, room.points, plan.topics)),
    )


def topic_figures(found: Iterable[Need], language: str, room: Room) -> tuple[TopicFigures, ...]:
    axes: dict[str, str] = {axis.id: axis.title.get(language) for axis in room.catalog.axes}
    return tuple(
        TopicFigures(
            id=need.section.id,
            title=need.section.title.get(language),
            axis=axes[need.axis_id],
            mean=shown(need.mean.points) if need.mean else None,
            n=need.mean.n if need.mean else 0,
            gain=shown(need.gain) if need.mean else None,
            weak=need.weak,
            middle=need.middle,
            strong=need.strong,
        )
        for need in found
    )


def _tables(seen: Sequence[Invited], sitting: Sequence[Guest]) -> tuple[Table, ...]:
    by_id = {guest.id: guest for guest in sitting}
    names = {one.id: one.name for one in seen}
    numbers = sorted({one.table for one in seen if one.table is not None})
    found = []
    for number in numbers:
        here = [one for one in seen if one.table == number]
        pairs = competitors([[by_id[one.id] for one in here]])
        found.append(Table(number, tuple(here), tuple((names[one.id], names[other.id]) for one, other in pairs)))
    return tuple(found)


# --- one company ------------------------------------------------------------------------------------------------------


def describe(
    rows: Sequence[Participant],
    points: Points,
    on: Sequence[TopicView],
    tables: Mapping[str, int],
    language: str,
) -> list[Invited]:
    """Companies with what may be seen of them now. One query."""
    joined = [row.organisation_id for row in rows if row.organisation_id]
    here = set(
        Affiliation.objects.present().filter(organisation_id__in=joined).values_list("organisation_id", flat=True)
    )
    with translation.override(language):
        return [_describe(row, points, on, tables, here, language) for row in rows]


def _describe(
    row: Participant,
    points: Points,
    on: Sequence[TopicView],
    tables: Mapping[str, int],
    here: set[UUID],
    language: str,
) -> Invited:
    state = _state(row, points, here)
    known = points[row.organisation_id] if state == "shares" and row.organisation_id else {}
    standings = tuple(_standing(topic, known.get(topic.id)) for topic in on) if known else ()
    industry, prefecture = INDUSTRIES.get(row.industry), PREFECTURES.get(row.prefecture)
    return Invited(
        id=row.pk,
        organisation_id=row.organisation_id,
        name=row.name,
        email=row.email,
        industry=industry.get(language) if industry else "",
        prefecture=prefecture.get(language) if prefecture else "",
        table=tables.get(str(row.pk)),
        state=state,
        standings=standings,
        reasons=tuple(_reason(one) for one in standings) or (_unknown(state),),
    )


def _state(row: Participant, points: Points, here: set[UUID]) -> State:
    if row.organisation_id is None:
        return "not joined"
    if row.organisation_id not in here:
        return "gone"
    return "shares" if row.organisation_id in points else "silent"


def _standing(topic: TopicView, points: Fraction | None) -> Standing:
    if points is None:
        return Standing(topic.id, topic.title, None, None)
    return Standing(topic.id, topic.title, strength(points), shown(points))


def _reason(standing: Standing) -> str:
    words = {
        "weak": _("%(topic)s：弱い（%(points)s点）。ほかの会社から学べます。"),
        "middle": _("%(topic)s：中ほど（%(points)s点）。"),
        "strong": _("%(topic)s：強い（%(points)s点）。経験を話せます。"),
        None: _("%(topic)s：答えがないため、分かりません。"),
    }
    return words[standing.strength] % {"topic": standing.title, "points": standing.points}


def _unknown(state: State) -> str:
    if state == "not joined":
        return _("まだネットワークに加わっていないため、強み・弱みは分かりません。")
    if state == "gone":
        return _("ネットワークから抜けています。")
    return _("回答を共有していないため、強み・弱みは分かりません。")
