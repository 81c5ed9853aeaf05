"""The audit log: a company's own lines, and the check of the whole for who runs the service."""

from __future__ import annotations

from itertools import islice

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from organisations.access import SignedInRequest, TenantRequest, requires, requires_on_platform
from organisations.audit import Reading, state
from organisations.audit_words import TOPIC_NAMES, Topic, fault_words
from organisations.log_lines import lines_of, told
from organisations.policy import Permission

LINES_A_PAGE = 100
FAULTS_SHOWN = 50
LONGEST_CHECKED_HERE = 100_000
"""Lines; about ten seconds. A longer log would outlast the patience of the web server: the command reads it."""


@requires(Permission.AUDIT)
@require_safe
def lines(request: TenantRequest) -> HttpResponse:
    """The latest lines; `?topic=` narrows them, `?before=` goes on behind a page."""
    topic, before = _topic(request), _before(request)
    found = lines_of(request.organisation, topic=topic, before=before, limit=LINES_A_PAGE + 1)
    shown = found[:LINES_A_PAGE]
    context = {
        "organisation": request.organisation,
        "lines": told(request.organisation, shown),
        "topics": TOPIC_NAMES.items(),
        "topic": topic,
        "older": shown[-1].number if len(found) > LINES_A_PAGE else None,
        "later": before is not None,
    }
    return render(request, "organisations/log.html", context)


@requires_on_platform(Permission.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: SignedInRequest) -> HttpResponse:
    """How long the log is; POST reads it all and says whether it is what was written. No company is named."""
    number, last = state()
    here = number <= LONGEST_CHECKED_HERE
    context: dict[str, object] = {"number": number, "last": last, "here": here}
    if request.method == "POST" and here:
        reading = Reading()
        faults = reading.faults()
        shown = [fault_words(fault) for fault in islice(faults, FAULTS_SHOWN)]
        more = sum(1 for _fault in faults)
        context |= {"reading": reading, "faults": shown, "more": more}
    return render(request, "organisations/audit.html", context)


def _topic(request: HttpRequest) -> Topic | None:
    wanted = request.GET.get("topic", "")
    if wanted and wanted not in set(Topic):
        raise Http404
    return Topic(wanted) if wanted else None


def _before(request: HttpRequest) -> int | None:
    """A number of at most 18 digits: more does not fit into the column, and the database would refuse it."""
    wanted = request.GET.get("before", "")
    if wanted and not (wanted.isascii() and wanted.isdecimal() and len(wanted) <= 18):
        raise Http404
    return int(wanted) if wanted else None
