"""No database: whoever touches one gets an error."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import NOWHERE, pointed_at


@pytest.fixture(scope="module", autouse=True)
def no_database() -> Iterator[None]:
    """Point Django at a database that refuses every use."""
    with pointed_at(NOWHERE):
        yield
