"""An invitation's link: prove to read the invited mailbox, see what one is asked for, take it up."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from typing import cast

from allauth.account.internal.stagekit import clear_login
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
from organisations.models import Invitation, Membership, User
from organisations.policy import Role

log = logging.getLogger(__name__)


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
        return _prove(request, invitation)
    if not inviting.is_for(invitation, user):
        return _closed(request, inviting.AnotherPerson())
    if invitation.accepted_at is not None:
        return _arrive(request, invitation)
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
        return _arrive(request, accepted)
    context = {"invitation": invitation, "form": form, "place": invitation.organisation or invitation.body}
    return render(request, "organisations/invitation.html", context, status=422 if request.method == "POST" else 200)


def _send_code(request: HttpRequest, invitation: Invitation) -> HttpResponseBase:
    """allauth's own sign-in by code, for the invited address and back to this page."""
    inviting.account_for(invitation)
    # A code that was asked for in this browser before, perhaps for somebody else, would be asked for again instead.
    clear_login(request)
    typed = QueryDict(mutable=True)
    typed.update({"email": invitation.email, "next": request.path})
    request.POST = typed  # type: ignore[assignment]
    try:
        response: HttpResponseBase = request_login_code(request)
    except (SMTPException, OSError) as error:
        log.warning("invitation %s: the code was not taken (%s)", invitation.pk, type(error).__name__)
        messages.error(
            request,
            _("メールサーバーが混み合っているようで、コードを送れませんでした。少し待って、もう一度押してください。"),
        )
        return _prove(request, invitation, status=503)
    if response.status_code == 200:  # too many codes for this address: allauth shows its form, and the address in it
        messages.error(
            request, _("短い間に何度もコードを送りました。届いたメールを確かめるか、10分ほど待ってください。")
        )
        return _prove(request, invitation, status=429)
    return response


def _prove(request: HttpRequest, invitation: Invitation, *, status: int = 200) -> HttpResponse:
    return render(request, "organisations/invitation_prove.html", {"invitation": invitation}, status=status)


def _arrive(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Where the person's work is, by the role that they have now."""
    if invitation.organisation_id is not None:
        now = Membership.objects.filter(
            organisation_id=invitation.organisation_id, user=cast(User, request.user)
        ).first()
        respondent = (now or invitation).role == Role.RESPONDENT
        return redirect("assessments:tasks" if respondent else "assessments:company", invitation.organisation_id)
    if invitation.role:
        return redirect("reports:members", invitation.body_id)
    return redirect("assessments:home")


def _closed(request: HttpRequest, fault: inviting.InvitationFault) -> HttpResponse:
    """Why the link opens nothing; who follows an old one is told what to do, and nothing of where it led."""
    status = {inviting.Altered: 404, inviting.AnotherPerson: 403}.get(type(fault), 410)
    context = {"reason": type(fault).__name__, "email": getattr(request.user, "email", "")}
    return render(request, "organisations/invitation_closed.html", context, status=status)
