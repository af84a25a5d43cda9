"""What is removed goes, with all that hangs on it, and only if nothing is lost unsaid."""

from __future__ import annotations

from lowcode_async.models import Upgrade
from tests.integration.upgrades.conftest import Upgraded

NAME = {"name": "name", "type": "CharField", "max_length": 20}
TAGS = {"name": "tags", "type": "ManyToManyField", "to": "Tag"}


async def test_an_empty_relation_can_be_removed(upgraded: Upgraded) -> None:
    await upgraded("Tag", NAME)
    await upgraded("Item", NAME, TAGS)
    upgrade, _ = await upgraded("Item", NAME)
    assert (upgrade.state, upgrade.error_code) == (Upgrade.State.SUCCEEDED, "")


async def test_an_empty_relation_without_constraints_can_be_removed(upgraded: Upgraded) -> None:
    await upgraded("Tag", NAME)
    await upgraded("Item", NAME, {**TAGS, "db_constraint": False})
    upgrade, _ = await upgraded("Item", NAME)
    assert (upgrade.state, upgrade.error_code) == (Upgrade.State.SUCCEEDED, "")
