"""The workbook of a meeting, to be saved."""

from __future__ import annotations

from io import SEEK_END
from tempfile import SpooledTemporaryFile
from uuid import UUID

from django.core.files.base import File
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.file_names import part_of_name
from cohorts.models import WorkshopPlan
from organisations.access import BodyRequest, requires_in_body
from organisations.audit import Verb, record
from organisations.downloads import Pieces, attachment
from organisations.policy import Permission
from reports.exports.workshop_sheet import write_workshop
from reports.workshop_context import context_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY = 1024 * 1024


@requires_in_body(Permission.DIRECT)
@require_safe
def sheet(request: BodyRequest, round_id: UUID, plan_id: UUID) -> StreamingHttpResponse:
    """A plan with everything of the coordinator's, under the consents of this moment."""
    within = get_object_or_404(request.acting_for.rounds, pk=round_id)
    plan = get_object_or_404(WorkshopPlan.objects.select_related("round", "body"), pk=plan_id, round=within)
    stream = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with the response
    write_workshop(context_of(plan, get_language() or "ja"), stream)
    size = stream.seek(0, SEEK_END)
    stream.seek(0)
    record(Verb.FIGURES_TAKEN, actor=request.user, body=request.acting_for.pk, target=within.pk, workshop=str(plan.pk))
    name = f"{_('勉強会の計画')}_{part_of_name(plan.title, 60)}.xlsx"
    return attachment(Pieces(File(stream)), name=name, size=size, media_type=XLSX)
