"""The first page, and where somebody who has signed in goes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from guidance.registry import current_catalog
from organisations.access import SignedInRequest, public, signed_in
from organisations.models import BodyMembership, Membership, PlatformMembership
from organisations.policy import PlatformRole, Role


@public
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    catalog = current_catalog()
    context = {"quick_count": len(catalog.quick().questions), "full_count": len(catalog.questions)}
    return render(request, "assessments/front.html", context)


@signed_in
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """To the only place where the person is something; to the company form where there is none; else a list to choose
    in whose name to go on."""
    person = request.user.pk
    companies = list(Membership.objects.filter(user_id=person).select_related("organisation").order_by("pk")[:50])
    bodies = list(BodyMembership.objects.filter(user_id=person).select_related("body").order_by("pk")[:50])
    platform = list(PlatformMembership.objects.filter(user_id=person).order_by("pk"))
    if not companies and not bodies and not platform:
        return redirect("assessments:company_new")
    if len(companies) == 1 and not bodies and not platform:
        respondent = companies[0].role == Role.RESPONDENT
        return redirect("assessments:tasks" if respondent else "assessments:company", companies[0].organisation_id)
    if len(bodies) == 1 and not companies and not platform:
        return redirect("reports:members", bodies[0].body_id)
    if len(platform) == 1 and not companies and not bodies:
        administers = platform[0].role == PlatformRole.ADMINISTRATOR
        return redirect("organisations:platform" if administers else "guidance:draft_check")
    context = {"companies": companies, "bodies": bodies, "platform": platform}
    return render(request, "assessments/home.html", context)
