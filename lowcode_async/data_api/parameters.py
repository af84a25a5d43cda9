"""What stands behind the question mark of an address: every parameter is understood, or refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, QueryDict

from lowcode_async.data_api import filters
from lowcode_async.data_api.asked import Asked, View
from lowcode_async.data_api.columns import Column, Link, wrong_value
from lowcode_async.data_api.filters import NoSuchField, ProjectMissing
from lowcode_async.data_api.history import field_unknown
from lowcode_async.data_api.lookups import LookupUnknown
from lowcode_async.data_api.ordering import OrderKey, default_order, order_keys
from lowcode_async.data_api.page_numbers import LAST_PAGE, Place, page_sizes, whole_number
from lowcode_async.data_api.reach import Deleted, Reach
from lowcode_async.data_api.shapes import shape_of
from lowcode_async.data_api.texts import to_flag, to_list, to_sought
from lowcode_async.definitions.constants.base import ConstantInvalid
from lowcode_async.definitions.kinds import shown, storable
from lowcode_async.errors import Problem
from lowcode_async.rest.errors import RequestInvalid
from lowcode_async.runtime import Published

PROJECT_HEADER: Final = "X-Project"
ROW: Final = frozenset({"fields", "expand"})
"""Parameters that say how rows look."""
LIST: Final = frozenset({"search", "ordering"})
"""Parameters that say which rows, beside filters."""
PAGES: Final = frozenset({"page", "page_size", "cursor"})
_CONDITIONS: Final = 200
"""Filters and words of a search that one request may have; SQLite ends at 1000, and calls that an error."""


class Reading:
    """Reads the parameters of one request, and collects what is wrong with them."""

    def __init__(self, request: HttpRequest, published: Published) -> None:
        self.given: QueryDict = request.GET
        self.problems: list[Problem] = []
        self.reach = Reach(published=published, shape=shape_of(published.model))
        self._header = request.headers.get(PROJECT_HEADER)

    def add(self, code: str, parameter: str, **params: Any) -> None:
        """Note a problem."""
        told = {"parameter": shown(parameter), **params}
        self.problems.append(Problem(pointer="", code=code, params=told))

    def one(self, name: str) -> str | None:
        """Return the value of a parameter that may stand there once."""
        values = self.given.getlist(name)
        if len(values) > 1:
            self.add("parameter_twice", name)
        return values[0] if values else None

    def number(self, name: str, *, default: int, maximum: int) -> int:
        """Return a whole number from 1 on."""
        text = self.one(name)
        found = default if text is None else whole_number(text, maximum)
        if found is None:
            self.add("parameter_out_of_range", name, maximum=maximum)
        return found or default

    def place(self) -> Place:
        """Find out which page is asked for."""
        default, maximum = page_sizes()
        return Place(
            page=self.number("page", default=1, maximum=LAST_PAGE),
            size=self.number("page_size", default=default, maximum=maximum),
        )

    def flag(self, name: str) -> bool:
        """Return a flag; it is false if it is absent."""
        text = self.one(name)
        return text is not None and bool(self.value(name, lambda: to_flag(text)))

    def value(self, parameter: str, read: Callable[[], Any]) -> Any:
        """Return what `read` returns; None if it is wrong, which is noted."""
        try:
            return read()
        except ConstantInvalid as error:
            self.add_wrong(parameter, error)
        except ValidationError as error:
            detail = " ".join(error.messages)
            self.add_wrong(parameter, ConstantInvalid("field_invalid", detail=detail))
        except NoSuchField as error:
            problem = field_unknown(self.reach.published, error.name, pointer="")
            params = {"parameter": shown(parameter), **problem.params}
            self.problems.append(replace(problem, params=params))
        except ProjectMissing as error:
            self.add("project_missing_related", parameter, field=error.field)
        except LookupUnknown as error:
            self.add("lookup_unknown", parameter, lookup=shown(error.name), known=[*error.known])
        return None

    def add_wrong(self, parameter: str, error: ConstantInvalid) -> None:
        """Note a value that a parameter cannot have."""
        problem = wrong_value(error, field=shown(parameter), pointer="")
        params = {"parameter": shown(parameter), **problem.params}
        self.problems.append(replace(problem, params=params))

    def set_project(self) -> None:
        """Find out which project is requested, by parameter or by header."""
        column = self.reach.shape.projects
        text = self.one("project") if column is not None else None
        if text is None:
            text = self._header if column is not None else None
        elif self._header is not None and self._header != text:
            self.add("project_twice", "project", header=PROJECT_HEADER)
        if column is not None and text is not None:
            project = self.value("project", lambda: to_sought(column, text))
            self.reach = replace(self.reach, project=project)
        elif self.reach.shape.confined:
            self.add("project_missing", "project", header=PROJECT_HEADER)

    def set_deleted(self) -> None:
        """Find out whether rows that are marked as deleted count."""
        text = self.one("deleted") if self.reach.shape.marks_deleted else None
        if text in (None, *Deleted):
            self.reach = replace(self.reach, deleted=Deleted(text or Deleted.WITHOUT))
        else:
            self.add("parameter_not_one_of", "deleted", allowed=[*Deleted])

    def view(self) -> View:
        """Find out how rows are to look."""
        return View(names=self._names(), expanded=self._expanded())

    def condition(self, known: frozenset[str]) -> Q:
        """Find out which rows are asked for, by all parameters that are not `known`."""
        found = Q()
        for name in self.given:
            if name in known:
                continue
            for text in self.given.getlist(name):
                found.add(self._filter(name, text) or Q(), Q.AND)
        words = self.one("search")
        if words is not None:
            found.add(self._search(words) or Q(), Q.AND)
        if len(found.children) > _CONDITIONS:
            self.add("conditions_too_many", "", count=len(found.children), limit=_CONDITIONS)
        return found

    def _filter(self, name: str, text: str) -> Q | None:
        if not storable(text):
            self.add_wrong(name, ConstantInvalid("value_unstorable"))
            return None
        found: Q | None = self.value(name, lambda: filters.condition(self.reach, name, text))
        return found

    def _search(self, text: str) -> Q | None:
        if not storable(text):
            self.add_wrong("search", ConstantInvalid("value_unstorable"))
            return None
        found = filters.search(self.reach, text)
        if found is None:
            self.add("search_impossible", "search")
        return found

    def order(self) -> tuple[OrderKey, ...]:
        """Find out in which order the rows are asked for; their key comes last."""
        text = self.one("ordering")
        if text is None:
            return default_order(self.reach)
        names = to_list(text)
        found: Sequence[OrderKey | None] = [
            self.value("ordering", lambda name=name: order_keys(self.reach, name))  # type: ignore[misc]
            for name in names
        ]
        return default_order(self.reach, [each for each in found if each is not None])

    def refuse_unknown(self, known: frozenset[str]) -> None:
        """Note every parameter that is not `known`, where there are no filters."""
        for name in self.given:
            if name not in known:
                self.add("parameter_unknown", name, known=sorted(known))

    def _names(self) -> tuple[str, ...]:
        text = self.one("fields")
        if text is None:
            return ()
        names = tuple(dict.fromkeys(each.strip() for each in to_list(text)))
        if self.reach.published.to_dict is None:
            for name in names:
                self.value("fields", lambda name=name: _exact(self.reach, name))  # type: ignore[misc]
        return names

    def _expanded(self) -> tuple[Column | Link, ...]:
        text = self.one("expand")
        if text is None:
            return ()
        if self.reach.published.to_dict is not None:
            self.add("expand_impossible", "expand")
            return ()
        found = []
        for name in dict.fromkeys(each.strip() for each in to_list(text)):
            relation = self.value("expand", lambda name=name: _relation(self.reach, name))  # type: ignore[misc]
            if relation is not None and relation.related is None:
                self.add("expand_no_relation", "expand", field=name)
            elif relation is not None:
                found.append(relation)
        return tuple(found)


def _exact(reach: Reach, name: str) -> Column | Link:
    found = reach.shape.columns.get(name) or reach.shape.links.get(name)
    if found is None:
        raise NoSuchField(name)
    return found


def _relation(reach: Reach, name: str) -> Column | Link:
    found = _exact(reach, name)
    if found.related is not None and shape_of(found.related).confined and reach.project is None:
        raise ProjectMissing(name)
    return found


def read_row(
    request: HttpRequest,
    published: Published,
    *,
    flags: frozenset[str] = frozenset(),
    others: frozenset[str] = frozenset(),
    viewed: bool = True,
) -> Asked:
    """Read the parameters of a request about rows that it names itself.

    Args:
        request: the request.
        published: the model.
        flags: the switches that it may have.
        others: what the caller reads itself.
        viewed: whether it may say how rows look.

    Raises:
        RequestInvalid: all that is wrong with them.
    """
    reading = Reading(request, published)
    reading.set_project()
    reading.set_deleted()
    known = _known(reading.reach, flags | others | (ROW if viewed else frozenset()))
    reading.refuse_unknown(known)
    return _asked(reading, condition=Q(), order=(), flags=flags)


def read_list(
    request: HttpRequest,
    published: Published,
    *,
    paged: bool = True,
    flags: frozenset[str] = frozenset(),
    others: frozenset[str] = frozenset(),
) -> Asked:
    """Read the parameters of a request for a list of rows; `others` are read by the caller.

    Raises:
        RequestInvalid: all that is wrong with them.
    """
    reading = Reading(request, published)
    reading.set_project()
    reading.set_deleted()
    known = _known(reading.reach, flags | others | ROW | LIST | (PAGES if paged else frozenset()))
    condition = reading.condition(known)
    return _asked(reading, condition=condition, order=reading.order(), flags=flags, paged=paged)


def _known(reach: Reach, names: frozenset[str]) -> frozenset[str]:
    if reach.shape.marks_deleted:
        names |= {"deleted"}
    if reach.shape.projects is not None:
        names |= {"project"}
    return names


def _asked(
    reading: Reading,
    *,
    condition: Q,
    order: tuple[OrderKey, ...],
    flags: frozenset[str],
    paged: bool = False,
) -> Asked:
    asked = Asked(
        view=reading.view(),
        condition=condition,
        order=order,
        place=reading.place() if paged else Place(),
        cursor=reading.one("cursor") if paged else None,
        flags=frozenset(each for each in flags if reading.flag(each)),
        reach=reading.reach,
    )
    if asked.cursor is not None and "page" in reading.given:
        reading.add("page_and_cursor", "cursor")
    if reading.problems:
        raise RequestInvalid(reading.problems)
    return asked
