"""The bell: Celery tasks that call `reports.jobs` and `reports.retention`. No decision is made here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from celery import shared_task
from celery.signals import worker_process_init, worker_ready
from kombu.exceptions import ChannelError, OperationalError

from reports import jobs, retention
from reports.batches import telling, turns
from reports.rendering import warm_up

log = logging.getLogger(__name__)


def ring(job_id: UUID) -> None:
    """Tell the workers about a job. Where the broker cannot be reached the row waits for the sweep."""
    _ring(produce.delay, job_id)


def ring_in_turn(job_id: UUID) -> None:
    """The same for a file whose turn has come among many: in a queue of its own."""
    _ring(produce_in_turn.delay, job_id)


def _ring(send: Callable[[str], object], job_id: UUID) -> None:
    try:
        send(str(job_id))
    except (OperationalError, ChannelError, OSError) as error:
        log.warning("report %s: the broker cannot be reached (%s)", job_id, type(error).__name__)
    else:
        jobs.rung(job_id)


@shared_task(name="reports.produce")
def produce(job_id: str) -> None:
    if jobs.produce(UUID(job_id)):
        ring(UUID(job_id))


@shared_task(name="reports.produce_in_turn")
def produce_in_turn(job_id: str) -> None:
    """One print: that of somebody who waits for a single report, where there is one. Then this file waits once more."""
    file_id = UUID(job_id)
    if (alone := jobs.first_alone()) is not None:
        produce(str(alone))
        ring_in_turn(file_id)
        return
    jobs.produce(file_id)
    turns.go_on(file_id, ring_in_turn)
    telling.tell_due()


@shared_task(name="reports.sweep", ignore_result=True)
def sweep() -> None:
    jobs.sweep(ring)
    turns.sweep(ring_in_turn)
    telling.tell_due()


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
    turns.sweep(ring_in_turn)
