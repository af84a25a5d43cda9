"""Ways to make every process serve the new structure: one strategy a file."""

from __future__ import annotations

from lowcode_async.restarting.base import (
    Progress,
    RestartOutcome,
    RestartRequest,
    Strategy,
    Swap,
)
from lowcode_async.restarting.command import CommandStrategy
from lowcode_async.restarting.reexec import ReexecStrategy
from lowcode_async.restarting.reload import ReloadStrategy

__all__ = [
    "Progress",
    "RestartOutcome",
    "RestartRequest",
    "Strategy",
    "Swap",
    "get_strategy",
]


def get_strategy(name: str, *, swap: Swap) -> Strategy:
    """Return the strategy of this name.

    Args:
        name: the setting `restart_strategy`.
        swap: makes this process serve and report the newest generation.

    Raises:
        ValueError: there is no such strategy.
    """
    match name:
        case "reload":
            return ReloadStrategy(swap=swap)
        case "reexec":
            return ReexecStrategy(swap=swap)
        case "command":
            return CommandStrategy(swap=swap)
        case _:
            raise ValueError(f"no such restart strategy: {name!r}")
