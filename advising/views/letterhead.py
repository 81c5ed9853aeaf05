"""The office's letterhead: names, contact, logo."""

from __future__ import annotations

import base64

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from advising.forms import LetterheadForm
from advising.letterheads import change, letterhead_of
from advising.logos import NotALogo
from advising.words import logo_fault
from organisations.access import BodyRequest, requires_in_body
from organisations.limits import limited
from organisations.policy import Permission

WORDS = ("name_ja", "name_en", "contact_ja", "contact_en")


@requires_in_body(Permission.SIGN_OFF)
@require_http_methods(["GET", "HEAD", "POST"])
@limited("upload")
def letterhead(request: BodyRequest) -> HttpResponse:
    """Change it; a logo that cannot be taken is refused with what to do, and what was typed stays."""
    body = request.acting_for
    head = letterhead_of(body)
    posted = request.method == "POST"
    form = LetterheadForm(
        data=request.POST if posted else None,
        files=request.FILES if posted else None,
        initial={name: getattr(head, name) for name in WORDS},
    )
    if posted and form.is_valid():
        upload = form.cleaned_data["logo"]
        try:
            change(
                body,
                {name: form.cleaned_data[name] for name in WORDS},
                logo=upload.read() if upload else None,
                without_logo=form.cleaned_data["without_logo"],
                by=request.user,
            )
        except NotALogo as refused:
            form.add_error("logo", logo_fault(refused.fault))
        else:
            messages.success(request, _("報告書の体裁を保存しました。次に署名する報告書から使われます。"))
            return redirect("advising:letterhead", body.pk)
    context = {
        "body": body,
        "form": form,
        "logo": base64.b64encode(bytes(head.logo)).decode() if head.logo else "",
    }
    return render(request, "advising/letterhead.html", context, status=422 if posted else 200)
