"""Whether the tables are what the definitions say: asked of the database itself.

An empty clone is built from the definition, by the same schema editor that built the table, and both
are looked at with the same eyes. So there is no knowledge here of what a type is called where.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.db.migrations.state import ProjectState

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.errors import StageFailed
from lowcode_async.planning.clones import Look, look_at, looks_of_clones
from lowcode_async.planning.particulars import Particular, Said
from lowcode_async.planning.plan import Plan
from lowcode_async.planning.state import APP_LABEL, closure, project_state
from lowcode_async.sentences import JSON, Language, sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing in which a table is not what its definition says."""

    code: str
    """A key of `lowcode_async.sentences.SENTENCES`."""
    note: str
    """The same in the words of SQL, for any language: ``shop.price: text ≠ real``."""
    params: Mapping[str, JSON] = field(default_factory=dict)

    def sentence(self, language: Language | None = None) -> str:
        """Tell it in `language`, or in the active one."""
        return sentence(self.code, self.params, language)


def differences(connection: BaseDatabaseWrapper, plan: Plan) -> list[Difference]:
    """Return in what the tables that a plan starts from are not what it takes them for.

    Tables that it would create and that are there already are differences too.
    """
    expected = [] if plan.before is None else tables_of(plan.from_state, plan.name_before)
    wanted = [] if plan.after.deleted else tables_of(plan.to_state, plan.after.name)
    there = _tables_there(connection)
    taken = there - {each._meta.db_table.lower() for each in expected}
    return [
        *_missing(expected, there),
        *(
            _table("drift_table_unexpected", "+", each)
            for each in wanted
            if each._meta.db_table.lower() in taken
        ),
        *_all_compared(connection, expected, there),
    ]


def standing_differences(
    connection: BaseDatabaseWrapper, definitions: Mapping[str, ModelDefinition], name: str
) -> list[Difference]:
    """Return in what the tables of a live model are not what its definition says, as both stand.

    They are looked at closely, down to what upgrades do not mind: the conditions of constraints and
    indexes, defaults, comments.

    Args:
        connection: the database that holds the tables.
        definitions: all live models as they stand, by name.
        name: the model's.
    """
    expected = tables_of(project_state(closure(definitions, name)), name)
    there = _tables_there(connection)
    return [*_missing(expected, there), *_all_compared(connection, expected, there, closely=True)]


def _tables_there(connection: BaseDatabaseWrapper) -> set[str]:
    with connection.cursor() as cursor:
        return {each.lower() for each in connection.introspection.table_names(cursor)}


def _missing(expected: Sequence[type[models.Model]], there: set[str]) -> Iterable[Difference]:
    for each in expected:
        if each._meta.db_table.lower() not in there:
            yield _table("drift_table_missing", "-", each)


def _all_compared(
    connection: BaseDatabaseWrapper,
    expected: Sequence[type[models.Model]],
    there: set[str],
    *,
    closely: bool = False,
) -> Iterable[Difference]:
    """Yield the differences of those tables that are there."""
    found = [each for each in expected if each._meta.db_table.lower() in there]
    clones = looks_of_clones(connection, found, closely=closely)
    for model, clone in zip(found, clones, strict=True):
        table = model._meta.db_table
        look = look_at(connection, table, closely=closely)
        yield from compared(table, expected=clone, found=look)


def tables_of(state: ProjectState, name: str) -> list[type[models.Model]]:
    """Return the models whose tables are a model's: its own, and those of its links."""
    model = state.apps.get_model(APP_LABEL, name)
    links: list[Any] = [each.remote_field.through for each in model._meta.local_many_to_many]
    return [model, *links]


def drift_error(found: Sequence[Difference]) -> StageFailed:
    """Return the error that names every difference."""
    table = str(found[0].params.get("table", ""))
    return StageFailed("drift", table=table, differences="; ".join(each.note for each in found))


def compared(table: str, *, expected: Look, found: Look) -> Iterable[Difference]:
    """Yield in what one look differs from another."""
    for column in sorted(expected.columns.keys() - found.columns.keys()):
        yield _difference("drift_column_missing", f"- {table}.{column}", table, column)
    for column in sorted(found.columns.keys() - expected.columns.keys()):
        yield _difference("drift_column_unexpected", f"+ {table}.{column}", table, column)
    both = sorted(expected.columns.keys() & found.columns.keys())
    for column in both:
        yield from _column(table, column, expected, found)
    for constraint in sorted(expected.constraints - found.constraints):
        if not found.serves(constraint):
            yield _constraint("drift_constraint_missing", "-", table, constraint)
    for constraint in sorted(found.constraints - expected.constraints):
        if not constraint.tolerated and set(constraint.columns) <= set(both):
            yield _constraint("drift_constraint_unexpected", "+", table, constraint)
    yield from _said_otherwise(table, expected.said, found.said)


_SAID: Final = {
    Particular.CONSTRAINT: "drift_constraint_changed",
    Particular.DEFAULT: "drift_column_default",
    Particular.COMMENT: "drift_column_comment",
}


def _said_otherwise(table: str, expected: Said, found: Said) -> Iterable[Difference]:
    """Yield what the server says in other words of a table than of its clone."""
    for key in sorted(expected.keys() & found.keys(), key=lambda each: (each[0].value, each[1])):
        kind, name = key
        if expected[key] == found[key]:
            continue
        code = _SAID[kind] if name else "drift_table_comment"
        words = {"found": found[key], "expected": expected[key], "constraint": name}
        note = f"{table}.{name}: {found[key]} ≠ {expected[key]}"
        yield _difference(code, note, table, name, **words)


def _column(table: str, column: str, expected: Look, found: Look) -> Iterable[Difference]:
    should, does = expected.columns[column], found.columns[column]
    if should.type != does.type:
        yield _difference(
            "drift_column_type",
            f"{table}.{column}: {does.type} ≠ {should.type}",
            table,
            column,
            found=does.type,
            expected=should.type,
        )
    if should.null != does.null:
        words = ("NULL ≠ NOT NULL", "NOT NULL ≠ NULL")[should.null]
        yield _difference("drift_column_null", f"{table}.{column}: {words}", table, column)


def _table(code: str, sign: str, model: type[models.Model]) -> Difference:
    table = model._meta.db_table
    return Difference(code=code, note=f"{sign} {table}", params={"table": table})


def _constraint(code: str, sign: str, table: str, constraint: Any) -> Difference:
    columns = ", ".join(constraint.columns)
    note = f"{sign} {constraint.words} ({table}.{columns})"
    return _difference(code, note, table, columns, constraint=constraint.words)


def _difference(code: str, note: str, table: str, column: str, **params: JSON) -> Difference:
    return Difference(code=code, note=note, params={"table": table, "column": column, **params})
