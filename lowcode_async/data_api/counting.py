"""Pages by one statement: the rows, how many there are, and what confirms that the request may have them.

Each statement more would cost what it takes the database to answer, which is most of the time of a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F, Func, IntegerField, Model, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from lowcode_async.data_api.asked import Asked
from lowcode_async.data_api.confirming import (
    confirming_paths,
    confirming_values,
    with_confirmation,
)
from lowcode_async.data_api.reading import Found, Selection, find
from lowcode_async.rest.tokens import SignIn
from lowcode_async.runtime.statements import Statement, compiled, condition

_COUNT: Final = "_lowcode_count"
_FOUND: Final = "lowcode_found"
_PAGE: Final = "lowcode_page"
_KEPT: Final = 200
"""Statements that are kept for one model."""
_UPPER: Final = "UPPER(%s)"
"""How Django lets PostgreSQL compare text in whatever case: no index of a column can tell, each row is looked into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The statement of a page, without its values."""

    using: str
    """Alias of the database."""
    statement: Statement
    selection: Selection
    any_case: bool
    """Whether PostgreSQL is to seek text in whatever case."""
    once: bool
    """Whether the rows are looked through once; see `_once`."""

    def suits(self, values: Sequence[Any]) -> bool:
        """Tell whether it would be made for other values, too."""
        return self.once is _is_once(values, any_case=self.any_case)

    def page(
        self, values: tuple[Any, ...], limit: tuple[int, int], sign_in: SignIn | None
    ) -> Found:
        """Return what `page_with_count` does.

        Args:
            values: those that stand in the condition.
            limit: the first of the page, and the first of those after.
            sign_in: what is to be confirmed, where it was prepared for one.
        """
        beside = confirming_values(self.using, sign_in)
        given = (*values, *beside) if self.statement.rest else (*beside, *values, *values)
        text = self.selection.takes_text
        found = self.statement.tuples(given, limit=limit, decimals_as_text=text)
        return self.selection.told(found, using=self.using)


def page_with_count(asked: Asked, rows: QuerySet[Model]) -> Found:
    """Return those of `rows` that stand on the page, each with what confirms it, and how many there are."""
    paths = [*confirming_paths(rows.db), _COUNT]
    page = _counted(asked, rows)[slice(*asked.place.limit)]
    return find(asked.reach, page, asked.view, paths=paths)


def prepare(
    asked: Asked, rows: QuerySet[Model], sign_in: SignIn | None
) -> tuple[Prepared, tuple[Any, ...]] | None:
    """Return the statement that does the same as `page_with_count`, and the values in its condition.

    Returns:
        None where Django has to compile each time.
    """
    reach = asked.reach
    # What is written in Python has a say in its queries; of a live model they are what we know.
    if reach.published.definition is None or reach.published.to_dict is not None:
        return None
    paths = [*confirming_paths(rows.db, sign_in), _COUNT]
    selection = Selection(reach, asked.view, paths)
    try:
        where, values = condition(rows)
    except EmptyResultSet:
        return None
    vendor = connections[rows.db].vendor
    order = ",".join(each.spelled for each in asked.order)
    any_case = vendor == "postgresql" and _UPPER in where
    once = _is_once(values, any_case=any_case)
    key = (rows.db, vendor, once, where, order, *selection.selected)
    statements = reach.shape.statements
    if key not in statements:
        if len(statements) >= _KEPT:
            statements.clear()
        compile_ = _once if once else _twice
        statements[key] = compile_(asked, rows, selection, values, sign_in)
    statement = statements[key]
    if statement is None:
        return None
    prepared = Prepared(
        using=rows.db, statement=statement, selection=selection, any_case=any_case, once=once
    )
    return prepared, values


def _twice(
    asked: Asked,
    rows: QuerySet[Model],
    selection: Selection,
    params: tuple[Any, ...],
    sign_in: SignIn | None,
) -> Statement | None:
    """Return the statement of a page for whatever values; None if they do not stand where they should.

    The rows are looked through once for the page and once for the count: an index will do for either.
    """
    statement, values = compiled(_counted(asked, rows, sign_in).values_list(*selection.selected))
    known = len(statement.expressions) == len(selection.selected)
    fits = values == (*confirming_values(rows.db, sign_in), *params, *params)
    return statement if known and fits else None


def _once(
    asked: Asked,
    rows: QuerySet[Model],
    selection: Selection,
    params: tuple[Any, ...],
    sign_in: SignIn | None,
) -> Statement | None:
    """Return the same for a condition that looks into every row: they are looked through once.

    Their keys are put down, counted, and put in order; half the time of a large table, and what is put
    in order is not the whole row. The value in capitals is a subquery, or it would be made for each row.
    """
    paths = list(dict.fromkeys(each.path for each in asked.order))
    every, sought = compiled(rows.order_by().values_list(*paths))
    names = {path: f"key{place}" for place, path in enumerate(paths)}
    order = ", ".join(
        f"{_PAGE}.{names[each.path]} {'DESC' if each.descending else 'ASC'}" for each in asked.order
    )
    count: Any = RawSQL(f"SELECT COUNT(*) FROM {_FOUND}", ())  # noqa: S611 - names of ours
    every_row = asked.reach.model._base_manager.using(rows.db)
    whole = with_confirmation(every_row, sign_in).annotate(**{_COUNT: count})
    statement, values = compiled(whole.order_by().values_list(*selection.selected))
    if (sought, values) != (params, confirming_values(rows.db, sign_in)):
        return None
    if len(statement.expressions) != len(selection.selected):
        return None
    found = every.sql.replace(_UPPER, f"(SELECT {_UPPER})")
    model, quoted = asked.reach.model, connections[rows.db].ops.quote_name
    key = f"{quoted(model._meta.db_table)}.{quoted(str(model._meta.pk.column))}"
    own = names[asked.reach.shape.key.attname]
    return replace(
        statement,
        sql=f"WITH {_FOUND} ({', '.join(names.values())}) AS MATERIALIZED ({found}), "
        f"{_PAGE} AS (SELECT * FROM {_FOUND} {_PAGE} ORDER BY {order}",
        # They come in the order of the page, which the database knows: nothing is sorted again.
        rest=f") {statement.sql} JOIN {_PAGE} ON {key} = {_PAGE}.{own} ORDER BY {order}",
    )


def _is_once(values: Sequence[Any], *, any_case: bool) -> bool:
    """Tell whether the rows are best looked through once; see `_once`."""
    return any_case and not any(map(_is_beginning, values))


def _is_beginning(value: object) -> bool:
    """Tell whether text is to begin so: an index of the site's own may find that, if the value is seen."""
    return isinstance(value, str) and value.endswith("%") and not value.startswith("%")


def _counted(asked: Asked, rows: QuerySet[Model], sign_in: SignIn | None = None) -> QuerySet[Model]:
    """Return the rows in their order, each with how many there are as a column."""
    every = Func(F("pk"), function="COUNT", output_field=IntegerField())
    count = Subquery(rows.order_by().annotate(**{_COUNT: every}).values(_COUNT))
    counted: QuerySet[Model] = with_confirmation(rows, sign_in).annotate(**{_COUNT: count})
    return counted.order_by(*(key.spelled for key in asked.order))
