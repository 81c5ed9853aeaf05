"""The rows of this room, by noun."""

from assessments.models.answering import Answer, AnswerManager, Assessment, CarriedAnswer, Submission
from assessments.models.evidence import Evidence
from assessments.models.outlines import Outline
from assessments.models.rescoring import Moved, Rescoring
from assessments.models.teamwork import ApprovalStep, Assignment, Comment, Followup
from assessments.models.uploads import AnswerUpload

__all__ = [
    "Answer",
    "AnswerManager",
    "AnswerUpload",
    "ApprovalStep",
    "Assessment",
    "Assignment",
    "CarriedAnswer",
    "Comment",
    "Evidence",
    "Followup",
    "Moved",
    "Outline",
    "Rescoring",
    "Submission",
]
