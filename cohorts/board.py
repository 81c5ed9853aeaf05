"""The status board of a round: how far each company is, as far as a network may know it without consent.

That is: its row in the round's list, whether it was invited, joined, began and submitted, and whether it shares
something. Within the network's scope; a fixed number of statements however many companies there are.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, SmallIntegerField, Value, When

from assessments.submitted_by import with_started, with_submitted
from cohorts.models import Notice, Participant
from guidance.profile import EMPLOYEE_BANDS, INDUSTRIES, PREFECTURES, SALES_BANDS
from organisations.models import Affiliation, Grant, Round

PER_PAGE = 50
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


def fitting(within: Round, chosen: Chosen) -> QuerySet[Any]:
    """The companies of a round that fit what was chosen of the list's own words and facts, whatever their state."""
    rows = Participant.objects.filter(round=within)
    for name in FACTS:
        if wanted := getattr(chosen, name):
            rows = rows.filter(**{name: "" if wanted == UNKNOWN else wanted})
    for word in chosen.q.split():
        rows = rows.filter(_named(word))
    return _with_state(rows, within)


def counts(rows: QuerySet[Any]) -> Counts:
    """Of `fitting`. One statement. Counted here: SQLite would work out the state of every company twice to group by it."""
    found = Counter(rows.order_by().values_list("place", "shares"))
    return Counts({(STATES[place], shares): number for (place, shares), number in found.items()})


def page(rows: QuerySet[Any], chosen: Chosen, found: Counts, number: str | None) -> Page[Any]:
    """A page of `listed`. One statement. A number that is none is the first page."""
    return _Counted(listed(rows, chosen), found.of(chosen.state, shared=chosen.shared)).get_page(number)


def listed(rows: QuerySet[Any], chosen: Chosen) -> QuerySet[Any]:
    """Of `fitting` those in the chosen state, in order."""
    found = rows
    if chosen.state is not None:
        found = found.filter(place=STATES.index(chosen.state))
    if chosen.shared is not None:
        found = found.filter(shares=chosen.shared)
    return found.order_by(*(["place"] if chosen.sort is Sort.STATE else []), "name", "pk")


def state_of(row: Any) -> State:
    """Of a row of `listed`."""
    place: int = row.place
    return STATES[place]


# --- parts ------------------------------------------------------------------------------------------------------------


class _Counted(Paginator):  # type: ignore[type-arg]
    """Pages of what was counted already."""

    def __init__(self, rows: QuerySet[Any], number: int) -> None:
        super().__init__(rows, PER_PAGE)
        self._number = number

    @property
    def count(self) -> int:
        return self._number


def _with_state(rows: QuerySet[Any], within: Round) -> QuerySet[Any]:
    """Everything is asked as a set, for the reason that stands at `assessments.submitted_by._among`."""
    present = Affiliation.objects.present().values("organisation_id")
    sharing = Grant.objects.active().values("organisation_id")
    arrived = Notice.objects.filter(participant_id=OuterRef("participant_id"), status=Notice.Status.SENT)
    failed = Notice.objects.filter(
        ~Exists(arrived), participant__round=within, status__in=[Notice.Status.FAILED, Notice.Status.UNSURE]
    )
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
