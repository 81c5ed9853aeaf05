"""The bell: Celery tasks that call the services of this room. No decision is made here."""

from __future__ import annotations

from celery import shared_task

from cohorts import counting


@shared_task(name="cohorts.count_companies", ignore_result=True, soft_time_limit=500, time_limit=560)
def count_companies() -> None:
    counting.count_all()
