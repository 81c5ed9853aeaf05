"""Asking companies to join a network or an office."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from organisations.access import BodyRequest, requires_in_body
from organisations.body_forms import CompanyInvitationForm
from organisations.inviting import invite
from organisations.limits import limited
from organisations.policy import Permission
from organisations.received import open_invitations
from organisations.views.sending import act_on_invitation, link_of, mailed

PER_PAGE = 50


@requires_in_body(Permission.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
@limited("invitation")
def invite_company(request: BodyRequest) -> HttpResponse:
    """Invite the owner of a company; below, whom an invitation waits for."""
    form = CompanyInvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with mailed(request):
            invite(
                email=form.cleaned_data["email"],
                role=None,
                by=request.user,
                link=link_of(request),
                body=request.acting_for,
            )
        return redirect("organisations:invite_company", request.acting_for.pk)
    context = {
        "body": request.acting_for,
        "form": form,
        "page": Paginator(open_invitations(staff=False), PER_PAGE).get_page(request.GET.get("page")),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "organisations/invite_company.html", context, status=status)


@requires_in_body(Permission.MEMBERS)
@require_POST
@limited("invitation")
def company_invitation(request: BodyRequest, invitation_id: UUID) -> HttpResponse:
    """Send a company's invitation again, or take it back."""
    invitation = get_object_or_404(open_invitations(staff=False), pk=invitation_id)
    act_on_invitation(request, invitation)
    return redirect("organisations:invite_company", request.acting_for.pk)
