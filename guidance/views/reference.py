"""The reference data: watch lists, cautions, places to ask, and support measures against a company's facts.

Nothing that somebody types here is stored; it stands in the address alone.
"""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guidance.conditions import leaves
from guidance.connections import connect
from guidance.forms import FactsForm
from guidance.profile import FACTS
from guidance.reference import Measure, Measures, Windows, needs_checking
from guidance.registry import current_catalog, library
from guidance.support import match, match_all
from guidance.tables import table
from guidance.views.trail import frame, say, step


@login_not_required
@require_safe
def reference_list(request: HttpRequest, list_id: str) -> HttpResponse:
    """One list: what it shows, as of when, its entries, and what points to them."""
    found = library().lists.get(list_id)
    if found is None:
        raise Http404
    if isinstance(found, Measures):
        return redirect("guidance:support", permanent=True)
    today = timezone.localdate()
    connections = connect(current_catalog())
    context = {
        **frame(say(found.title)),
        "list": found,
        "matched": not isinstance(found, Windows),
        "stale": needs_checking(found.checked_on, today),
        "table": table(found, connections, today),
        "questions": connections.questions_at.get(list_id, ()),
        "actions": connections.actions_at.get(list_id, ()),
    }
    return render(request, "guidance/list.html", context)


@login_not_required
@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """Every support measure; with facts of a company, the nearest first, and why."""
    found = list(library().measures.values())
    form = _facts(request)
    profile = form.profile()
    matches = match_all(found, profile) if profile else tuple(match(item, profile) for item in found)
    today = timezone.localdate()
    context = {
        **frame(_("支援策")),
        "owners": [item for item in library().lists.values() if isinstance(item, Measures)],
        "form": form,
        "given": bool(profile),
        "matches": [(item, *_checked(item.measure, today)) for item in matches],
        "query": request.GET.urlencode() if profile else "",
    }
    return render(request, "guidance/support.html", context, status=422 if form.errors else 200)


@login_not_required
@require_safe
def measure(request: HttpRequest, measure_id: str) -> HttpResponse:
    """One measure, against the facts in the address if there are any."""
    found = library().measures.get(measure_id)
    if found is None:
        raise Http404
    checked_on, stale = _checked(found, timezone.localdate())
    context = {
        **frame(say(found.name), step(_("支援策"), "support")),
        "match": match(found, _facts(request).profile()),
        "checked_on": checked_on,
        "stale": stale,
        "actions": connect(current_catalog()).helped.get(measure_id, ()),
    }
    return render(request, "guidance/measure.html", context)


def _facts(request: HttpRequest) -> FactsForm:
    """The form with the facts that the measures' conditions use."""
    rules = [requirement.when for item in library().measures.values() for requirement in item.requirements]
    used = {leaf.profile for rule in rules for leaf in leaves(rule)}
    facts = [fact for key, fact in FACTS.items() if key in used]
    return FactsForm(request.GET or None, facts=facts, button=_("当てはめてみる"))


def _checked(item: Measure, today: dt.date) -> tuple[dt.date, bool]:
    """When the measure was last checked, and whether that is too long ago."""
    owner, _entry = library().entries[item.id]
    day = item.checked_on or owner.checked_on
    return day, needs_checking(day, today)
