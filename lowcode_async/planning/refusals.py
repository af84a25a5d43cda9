"""What cannot be planned, and is said so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations import RunPython

from lowcode_async.definitions.model import FieldDefinition, ModelDefinition
from lowcode_async.errors import StageFailed
from lowcode_async.planning.changes import Change, same_column, same_target
from lowcode_async.planning.columns import table_of, taken_tables
from lowcode_async.planning.converting import SQLITE_DIGITS, is_exact_on_sqlite
from lowcode_async.planning.databases import HOME, refuse_of_routers
from lowcode_async.planning.drift import tables_of
from lowcode_async.planning.operations import Filling
from lowcode_async.planning.plan import FieldChange, Phase, Plan
from lowcode_async.planning.shapes import column_field, shape_of
from lowcode_async.planning.state import is_many_to_many
from lowcode_async.sentences import JSON

AUTOMATIC_KEY = FieldDefinition(name="id", type="BigAutoField", options={"primary_key": True})
"""The primary key of a model whose definition has none."""


def refuse_impossible(
    before: ModelDefinition | None,
    after: ModelDefinition,
    definitions: Mapping[str, ModelDefinition],
    changes: Sequence[FieldChange],
) -> None:
    """Raise what is wrong with a plan before it is made.

    Raises:
        StageFailed: the primary key would change, a many-to-many relation would become a column or
            the other way round or point elsewhere, a rename names no field, or a type is not known.
    """
    table = table_of(after)
    moves = before is None or table_of(before) != table
    if moves and table.lower() in taken_tables(definitions, but=after.name):
        raise StageFailed("table_taken", model=after.name, table=table)
    if before is None:
        return
    names = {each.name for each in before.fields}
    for field in after.fields:
        if field.renamed_from is not None and field.renamed_from not in names:
            raise StageFailed(
                "rename_of_unknown_field", field=field.name, renamed_from=field.renamed_from
            )
    _refuse_key_change(before, after)
    for each in changes:
        _refuse_field(before, after, definitions, each)
        _refuse_conversion_of_ordering(before, after, each)


def refuse_on(connection: BaseDatabaseWrapper, plan: Plan) -> None:
    """Raise what cannot be done on the database at hand.

    Raises:
        StageFailed: the site's routers do not let the model be changed there, or a relation leads to
            another database; a name is too long for this one, a comment cannot be written, or a default
            would be rounded; or rows are to be filled or converted,
            for which MySQL holds the table so that no other can be used, and something that the site
            has registered is to run after that.
    """
    refuse_of_routers(connection, plan)
    if connection.alias != HOME:
        _refuse_elsewhere(connection, plan)
    if connection.vendor == "postgresql":
        _refuse_percents(plan.after)
    if connection.vendor == "sqlite":
        _refuse_rounded(plan.before, plan.after)
    filled = any(
        isinstance(each.operation, Filling) and each.phase is Phase.EXPAND
        for each in plan.operations
    )
    if connection.vendor == "mysql" and filled and plan.after.operations.after:
        names = list(plan.after.operations.after)
        raise StageFailed("operation_with_conversion", model=plan.after.name, names=names)


def _refuse_elsewhere(connection: BaseDatabaseWrapper, plan: Plan) -> None:
    """Raise what can be done beside the plugin's own rows, and not apart from them."""
    run = [each for each in plan.operations if isinstance(each.operation, RunPython)]
    if connection.vendor == "mysql" and run:
        # On such a database nothing can be in one transaction with the note that it was run.
        names = [each.operation.describe() for each in run]
        params = {"model": plan.after.name, "names": names, "database": connection.alias}
        raise StageFailed("operation_elsewhere", **params)
    longest = connection.ops.max_name_length()
    if plan.after.deleted or longest is None:
        return
    for table in tables_of(plan.to_state, plan.after.name):
        options = table._meta
        named = [*options.indexes, *options.constraints]
        columns = [each.column for each in options.local_concrete_fields]
        for name in (options.db_table, *columns, *(each.name for each in named)):
            if len(name) > longest:
                raise StageFailed(
                    "name_too_long_elsewhere",
                    name=name,
                    longest=longest,
                    database=connection.alias,
                )


def _refuse_percents(after: ModelDefinition) -> None:
    """Raise what Django takes for a placeholder when it writes comments to PostgreSQL."""
    for each in after.fields:
        if "%" in str(each.options.get("db_comment", "")):
            raise StageFailed("comment_with_percent", field=each.name)


def _refuse_rounded(before: ModelDefinition | None, after: ModelDefinition) -> None:
    """Raise a new default of which rows would get but the first digits."""
    former = {} if before is None else {each.name: each for each in before.fields}
    for field in after.fields:
        known = former.get(field.renamed_from or field.name)
        for name in ("default", "one_off_default"):
            value = _constant(field, name)
            if field.type != "DecimalField" or not isinstance(value, str):
                continue
            if known is not None and _constant(known, name) == value:
                continue
            if not is_exact_on_sqlite(Decimal(value)):
                params = {"field": field.name, "value": value, "digits": SQLITE_DIGITS}
                raise StageFailed("default_not_exact", **params)


def _constant(field: FieldDefinition, name: str) -> JSON:
    return field.options.get("default") if name == "default" else field.one_off_default


def _key_of(model: ModelDefinition) -> FieldDefinition:
    return next((each for each in model.fields if each.options.get("primary_key")), AUTOMATIC_KEY)


def _refuse_key_change(before: ModelDefinition, after: ModelDefinition) -> None:
    """Let a key be renamed, since it keeps its column; rows elsewhere hold its values."""
    old, new = _key_of(before), _key_of(after)
    if (new.renamed_from or new.name) != old.name or not same_column(old, new, owner=after.name):
        raise StageFailed("primary_key_changed", model=after.name, old=old.name, new=new.name)


def _refuse_conversion_of_ordering(
    before: ModelDefinition, after: ModelDefinition, each: FieldChange
) -> None:
    """Keep the order of rows from hanging on a column that is replaced."""
    if each.change is not Change.CONVERSION or each.old is None or each.new is None:
        return
    ordered = {model.options.get("order_with_respect_to") for model in (before, after)}
    if {each.old.name, each.new.name} & ordered:
        raise StageFailed("ordered_field_converted", field=each.new.name)


def _refuse_field(
    before: ModelDefinition,
    after: ModelDefinition,
    definitions: Mapping[str, ModelDefinition],
    each: FieldChange,
) -> None:
    if each.old is None or each.new is None:
        return
    if is_many_to_many(each.old) != is_many_to_many(each.new):
        raise StageFailed(
            "many_to_many_and_column",
            field=each.new.name,
            old_type=each.old.type,
            new_type=each.new.type,
        )
    if is_many_to_many(each.old) and not same_target(each.old, each.new, owner=after.name):
        raise StageFailed(
            "many_to_many_target_changed",
            field=each.new.name,
            old=each.old.options["to"],
            new=each.new.options["to"],
        )
    if each.change is not Change.CONVERSION:
        return
    old = shape_of(column_field(definitions, before, each.old))
    new = shape_of(column_field({**definitions, after.name: after}, after, each.new))
    if old is None or new is None:
        raise StageFailed(
            "no_conversion", field=each.new.name, old_type=each.old.type, new_type=each.new.type
        )
