"""The life of a report job: order, claim, produce, finish, and the sweep that rings again for what was lost.

A worker that is killed at any line leaves a row behind that says WAITING or RUNNING; the sweep finds it. At worst a
file is made twice under the same name.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from assessments.models import Submission
from organisations.audit import Verb, record
from organisations.models import User
from organisations.scoping import scope
from reports import paper
from reports.models import ReportFile
from reports.rendering import FontMissing, RenderingError
from reports.submitted import context_of

log = logging.getLogger(__name__)
TEMPLATE_VERSION = "2026.1"
MOST_ATTEMPTS = 3
Ring = Callable[[UUID], None]


def order(submission: Submission, *, language: str, by: User, ring: Ring) -> ReportFile:
    """The job for this file: the existing one (failed or lost: it starts anew), or a new one."""
    with transaction.atomic():
        job, created = ReportFile.objects.get_or_create(
            submission=submission,
            kind=ReportFile.Kind.ACTION_PLAN,
            language=language,
            template_version=TEMPLATE_VERSION,
            defaults={"organisation": submission.organisation, "requested_by": by},
        )
        again = not created and _start_anew(job)
        if created or again:
            job.refresh_from_db()
            transaction.on_commit(lambda: ring(job.pk))
            record(Verb.REPORT_ORDERED, actor=by, organisation=job.organisation_id, target=job.submission_id)
    return job


def _start_anew(job: ReportFile) -> bool:
    """Put a failed job, or a finished one whose file is lost, back to waiting; whoever still works on it loses it."""
    lost = job.status == ReportFile.Status.DONE and not default_storage.exists(job.file.name or "")
    ended = ReportFile.Status.DONE if lost else ReportFile.Status.FAILED
    return bool(
        ReportFile.objects.filter(pk=job.pk, status=ended).update(
            status=ReportFile.Status.WAITING,
            reason="",
            detail="",
            progress=0,
            attempts=0,
            claim=None,
            claimed_at=None,
            rung_at=None,
            file="",
            size=0,
            requested_at=timezone.now(),
            finished_at=None,
        )
    )


def rung(job_id: UUID) -> None:
    """Note that the bell was heard by the broker, so that the sweep waits before it rings again."""
    ReportFile.unscoped.filter(pk=job_id).update(rung_at=timezone.now())


def produce(job_id: UUID) -> None:
    """Make the file of a waiting job, or of a running one whose worker gave no sign for the lease."""
    claim = uuid.uuid4()
    now = timezone.now()
    lost = Q(status=ReportFile.Status.RUNNING, claimed_at__lt=now - timedelta(seconds=settings.REPORT_LEASE_SECONDS))
    claimed = ReportFile.unscoped.filter(Q(status=ReportFile.Status.WAITING) | lost, pk=job_id).update(
        status=ReportFile.Status.RUNNING, claim=claim, claimed_at=now, progress=10, attempts=F("attempts") + 1
    )
    if not claimed:
        return  # done already, or another worker has it
    job = ReportFile.unscoped.select_related("organisation").get(pk=job_id)
    with scope(job.organisation_id):
        try:
            _make(job, claim)
        except FontMissing as error:
            _fail(job, claim, ReportFile.Reason.FONT, str(error))
        except RenderingError as error:
            _fail(job, claim, ReportFile.Reason.RENDERING, str(error))
        except OSError:
            log.exception("report %s: storage", job_id)
            _fail(job, claim, ReportFile.Reason.STORAGE)
        except Exception as error:
            # SoftTimeLimitExceeded is Celery's; naming it here would tie the job to the bell.
            late = type(error).__name__ == "SoftTimeLimitExceeded"
            log.exception("report %s", job_id)
            _fail(job, claim, ReportFile.Reason.TIME if late else ReportFile.Reason.UNEXPECTED)


def _make(job: ReportFile, claim: UUID) -> None:
    submission = Submission.objects.select_related("submitted_by").get(pk=job.submission_id)
    context = context_of(submission, job.language)
    _advance(job, claim, 30)
    pdf = paper.action_plan(context)
    _advance(job, claim, 90)
    name = f"reports/{job.pk}/{claim}.pdf"
    stored = default_storage.save(name, ContentFile(pdf))
    finished = ReportFile.objects.filter(pk=job.pk, claim=claim, status=ReportFile.Status.RUNNING).update(
        status=ReportFile.Status.DONE, progress=100, file=stored, size=len(pdf), finished_at=timezone.now()
    )
    if not finished:  # the lease ran out and another worker took over: its file stands
        default_storage.delete(stored)


def _advance(job: ReportFile, claim: UUID, progress: int) -> None:
    ReportFile.objects.filter(pk=job.pk, claim=claim).update(progress=progress, claimed_at=timezone.now())


def _fail(job: ReportFile, claim: UUID, reason: ReportFile.Reason, detail: str = "") -> None:
    ReportFile.objects.filter(pk=job.pk, claim=claim, status=ReportFile.Status.RUNNING).update(
        status=ReportFile.Status.FAILED, reason=reason, detail=detail[:300], finished_at=timezone.now()
    )


def sweep(ring: Ring) -> int:
    """Ring again for jobs that wait unheard, and for running ones whose lease is over; give up after three attempts.

    Returns how many bells were rung.
    """
    lease = timezone.now() - timedelta(seconds=settings.REPORT_LEASE_SECONDS)
    unheard = timezone.now() - timedelta(seconds=settings.REPORT_SWEEP_SECONDS)
    lost = Q(status=ReportFile.Status.RUNNING, claimed_at__lt=lease)
    ReportFile.unscoped.filter(lost, attempts__gte=MOST_ATTEMPTS).update(
        status=ReportFile.Status.FAILED, reason=ReportFile.Reason.UNEXPECTED, finished_at=timezone.now()
    )
    # A bell that the broker heard can still be lost with a killed worker, so waiting rows are rung for again in time.
    waiting = Q(status=ReportFile.Status.WAITING) & (
        Q(rung_at__isnull=True, requested_at__lt=unheard) | Q(rung_at__lt=lease)
    )
    ids = list(ReportFile.unscoped.filter(waiting | lost).order_by("requested_at").values_list("pk", flat=True)[:500])
    for job_id in ids:
        ring(job_id)
    return len(ids)
