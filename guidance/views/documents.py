"""The library's first page, the documents with their clauses, and the glossary. No account, no database."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guidance.connections import connect
from guidance.reference import Measures, needs_checking
from guidance.registry import current_catalog, library
from guidance.views.trail import frame, say, step


@login_not_required
@require_safe
def library_index(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    found, catalog = library(), current_catalog()
    lists = [item for item in found.lists.values() if not isinstance(item, Measures)]
    context = {
        "heading": _("資料室"),
        "sources": [(source, needs_checking(source.checked_on, today)) for source in found.sources.values()],
        "catalog": catalog,
        "lists": [(item, needs_checking(item.checked_on, today)) for item in lists],
        "measures": found.measures,
    }
    return render(request, "guidance/library.html", context)


@login_not_required
@require_safe
def source(request: HttpRequest, source_id: str) -> HttpResponse:
    """One document: its clauses in our words, how sure we are, and the questions that ask them."""
    found = library().sources.get(source_id)
    if found is None:
        raise Http404
    asked = connect(current_catalog()).asked_by
    context = {
        **frame(say(found.title)),
        "source": found,
        "stale": needs_checking(found.checked_on, timezone.localdate()),
        "clauses": [(clause, asked.get(clause.id, ())) for clause in found.clauses],
    }
    return render(request, "guidance/source.html", context)


@login_not_required
@require_safe
def clause(request: HttpRequest, clause_id: str) -> HttpResponse:
    """One clause: what it says in our words, how sure we are, who asks it, and what a company can do about it."""
    found = library().clauses.get(clause_id)
    if found is None:
        raise Http404
    owner = library().clause_sources[clause_id]
    place = owner.clauses.index(found)
    connections = connect(current_catalog())
    questions = connections.asked_by.get(clause_id, ())
    context = {
        **frame(f"{found.id} {say(found.heading)}", step(say(owner.title), "source", owner.source)),
        "clause": found,
        "source": owner,
        "stale": needs_checking(owner.checked_on, timezone.localdate()),
        "questions": questions,
        "actions": connections.actions_for(questions),
        "previous": owner.clauses[place - 1] if place else None,
        "following": owner.clauses[place + 1] if place + 1 < len(owner.clauses) else None,
        "catalog": current_catalog(),
    }
    return render(request, "guidance/clause.html", context)


@login_not_required
@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    return render(request, "guidance/glossary.html", {**frame(_("用語集")), "terms": current_catalog().glossary})
