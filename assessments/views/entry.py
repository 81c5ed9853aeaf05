"""The first page, and where somebody who has signed in goes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from guidance.registry import current_catalog
from organisations.access import SignedInRequest, public, signed_in
from organisations.models import Membership


@public
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    catalog = current_catalog()
    context = {"quick_count": len(catalog.quick().questions), "full_count": len(catalog.questions)}
    return render(request, "assessments/front.html", context)


@signed_in
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """To the only company; to the form where there is none; else a list to choose from."""
    memberships = list(
        Membership.objects.filter(user_id=request.user.pk).select_related("organisation").order_by("pk")[:50]
    )
    if not memberships:
        return redirect("assessments:company_new")
    if len(memberships) == 1:
        return redirect("assessments:company", memberships[0].organisation_id)
    return render(request, "assessments/home.html", {"memberships": memberships})
