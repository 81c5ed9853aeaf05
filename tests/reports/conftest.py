"""What several tests of the papers look at, made once a run: tests/environment.py keeps them in one process."""

from __future__ import annotations

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.reports.network_papers import Papers, network_papers


@pytest.fixture(scope="session")
def papers(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Papers:
    """Frozen contexts; the rows they were made of are gone again."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = network_papers()
        transaction.set_rollback(True)
    return made
