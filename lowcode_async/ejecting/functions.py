"""The functions that the code of an ejected app needs, so that it needs nothing of this plugin."""

from __future__ import annotations

import copy
import types
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.utils import timezone

from lowcode_async.definitions import generators
from lowcode_async.definitions.generators import JSONCopy
from lowcode_async.definitions.values import MediaFolder

_DATE = '''
def {name}():
    """Return the date of this moment in the active time zone."""
    moment = timezone.now()
    return (timezone.localtime(moment) if settings.USE_TZ else moment).date()
'''
_TIME = '''
def {name}():
    """Return the time of day of this moment in the active time zone."""
    moment = timezone.now()
    return (timezone.localtime(moment) if settings.USE_TZ else moment).time()
'''
_JSON = '''
def {name}():
    """Return what {field} of a new {model} holds."""
    return {value!r}
'''
_FOLDER = '''
def {name}():
    """Return the folder whose files {field} of a {model} can name."""
    return os.path.join(settings.MEDIA_ROOT, {value!r})
'''
_CLOCK_IMPORTS = ("from django.conf import settings", "from django.utils import timezone")
_FOLDER_IMPORTS = ("import os", "from django.conf import settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function at the top of the ejected module."""

    source: str
    imports: tuple[str, ...]
    stand_in: Callable[[], object]
    """Does the same and has its name, so that Django writes the name into migrations."""


class Functions:
    """Collects the functions that one module needs, each once.

    Args:
        module: dotted path of the module they will stand in.
        taken: names that they must not have, since a class would hide them from what it holds.
    """

    def __init__(self, *, module: str, taken: Collection[str]) -> None:
        self.module = module
        self._taken = set(taken)
        self._made: dict[object, Function] = {}

    @property
    def made(self) -> tuple[Function, ...]:
        """The functions, in the order in which they were first needed."""
        return tuple(self._made.values())

    def for_default(self, model: str, field: str, default: Callable[[], object]) -> object:
        """Return what takes the place of a default that is a function of this plugin."""
        if default is generators.uuid4:
            return uuid.uuid4
        if default is generators.now:
            return timezone.now
        if default is generators.today:
            return self._function(default, "today", default, _DATE, imports=_CLOCK_IMPORTS)
        if default is generators.time_now:
            return self._function(default, "time_now", default, _TIME, imports=_CLOCK_IMPORTS)
        assert isinstance(default, JSONCopy), f"no source for {default!r}"
        return self._for_json(model, field, default)

    def for_folder(self, model: str, field: str, folder: MediaFolder) -> object:
        """Return what takes the place of a folder below ``MEDIA_ROOT``."""

        def look() -> str:
            return folder()

        name = f"{model.lower()}_{field}_folder"
        words = {"model": model, "field": field, "value": folder.path}
        return self._function((model, field), name, look, _FOLDER, imports=_FOLDER_IMPORTS, **words)

    def _for_json(self, model: str, field: str, default: JSONCopy) -> object:
        for empty in (dict, list):
            if default.value == empty() and empty.__name__ not in self._taken:
                return empty
        value = default.value

        def make() -> object:
            return copy.deepcopy(value)

        name = f"{model.lower()}_{field}_default"
        words = {"model": model, "field": field, "value": value}
        return self._function((model, field), name, make, _JSON, **words)

    def _function(
        self,
        key: object,
        name: str,
        original: Callable[[], object],
        template: str,
        *,
        imports: tuple[str, ...] = (),
        **words: object,
    ) -> object:
        if key not in self._made:
            name = self._free(name)
            stand_in = _twin(original, name=name, module=self.module)
            source = template.format(name=name, **words)
            self._made[key] = Function(source=source, imports=imports, stand_in=stand_in)
        return self._made[key].stand_in

    def _free(self, name: str) -> str:
        # No field and no model may end so: the name is nobody's.
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name


def _twin(original: Callable[[], object], *, name: str, module: str) -> Callable[[], object]:
    """Return a function that does what another does, under a name of its own."""
    assert isinstance(original, types.FunctionType)
    twin = types.FunctionType(
        original.__code__, original.__globals__, name, closure=original.__closure__
    )
    twin.__module__, twin.__qualname__ = module, name
    return twin
