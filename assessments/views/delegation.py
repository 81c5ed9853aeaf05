"""Who is to answer what: the page on which the owner asks people, and takes it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assessments import delegation, mailing, services
from assessments.assigning import by_department, share
from assessments.delegation_forms import AssignForm
from assessments.models import Answer, Assessment
from assessments.progress import Progress, progress
from guidance.registry import get_catalog
from organisations.access import TenantRequest, requires
from organisations.inviting import DAYS, token_of
from organisations.limits import limited
from organisations.mailing import NotMailed
from organisations.models import Membership
from organisations.policy import Permission
from organisations.views.sending import link_of


@requires(Permission.MANAGE)
@limited("invitation")
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    """Who has what and what nobody has; POST asks one person, who is told by mail."""
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    catalog = get_catalog(assessment.catalog_ref)
    answers = services.answers_of(Answer.objects.filter(assessment=assessment))
    state = progress(catalog, answers, request.organisation.profile())
    people, invitations = delegation.receivers(request.organisation)
    form = AssignForm(
        request.POST if request.method == "POST" else None,
        people=people,
        invitations=invitations,
        catalog=catalog,
        asked=state.asked,
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _ask(request, assessment, form)
        except services.AssessmentClosed:
            form.add_error(None, _("この診断は提出済みか、新しい版に移っているため、新しく頼むことはできません。"))
        except delegation.CannotAnswer:
            form.add_error(
                "email", _("この方は閲覧者なので、答えることができません。先に「人と招待」で役割を変えてください。")
            )
        except Membership.DoesNotExist:
            form.add_error("who", _("選んだ方は、いまは頼める人の中にいません。一覧から選び直してください。"))
    return _page(request, assessment, state, set(answers), form)


@requires(Permission.MANAGE)
@require_POST
def withdraw(request: TenantRequest, assessment_id: UUID) -> HttpResponse:
    """Take back the assignments that the form names, all or none; what was answered stays."""
    assessment = get_object_or_404(Assessment, pk=assessment_id)
    try:
        taken = delegation.withdraw(assessment.pk, _ids(request))
    except delegation.NoSuchAssignment:
        raise Http404 from None
    messages.success(request, _("割り当てを %(count)d 問取り消しました。回答は残っています。") % {"count": taken})
    return redirect("assessments:assign", request.organisation.pk, assessment.pk)


# --- parts ------------------------------------------------------------------------------------------------------------


def _ask(request: TenantRequest, assessment: Assessment, form: AssignForm) -> HttpResponse:
    questions, colleague = form.cleaned_data["questions"], form.colleague()
    if colleague is not None:
        done = delegation.assign(request.organisation, assessment.pk, questions, to=colleague, by=request.user)
    else:
        place = (request.organisation, assessment.pk, questions)
        link = link_of(request)
        done = delegation.assign_by_address(*place, email=form.address(), by=request.user, link=link)
    _tell(request, done)
    return redirect("assessments:assign", request.organisation.pk, assessment.pk)


def _tell(request: TenantRequest, done: delegation.Assigned) -> None:
    """Tell the person by mail, and the owner on the page."""
    said = {"who": done.colleague or (done.invitation and done.invitation.email), "count": done.fresh}
    if not done.fresh:
        messages.info(request, _("選んだ設問は、すでに %(who)s に頼んであります。") % said)
    elif done.colleague == request.user:
        messages.success(request, _("%(count)d 問を、あなたの担当にしました。") % said)
    else:
        try:
            _mail(request, done)
        except NotMailed:
            messages.warning(request, _("%(count)d 問を %(who)s に頼みましたが、メールを送れませんでした。") % said)
            if done.invitation is not None:
                messages.info(request, _("招待のメールは、「人と招待」のページから送り直せます。"))
        else:
            messages.success(request, _("%(count)d 問を %(who)s に頼み、メールで知らせました。") % said)


def _mail(request: TenantRequest, done: delegation.Assigned) -> None:
    if done.colleague is not None:
        to, days = done.colleague.email, None
        link = request.build_absolute_uri(reverse("assessments:tasks", args=[request.organisation.pk]))
    elif done.invitation is not None:
        to, days = done.invitation.email, DAYS
        link = link_of(request)(token_of(done.invitation))
    mailing.tell_assigned(request.organisation, by=request.user, to=to, count=done.fresh, link=link, days=days)


def _page(
    request: TenantRequest, assessment: Assessment, state: Progress, answered: set[str], form: AssignForm
) -> HttpResponse:
    catalog = get_catalog(assessment.catalog_ref)
    holders = delegation.holders(request.organisation, assessment)
    shares = [(holder, share(catalog, holder.assignments, state.asked, answered)) for holder in holders]
    held = {name for holder in holders if holder.can_answer for name in holder.assignments}
    context = {
        "organisation": request.organisation,
        "assessment": assessment,
        "open": assessment.status == Assessment.Status.OPEN,
        "shares": shares,
        "nobody": share(catalog, state.asked - held, state.asked, answered),
        "everything": share(catalog, state.asked, state.asked, answered),
        "departments": by_department(catalog, state.asked).items(),
        "form": form,
        "ticked": {name: set(form.chosen(name)) for name in ("sections", "departments", "questions")},
    }
    return render(request, "assessments/assign.html", context, status=422 if form.is_bound else 200)


def _ids(request: TenantRequest) -> set[UUID]:
    try:
        return {UUID(text) for text in request.POST.getlist("assignment")}
    except ValueError:
        raise Http404 from None
