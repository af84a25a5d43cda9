"""The event loop that Daphne serves on: uvloop's, where there is one; chosen by the import of this module.

Whoever is first installs Twisted's reactor, and Daphne, which is imported with its app, would do so
on asyncio's own loop. That is Python: where many ask at once, it takes a sixth of the processor's time
of a page of rows.
"""

from __future__ import annotations

import sys
from typing import Final

from twisted.internet import asyncioreactor

_REACTOR: Final = "twisted.internet.reactor"

try:
    import uvloop
except ImportError:  # not made for Windows
    pass
else:
    if _REACTOR not in sys.modules:
        asyncioreactor.install(uvloop.new_event_loop())  # type: ignore[no-untyped-call]
