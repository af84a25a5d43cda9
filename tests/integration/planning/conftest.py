"""Tables on each database."""

from __future__ import annotations

import pytest

from tests.databases import Database
from tests.integration.planning.tables import Tables


@pytest.fixture
def tables(database: Database) -> Tables:
    """No live models yet."""
    return Tables()
