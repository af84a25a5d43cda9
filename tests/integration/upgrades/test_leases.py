"""A stage has one worker at a time, and loses it when the worker gives no sign of life."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections, transaction

from lowcode_async.clock import database_now
from lowcode_async.errors import BrokerUnavailable
from lowcode_async.migrating.mysql_session import alone, is_at_work
from lowcode_async.models import Upgrade, UpgradeEvent
from lowcode_async.upgrades import leases
from lowcode_async.upgrades.recovery import recover
from tests.databases import Database

VALIDATE = Upgrade.Stage.VALIDATE


@pytest.fixture
def upgrade(database: Database) -> Upgrade:
    return Upgrade.objects.create(
        model_name="Product", active_model="product", definition={}, enqueued_at=database_now()
    )


def expire(upgrade: Upgrade) -> None:
    past = database_now() - timedelta(seconds=1)
    Upgrade.objects.filter(pk=upgrade.pk).update(lease_until=past)


def test_claim_starts_the_stage_and_writes_it_into_the_log(upgrade: Upgrade) -> None:
    claim = leases.claim(upgrade.pk, VALIDATE)
    assert claim is not None
    upgrade.refresh_from_db()
    assert upgrade.state == Upgrade.State.RUNNING
    assert upgrade.lease == claim.token
    assert upgrade.started_at is not None
    assert [(e.sequence, e.kind) for e in UpgradeEvent.objects.all()] == [(1, "stage.started")]


def test_second_claim_of_a_stage_does_nothing(upgrade: Upgrade) -> None:
    assert leases.claim(upgrade.pk, VALIDATE) is not None
    assert leases.claim(upgrade.pk, VALIDATE) is None
    assert UpgradeEvent.objects.count() == 1


def test_a_database_that_cannot_skip_locked_rows_serves_too(
    upgrade: Upgrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection.features, "has_select_for_update_skip_locked", False)
    Upgrade.objects.update(enqueued_at=None)
    assert leases.lost() == [(upgrade.pk, VALIDATE)]
    assert leases.claim(upgrade.pk, VALIDATE) is not None


def test_claim_of_another_stage_or_upgrade_does_nothing(upgrade: Upgrade) -> None:
    assert leases.claim(upgrade.pk, Upgrade.Stage.MIGRATE) is None
    assert leases.claim(uuid4(), VALIDATE) is None


def test_claim_of_an_ended_upgrade_does_nothing(upgrade: Upgrade) -> None:
    Upgrade.objects.update(state=Upgrade.State.FAILED)
    assert leases.claim(upgrade.pk, VALIDATE) is None


def test_one_of_many_simultaneous_claims_wins(upgrade: Upgrade) -> None:
    barrier, claims = Barrier(6), []

    def take() -> None:
        barrier.wait()
        try:
            claims.append(leases.claim(upgrade.pk, VALIDATE))
        finally:
            connections.close_all()

    threads = [Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([claim for claim in claims if claim is not None]) == 1
    assert len(claims) == 6


def test_an_expired_lease_is_taken_over_and_the_former_worker_records_nothing(
    upgrade: Upgrade,
) -> None:
    former = leases.claim(upgrade.pk, VALIDATE)
    assert former is not None
    expire(upgrade)
    taken = leases.claim(upgrade.pk, VALIDATE)
    assert taken is not None
    assert taken.attempt == 2
    assert not leases.extend(former)
    assert not leases.release(former)
    with pytest.raises(leases.LeaseLost), transaction.atomic():
        leases.fence(former)
    assert UpgradeEvent.objects.latest("sequence").kind == "stage.resumed"


def test_an_extended_lease_is_not_taken_over(upgrade: Upgrade) -> None:
    claim = leases.claim(upgrade.pk, VALIDATE)
    assert claim is not None
    expire(upgrade)
    assert leases.extend(claim)
    assert leases.claim(upgrade.pk, VALIDATE) is None


def test_a_released_stage_can_be_claimed_at_once(upgrade: Upgrade) -> None:
    claim = leases.claim(upgrade.pk, VALIDATE)
    assert claim is not None
    assert leases.release(claim)
    assert leases.claim(upgrade.pk, VALIDATE) is not None


def test_a_handover_waits_for_the_next_process(upgrade: Upgrade) -> None:
    claim = leases.claim(upgrade.pk, VALIDATE)
    assert claim is not None
    assert leases.hand_over(claim, {"incarnation": 1})
    assert leases.lost() == [(upgrade.pk, VALIDATE)]
    assert leases.claim(upgrade.pk, VALIDATE) is not None
    upgrade.refresh_from_db()
    assert upgrade.handover == {"incarnation": 1}


def test_a_running_stage_is_not_lost(upgrade: Upgrade) -> None:
    leases.claim(upgrade.pk, VALIDATE)
    old = database_now() - timedelta(minutes=1)
    Upgrade.objects.update(enqueued_at=old)
    assert leases.lost() == []


def test_a_message_just_sent_is_not_lost(upgrade: Upgrade) -> None:
    assert leases.lost() == []


@pytest.mark.parametrize("sent", [None, timedelta(minutes=1)])
def test_an_unclaimed_message_is_lost_and_found_by_one(
    upgrade: Upgrade, sent: timedelta | None
) -> None:
    Upgrade.objects.update(enqueued_at=None if sent is None else database_now() - sent)
    assert leases.lost() == [(upgrade.pk, VALIDATE)]
    assert leases.lost() == []


def test_a_message_that_waits_for_busy_workers_is_sent_again_less_and_less_often(
    upgrade: Upgrade,
) -> None:
    begin = database_now()
    UpgradeEvent.objects.create(
        upgrade=upgrade, sequence=1, position=1, kind="upgrade.queued", at=begin
    )

    def lost(*, sent: float, now: float) -> bool:
        """Tell whether it is lost, after so many seconds since the last event."""
        Upgrade.objects.update(enqueued_at=database_now() - timedelta(seconds=now - sent))
        UpgradeEvent.objects.update(at=database_now() - timedelta(seconds=now))
        return bool(leases.lost())

    assert lost(sent=0, now=10)
    assert lost(sent=10, now=25)
    assert not lost(sent=100, now=150)
    assert lost(sent=100, now=165)
    assert not lost(sent=3600, now=3650)
    assert lost(sent=3600, now=3665)


def test_a_message_that_could_not_be_sent_is_lost_at_once(upgrade: Upgrade) -> None:
    other = Upgrade.objects.create(model_name="Pen", active_model="pen", definition={})
    Upgrade.objects.update(enqueued_at=None)
    sent = []

    def send(task_id: UUID, stage: Upgrade.Stage) -> None:
        if sent:
            raise BrokerUnavailable
        sent.append(task_id)

    with pytest.raises(BrokerUnavailable):
        recover(send)
    assert {each for each, _ in leases.lost()} == {upgrade.pk, other.pk} - set(sent)


def test_the_stage_of_a_dead_worker_is_lost_and_found_by_one(upgrade: Upgrade) -> None:
    leases.claim(upgrade.pk, VALIDATE)
    expire(upgrade)
    assert leases.lost() == [(upgrade.pk, VALIDATE)]
    assert leases.lost() == []
    assert leases.claim(upgrade.pk, VALIDATE) is not None


def test_a_lease_that_nobody_could_extend_is_prolonged_by_the_transaction_that_was_in_the_way(
    upgrade: Upgrade,
) -> None:
    claim = leases.claim(upgrade.pk, VALIDATE)
    assert claim is not None
    with transaction.atomic():
        leases.fence(claim)
        expire(upgrade)
        leases.prolong(claim)
    assert leases.lost() == []
    assert leases.extend(claim)


def test_a_worker_that_changes_a_table_is_not_taken_for_dead_whatever_its_lease_says(
    upgrade: Upgrade,
) -> None:
    if connection.vendor != "mysql":
        # There it holds the upgrade's row by a transaction, which says the same.
        assert not is_at_work(upgrade.pk, connection)
        return
    claim = leases.claim(upgrade.pk, VALIDATE)
    assert claim is not None
    expire(upgrade)
    beside = connection.copy()
    try:
        with alone(upgrade.pk, beside):
            assert leases.lost() == []
            assert leases.claim(upgrade.pk, VALIDATE) is None
            assert leases.extend(claim)
            expire(upgrade)
        assert leases.lost() == [(upgrade.pk, VALIDATE)]
    finally:
        beside.close()
