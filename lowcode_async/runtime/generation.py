"""Live models for whoever uses them: by name, of the generation that is in force.

A caller outside of a request asks the database at each call (one small query) and so never meets a
former structure. A request, or a block in `pinned`, keeps the generation it met first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager

from asgiref.sync import sync_to_async
from django.db import models

from lowcode_async.errors import ModelNotFound
from lowcode_async.runtime.building import Generation
from lowcode_async.runtime.registry import Registry

__all__ = [
    "Generation",
    "aget_model",
    "aget_models",
    "apinned",
    "arefresh",
    "begin",
    "blank_row",
    "current",
    "forget",
    "generation_now",
    "get_model",
    "get_models",
    "live_names",
    "newest_number",
    "pinned",
    "refresh",
    "renew",
    "request_scope",
    "served_number",
    "watch",
]


def get_model(name: str) -> type[models.Model]:
    """Return the live model of exactly this name.

    Raises:
        ModelNotFound: there is none; `near` are names that look like it.
        SynchronousOnlyOperation: called in an event loop, outside of a block that has been pinned;
            use `aget_model` there.
    """
    return _registry.get().get_model(name)


def get_models() -> tuple[type[models.Model], ...]:
    """Return all live models, in the order of their names.

    Raises:
        SynchronousOnlyOperation: see `get_model`; use `aget_models`.
    """
    return tuple(_registry.get().models.values())


async def aget_model(name: str) -> type[models.Model]:
    """Return the live model of exactly this name; see `get_model`."""
    return (await _aget()).get_model(name)


async def aget_models() -> tuple[type[models.Model], ...]:
    """Return all live models, in the order of their names."""
    return tuple((await _aget()).models.values())


def generation_now() -> Generation:
    """Return the generation that `get_model` takes its models from.

    Raises:
        SynchronousOnlyOperation: see `get_model`.
    """
    return _registry.get()


def begin() -> None:
    """Let the surrounding scope, if it keeps none yet, keep what the process serves, unasked.

    For a request that asks for the newest number at its end, and begins again if it was another.
    """
    _registry.begin()


def renew() -> Generation:
    """Let the surrounding scope, if any, go over to what the database says now, and return that.

    For a request that met the end of the structure it began with, and begins again.
    """
    return _registry.renew()


def newest_number() -> int:
    """Return the number of the generation that the database has now."""
    return _registry.newest_number()


def live_names() -> tuple[str, ...]:
    """Return the names of the live models that the process knows of, without a look at the database."""
    return tuple(_registry.served.models) if _registry.served is not None else ()


def current() -> Generation:
    """Return the generation in force here, without a look at the database where there is one.

    That is the one the surrounding scope keeps, or else what the process serves.
    """
    return _registry.kept() or _registry.served or _registry.get()


def refresh() -> Generation:
    """Make the process serve what the database has now, and return it.

    Inside a transaction that has changed a definition, the process is left alone and what is
    returned is what the transaction sees. A scope keeps what it has.
    """
    return _registry.look()


async def arefresh() -> Generation:
    """Make the process serve what the database has now; see `refresh`."""
    return await sync_to_async(refresh)()


def served_number() -> int:
    """Return the number of the generation that the process serves; 0 before its first look."""
    served = _registry.served
    return 0 if served is None else served.number


def request_scope() -> AbstractContextManager[None]:
    """Keep, within this block, the first generation that is asked for.

    Costs nothing where no live model is used. Good in sync and async code; blocks may be nested, and
    the outermost counts.
    """
    return _registry.scope()


@contextmanager
def pinned() -> Iterator[Generation]:
    """Keep one generation within this block: the surrounding scope's, or else the newest."""
    with _registry.scope():
        yield _registry.get()


@asynccontextmanager
async def apinned() -> AsyncIterator[Generation]:
    """Keep one generation within this block; inside it `get_model` works in an event loop too."""
    with _registry.scope():
        yield await _aget()


def watch(*targets: type[models.Model]) -> None:
    """Enforce ``on_delete`` of live models for rows of these models of the site.

    Those that live models of the served generation point at are watched without being told.
    """
    _registry.watch(targets)


def forget() -> None:
    """Serve nothing until the next look, which builds from the rows.

    For tests that put another database in place: it may reach the same number with other models.
    """
    _registry.forget()


def blank_row(name: str) -> models.Model:
    """Return an empty row of a live model; pickled rows name this function.

    Raises:
        ModelNotFound: the model does not exist any more.
    """
    try:
        model = current().get_model(name)
    except ModelNotFound:
        model = _registry.look().get_model(name)
    row: models.Model = model.__new__(model)
    return row


async def _aget() -> Generation:
    return _registry.kept() or await sync_to_async(_registry.get)()


_registry = Registry(blank_row=blank_row)
