"""Ids that tests have in their names: fixed, as processes that test at once compare those names."""

from uuid import UUID

UNKNOWN = UUID("5d8e1c1c-6a2f-4f53-9d5e-0c6f5a3b7e21")
"""Id of no upgrade."""
