"""The library: what the documents say, which question asks it, the glossary. No account, no database."""

from __future__ import annotations

from collections import defaultdict

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guidance.catalog import Question
from guidance.registry import current_catalog, library


@login_not_required
@require_safe
def library_index(request: HttpRequest) -> HttpResponse:
    context = {"sources": library().sources.values(), "catalog": current_catalog()}
    return render(request, "guidance/library.html", context)


@login_not_required
@require_safe
def source(request: HttpRequest, source_id: str) -> HttpResponse:
    """One document: its clauses in our words, how sure we are, and the questions that ask them."""
    found = library().sources.get(source_id)
    if found is None:
        raise Http404
    asked: dict[str, list[Question]] = defaultdict(list)
    for question in current_catalog().questions.values():
        for clause in question.clauses:
            asked[clause].append(question)
    context = {
        "source": found,
        "clauses": [(clause, asked[clause.id]) for clause in found.clauses],
        "catalog": current_catalog(),
    }
    return render(request, "guidance/source.html", context)


@login_not_required
@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    return render(request, "guidance/glossary.html", {"terms": current_catalog().glossary})
