"""The result of the quick check: from the answers in the form to the page or to a sheet. Nothing is stored."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from assessments.answers_file import Company
from assessments.forms import QuickForm
from assessments.scoring.engine import score
from guidance.registry import current_catalog
from organisations.access import public
from organisations.limits import limited
from reports import paper
from reports.assembly import build
from reports.context import ReportContext
from reports.rendering import RenderingError


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("quick_check")
def result(request: HttpRequest) -> HttpResponse:
    """POST shows the three scores at once. GET (a reload, a bookmark) has no answers to show: back to the questions."""
    if request.method != "POST":
        return redirect("assessments:quick")
    form = QuickForm(request.POST, catalog=current_catalog().quick())
    if not form.is_valid():
        return render(request, "assessments/quick.html", {"form": form}, status=422)
    return _page(request, form)


@public
@never_cache
@require_POST
@limited("quick_sheet")
def sheet(request: HttpRequest) -> HttpResponse:
    """The same on one A4 page."""
    form = QuickForm(request.POST, catalog=current_catalog().quick())
    if not form.is_valid():
        return render(request, "assessments/quick.html", {"form": form}, status=422)
    try:
        pdf = paper.quick_sheet(_context(form))
    except RenderingError as error:
        problem = _("PDFを作れませんでした（%(reason)s）。この画面を印刷することもできます。") % {"reason": error}
        return _page(request, form, problem=problem, status=503)
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="keian-karte-quick.pdf"'
    return response


def _context(form: QuickForm) -> ReportContext:
    answers = form.answers()
    return build(
        form.catalog,
        score(form.catalog, answers, {}),
        answers,
        Company(),
        language=get_language() or "ja",
        dated=timezone.localdate(),
        final=False,
        quick=True,
    )


def _page(request: HttpRequest, form: QuickForm, *, problem: str = "", status: int = 200) -> HttpResponse:
    report = _context(form)
    context = {
        "report": report,
        "chosen": [(name, choice) for name, choice in form.cleaned_data.items() if choice],
        "full_count": len(current_catalog().questions),
        "problem": problem,
    }
    return render(request, "reports/quick_result.html", context, status=status)
