"""A round's list: taking companies from a file, all of them or none, and taking off it who was not invited yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cohorts.importing import FIELDS, Entry, Known, read_list
from cohorts.models import Participant
from cohorts.participants import adopt
from cohorts.rounds import RoundOver, uninvited
from organisations.audit import Verb, record
from organisations.models import Affiliation, Organisation, Round, User

PIECE = 500


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did: companies added, how many of them belong to the network already, and the lines of the file
    whose companies stood on the list before."""

    added: int
    members: int
    standing: tuple[int, ...]


def take(within: Round, content: bytes, file: str, *, by: User) -> Taken:
    """Add the companies of a file to the round's list. Nobody is invited by it. In the network's scope.

    A company is known as one of the network's by its 法人番号, or by the address at which it was invited to an earlier
    round. No other company of this service is looked for: that would tell who uses it. Raises guidance's InputRefused
    with every fault of the file, and RoundOver; then nothing was added.
    """
    if within.closes_on < timezone.localdate():
        raise RoundOver
    found = read_list(content, file, _known(within))
    with transaction.atomic():
        # Reading takes a while; what came on the list meanwhile stands there now.
        locked = Round.objects.select_for_update().get(pk=within.pk)
        known = _known(locked)
        new = [
            one for one in found.new if one.corporate_number not in known.numbers and one.email not in known.addresses
        ]
        members = _Members(locked, new, {*known.numbers, *(one.corporate_number for one in new)})
        rows = [row for one in new if (row := members.row_of(one)) is not None]
        Participant.objects.bulk_create(rows, batch_size=PIECE)
        came = {one.line for one in found.new} - {one.line for one in new}
        if rows:
            record(Verb.LIST_CHANGED, actor=by, body=locked.body_id, target=locked.pk, added=len(rows))
    belong = sum(row.organisation_id is not None for row in rows)
    return Taken(len(rows), belong, tuple(sorted({*found.standing, *came, *members.lines_standing})))


@transaction.atomic
def take_off(within: Round, participant_id: UUID | None, *, by: User) -> int:
    """Take a company that was not invited off the list; without an id, every one of them. Returns how many went. In the
    network's scope."""
    Round.objects.select_for_update().get(pk=within.pk)
    going = uninvited(within)
    if participant_id is not None:
        going = going.filter(pk=participant_id)
    count = going.count()
    if count:
        going.delete()
        record(Verb.LIST_CHANGED, actor=by, body=within.body_id, target=within.pk, removed=count)
    return count


def _known(within: Round) -> Known:
    """Three columns of the round's rows, and the numbers of the network's companies."""
    listed = list(Participant.objects.filter(round=within).values_list("corporate_number", "email"))
    members = Affiliation.objects.present().values_list("organisation__corporate_number", flat=True)
    return Known(
        numbers={number for number, _email in listed if number},
        addresses={email: number for number, email in listed if email},
        members={number for number in members if number},
    )


class _Members:
    """Which of the entries are companies that belong to the network."""

    def __init__(self, within: Round, entries: Iterable[Entry], taken: set[str]) -> None:
        """`taken`: the 法人番号 that stand in the round, or will."""
        self.within, self.taken = within, taken
        self.lines_standing: list[int] = []
        asked = list(entries)
        numbers = {one.corporate_number for one in asked if one.corporate_number}
        addresses = {one.email for one in asked if one.email}
        here = Affiliation.objects.present().select_related("organisation")
        self.by_number: dict[str, Organisation] = {
            one.organisation.corporate_number: one.organisation
            for one in here.filter(organisation__corporate_number__in=numbers)
        }
        earlier = Participant.objects.filter(email__in=addresses, organisation__isnull=False)
        companies = dict(earlier.values_list("email", "organisation_id"))
        present = {one.organisation_id: one.organisation for one in here.filter(organisation_id__in=companies.values())}
        self.by_address = {email: present[owner] for email, owner in companies.items() if owner in present}
        standing = Participant.objects.filter(round=within, organisation__isnull=False)
        self.standing = set(standing.values_list("organisation_id", flat=True))

    def row_of(self, entry: Entry) -> Participant | None:
        """The entry as a row of the round; None where its company stands there already."""
        known = self.by_number.get(entry.corporate_number) or self.by_address.get(entry.email)
        facts = {one.key: getattr(entry, one.key) for one in FIELDS}
        row = Participant(round=self.within, body_id=self.within.body_id, source=Participant.Source.LIST, **facts)
        if known is not None:
            if known.pk in self.standing:
                self.lines_standing.append(entry.line)
                return None
            self.standing.add(known.pk)
            adopt(row, known, taken=known.corporate_number in self.taken)
            self.taken.add(row.corporate_number)
        return row
