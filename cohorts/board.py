"""The status board of a round: how far each company is, as far as a network may know it without consent.

That is: its row in the round's list, whether it was invited, joined, began and submitted, and whether it shares
something. Within the network's scope; a fixed number of statements however many companies there are.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, SmallIntegerField, Value, When
from django.db.models.functions import Cast

from assessments.submitted_by import with_started, with_submitted
from cohorts.models import Notice, Participant
from guidance.profile import EMPLOYEE_BANDS, INDUSTRIES, PREFECTURES, SALES_BANDS
from organisations.models import Affiliation, Grant, Round

PIECE = 500
UNKNOWN = "none"
"""In the address: companies of which this is not known."""
FACTS = {"industry": INDUSTRIES, "prefecture": PREFECTURES, "size": EMPLOYEE_BANDS, "sales_band": SALES_BANDS}


class State(StrEnum):
    """How far a company is, in this order. Who left the network is nothing else any more."""

    NEW = "new"
    FAILED = "failed"
    INVITED = "invited"
    JOINED = "joined"
    STARTED = "started"
    SUBMITTED = "submitted"
    LEFT = "left"


STATES = tuple(State)


class Sort(StrEnum):
    """In what order: by name, or by how far they are (and by name)."""

    NAME = "name"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which companies, in which order. An empty value leaves everything; UNKNOWN: where the list says nothing."""

    q: str = ""
    state: State | None = None
    shared: bool | None = None
    industry: str = ""
    prefecture: str = ""
    size: str = ""
    sales_band: str = ""
    sort: Sort = Sort.NAME

    @property
    def everything(self) -> bool:
        """Whether no company is left out."""
        return replace(self, sort=Sort.NAME) == Chosen()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the companies that fit all conditions but those on state and sharing."""

    by_state: Mapping[tuple[State, bool], int]

    def of(self, state: State | None = None, *, shared: bool | None = None) -> int:
        """How many are in `state` (None: in any) and share something, or share nothing (None: either)."""
        return sum(
            number
            for (one, shares), number in self.by_state.items()
            if state in (None, one) and shared in (None, shares)
        )


class Standing(NamedTuple):
    """How far one company is: the key of its row in the list (as text: three thousand UUIDs take longer to make than to
    read), the place of its state among STATES, and whether it shares something with the network."""

    key: str
    place: int
    shares: bool

    @property
    def state(self) -> State:
        return STATES[self.place]


def standings(within: Round, chosen: Chosen) -> list[Standing]:
    """By name, the companies of a round that fit what was chosen of the list's own words and facts, whatever their
    state. One statement, and three small values a company: counting, ordering and paging them here takes less than
    asking the database for each again."""
    rows = Participant.objects.filter(round=within)
    for name in FACTS:
        if wanted := getattr(chosen, name):
            rows = rows.filter(**{name: "" if wanted == UNKNOWN else wanted})
    for word in chosen.q.split():
        rows = rows.filter(_named(word))
    found = _with_state(rows, within).annotate(key=Cast("pk", CharField())).order_by("name", "pk")
    return [Standing(*row) for row in found.values_list("key", "place", "shares")]


def counts(found: Iterable[Standing]) -> Counts:
    """Of `standings`, before a state is chosen."""
    return Counts(Counter((one.state, one.shares) for one in found))


def listed(found: Iterable[Standing], chosen: Chosen) -> list[Standing]:
    """Those of `standings` that are in the chosen state, in the chosen order."""
    left = [one for one in found if chosen.state in (None, one.state) and chosen.shared in (None, one.shares)]
    return sorted(left, key=lambda one: one.place) if chosen.sort is Sort.STATE else left


def rows_of(found: Sequence[Standing]) -> Iterator[tuple[Participant, Standing]]:
    """The rows of the list with how far each company is, in the order given. One statement for each PIECE of them."""
    for first in range(0, len(found), PIECE):
        piece = found[first : first + PIECE]
        rows = Participant.objects.in_bulk([one.key for one in piece])
        yield from ((row, one) for one in piece if (row := rows.get(UUID(one.key))) is not None)


# --- parts ------------------------------------------------------------------------------------------------------------


def _with_state(rows: QuerySet[Any], within: Round) -> QuerySet[Any]:
    """Everything is asked as a set, for the reason that stands at `assessments.submitted_by._among`."""
    present = Affiliation.objects.present().values("organisation_id")
    sharing = Grant.objects.active().values("organisation_id")
    arrived = Notice.objects.filter(participant_id=OuterRef("participant_id"), status=Notice.Status.SENT)
    failed = Notice.objects.filter(~Exists(arrived), status__in=[Notice.Status.FAILED, Notice.Status.UNSURE])
    known = with_started(with_submitted(rows, within), within)
    joined = Q(organisation__isnull=False)
    invited = Q(invited_at__isnull=False, invitation__revoked_at__isnull=True)
    steps = (
        (joined & ~Q(organisation_id__in=present), State.LEFT),
        (joined & Q(submitted=True), State.SUBMITTED),
        (joined & Q(started=True), State.STARTED),
        (joined, State.JOINED),
        (invited & Q(pk__in=failed.values("participant_id")), State.FAILED),
        (invited, State.INVITED),
    )
    place = Case(
        *(When(fits, then=Value(STATES.index(state))) for fits, state in steps),
        default=Value(STATES.index(State.NEW)),
        output_field=SmallIntegerField(),
    )
    shares = Case(When(organisation_id__in=sharing, then=Value(True)), default=Value(False))
    found: QuerySet[Any] = known.annotate(place=place, shares=shares)
    return found


def _named(word: str) -> Q:
    """Companies in whose name or 法人番号 the word stands, written in full or half width, in capitals or not."""
    narrow = unicodedata.normalize("NFKC", word)
    forms = {word, narrow, _wide(narrow), _wide(narrow.upper()), _wide(narrow.lower())}
    found = reduce(or_, (Q(name__icontains=form) for form in sorted(forms)))
    digits = narrow.replace("-", "")
    return found | Q(corporate_number__contains=digits) if digits.isdecimal() else found


def _wide(text: str) -> str:
    """ASCII signs in full width, as company names are often written."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)
