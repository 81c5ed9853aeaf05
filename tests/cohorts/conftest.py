"""A network small enough to know by heart: three are enough to be shown, and blocks are small."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from organisations.models import Body
from tests.cohorts.networks import SMALL, Network


@pytest.fixture
def small(settings: Settings) -> None:
    for name, value in SMALL.items():
        setattr(settings, name, value)


@pytest.fixture
def net(network: Body, small: None) -> Network:
    return Network(network)
