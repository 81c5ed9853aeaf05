"""Who of a round may be written to, and at which address: one rule for who gets a mail planned, counted and sent."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from assessments.submitted_by import with_submitted
from cohorts.mail_hours import MailHours
from cohorts.models import Notice, Participant
from organisations.models import Affiliation, Membership, Round
from organisations.policy import Role

WAITS_FOR_AN_ANSWER = Q(
    organisation__isnull=True,
    invitation__isnull=False,
    invitation__accepted_at__isnull=True,
    invitation__revoked_at__isnull=True,
)


def hours_of(within: Round) -> MailHours:
    """When the round's mails may be sent."""
    return MailHours(within.hour_from, within.hour_until, within.weekdays_only)


def to_write_to(within: Round) -> QuerySet[Any]:
    """Those of a round who have not submitted and can still do so: companies that joined and stay, and those whose
    invitation waits for an answer. Each has `address`: that of the network's list, or of the company's first owner;
    where there is neither, empty. In the network's scope.
    """
    present = Affiliation.objects.present().values("organisation_id")
    stays = Q(organisation_id__in=present, organisation__delete_after__isnull=True)
    owners = Membership.objects.filter(
        organisation_id=OuterRef("organisation_id"), role=Role.OWNER, user__is_active=True
    ).order_by("created_at", "pk")
    owner = Coalesce(Subquery(owners.values("user__email")[:1]), Value(""), output_field=CharField())
    rows = Participant.objects.filter(round=within).annotate(
        address=Case(When(~Q(email=""), then=F("email")), default=owner, output_field=CharField()),
    )
    return with_submitted(rows, within, only=False).filter(WAITS_FOR_AN_ANSWER | stays)


def to_remind(within: Round) -> QuerySet[Any]:
    """Those who get a reminder when one is sent now: not whose invitation is still on its way."""
    on_its_way = Notice.objects.filter(
        participant__round=within,
        reminder__isnull=True,
        status__in=[Notice.Status.WAITING, Notice.Status.SENDING],
    )
    return to_write_to(within).exclude(address="").exclude(pk__in=on_its_way.values("participant_id"))
