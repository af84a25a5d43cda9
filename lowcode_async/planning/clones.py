"""Tables as the database has them, and empty ones beside them to compare with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.apps.registry import Apps
from django.db import models

from lowcode_async.planning.leftovers import hidden_name
from lowcode_async.planning.particulars import Said, constraints_on_sqlite, said_of
from lowcode_async.planning.places import hidden_place

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


CHECK: Final = "CHECK"


class ColumnLook(NamedTuple):
    """A column as the database has it."""

    type: str
    null: bool


class ConstraintLook(NamedTuple):
    """A constraint or an index as the database has it; its name does not count."""

    words: str
    """``UNIQUE``, ``PRIMARY KEY``, ``INDEX``, ``CHECK name``, or ``REFERENCES other (column)``."""
    columns: tuple[str, ...]

    @property
    def tolerated(self) -> bool:
        """Whether it does no harm if nobody has asked for it: a plain index, the check of a type."""
        return self.words == "INDEX" or self.words.startswith(CHECK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A table as the database has it."""

    columns: Mapping[str, ColumnLook]
    constraints: frozenset[ConstraintLook]
    said: Said = field(default_factory=dict)
    """What the server says of it in its own words, if it was looked at closely."""

    def serves(self, wanted: ConstraintLook) -> bool:
        """Tell whether another index does what a plain one would: MySQL drops one that is not needed."""
        return wanted.words == "INDEX" and any(
            each.columns[: len(wanted.columns)] == wanted.columns
            for each in self.constraints
            if not each.words.startswith("REFERENCES")
        )


def look_at(connection: BaseDatabaseWrapper, table: str, *, closely: bool = False) -> Look:
    """Return what the database says of a table that exists."""
    introspection: Any = connection.introspection
    ours = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        get = constraints_on_sqlite if ours else introspection.get_constraints
        constraints = get(cursor, table)
        return Look(
            columns=_columns(connection, cursor, table),
            constraints=frozenset(
                look for name, each in constraints.items() for look in _constraints(name, each)
            ),
            said=said_of(connection, table) if closely else {},
        )


def looks_of_clones(
    connection: BaseDatabaseWrapper,
    originals: Sequence[type[models.Model]],
    *,
    closely: bool = False,
) -> list[Look]:
    """Return what the database says of empty tables built from these models.

    Foreign keys are left out of the clones, since making one locks the table it points at; they are
    told from the models.
    """
    looks = []
    with hidden_place(connection) as place:
        editor = place.SchemaEditorClass(place, atomic=False)
        for original in originals:
            clone = _clone(original, hidden_name(place))
            editor.deferred_sql = []
            try:
                editor.create_model(clone)
                for statement in editor.deferred_sql:
                    editor.execute(statement, None)
                look = look_at(place, clone._meta.db_table, closely=closely)
            finally:
                if not place.features.can_rollback_ddl:
                    editor.delete_model(clone)
            looks.append(
                Look(
                    columns=look.columns,
                    constraints=_without_names(look.constraints)
                    | _foreign_keys(original)
                    | _checks(original),
                    said=_by_real_names(look.said, original, clone._meta.db_table),
                )
            )
    return looks


def _clone(original: type[models.Model], table: str) -> Any:
    """Return a model with the same columns, in a registry and a table of its own."""
    registry = Apps()
    meta = type(
        "Meta",
        (),
        {
            "apps": registry,
            "app_label": original._meta.app_label,
            "db_table": table,
            "unique_together": original._meta.unique_together,
            "indexes": [renamed_hook(each, table) for each in original._meta.indexes],
            "constraints": [renamed_hook(each, table) for each in original._meta.constraints],
            "db_table_comment": original._meta.db_table_comment,
        },
    )
    columns: dict[str, Any] = {
        each.name: _without_target(each) for each in original._meta.local_concrete_fields
    }
    return type(
        original.__name__,
        (models.Model,),
        {"Meta": meta, "__module__": __name__, **columns},
    )


def renamed_hook(hook: Any, table: str) -> Any:
    """Return an index or constraint as the clone of its table has it."""
    _, _, options = hook.deconstruct()
    return type(hook)(**{**options, "name": hidden_hook(hook.name, table)})


def hidden_hook(name: str, table: str) -> str:
    """Return what an index or constraint is called on a clone: on most databases they share one space."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"lc_{table.rpartition('_')[2]}_{digest}"


def _by_real_names(said: Said, original: type[models.Model], table: str) -> Said:
    """Return what is said of a clone, its indexes and constraints called as they really are."""
    names = {
        hidden_hook(each.name, table): each.name
        for each in (*original._meta.indexes, *original._meta.constraints)
    }
    return {(kind, names.get(name, name)): text for (kind, name), text in said.items()}


def _checks(original: type[models.Model]) -> frozenset[ConstraintLook]:
    """Return the checks that the model declares; those of a column's type belong to its type."""
    found = original._meta.constraints
    return frozenset(
        ConstraintLook(words=f"{CHECK} {each.name}", columns=())
        for each in found
        if isinstance(each, models.CheckConstraint)
    )


def _without_names(constraints: frozenset[ConstraintLook]) -> frozenset[ConstraintLook]:
    return frozenset(each for each in constraints if not each.words.startswith(CHECK))


def _without_target(original: Any) -> Any:
    """Return a copy of a field; for a relation, one of its type that points nowhere."""
    if original.remote_field is None:
        return original.clone()
    return _KeyColumn(original)


class _KeyColumn(models.Field):  # type: ignore[type-arg]
    """The column of a relation, without the relation."""

    def __init__(self, original: Any) -> None:
        super().__init__(
            null=original.null,
            unique=original.unique and not original.primary_key,
            primary_key=original.primary_key,
            db_index=original.db_index,
            db_column=original.column,
            db_comment=original.db_comment,
        )
        self.original = original

    def db_type(self, connection: Any) -> str | None:
        """Return the type of the original's column."""
        found: str | None = self.original.db_type(connection)
        return found

    def db_parameters(self, connection: Any) -> Any:
        """Return type, check and collation of the original's column."""
        return self.original.db_parameters(connection)

    def get_prep_value(self, value: Any) -> Any:
        """Return what a condition compares the key with."""
        return self.original.target_field.get_prep_value(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Return the same as the database has it."""
        return self.original.target_field.get_db_prep_value(value, connection, prepared)

    def deconstruct(self) -> Any:
        """Return what makes this field again."""
        name, path, _, _ = super().deconstruct()
        return name, path, [self.original], {}


def _foreign_keys(original: type[models.Model]) -> frozenset[ConstraintLook]:
    found = set()
    for each in original._meta.local_concrete_fields:
        if each.remote_field is not None and getattr(each, "db_constraint", False):
            target: Any = each
            table = target.remote_field.model._meta.db_table
            column = target.target_field.column
            found.add(_reference(table, column, (target.column,)))
    return frozenset(found)


def _reference(table: str, column: str, columns: Sequence[str]) -> ConstraintLook:
    return ConstraintLook(words=f"REFERENCES {table} ({column})", columns=tuple(columns))


def _constraints(name: str, found: Mapping[str, Any]) -> Iterator[ConstraintLook]:
    """Yield a constraint as it is compared: a check by its name, all others by what they do.

    An index of MySQL that serves a foreign key has its name, and so stands in one entry with it.
    """
    if found["check"]:
        yield ConstraintLook(words=f"{CHECK} {name}", columns=())
        return
    columns = tuple(each for each in found["columns"] or () if each is not None)
    if not columns:
        return
    if found["foreign_key"]:
        table, column = found["foreign_key"]
        yield _reference(table, column, columns)
    if found["primary_key"]:
        yield ConstraintLook(words="PRIMARY KEY", columns=columns)
    elif found["unique"]:
        yield ConstraintLook(words="UNIQUE", columns=columns)
    elif found["index"]:
        yield ConstraintLook(words="INDEX", columns=columns)


def _columns(connection: BaseDatabaseWrapper, cursor: Any, table: str) -> dict[str, ColumnLook]:
    """Return the columns with their types as the database spells them out."""
    if connection.vendor == "sqlite":
        quoted = connection.ops.quote_name(table)
        cursor.execute(f"PRAGMA table_info({quoted})")
        return {
            name: ColumnLook(type=kind.lower(), null=not required)
            for _, name, kind, required, _, _ in cursor.fetchall()
        }
    cursor.execute(_TYPES[connection.vendor], [table])
    return {name: ColumnLook(type=kind, null=bool(null)) for name, kind, null in cursor.fetchall()}


_TYPES = {
    "postgresql": """
        SELECT attname, format_type(atttypid, atttypmod), NOT attnotnull
        FROM pg_attribute
        WHERE attrelid = (SELECT oid FROM pg_class WHERE relname = %s
                          AND pg_table_is_visible(oid) AND relkind IN ('r', 'p'))
          AND attnum > 0 AND NOT attisdropped
    """,
    "mysql": """
        SELECT column_name, column_type, is_nullable = 'YES'
        FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = %s
    """,
}
