"""Whether files that are made in the background are still under way, or missing."""

from __future__ import annotations

from collections.abc import Sequence

from django import template

from reports.models import FileJob

register = template.Library()
Files = Sequence[tuple[str, FileJob | None, str]]


@register.filter
def any_under_way(files: Files) -> bool:
    """Whether a job of (form, job, address) has not ended."""
    return any(job is not None and not job.ended for _form, job, _address in files)


@register.filter
def any_missing(files: Files) -> bool:
    """Whether one was never ordered, or failed."""
    return any(job is None or job.status == FileJob.Status.FAILED for _form, job, _address in files)
