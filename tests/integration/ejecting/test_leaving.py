"""Django takes the ejected app for the tables there are, and builds the same ones from nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from lowcode_async import get_model, get_models
from tests.databases import pointed_at
from tests.integration.ejecting.leaving import Leaver, looks, make_models, make_rows
from tests.integration.ejecting.rows import seen

ROWS = Path(__file__).with_name("rows.py")


def eject(leaver: Leaver) -> None:
    call_command("lowcode_eject", app=leaver.app, output=leaver.folder, verbosity=0)


def test_the_app_goes_on_with_the_tables_and_their_rows(leaver: Leaver) -> None:
    make_models()
    make_rows()
    live, tables = seen(get_models()), looks()
    eject(leaver)
    leaver.settle(connection.settings_dict)
    connection.close()

    assert "0001_initial... FAKED" in leaver.manage("migrate", "--fake", leaver.app)
    leaver.manage("makemigrations", "--check", "--dry-run")
    assert json.loads(leaver.python(str(ROWS), leaver.app)) == json.loads(json.dumps(live))

    assert looks() == tables
    product = get_model("Product")
    first, new = product.objects.get(name="一"), product.objects.get(name="written")
    assert first.data == {"changed": True}
    assert (new.shop, new.parent, new.create_user) == (first.shop, first, first.create_user)
    assert [new.sold.get(), new.users.get()] == [first.shop, first.create_user]


def test_the_app_builds_the_same_tables_from_nothing(
    leaver: Leaver, empty_database: dict[str, Any]
) -> None:
    make_models()
    tables = looks()
    assert len(tables) == 10
    eject(leaver)
    leaver.settle(empty_database)
    leaver.manage("migrate")
    leaver.manage("makemigrations", "--check", "--dry-run")
    with pointed_at(empty_database):
        assert looks() == tables
