"""Taking one submission away as data."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from assessments.file_names import part_of_name
from assessments.models import Submission
from organisations.access import TenantRequest, requires
from organisations.audit import Verb, record
from organisations.policy import Permission
from reports.exports.submission_files import FORMS
from reports.submitted import context_of


@requires(Permission.READ)
@require_safe
def data(request: TenantRequest, submission_id: UUID, form: str) -> HttpResponse:
    """The submission in one of FORMS, in the language of the page; recorded when somebody takes it."""
    if form not in FORMS:
        raise Http404
    found = get_object_or_404(Submission.objects.select_related("submitted_by"), pk=submission_id)
    chosen = FORMS[form]
    content = chosen.make(context_of(found, get_language() or "ja"), str(found.pk))
    if request.method == "GET":
        ours = request.organisation.pk
        record(Verb.DATA_TAKEN, actor=request.user, organisation=ours, target=found.pk, form=chosen.key)
    company = part_of_name(str(found.company.get("name", "")), 60)
    day = timezone.localtime(found.submitted_at).strftime("%Y%m%d")
    kind = "_OSCAL" if chosen.key == "oscal" else ""
    name = f"経安カルテ_診断の結果{kind}_{company}_{day}.{chosen.ending}"
    return HttpResponse(
        content,
        content_type=chosen.media_type,
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment",
            "X-Content-Type-Options": "nosniff",
        },
    )
