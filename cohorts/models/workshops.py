"""What a coordinator planned for the next meeting."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.models import Body, Round


class WorkshopPlan(models.Model):
    """A meeting: its topics (section ids), who is to be invited (participant ids, in order), and at which table.

    Names and scores are not kept here: they are read, with the consents of that moment, whenever the plan is shown.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="workshops")
    title = models.CharField(_("題名"), max_length=120)
    held_on = models.DateField(_("開催日"), null=True, blank=True)
    starts_at = models.TimeField(_("開始時刻"), null=True, blank=True)
    venue = models.CharField(_("場所"), max_length=120, blank=True)
    minutes = models.PositiveSmallIntegerField(_("長さ（分）"), default=120)
    seats = models.PositiveSmallIntegerField(_("招く会社の数の上限"), default=20)
    topics = models.JSONField()
    prefectures = models.JSONField(default=list)
    """Keys of `guidance.profile.PREFECTURES`: companies are proposed from there; empty, from everywhere."""
    invited = models.JSONField(default=list)
    tables = models.JSONField(default=dict)
    """By participant id the number of its table, from 1."""
    seats_competitors_together = models.BooleanField(default=False)
    lists_participants = models.BooleanField(default=False)
    """Whether the handout names who comes."""
    note = models.TextField(_("備考"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title
