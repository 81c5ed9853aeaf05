"""Another version of the questionnaire: what moving would do, the move, and what became of every answer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments import moving
from assessments.models import Answer, Assessment
from assessments.services import AnotherIsOpen
from guidance.registry import current_catalog, get_catalog
from organisations.access import TenantRequest, requires
from organisations.policy import Permission


@requires(Permission.SUBMIT)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    """GET says what moving to the current version would do; POST moves."""
    if request.method == "POST":
        try:
            moved = moving.move(request.organisation, assessment_id, to=current_catalog(), by=request.user)
        except Assessment.DoesNotExist:
            raise Http404 from None
        except moving.NotMovable:
            return _nothing_newer(request)
        except AnotherIsOpen:
            messages.error(request, _("回答の途中の診断がほかにあります。そちらを提出してから移ってください。"))
            return redirect("assessments:company", request.organisation.pk)
        messages.success(request, _("新しい版に移りました。前の版の回答も、読むだけで残してあります。"))
        return redirect("assessments:carried", request.organisation.pk, moved.pk)
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    to = moving.newer_than(assessment)
    if to is None:
        return _nothing_newer(request)
    context = {
        "organisation": request.organisation,
        "assessment": assessment,
        "old": get_catalog(assessment.catalog_ref),
        "new": to,
        "carried": moving.preview(assessment, to),
    }
    return render(request, "assessments/move.html", context)


def _nothing_newer(request: TenantRequest) -> HttpResponse:
    messages.info(request, _("この回答から移れる新しい版はありません。"))
    return redirect("assessments:company", request.organisation.pk)


@requires(Permission.READ)
@require_safe
def carried(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    """Every answer of the version before: copied, waiting for a person, or kept there; and what nobody was asked."""
    assessment = get_object_or_404(Assessment.objects.select_related("carried_from"), pk=assessment_id)
    if assessment.carried_from is None:
        raise Http404
    answered = Answer.objects.filter(assessment=assessment).exclude(kind=Answer.Kind.NONE)
    moved = moving.moved(assessment, answered.values_list("question_id", flat=True))
    context = {
        "organisation": request.organisation,
        "assessment": assessment,
        "earlier": assessment.carried_from,
        "old": get_catalog(assessment.carried_from.catalog_ref),
        "new": get_catalog(assessment.catalog_ref),
        "carried": moved.carried,
        "waiting": moved.waiting,
        "open": assessment.status == Assessment.Status.OPEN,
    }
    return render(request, "assessments/carried.html", context)
