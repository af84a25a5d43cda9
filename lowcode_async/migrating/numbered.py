"""What bears the number of an upgrade in its name, so that nobody has to remember whose it is."""

from __future__ import annotations

from uuid import UUID


def upgrade_in(name: str, prefix: str) -> UUID | None:
    """Return the upgrade whose number stands behind a prefix; None if somebody else gave the name."""
    number, _, _ = name.removeprefix(prefix).partition("_")
    try:
        return UUID(hex=number)
    except ValueError:
        return None
