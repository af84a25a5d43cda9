"""Some rows of a table in their new form: the very operations of the plan, on a table that holds but them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from django.db.migrations.operations import AddField, RemoveField, RenameField
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from lowcode_async.migrating.base import Execution, named
from lowcode_async.migrating.moving.tables import Tables
from lowcode_async.planning.convert_values import ConvertValues
from lowcode_async.planning.ensuring import EnsureEmpty
from lowcode_async.planning.findings import FindingKind
from lowcode_async.planning.keeping import Keeping
from lowcode_async.planning.moves import does_nothing_to_rows
from lowcode_async.planning.operations import Filling
from lowcode_async.planning.plan import Plan
from lowcode_async.planning.rows import Column
from lowcode_async.planning.samples import key_json
from lowcode_async.planning.state import APP_LABEL
from lowcode_async.planning.tally import Tally

_INDEX: Final = ("CREATE INDEX", "CREATE UNIQUE INDEX")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One operation on some rows, with the states before and behind it."""

    operation: Operation
    before: ProjectState
    after: ProjectState


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What a plan makes of rows."""

    execution: Execution
    tables: Tables
    steps: Sequence[_Step]
    after: ProjectState
    """The state behind the steps."""
    keeping: Keeping

    @classmethod
    def of(cls, execution: Execution, tables: Tables) -> Self:
        """Return what a plan makes of rows."""
        steps, after = _steps(execution, tables.some)
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

    def amiss(self) -> list[Any]:
        """Return the keys of rows that are in one table and not in the other, nor on the list.

        There are none, unless rows went without the triggers: ``REPLACE`` does that to rows that have
        another's unique value. To look for them takes a while, in which everybody can write.
        """
        key, old, new = self._key, self._table, self.tables.new
        found = self._asked(
            f"SELECT {key} FROM {old} WHERE {key} NOT IN (SELECT {key} FROM {new})"
            f" UNION ALL SELECT {key} FROM {new} WHERE {key} NOT IN (SELECT {key} FROM {old})"
            f" EXCEPT SELECT key FROM {self.tables.keys}"
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
            f"SELECT {self._key} FROM {self._table} WHERE {rest}"
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
        to_python = self.source._meta.pk.to_python
        known = [to_python(each) for each in keys]
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


def _steps(execution: Execution, table: str) -> tuple[list[_Step], ProjectState]:
    """Return what is done to some rows, and the state behind it.

    No indexes or constraints: the new table has them. And no column is renamed or dropped, for which SQLite
    would parse the whole schema: the fields know what their columns are called.
    """
    plan, steps = execution.plan, list[_Step]()
    state = _bare(plan, table)
    before = plan.from_state.apps.get_model(APP_LABEL, plan.name_before)
    columns = {each.name: each.column for each in before._meta.local_concrete_fields}
    for planned in plan.operations:
        operation = copy.copy(planned.operation)
        if does_nothing_to_rows(operation):
            continue
        if isinstance(operation, Filling):
            operation.anew = False
            operation.force, operation.keeping = execution.force, execution.keeping
        after = state.clone()
        operation.state_forwards(APP_LABEL, after)
        _follow(operation, columns)
        _pin(after.models[APP_LABEL, plan.name_before.lower()], columns)
        if not isinstance(operation, RenameField | RemoveField):
            steps.append(_Step(operation=operation, before=state, after=after))
        state = after
    return steps, state


def _follow(operation: Operation, columns: dict[str, str]) -> None:
    """Note what becomes of the columns of fields."""
    match operation:
        case AddField(name=name):
            columns[name] = f"lowcode_{len(columns)}_{name}"
        case RenameField(old_name=name, new_name=to):
            columns[to] = columns.pop(name)
        case RemoveField(name=name):
            del columns[name]


def _pin(own: ModelState, columns: Mapping[str, str]) -> None:
    """Let the fields of a state that is not rendered yet have these columns."""
    for name, column in columns.items():
        field: Any = own.fields[name].clone()
        field.db_column = column
        own.fields[name] = field


def _bare(plan: Plan, table: str) -> ProjectState:
    """Return the state before a plan, with a bare table in the place of the model's."""
    state = ProjectState()
    for key, each in plan.from_state.models.items():
        own = key == (APP_LABEL, plan.name_before.lower())
        state.add_model(_as_bare(each, table) if own else each.clone())
    return state


def _as_bare(own: ModelState, table: str) -> ModelState:
    fields = [(name, field) for name, field in own.fields.items() if not field.many_to_many]
    options = {"db_table": table, "indexes": [], "constraints": []}
    return ModelState(own.app_label, own.name, fields, options, own.bases)


def _without_indexes(
    execute: Callable[..., Any], sql: str, params: Any, many: Any, context: Any
) -> Any:
    """Leave indexes out: some rows need none."""
    return None if sql.startswith(_INDEX) else execute(sql, params, many, context)
