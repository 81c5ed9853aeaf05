"""What a submission froze, as values: answers, company facts and the scorecard. Nothing is scored again."""

from __future__ import annotations

from assessments.answers_file import AnswersFile, read_answers
from assessments.models import Submission
from assessments.scoring.scorecard import Scorecard, from_json
from guidance.registry import get_catalog


def answers_of(submission: Submission) -> AnswersFile:
    """The answers and the company's facts."""
    catalog = get_catalog(submission.catalog_ref)
    return read_answers({"company": submission.company, "answers": submission.answers}, catalog, str(submission.pk))


def scorecard_of(submission: Submission) -> Scorecard:
    """The company's own scorecard."""
    return from_json(submission.scorecard)
