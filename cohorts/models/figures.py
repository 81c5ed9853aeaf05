"""What a network's figures are worked out from: sealed blocks of companies, and comparisons between rounds.

The totals are all that pages read. Which company is in which block is kept only to end a block when one of them leaves.
"""

from __future__ import annotations

import uuid

from django.db import models

from assessments.models import Submission
from organisations.models import Body, Organisation, Round
from organisations.scoping import TwoSidedManager


class Block(models.Model):
    """Companies that are counted together in a round (`assessments.scoring.suppression`).

    `totals`: question -> [n, points together, most, least]; `runs`: axis -> [[n, mean points], …]; `label`: dimension
    -> values. When a block ends, the points go and the counts stay: they decide which blocks are bundled.
    """

    class Kind(models.TextChoices):
        ALL = "all"  # companies of which nothing may be seen by name
        ANSWERS = "answers"  # companies whose scores may be seen by name, and their answers not

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="blocks")
    serial = models.PositiveIntegerField()
    kind = models.CharField(max_length=7, choices=Kind)
    size = models.PositiveIntegerField()
    label = models.JSONField()
    totals = models.JSONField()
    runs = models.JSONField()
    formed_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["round", "serial"]
        constraints = [models.UniqueConstraint(fields=["round", "serial"], name="blocks_of_a_round_are_numbered")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.serial}"


class BlockMember(models.Model):
    """A company in a block, with the submission that is counted. A company is in one block of a round, once.

    `runs`: axis -> the number of the run in which it was counted. Read to find out what a comparison would show.
    """

    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="members")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    runs = models.JSONField(default=dict, blank=True)

    objects = TwoSidedManager()
    unscoped = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "organisation"], name="a_company_is_sealed_once_a_round"),
            models.UniqueConstraint(fields=["body", "submission"], name="a_submission_is_sealed_once_a_network"),
        ]

    def __str__(self) -> str:
        return f"{self.block_id} {self.organisation_id}"


class Comparison(models.Model):
    """Unnamed companies that are in both rounds: the sums of both. `totals`: axis -> [n, before, now]; when it ends,
    the points go and the counts stay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="comparisons")
    previous = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+")
    size = models.PositiveIntegerField()
    totals = models.JSONField()
    formed_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["round", "formed_at"]

    def __str__(self) -> str:
        return f"{self.previous_id} {self.round_id}"


class ComparisonMember(models.Model):
    """A company in a comparison; kept to end it when one of them leaves."""

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="members")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")

    objects = TwoSidedManager()
    unscoped = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "organisation"], name="a_company_is_compared_once_a_round"),
        ]

    def __str__(self) -> str:
        return f"{self.comparison_id} {self.organisation_id}"
