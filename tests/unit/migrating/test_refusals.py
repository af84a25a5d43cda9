"""What the database refuses is told with the operation that it refused."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from lowcode_async.migrating.base import named, refused


def test_a_refusal_names_its_operation() -> None:
    with pytest.raises(IntegrityError) as caught, named("Alter field age on Person"):
        raise IntegrityError("age holds NULL")
    assert refused(caught.value).params == {
        "operation": "Alter field age on Person",
        "detail": "age holds NULL",
    }


def test_the_innermost_name_counts() -> None:
    with pytest.raises(IntegrityError) as caught, named("the plan"), named("the step"):
        raise IntegrityError
    assert refused(caught.value).params["operation"] == "the step"
