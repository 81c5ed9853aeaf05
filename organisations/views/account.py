"""A person's own account: deleting it."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from organisations.access import SignedInRequest, signed_in
from organisations.forms import AccountDeletionForm
from organisations.leaving import StillNeeded, delete_account


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def delete_me(request: SignedInRequest) -> HttpResponse:
    """GET says what goes and what stays; POST, with one's own address typed, deletes the account at once."""
    form = AccountDeletionForm(request.POST or None, user=request.user)
    needed: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            delete_account(request.user)
        except StillNeeded as refused:
            needed = refused.places
        else:
            logout(request)
            messages.success(request, _("アカウントを削除しました。"))
            return redirect("assessments:front")
    status = 422 if request.method == "POST" else 200
    return render(request, "organisations/delete_me.html", {"form": form, "needed": needed}, status=status)
