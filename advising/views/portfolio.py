"""相談先の会社: the office's clients, where the work with each stands, and the next step in one click."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from advising.portfolio import clients, narrowed
from advising.stages import Stage
from advising.words import STAGE_NAMES
from organisations.access import BodyRequest, requires_in_body
from organisations.body_forms import CompanyInvitationForm
from organisations.policy import Permission

PER_PAGE = 50


@requires_in_body(Permission.ADVISE)
@require_safe
def portfolio(request: BodyRequest) -> HttpResponse:
    """Every client with its stage; filters in the address."""
    everybody = clients(request.acting_for.pk)
    chosen = {
        "name": request.GET.get("name", "").strip()[:100],
        "stage": request.GET.get("stage", "") if request.GET.get("stage") in set(Stage) else "",
        "mine": request.GET.get("mine") == "1",
        "ours": request.GET.get("ours") == "1",
    }
    found = narrowed(
        everybody,
        name=str(chosen["name"]),
        stage=str(chosen["stage"]),
        lead=request.user.pk if chosen["mine"] else None,
        ours=bool(chosen["ours"]),
    )
    counts = {stage: sum(one.stage == stage for one in everybody) for stage in Stage}
    context = {
        "body": request.acting_for,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "found": len(found),
        "all": len(everybody),
        "ours": sum(one.ours for one in everybody),
        "stages": [(stage, STAGE_NAMES[stage], counts[stage]) for stage in Stage],
        "chosen": chosen,
        "invitation": CompanyInvitationForm(),
    }
    return render(request, "advising/portfolio.html", context)
