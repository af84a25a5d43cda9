"""Create, change and delete many rows, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpResponseBase
from rest_framework.request import Request

from lowcode_async import conf
from lowcode_async.data_api import moving
from lowcode_async.data_api.asked import Asked
from lowcode_async.data_api.base import DataView, answer, plain
from lowcode_async.data_api.bodies import Values, read_changes, read_new
from lowcode_async.data_api.columns import wrong_value
from lowcode_async.data_api.many import Draft, insert, problems_of_many
from lowcode_async.data_api.parameters import read_row
from lowcode_async.data_api.reading import Row, find
from lowcode_async.data_api.wire import to_json
from lowcode_async.data_api.writing import Writer
from lowcode_async.definitions.constants.base import ConstantInvalid
from lowcode_async.definitions.kinds import shown
from lowcode_async.errors import Problem
from lowcode_async.rest.errors import RequestInvalid
from lowcode_async.runtime import Published
from lowcode_async.sentences import JSON

_PARTS: Final = ("create", "update", "delete")


class Batch(DataView):
    """POST: change many rows in one transaction."""

    http_method_names = ["post"]

    def post(self, request: Request, name: str) -> HttpResponseBase:
        """Answer what was created, updated and deleted."""

        def work(published: Published) -> HttpResponseBase:
            asked = read_row(plain(request), published)
            parts = _parts(self.body())
            carried = _Carrying(self.writer(asked))
            carried.delete(parts["delete"])
            changed = carried.change(parts["update"])
            made = carried.create(parts["create"])
            if carried.problems:
                raise RequestInvalid(carried.problems)
            body = {
                "created": _told(asked, made),
                "updated": _told(asked, changed),
                "deleted": parts["delete"],
            }
            return answer(request, to_json(body))

        return moving.write(name, work)


def _parts(body: JSON) -> dict[str, list[JSON]]:
    """Return the lists in the body.

    Raises:
        RequestInvalid: it is not of this shape, or too long.
    """
    if not isinstance(body, dict):
        raise RequestInvalid([Problem(pointer="", code="body_not_an_object")])
    problems = [
        Problem(pointer=f"/{shown(key)}", code="key_unknown", params={"key": shown(key)})
        for key in body
        if key not in _PARTS
    ]
    problems += [
        Problem(pointer=f"/{key}", code="batch_not_a_list", params={"key": key})
        for key in _PARTS
        if not isinstance(body.get(key, []), list)
    ]
    if problems:
        raise RequestInvalid(problems)
    parts: dict[str, list[JSON]] = {key: body.get(key, []) for key in _PARTS}
    limit = conf.current().data_batch_limit
    if sum(map(len, parts.values())) > limit:
        raise RequestInvalid([Problem(pointer="", code="batch_too_long", params={"limit": limit})])
    return parts


class _Carrying:
    """Carries the parts of a batch out, one after another, and collects what is wrong."""

    def __init__(self, writer: Writer) -> None:
        self.problems: list[Problem] = []
        self._writer = writer
        self._reach = writer.reach
        self._seen: set[Any] = set()

    def delete(self, keys: Sequence[JSON]) -> None:
        """Delete rows, or mark them as deleted."""
        for row in self._locked([(key, f"/delete/{i}") for i, key in enumerate(keys)]):
            if row is not None:
                self._writer.delete(row)

    def change(self, bodies: Sequence[JSON]) -> list[Model]:
        """Change rows, each of which names itself by its key."""
        name = self._reach.shape.key.name
        named = [
            (body, f"/update/{i}")
            for i, body in enumerate(bodies)
            if self._names_row(body, f"/update/{i}")
        ]
        rows = self._locked([(body[name], f"{pointer}/{name}") for body, pointer in named])
        drafts = [
            self._changed(row, body, pointer)
            for row, (body, pointer) in zip(rows, named, strict=True)
            if row is not None
        ]
        self.problems += problems_of_many(self._reach, drafts)
        if self.problems:
            return []
        for draft in drafts:
            names = [*draft.values.columns, *self._writer.stamp(draft.row, new=False)]
            if names:
                draft.row.save(update_fields=names)
            self._writer.link(draft.row, draft.values)
        return [draft.row for draft in drafts]

    def create(self, bodies: Sequence[JSON]) -> list[Model]:
        """Insert rows."""
        drafts = [
            self._new(read_new(self._reach, body, pointer=f"/create/{i}"), f"/create/{i}")
            for i, body in enumerate(bodies)
        ]
        self.problems += problems_of_many(self._reach, drafts)
        if self.problems:
            return []
        self.problems += insert(self._writer, drafts)
        return [draft.row for draft in drafts]

    def _new(self, values: Values, pointer: str) -> Draft:
        return Draft(row=self._writer.new(values), values=values, pointer=pointer)

    def _changed(self, row: Model, body: JSON, pointer: str) -> Draft:
        values = read_changes(self._reach, body, row, pointer=pointer)
        self._writer.set(row, values)
        return Draft(row=row, values=values, pointer=pointer)

    def _names_row(self, body: JSON, pointer: str) -> bool:
        """Tell whether the body of a change has a key; note a problem if not."""
        name = self._reach.shape.key.name
        if not isinstance(body, dict):
            self.problems.append(Problem(pointer=pointer, code="body_not_an_object"))
        elif name not in body:
            at, told = f"{pointer}/{name}", {"field": name}
            self.problems.append(Problem(pointer=at, code="field_missing", params=told))
        else:
            return True
        return False

    def _locked(self, wanted: Sequence[tuple[JSON, str]]) -> list[Model | None]:
        """Return the rows of these keys, locked; None and a problem for each that is not there."""
        keys = [self._key(value, pointer) for value, pointer in wanted]
        rows = self._reach.rows().filter(pk__in={key for key in keys if key is not None})
        found = {row.pk: row for row in rows.select_for_update().order_by("pk")}
        answers = []
        for key, (value, pointer) in zip(keys, wanted, strict=True):
            row = found.get(key)
            if row is None and key is not None:
                self._add(pointer, "row_not_found", value)
            elif row is not None and key in self._seen:
                self._add(pointer, "row_twice", value)
            self._seen.add(key)
            answers.append(row)
        return answers

    def _key(self, value: JSON, pointer: str) -> Any:
        """Return the key that a value stands for; None and a problem if it is none."""
        key = self._reach.shape.key
        params: dict[str, JSON] = {"field": key.name}
        try:
            if value is not None:
                return key.read(value)
            told = Problem(pointer=pointer, code="field_null", params=params)
        except ConstantInvalid as error:
            told = wrong_value(error, field=key.name, pointer=pointer)
        except ValidationError as error:
            params["detail"] = " ".join(error.messages)
            told = Problem(pointer=pointer, code="field_invalid", params=params)
        self.problems.append(told)
        return None

    def _add(self, pointer: str, code: str, value: JSON) -> None:
        told = {"model": self._reach.name, "key": shown(value)}
        self.problems.append(Problem(pointer=pointer, code=code, params=told))


def _told(asked: Asked, rows: Sequence[Model]) -> list[Row]:
    """Return rows as they look, in their order."""
    if not rows:
        return []
    keys = [row.pk for row in rows]
    within = asked.reach.rows().filter(pk__in=keys)
    found = find(asked.reach, within, asked.view, paths=["pk"])
    by_key = {key: row for row, (key,) in zip(found.rows, found.ends, strict=True)}
    return [by_key[key] for key in keys]
