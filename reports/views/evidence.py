"""Evidence files for a network or office that the company shares them with."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from assessments import evidence
from organisations.access import SharedRequest, requires_shared
from organisations.consent import What
from organisations.downloads import PiecesWhileShared, attachment


@requires_shared(What.NOTES)
@require_safe
def shared_evidence(request: SharedRequest, evidence_id: UUID) -> HttpResponseBase:
    """A file that went with a submission. The download ends at once where the consent does."""
    row = get_object_or_404(evidence.shared(), pk=evidence_id)
    try:
        stream = row.file.open("rb")
    except FileNotFoundError:
        return render(request, "assessments/evidence_lost.html", {"row": row}, status=410)
    pieces = PiecesWhileShared(
        stream, body_id=request.acting_for.pk, organisation_id=request.organisation.pk, what=What.NOTES
    )
    return attachment(pieces, name=row.name, size=row.size, media_type=row.kind)
