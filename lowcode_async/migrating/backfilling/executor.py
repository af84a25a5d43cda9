"""Shadows are filled before the table is held, so that writers wait for little more than the names.

1. One short transaction adds the shadows, and triggers that keep them in step with what is written.
2. Batches fill them, each a short transaction; what is lost is kept aside in the same one.
3. The rows that were written meanwhile, and of which the database is not sure, are looked at again.
4. The transaction of the change does that for the last few under the lock, and then all the rest of
   the plan, as if the shadows had been filled just now.

A worker that is killed before the fourth leaves the old structure in force, with columns that nobody
reads. The next one drops them, forgets what was kept aside, and begins anew. (The idea is that of
pt-online-schema-change and pgroll: triggers and batches.)
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

from django.db import transaction
from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation

from lowcode_async.errors import Retryable
from lowcode_async.migrating.backfilling import indexes
from lowcode_async.migrating.backfilling.batches import SHARE, Batches
from lowcode_async.migrating.backfilling.catching_up import CatchUp, part_of
from lowcode_async.migrating.backfilling.parts import ConvertedPart, Part
from lowcode_async.migrating.backfilling.triggers import Triggers
from lowcode_async.migrating.base import Execution, Warnings, named
from lowcode_async.migrating.postgresql import PostgreSQLExecutor, begin, briefly
from lowcode_async.planning.backfills import (
    Index,
    backfilled,
    beforehand,
    indexes_of,
    kept_ahead,
)
from lowcode_async.planning.convert_values import ConvertValues
from lowcode_async.planning.ensuring import EnsureEmpty
from lowcode_async.planning.findings import Finding
from lowcode_async.planning.plan import Conversion
from lowcode_async.planning.progress import of_rows
from lowcode_async.planning.state import APP_LABEL

log = logging.getLogger(__name__)

R = TypeVar("R")

_INDEXES: Final = "Create indexes"
"""What is told while they are built, for which old transactions have to end."""


class _Chosen(NamedTuple):
    """What of a plan is done row by row beforehand."""

    conversions: tuple[Conversion, ...]
    removals: tuple[EnsureEmpty, ...]


@dataclass(frozen=True, slots=True)
class Backfilling:
    """Carries plans out on a PostgreSQL that has the plugin's rows too."""

    executor: PostgreSQLExecutor
    """Carries out what is left, and plans that fill no large table."""

    def carry_out(self, execution: Execution) -> Warnings:
        """Fill the shadows of large tables and build indexes, then do the rest in one transaction."""
        watch = Triggers(execution.connection, execution.upgrade.pk)
        _clear(execution, watch)
        plan, connection = execution.plan, execution.connection
        chosen = _Chosen(backfilled(plan, connection), kept_ahead(plan, connection))
        wanted = indexes_of(plan, connection, chosen.conversions).beforehand
        new = indexes.absent(wanted, execution)
        if not any(chosen) and not new:
            return self.executor.carry_out(execution)
        try:
            rest, built = _beforehand(execution, watch, chosen, new)
            with indexes.skipped(built, execution, tried=new):
                return self.executor.carry_out(rest)
        except Retryable:
            raise
        except Exception:
            _try_to_clear(execution, watch)
            raise

    def take_back(self, execution: Execution) -> None:
        """Drop what a killed worker has left of the shadows."""
        _clear(execution, Triggers(execution.connection, execution.upgrade.pk))

    def finish(self, execution: Execution) -> Warnings:
        """Do nothing: the whole change was in the transaction that recorded the version."""
        return self.executor.finish(execution)


def _clear(execution: Execution, watch: Triggers) -> None:
    """Drop the shadows with all that belongs to them, and forget what was kept aside."""
    if not watch.stands():
        return

    def drop() -> None:
        watch.end()
        execution.keeping.forget()

    _in_transaction(drop, execution, "Drop shadows")
    log.info("shadows dropped upgrade=%s", execution.upgrade.pk)


def _in_transaction(
    work: Callable[[], R], execution: Execution, described: str = "Fill shadows"
) -> R:
    """Do something in a short transaction of its own, if the stage is still ours."""

    def attempt() -> R:
        with transaction.atomic(using=execution.connection.alias), named(described):
            begin(execution.connection)
            execution.fence()
            result = work()
            execution.prolong()
        return result

    return briefly(attempt, execution)


def _try_to_clear(execution: Execution, watch: Triggers) -> None:
    """Do so, or leave it to the next upgrade that is validated: why this one failed is told first."""
    try:
        _clear(execution, watch)
    except Exception as error:  # noqa: BLE001 - a lost lease or connection among them
        log.warning("shadows left upgrade=%s error=%s", execution.upgrade.pk, error)


def _beforehand(
    execution: Execution, watch: Triggers, chosen: _Chosen, new: Sequence[Index]
) -> tuple[Execution, list[str]]:
    """Do what can be done beforehand; return what is left, and the indexes that have been built."""
    parts = _parts(execution, chosen)
    described = parts[0].operation.describe() if parts else _INDEXES
    execution.progress(0.0, operation=described)
    _begin(execution, watch, parts, new)
    log.info(
        "backfilling upgrade=%s shadows=%s indexes=%s", execution.upgrade.pk, len(parts), len(new)
    )
    batches = Batches(
        execution=execution,
        watch=watch,
        parts=parts,
        progress=of_rows(execution.progress, 0.0, SHARE, operation=described),
        briefly=partial(_in_transaction, execution=execution),
    )
    if parts:
        batches.fill()
    if parts and new:
        execution.progress(SHARE, operation=_INDEXES)
    built = indexes.build(new, execution)
    if parts:
        batches.catch_up()
    return _rest(execution, watch, chosen, batches.tally.findings), built


def _parts(execution: Execution, chosen: _Chosen) -> list[Part]:
    """Return what is done row by row, on the table as it is before the plan but for its shadows."""
    plan, connection = execution.plan, execution.connection
    state = plan.from_state.clone()
    operations = list(beforehand(plan, chosen.conversions))
    for each, added, _ in operations:
        state.add_field(
            APP_LABEL, plan.name_before.lower(), each.shadow, added.field, preserve_default=True
        )
    model: Any = state.apps.get_model(APP_LABEL, plan.name_before)
    by_names: list[tuple[str, ConvertValues | EnsureEmpty]] = [
        *((each.old.name, whole) for each, _, whole in operations),
        *((each.field, each) for each in chosen.removals),
    ]
    for _, whole in by_names:
        whole.force, whole.keeping = execution.force, execution.keeping
    return [part_of(whole, model, connection, name=name) for name, whole in by_names]


def _begin(
    execution: Execution, watch: Triggers, parts: Sequence[Part], new: Sequence[Index]
) -> None:
    """Add the shadows, and what watches over them; name the indexes that are about to be built."""
    plan = execution.plan
    model: Any = plan.from_state.apps.get_model(APP_LABEL, plan.name_before)

    def attempt() -> None:
        with execution.connection.schema_editor(atomic=True) as editor:
            begin(execution.connection)
            execution.fence()
            with named("Add shadows"):
                for each in parts:
                    if isinstance(each, ConvertedPart):
                        editor.add_field(each.target.model, each.target.field)
                watch.begin(
                    model._meta.db_table,
                    model._meta.pk.column,
                    [each.watched for each in parts],
                    indexes=[each.name for each in new],
                )
            execution.prolong()

    briefly(attempt, execution)


def _rest(
    execution: Execution,
    watch: Triggers,
    chosen: _Chosen,
    found: tuple[Finding, ...],
) -> Execution:
    """Return what is left to carry out."""
    plan = execution.plan
    instead: dict[Operation, Operation] = {}
    for removal in chosen.removals:
        instead[removal] = CatchUp(removal, watch, found=found)
    for _, added, whole in beforehand(plan, chosen.conversions):
        instead[added] = SeparateDatabaseAndState(state_operations=[added])
        instead[whole] = CatchUp(
            whole,
            watch,
            comment=added.field.db_comment,
            found=found,
        )

    def record() -> None:
        watch.forget()
        execution.record()

    return replace(execution.beginning_at(SHARE), plan=plan.with_operations(instead), record=record)
