"""The rows of an order as people see them: each with what may be said and handed over of it at this moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, QuerySet, Value, When

from reports.batches.standing import all_shared, stands
from reports.batches.words import GONE, LANGUAGE_NAMES, PRINTING, STATE_NAMES, why
from reports.models import Batch, BatchItem, MemberFile

State = BatchItem.State


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `company` is empty where the company belongs to the body no longer: its name is nothing to the body."""

    item: BatchItem
    state: str
    reason: str
    company: str
    number: int
    submitted_at: dt.datetime

    @property
    def file(self) -> MemberFile:
        return self.item.file

    @property
    def ready(self) -> bool:
        return self.state == State.DONE

    @property
    def name(self) -> str:
        return self.company or str(GONE)

    @property
    def state_name(self) -> str:
        printing = self.state == State.WAITING and self.file.status == MemberFile.Status.RUNNING
        return str(PRINTING if printing else STATE_NAMES[self.state])

    @property
    def why(self) -> str:
        return why(self.state, self.reason)

    @property
    def language_name(self) -> str:
        return str(LANGUAGE_NAMES[self.file.language])


def items_of(batch: Batch, *, faults: bool = False) -> QuerySet[BatchItem]:
    """The rows by company, with what `rows` reads of them; `faults`: only those that ended without a file."""
    found = batch.items.select_related("file__organisation").annotate(
        number=F("file__submission__number"), submitted_at=F("file__submission__submitted_at")
    )
    return found.filter(state__in=[State.FAILED, State.WITHDRAWN]) if faults else found


def faults_first(items: QuerySet[BatchItem]) -> QuerySet[BatchItem]:
    """What failed before what companies share no longer, then everything else in its order."""
    order = Case(
        When(state=State.FAILED, then=Value(0)),
        When(state=State.WITHDRAWN, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return items.order_by(order, "position")


def rows(items: Sequence[BatchItem]) -> list[Row]:
    """`items` as they may be shown now. Within `body_scope`; two statements."""
    shared = all_shared({item.file.organisation_id for item in items})
    return [_row(item, present=item.file.organisation_id in shared, held=stands(item.file, shared)) for item in items]


def _row(item: BatchItem, *, present: bool, held: bool) -> Row:
    fell = not held and item.state == State.DONE
    return Row(
        item,
        State.WITHDRAWN if fell else item.state,
        MemberFile.Reason.WITHDRAWN if fell else item.reason,
        item.file.organisation.name if present else "",
        item.number,  # type: ignore[attr-defined]
        item.submitted_at,  # type: ignore[attr-defined]
    )
