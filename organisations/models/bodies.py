"""Networks and advisory offices, their people, their companies, and the rounds of a network."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from organisations.models.companies import Organisation
from organisations.models.people import User
from organisations.policy import BodyKind, BodyRole
from organisations.scoping import TwoSidedManager

CODE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without the signs that people take for one another: 0 and O, 1 and I."""
CODE_LENGTH = 10


def new_join_code() -> str:
    return get_random_string(CODE_LENGTH, CODE_SIGNS)


class Body(models.Model):
    """A coordinating network or an advisory office."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=7, choices=[(kind.value, kind.value) for kind in BodyKind])
    name = models.CharField(_("名称"), max_length=120, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in BodyKind]), name="body_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_network(self) -> bool:
        return self.kind == BodyKind.NETWORK


class BodyMembership(models.Model):
    """A person's role in a network or an office. `key` names it in addresses and forms."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="body_memberships")
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=[(role.value, role.value) for role in BodyRole])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "body"], name="one_role_per_person_and_body"),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in BodyRole]), name="body_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.body_id}"


class AffiliationQuerySet(models.QuerySet[Any]):
    """Companies in bodies."""

    def present(self) -> AffiliationQuerySet:
        """Those that have not ended."""
        return self.filter(ended_at__isnull=True)


class Affiliation(models.Model):
    """A company belongs to a network, or is a client of an office, until `ended_at`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TwoSidedManager.from_queryset(AffiliationQuerySet)()
    unscoped = models.Manager.from_queryset(AffiliationQuerySet)()

    class Meta:
        ordering = ["since"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "body"],
                condition=models.Q(ended_at__isnull=True),
                name="one_present_affiliation_of_company_and_body",
            ),
        ]
        indexes = [
            # Holds everything that is asked when all companies of a body are asked for at once.
            models.Index(fields=["body", "ended_at", "organisation", "since"], name="companies_of_a_body"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.body_id}"


class Round(models.Model):
    """A network's round: its companies answer one version of the questionnaire between two days, both included."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="rounds")
    name = models.CharField(_("回の名前"), max_length=80)
    catalog_ref = models.CharField(max_length=80)
    opens_on = models.DateField(_("始まる日"))
    closes_on = models.DateField(_("終わる日"))
    join_code = models.CharField(max_length=12, unique=True, default=new_join_code)
    """Whoever knows it may bring a company of theirs into the network; the coordinator can renew it."""
    origin = models.URLField(blank=True)
    """The address of the site when the round was opened: the links of mails that are sent later begin with it."""
    hour_from = models.PositiveSmallIntegerField(_("送り始める時刻"), default=9)
    hour_until = models.PositiveSmallIntegerField(_("送り終える時刻"), default=17)
    weekdays_only = models.BooleanField(_("土日には送らない"), default=True)
    opening_at = models.DateTimeField(null=True, blank=True)
    """When somebody asked to open it; until `opened_at` the job that invites everybody is under way."""
    opened_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-opens_on", "-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_on__gte=models.F("opens_on")), name="a_round_closes_after_it_opens"
            ),
            models.CheckConstraint(
                condition=models.Q(hour_until__gt=models.F("hour_from"), hour_until__lte=24),
                name="mail_hours_are_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name
