"""Knowing which rows others have written, on MySQL and MariaDB: a column that the server itself sets.

Triggers need a right there that most accounts lack where binary logs are written. So the table gets a
column with a default and with ``ON UPDATE``: whoever inserts a row, or changes anything of it, sets the
column without knowing of it. Whoever converts the row sets it to NULL. So NULL says that the row has
been converted and that nobody has written to it since; no clock is compared with any other.

The column bears the number of its upgrade. What a worker leaves that is killed is found by that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self
from uuid import UUID

from django.db import models, transaction

from lowcode_async.migrating.numbered import upgrade_in
from lowcode_async.planning.state import APP_LABEL

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.migrations.state import ProjectState
    from django.db.models import QuerySet

TOUCHED: Final = "lowcode_touched_"
"""Columns of this name say which rows were written."""

_FIELD: Final = "lowcode_touched"
_STANDING: Final = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND column_name LIKE 'lowcode\\_touched\\_%'
"""


@dataclass(frozen=True, slots=True)
class Touched:
    """The column of one upgrade."""

    model: Any
    """The model of the table, with this column; see `with_it`."""
    connection: BaseDatabaseWrapper

    notes_deletions: ClassVar[bool] = False

    @classmethod
    def with_it(
        cls, state: ProjectState, name: str, connection: BaseDatabaseWrapper, task_id: UUID
    ) -> Self:
        """Return the column of a model.

        Args:
            state: where the model is as its table is now.
            name: of the model.
            connection: the database.
            task_id: of the upgrade.
        """
        state = state.clone()
        column = models.DateTimeField(null=True, db_column=f"{TOUCHED}{task_id.hex}")
        state.add_field(APP_LABEL, name.lower(), _FIELD, column, preserve_default=True)
        return cls(state.apps.get_model(APP_LABEL, name), connection)

    # -- its life --------------------------------------------------------------------------------

    def begin(self, editor: Any) -> None:
        """Add the column: all rows are touched, as none is converted."""
        editor.execute(
            f"ALTER TABLE {self._table} ADD COLUMN {self._column} DATETIME NULL"
            " DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, LOCK=NONE"
        )

    def index(self, editor: Any) -> None:
        """Let the few rows be found that are touched when most are converted."""
        editor.execute(f"CREATE INDEX {self._column} ON {self._table} ({self._column}) LOCK=NONE")

    # -- what it knows ---------------------------------------------------------------------------

    @property
    def rows(self) -> QuerySet[Any]:
        """All rows of the table."""
        rows: QuerySet[Any] = self.model._base_manager.using(self.connection.alias)
        return rows

    def among(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return those of some rows that are touched."""
        return rows.filter(**{f"{_FIELD}__isnull": False})

    @property
    def nothing(self) -> dict[str, None]:
        """What is to be written into a row that is converted by the same statement."""
        return {_FIELD: None}

    @contextmanager
    def taken(self, limit: int, among: QuerySet[Any] | None = None) -> Iterator[list[Any]]:
        """Lock some rows, touched ones unless they are given; they are not touched any more at the end."""
        rows = self.among(self.rows.order_by()) if among is None else among
        keys = list(rows.select_for_update().values_list("pk", flat=True)[:limit])
        yield keys
        if keys:
            self.rows.filter(pk__in=keys).update(**self.nothing)

    @contextmanager
    def held(self, table: str) -> Iterator[None]:
        """Make one transaction of what is done; LOCK TABLES holds the table already."""
        with transaction.atomic(using=self.connection.alias):
            yield

    def stale(self) -> list[Any]:
        """Return the keys of all rows that are touched."""
        return list(self.among(self.rows).values_list("pk", flat=True))

    def keep(self, table: str, shadow: str, comment: str | None) -> None:
        """Do nothing: nothing is said on the shadow itself."""

    @property
    def _table(self) -> str:
        quoted: str = self.connection.ops.quote_name(self.model._meta.db_table)
        return quoted

    @property
    def _column(self) -> str:
        column: str = self.model._meta.get_field(_FIELD).column
        return self.connection.ops.quote_name(column)


def standing(connection: BaseDatabaseWrapper) -> dict[UUID, str]:
    """Return the upgrades whose columns are there, each with its table; none on other databases."""
    if connection.vendor != "mysql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, None)
        found = {upgrade_in(column, TOUCHED): table for table, column in cursor.fetchall()}
    return {task_id: table for task_id, table in found.items() if task_id is not None}


def drop_statement(connection: BaseDatabaseWrapper, table: str, task_id: UUID) -> str:
    """Return what drops the column of an upgrade; its index goes with it."""
    quote = connection.ops.quote_name
    return f"ALTER TABLE {quote(table)} DROP COLUMN {quote(f'{TOUCHED}{task_id.hex}')}"
