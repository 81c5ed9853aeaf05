"""The bell: Celery tasks that take ids and call `reports.jobs`. No decision is made here."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task
from celery.signals import worker_process_init, worker_ready
from kombu.exceptions import OperationalError

from reports import jobs
from reports.rendering import warm_up

log = logging.getLogger(__name__)


def ring(job_id: UUID) -> None:
    """Tell the workers about a job. Where the broker cannot be reached the row waits for the sweep."""
    try:
        produce.delay(str(job_id))
    except (OperationalError, OSError) as error:
        log.warning("report %s: the broker cannot be reached (%s)", job_id, type(error).__name__)
    else:
        jobs.rung(job_id)


@shared_task(name="reports.produce")
def produce(job_id: str) -> None:
    jobs.produce(UUID(job_id))


@shared_task(name="reports.sweep", ignore_result=True)
def sweep() -> None:
    jobs.sweep(ring)


@worker_process_init.connect
def _warm_up(**kwargs: object) -> None:
    warm_up()


@worker_ready.connect
def _sweep_at_start(**kwargs: object) -> None:
    """What a killed worker left behind is taken up as soon as a new one is there."""
    jobs.sweep(ring)
