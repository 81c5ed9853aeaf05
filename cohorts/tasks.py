"""The bell: Celery tasks that call the services of this room. No decision is made here."""

from __future__ import annotations

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from cohorts import counting, notices, opening

log = logging.getLogger(__name__)


@shared_task(name="cohorts.count_companies", ignore_result=True, soft_time_limit=500, time_limit=560)
def count_companies() -> None:
    counting.count_all()


def ring_notices() -> None:
    """Tell the workers that mails wait. Where the broker cannot be reached they wait for the next regular run."""
    try:
        send_notices.delay(go_on=True)
    except (OperationalError, OSError) as error:
        log.warning("mails wait: the broker cannot be reached (%s)", type(error).__name__)


@shared_task(name="cohorts.send_notices", ignore_result=True)
def send_notices(go_on: bool = False) -> None:
    """`go_on`: ring again as long as mails wait. The regular runs do not, or each of them would start another chain."""
    done = notices.send_due()
    if done.more and (go_on or done.begun):
        ring_notices()


def ring_opening() -> None:
    """Tell the workers that companies wait to be invited; where the broker cannot be reached, the next regular run
    finds them."""
    try:
        open_rounds.delay()
    except (OperationalError, OSError) as error:
        log.warning("companies wait to be invited: the broker cannot be reached (%s)", type(error).__name__)


@shared_task(name="cohorts.open_rounds", ignore_result=True)
def open_rounds() -> None:
    if opening.go_on():
        ring_notices()
