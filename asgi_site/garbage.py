"""When Python looks for garbage while the site starts: hardly ever, as nothing that is imported is any."""

from __future__ import annotations

import gc
from typing import Final

_USUAL: Final = gc.get_threshold()
_HARDLY_EVER: Final = 100_000
"""Objects made and not freed again. Not never: without the app that says when all is there it stays so."""


def put_off() -> None:
    """Look hardly ever from now on."""
    gc.set_threshold(_HARDLY_EVER, *_USUAL[1:])


def look_as_usual() -> None:
    """Look as often as ever again, but not among what is there."""
    gc.freeze()
    gc.set_threshold(*_USUAL)
