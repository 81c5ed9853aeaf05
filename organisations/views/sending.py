"""What the pages of people, bodies and the service have in common when they send an invitation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from organisations.access import SignedInRequest
from organisations.inviting import LinkOf, Revoked, Used, revoke_invitation, send_again
from organisations.mailing import NotMailed
from organisations.models import Invitation


def link_of(request: HttpRequest) -> LinkOf:
    """The address of an invitation's page on this site."""

    def link(token: str) -> str:
        return request.build_absolute_uri(reverse("organisations:invitation", args=[token]))

    return link


@contextmanager
def mailed(request: HttpRequest) -> Iterator[None]:
    """The block sends one mail: the next page tells whether it went."""
    try:
        yield
    except NotMailed:
        messages.warning(
            request, _("招待は記録しましたが、メールを送れませんでした。少し待って「送り直す」を押してください。")
        )
    else:
        messages.success(request, _("招待のメールを送りました。リンクは14日間使えます。"))


def act_on_invitation(request: SignedInRequest, invitation: Invitation) -> None:
    """`do` = again sends it anew, `do` = revoke takes it back; anything else only says to choose."""
    match request.POST.get("do"):
        case "again":
            try:
                with mailed(request):
                    send_again(invitation, by=request.user, link=link_of(request))
            except (Used, Revoked):
                messages.info(request, _("この招待は、もう使われたか、取り消されています。"))
        case "revoke":
            revoke_invitation(invitation, by=request.user)
            messages.success(request, _("招待を取り消しました。送ったリンクは使えません。"))
        case _:
            messages.error(request, _("「送り直す」か「取り消す」を選んでください。"))
