"""Carrying out what `organisations.deleting` was asked for: of the company only its lines in the audit log are left.

It may be cut off at any line and is taken up by the next run: the company's own row goes last, and with it the wish.
"""

from __future__ import annotations

import datetime as dt
import logging
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from assessments.models import Evidence
from organisations.audit import Verb, record
from organisations.models import BodyMembership, Invitation, Membership, Organisation, PlatformMembership, User
from organisations.scoping import scope
from reports.models import ClientFile, MemberFile, ReportFile

log = logging.getLogger(__name__)


def carry_out(now: dt.datetime) -> int:
    """Delete every company whose day has come. Returns how many went.

    One that cannot be deleted now (a storage that does not answer) keeps its wish, and does not hold up the others.
    """
    due = Organisation.objects.filter(delete_after__lte=now).order_by("delete_after")
    gone = 0
    for organisation_id in list(due.values_list("pk", flat=True)):
        try:
            with scope(organisation_id):
                gone += _delete(organisation_id, now)
        except Exception:
            log.exception("company %s: its deletion was cut off and goes on with the next run", organisation_id)
    return gone


def _delete(organisation_id: UUID, now: dt.datetime) -> bool:
    """Close the company, then remove its files, then its rows. False where the wish was taken back meanwhile."""
    if not _close(organisation_id, now):
        return False
    removed: set[str] = set()
    while (names := _files()) - removed or not _remove_rows(organisation_id, removed):
        for name in names - removed:
            default_storage.delete(name)
        removed |= names
    return True


@transaction.atomic
def _close(organisation_id: UUID, now: dt.datetime) -> bool:
    """From here on nobody comes in, so that nobody takes back what has begun or finds half of it."""
    if _locked(organisation_id).filter(delete_after__lte=now).first() is None:
        return False
    Invitation.objects.filter(organisation=organisation_id).delete()
    guests = list(_guests(organisation_id).values_list("pk", flat=True))
    keys = list(UserSession.objects.filter(user__in=guests).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    Membership.objects.filter(organisation=organisation_id).delete()
    User.objects.filter(pk__in=guests).delete()
    return True


def _guests(organisation_id: UUID) -> QuerySet[User]:
    """Who has an account only to have worked for this company: no other place, and no way of their own to sign in."""

    def theirs(rows: QuerySet[Membership] | QuerySet[BodyMembership] | QuerySet[PlatformMembership]) -> Exists:
        return Exists(rows.filter(user=OuterRef("pk")))

    here = Membership.objects.filter(organisation=organisation_id)
    return User.objects.filter(
        theirs(here),
        ~theirs(Membership.objects.exclude(organisation=organisation_id)),
        ~theirs(BodyMembership.objects.all()),
        ~theirs(PlatformMembership.objects.all()),
        ~Exists(Authenticator.objects.filter(user=OuterRef("pk"))),
        ~Exists(SocialAccount.objects.filter(user=OuterRef("pk"))),
        password__startswith=UNUSABLE_PASSWORD_PREFIX,
        is_staff=False,
        is_superuser=False,
    )


def _files() -> set[str]:
    """The names in storage that rows of the company in scope name."""
    evidence = Evidence.objects.values_list("file", flat=True)
    reports = ReportFile.objects.exclude(file="").values_list("file", flat=True)
    copies = MemberFile.objects.exclude(file="").values_list("file", flat=True)
    papers = ClientFile.objects.exclude(file="").values_list("file", flat=True)
    return {*evidence, *reports, *copies, *papers}


@transaction.atomic
def _remove_rows(organisation_id: UUID, removed: set[str]) -> bool:
    """Every row, and the line that says so. False where a file came in meanwhile: its row is all that knows of it.

    With the company's row locked no row can come in any more. Whoever is still making a report finds its job gone and
    throws the file away.
    """
    company = _locked(organisation_id).get()
    if _files() - removed:
        return False
    company.delete()
    record(Verb.DELETED, actor=None, organisation=organisation_id)
    return True


def _locked(organisation_id: UUID) -> QuerySet[Organisation]:
    return Organisation.objects.select_for_update().filter(pk=organisation_id)
