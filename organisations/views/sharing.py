"""Consent as the company sees it: what leaves the company, to whom, until when, who looked, and how to stop it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from organisations import sharing
from organisations.access import TenantRequest, requires, shared_now
from organisations.audit_words import Topic
from organisations.consent import COUNTED, NAMED, InvalidTerm, What, with_needs
from organisations.log_lines import lines_of, told
from organisations.models import Affiliation, Body, Grant
from organisations.policy import Permission
from organisations.sharing_forms import GrantForm
from organisations.templatetags.seats import WHAT_NAMES

READS_SHOWN = 50


@requires(Permission.SHARE)
@require_safe
def overview(request: TenantRequest) -> HttpResponse:
    return _page(request, sharing.sharing())


@requires(Permission.SHARE)
@require_POST
def give(request: TenantRequest) -> HttpResponse:
    """Share with a body of the company what was ticked; what was shared with it before ends."""
    bodies = sharing.sharing()
    chosen = next((shared for shared in bodies if str(shared.body.pk) == request.POST.get("body_id")), None)
    if chosen is None:
        return _page(request, bodies, refused=True)
    form = GrantForm(request.POST, shared=chosen)
    if not form.is_valid():
        return _page(request, bodies, typed=form, into=chosen)
    try:
        made = sharing.grant(
            request.organisation,
            chosen.body.pk,
            form.chosen(),
            purpose=form.cleaned_data["purpose"],
            until=form.cleaned_data["until"],
            by=request.user,
        )
    except sharing.NotAffiliated:  # the two parted while the form was being filled in
        return _page(request, sharing.sharing(), refused=True)
    except InvalidTerm:  # the day ended on the way here
        form.add_error("until", _("この日はもう過ぎました。選び直してください。"))
        return _page(request, bodies, typed=form, into=chosen)
    _tell_given(request, chosen.body, frozenset(What(one.what) for one in made))
    if carried := with_needs(form.chosen()) - set(form.chosen()):
        messages.info(
            request, _("選んだものだけでは意味が通らないため、%(what)sも一緒に見えます。") % {"what": _names(carried)}
        )
    # The form leads to its panel, for what is refused there; a browser would take that along to the page behind it.
    return redirect(reverse("organisations:sharing", args=[request.organisation.pk]) + "#main")


@requires(Permission.SHARE)
@require_POST
def stop(request: TenantRequest, grant_id: UUID) -> HttpResponse:
    """End one consent, and those that rest on it, at once."""
    grant = get_object_or_404(Grant.objects.select_related("body"), pk=grant_id)
    ended = sharing.revoke(request.organisation, grant.pk, by=request.user)
    if ended:
        _tell_ended(request, grant.body, frozenset(ended))
    else:
        messages.info(request, _("この共有は、もう終わっていました。いま見えているものは、下のとおりです。"))
    return redirect("organisations:sharing", request.organisation.pk)


@requires(Permission.SHARE)
@require_POST
def leave(request: TenantRequest, affiliation_id: UUID) -> HttpResponse:
    """Part from a network or office: everything that was shared with it ends."""
    affiliation = get_object_or_404(Affiliation.objects.select_related("body"), pk=affiliation_id)
    if sharing.end_affiliation(affiliation, by=request.user):
        messages.success(request, _("%(body)sから抜けました。もう何も見えません。") % {"body": affiliation.body})
    else:
        messages.info(request, _("%(body)sからは、もう抜けていました。") % {"body": affiliation.body})
    return redirect("organisations:sharing", request.organisation.pk)


def _page(
    request: TenantRequest,
    bodies: tuple[sharing.Shared, ...],
    *,
    typed: GrantForm | None = None,
    into: sharing.Shared | None = None,
    refused: bool = False,
) -> HttpResponse:
    """The page; with the form that was refused, `typed`, in the place of the body that it was meant `into`."""
    ours = request.organisation
    context = {
        "organisation": ours,
        "bodies": [
            (shared, typed if typed is not None and shared is into else GrantForm(shared=shared)) for shared in bodies
        ],
        "refused": refused,
        "ended": sharing.ended_grants(),
        "others": settings.COHORT_K,
        "reads": told(ours, lines_of(ours, topic=Topic.READS, limit=READS_SHOWN)),
    }
    return render(request, "organisations/sharing.html", context, status=422 if refused or typed else 200)


def _tell_given(request: TenantRequest, body: Body, kinds: frozenset[What]) -> None:
    if kinds == {What.STATISTICS}:
        words = _("%(body)sの集計に、会社名を出さずに数えてもらうことにしました。このページでいつでもやめられます。")
        messages.success(request, words % {"body": body})
        return
    said = {"body": body, "what": _names(kinds - {What.STATISTICS})}
    messages.success(
        request, _("%(body)sに、%(what)sを見せることにしました。このページでいつでもやめられます。") % said
    )
    if body.is_network and kinds & NAMED:
        messages.info(request, _("点数や回答を見せているあいだは、この団体の集計にも数えられます。"))
    elif body.is_network:
        messages.info(request, _("この団体の集計には数えられません。"))


def _tell_ended(request: TenantRequest, body: Body, ended: frozenset[What]) -> None:
    """That it is over, and what that means for the network's figures."""
    if ended == {What.STATISTICS}:
        messages.success(request, _("%(body)sの集計に数えてもらうのをやめました。") % {"body": body})
    else:
        said = {"body": body, "what": _names(ended)}
        messages.success(request, _("%(body)sに%(what)sを見せるのをやめました。もう相手には見えません。") % said)
    if not (body.is_network and ended & COUNTED):
        return
    left = shared_now(body.pk, request.organisation.pk) & COUNTED
    if left & NAMED:
        messages.info(request, _("点数や回答を見せているあいだは、この団体の集計にも数えられます。"))
    elif left:
        messages.info(request, _("会社名の出ない集計に数えてもらう同意は、続いています。"))
    else:
        messages.info(
            request,
            _(
                "集計には、もう数えられません。この会社が入っていた集計の数字は、ほかの会社の分も含めて、すぐに出なくなりました。"
            ),
        )


def _names(kinds: Iterable[What]) -> str:
    present = set(kinds)
    return _("・").join(str(WHAT_NAMES[what]) for what in What if what in present)
