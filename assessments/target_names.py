"""What the audit log's ids are called in this room: the number of a submission, the name of a piece of evidence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from assessments.models import Evidence, Submission


def name_targets(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Those of `ids` that are submissions or evidence of the company in scope, as its people call them. Two queries."""
    submissions = Submission.objects.filter(pk__in=ids).values_list("pk", "number")
    evidence = Evidence.objects.filter(pk__in=ids).values_list("pk", "name")
    return {**{pk: _("第%(number)d回の提出") % {"number": number} for pk, number in submissions}, **dict(evidence)}
