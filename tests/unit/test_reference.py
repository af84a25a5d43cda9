"""Pages that are made from the source are those that the source makes."""

from __future__ import annotations

import pytest

from scripts import reference


@pytest.mark.parametrize("name", reference.PAGES)
def test_page_is_what_the_source_makes(name: str) -> None:
    found = (reference.FOLDER / name).read_text()
    assert found == reference.PAGES[name](), "run `make reference`"
