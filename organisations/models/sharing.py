"""What a company lets a network or an office see, and who was asked to join."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from organisations.consent import What
from organisations.models.bodies import Body
from organisations.models.companies import Organisation
from organisations.models.people import User
from organisations.policy import BodyRole, Role
from organisations.scoping import TwoSidedManager


class GrantQuerySet(models.QuerySet[Any]):
    """Consents."""

    def active(self, on: dt.date | None = None) -> GrantQuerySet:
        """Those that hold on a day (today where none is said): neither revoked nor over."""
        return self.filter(revoked_at__isnull=True, until__gte=on or timezone.localdate())


class Grant(models.Model):
    """One consent: a company shares one kind of its data with one body, for a purpose, until a day (included)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=10, choices=[(what.value, what.value) for what in What])
    purpose = models.CharField(max_length=300)
    until = models.DateField()
    granted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    revoked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TwoSidedManager.from_queryset(GrantQuerySet)()
    unscoped = models.Manager.from_queryset(GrantQuerySet)()

    class Meta:
        ordering = ["-granted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "body", "what"],
                condition=models.Q(revoked_at__isnull=True),
                name="one_standing_grant_of_a_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(what__in=[what.value for what in What]), name="grant_is_of_a_known_kind"
            ),
            models.CheckConstraint(condition=~models.Q(purpose=""), name="grant_has_a_purpose"),
        ]
        indexes = [
            # Holds everything that is asked when a body asks which of its companies share something.
            models.Index(
                fields=["body", "revoked_at", "until", "organisation", "granted_at"], name="consents_to_a_body"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.body_id} {self.what}"

    @property
    def active(self) -> bool:
        return self.revoked_at is None and self.until >= timezone.localdate()


class InvitationQuerySet(models.QuerySet[Any]):
    """Invitations."""

    def waiting(self) -> InvitationQuerySet:
        """Those that were neither accepted nor taken back; their days may be over."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)


class Invitation(models.Model):
    """Somebody was asked by mail: into a company (a `role` of Role), into a body (a `role` of BodyRole), or, with no
    role, to bring a company of theirs into the body.

    The link in the mail is signed over id and `serial`, so that sending it anew ends the one before. It opens for
    whoever proves to read the mail of `email`, until `expires_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    body = models.ForeignKey(Body, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField()
    role = models.CharField(max_length=12, blank=True)
    serial = models.PositiveSmallIntegerField(default=1)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TwoSidedManager.from_queryset(InvitationQuerySet)()
    unscoped = models.Manager.from_queryset(InvitationQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(organisation__isnull=False, body__isnull=True, role__in=[r.value for r in Role])
                | models.Q(organisation__isnull=True, body__isnull=False, role__in=["", *(r.value for r in BodyRole)]),
                name="invitation_is_into_a_company_or_a_body",
            ),
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=models.Q(accepted_at__isnull=True, revoked_at__isnull=True, organisation__isnull=False),
                name="one_open_invitation_of_a_person_into_a_company",
            ),
            models.UniqueConstraint(
                fields=["body", "email", "role"],
                condition=models.Q(accepted_at__isnull=True, revoked_at__isnull=True, body__isnull=False),
                name="one_open_invitation_of_a_person_into_a_body",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.role}"

    @property
    def pending(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None

    @property
    def expired(self) -> bool:
        return self.pending and self.expires_at <= timezone.now()
