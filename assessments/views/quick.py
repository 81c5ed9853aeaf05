"""The quick check without an account; its result page belongs to `reports`, and its answers travel in the form."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assessments.forms import QuickForm
from assessments.quick_session import keep_answers
from guidance.registry import current_catalog
from organisations.access import public
from organisations.limits import limited


@public
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    return render(request, "assessments/quick.html", {"form": QuickForm(catalog=current_catalog().quick())})


@public
@require_POST
@limited("quick_check")
def keep(request: HttpRequest) -> HttpResponse:
    """Put the answers into the session and go on to an account, or to the company of somebody who has one."""
    catalog = current_catalog().quick()
    form = QuickForm(request.POST, catalog=catalog)
    if not form.is_valid():
        return render(request, "assessments/quick.html", {"form": form}, status=422)
    keep_answers(request, catalog.ref, form.answers())
    return redirect("assessments:home" if request.user.is_authenticated else "account_signup")
