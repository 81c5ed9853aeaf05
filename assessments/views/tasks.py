"""What one person was asked to answer: their own questions and nothing else of the company."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from assessments import delegation
from assessments.assigning import share
from assessments.cards import Card
from assessments.models import Assessment
from assessments.progress import Count
from assessments.views.sheets import frame, sheet_of
from organisations.access import TenantRequest, requires
from organisations.policy import Permission

PLACE = ("place", "tasks")
"""What a card says of the page that it stands on, so that its answer leads back there."""


@requires(Permission.RESPOND)
@require_safe
def tasks(request: TenantRequest) -> HttpResponse:
    """The sections in which this person was asked something, with counts and the minutes that are left."""
    found = delegation.tasks_of(request.user)
    if found is None:
        context = {"organisation": request.organisation, "membership": request.membership, "person": request.user.pk}
        return render(request, "assessments/tasks.html", context)
    assessment, assigned = found
    sheet = sheet_of(request, assessment)
    mine = share(sheet.catalog, assigned, sheet.progress.asked, sheet.answers)
    context = {
        **frame(request, sheet),
        "share": mine,
        "next": next((part for part in mine.parts if not part.count.complete), None),
        "asked_back": sum(question.id in sheet.followups for part in mine.parts for question in part.questions),
    }
    del context["progress"]  # the company's: nothing of it on this page
    return render(request, "assessments/tasks.html", context)


@requires(Permission.RESPOND)
@require_safe
def section(request: TenantRequest, assessment_id: UUID, section_id: str) -> HttpResponse:
    """The person's questions of one section."""
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    return section_page(request, assessment, section_id, delegation.assigned_to(assessment.pk, request.user))


def section_page(
    request: TenantRequest,
    assessment: Assessment,
    section_id: str,
    assigned: frozenset[str],
    *,
    typed: Card | None = None,
    status: int = 200,
) -> HttpResponse:
    """The cards of `assigned` in one section; `typed` replaces the card of its question by what the person typed."""
    sheet = sheet_of(request, assessment)
    mine = share(sheet.catalog, assigned, sheet.progress.asked, sheet.answers)
    part = mine.part(section_id)
    if part is None and typed is None:
        raise Http404
    context = {
        **frame(request, sheet),
        "tasks": True,
        "section": next(found for found in sheet.catalog.sections() if found.id == section_id),
        "count": part.count if part else Count(0, 0),
        "cards": sheet.cards(part.questions if part else (), typed),
        "following": mine.after(section_id),
    }
    del context["progress"]
    return render(request, "assessments/tasks_section.html", context, status=status)


def comes_from_tasks(request: TenantRequest) -> bool:
    """Whether a card that is saved or fetched stands on such a page."""
    name, value = PLACE
    return value in (request.POST.get(name), request.GET.get(name))
