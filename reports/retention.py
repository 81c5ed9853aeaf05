"""What is cleared, and when: nothing that a living company answered, submitted or put beside an answer.

Kept for ever, because they are the company's own record: consents that ended, and the audit log.
"""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from assessments.models import Assignment, Evidence
from cohorts.models import Participant
from organisations.lockout import forget_addresses
from organisations.models import Invitation
from reports.batches.standing import fallen
from reports.batches.turns import fall
from reports.deleting import carry_out
from reports.jobs import KINDS, withdraw_unless_it_stands
from reports.models import Batch, BatchItem, BodyFile, FileJob, MemberFile

FOLDERS = ("evidence", "reports")
"""Where files of companies lie in the storage; nothing else is looked at."""
GRACE = dt.timedelta(days=1)
"""A file that no row names may be one whose row is about to be written. A day later it is not."""
BATCH = 500


@dataclass(frozen=True, slots=True)
class Tidied:
    """How many of each went."""

    companies: int
    invitations: int
    participants: int
    sign_ins: int
    reports: int
    files: int


def tidy(now: dt.datetime | None = None) -> Tidied:
    """Do everything that is due. It may be cut off anywhere and run again, or twice at a time."""
    now = now or timezone.now()
    companies = carry_out(now)
    call_command("clearsessions")
    return Tidied(
        companies=companies,
        invitations=forget_invitations(now),
        participants=forget_participants(now),
        sign_ins=forget_addresses(),
        reports=remove_old_reports(now) + remove_withdrawn(),
        files=remove_orphans(now),
    )


def forget_invitations(now: dt.datetime) -> int:
    """Invitations that ended long ago: they go; where questions were answered through one, only its address goes."""
    if not settings.RETENTION_INVITATION_DAYS:
        return 0
    long_ago = now - dt.timedelta(days=settings.RETENTION_INVITATION_DAYS)
    accepted = Q(accepted_at__lt=long_ago)
    never = Q(accepted_at__isnull=True) & (Q(revoked_at__lt=long_ago) | Q(expires_at__lt=long_ago))
    through_it = Exists(Assignment.unscoped.filter(invitation=OuterRef("pk")))
    blanked = Invitation.unscoped.filter(accepted, through_it).exclude(email="").update(email="")
    _all, removed = Invitation.unscoped.filter(never | (accepted & ~through_it)).delete()
    return blanked + removed.get(Invitation._meta.label, 0)


def forget_participants(now: dt.datetime) -> int:
    """Addresses on the list of a round that ended long ago, of companies that never joined: they never agreed that the
    network keeps them here. The row stays, so that the round's figures of who was invited do."""
    if not settings.RETENTION_INVITATION_DAYS:
        return 0
    last_day = timezone.localdate(now) - dt.timedelta(days=settings.RETENTION_INVITATION_DAYS)
    strangers = Participant.unscoped.filter(organisation__isnull=True, round__closes_on__lt=last_day)
    return strangers.exclude(email="").update(email="")


def remove_old_reports(now: dt.datetime) -> int:
    """PDFs that were made long ago, with their jobs, and orders of many that ended as long ago. Each can be ordered
    again from its submission or its round. A file that a later order found goes with that order."""
    if not settings.RETENTION_REPORT_DAYS:
        return 0
    long_ago = now - dt.timedelta(days=settings.RETENTION_REPORT_DAYS)
    Batch.objects.filter(ended_at__lt=long_ago).exclude(status__in=Batch.UNDER_WAY).delete()
    removed = 0
    for kind in KINDS:
        if kind.kept_for_good:
            continue
        old = kind.unscoped.filter(status=FileJob.Status.DONE, finished_at__lt=long_ago)
        if kind is MemberFile:
            old = old.filter(~Exists(BatchItem.objects.filter(file=OuterRef("pk"))))
        for key, name in list(old.values_list("pk", "file")):
            # The file first: cut off here, the job counts as one whose file was lost, and can be ordered anew as well.
            default_storage.delete(name)
            removed += old.filter(pk=key, file=name).delete()[0]
    return removed


def remove_withdrawn() -> int:
    """PDFs of networks and offices that rest on what may no longer be seen. Nobody was handed one since: their pages
    ask first."""
    done = BodyFile.objects.filter(status=FileJob.Status.DONE).select_related("round")
    removed = sum(withdraw_unless_it_stands(file) for file in list(done))
    for file in (shared_no_longer := fallen()):
        fall(file, FileJob.Reason.WITHDRAWN)
    return removed + len(shared_no_longer)


def remove_orphans(now: dt.datetime) -> int:
    """Files of companies that no row names, a day after they were last written: what a crash left behind."""
    removed = 0
    names = (name for folder in FOLDERS for name in _files_below(folder))
    while batch := list(islice(names, BATCH)):
        for name in set(batch) - _named(batch):
            if _older(name, now - GRACE):
                default_storage.delete(name)
                removed += 1
    for folder in FOLDERS:
        for empty in _empty_below(folder):
            if _older(empty, now - GRACE):
                with suppress(OSError):  # not empty any more
                    default_storage.delete(empty)
    return removed


def _named(names: list[str]) -> set[str]:
    """Those of `names` that a row names."""
    evidence = Evidence.unscoped.filter(file__in=names).values_list("file", flat=True)
    reports = (kind.unscoped.filter(file__in=names).values_list("file", flat=True) for kind in KINDS)
    return {*evidence, *chain.from_iterable(reports)}


def _files_below(folder: str) -> Iterator[str]:
    folders, files = _listed(folder)
    for name in files:
        yield posixpath.join(folder, name)
    for name in folders:
        yield from _files_below(posixpath.join(folder, name))


def _empty_below(folder: str) -> Iterator[str]:
    """Folders with nothing in them; a storage that knows no folders has none."""
    for name in _listed(folder)[0]:
        inner = posixpath.join(folder, name)
        if any(_listed(inner)):
            yield from _empty_below(inner)
        else:
            yield inner


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def _older(name: str, moment: dt.datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < moment
    except FileNotFoundError:
        return False
