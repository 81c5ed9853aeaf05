"""A round's list of companies: taking it from a file, the template for it, taking companies off it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts import listing, rounds
from cohorts.forms import ListForm
from cohorts.importing import BESIDE, EXAMPLE, FIELDS
from cohorts.list_files import MOST_COMPANIES
from cohorts.list_template import EXAMPLE_VALUES, csv_template, xlsx_template
from cohorts.views.rounds import round_for
from guidance.problems import InputRefused, Problem
from guidance.profile import EMPLOYEE_BANDS, INDUSTRIES, SALES_BANDS
from organisations.access import BodyRequest, requires_in_body
from organisations.limits import limited
from organisations.models import Round
from organisations.policy import Permission

PER_PAGE = 50
MOST_SHOWN = 200
"""Faults on one page; who has more of them mends these first."""
MOST_LINES = 20
"""Lines of the file that are named in a message."""
TEMPLATES = {
    "csv": (csv_template, "text/csv; charset=utf-8"),
    "xlsx": (xlsx_template, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}

MEANINGS = {
    "name": gettext_lazy("必ず書きます。"),
    "corporate_number": gettext_lazy("13桁です。空欄でもかまいません。書くと、同じ会社を二度加えずにすみます。"),
    "email": gettext_lazy("案内の送り先です。必ず書きます。会員の会社だけは、法人番号があれば空欄でかまいません。"),
    "industry": gettext_lazy("日本標準産業分類の大分類の名前か、A〜T の記号です。空欄でもかまいません。"),
    "prefecture": gettext_lazy("本社のある都道府県です。「静岡」でも番号でもかまいません。空欄でもかまいません。"),
    "sales_band": gettext_lazy("下の区分から書きます。金額は書けません。空欄でもかまいません。"),
    "size": gettext_lazy("おおよその人数か、下の区分です。名簿には区分だけを残します。空欄でもかまいません。"),
}


@requires_in_body(Permission.DIRECT)
@require_http_methods(["GET", "HEAD", "POST"])
@limited("upload")
def take(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """Take companies from a file: all of them, or every fault and none. Below, who was not invited yet."""
    found = round_for(request, round_id)
    if request.method != "POST":
        return _page(request, found, ListForm())
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    file = form.cleaned_data["file"]
    try:
        taken = listing.take(found, file.read(), file.name, by=request.user)
    except InputRefused as refused:
        return _page(request, found, ListForm(), file=file.name, faults=refused.problems, status=422)
    except rounds.RoundOver:
        form.add_error(None, _("この回は終わっています。名簿に加えるには、先に終わる日を延ばしてください。"))
        return _page(request, found, form, status=422)
    _tell(request, taken)
    return redirect("cohorts:import", request.acting_for.pk, found.pk)


@requires_in_body(Permission.DIRECT)
@require_safe
def template(request: BodyRequest, round_id: UUID, ending: str) -> HttpResponse:
    """The empty list, to fill in."""
    round_for(request, round_id)
    if ending not in TEMPLATES:
        raise Http404
    make, media_type = TEMPLATES[ending]
    disposition = f'attachment; filename="keian-list.{ending}"'
    return HttpResponse(make(), content_type=media_type, headers={"Content-Disposition": disposition})


@requires_in_body(Permission.DIRECT)
@require_POST
def take_off(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """Take one company that was not invited off the list (`participant`), or all of them (`do` = all)."""
    found = round_for(request, round_id)
    if request.POST.get("do") == "all":
        one = None
    else:
        try:
            one = UUID(request.POST.get("participant", ""))
        except ValueError:
            messages.error(request, _("名簿から外す会社を選んでください。"))
            return redirect("cohorts:import", request.acting_for.pk, found.pk)
    gone = listing.take_off(found, one, by=request.user)
    if gone:
        messages.success(request, _("%(count)s 社を名簿から外しました。") % {"count": f"{gone:,}"})
    else:
        messages.info(request, _("外す会社がありません。すでに外したか、案内を送った会社です。"))
    return redirect("cohorts:import", request.acting_for.pk, found.pk)


def _tell(request: BodyRequest, taken: listing.Taken) -> None:
    if taken.added:
        words = _("%(count)s 社を名簿に加えました。案内は、まだ送っていません。")
        messages.success(request, words % {"count": f"{taken.added:,}"})
    if taken.members:
        words = _("このうち%(count)s 社は、もう会員です。招待は要りません。")
        messages.info(request, words % {"count": f"{taken.members:,}"})
    if taken.standing:
        lines = _("・").join(str(line) for line in taken.standing[:MOST_LINES])
        more = len(taken.standing) - MOST_LINES
        said = {"count": f"{len(taken.standing):,}", "lines": lines}
        words = _("%(count)s 社は、もう名簿にあったので、そのままにしました（ファイルの%(lines)s 行目）。")
        if more > 0:
            words = _("%(count)s 社は、もう名簿にあったので、そのままにしました（ファイルの%(lines)s 行目など）。")
        messages.info(request, words % said)


def _page(
    request: BodyRequest,
    found: Round,
    form: ListForm,
    *,
    file: str = "",
    faults: Sequence[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    language = get_language() or "ja"
    waiting = rounds.uninvited(found)
    context = {
        "body": request.acting_for,
        "round": found,
        "form": form,
        "file": file,
        "faults": [(fault, fault.ja if language == "ja" else fault.en) for fault in faults[:MOST_SHOWN]],
        "fault_count": len(faults),
        "more_faults": max(0, len(faults) - MOST_SHOWN),
        "columns": [
            (
                one.label if language == "ja" else one.label_en,
                MEANINGS[one.key],
                EXAMPLE_VALUES[one.key].removeprefix(EXAMPLE),
            )
            for one in FIELDS
        ],
        "example": EXAMPLE,
        "beside": BESIDE[:2],
        "most": MOST_COMPANIES,
        "choices": [
            (_("業種"), [f"{key} {text.get(language)}" for key, text in INDUSTRIES.items()]),
            (_("年間の売上高"), [text.get(language) for text in SALES_BANDS.values()]),
            (_("従業員数（人数で書いてもかまいません）"), [text.get(language) for text in EMPLOYEE_BANDS.values()]),
        ],
        "page": Paginator(waiting.order_by("name", "pk"), PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "cohorts/import.html", context, status=status)
