"""Models written in Python that the site gives to the data API, beside the live ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeVar, overload

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.signals import post_delete, post_save

from lowcode_async.definitions.names import MAX_MODEL_NAME, name_fault
from lowcode_async.runtime.changes import ChangeKind, change_of, tell
from lowcode_async.runtime.generation import live_names, watch
from lowcode_async.sentences import sentence

M = TypeVar("M", bound=type[models.Model])


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One model of the site's, as it was registered."""

    name: str
    model: type[models.Model]
    related: tuple[str, ...]
    """What its ``to_dict`` reads of other rows, beyond those that its own fields lead to."""


_KINDS: Final = {
    None: ChangeKind.DELETED,
    True: ChangeKind.CREATED,
    False: ChangeKind.CHANGED,
}
"""What a signal tells, by its ``created``: that of deletions has none."""
_ONCE: Final = "lowcode_async.registered"
_lock: Final = threading.Lock()
_registered: Final[dict[str, Registered]] = {}


@overload
def register(model: M, *, name: str | None = None, related: Iterable[str] = ()) -> M: ...


@overload
def register(
    model: None = None, *, name: str | None = None, related: Iterable[str] = ()
) -> Callable[[M], M]: ...


def register(
    model: M | None = None, *, name: str | None = None, related: Iterable[str] = ()
) -> M | Callable[[M], M]:
    """Give a model written in Python to the data API, with its reserved fields and its ``to_dict``.

    As a decorator, ``@register`` or ``@register(name="Template")``, above a class in ``models.py``;
    or called with a class from anywhere else, in ``AppConfig.ready``.

    Args:
        model: the class; not abstract.
        name: what callers of the API know it by; the name of the class unless given.
        related: what ``to_dict`` reads of other rows, as ``select_related`` and ``prefetch_related``
            spell it (``"subtask__template"``). Rows that the model's own relations lead to are
            loaded anyway.

    Returns:
        The class, as it was.

    Raises:
        ImproperlyConfigured: it cannot be registered under this name.
    """
    if model is None:
        return lambda given: register(given, name=name, related=related)
    _add(Registered(name=name or model.__name__, model=model, related=tuple(related)))
    return model


def registered() -> Mapping[str, Registered]:
    """Return what the site has registered so far, by name."""
    return MappingProxyType(_registered.copy())


def unregister(name: str) -> None:
    """Take a model back from the data API; for tests.

    Raises:
        KeyError: none is registered under this name.
    """
    with _lock:
        del _registered[name]


def _add(given: Registered) -> None:
    with _lock:
        _refuse_impossible(given)
        _registered[given.name] = given
    if apps.models_ready:
        connect(given)


def connect_all() -> None:
    """Connect what was registered before Django had all models."""
    for each in registered().values():
        connect(each)


def connect(given: Registered) -> None:
    """Hear of what happens to a model's rows."""
    watch(given.model)
    for signal in (post_save, post_delete):
        signal.connect(_row_changed, sender=given.model, dispatch_uid=_ONCE)


def _row_changed(
    sender: type[models.Model],
    instance: models.Model,
    using: str,
    created: bool | None = None,  # noqa: FBT001 - what Django sends
    **_: object,
) -> None:
    """Tell of a row under every name that its model is registered by."""
    kind = _KINDS[created]
    for each in registered().values():
        if each.model is sender:
            tell(change_of(instance, kind, name=each.name), using=using)


def _refuse_impossible(given: Registered) -> None:
    label = given.model._meta.label
    if given.model._meta.abstract:
        raise ImproperlyConfigured(f"{label} is abstract and cannot be registered")
    if fault := name_fault(given.name):
        raise ImproperlyConfigured(f"{label} cannot be registered: {sentence(*fault, 'en')}")
    if len(given.name) > MAX_MODEL_NAME:
        raise ImproperlyConfigured(f"{label}: the name {given.name} is too long")
    lower = given.name.lower()
    if any(each.lower() == lower for each in live_names()):
        raise ImproperlyConfigured(f"{label}: there is a live model named {given.name}")
    other = next((each for each in _registered.values() if each.name.lower() == lower), None)
    # A model that is defined anew, as autoreloaders and notebooks do, takes its own place.
    if other is not None and other.model._meta.label != label:
        raise ImproperlyConfigured(
            f"{label}: {other.model._meta.label} is registered as {other.name}"
        )
