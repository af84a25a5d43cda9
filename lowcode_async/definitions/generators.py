"""Values that are made anew for each row: what ``"default": "uuid4"`` and its like name.

Each is a callable at module level, so that Django can write it into a migration by its path.
"""

from __future__ import annotations

import copy
import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.conf import settings
from django.utils import timezone
from django.utils.deconstruct import deconstructible

from lowcode_async.sentences import JSON


def uuid4() -> uuid.UUID:
    """Return a random UUID."""
    return uuid.uuid4()


def now() -> dt.datetime:
    """Return this moment: aware if ``USE_TZ``, else naive in local time."""
    return timezone.now()


def today() -> dt.date:
    """Return the date of this moment in the active time zone."""
    moment = timezone.now()
    return (timezone.localtime(moment) if settings.USE_TZ else moment).date()


def time_now() -> dt.time:
    """Return the time of day of this moment in the active time zone, naive as a `TimeField` is.

    `now` would not do for a `TimeField`: it would store the time of day of UTC.
    """
    moment = timezone.now()
    return (timezone.localtime(moment) if settings.USE_TZ else moment).time()


@deconstructible(path="lowcode_async.definitions.generators.JSONCopy")
class JSONCopy:
    """A fresh copy of one list or object for each row, as the default of a `JSONField`.

    Two of the same value are equal, so that Django sees no change where there is none.
    """

    def __init__(self, value: JSON) -> None:
        self.value = value

    def __call__(self) -> JSON:
        """Return a new copy."""
        return copy.deepcopy(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JSONCopy) and self.value == other.value

    def __hash__(self) -> int:
        return hash(repr(self.value))


GENERATORS: Mapping[str, Mapping[str, Callable[[], object]]] = MappingProxyType(
    {
        "UUIDField": MappingProxyType({"uuid4": uuid4}),
        "DateTimeField": MappingProxyType({"now": now}),
        "DateField": MappingProxyType({"today": today}),
        "TimeField": MappingProxyType({"now": time_now}),
    }
)
"""By type, what each name of a generator stands for."""
