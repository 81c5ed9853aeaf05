"""The company's place beside its peers, round by round of its networks."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cohorts.places import CompanyPlace, place_in, rounds_of_company
from guidance.registry import get_catalog
from organisations.access import TenantRequest, requires
from organisations.models import Round
from organisations.policy import Permission, Role, allows
from organisations.sharing import sharing
from reports.exports.chart_file import MEDIA, chart_file
from reports.peers import PeersView, notes_of, peers_view


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
        context |= {
            "place": place,
            "peers": _shown(place, chosen),
            "shared": next((shared for shared in networks if shared.body.pk == chosen.body_id), None),
            "over": chosen.closes_on < timezone.localdate(),
        }
    return render(request, "reports/peers.html", context)


@requires(Permission.READ)
@never_cache
@require_safe
def peers_chart(request: TenantRequest, round_id: UUID, chart: str, form: str) -> HttpResponseBase:
    """One picture of a round's page, to be saved. What is not shown there is not found (404)."""
    within = next((one for one in rounds_of_company() if one.pk == round_id), None)
    if within is None or form not in MEDIA:
        raise Http404
    place = place_in(within)
    shown = _shown(place, within)
    made = next((one for one in shown.charts if one.slug == chart), None) if shown else None
    if made is None or place.submission is None:
        raise Http404
    return chart_file(made, form, notes=notes_of(within, place.submission, get_language() or "ja"), of=within.name)


def _shown(place: CompanyPlace, within: Round) -> PeersView | None:
    if place.peers is None:
        return None
    return peers_view(place.peers, get_catalog(within.catalog_ref), get_language() or "ja")


def _chosen(rounds: Sequence[Round], wanted: str) -> Round | None:
    if wanted:
        found = next((one for one in rounds if str(one.pk) == wanted), None)
        if found is None:
            raise Http404
        return found
    begun = [one for one in rounds if one.opens_on <= timezone.localdate()]
    return next(iter([*begun, *rounds]), None)
