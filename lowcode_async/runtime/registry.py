"""The one generation that a process serves, and how it follows the database.

Reading is one reference, without a lock. Building is done by one thread at a time, which reads the
number first and the rows after it: what changes in between makes the set newer than it claims, never
older, and the next look puts that right.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.db import connections, models, router
from django.db.models import F

from lowcode_async.definitions.model import ModelDefinition
from lowcode_async.models import Counter, SchemaVersion
from lowcode_async.runtime.building import Generation, build
from lowcode_async.runtime.signals import generation_swapped
from lowcode_async.runtime.site_deletion import delete_along, watch

log = logging.getLogger(__name__)


class _Scope:
    """Something with a beginning and an end (a request) that keeps the generation it met first.

    Threads and tasks of one request share the object, since a context is copied with references.
    """

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[str, Generation] = {}

    @property
    def generation(self) -> Generation | None:
        return self._kept.get("generation")

    def keep(self, generation: Generation) -> Generation:
        """Keep this one, unless another thread was first; return the one that is kept."""
        return self._kept.setdefault("generation", generation)

    def replace(self, generation: Generation) -> Generation:
        """Keep this one from now on."""
        self._kept["generation"] = generation
        return generation


_scope: Final[ContextVar[_Scope | None]] = ContextVar("lowcode_scope", default=None)
_uncommitted: Final[ContextVar[Generation | None]] = ContextVar("lowcode_uncommitted", default=None)


class Registry:
    """Holds the generation that is served, and swaps it when the database has a newer one."""

    def __init__(self, *, blank_row: Callable[[str], models.Model]) -> None:
        self._blank_row = blank_row
        self._building = threading.Lock()
        self._served: Generation | None = None
        self._watched: set[type[models.Model]] = set()

    @property
    def served(self) -> Generation | None:
        """What is served now, without a look at the database; None before the first look."""
        return self._served

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Keep, within this block, the first generation that is asked for; touches no database."""
        outer = _scope.get()
        if outer is None:
            _scope.set(_Scope())
        try:
            yield
        finally:
            # Not reset by a token: asgiref carries values, not tokens, from thread to thread.
            _scope.set(outer)

    def kept(self) -> Generation | None:
        """Return the generation that the surrounding scope keeps, if any."""
        scope = _scope.get()
        return scope.generation if scope is not None else None

    def get(self) -> Generation:
        """Return the scope's generation, or else what the database says now."""
        kept = self.kept()
        if kept is not None:
            return kept
        generation = self.look()
        scope = _scope.get()
        return generation if scope is None else scope.keep(generation)

    def begin(self) -> None:
        """Let the surrounding scope, if it keeps none, keep what is served, without a look."""
        scope, served = _scope.get(), self._served
        if scope is not None and served is not None:
            scope.keep(served)

    def renew(self) -> Generation:
        """Let the surrounding scope, if any, go over to what the database says now."""
        generation = self.look()
        scope = _scope.get()
        return generation if scope is None else scope.replace(generation)

    def newest_number(self) -> int:
        """Return the number that the database has now; nothing is built."""
        return _number(router.db_for_write(Counter))

    def look(self) -> Generation:
        """Ask the database for the number (one query by primary key); swap if it is another.

        Raises:
            SynchronousOnlyOperation: called in an event loop.
            DatabaseError: the database, or the tables of this app, are out of reach.
        """
        using = router.db_for_write(Counter)
        number = _number(using)
        served = self._served
        if served is not None and served.number == number:
            return served
        if connections[using].in_atomic_block:
            return self._look_within(number, using)
        return self._swap(using)

    def watch(self, targets: Iterable[type[models.Model]]) -> None:
        """Hear of deletions of these models of the site, for the live rows that point at theirs."""
        if new := set(targets) - self._watched:
            watch(new, self._site_row_goes)
            self._watched |= new

    def _site_row_goes(self, instance: models.Model, using: str, **_: object) -> None:
        delete_along(self.look(), instance, using=using)

    def forget(self) -> None:
        """Serve nothing until the next look."""
        self._served = None
        _uncommitted.set(None)

    def _swap(self, using: str) -> Generation:
        with self._building:
            number = _number(using)
            former = self._served
            if former is not None and former.number == number:
                return former
            built = self._build(number, _definitions(using))
            self.watch(built.links_to_site)
            self._served = built
        generation_swapped.send_robust(sender=Generation, generation=built, former=former)
        return built

    def _look_within(self, number: int, using: str) -> Generation:
        """Return what this transaction sees, which is not for others: it may be rolled back.

        After a rollback the same number may come again with other definitions, so they are read
        and compared each time.
        """
        definitions = _definitions(using)
        known = _uncommitted.get()
        if known is None or known.number != number or known.definitions != definitions:
            known = self._build(number, definitions)
            _uncommitted.set(known)
        return known

    def _build(self, number: int, definitions: dict[str, ModelDefinition]) -> Generation:
        began = time.perf_counter()
        built = build(number, definitions, blank_row=self._blank_row)
        log.info(
            "generation built number=%s models=%s ms=%.1f",
            number,
            len(built.models),
            1000 * (time.perf_counter() - began),
        )
        return built


def _number(using: str) -> int:
    """Read the number; as plain SQL, which every request that uses a live model waits for."""
    quoted = connections[using].ops.quote_name
    table = quoted(Counter._meta.db_table)
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT {quoted('value')} FROM {table} WHERE {quoted('name')} = %s",
            [Counter.Name.GENERATION.value],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _definitions(using: str) -> dict[str, ModelDefinition]:
    """Return the definitions in force, by name: one statement, so that they fit together."""
    in_force = SchemaVersion.objects.using(using).filter(number=F("model__version"))
    stored = in_force.order_by("model__name_lower").values_list("definition", flat=True)
    parsed = (ModelDefinition.from_json(each) for each in stored)
    return {each.name: each for each in parsed if not each.deleted}
