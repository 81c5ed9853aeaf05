"""The rows of this room, by noun."""

from cohorts.models.figures import Block, BlockMember, Comparison, ComparisonMember
from cohorts.models.rounds import Notice, Participant, Reminder
from cohorts.models.workshops import WorkshopPlan

__all__ = [
    "Block",
    "BlockMember",
    "Comparison",
    "ComparisonMember",
    "Notice",
    "Participant",
    "Reminder",
    "WorkshopPlan",
]
