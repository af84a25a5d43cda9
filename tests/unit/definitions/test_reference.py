"""The reference page is the one that FIELD_METADATA makes."""

from __future__ import annotations

from scripts.field_types_reference import PAGE, render


def test_reference_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run scripts/field_types_reference.py"
