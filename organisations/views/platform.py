"""The administrator's pages: networks and offices as counts, and who may check drafts of the questionnaire."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from organisations import platform
from organisations.access import SignedInRequest, requires_on_platform
from organisations.bodies import found_body
from organisations.body_forms import AddressForm, NewBodyForm
from organisations.inviting import AlreadyThere, invite, roles_for
from organisations.limits import limited
from organisations.models import Body
from organisations.policy import BodyKind, Permission, PlatformRole
from organisations.received import open_invitations
from organisations.scoping import body_scope
from organisations.views.sending import link_of, mailed

AUTHOR_ID = "author_%s"
"""Two forms with an address stand on one page."""


@requires_on_platform(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@limited("invitation")
def overview(request: SignedInRequest) -> HttpResponse:
    """Every network and office, counted; POST founds one and invites who will direct it."""
    if request.method != "POST":
        return _page(request)
    form = NewBodyForm(request.POST)
    if not form.is_valid():
        return _page(request, new_body=form)
    try:
        body = found_body(kind=BodyKind(form.cleaned_data["kind"]), name=form.cleaned_data["name"], by=request.user)
    except IntegrityError:
        form.add_error("name", _("同じ名称のネットワークか相談窓口が、もうあります。"))
        return _page(request, new_body=form)
    with mailed(request):
        _invite_director(request, body, form.cleaned_data["email"])
    return redirect("organisations:platform_body", body.pk)


@requires_on_platform(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
@limited("invitation")
def one_body(request: SignedInRequest, body_id: UUID) -> HttpResponse:
    """One network or office. Until somebody directs it, POST invites who will; afterwards it invites its people itself,
    so that no administrator can put anybody in front of what companies share with it.
    """
    body = get_object_or_404(platform.bodies_counted(), pk=body_id)
    directed = platform.is_directed(body)
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and not directed:
        try:
            with mailed(request):
                _invite_director(request, body, form.cleaned_data["email"])
        except AlreadyThere:
            form.add_error("email", _("この方は、もう職員です。"))
        else:
            return redirect("organisations:platform_body", body.pk)
    with body_scope(body.pk):
        invitations = list(open_invitations(staff=True).filter(role=roles_for(body)[0]))
    context = {
        "body": body,
        "director": roles_for(body)[0],
        "directed": directed,
        "invitations": invitations,
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "organisations/platform_body.html", context, status=status)


@requires_on_platform(Permission.ADMINISTER)
@require_POST
def authors(request: SignedInRequest) -> HttpResponse:
    """Give (`do` = give) or take (`do` = take) the role of an author, by address."""
    form = AddressForm(request.POST, auto_id=AUTHOR_ID)
    if not form.is_valid():
        return _page(request, new_author=form)
    email = form.cleaned_data["email"]
    try:
        if request.POST.get("do") == "take":
            platform.take_role(email, PlatformRole.AUTHOR, by=request.user)
            messages.success(request, _("%(email)s は、設問票の作成者ではなくなりました。") % {"email": email})
        else:
            platform.give_role(email, PlatformRole.AUTHOR, by=request.user)
            messages.success(request, _("%(email)s を設問票の作成者にしました。") % {"email": email})
    except platform.NoSuchAccount:
        form.add_error("email", _("このアドレスを確認したアカウントがありません。先に登録してもらってください。"))
        return _page(request, new_author=form)
    return redirect("organisations:platform")


def _invite_director(request: SignedInRequest, body: Body, email: str) -> None:
    invite(email=email, role=roles_for(body)[0], by=request.user, link=link_of(request), body=body)


def _page(
    request: SignedInRequest, *, new_body: NewBodyForm | None = None, new_author: AddressForm | None = None
) -> HttpResponse:
    context = {
        "bodies": platform.bodies_counted(),
        "authors": platform.holders(PlatformRole.AUTHOR),
        "new_body": new_body or NewBodyForm(),
        "new_author": new_author or AddressForm(auto_id=AUTHOR_ID),
    }
    status = 422 if new_body or new_author else 200
    return render(request, "organisations/platform.html", context, status=status)
