"""Every submission scored again by the engine of today, and compared with what was frozen: proves that a change of the
engine moved nothing, or says what it would move. What was frozen never changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from assessments import answers_file
from assessments.answers_file import read_answers
from assessments.models import Moved, Outline, Rescoring, Submission
from assessments.parallel import in_order
from assessments.scoring import answers, engine, outline, scorecard
from assessments.scoring.engine import score
from assessments.scoring.scorecard import to_json
from guidance import conditions
from guidance.problems import InputRefused
from guidance.registry import UnknownCatalog, get_catalog

PIECE = 150
SHOWN = ("score_exact", "low_exact", "high_exact", "coverage_exact", "stage", "stage_by_points")
"""What of an axis is told when it moved."""
COPIED = ("organisation_id", "industry", "prefecture", "sales_band", "size", "scores")
SCORING_CODE = (answers, answers_file, conditions, engine, outline, scorecard)


class Overtaken(Exception):
    """Another run of the same kind is under way."""


@dataclass(frozen=True, slots=True)
class Move:
    """What moved of a submission: the axis (or "outline", "scorecard"), as it was frozen and as it comes out now."""

    submission: UUID
    what: str
    frozen: str
    now: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A piece: how many submissions, the last of them, and what moved."""

    size: int
    last: UUID
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """So many submissions are looked at by now, the last of them `after`; `moves` are new."""

    checked: int
    after: UUID
    moves: tuple[Move, ...]


def engine_digest() -> str:
    """SHA-256, as hex, of the code that turns answers into a scorecard."""
    found = hashlib.sha256()
    for module in SCORING_CODE:
        found.update(Path(str(module.__file__)).read_bytes())
    return found.hexdigest()


# --- running ----------------------------------------------------------------------------------------------------------


def look(*, processes: int) -> Iterator[Step]:
    """Look at every submission, and write nothing."""
    return _steps(None, 0, processes)


def begin(*, anew: bool = False) -> Rescoring:
    """The run that did not end, where this engine began it; otherwise (and with `anew`) a new one."""
    digest = engine_digest()
    unfinished = Rescoring.objects.filter(ended_at__isnull=True)
    standing = None if anew else unfinished.filter(engine=digest).first()
    if standing is not None:
        return standing
    unfinished.delete()
    return Rescoring.objects.create(engine=digest)


def go_on(run: Rescoring, *, processes: int) -> Iterator[Step]:
    """Look at the submissions that are left, and keep after each step how far it came. Raises Overtaken."""
    for step in _steps(run.after, run.checked, processes):
        with transaction.atomic():
            _advance(run, after=step.after, checked=step.checked)
            Moved.objects.bulk_create(
                Moved(rescoring=run, submission_id=one.submission, what=one.what, frozen=one.frozen, now=one.now)
                for one in step.moves
            )
        run.after, run.checked = step.after, step.checked
        yield step
    _advance(run, ended_at=timezone.now())


def _advance(run: Rescoring, **fields: Any) -> None:
    if not Rescoring.objects.filter(pk=run.pk, after=run.after, ended_at__isnull=True).update(**fields):
        raise Overtaken


def _steps(after: UUID | None, checked: int, processes: int) -> Iterator[Step]:
    for looked in in_order(look_at, _pieces(after), processes=processes):
        checked += looked.size
        yield Step(checked, looked.last, looked.moves)


def _pieces(after: UUID | None) -> Iterator[list[UUID]]:
    """Ids in their order. A submission that is made meanwhile was frozen by this very engine."""
    ids = Submission.unscoped.order_by("pk").values_list("pk", flat=True)
    for _ in count():
        piece = list((ids.filter(pk__gt=after) if after else ids)[:PIECE])
        if not piece:
            return
        after = piece[-1]
        yield piece


# --- one piece --------------------------------------------------------------------------------------------------------


def look_at(piece: Sequence[UUID]) -> Looked:
    """Score these submissions again."""
    rows = Submission.unscoped.filter(pk__in=piece).order_by("pk").defer("approvals")
    outlines = Outline.unscoped.in_bulk(piece)
    moves = tuple(move for row in rows for move in _moves(row, outlines.get(row.pk)))
    return Looked(len(piece), piece[-1], moves)


def _moves(row: Submission, copy: Outline | None) -> Iterator[Move]:
    try:
        catalog = get_catalog(row.catalog_ref)
        given = read_answers({"company": row.company, "answers": row.answers}, catalog, str(row.pk))
    except (UnknownCatalog, InputRefused) as error:
        yield Move(row.pk, "scorecard", "", f"cannot be scored: {error}"[:200])
        return
    now = to_json(score(catalog, given.answers, given.company.profile))
    for axis in {**row.scorecard["axes"], **now["axes"]}:
        was, comes = (card["axes"].get(axis) for card in (row.scorecard, now))
        if was != comes:
            yield Move(row.pk, axis, *_told(was or {}, comes or {}))
    fresh = Outline.of(row)
    if copy is None:
        yield Move(row.pk, "outline", "", "missing")
    elif differing := [name for name in COPIED if getattr(copy, name) != getattr(fresh, name)]:
        yield Move(row.pk, "outline", "as in the scorecard", f"differs in {', '.join(differing)}")


def _told(was: Mapping[str, Any], comes: Mapping[str, Any]) -> tuple[str, str]:
    """What of an axis moved, as (frozen, now); where only the trace below it did, that."""
    moved = [name for name in SHOWN if was.get(name) != comes.get(name)]
    if not moved:
        return "the same figures", "another trace"
    told = [" ".join(f"{name.removesuffix('_exact')}={axis.get(name)}" for name in moved) for axis in (was, comes)]
    return told[0][:200], told[1][:200]
