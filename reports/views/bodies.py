"""What a network or an office sees of its companies: that they belong to it and whether they submitted, and beyond that
what each of them shares with it now."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from assessments import evidence
from assessments.models import Submission
from assessments.submitted_by import with_submitted
from organisations.access import BodyRequest, SharedRequest, requires_in_body, requires_shared
from organisations.bodies import companies
from organisations.body_forms import CompanyInvitationForm, MembersFilterForm
from organisations.consent import What
from organisations.models import Affiliation, Grant
from organisations.policy import BodyRole, Permission, allows
from organisations.received import consents
from reports.context import ReportContext
from reports.shared import Remark, remarks, shown_to
from reports.submitted import context_of

PER_PAGE = 50
MOST_SUBMISSIONS = 20
LATEST_ROUNDS = 3


@requires_in_body(Permission.MEMBERS)
@require_safe
def members(request: BodyRequest) -> HttpResponse:
    """The companies of a network: by name, whether they submitted, and for who may see it what they share. An office's
    have a page of their own."""
    body = request.acting_for
    if not body.is_network:
        return redirect("advising:portfolio", body.pk)
    form = MembersFilterForm(request.GET)
    belonging = companies(body.pk)
    everybody = with_submitted(belonging)
    named = belonging.filter(organisation__name__icontains=form.name) if form.name else belonging
    found = with_submitted(named, only=form.wants_submitted)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    may_see = _may(request, Permission.SHARED)
    given = consents(page) if may_see else {}
    lines = [_line(company, given.get(company.organisation_id, [])) for company in page]
    context = {
        "body": body,
        "form": form,
        "counts": everybody.order_by().aggregate(all=Count("pk"), done=Count("pk", filter=Q(submitted=True))),
        "rounds": list(body.rounds.all()[:LATEST_ROUNDS]),
        "page": page,
        "rows": lines,
        "may_see": may_see,
        "may_choose": may_see and any(printable for _company, _grants, printable in lines),
        "may_direct": _may(request, Permission.DIRECT),
        "invitation": CompanyInvitationForm(),
    }
    return render(request, "reports/members.html", context, status=422 if form.errors else 200)


@requires_shared(None)
@require_safe
def member(request: SharedRequest) -> HttpResponse:
    """One company: that it belongs here and whether it submitted, what it shares, and the way to that."""
    company = with_submitted(Affiliation.objects.present()).get()
    may_see = _may(request, Permission.SHARED)
    shares_scores = may_see and What.SCORES in request.shared
    context = {
        "body": request.acting_for,
        "company": company,
        "name": request.organisation.name,
        "grants": consents([company])[company.organisation_id] if may_see else [],
        "submissions": _submissions() if shares_scores else [],
        "shares_scores": shares_scores,
        "only_counted": request.shared == {What.STATISTICS},
        "may_see": may_see,
        "may_advise": _may(request, Permission.ADVISE) and What.ANSWERS in request.shared,
        "may_direct": _may(request, Permission.DIRECT),
    }
    return render(request, "reports/member.html", context)


@requires_shared(What.SCORES)
@require_safe
def shared_submission(request: SharedRequest, submission_id: UUID) -> HttpResponse:
    """A frozen submission, as far as the company shares it. Never the working answers."""
    found = get_object_or_404(Submission.objects.select_related("submitted_by"), pk=submission_id)
    report = shown_to(context_of(found, get_language() or "ja", facts=False), request.shared)
    context = {
        "body": request.acting_for,
        "company_id": request.organisation.pk,
        "name": request.organisation.name,
        "report": report,
        "shared": [what for what in What if what in request.shared],
        "shares_answers": What.ANSWERS in request.shared,
        "shares_notes": What.NOTES in request.shared,
        "remarks": _remarks(report, found) if What.NOTES in request.shared else [],
    }
    return render(request, "reports/shared_submission.html", context)


def _line(company: Affiliation, grants: list[Grant]) -> tuple[Affiliation, list[Grant], bool]:
    """A company, what it shares, and whether there is a report of it to be ordered."""
    submitted: bool = company.submitted  # type: ignore[attr-defined]
    return company, grants, submitted and any(grant.what == What.SCORES for grant in grants)


def _submissions() -> list[Submission]:
    return list(Submission.objects.only("pk", "number", "submitted_at", "catalog_ref")[:MOST_SUBMISSIONS])


def _remarks(report: ReportContext, submission: Submission) -> list[Remark]:
    """With the files that stood beside the answers when they were submitted; one that was added later was not."""
    files = evidence.submitted_with(submission)
    return remarks(report, [(file.question_id, file.pk, file.name) for file in files])


def _may(request: BodyRequest, permission: Permission) -> bool:
    return allows(BodyRole(request.body_membership.role), permission)
