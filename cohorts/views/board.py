"""The status board of a round, and the same as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.file_names import cleaned
from cohorts.board import FACTS, Chosen, Standing, State, counts, listed, rows_of, standings
from cohorts.board_forms import FACT_NAMES, NOT_KNOWN, STATE_MEANS, STATE_NAMES, BoardForm
from cohorts.models import Participant
from cohorts.plain_sheets import table_csv, xlsx
from cohorts.views.rounds import round_for
from organisations.access import BodyRequest, requires_in_body
from organisations.models import Round
from organisations.policy import BodyRole, Permission, allows
from organisations.received import consents

PER_PAGE = 50
ALWAYS_SHOWN = (State.INVITED, State.JOINED, State.STARTED, State.SUBMITTED)
"""The others only where there are such companies."""
MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@requires_in_body(Permission.MEMBERS)
@require_safe
def board(request: BodyRequest, round_id: UUID) -> HttpResponse:
    """Every company of the round and how far it is; everything that was chosen stands in the address."""
    within = round_for(request, round_id)
    form = BoardForm(request.GET)
    chosen = form.chosen
    everybody = standings(within, chosen)
    found = counts(everybody)
    current = Paginator(listed(everybody, chosen), PER_PAGE).get_page(request.GET.get("page"))
    may_see = _may(request, Permission.SHARED)
    lines = [_line(row, standing) for row, standing in rows_of(list(current))]
    given = consents(line.row for line in lines if line.here) if may_see else {}
    context = {
        "body": request.acting_for,
        "round": within,
        "form": form,
        "ignored": form.ignored,
        "chosen": chosen,
        "all": found.of(),
        "sharing": found.of(shared=True),
        "steps": [
            (one, STATE_NAMES[one], STATE_MEANS[one], found.of(one))
            for one in State
            if one in ALWAYS_SHOWN or found.of(one) or chosen.state is one
        ],
        "page": current,
        "lines": [(line, given.get(line.row.organisation_id, [])) for line in lines],
        "may_see": may_see,
        "may_direct": _may(request, Permission.DIRECT),
        "address": request.build_absolute_uri(),
    }
    return render(request, "cohorts/board.html", context)


@requires_in_body(Permission.MEMBERS)
@require_safe
def board_file(request: BodyRequest, round_id: UUID, kind: str) -> HttpResponse:
    """The companies that the conditions of the address leave, all of them, as `kind`: XLSX or CSV."""
    within = round_for(request, round_id)
    columns = [
        (_("会社名"), 34),
        (_("法人番号"), 16),
        (_("状況"), 12),
        (_("共有"), 10),
        *((str(FACT_NAMES[name]), 26) for name in FACTS),
    ]
    rows = _lines(within, BoardForm(request.GET).chosen)
    content = xlsx(_("状況"), columns, rows) if kind == "xlsx" else table_csv(columns, rows)
    name = cleaned(f"{within.name}-{timezone.localdate():%Y%m%d}.{kind}")
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment"}
    return HttpResponse(content, content_type=MEDIA_TYPES[kind], headers=headers)


def _lines(within: Round, chosen: Chosen) -> Iterator[tuple[str, ...]]:
    for row, standing in rows_of(listed(standings(within, chosen), chosen)):
        line = _line(row, standing)
        shares = _("共有あり") if line.shares else _("共有なし")
        yield row.name, row.corporate_number, line.state, shares, *line.facts.values()


@dataclass(frozen=True, slots=True)
class Line:
    """A company: its row in the list, and in words how far it is and what the list says of it. `here`: it belongs to
    the network at this moment."""

    row: Any
    state: str
    shares: bool
    here: bool
    facts: Mapping[str, str]


def _line(row: Participant, standing: Standing) -> Line:
    language, state = get_language() or "ja", standing.state
    texts = {name: known.get(getattr(row, name)) for name, known in FACTS.items()}
    facts = {name: text.get(language) if text else str(NOT_KNOWN) for name, text in texts.items()}
    here = row.organisation_id is not None and state is not State.LEFT
    return Line(row, str(STATE_NAMES[state]), standing.shares, here, facts)


def _may(request: BodyRequest, permission: Permission) -> bool:
    return allows(BodyRole(request.body_membership.role), permission)
