"""What may be handed over of an order at this moment: what each company shares with the body, asked anew each time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from organisations.access import shared_now
from organisations.consent import What, with_needs
from organisations.models import Affiliation, Grant
from organisations.scoping import body_scope
from reports.models import MemberFile

PRINTED = (What.SCORES, What.ANSWERS, What.NOTES)
"""What can stand in a report; the scores must."""
Shared = Mapping[UUID, frozenset[What]]


def shared_for(file: MemberFile) -> frozenset[What]:
    """What the company of `file` shares with its body at this moment."""
    return shared_now(file.body_id, file.organisation_id)


def all_shared(companies: Collection[UUID] | None = None) -> Shared:
    """What each company that belongs to the body in scope shares with it at this moment; of `companies` only, where
    they are named. Two statements."""
    present, grants = Affiliation.objects.present(), Grant.objects.active()
    if companies is not None:
        present, grants = present.filter(organisation__in=companies), grants.filter(organisation__in=companies)
    found: dict[UUID, set[What]] = {one: set() for one in present.values_list("organisation_id", flat=True)}
    for one, what in grants.values_list("organisation_id", "what"):
        if one in found:
            found[one].add(What(what))
    return {one: frozenset(whats) for one, whats in found.items()}


def printed_of(shared: frozenset[What]) -> str:
    """What of `shared` a report is made under, as a row keeps it; empty where there is nothing to print."""
    held = [what for what in PRINTED if with_needs([what]) <= shared]
    return ",".join(what.value for what in held)


def stands(file: MemberFile, shared: Shared) -> bool:
    """Whether everything that `file` was made under is shared still."""
    return file.made_under <= shared.get(file.organisation_id, frozenset())


def watch(file: MemberFile) -> Callable[[], bool]:
    """The same, to be asked again and again while the file is handed over, from any scope."""

    def holds() -> bool:
        return file.made_under <= shared_for(file)

    return holds


def fallen() -> list[MemberFile]:
    """Finished files of all bodies that may not be handed over any more."""
    found: list[MemberFile] = []
    done = MemberFile.unscoped.filter(status=MemberFile.Status.DONE)
    for body_id in list(done.order_by().values_list("body_id", flat=True).distinct()):
        with body_scope(body_id):
            shared = all_shared()
            rows = MemberFile.objects.filter(status=MemberFile.Status.DONE).iterator(2000)
            found += [file for file in rows if not stands(file, shared)]
    return found
