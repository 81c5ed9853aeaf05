"""Which companies are in an order: those that submitted and share their scores, of those that were asked for.

Within `body_scope`. What a company did not share is neither read nor printed; it counts as one of those left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from assessments.consented import granted
from assessments.models import Submission
from assessments.submitted_by import with_submitted, within_round
from cohorts.models import Participant
from organisations.bodies import companies
from organisations.consent import What
from organisations.models import Affiliation, Body, Round
from reports.batches.standing import all_shared, printed_of


@dataclass(frozen=True, slots=True)
class Wish:
    """Which companies somebody asks for; nothing said: all of the body. `chosen`: ids taken from the list of companies.

    Industry and prefecture are those of the network's own lists; what an office's clients are, no list says.
    """

    round: Round | None = None
    industry: str = ""
    prefecture: str = ""
    chosen: frozenset[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A company that is in: its latest submission (of the round, where one was named), and what of it is printed."""

    organisation_id: UUID
    submission_id: UUID
    shared: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who is in, by name, and how many of those that were asked for are not."""

    entries: tuple[Entry, ...]
    not_submitted: int
    not_shared: int
    elsewhere: int
    """Of those chosen by hand: ids that belong to no company of the body any more."""

    @property
    def left_out(self) -> int:
        return self.not_submitted + self.not_shared


def choose(body: Body, wish: Wish) -> Chosen:
    """Who is in at this moment."""
    asked = _asked_for(body, wish)
    shared, latest = all_shared(), _latest(wish.round)
    entries: list[Entry] = []
    found = not_submitted = not_shared = 0
    for one, submitted in with_submitted(asked, wish.round).values_list("organisation_id", "submitted"):
        found += 1
        printed = printed_of(shared.get(one, frozenset()))
        if not submitted:
            not_submitted += 1
        elif not printed or one not in latest:
            not_shared += 1
        else:
            entries.append(Entry(one, latest[one], printed))
    elsewhere = len(wish.chosen) - found if wish.chosen is not None and _nothing_but_chosen(wish) else 0
    return Chosen(tuple(entries), not_submitted, not_shared, elsewhere)


def _nothing_but_chosen(wish: Wish) -> bool:
    return not (wish.round or wish.industry or wish.prefecture)


def _asked_for(body: Body, wish: Wish) -> QuerySet[Affiliation]:
    found = companies(body.pk)
    if wish.chosen is not None:
        found = found.filter(organisation__in=wish.chosen)
    facts = {name: value for name, value in (("industry", wish.industry), ("prefecture", wish.prefecture)) if value}
    if facts or wish.round is not None:
        listed = Participant.objects.filter(organisation__isnull=False, **facts)
        if wish.round is not None:
            listed = listed.filter(round=wish.round)
        found = found.filter(organisation__in=listed.values("organisation_id"))
    return found


def _latest(within: Round | None) -> dict[UUID, UUID]:
    """Company -> its latest submission, of companies that share their scores. Ids alone, from an index."""
    theirs: QuerySet[Submission] = Submission.unscoped.filter(
        granted([What.SCORES]), Q(organisation_id__in=Affiliation.objects.present().values("organisation_id"))
    )
    if within is not None:
        theirs = within_round(theirs, within)
    return dict(theirs.order_by("submitted_at").values_list("organisation_id", "pk"))
