"""Some rows of a table in their new form: the very operations of the plan, on a table that holds but them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from django.db.migrations.state import ProjectState

from lowcode_async.migrating.base import Execution, named
from lowcode_async.migrating.moving.steps import Step, steps_on
from lowcode_async.migrating.moving.tables import Tables
from lowcode_async.planning.convert_values import ConvertValues
from lowcode_async.planning.ensuring import EnsureEmpty
from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.keeping import Keeping
from lowcode_async.planning.operations import Filling
from lowcode_async.planning.rows import Column
from lowcode_async.planning.samples import key_json
from lowcode_async.planning.state import APP_LABEL
from lowcode_async.planning.tally import Tally

_INDEX: Final = ("CREATE INDEX", "CREATE UNIQUE INDEX")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What a plan makes of rows."""

    execution: Execution
    tables: Tables
    steps: Sequence[Step]
    after: ProjectState
    """The state behind the steps."""
    keeping: Keeping

    @classmethod
    def of(cls, execution: Execution, tables: Tables) -> Self:
        """Return what a plan makes of rows."""
        steps, after = steps_on(execution, tables.some)
        return cls(
            execution=execution,
            tables=tables,
            steps=steps,
            after=after,
            keeping=execution.keeping,
        )

    @property
    def before(self) -> ProjectState:
        """The state before the steps."""
        return self.steps[0].before if self.steps else self.after

    @property
    def source(self) -> Any:
        """The table as it was, as a model."""
        return self.execution.plan.from_state.apps.get_model(APP_LABEL, self._name)

    def ends(self) -> tuple[Any, Any]:
        """Return the first key of the table and the last one; nothing if there are no rows."""
        [ends] = self._asked(f"SELECT min({self._key}), max({self._key}) FROM {self._table}")
        return ends

    def count(self) -> int:
        """Return how many rows there are."""
        [(count,)] = self._asked(f"SELECT count(*) FROM {self._table}")
        return int(count)

    def gone(self) -> list[Any]:
        """Return the keys of rows that are in the new table but no longer in the old one.

        There are none, unless others went without the triggers: ``REPLACE`` does that to rows that have
        another's unique value. To look for them takes a while, in which everybody can write.
        """
        key, new = self._key, self.tables.new
        found = self._asked(
            f"SELECT +{key} FROM {new} WHERE {key} NOT IN (SELECT {key} FROM {self._table})"
        )
        return [each for (each,) in found]

    def with_originals(self) -> Iterator[list[Any]]:
        """Yield the keys of rows to which the reverted upgrade may have left an original, page by page.

        Those that have got theirs already are not among them.
        """
        key = self.source._meta.pk
        for step in self.steps:
            operation = step.operation
            if not isinstance(operation, ConvertValues) or self.keeping.reverts is None:
                continue
            for page in self.keeping.pages(operation.old.name, removed=False):
                yield [
                    key.get_db_prep_save(
                        key.to_python(json.loads(each.row_key)), self.execution.connection
                    )
                    for each in page
                    if each.restored_by_id != self.keeping.upgrade_id
                ]

    def move_from(
        self, editor: Any, tally: Tally, start: Any, last: Any, size: int
    ) -> tuple[int, Any]:
        """Move some rows to the new table.

        Args:
            editor: in whose transaction that is done.
            tally: counts what is lost.
            start: the first key.
            last: of all rows.
            size: how many there are to be at the most.

        Returns:
            How many they were, and with which key to go on, if there are more.
        """
        rest = f"{self._key} >= %s AND {self._key} <= %s"
        following = self._asked(
            f"SELECT +{self._key} FROM {self._table} WHERE {rest}"
            f" ORDER BY {self._key} LIMIT 1 OFFSET {size}",
            start,
            last,
        )
        if not following:
            return self._move(editor, tally, rest, [start, last], again=False), None
        [(end,)] = following
        some = f"{self._key} >= %s AND {self._key} < %s"
        return self._move(editor, tally, some, [start, end], again=False), end

    def _move(
        self, editor: Any, tally: Tally, condition: str, params: Sequence[Any], *, again: bool
    ) -> int:
        """Move rows to the new table, and return how many they are.

        Args:
            editor: in whose transaction that is done.
            tally: counts what is lost.
            condition: says which rows, in SQL.
            params: those of the condition.
            again: whether they are few enough to look for the originals of all of them.
        """
        some, columns = self.tables.some, self._columns(self.source)
        editor.create_model(self._model(self.before))
        with (
            editor.connection.cursor() as cursor,
            editor.connection.execute_wrapper(_without_indexes),
        ):
            cursor.execute(
                f"INSERT INTO {some} ({columns})"
                f" SELECT {columns} FROM {self._table} WHERE {condition}",
                params,
            )
            count = int(cursor.rowcount)
            if count:
                self._change(editor, tally, again=again)
                target = self.execution.plan.to_state.apps.get_model(APP_LABEL, self._name)
                finally_, changed = self._columns(target), self._columns(self._model(self.after))
                cursor.execute(
                    f"INSERT INTO {self.tables.new} ({finally_}) SELECT {changed} FROM {some}"
                )
            cursor.execute(f"DROP TABLE {some}")
        editor.deferred_sql.clear()
        return count

    def _change(self, editor: Any, tally: Tally, *, again: bool) -> None:
        for step in self.steps:
            if isinstance(step.operation, Filling):
                step.operation.tally, step.operation.certain = tally, again
            with named(step.operation.describe()):
                step.operation.database_forwards(APP_LABEL, editor, step.before, step.after)

    def move_again(self, editor: Any, tally: Tally, keys: Sequence[Any]) -> None:
        """Do so once more with rows that others have written; some may have gone."""
        if not keys:
            return
        places = ", ".join(["%s"] * len(keys))
        condition = f"{self._key} IN ({places})"
        with editor.connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.tables.new} WHERE {condition}", keys)
        self._forget(tally, keys)
        self._move(editor, tally, condition, keys, again=True)

    def _forget(self, tally: Tally, keys: Sequence[Any]) -> None:
        """Forget what was told of rows."""
        key = Column(self.source, self.source._meta.pk.name, self.execution.connection)
        known = [key.read(each) for each in keys]
        samples = {key_json(key) for key in known}
        for step in self.steps:
            match step.operation:
                case ConvertValues(new=new, old=old):
                    name = new.name
                    found = self.keeping.forget_rows(name, known, formerly=old.name)
                case EnsureEmpty(field=name) as operation:
                    model = step.before.apps.get_model(APP_LABEL, self._name)
                    column = Column(model, operation.name, self.execution.connection)
                    found = self.keeping.forget_removed(
                        name, known, besides=operation.uncounted(column)
                    )
                case _:
                    continue
            counts = {FindingKind(kind): count for kind, count in found.items()}
            tally.take_off(name, counts, keys=samples)

    @property
    def _key(self) -> str:
        return self._quoted(self.source._meta.pk.column)

    @property
    def _table(self) -> str:
        return self._quoted(self.source._meta.db_table)

    def _columns(self, model: Any) -> str:
        """Return the columns of a model's fields, in the order of their names."""
        fields = (each for each in model._meta.local_concrete_fields if not each.generated)
        return ", ".join(
            self._quoted(each.column) for each in sorted(fields, key=lambda each: each.name)
        )

    def _quoted(self, name: str) -> str:
        return str(self.execution.connection.ops.quote_name(name))

    def _asked(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        with self.execution.connection.cursor() as cursor:
            cursor.execute(sql, list(params) or None)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    @property
    def _name(self) -> str:
        return self.execution.plan.after.name

    def _model(self, state: ProjectState) -> Any:
        return state.apps.get_model(APP_LABEL, self._name)


def _without_indexes(
    execute: Callable[..., Any], sql: str, params: Any, many: Any, context: Any
) -> Any:
    """Leave indexes out: some rows need none."""
    return None if sql.startswith(_INDEX) else execute(sql, params, many, context)
