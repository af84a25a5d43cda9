"""Which conversions of a plan are done beforehand, in batches, while everybody goes on writing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db.migrations.operations import AddField

from lowcode_async import conf
from lowcode_async.planning.convert_values import ConvertValues
from lowcode_async.planning.databases import HOME
from lowcode_async.planning.plan import Conversion, Plan, PlannedOperation
from lowcode_async.planning.state import APP_LABEL, is_relation

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


def backfilled(plan: Plan, connection: BaseDatabaseWrapper) -> tuple[Conversion, ...]:
    """Return the conversions whose shadows are filled before the transaction of the change.

    None where the table is small: to do all of it at once takes less time then than anybody notices.
    None with operations that the site has registered: nobody knows what they do to the old column.
    A new relation is not among them, since the rows that it points at may go meanwhile.
    """
    if (
        connection.vendor != "postgresql"
        or connection.alias != HOME
        or plan.before is None
        or any(each.registered for each in plan.operations)
    ):
        return ()
    model: Any = plan.from_state.apps.get_model(APP_LABEL, plan.name_before)
    fields = model._meta.local_concrete_fields
    taken = {name for each in fields for name in (each.name, each.attname, each.column)}
    chosen = tuple(
        each for each in plan.conversions if not is_relation(each.new) and each.shadow not in taken
    )
    limit = conf.current().backfill_rows
    rows = model._base_manager.using(connection.alias).order_by()
    return chosen if chosen and rows[:limit].count() == limit else ()


def is_beforehand(planned: PlannedOperation, chosen: tuple[Conversion, ...]) -> bool:
    """Tell whether an operation belongs to what is done beforehand: it adds a shadow, or fills it."""
    shadows = {each.shadow for each in chosen}
    match planned.operation:
        case AddField(name=name):
            return name in shadows
        case ConvertValues(shadow=name):
            return name in shadows
    return False


def beforehand(
    plan: Plan, chosen: tuple[Conversion, ...]
) -> Iterator[tuple[Conversion, AddField, ConvertValues]]:
    """Yield the conversions with the operations that add their shadows and fill them."""
    found = [each.operation for each in plan.operations if is_beforehand(each, chosen)]
    for each in chosen:
        [added] = [one for one in found if isinstance(one, AddField) and one.name == each.shadow]
        [filled] = [
            one for one in found if isinstance(one, ConvertValues) and one.shadow == each.shadow
        ]
        yield each, added, filled
