"""会社のデータ: what the company has here, taking all of it away, and having it deleted."""

from __future__ import annotations

from io import SEEK_END

from django.contrib import messages
from django.core.files.base import File
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.file_names import part_of_name
from organisations import deleting
from organisations.access import TenantRequest, requires
from organisations.downloads import Pieces, attachment
from organisations.limits import limited
from organisations.policy import Permission
from reports import exporting
from reports.exports.figures import figures
from reports.forms import DeletionForm


@requires(Permission.EXPORT)
@require_safe
def overview(request: TenantRequest) -> HttpResponse:
    context = {"organisation": request.organisation, "figures": figures(request.organisation)}
    return render(request, "reports/data.html", context)


@requires(Permission.EXPORT)
@require_POST
@limited("export")
def export(request: TenantRequest) -> StreamingHttpResponse:
    """Everything as one ZIP. The response closes it, and with that it is gone, whether all of it was sent or not."""
    archive = exporting.export(request.organisation, by=request.user)
    size = archive.seek(0, SEEK_END)
    archive.seek(0)
    day = timezone.localdate().strftime("%Y%m%d")
    name = f"経安カルテ_会社のデータ_{part_of_name(request.organisation.name, 60)}_{day}.zip"
    return attachment(Pieces(File(archive)), name=name, size=size, media_type="application/zip")


@requires(Permission.DELETE)
@require_http_methods(["GET", "HEAD", "POST"])
def deletion(request: TenantRequest) -> HttpResponse:
    """What goes, when, and what stays. POST asks for it, with the company's name typed."""
    organisation = request.organisation
    form = DeletionForm(request.POST or None, organisation=organisation)
    if request.method == "POST" and form.is_valid():
        try:
            moment = deleting.ask(
                organisation, typed=form.cleaned_data["name"], by=request.user, link=_address(request)
            )
        except deleting.AlreadyAsked:
            messages.info(request, _("削除はすでに申し出られています。"))
        except deleting.WrongName:  # it was renamed at this very moment
            messages.error(request, _("ちょうど会社名が変わったところです。何も削除していません。"))
        else:
            day = timezone.localtime(moment).strftime("%Y/%m/%d %H:%M")
            messages.success(request, _("削除を受け付けました。%(day)s まで取り消せます。") % {"day": day})
        return redirect("reports:deletion", organisation.pk)
    context = {
        "organisation": organisation,
        "form": form,
        "figures": figures(organisation),
        "days": deleting.delay().days,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "reports/deletion.html", context, status=status)


@requires(Permission.DELETE)
@require_POST
def cancel(request: TenantRequest) -> HttpResponse:
    try:
        deleting.cancel(request.organisation, by=request.user, link=_address(request))
    except deleting.NotAsked:
        messages.info(request, _("取り消す削除はありません。"))
    else:
        messages.success(request, _("削除を取り消しました。データはすべて残っています。"))
    return redirect("reports:data", request.organisation.pk)


def _address(request: TenantRequest) -> str:
    return request.build_absolute_uri(reverse("reports:deletion", args=[request.organisation.pk]))
