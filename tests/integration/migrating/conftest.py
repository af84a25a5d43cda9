"""Databases whose statements can be counted."""

from __future__ import annotations

import pytest

from tests.databases import Database
from tests.integration.migrating.dying import Wire


@pytest.fixture
def wire(database: Database) -> Wire:
    """All statements that reach the database."""
    return Wire()
