"""The search of the library. No account, no database; what is typed is not stored."""

from __future__ import annotations

from collections import Counter

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from guidance.findable import index
from guidance.registry import library
from guidance.search import LONGEST_QUERY, Document, Kind, read_query
from guidance.views.trail import frame, language

SHOWN = 50
KINDS: dict[Kind, str | Promise] = {
    "question": pgettext_lazy("kind", "設問"),
    "clause": pgettext_lazy("kind", "条項"),
    "action": pgettext_lazy("kind", "行動"),
    "measure": pgettext_lazy("kind", "支援策"),
    "entry": pgettext_lazy("kind", "参考データの項目"),
    "list": pgettext_lazy("kind", "参考データの一覧"),
    "source": pgettext_lazy("kind", "文書"),
    "term": pgettext_lazy("kind", "用語"),
}


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The first 50 hits of all kinds, or of the kind that the address names."""
    query = read_query(request.GET.get("q", ""))
    found = index().find(query)
    counts = Counter(document.kind for document in found)
    kind = request.GET.get("kind", "")
    chosen = [document for document in found if document.kind == kind] if kind in KINDS else list(found)
    hits = index().show(chosen[:SHOWN], query, language())
    context = {
        **frame(_("資料室の検索")),
        "query": query,
        "longest": LONGEST_QUERY,
        "total": len(found),
        "count": len(chosen),
        "shown": SHOWN,
        "kind": kind if kind in KINDS else "",
        "kinds": [(key, label, counts[key]) for key, label in KINDS.items() if counts[key]],
        "hits": [(hit, KINDS[hit.document.kind], address_of(hit.document)) for hit in hits],
    }
    return render(request, "guidance/search.html", context)


def address_of(document: Document) -> str:
    """Where what was found can be read."""
    if document.kind == "term":
        return f"{reverse('guidance:glossary')}#{document.id}"
    if document.kind == "entry":
        owner, _entry = library().entries[document.id]
        return f"{reverse('guidance:list', args=[owner.list])}#{document.id}"
    return reverse(f"guidance:{document.kind}", args=[document.id])
