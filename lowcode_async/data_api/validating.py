"""The model's own validation, with all that is wrong in one answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import Model

from lowcode_async.data_api.bodies import Values, escaped
from lowcode_async.data_api.reach import Reach
from lowcode_async.data_api.shapes import shape_of
from lowcode_async.data_api.wire import described, to_text
from lowcode_async.errors import Problem

_CODES: Final[Mapping[str, str]] = {"null": "field_null", "blank": "field_blank"}


def problems_of(reach: Reach, row: Model, values: Values, *, pointer: str = "") -> list[Problem]:
    """Return what is wrong with a row by its model's `full_clean`, and by whom it may point at.

    Args:
        reach: what the request can reach.
        row: a row that is about to be saved.
        values: what was given; fields that are known to be wrong are left alone.
        pointer: where the row stands in the body.
    """
    problems = list(_out_of_reach(reach, row, values.wrong, pointer))
    told = {str(each.params["field"]) for each in problems}
    try:
        _validate(row, wrong=values.wrong | told, given=values.columns)
    except ValidationError as error:
        problems += problems_of_error(reach, row, error, pointer)
    return problems


def _validate(row: Model, *, wrong: Collection[str], given: Collection[str]) -> None:
    """Do what `full_clean` does, and let empty fields pass that need not have a value."""
    empty = set(without_value(row, given))
    if type(row).full_clean is not Model.full_clean:
        row.full_clean(exclude={*wrong, *empty})
        return
    errors: dict[str, Any] = {}
    nulls = {name for name in empty if getattr(row, name, None) is None}
    steps: Sequence[tuple[Callable[[set[str]], None], set[str]]] = (
        (row.clean_fields, empty),
        (lambda _: row.clean(), empty),
        (row.validate_unique, nulls),
        (row.validate_constraints, nulls),
    )
    for step, left_out in steps:
        try:
            step({*wrong, *left_out, *errors})
        except ValidationError as error:
            errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


def problems_of_error(
    reach: Reach, row: Model, error: ValidationError, pointer: str
) -> list[Problem]:
    """Return what Django found wrong with a row."""
    return [_problem(reach, row, name, each, pointer) for name, each in _flat(error)]


def without_value(row: Model, given: Collection[str]) -> Iterator[str]:
    """Yield the empty fields for which Django's forms would want a value (`blank`), and we do not.

    That is NULL where NULL may be, and a default that is empty, where nothing else was `given`.
    """
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        value = value.name if isinstance(field, models.FileField) else value
        if (value is None and field.null) or (
            field.name not in given and field.has_default() and value in field.empty_values
        ):
            yield field.name


def _flat(error: ValidationError) -> Iterator[tuple[str, ValidationError]]:
    for name, errors in error.error_dict.items():
        for each in errors:
            yield name, each


def _problem(reach: Reach, row: Model, name: str, error: ValidationError, pointer: str) -> Problem:
    at = pointer if name == NON_FIELD_ERRORS else f"{pointer}/{escaped(name)}"
    code = str(error.code)
    params: dict[str, Any] = {"field": "" if name == NON_FIELD_ERRORS else name}
    given: dict[str, Any] = dict(error.params or {})
    if code in {"unique", "unique_together"}:
        fields = given.get("unique_check") or ((name,) if name in reach.shape.columns else ())
        return not_unique(reach, row, list(fields), at)
    column = reach.shape.columns.get(name)
    if code == "invalid" and column is not None and column.related is not None:
        return missing_row(at, name, column.value_of(row))
    if code == "invalid_choice" and column is not None:
        params["value"] = described(column.value_of(row))
        return Problem(pointer=at, code="field_choice", params=params)
    if code in _CODES:
        return Problem(pointer=at, code=_CODES[code], params=params)
    detail = " ".join(map(str, error.messages))
    if name == NON_FIELD_ERRORS:
        return Problem(pointer=at, code="row_invalid", params={"detail": detail})
    return Problem(pointer=at, code="field_invalid", params={**params, "detail": detail})


def missing_row(pointer: str, name: str, key: Any) -> Problem:
    """Return the problem of a relation to a row that is not there, or not within reach."""
    params = {"field": name, "key": described(key)}
    return Problem(pointer=pointer, code="field_row_missing", params=params)


def not_unique(reach: Reach, row: Model, fields: list[str], pointer: str) -> Problem:
    """Say that another row has these values; and which, if it is only marked as deleted."""
    known = {"fields": fields}
    columns = [reach.shape.columns[name] for name in fields if name in reach.shape.columns]
    if columns and reach.shape.marks_deleted:
        same = {column.attname: getattr(row, column.attname) for column in columns}
        marked = reach.model._base_manager.filter(**same, is_deleted=True).exclude(pk=row.pk)
        key = _reachable(reach, marked).values_list("pk", flat=True).first()
        if key is not None:
            params = {**known, "key": to_text(key)}
            return Problem(pointer=pointer, code="unique_marked", params=params)
    if len(fields) == 1:
        return Problem(pointer=pointer, code="field_not_unique", params={"field": fields[0]})
    return Problem(pointer=pointer, code="fields_not_unique", params=known)


def _reachable(reach: Reach, rows: models.QuerySet[Model]) -> models.QuerySet[Model]:
    """Keep to the requested project: the key of another one's row is nobody's business here."""
    if not reach.shape.confined:
        return rows
    return rows.filter(**{reach.shape.columns["project"].attname: reach.project})


def _out_of_reach(
    reach: Reach, row: Model, wrong: Collection[str], pointer: str
) -> Iterator[Problem]:
    """Yield relations to rows of other projects, or to such as are marked as deleted."""
    for column in reach.shape.columns.values():
        related = column.related
        if not related or column.name in wrong or column.name in reach.shape.reserved:
            continue
        other = shape_of(related)
        value = column.value_of(row)
        if value is None or not (other.marks_deleted or other.confined):
            continue
        target = other.columns[column.field.target_field.name]  # type: ignore[attr-defined]
        if not reach.related(related, target, [value]).exists():
            yield missing_row(f"{pointer}/{escaped(column.name)}", column.name, value)


def problems_of_links(reach: Reach, values: Values, *, pointer: str = "") -> list[Problem]:
    """Return the many-to-many relations that lead to rows which are not there, or out of reach."""
    problems = []
    for name, keys in values.links.items():
        link = reach.shape.links[name]
        found = set(
            reach.related(link.related, shape_of(link.related).key, keys).values_list(
                "pk", flat=True
            )
        )
        for index, key in enumerate(keys):
            if key not in found:
                problems.append(missing_row(f"{pointer}/{escaped(name)}/{index}", name, key))
    return problems
