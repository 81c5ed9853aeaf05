"""The people of a company: who is in it, as what, and who was invited."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from organisations import inviting, membership
from organisations.access import TenantRequest, requires
from organisations.limits import limited
from organisations.models import Invitation, Membership
from organisations.people_forms import InvitationForm, RoleForm
from organisations.policy import Permission, Role
from organisations.templatetags.seats import role_name
from organisations.views.sending import link_of


@requires(Permission.MANAGE)
@limited("invitation")
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: TenantRequest) -> HttpResponse:
    """Everybody with their role, the open invitations, and the form that invites somebody (POST)."""
    form = InvitationForm(request.POST or None, initial={"role": Role.RESPONDENT.value})
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            inviting.invite(
                email=email,
                role=form.given_role(),
                by=request.user,
                organisation=request.organisation,
                link=link_of(request),
            )
        except inviting.AlreadyThere:
            form.add_error("email", _("この方は、もう会社に参加しています。役割は、下の一覧で変えられます。"))
        except inviting.NotMailed:
            _say_not_mailed(request, email)
            return _back(request)
        else:
            messages.success(request, _("%(email)s に招待のメールを送りました。") % {"email": email})
            return _back(request)
    status = 422 if request.method == "POST" else 200
    return _page(request, form, status=status)


@requires(Permission.MANAGE)
@require_POST
def change_role(request: TenantRequest, key: UUID) -> HttpResponse:
    """Another role for one person, oneself included."""
    form = RoleForm(request.POST)
    found = _member(request, key)
    if not form.is_valid():
        messages.error(request, " ".join(str(fault) for fault in form.errors.get("role", [])))
        return _page(request, InvitationForm(initial={"role": Role.RESPONDENT.value}), status=422)
    try:
        changed = membership.change_role(request.organisation, key, form.given_role(), by=request.user)
    except Membership.DoesNotExist:
        raise Http404 from None
    except membership.LastOwner:
        _say_last_owner(request)
        return _back(request)
    words = {"who": found.user, "role": role_name(changed.role)}
    messages.success(request, _("%(who)s の役割を「%(role)s」にしました。") % words)
    if found.user_id == request.user.pk and changed.role != Role.OWNER:
        respondent = changed.role == Role.RESPONDENT
        return redirect("assessments:tasks" if respondent else "assessments:company", request.organisation.pk)
    return _back(request)


@requires(Permission.MANAGE)
@require_POST
def remove(request: TenantRequest, key: UUID) -> HttpResponse:
    """Take one person, or oneself, out of the company; what they answered stays."""
    found = _member(request, key)
    try:
        membership.remove_member(request.organisation, key, by=request.user)
    except Membership.DoesNotExist:
        raise Http404 from None
    except membership.LastOwner:
        _say_last_owner(request)
        return _back(request)
    messages.success(request, _("%(who)s を会社から外しました。これまでの回答は残っています。") % {"who": found.user})
    return redirect("assessments:home") if found.user_id == request.user.pk else _back(request)


@requires(Permission.MANAGE)
@limited("invitation")
@require_POST
def invite_again(request: TenantRequest, invitation_id: UUID) -> HttpResponse:
    """A new link for an invitation that is still open, expired or not; the old link ends."""
    found = get_object_or_404(Invitation, pk=invitation_id)
    try:
        inviting.send_again(found, by=request.user, link=link_of(request))
    except inviting.Used:
        messages.info(request, _("この方は、もう参加しています。"))
    except inviting.Revoked:
        messages.error(
            request, _("この招待は取り消してあります。もう一度招待するには、下の欄にアドレスを書いてください。")
        )
    except inviting.NotMailed:
        _say_not_mailed(request, found.email)
    else:
        words = {"email": found.email}
        messages.success(request, _("%(email)s に新しい招待を送りました。前のリンクは使えません。") % words)
    return _back(request)


@requires(Permission.MANAGE)
@require_POST
def take_back(request: TenantRequest, invitation_id: UUID) -> HttpResponse:
    """End an invitation; its link opens nothing from now on."""
    found = get_object_or_404(Invitation, pk=invitation_id)
    inviting.revoke_invitation(found, by=request.user)
    found.refresh_from_db(fields=["accepted_at"])
    if found.accepted_at is not None:
        messages.info(
            request, _("この方は、もう参加しています。会社から外すには、一覧の「会社から外す」を使ってください。")
        )
    else:
        messages.success(request, _("%(email)s への招待を取り消しました。") % {"email": found.email})
    return _back(request)


# --- parts ------------------------------------------------------------------------------------------------------------


def _page(request: TenantRequest, form: InvitationForm, *, status: int) -> HttpResponse:
    context = {
        "organisation": request.organisation,
        "people": membership.people(request.organisation),
        "invitations": inviting.pending(),
        "form": form,
        "roles": [role.value for role in Role],
        "chosen": form["role"].value(),
    }
    return render(request, "organisations/people.html", context, status=status)


def _member(request: TenantRequest, key: UUID) -> Membership:
    return get_object_or_404(Membership.objects.select_related("user"), organisation=request.organisation, key=key)


def _back(request: TenantRequest) -> HttpResponse:
    return redirect("organisations:people", request.organisation.pk)


def _say_last_owner(request: TenantRequest) -> None:
    messages.error(
        request,
        _("会社の責任者が一人もいなくなるため、変えていません。先に、ほかの方を責任者にしてください。"),
    )


def _say_not_mailed(request: TenantRequest, email: str) -> None:
    """Without the link: the code behind it comes by the same mail server, so that it would open nothing now, and a link
    that is passed on by hand teaches people to trust such links."""
    messages.warning(
        request,
        _("%(email)s への招待は残っていますが、メールを送れませんでした。少し待って「送り直す」を押してください。")
        % {"email": email},
    )
