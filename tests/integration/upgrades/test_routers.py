"""The site's routers are asked, and what they refuse is not touched."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import override_settings

from tests.integration.upgrades.conftest import Posted
from tests.integration.upgrades.test_beyond_fields import NAME

ASKED: list[tuple[str, str, str | None, bool]] = []


class Refusing:
    """Lets no secret model be changed, and sends those of the archive elsewhere."""

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return "archive" if model._meta.model_name == "old" else None

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool | None:
        if app_label == "dynamic":
            ASKED.append((db, app_label, model_name, "model" in hints))
        return False if app_label == "dynamic" and model_name == "secret" else None


@pytest.mark.parametrize(
    ("name", "code"), [("Secret", "router_refused"), ("Old", "database_unknown")]
)
async def test_what_a_router_refuses_is_not_touched(posted: Posted, name: str, code: str) -> None:
    ASKED.clear()
    with override_settings(DATABASE_ROUTERS=[Refusing()]):
        upgrade, _ = await posted({"model_name": name, "fields": [NAME]})
    assert (upgrade.state, upgrade.error_code) == ("failed", code)
    tables = await sync_to_async(_tables)()
    assert f"dynamic_{name.lower()}" not in tables
    if name == "Secret":
        assert ("default", "dynamic", "secret", True) in ASKED


def _tables() -> list[str]:
    return connection.introspection.table_names()
