"""What the site has registered for upgrades to do beside a change: by name, never sent by a client."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar, overload

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunPython, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState, StateApps

from lowcode_async.errors import StageFailed

Migrate: TypeAlias = Callable[[StateApps, BaseDatabaseSchemaEditor], None]
"""What `RunPython` calls: the models of the state it stands in are ``apps.get_model("dynamic", name)``."""
SQL: TypeAlias = str | list[str]
VendorSQL: TypeAlias = SQL | Mapping[str, SQL]
"""SQL for every database, or by Django's names of them: ``sqlite``, ``postgresql``, ``mysql``."""
Factory: TypeAlias = Callable[[str], Operation]
"""Makes an operation for the model of a name."""
M = TypeVar("M", bound=Migrate)


class OperationKind(StrEnum):
    """What stands behind a name."""

    PYTHON = "python"
    SQL = "sql"
    OPERATION = "operation"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredOperation:
    """One name that a definition may give under ``operations``."""

    name: str
    kind: OperationKind
    description: str
    """What it does, for people; empty if the site has not said."""
    make: Factory


_registered: Final[dict[str, RegisteredOperation]] = {}


def registered_operations() -> Mapping[str, RegisteredOperation]:
    """Return everything that is registered, by name, in the order of the names."""
    return MappingProxyType({name: _registered[name] for name in sorted(_registered)})


@overload
def register_data_migration(
    name: str, forwards: Migrate, reverse: Migrate, *, description: str = ""
) -> None: ...


@overload
def register_data_migration(
    name: str, *, reverse: Migrate, description: str = ""
) -> Callable[[M], M]: ...


def register_data_migration(
    name: str,
    forwards: Migrate | None = None,
    reverse: Migrate | None = None,
    *,
    description: str = "",
) -> Callable[[M], M] | None:
    """Register a Python function that an upgrade may run; Django's `RunPython` runs it.

    To be called in `AppConfig.ready`, or as a decorator: ``@register_data_migration("slugs", reverse=…)``.

    Args:
        name: what a definition calls it under ``operations``.
        forwards: takes the models of that moment (``apps.get_model("dynamic", "Product")``) and a
            schema editor, whose ``connection.alias`` says which database is meant.
        reverse: undoes it, should the upgrade fail further on; ``RunPython.noop`` where nothing need
            be undone. It has to be harmless where nothing was done.
        description: what it does, for people.

    Raises:
        ValueError: the name is taken, or there is no way back.
    """
    if reverse is None:
        raise ValueError(
            f"data migration {name!r} has no way back; RunPython.noop says there need be none"
        )
    back = reverse
    if forwards is None:

        def decorate(function: M) -> M:
            register_data_migration(name, function, back, description=description)
            return function

        return decorate
    function = forwards
    _register(
        name,
        OperationKind.PYTHON,
        description,
        lambda _: DataMigration(function, back, name=name),
    )
    return None


def register_sql(
    name: str,
    sql: VendorSQL,
    reverse_sql: VendorSQL,
    *,
    state_operations: Callable[[str], Sequence[Operation]] | None = None,
    description: str = "",
) -> None:
    """Register SQL that an upgrade may run; Django's `RunSQL` runs it.

    Args:
        name: what a definition calls it under ``operations``.
        sql: one text or several statements, for every database or by vendor; a database without an
            entry is left alone.
        reverse_sql: undoes it, likewise; ``RunSQL.noop`` where nothing need be undone.
        state_operations: given the model's name, the operations of Django's that tell its state what
            the SQL does to the structure.
        description: what it does, for people.

    Raises:
        ValueError: the name is taken.
    """
    _register(
        name,
        OperationKind.SQL,
        description,
        lambda model: VendorRunSQL(
            sql, reverse_sql, state_operations(model) if state_operations else (), name=name
        ),
    )


def register_operation(name: str, factory: Factory, *, description: str = "") -> None:
    """Register an operation of the site's own.

    Args:
        name: what a definition calls it under ``operations``.
        factory: given the model's name, makes it; a subclass of `Operation` will do.
        description: what it does, for people.

    Raises:
        ValueError: the name is taken.
    """
    _register(name, OperationKind.OPERATION, description, factory)


def made_operations(names: Sequence[str], model: str) -> list[Operation]:
    """Return the operations of these names.

    Raises:
        StageFailed: one is not registered in this process, or cannot be undone.
    """
    found = []
    for name in names:
        if name not in _registered:
            raise StageFailed("operation_not_registered", name=name)
        operation = _registered[name].make(model)
        if not operation.reversible:
            raise StageFailed("operation_irreversible", name=name)
        found.append(operation)
    return found


def unregister_operation(name: str) -> None:
    """Forget a name; for tests."""
    _registered.pop(name, None)


def _register(name: str, kind: OperationKind, description: str, make: Factory) -> None:
    if name in _registered:
        raise ValueError(f"an operation {name!r} is registered already")
    _registered[name] = RegisteredOperation(
        name=name, kind=kind, description=description, make=make
    )


class DataMigration(RunPython):
    """A Python function of the site's, told by its name."""

    def __init__(self, code: Any, reverse_code: Any = None, *, name: str = "") -> None:
        super().__init__(code, reverse_code)
        self.name = name

    def describe(self) -> str:
        """Say what it does."""
        return f"Run data migration {self.name}"


class VendorRunSQL(RunSQL):
    """SQL of the site's, for the database at hand."""

    def __init__(
        self,
        sql: VendorSQL,
        reverse_sql: VendorSQL,
        state_operations: Sequence[Operation] = (),
        *,
        name: str = "",
    ) -> None:
        super().__init__(RunSQL.noop, RunSQL.noop, list(state_operations))
        self.by_vendor, self.reverse_by_vendor, self.name = sql, reverse_sql, name

    def describe(self) -> str:
        """Say what it does."""
        return f"Run SQL {self.name}"

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Execute the statements for this database."""
        self.sql = _for_vendor(self.by_vendor, schema_editor.connection.vendor)
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Undo them."""
        self.reverse_sql = _for_vendor(self.reverse_by_vendor, schema_editor.connection.vendor)
        super().database_backwards(app_label, schema_editor, from_state, to_state)


def _for_vendor(sql: VendorSQL, vendor: str) -> Any:
    return sql.get(vendor, RunSQL.noop) if isinstance(sql, Mapping) else sql
