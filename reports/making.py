"""What each kind of job makes: everything is read at once, in the scope of whose file it is, and then printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from assessments.models import Submission
from cohorts.figures import Figures, figures_of
from organisations.scoping import body_scope, scope
from reports import cohort_paper, paper, workshop_context
from reports.batches.standing import shared_for
from reports.client import paper as client_paper
from reports.cohort_report import cohort_report, to_pass_on
from reports.models import BodyFile, ClientFile, FileJob, MemberFile, ReportFile
from reports.resting import comparisons_of, rests_on, stands, state_of
from reports.shared import shown_to
from reports.submitted import context_of


class NoLongerShared(Exception):
    """The company shares no longer what the paper would show."""


@dataclass(frozen=True, slots=True)
class Work:
    """A paper that is ready to be printed. `columns`: what the row keeps of it; `still_stands`: asked at the end;
    `otherwise`: why there is no file where it stands no more and is not made anew."""

    printed: Callable[[], bytes]
    columns: Mapping[str, Any] = field(default_factory=dict)
    still_stands: Callable[[], bool] = lambda: True
    otherwise: FileJob.Reason = FileJob.Reason.UNSTEADY


@contextmanager
def scope_of(job: FileJob) -> Iterator[None]:
    """The scope of the company or the network whose file it is."""
    match job:
        case ReportFile():
            with scope(job.organisation_id):
                yield
        case ClientFile():
            with scope(job.organisation_id):
                yield
        case BodyFile():
            with body_scope(job.body_id):
                yield
        case MemberFile():
            with body_scope(job.body_id), scope(job.organisation_id):
                yield
        case _:
            raise TypeError(type(job))


def read(job: FileJob) -> Work:
    """Everything that the paper of a job needs. Raises NoLongerShared."""
    match job:
        case ReportFile():
            return _of_company(job)
        case BodyFile():
            return _of_network(job)
        case MemberFile():
            return _as_shared(job)
        case ClientFile():
            return _signed(job)
        case _:
            raise TypeError(type(job))


def _of_company(job: ReportFile) -> Work:
    submission = Submission.objects.select_related("submitted_by").get(pk=job.submission_id)
    context = context_of(submission, job.language)
    return Work(lambda: paper.action_plan(context))


def _as_shared(job: MemberFile) -> Work:
    """What the company shared when it was ordered: all of it must still be shared, and more of it is not printed."""
    if not job.made_under <= shared_for(job):
        raise NoLongerShared
    submission = Submission.objects.get(pk=job.submission_id)
    context = shown_to(context_of(submission, job.language, facts=False), job.made_under)
    return Work(
        lambda: paper.action_plan(context),
        still_stands=lambda: job.made_under <= shared_for(job),
        otherwise=FileJob.Reason.WITHDRAWN,
    )


def _signed(job: ClientFile) -> Work:
    """From what was frozen and signed, and no row besides."""
    revision = job.revision
    return Work(
        lambda: client_paper.printed(
            revision.context, job.language, signatures=revision.signatures, digest=revision.digest
        )
    )


def _of_network(job: BodyFile) -> Work:
    made_of, before = state_of(job.round), _uses(job)
    printed = _printed_for_network(job, figures_of(job.round))
    uses = before | _uses(job)  # what came or went while everything was read counts as well
    return Work(
        printed,
        columns={"uses": sorted(uses), "made_of": made_of},
        still_stands=lambda: stands(job, uses),
    )


def _uses(job: BodyFile) -> set[str]:
    figures = figures_of(job.round)
    # In the changes since the round before, and in a handout, companies by name count however few they are.
    counted = figures if job.named or job.plan or figures.changes else to_pass_on(figures)
    return rests_on(counted, named=job.named) | comparisons_of(job.round)


def _printed_for_network(job: BodyFile, figures: Figures) -> Callable[[], bytes]:
    if job.plan is not None:
        workshop = workshop_context.context_of(job.plan, job.language)
        return lambda: cohort_paper.handout(workshop)
    report = cohort_report(job.round, figures, job.language, named=job.named)
    return lambda: cohort_paper.cohort_report(report)
