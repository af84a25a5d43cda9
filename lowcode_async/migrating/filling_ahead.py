"""Filling shadows before the table is held, where nothing keeps them in step with what is written.

Everything is filled once more while the table is held, by the operation itself. But a server that
finds a value as it is to be writes nothing, so what is left to do under the lock is to read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from lowcode_async import conf
from lowcode_async.migrating.base import Execution, Step
from lowcode_async.migrating.pace import Pace
from lowcode_async.planning.convert_values import ConvertValues
from lowcode_async.planning.converting import Converting
from lowcode_async.planning.progress import of_rows
from lowcode_async.planning.rows import Column
from lowcode_async.planning.state import APP_LABEL

Executed = Callable[[Callable[[], None], str], None]
"""Executes something until its locks are granted; is given the words for it, too."""


def fill_ahead(steps: Sequence[Step], execution: Execution, execute: Executed, *, of: int) -> None:
    """Fill the shadows of a large table as far as the database converts by itself, in small batches.

    Args:
        steps: those that will be done while the table is held; the shadows are there.
        execution: the whole.
        execute: see `Executed`.
        of: how many steps there are in all.
    """
    for step in steps:
        if isinstance(step.operation, ConvertValues):
            _fill(step, step.operation, execution, execute, start=100 * step.index / max(of, 1))


def _fill(
    step: Step, whole: ConvertValues, execution: Execution, execute: Executed, *, start: float
) -> None:
    model: Any = step.before.apps.get_model(APP_LABEL, whole.model_name)
    column, target = (
        Column(model, name, execution.connection) for name in (whole.name, whole.shadow)
    )
    shortcut = Converting(column, target, whole.new).shortcut
    total, done = column.rows.count(), 0
    if shortcut is None or total < conf.current().backfill_rows:
        return
    described = f"{whole.describe()}, ahead"
    progress = of_rows(execution.progress, start, start, operation=described)
    pace = Pace(1000, 20_000)
    for rows, size in column.portions(size=lambda: pace.size, up_to_now=True):
        begun = time.perf_counter()
        certain = rows.order_by().filter(shortcut.kept)
        execute(partial(_update, certain, {target.field.attname: shortcut.expression}), described)
        pace.after(time.perf_counter() - begun)
        done += size
        progress(done, total)


def _update(rows: Any, values: dict[str, Any]) -> None:
    rows.update(**values)
