"""Whose turn it is: few bells at a time, single reports in between, and nothing lost or twice whatever breaks off."""

from __future__ import annotations

import errno
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.utils import timezone
from kombu.exceptions import ChannelError, OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from config.celery import app
from organisations.consent import What
from organisations.models import Body, BodyMembership, Organisation, User
from organisations.scoping import body_scope
from reports import jobs, paper, tasks
from reports.batches import ordering, telling, turns
from reports.models import Batch, MemberFile, ReportFile
from reports.rendering import FontMissing, RenderingError
from reports.retention import tidy
from tests.builders import FAKE_PDF, make_grant, make_report, make_submission
from tests.reports.batches.conftest import OPEN, SCORED, Order, answer_bells, now_is, revoke, states

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=1)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def file_of(batch: Batch, position: int) -> MemberFile:
    return MemberFile.unscoped.get(items__batch=batch, items__position=position)


def change(file: MemberFile, **columns: Any) -> None:
    MemberFile.unscoped.filter(pk=file.pk).update(**columns)


# --- one after another ------------------------------------------------------------------------------------------------


def test_an_order_is_done_with_every_file_stored_once_and_summed(
    order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any], media: Path
) -> None:
    batch = order()
    assert answer_bells(bells) == 4
    done = now_is(batch)
    assert (done.status, states(batch)) == ("done", ["done"] * 4)
    assert done.ended_at is not None
    assert len(files_in(media)) == 4
    sums = set(MemberFile.unscoped.values_list("sha256", flat=True))
    assert {len(one) for one in sums} == {64}


def test_what_is_printed_is_what_each_company_shares(
    order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any], media: Path
) -> None:
    order("en")
    answer_bells(bells)
    by_name = {context.company.name: context for context in printer}
    assert set(by_name) == {*OPEN, SCORED}
    assert all(by_name[name].trace and by_name[name].actions for name in OPEN)
    short = by_name[SCORED]
    assert short.axes
    assert not any((short.trace, short.actions, short.axes[0].sections))
    for context in printer:
        assert (context.language, context.signer, context.company.prefecture) == ("en", "", "")
        assert not any(line.note or line.reason for line in context.trace)


def test_never_more_bells_are_out_than_are_wanted_ahead(
    order: Order,
    companies: dict[str, Organisation],
    bells: list[UUID],
    printer: list[Any],
    media: Path,
    settings: Settings,
) -> None:
    settings.BATCH_AHEAD = 2
    batch = order()
    for _turn in range(4):
        assert len(bells) <= 2
        tasks.sweep()
        assert len(bells) <= 2
        answer_bells(bells, 1)
    assert (bells, states(batch)) == ([], ["done"] * 4)


def test_two_orders_advance_side_by_side(
    order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any], media: Path,
    settings: Settings,
) -> None:  # fmt: skip
    settings.BATCH_AHEAD = 1
    first, second = order(), order("en")
    answer_bells(bells, 4)
    assert (states(first).count("done"), states(second).count("done")) == (2, 2)


def test_a_single_report_is_made_before_the_next_of_many(
    order: Order,
    companies: dict[str, Organisation],
    company: Organisation,
    bells: list[UUID],
    printer: list[Any],
    media: Path,
) -> None:
    """Its own bell has not been heard yet: whoever answers a bell of the order makes it first."""
    batch = order()
    answer_bells(bells, 1)
    alone = make_report(make_submission(company))
    answer_bells(bells, 1)
    assert ReportFile.unscoped.get(pk=alone.pk).status == "done"
    assert states(batch).count("done") == 1
    answer_bells(bells)
    assert states(batch) == ["done"] * 4
    assert len(printer) == 5


def test_orders_wait_in_a_queue_of_their_own_and_single_reports_in_the_default_one() -> None:
    router = app.amqp.router
    assert router.route({}, "reports.produce_in_turn")["queue"].name == "batch"
    assert app.conf.task_default_queue == "reports"
    assert router.route({}, "reports.produce").get("queue", app.amqp.queues["reports"]).name == "reports"
    assert set(app.amqp.queues) == {"reports", "batch"}


def test_the_real_bell_of_an_order_lies_in_its_own_queue(
    order: Order, companies: dict[str, Organisation], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = order()
    file = file_of(batch, 1)
    monkeypatch.undo()
    with app.connection_for_read() as connection:
        queue = connection.default_channel
        for name in ("reports", "batch"):
            app.amqp.queues[name].bind(queue).declare()
            queue.queue_purge(name)
        tasks.ring_in_turn(file.pk)
        found = {name: queue.basic_get(name) for name in ("reports", "batch")}
        assert found["reports"] is None
        assert found["batch"].decode()[0] == [str(file.pk)]
        queue.basic_ack(found["batch"].delivery_tag)


# --- consents that end ------------------------------------------------------------------------------------------------


def test_a_company_that_ends_its_consent_before_its_turn_is_not_printed_and_its_row_says_why(
    order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any], media: Path
) -> None:
    batch = order()
    revoke(companies[OPEN[1]])
    answer_bells(bells)
    assert states(batch) == ["done", "withdrawn", "done", "done"]
    assert now_is(batch).status == "done"
    assert OPEN[1] not in {context.company.name for context in printer}
    assert len(files_in(media)) == 3


def test_what_was_printed_while_the_consent_ended_is_thrown_away(
    order: Order, companies: dict[str, Organisation], bells: list[UUID], monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    def revoking(context: Any) -> bytes:
        if context.company.name == OPEN[0]:
            revoke(companies[OPEN[0]], What.ANSWERS)
        return FAKE_PDF

    monkeypatch.setattr(paper, "action_plan", revoking)
    batch = order()
    answer_bells(bells)
    assert states(batch) == ["withdrawn", "done", "done", "done"]
    assert len(files_in(media)) == 3


def test_the_daily_tidy_removes_files_of_companies_that_share_them_no_longer(
    order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any], media: Path
) -> None:
    batch = order()
    answer_bells(bells)
    assert tidy().reports == 0
    revoke(companies[OPEN[2]])
    assert tidy().reports == 1
    assert states(batch) == ["done", "done", "withdrawn", "done"]
    assert len(files_in(media)) == 3
    assert file_of(batch, 3).reason == "withdrawn"


def test_a_company_that_shares_again_is_printed_in_the_next_order_and_the_old_row_stays(
    order: Order, companies: dict[str, Organisation], network: Body, bells: list[UUID], printer: list[Any], media: Path
) -> None:
    first = order()
    revoke(companies[OPEN[0]])
    answer_bells(bells)
    make_grant(companies[OPEN[0]], network, What.ANSWERS)
    second = order()
    answer_bells(bells)
    assert states(first)[0] == "withdrawn"
    assert states(second) == ["done"] * 4


# --- what breaks off --------------------------------------------------------------------------------------------------


def test_a_worker_that_was_lost_within_a_file_loses_nothing(
    order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any], media: Path
) -> None:
    batch = order()
    lost = file_of(batch, 1)
    change(lost, status="running", claim=uuid4(), claimed_at=timezone.now() - LONG_AGO, attempts=1)
    bells.remove(lost.pk)
    tasks.sweep()
    assert lost.pk in bells
    answer_bells(bells)
    assert states(batch) == ["done"] * 4
    assert (file_of(batch, 1).attempts, len(printer), len(files_in(media))) == (2, 4, 4)


def test_a_worker_that_was_lost_after_the_file_and_before_its_note_loses_nothing(
    order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any], media: Path
) -> None:
    batch = order()
    for file_id in list(bells):
        jobs.produce(file_id)  # and killed: neither noted nor rung for the next
    bells.clear()
    assert states(batch) == ["waiting"] * 4
    tasks.sweep()
    assert (now_is(batch).status, states(batch), len(printer)) == ("done", ["done"] * 4, 4)


def test_bells_that_were_lost_with_the_broker_ring_again_after_the_lease(
    order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any], media: Path
) -> None:
    batch = order()
    bells.clear()
    tasks.sweep()
    assert bells == [], "they may still lie in the queue"
    MemberFile.unscoped.update(rung_at=timezone.now() - LONG_AGO)
    tasks.sweep()
    answer_bells(bells)
    assert states(batch) == ["done"] * 4


@pytest.mark.parametrize("error", [OperationalError("redis is down"), ChannelError("no folder"), OSError(28, "full")])
def test_a_broker_that_is_away_leaves_the_order_to_the_sweep(
    order: Order,
    companies: dict[str, Organisation],
    bells: list[UUID],
    printer: list[Any],
    media: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    def refuse(job_id: str) -> None:
        raise error

    with monkeypatch.context() as away:
        away.setattr(tasks.produce_in_turn, "delay", refuse)
        batch = order()
        tasks.sweep()
        assert (states(batch), bells) == (["waiting"] * 4, [])
    tasks.sweep()
    answer_bells(bells)
    assert states(batch) == ["done"] * 4
    assert len(printer) == 4


def test_a_full_disk_is_told_and_what_it_stopped_is_taken_up_again(
    order: Order,
    companies: dict[str, Organisation],
    network: Body,
    coordinator: User,
    bells: list[UUID],
    printer: list[Any],
    media: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    batch = order()
    answer_bells(bells, 1)
    with monkeypatch.context() as full:

        def save(*args: Any, **kwargs: Any) -> str:
            raise OSError(errno.ENOSPC, "No space left on device")

        full.setattr(type(default_storage), "save", save, raising=False)
        answer_bells(bells)
    assert states(batch) == ["done", "failed", "failed", "failed"]
    assert {item.reason for item in batch.items.filter(state="failed")} == {"storage"}
    with body_scope(network.pk), django_capture_on_commit_callbacks(execute=True):
        assert ordering.again(batch, by=coordinator, ring=tasks.ring_in_turn) == 3
    assert now_is(batch).status == "running"
    answer_bells(bells)
    assert (now_is(batch).status, states(batch)) == ("done", ["done"] * 4)
    assert len(files_in(media)) == 4


def test_what_would_stop_every_file_calls_the_rest_off_and_tells_who_ordered(
    order: Order,
    companies: dict[str, Organisation],
    network: Body,
    coordinator: User,
    bells: list[UUID],
    monkeypatch: pytest.MonkeyPatch,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    """Otherwise a full disk would cost hours of printing for nothing."""

    def fail(context: Any) -> bytes:
        raise FontMissing("書体がありません")

    monkeypatch.setattr(paper, "action_plan", fail)
    batch = order("ja", "en")
    answer_bells(bells)
    halted = now_is(batch)
    assert (halted.status, halted.halted) == ("cancelled", "font")
    assert states(batch) == ["failed"] * turns.HALT_AFTER + ["cancelled"] * 3
    tasks.sweep()
    (sent,) = mail.outbox
    assert "止まりました" in sent.subject
    monkeypatch.setattr(paper, "action_plan", lambda context: FAKE_PDF)
    with body_scope(network.pk), django_capture_on_commit_callbacks(execute=True):
        assert ordering.again(halted, by=coordinator, ring=tasks.ring_in_turn) == 8
    answer_bells(bells)
    assert (now_is(batch).status, now_is(batch).halted, states(batch)) == ("done", "", ["done"] * 8)


def test_one_that_cannot_be_printed_holds_up_no_other_and_says_why(
    order: Order, companies: dict[str, Organisation], bells: list[UUID], monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    def fake(context: Any) -> bytes:
        if context.company.name == OPEN[1]:
            raise RenderingError("書体にない文字")
        return FAKE_PDF

    monkeypatch.setattr(paper, "action_plan", fake)
    batch = order()
    answer_bells(bells)
    assert states(batch) == ["done", "failed", "done", "done"]
    assert (file_of(batch, 2).reason, file_of(batch, 2).detail) == ("rendering", "書体にない文字")


def test_a_company_that_deletes_itself_is_in_no_order_any_more(
    order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any], media: Path
) -> None:
    batch = order()
    answer_bells(bells, 1)
    companies[OPEN[2]].delete()
    answer_bells(bells)
    tasks.sweep()
    assert (now_is(batch).status, states(batch)) == ("done", ["done"] * 3)


# --- the mail ---------------------------------------------------------------------------------------------------------


def test_who_ordered_gets_one_mail_with_a_link_and_no_name(
    order: Order, companies: dict[str, Organisation], coordinator: User, bells: list[UUID], printer: list[Any],
    media: Path,
) -> None:  # fmt: skip
    batch = order()
    answer_bells(bells)
    tasks.sweep()
    (sent,) = mail.outbox
    assert sent.to == [coordinator.email]
    assert f"https://keian.example/b/{batch.body_id}/batches/{batch.pk}/" in sent.body
    assert not any(name in sent.body + sent.subject for name in (*OPEN, SCORED))
    assert now_is(batch).mail == "sent"


def test_an_order_that_was_called_off_is_not_told_of(
    order: Order, companies: dict[str, Organisation], network: Body, coordinator: User
) -> None:
    batch = order()
    with body_scope(network.pk):
        ordering.cancel(batch, by=coordinator)
    tasks.sweep()
    assert mail.outbox == []


def test_a_mail_server_that_refuses_is_asked_again_later_and_a_lost_worker_is_not(
    order: Order,
    companies: dict[str, Organisation],
    bells: list[UUID],
    printer: list[Any],
    media: Path,
    settings: Settings,
) -> None:
    batch, taking = order(), settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.mail_refused.Backend"
    answer_bells(bells)
    settings.EMAIL_BACKEND = taking
    assert now_is(batch).mail == "refused"
    assert telling.tell_due() == 0, "not at once"
    Batch.objects.update(mail_at=timezone.now() - timedelta(minutes=11))
    assert (telling.tell_due(), len(mail.outbox)) == (1, 1)
    Batch.objects.update(mail="claimed", mail_at=timezone.now() - LONG_AGO)
    assert (telling.tell_due(), len(mail.outbox)) == (0, 1)


def test_who_left_the_body_gets_no_mail(
    order: Order, companies: dict[str, Organisation], coordinator: User, bells: list[UUID], printer: list[Any],
    media: Path,
) -> None:  # fmt: skip
    order()
    BodyMembership.objects.filter(user=coordinator).delete()
    answer_bells(bells)
    assert mail.outbox == []


def test_a_file_of_many_is_never_rung_for_by_the_sweep_of_single_reports(
    order: Order, companies: dict[str, Organisation]
) -> None:
    order()
    MemberFile.unscoped.update(rung_at=None, requested_at=timezone.now() - LONG_AGO)
    heard: list[UUID] = []
    sweep: Callable[..., int] = jobs.sweep
    assert sweep(heard.append) == 0
    turns.sweep(heard.append)
    assert len(heard) == 4
