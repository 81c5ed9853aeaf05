"""The company's place beside its peers, round by round of its networks."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cohorts.places import place_in, rounds_of_company
from guidance.registry import get_catalog
from organisations.access import TenantRequest, requires
from organisations.models import Round
from organisations.policy import Permission, Role, allows
from organisations.sharing import sharing
from reports.peers import peers_view


@requires(Permission.READ)
@never_cache
@require_safe
def peers(request: TenantRequest) -> HttpResponse:
    """One round: the one that `?round=` names, or the latest that has begun."""
    rounds = list(rounds_of_company())
    networks = [shared for shared in sharing() if shared.body.is_network]
    chosen = _chosen(rounds, request.GET.get("round", ""))
    context = {
        "organisation": request.organisation,
        "rounds": rounds,
        "round": chosen,
        "networks": networks,
        "may_share": allows(Role(request.membership.role), Permission.SHARE),
        "others": settings.COHORT_K,
        "together": settings.COHORT_K + 1,
        "alike": 2 * (settings.COHORT_K + 1),
    }
    if chosen is not None:
        place = place_in(chosen)
        shown = (
            peers_view(place.peers, get_catalog(chosen.catalog_ref), get_language() or "ja") if place.peers else None
        )
        context |= {
            "place": place,
            "peers": shown,
            "shared": next((shared for shared in networks if shared.body.pk == chosen.body_id), None),
            "over": chosen.closes_on < timezone.localdate(),
        }
    return render(request, "reports/peers.html", context)


def _chosen(rounds: Sequence[Round], wanted: str) -> Round | None:
    if wanted:
        found = next((one for one in rounds if str(one.pk) == wanted), None)
        if found is None:
            raise Http404
        return found
    begun = [one for one in rounds if one.opens_on <= timezone.localdate()]
    return next(iter([*begun, *rounds]), None)
