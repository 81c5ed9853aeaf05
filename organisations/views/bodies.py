"""A network's or office's own pages: its people, and parting from a company."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from organisations.access import BodyRequest, requires_in_body
from organisations.body_forms import BodyRoleForm, StaffInvitationForm, role_choices
from organisations.inviting import AlreadyThere, invite
from organisations.limits import limited
from organisations.membership import LastOwner, change_body_role, remove_from_body, staff
from organisations.models import Affiliation, BodyMembership
from organisations.policy import BodyRole, Permission
from organisations.received import open_invitations, present
from organisations.sharing import end_affiliation
from organisations.views.sending import act_on_invitation, link_of, mailed

# --- people -----------------------------------------------------------------------------------------------------------


@requires_in_body(Permission.DIRECT)
@require_http_methods(["GET", "HEAD", "POST"])
@limited("invitation")
def people(request: BodyRequest) -> HttpResponse:
    """Who works here, and who was asked to; POST asks somebody."""
    if request.method != "POST":
        return _people_page(request)
    form = StaffInvitationForm(request.POST, body=request.acting_for)
    if not form.is_valid():
        return _people_page(request, form=form, status=422)
    email, role = form.cleaned_data["email"], form.cleaned_data["role"]
    try:
        with mailed(request):
            invite(email=email, role=role, by=request.user, link=link_of(request), body=request.acting_for)
    except AlreadyThere:
        form.add_error("email", _("この方は、もう職員です。役割は上の表で変えられます。"))
        return _people_page(request, form=form, status=422)
    return redirect("organisations:staff", request.acting_for.pk)


@requires_in_body(Permission.DIRECT)
@require_POST
def person(request: BodyRequest, key: UUID) -> HttpResponse:
    """Change somebody's role (`do` = role), or take them out (`do` = remove)."""
    body = request.acting_for
    found = get_object_or_404(BodyMembership.objects.select_related("user"), body=body, key=key)
    oneself = found.user_id == request.user.pk
    try:
        if request.POST.get("do") == "remove":
            remove_from_body(body, key, by=request.user)
            messages.success(request, _("%(who)s を職員から外しました。") % {"who": found.user})
            return redirect("assessments:home") if oneself else redirect("organisations:staff", body.pk)
        form = BodyRoleForm(request.POST, body=body)
        if request.POST.get("do") != "role" or not form.is_valid():
            return _people_page(request, refused=_("役割を選び直してください。"))
        role = BodyRole(form.cleaned_data["role"])
        if role != found.role:
            change_body_role(body, key, role, by=request.user)
    except BodyMembership.DoesNotExist:  # somebody else took them out a moment ago
        raise Http404 from None
    except LastOwner:
        return _people_page(
            request, refused=_("この役割の人が、ほかにいません。先に、別の人を同じ役割にしてください。")
        )
    messages.success(request, _("%(who)s の役割を保存しました。") % {"who": found.user})
    return redirect("reports:members" if oneself else "organisations:staff", body.pk)


@requires_in_body(Permission.DIRECT)
@require_POST
@limited("invitation")
def staff_invitation(request: BodyRequest, invitation_id: UUID) -> HttpResponse:
    """Send a colleague's invitation again, or take it back."""
    invitation = get_object_or_404(open_invitations(staff=True), pk=invitation_id)
    act_on_invitation(request, invitation)
    return redirect("organisations:staff", request.acting_for.pk)


def _people_page(
    request: BodyRequest, *, form: StaffInvitationForm | None = None, refused: str = "", status: int = 200
) -> HttpResponse:
    body = request.acting_for
    context = {
        "body": body,
        "people": staff(body),
        "roles": role_choices(body),
        "form": form or StaffInvitationForm(body=body),
        "invitations": open_invitations(staff=True),
        "refused": refused,
    }
    return render(request, "organisations/staff.html", context, status=422 if refused else status)


# --- companies --------------------------------------------------------------------------------------------------------


@requires_in_body(Permission.DIRECT)
@require_POST
def part(request: BodyRequest, organisation_id: UUID) -> HttpResponse:
    """The company belongs to the body no longer; every consent between them ends at once."""
    try:
        affiliation = present(request.acting_for, organisation_id)
    except Affiliation.DoesNotExist:
        raise Http404 from None
    end_affiliation(affiliation, by=request.user)
    words = _("%(name)s との関係を終えました。この会社からの共有も、すべて終わりました。")
    messages.success(request, words % {"name": affiliation.organisation.name})
    return redirect("reports:members", request.acting_for.pk)
