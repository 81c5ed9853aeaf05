"""Who takes part in a round, which reminders are planned, and every mail that a round sends."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.models import Body, Invitation, Organisation, Round
from organisations.scoping import TwoSidedManager


class Participant(models.Model):
    """A company in a round, as the network knows it: from its own list, or as the company said when it joined.

    Nothing here comes from a company's answers. `organisation` is empty until the company has joined the network.
    """

    class Source(models.TextChoices):
        LIST = "list"
        CODE = "code"
        MEMBER = "member"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="participants")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    invitation = models.ForeignKey(Invitation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    source = models.CharField(max_length=6, choices=Source)
    name = models.CharField(_("会社名"), max_length=120)
    corporate_number = models.CharField(_("法人番号"), max_length=13, blank=True)
    email = models.EmailField(_("メールアドレス"), blank=True)
    industry = models.CharField(_("業種"), max_length=1, blank=True)
    prefecture = models.CharField(_("都道府県"), max_length=2, blank=True)
    sales_band = models.CharField(_("年間の売上高"), max_length=12, blank=True)
    size = models.CharField(_("従業員数"), max_length=8, blank=True)
    """A key of `guidance.profile.EMPLOYEE_BANDS`."""
    added_at = models.DateTimeField(auto_now_add=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(null=True, blank=True)

    objects = TwoSidedManager()
    unscoped = models.Manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "organisation"],
                condition=models.Q(organisation__isnull=False),
                name="a_company_takes_part_once",
            ),
            models.UniqueConstraint(
                fields=["round", "corporate_number"],
                condition=~models.Q(corporate_number=""),
                name="a_corporate_number_stands_once_in_a_round",
            ),
            models.UniqueConstraint(
                fields=["round", "email"], condition=~models.Q(email=""), name="an_address_is_invited_once_in_a_round"
            ),
        ]
        indexes = [
            models.Index(fields=["round", "name", "id"], name="participant_by_name"),
            models.Index(fields=["invitation"], name="participant_by_invitation"),
        ]

    def __str__(self) -> str:
        return self.name


class Reminder(models.Model):
    """A mail to those of a round who have not submitted: planned for a day, or (`on` empty) asked for at once.

    `key` comes from the form, so that a form sent twice is one reminder.
    """

    class Status(models.TextChoices):
        PLANNED = "planned"
        BEGUN = "begun"
        DONE = "done"
        CANCELLED = "cancelled"
        PASSED = "passed"  # a later one was due as well: nobody gets two on one day

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="reminders")
    key = models.UUIDField(default=uuid.uuid4)
    on = models.DateField(null=True, blank=True)
    words = models.TextField(blank=True)
    """What the coordinator adds to the mail."""
    status = models.CharField(max_length=9, choices=Status, default=Status.PLANNED)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    begun_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = [models.F("on").asc(nulls_last=True), "created_at"]
        constraints = [
            models.UniqueConstraint(fields=["round", "key"], name="a_reminder_is_asked_for_once"),
            models.UniqueConstraint(
                fields=["round", "on"],
                condition=models.Q(on__isnull=False) & ~models.Q(status="cancelled"),
                name="one_reminder_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.on or 'now'}"


class Notice(models.Model):
    """One mail to one participant: its invitation, or one reminder. The row is the truth about the mail.

    Whoever sends first claims the row; one that was claimed and not finished (its worker was killed) is UNSURE, and
    nobody sends it again by itself: rather one mail too few than two.
    """

    class Status(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        UNSURE = "unsure"
        DROPPED = "dropped"  # no longer needed: the company submitted, or left, before its turn came

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="notices")
    reminder = models.ForeignKey(Reminder, null=True, blank=True, on_delete=models.CASCADE, related_name="notices")
    """Empty: the invitation."""
    status = models.CharField(max_length=7, choices=Status, default=Status.WAITING)
    claimed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "reminder"],
                condition=models.Q(reminder__isnull=False),
                name="one_mail_a_reminder_and_participant",
            ),
            models.UniqueConstraint(
                fields=["participant"], condition=models.Q(reminder__isnull=True), name="one_invitation_mail"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "claimed_at"], name="notice_queue"),
            models.Index(fields=["participant", "status"], name="notices_of_a_participant"),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} {self.status}"
