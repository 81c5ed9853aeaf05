"""For authors and reviewers: a version as a respondent would see it, as a workbook, and a workbook checked. Nothing is
stored."""

from __future__ import annotations

import base64
from functools import lru_cache
from urllib.parse import urlencode

from allauth.decorators import rate_limit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guidance.catalog import Catalog, Question, Text
from guidance.catalog_files import files_of, zipped
from guidance.checking import page_words, remarks_of
from guidance.citations import Citation, citations
from guidance.diffing import Diff, compare
from guidance.forms import FactsForm, WorkbookForm
from guidance.loading import LoadedCatalog
from guidance.preview import PreviewSection, preview
from guidance.problems import InputRefused, Problem
from guidance.profile import FACTS, FLAGS
from guidance.registry import current_catalog, library
from guidance.remarks import KINDS, Remark, counted, remarks_on
from guidance.terms import terms_used
from guidance.views.trail import frame, language, say
from guidance.workbook_reading import WorkbookCatalog, read_workbook
from guidance.workbook_writing import write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_SHOWN = 500
"""Faults on one page; who has more of them mends these first."""


def _loaded(ref: str) -> LoadedCatalog:
    found = library().catalogs.get(ref)
    if found is None:
        raise Http404
    return found


@login_not_required
@require_safe
def draft(request: HttpRequest, ref: str) -> HttpResponse:
    """One version, draft or released, as a company with the facts in the address would see it."""
    loaded = _loaded(ref)
    catalog = loaded.catalog
    form = FactsForm(request.GET or None, facts=FACTS.values(), button=_("この会社として見る"))
    sections = preview(catalog, form.profile(), language())
    remarks = remarks_of(loaded, base=settings.GUIDANCE_LIBRARY)
    context = {
        **frame(_("設問票の下見")),
        "catalog": catalog,
        "form": form,
        "sections": [(found, [_card(catalog, *asked) for asked in found.asked]) for found in sections],
        "asked": _count(sections),
        "total": len(catalog.questions),
        "everything": urlencode({fact.key: "yes" for fact in FLAGS}),
        **_said(remarks),
    }
    return render(request, "guidance/draft.html", context, status=422 if form.errors else 200)


def _count(sections: tuple[PreviewSection, ...]) -> int:
    return sum(len(section.asked) for section in sections)


def _card(catalog: Catalog, number: int, question: Question) -> dict[str, object]:
    """What `guidance/_draft_question.html` reads."""
    found: tuple[Citation, ...] = citations(question)
    terms = terms_used(question, catalog.glossary)
    return {"number": number, "question": question, "citations": found, "terms": terms}


def _said(remarks: tuple[Remark, ...]) -> dict[str, object]:
    return {
        "remarks": [remark.message(language()) for remark in remarks],
        "remark_counts": [(say(KINDS[kind]), number) for kind, number in counted(remarks).items()],
    }


@login_not_required
@require_safe
def workbook(request: HttpRequest, ref: str) -> HttpResponse:
    """The version as XLSX."""
    loaded = _loaded(ref)
    try:
        content = _workbook(ref, loaded.digest)
    except InputRefused as refused:
        return HttpResponse(str(refused), content_type="text/plain; charset=utf-8", status=409)
    name = ref.replace("@", "-")
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    )


@lru_cache(maxsize=4)
def _workbook(ref: str, digest: str) -> bytes:
    return write_workbook(_loaded(ref).catalog)


@never_cache
@permission_required("platform.author", raise_exception=True)  # organisations.backends answers
@require_http_methods(["GET", "HEAD", "POST"])
# organisations.limits stands to the right of this app.
@rate_limit(action="draft_upload")  # type: ignore[untyped-decorator]
def check(request: HttpRequest) -> HttpResponse:
    """For authors: check an uploaded workbook: its faults by place, or what is new in it, and its YAML to take away."""
    form = WorkbookForm(request.POST, request.FILES) if request.method == "POST" else WorkbookForm()
    context = {**frame(_("設問票の表を確かめる")), "form": form, "catalog": current_catalog()}
    status = 200
    if form.is_bound and not form.is_valid():
        status = 422
    elif form.is_bound:
        file = form.cleaned_data["file"]
        try:
            found = read_workbook(file.read(), file.name, library().references)
        except InputRefused as refused:
            status = 422
            context["fault_count"] = len(refused.problems)
            context["faults"] = [_fault(problem) for problem in refused.problems[:MOST_SHOWN]]
        else:
            context |= _taken(found)
    return render(request, "guidance/draft_check.html", context, status=status)


def _fault(problem: Problem) -> tuple[Problem, str]:
    return problem, say(Text(problem.ja, problem.en))


def _taken(found: WorkbookCatalog) -> dict[str, object]:
    """What the page shows of a sound workbook: what differs from the version that it names, remarks, and the files."""
    catalog = found.catalog
    named = library().catalogs.get(catalog.ref)
    base = named.catalog if named else current_catalog()
    diff = compare(base, catalog)
    folder = catalog.ref.replace("@", "-")
    packed = base64.b64encode(zipped(files_of(catalog), folder)).decode()
    return {
        "found": catalog,
        "base": base,
        "released": named is not None and named.catalog.released is not None,
        "same": catalog == base,
        "diff": diff,
        "changed": [change for change in diff.changes if change.kind != "unchanged"],
        "touched": [change for change in diff.of_kind("unchanged") if change.parts],
        "beside": _beside_questions(diff),
        "zip_name": f"{folder}.zip",
        "zip_address": f"data:application/zip;base64,{packed}",
        **_said(remarks_on(found.document, page_words())),
    }


def _beside_questions(diff: Diff) -> list[tuple[str, list[str]]]:
    """Ids of actions and terms by what happened to them."""
    old, new = ({term.id: term for term in catalog.glossary} for catalog in (diff.old, diff.new))
    found = [
        (_("加えた行動"), list(diff.actions_added)),
        (_("なくした行動"), list(diff.actions_removed)),
        (_("内容を直した行動"), list(diff.actions_changed)),
        (_("加えた用語"), [name for name in new if name not in old]),
        (_("なくした用語"), [name for name in old if name not in new]),
        (_("内容を直した用語"), [name for name in new if name in old and old[name] != new[name]]),
    ]
    return [(words, ids) for words, ids in found if ids]
