"""An invitation's link: prove to read the invited mailbox, see what one is asked for, take it up."""

from __future__ import annotations

from allauth.account.views import request_login_code
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from organisations import inviting
from organisations.access import public
from organisations.forms import AcceptanceForm
from organisations.models import Invitation, User
from organisations.policy import Role


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def opened(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET shows the next step; POST takes it: send the code to the invited address, or accept.

    Who has not proven to own the address learns neither who invited nor where to.
    """
    try:
        invitation = inviting.find(token)
    except inviting.InvitationFault as fault:
        return _closed(request, fault)
    user = request.user
    if not isinstance(user, User):
        if request.method == "POST":
            return _send_code(request, invitation)
        return render(request, "organisations/invitation_prove.html", {"address": masked(invitation.email)})
    if not inviting.is_for(invitation, user):
        return _closed(request, inviting.AnotherPerson())
    if invitation.accepted_at is not None:
        return _arrive(invitation)
    form = AcceptanceForm(request.POST or None, invitation=invitation, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            accepted = inviting.accept(
                invitation.pk,
                by=user,
                organisation=form.cleaned_data.get("organisation"),
                name=form.cleaned_data.get("your_name", ""),
            )
        except inviting.InvitationFault as fault:
            return _closed(request, fault)
        messages.success(request, _("参加しました。"))
        return _arrive(accepted)
    context = {"invitation": invitation, "form": form, "place": invitation.organisation or invitation.body}
    return render(request, "organisations/invitation.html", context, status=422 if request.method == "POST" else 200)


def masked(email: str) -> str:
    """Enough of an address for its owner to know it, and not enough for anybody else: `m•••@h•••.example`."""
    name, _at, domain = email.partition("@")
    host, _dot, rest = domain.partition(".")
    return f"{name[:1]}•••@{host[:1]}•••.{rest.rpartition('.')[2]}"


def _send_code(request: HttpRequest, invitation: Invitation) -> HttpResponseBase:
    """allauth's own sign-in by code, for the invited address and back to this page."""
    user = inviting.account_for(invitation)
    typed = QueryDict(mutable=True)
    typed.update({"email": user.email, "next": request.path})
    request.POST = typed
    return request_login_code(request)


def _arrive(invitation: Invitation) -> HttpResponse:
    if invitation.organisation_id is not None:
        respondent = invitation.role == Role.RESPONDENT
        return redirect("assessments:tasks" if respondent else "assessments:company", invitation.organisation_id)
    if invitation.role:
        return redirect("reports:members", invitation.body_id)
    return redirect("assessments:home")


def _closed(request: HttpRequest, fault: inviting.InvitationFault) -> HttpResponse:
    """Why the link opens nothing; who follows an old one is told what to do, and nothing of where it led."""
    status = {inviting.Altered: 404, inviting.AnotherPerson: 403}.get(type(fault), 410)
    context = {"reason": type(fault).__name__, "email": getattr(request.user, "email", "")}
    return render(request, "organisations/invitation_closed.html", context, status=status)
