"""System check: a broken catalog is reported at every start, with all its faults."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning

from guidance.registry import library


def catalogs_are_sound(**kwargs: Any) -> list[CheckMessage]:
    """A warning, not an error: the sound versions go on serving while a draft is mended."""
    return [
        Warning(problem.message(), hint="python manage.py check_catalogs", id="guidance.W001")
        for problem in library().problems
    ]
