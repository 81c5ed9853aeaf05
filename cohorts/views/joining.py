"""Joining a network with a code: what it will know is said first, and which company joins is chosen."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cohorts import joining
from cohorts.forms import CodeForm, JoiningForm
from organisations.access import SignedInRequest, signed_in
from organisations.inviting import NotOwner
from organisations.limits import limited
from organisations.models import Round


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("join")
def join(request: SignedInRequest) -> HttpResponse:
    """GET asks for the code; POST with a code shows what joining means; POST with a company too (`do` = join) joins.

    Only POST looks a code up: that is what is counted and limited.
    """
    if request.method != "POST":
        return _ask(request, CodeForm(initial={"code": request.GET.get("code", "")[:40]}))
    asked = CodeForm(request.POST)
    if not asked.is_valid():
        return _ask(request, asked, status=422)
    code = asked.cleaned_data["code"]
    try:
        within = joining.round_of(code)
        if request.POST.get("do") != "join":
            return _explain(request, within, JoiningForm(initial={"code": code}, user=request.user))
        form = JoiningForm(request.POST, user=request.user)
        if not form.is_valid():
            return _explain(request, within, form, status=422)
        company = form.cleaned_data["organisation"]
        within, new = joining.join(code, company, by=request.user)
    except joining.UnknownCode:
        asked.add_error(
            "code",
            _(
                "このコードは使えません。打ち間違いがないか確かめてください。コードが新しくなったか、回が終わったのかもしれません。配った方にお尋ねください。"
            ),
        )
        return _ask(request, asked, status=422)
    except NotOwner:  # somebody else changed the person's role a moment ago
        form.add_error("organisation", _("この会社の責任者だけが、参加を決められます。"))
        return _explain(request, within, form, status=422)
    said = {"company": company.name, "network": within.body.name}
    if new:
        words = _("%(company)sは、%(network)sに加わりました。何を共有するかは、このページで決めます。")
        messages.success(request, words % said)
    else:
        messages.info(request, _("%(company)sは、もう%(network)sに加わっています。") % said)
    return redirect(reverse("organisations:sharing", args=[company.pk]) + "#main")


def _ask(request: SignedInRequest, form: CodeForm, *, status: int = 200) -> HttpResponse:
    return render(request, "cohorts/join.html", {"form": form}, status=status)


def _explain(request: SignedInRequest, within: Round, form: JoiningForm, *, status: int = 200) -> HttpResponse:
    companies = form.fields["organisation"].queryset  # type: ignore[attr-defined]
    context = {"round": within, "network": within.body, "form": form, "companies": companies}
    return render(request, "cohorts/join_company.html", context, status=status)
