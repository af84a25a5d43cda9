"""What of a plan is done beforehand, while everybody goes on writing: conversions, and indexes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.migrations.operations import AddField
from django.db.migrations.operations.base import Operation
from django.db.models import JSONField, Value

from lowcode_async import conf
from lowcode_async.planning.convert_values import ConvertValues
from lowcode_async.planning.databases import HOME
from lowcode_async.planning.ensuring import EnsureEmpty
from lowcode_async.planning.plan import Conversion, Plan, PlannedOperation
from lowcode_async.planning.rows import Column
from lowcode_async.planning.shapes import shape_of
from lowcode_async.planning.sql import sql_of
from lowcode_async.planning.stand_ins import stand_in
from lowcode_async.planning.state import APP_LABEL, is_relation

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


_POSTGRESQL: Final = ("postgresql", HOME)
"""Where batches and the plugin's rows share transactions; on MySQL they need not."""


_FEW: Final = 10
"""A part of the rows of a large table that is few: a tenth."""


def backfilled(plan: Plan, connection: BaseDatabaseWrapper) -> tuple[Conversion, ...]:
    """Return the conversions whose shadows are filled before the transaction of the change.

    None where the table is small: to do all of it at once takes less time then than anybody notices.
    None with operations that the site has registered: nobody knows what they do to the old column.
    A new relation is not among them, since the rows that it points at may go meanwhile. None on MySQL where
    the table gets another name: nobody could read or write it until the end.
    """
    if not _is_possible(plan, connection):
        return ()
    model = _model_before(plan)
    fields = model._meta.local_concrete_fields
    taken = {name for each in fields for name in (each.name, each.attname, each.column)}
    chosen = tuple(
        each for each in plan.conversions if not is_relation(each.new) and each.shadow not in taken
    )
    if not chosen or _is_moved(plan, connection) or not _is_large(model, connection):
        return ()
    formerly = [each.old.name for each in plan.conversions]
    return () if _changes_unnoticed(model, formerly, connection) else chosen


def kept_ahead(plan: Plan, connection: BaseDatabaseWrapper) -> tuple[EnsureEmpty, ...]:
    """Return the removals of fields whose values are kept aside before the transaction of the change.

    None where the table is small, or where `backfilled` would say so for other reasons; none of links, of
    what the database computes, or where the key of the rows changes. Nor one of a field with but few values:
    to find them takes no longer than to look at all rows.
    """
    if not _is_possible(plan, connection):
        return ()
    model = _model_before(plan)
    goes = [each for each in _removals(plan) if _can_be_kept(each, model, connection)]
    if not goes or _is_moved(plan, connection) or not _is_large(model, connection):
        return ()
    fields = [each.field for each in goes]
    return () if _changes_unnoticed(model, fields, connection) else tuple(goes)


def _removals(plan: Plan) -> Iterator[EnsureEmpty]:
    after: Any = plan.to_state.apps.get_model(APP_LABEL, plan.after.name)
    if after._meta.pk.column == _model_before(plan)._meta.pk.column:
        for each in plan.operations:
            if isinstance(each.operation, EnsureEmpty):
                yield each.operation


def _can_be_kept(operation: EnsureEmpty, model: Any, connection: BaseDatabaseWrapper) -> bool:
    """Tell whether a field has many values that can be kept aside row by row."""
    field = model._meta.get_field(operation.field)
    if field not in model._meta.local_concrete_fields or field.generated or field.primary_key:
        return False
    column = Column(model, operation.field, connection)
    many = max(1, conf.current().backfill_rows // _FEW)
    held = column.rows.filter(**{f"{field.attname}__isnull": False}).order_by()
    return shape_of(column.plain_field) is not None and held[:many].count() == many


def _is_moved(plan: Plan, connection: BaseDatabaseWrapper) -> bool:
    """Tell whether the table gets another name, which on MySQL is done, for all to see, before all else."""
    after: Any = plan.to_state.apps.get_model(APP_LABEL, plan.after.name)
    names = _model_before(plan)._meta.db_table, after._meta.db_table
    return connection.vendor == "mysql" and names[0] != names[1]


_FOLLOWING: Final = """
    SELECT column_name FROM information_schema.key_column_usage k
    JOIN information_schema.referential_constraints r
      ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
    WHERE k.table_schema = DATABASE() AND k.table_name = %s
      AND (r.update_rule IN ('CASCADE', 'SET NULL') OR r.delete_rule = 'SET NULL')
"""


_TRIGGERS: Final = """
    SELECT 1 FROM information_schema.triggers
    WHERE event_object_schema = DATABASE() AND event_object_table = %s
      AND event_manipulation = 'UPDATE' AND action_timing = 'BEFORE' LIMIT 1
"""


def _changes_unnoticed(model: Any, names: Sequence[str], connection: BaseDatabaseWrapper) -> bool:
    """Tell whether rows may change while nothing else of them takes notice, on MySQL and MariaDB.

    By rules that the site has made by hand: a row changes with that at which it points, or a trigger
    changes one that is set to what it holds already, which MySQL takes for no change at all.
    """
    if connection.vendor != "mysql":
        return False
    fields = [model._meta.pk, *map(model._meta.get_field, names)]
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOWING, [model._meta.db_table])
        following = {column for (column,) in cursor.fetchall()}
        cursor.execute(_TRIGGERS, [model._meta.db_table])
        has_trigger = cursor.fetchone() is not None
    return has_trigger or not following.isdisjoint(each.column for each in fields)


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


def prepared_on(
    plan: Plan, connection: BaseDatabaseWrapper, chosen: tuple[Conversion, ...]
) -> Plan:
    """Return a plan as it is carried out on a database whose shadows are filled beforehand.

    On MySQL and MariaDB a shadow that is required is so from the first, and has a default until it is
    filled. Otherwise the server would write the whole table anew, while it is held, to make it so.
    """
    if connection.vendor != "mysql":
        return plan
    instead: dict[Operation, Operation] = {}
    for each, added, _ in beforehand(plan, chosen):
        bare = added.field.clone()
        value = None if each.new.options.get("null") else stand_in(bare)
        if isinstance(bare, JSONField) and not connection.mysql_is_mariadb:  # type: ignore[attr-defined]
            # MySQL takes no number and no text for JSON, and Django casts no default of a column.
            continue
        if value is not None:
            bare.null, bare.db_default = False, Value(value)
            instead[added] = AddField(added.model_name, added.name, bare)
    return plan.with_operations(instead)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index that can be built while everybody goes on writing."""

    name: str
    statement: str
    """That builds it so. It stands alone: no transaction may be around it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexes:
    """The indexes that a plan makes, but for unique ones."""

    beforehand: tuple[Index, ...] = ()
    """Those that can be built before the transaction of the change."""
    complete: bool = True
    """Whether these are all."""


def indexes_of(
    plan: Plan, connection: BaseDatabaseWrapper, chosen: tuple[Conversion, ...]
) -> Indexes:
    """Return which indexes of a large table are built beforehand.

    They are on columns that are there, and stay what they are, or on shadows; on MySQL on shadows
    alone, with which they go if all is taken back. A unique one is not among them: it would refuse
    what whoever knows the old structure may write.

    Args:
        plan: where they are made.
        connection: the database.
        chosen: the conversions that are done beforehand; see `backfilled`.
    """
    if not _is_possible(plan, connection):
        return Indexes()
    model = _model_before(plan)
    statements = list(_statements(plan, connection))
    if not statements or not _is_large(model, connection):
        return Indexes()
    steady, columns = _columns(plan, chosen)
    if connection.vendor == "mysql":
        steady = {each.shadow for each in chosen}
    table = connection.ops.quote_name(model._meta.db_table)
    first = tuple(
        Index(name=each["name"], statement=_ONLINE[connection.vendor].format(**each.groupdict()))
        for each in statements
        if each["table"] == table
        and set() < columns.intersection(_NAMES.findall(each["rest"])) <= steady
    )
    return Indexes(beforehand=first, complete=len(first) == len(statements))


_INDEX: Final = re.compile(
    r'CREATE INDEX ["`](?P<name>[^"`]+)["`] ON (?P<table>["`][^"`]+["`]) (?P<rest>[^;]*)', re.DOTALL
)
_NAMES: Final = re.compile(r'["`]([^"`]+)["`]')
_ONLINE: Final = {
    "postgresql": 'CREATE INDEX CONCURRENTLY "{name}" ON {table} {rest}',
    "mysql": "CREATE INDEX `{name}` ON {table} {rest} LOCK=NONE",
}
"""How an index is built while everybody goes on writing."""


def _statements(plan: Plan, connection: BaseDatabaseWrapper) -> Iterator[re.Match[str]]:
    for planned, before, after in plan.steps():
        collected: Any = sql_of(planned.operation, connection, before, after)["sql"]
        for sql in collected:
            if found := _INDEX.match(sql):
                yield found


def is_index(sql: str) -> str | None:
    """Return the name of the index that a statement makes, unless it is unique; None for others."""
    found = _INDEX.match(sql)
    return found and found["name"]


def _columns(plan: Plan, chosen: tuple[Conversion, ...]) -> tuple[set[str], set[str]]:
    """Return the columns that are what they will be, shadows among them; and all that there are."""
    before = _model_before(plan)
    after: Any = plan.to_state.apps.get_model(APP_LABEL, plan.after.name)
    converted = {each.new.name for each in plan.conversions}
    steady = {each.shadow for each in chosen} | {before._meta.pk.column}
    for each in plan.changes:
        if each.old is None or each.new is None or each.new.name in converted:
            continue
        ends = before._meta.get_field(each.old.name), after._meta.get_field(each.new.name)
        steady |= {end.column for end in ends if ends[0].column == ends[1].column}
    models = (before, after)
    every = {each.column for model in models for each in model._meta.local_concrete_fields}
    return steady, every | steady


def _model_before(plan: Plan) -> Any:
    return plan.from_state.apps.get_model(APP_LABEL, plan.name_before)


def _is_possible(plan: Plan, connection: BaseDatabaseWrapper) -> bool:
    return (
        (connection.vendor == "mysql" or (connection.vendor, connection.alias) == _POSTGRESQL)
        and plan.before is not None
        and not plan.after.deleted
        and not any(each.registered for each in plan.operations)
    )


def _is_large(model: Any, connection: BaseDatabaseWrapper) -> bool:
    limit = conf.current().backfill_rows
    rows = model._base_manager.using(connection.alias).order_by()
    return bool(rows[:limit].count() == limit)
