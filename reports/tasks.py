"""The bell: Celery tasks that call `reports.jobs` and `reports.retention`. No decision is made here."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task
from celery.signals import worker_process_init, worker_ready
from kombu.exceptions import OperationalError

from reports import jobs, retention
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
    if jobs.produce(UUID(job_id)):
        ring(UUID(job_id))


@shared_task(name="reports.sweep", ignore_result=True)
def sweep() -> None:
    jobs.sweep(ring)


# What the limit cuts off goes on with the next day's run. It is shorter than the time after which Redis rings again.
@shared_task(name="reports.tidy", ignore_result=True, soft_time_limit=500, time_limit=560)
def tidy() -> None:
    retention.tidy()


@worker_process_init.connect
def _warm_up(**kwargs: object) -> None:
    warm_up()


@worker_ready.connect
def _sweep_at_start(**kwargs: object) -> None:
    """What a killed worker left behind is taken up as soon as a new one is there."""
    jobs.sweep(ring)
