"""An order of many reports: who is in it, that nothing is made twice, calling it off and taking up what failed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from organisations.audit import Verb, verify
from organisations.consent import What
from organisations.models import Affiliation, AuditLine, Body, Organisation, Round, User
from organisations.scoping import body_scope, scope
from reports import tasks
from reports.batches import ordering
from reports.batches.choosing import Chosen, Wish, choose
from reports.models import Batch, BatchItem, MemberFile
from tests.builders import make_grant, make_participant, make_round, make_submission
from tests.reports.batches.conftest import (
    OPEN,
    SCORED,
    SILENT,
    Order,
    answer_bells,
    make_company,
    now_is,
    revoke,
    states,
)

pytestmark = pytest.mark.django_db


def chosen(body: Body, **wish: Any) -> Chosen:
    with body_scope(body.pk):
        return choose(body, Wish(**wish))


def names(found: Chosen) -> list[str]:
    known = dict(Organisation.objects.values_list("pk", "name"))
    return [known[entry.organisation_id] for entry in found.entries]


# --- who is in --------------------------------------------------------------------------------------------------------


def test_who_submitted_and_shares_its_scores_is_in_by_name_and_the_others_are_counted(
    network: Body, companies: dict[str, Organisation]
) -> None:
    make_company(network, "かもめ印刷", What.ANSWERS, submits=False)
    found = chosen(network)
    assert names(found) == [*OPEN, SCORED]
    assert [entry.shared for entry in found.entries] == ["scores,answers"] * 3 + ["scores"]
    assert (found.not_submitted, found.not_shared, found.left_out) == (1, 1, 2)


@pytest.mark.parametrize("how", ["revoked", "term over", "parted"])
def test_a_company_whose_consent_ended_is_not_in(network: Body, companies: dict[str, Organisation], how: str) -> None:
    company = companies[OPEN[0]]
    if how == "revoked":
        revoke(company)
    elif how == "term over":
        make_grant(company, network, What.ANSWERS, until=timezone.localdate() - dt.timedelta(1))
    else:
        Affiliation.unscoped.filter(organisation=company).update(ended_at=timezone.now())
    found = chosen(network)
    assert names(found) == [*OPEN[1:], SCORED]
    assert found.not_shared == (1 if how == "parted" else 2)


def test_consent_to_be_counted_or_of_another_body_does_not_put_a_company_in(
    network: Body, office: Body, companies: dict[str, Organisation]
) -> None:
    make_grant(companies[SILENT], network, What.STATISTICS)
    make_grant(companies[SILENT], office, What.ANSWERS)
    assert names(chosen(network)) == [*OPEN, SCORED]
    assert names(chosen(office)) == [SILENT]


def test_the_latest_submission_is_taken_and_within_a_round_the_latest_of_the_round(
    network: Body, companies: dict[str, Organisation]
) -> None:
    company, today = companies[OPEN[0]], timezone.localdate()
    old = make_submission(company)
    type(old).unscoped.filter(pk=old.pk).update(submitted_at=timezone.now() - dt.timedelta(days=40))
    within = make_round(network, opens_on=today - dt.timedelta(days=50), closes_on=today - dt.timedelta(days=30))
    make_participant(within, company)
    assert old.pk not in {entry.submission_id for entry in chosen(network).entries}
    found = chosen(network, round=within)
    assert [entry.submission_id for entry in found.entries] == [old.pk]


def test_a_round_and_the_facts_of_its_list_narrow_the_order(network: Body, companies: dict[str, Organisation]) -> None:
    within: Round = make_round(network)
    for name, prefecture in ((OPEN[0], "22"), (OPEN[1], "23"), (SILENT, "23")):
        make_participant(within, companies[name], prefecture=prefecture)
    assert names(chosen(network, round=within)) == list(OPEN[:2])
    assert names(chosen(network, prefecture="23")) == [OPEN[1]]
    assert chosen(network, prefecture="23").not_shared == 1
    assert names(chosen(network, round=within, industry="A")) == []


def test_companies_chosen_by_hand_are_in_where_they_may_and_foreign_ones_are_only_counted(
    network: Body, companies: dict[str, Organisation], elsewhere: Organisation
) -> None:
    ids = frozenset({companies[OPEN[1]].pk, companies[SILENT].pk, elsewhere.pk, uuid4()})
    found = chosen(network, chosen=ids)
    assert (names(found), found.not_shared, found.elsewhere) == ([OPEN[1]], 1, 2)
    assert names(chosen(network, chosen=frozenset())) == []


# --- ordering ---------------------------------------------------------------------------------------------------------


def test_an_order_has_a_row_for_each_company_and_language_and_rings_for_a_few(
    order: Order, companies: dict[str, Organisation], bells: list[UUID], settings: Settings
) -> None:
    settings.BATCH_AHEAD = 2
    batch = order("ja", "en")
    rows = list(batch.items.select_related("file__organisation").order_by("position"))
    assert [(row.file.organisation.name, row.file.language) for row in rows] == [
        (name, language) for name in (*OPEN, SCORED) for language in ("ja", "en")
    ]
    assert [row.position for row in rows] == list(range(1, 9))
    assert bells == [row.file_id for row in rows[:2]]


def test_a_form_that_is_sent_twice_is_one_order(order: Order, companies: dict[str, Organisation]) -> None:
    key = uuid4()
    assert order(key=key).pk == order(key=key).pk
    assert Batch.objects.count() == 1


def test_a_second_order_finds_the_files_of_the_first_and_nothing_is_printed_twice(
    order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any], media: Path
) -> None:
    order()
    answer_bells(bells)
    second = order()
    assert now_is(second).status == "done"
    assert states(second) == ["done"] * 4
    third = order("ja", "en")
    answer_bells(bells)
    assert states(third) == ["done"] * 8
    assert len(printer) == MemberFile.unscoped.count() == 8


def test_two_orders_that_wait_for_the_same_files_print_them_once(
    order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any], media: Path
) -> None:
    first, second = order(), order()
    answer_bells(bells)
    assert (now_is(first).status, now_is(second).status) == ("done", "done")
    assert len(printer) == 4


def test_what_a_company_shares_more_is_another_file(
    order: Order, companies: dict[str, Organisation], network: Body, bells: list[UUID], printer: list[Any], media: Path
) -> None:
    order()
    answer_bells(bells)
    make_grant(companies[SCORED], network, What.ANSWERS)
    order()
    answer_bells(bells)
    assert len(printer) == 5
    assert set(MemberFile.unscoped.filter(organisation=companies[SCORED]).values_list("shared", flat=True)) == {
        "scores",
        "scores,answers",
    }


def test_the_database_refuses_a_second_file_of_the_same_and_a_second_row_for_a_file(
    order: Order, companies: dict[str, Organisation]
) -> None:
    batch = order()
    item = batch.items.select_related("file").first()
    assert item is not None
    columns = ("body_id", "organisation_id", "submission_id", "language", "template_version", "shared")
    with pytest.raises(IntegrityError), transaction.atomic():
        MemberFile.unscoped.create(**{name: getattr(item.file, name) for name in columns})
    with pytest.raises(IntegrityError), transaction.atomic():
        BatchItem.objects.create(batch=batch, file=item.file, position=99)


def test_an_order_of_nobody_is_refused_and_leaves_nothing(order: Order, network: Body) -> None:
    with pytest.raises(ordering.NothingToPrint):
        order()
    assert not Batch.objects.exists()


def test_an_order_of_too_many_is_refused_with_the_number(
    order: Order, companies: dict[str, Organisation], settings: Settings
) -> None:
    settings.BATCH_MOST_FILES = 7
    with pytest.raises(ordering.TooMany) as refused:
        order("ja", "en")
    assert (refused.value.files, refused.value.most) == (8, 7)
    assert not MemberFile.unscoped.exists()


def test_each_company_of_an_order_finds_it_in_its_log_and_no_other_does(
    order: Order, companies: dict[str, Organisation], network: Body, coordinator: User
) -> None:
    batch = order("ja", "en")
    lines = AuditLine.objects.filter(verb=Verb.COPY_ORDERED)
    assert set(lines.values_list("organisation", flat=True)) == {companies[name].pk for name in (*OPEN, SCORED)}
    assert len(lines) == 4
    assert {line.actor for line in lines} == {str(coordinator.pk)}
    assert {(line.body, line.detail["batch"]) for line in lines} == {(network.pk, str(batch.pk))}
    assert list(verify()) == []


# --- calling off, taking up -------------------------------------------------------------------------------------------


def test_what_is_called_off_is_not_printed_and_what_was_made_stays(
    order: Order,
    companies: dict[str, Organisation],
    network: Body,
    coordinator: User,
    bells: list[UUID],
    printer: list[Any],
    media: Path,
) -> None:
    batch = order()
    answer_bells(bells, 1)
    with body_scope(network.pk):
        ordering.cancel(batch, by=coordinator)
        with pytest.raises(ordering.NotUnderWay):
            ordering.cancel(batch, by=coordinator)
    answer_bells(bells)
    tasks.sweep()
    answer_bells(bells)
    assert states(batch) == ["done", "cancelled", "cancelled", "cancelled"]
    assert len(printer) == 1
    assert now_is(batch).status == "cancelled"


def test_what_another_order_wants_as_well_is_made_although_the_first_was_called_off(
    order: Order,
    companies: dict[str, Organisation],
    network: Body,
    coordinator: User,
    bells: list[UUID],
    printer: list[Any],
    media: Path,
) -> None:
    first, second = order(), order()
    with body_scope(network.pk):
        ordering.cancel(first, by=coordinator)
    answer_bells(bells)
    assert states(first) == ["cancelled"] * 4
    assert states(second) == ["done"] * 4
    assert len(printer) == 4


def test_what_was_called_off_can_be_gone_on_with(
    order: Order,
    companies: dict[str, Organisation],
    network: Body,
    coordinator: User,
    bells: list[UUID],
    printer: list[Any],
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    batch = order()
    answer_bells(bells, 1)
    with body_scope(network.pk), django_capture_on_commit_callbacks(execute=True):
        ordering.cancel(batch, by=coordinator)
        answer_bells(bells)
        assert ordering.again(batch, by=coordinator, ring=tasks.ring_in_turn) == 3
    answer_bells(bells)
    assert states(batch) == ["done"] * 4
    assert len(printer) == 4
    assert now_is(batch).cancelled_at is None


def test_there_is_nothing_to_take_up_where_all_is_done(
    order: Order,
    companies: dict[str, Organisation],
    network: Body,
    coordinator: User,
    bells: list[UUID],
    printer: list[Any],
    media: Path,
) -> None:
    batch = order()
    answer_bells(bells)
    with body_scope(network.pk), pytest.raises(ordering.NothingToTakeUp):
        ordering.again(batch, by=coordinator, ring=print)


def test_a_company_reads_in_its_log_that_its_report_was_ordered(
    order: Order, companies: dict[str, Organisation], network: Body, coordinator: User, client_of: Any
) -> None:
    order()
    company = companies[OPEN[0]]
    with scope(company.pk):
        owner = User.objects.get(memberships__organisation=company)
    html = client_of(owner).get(f"/o/{company.pk}/log?topic=reads").content.decode()
    assert "自社が共有した範囲の報告書（PDF）を作るよう頼みました。" in html
    assert network.name in html
    assert coordinator.name in html
