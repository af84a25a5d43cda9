"""How far a stage is can be read while it runs, and no longer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db.migrations import RunPython

from lowcode_async import register_data_migration
from lowcode_async.models import Upgrade
from lowcode_async.planning.registered import unregister_operation
from lowcode_async.upgrades.reading import describe
from tests.integration.upgrades.conftest import Posted

PATIENCE = 60.0
NAME = {"name": "name", "type": "CharField", "max_length": 100}
BODY: dict[str, Any] = {"model_name": "Person", "fields": [NAME], "operations": {"after": ["wait"]}}

may_go_on = threading.Event()


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    may_go_on.clear()

    @register_data_migration("wait", reverse=RunPython.noop)
    def wait(apps: Any, schema_editor: Any) -> None:
        assert may_go_on.wait(PATIENCE)

    yield
    may_go_on.set()
    unregister_operation("wait")


async def test_what_a_stage_is_at_is_read_until_it_is_over(posted: Posted) -> None:
    under_way = asyncio.create_task(posted(BODY))
    async with asyncio.timeout(PATIENCE):
        while "wait" not in ((progress := await newest()) or {}).get("operation", ""):
            assert not under_way.done()
    may_go_on.set()
    upgrade, _ = await under_way
    assert progress is not None
    assert progress["stage"] == "migrate"
    assert 0 <= progress["percent"] < 100
    assert upgrade.state == Upgrade.State.SUCCEEDED
    assert await newest() is None


@sync_to_async
def newest() -> dict[str, Any] | None:
    """Return the progress of the one upgrade that there is."""
    upgrade = Upgrade.objects.first()
    progress: dict[str, Any] | None = describe(upgrade)["progress"] if upgrade else None
    return progress
