"""The life of a file that is made in the background: order, claim, produce, finish, and the sweep that rings again for
what was lost. The same for every kind of file.

A worker that is killed at any line leaves a row behind that says WAITING or RUNNING; the sweep finds it. At worst a
file is made twice under the same name.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from advising.models import Revision
from advising.signing import State
from assessments.models import Submission
from cohorts.models import WorkshopPlan
from organisations.audit import Verb, record
from organisations.models import Round, User
from reports import making
from reports.models import BodyFile, ClientFile, FileJob, MemberFile, ReportFile
from reports.rendering import FontMissing, RenderingError
from reports.resting import state_of, still_stands

log = logging.getLogger(__name__)
TEMPLATE_VERSION = "2026.2"
"""Raised when a paper changes: what was made before stays, and an order makes the new one."""
MOST_ATTEMPTS = 3
MOST_RENEWALS = 3
KINDS: tuple[type[FileJob], ...] = (ReportFile, BodyFile, MemberFile, ClientFile)
ALONE = tuple(kind for kind in KINDS if not kind.in_turn)
"""The kinds for which somebody waits who ordered this one file: they go first."""
Ring = Callable[[UUID], None]


class NotReleased(Exception):
    """Only what all three signed becomes a paper of record."""


# --- ordering ---------------------------------------------------------------------------------------------------------


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
        if created or _start_anew(job):
            job.refresh_from_db()
            transaction.on_commit(lambda: ring(job.pk))
            record(Verb.REPORT_ORDERED, actor=by, organisation=job.organisation_id, target=job.submission_id)
    return job


def order_for_network(
    within: Round, *, plan: WorkshopPlan | None = None, language: str, named: bool = False, by: User, ring: Ring
) -> BodyFile:
    """The job for the report of a round, or for the handout of a workshop plan: one that is under way, or one whose
    figures are still the same; any other starts anew. Within `body_scope`."""
    kind = BodyFile.Kind.COHORT_REPORT if plan is None else BodyFile.Kind.WORKSHOP_HANDOUT
    with transaction.atomic():
        job, created = BodyFile.objects.get_or_create(
            body_id=within.body_id,
            round=within,
            plan=plan,
            kind=kind,
            language=language,
            named=named,
            defaults={"template_version": TEMPLATE_VERSION, "requested_by": by},
        )
        outdated = not created and (job.template_version, job.made_of) != (TEMPLATE_VERSION, state_of(within))
        if created or _start_anew(job, outdated=outdated):
            BodyFile.objects.filter(pk=job.pk).update(requested_by=by, template_version=TEMPLATE_VERSION)
            job.refresh_from_db()
            transaction.on_commit(lambda: ring(job.pk))
            record(Verb.REPORT_ORDERED, actor=by, body=job.body_id, target=job.round_id, file=kind.value)
    return job


def order_of_client(revision: Revision, *, by: User | None, ring: Ring) -> list[ClientFile]:
    """The jobs for the signed papers of a released revision, one for each of its forms. Within either scope.

    Raises NotReleased.
    """
    if revision.state != State.RELEASED:
        raise NotReleased
    found = []
    with transaction.atomic():
        for form in revision.context["languages"]:
            job, created = ClientFile.objects.get_or_create(
                revision=revision,
                language=form,
                defaults={
                    "organisation_id": revision.organisation_id,
                    "body_id": revision.body_id,
                    "template_version": revision.context["template"],
                    "requested_by": by,
                },
            )
            if created or _start_anew(job):
                job.refresh_from_db()
                transaction.on_commit(partial(ring, job.pk))
            found.append(job)
    return found


def _start_anew(job: FileJob, *, outdated: bool = False) -> bool:
    """Put a failed job, or a finished one whose file is lost or outdated, back to waiting; whoever still works on it
    loses it."""
    name = job.file.name or ""
    done = job.status == FileJob.Status.DONE
    over = FileJob.Status.DONE if done and (outdated or not default_storage.exists(name)) else FileJob.Status.FAILED
    again = _rows(type(job)).filter(pk=job.pk, status=over)
    if not again.update(**job.begins_with, requested_at=timezone.now()):
        return False
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))
    return True


def start_anew(kind: type[FileJob], job_ids: Iterable[UUID]) -> int:
    """Put those of these jobs that failed back to waiting. Returns how many. No bell is rung."""
    failed = _rows(kind).filter(pk__in=list(job_ids), status=FileJob.Status.FAILED)
    return failed.update(**kind.begins_with, requested_at=timezone.now())


def rung(job_id: UUID) -> None:
    """Note that the bell was heard by the broker, so that the sweep waits before it rings again."""
    for kind in KINDS:
        if _rows(kind).filter(pk=job_id).update(rung_at=timezone.now()):
            return


# --- making -----------------------------------------------------------------------------------------------------------


def produce(job_id: UUID) -> bool:
    """Make the file of a waiting job, or of a running one whose worker gave no sign for the lease.

    Returns whether the job waits again: what it rests on stood no longer when it was finished.
    """
    claim = uuid.uuid4()
    job = next((found for kind in KINDS if (found := _claimed(kind, job_id, claim)) is not None), None)
    if job is None:
        return False  # done already, or another worker has it
    try:
        with making.scope_of(job):
            return _make(job, claim)
    except making.NoLongerShared:
        _fail(job, claim, FileJob.Reason.WITHDRAWN)
    except FontMissing as error:
        _fail(job, claim, FileJob.Reason.FONT, str(error))
    except RenderingError as error:
        _fail(job, claim, FileJob.Reason.RENDERING, str(error))
    except OSError:
        log.exception("report %s: storage", job_id)
        _fail(job, claim, FileJob.Reason.STORAGE)
    except Exception as error:
        # SoftTimeLimitExceeded is Celery's; naming it here would tie the job to the bell.
        late = type(error).__name__ == "SoftTimeLimitExceeded"
        log.exception("report %s", job_id)
        _fail(job, claim, FileJob.Reason.TIME if late else FileJob.Reason.UNEXPECTED)
    return False


def _claimed(kind: type[FileJob], job_id: UUID, claim: UUID) -> FileJob | None:
    """The job, where it is one of this kind and nobody else has it."""
    now = timezone.now()
    lost = Q(status=FileJob.Status.RUNNING, claimed_at__lt=now - timedelta(seconds=settings.REPORT_LEASE_SECONDS))
    rows = _rows(kind).filter(Q(status=FileJob.Status.WAITING) | lost, kind.wanted(), pk=job_id)
    started = rows.update(
        status=FileJob.Status.RUNNING, claim=claim, claimed_at=now, progress=10, attempts=F("attempts") + 1
    )
    return _rows(kind).get(pk=job_id) if started else None


def _make(job: FileJob, claim: UUID) -> bool:
    work = making.read(job)
    _advance(job, claim, 30)
    pdf = work.printed()
    _advance(job, claim, 90)
    stored = default_storage.save(f"reports/{job.pk}/{claim}.pdf", ContentFile(pdf))
    with transaction.atomic():
        stands = work.still_stands()
        finished = stands and _running(job, claim).update(
            status=FileJob.Status.DONE,
            progress=100,
            file=stored,
            size=len(pdf),
            sha256=sha256(pdf).hexdigest(),
            finished_at=timezone.now(),
            **work.columns,
        )
    if not finished:  # a consent ended; or the lease ran out and another worker took over: its file stands
        default_storage.delete(stored)
    return not stands and _renew(job, claim, work.otherwise)


def _renew(job: FileJob, claim: UUID, otherwise: FileJob.Reason) -> bool:
    """Back to waiting, as no failed attempt, where it can be made of what is left; after a few times it fails. Returns
    whether it waits."""
    if not isinstance(job, BodyFile) or job.renewals >= MOST_RENEWALS:
        _fail(job, claim, otherwise)
        return False
    begins = {**job.begins_with, "attempts": F("attempts") - 1, "renewals": F("renewals") + 1}
    return bool(_running(job, claim).update(**begins))


def _advance(job: FileJob, claim: UUID, progress: int) -> None:
    _running(job, claim).update(progress=progress, claimed_at=timezone.now())


def _fail(job: FileJob, claim: UUID, reason: FileJob.Reason, detail: str = "") -> None:
    _running(job, claim).update(
        status=FileJob.Status.FAILED, reason=reason, detail=detail[:300], finished_at=timezone.now()
    )


def _running(job: FileJob, claim: UUID) -> models.QuerySet[FileJob]:
    """The row, as long as it is this worker's."""
    return _rows(type(job)).filter(pk=job.pk, claim=claim, status=FileJob.Status.RUNNING)


def _rows(kind: type[FileJob]) -> models.Manager[FileJob]:
    """The queue belongs to no company and no network: each job opens its own scope (`making.scope_of`)."""
    return kind.unscoped


# --- afterwards -------------------------------------------------------------------------------------------------------


def withdraw_unless_it_stands(job: BodyFile) -> bool:
    """Remove a finished file that rests on what may no longer be seen. Returns whether it was removed."""
    if job.status != FileJob.Status.DONE or still_stands(job):
        return False
    remove(job, FileJob.Reason.WITHDRAWN)
    return True


def remove(job: FileJob, reason: FileJob.Reason) -> None:
    """Take the file of a finished job away, or note that the storage lost it (STORAGE)."""
    # The file first: cut off here, the job counts as one whose file was lost, and can be ordered anew as well.
    name = job.file.name or ""
    default_storage.delete(name)
    removed = {**job.begins_with, "status": FileJob.Status.FAILED, "reason": reason}
    _rows(type(job)).filter(pk=job.pk, file=name, status=FileJob.Status.DONE).update(**removed)


def first_alone() -> UUID | None:
    """The job that has waited longest of those that somebody ordered by itself."""
    waiting = [
        found
        for kind in ALONE
        if (found := _rows(kind).filter(status=FileJob.Status.WAITING).order_by("requested_at").first()) is not None
    ]
    return min(waiting, key=lambda job: job.requested_at).pk if waiting else None


def sweep(ring: Ring, kinds: Iterable[type[FileJob]] = ALONE) -> int:
    """Ring again for jobs that wait unheard, and for running ones whose lease is over; give up after three attempts.

    Returns how many bells were rung. Of a kind that is rung for in turn, those that were never rung for go on waiting.
    """
    lease = timezone.now() - timedelta(seconds=settings.REPORT_LEASE_SECONDS)
    unheard = timezone.now() - timedelta(seconds=settings.REPORT_SWEEP_SECONDS)
    lost = Q(status=FileJob.Status.RUNNING, claimed_at__lt=lease)
    # A bell that the broker heard can still be lost with a killed worker, so waiting rows are rung for again in time.
    silent, forgotten = Q(rung_at__isnull=True, requested_at__lt=unheard), Q(rung_at__lt=lease)
    rings = 0
    for kind in kinds:
        waiting = Q(forgotten if kind.in_turn else silent | forgotten, status=FileJob.Status.WAITING)
        _rows(kind).filter(lost, attempts__gte=MOST_ATTEMPTS).update(
            status=FileJob.Status.FAILED, reason=FileJob.Reason.UNEXPECTED, finished_at=timezone.now()
        )
        found = _rows(kind).filter(waiting | lost, kind.wanted()).order_by("requested_at").values_list("pk", flat=True)
        for job_id in list(found[:500]):
            ring(job_id)
            rings += 1
    return rings
