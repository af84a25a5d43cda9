"""Constraints that a change takes away for a moment, and that a killed worker did not put back.

MySQL and MariaDB alter no column that a foreign key is on, so Django drops the key, alters the column
and makes the key anew. Whoever dies in between leaves a column without its key, and no operation
that is done or undone later knows of it. So the table is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lowcode_async.planning.clones import ConstraintLook, Look, look_at, looks_of_clones


def mend(editor: Any, models: Sequence[Any]) -> list[str]:
    """Make the constraints of the columns of models that the database lacks; return what they were."""
    mended: list[str] = []
    for model, expected in zip(models, looks_of_clones(editor.connection, models), strict=True):
        mended += _mended(editor, model, expected)
    return mended


def _mended(editor: Any, model: Any, expected: Look) -> Iterator[str]:
    found = look_at(editor.connection, model._meta.db_table)
    fields = {(each.column,): each for each in model._meta.local_concrete_fields}
    # An index that a unique constraint or a foreign key brings along need not be made by itself.
    for missing in sorted(expected.constraints - found.constraints, reverse=True):
        if missing.columns in fields and not found.serves(missing):
            editor.execute(_constraint(editor, model, fields[missing.columns], missing))
            yield f"{missing.words} ({', '.join(missing.columns)})"


def _constraint(editor: Any, model: Any, field: Any, missing: ConstraintLook) -> Any:
    if missing.words.startswith("REFERENCES"):
        return editor._create_fk_sql(model, field, "_fk_%(to_table)s_%(to_column)s")  # noqa: SLF001
    if missing.words == "UNIQUE":
        return editor._create_unique_sql(model, [field])  # noqa: SLF001
    return editor._create_index_sql(model, fields=[field])  # noqa: SLF001
