"""That somebody read the figures of a round: companies by name are among them, so their log tells of it."""

from __future__ import annotations

from django.utils import timezone

from cohorts.figures import Figures
from organisations.access import BodyRequest
from organisations.audit import Verb, record
from organisations.models import Round

READ_BEFORE = "figures_read"
"""In the session: of which rounds this person has read the figures today."""


def note_read(request: BodyRequest, within: Round, figures: Figures) -> None:
    """One line a person, round and day, and another where other companies are among them by name."""
    today = f"{timezone.localdate():%Y-%m-%d}"
    sign = f"{today} {figures.named_sign}"
    before: dict[str, str] = request.session.get(READ_BEFORE, {})
    if request.method != "GET" or before.get(str(within.pk)) == sign:
        return
    record(Verb.FIGURES_READ, actor=request.user, body=request.acting_for.pk, target=within.pk)
    kept = {key: value for key, value in before.items() if value.startswith(today)}
    request.session[READ_BEFORE] = {**kept, str(within.pk): sign}
