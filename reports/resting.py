"""What a network's file rests on: the blocks and comparisons of its round, and companies by name.

A file is handed over only while all of it stands: what a company no longer lets be seen is in no file any more. Within
`body_scope`.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from django.db.models import Count, Max

from cohorts.comparing import comparisons_that_stand
from cohorts.figures import Figures, Key, figures_of, key_of
from cohorts.models import WorkshopPlan
from guidance.catalog import AXIS_IDS
from organisations.models import Round
from organisations.scoping import body_scope
from reports.models import BodyFile


def rests_on(figures: Figures, *, named: bool) -> set[str]:
    """The blocks and companies that a file made of these figures rests on; `named`: with the pages that name them."""
    found = {f"block {block.serial}" for block in figures.cohort.blocks if block.live}
    for one in figures.cohort.named:
        if named or one.counts is None or one.counts:
            found.add(f"scores {one.id}")
        # Its sections and questions: counted by itself, or shown in its own row.
        if (named or one.counts is None) and any(measure not in AXIS_IDS for measure in one.values):
            found.add(f"answers {one.id}")
    return found


def comparisons_of(within: Round) -> set[str]:
    """The comparisons with the round before that stand at this moment."""
    return {f"comparison {one.pk}" for one in comparisons_that_stand(within)}


def stands(file: BodyFile, uses: set[str]) -> bool:
    """Whether everything that a file rests on may still be seen at this moment."""
    return uses <= rests_on(figures_of(file.round), named=True) | comparisons_of(file.round)


def still_stands(file: BodyFile) -> bool:
    """The same for a file that is done, from any scope."""
    with body_scope(file.body_id):
        return stands(file, set(file.uses))


def watch(file: BodyFile) -> Callable[[], bool]:
    """The same, to be asked again and again while the file is handed over: as long as nothing moved on which figures
    depend, everything that stood still does."""
    checked: Key | None = None

    def holds() -> bool:
        nonlocal checked
        with body_scope(file.body_id):
            key = key_of(file.round)
            if key != checked and stands(file, set(file.uses)):
                checked = key
            return key == checked

    return holds


def state_of(within: Round) -> str:
    """A short sign of everything that a file of this round is made of: another sign, another file. It changes with the
    day, which stands on the paper."""
    plans = WorkshopPlan.objects.filter(round=within).aggregate(n=Count("pk"), latest=Max("updated_at"))
    frame = (within.name, within.opens_on, within.closes_on, within.catalog_ref)
    return sha256(repr((key_of(within), frame, tuple(plans.values()))).encode()).hexdigest()
